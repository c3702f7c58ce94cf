"""COMET LiCSAR: ``DATE_DATE.geo.unw.tif`` with the frame's ``FRAME.geo.E.tif``, ``.N.tif`` and ``.U.tif``.

Unwrapped phase in rad, positive away from the satellite, 0 where there are no data, in degrees on WGS84; the three
companions are the look vector itself, from the ground to the satellite. Coherence (``.geo.cc.tif``) is stored as
0 to 255 or as 0 to 1.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.downsample.readers._gdal import read_band
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import first_file, needed_file, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

WAVELENGTH = 299_792_458.0 / 5.405e9
"""Of Sentinel-1, metres."""


def read_licsar(path: Path | str, **options: Any) -> Scene:
    """Read a LiCSAR interferogram; companions are sought beside it and in the frame's ``metadata`` folder.

    Parameters
    ----------
    path : path
        ``*.geo.unw.tif``.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign and no-data are the product's.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If a companion is missing or does not fit.
    """
    path = Path(path)
    request = of_product(
        path,
        scene_request(path, options),
        product="LiCSAR",
        unit="rad",
        positive="away",
        wavelength=WAVELENGTH,
        nodata=0.0,
    )
    if not request.has_direction and request.kind == "los":
        parts = [
            needed_file(
                path,
                [f"*.geo.{part}.tif", f"../../metadata/*.geo.{part}.tif", f"../metadata/*.geo.{part}.tif"],
                what=f"the {part} component of the look vector",
                option="look= (three files: E, N, U)",
            )
            for part in "ENU"
        ]
        request = replace(request, look=parts).noted(f"look vectors from {parts[0].name} and its N and U")
    if request.least_coherence is not None and request.coherence is None:
        file = first_file(path, [path.name.replace(".geo.unw", ".geo.cc")])
        request = replace(request, coherence=None if file is None else _coherence(file))
    return assemble_scene(read_band(path, crs=request.crs), request, read_companion=read_band)


def _coherence(file: Path) -> Raster:
    raster = read_band(file)
    return replace(raster, values=raster.values / 255.0) if np.nanmax(raster.values) > 1.0 else raster


def _recognises(path: Path) -> bool:
    return path.name.endswith(".geo.unw.tif")


READER = Reader(
    name="licsar",
    product="scene",
    summary="LiCSAR .geo.unw.tif with the frame's E, N, U",
    recognises=_recognises,
    read=read_licsar,
    rank=2,
)
