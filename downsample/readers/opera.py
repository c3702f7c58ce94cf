"""OPERA DISP-S1 (``OPERA_L3_DISP-S1_*.nc``) with the static layer of its line of sight.

Displacement in metres, positive toward the satellite, NaN where there are no data. Which way the vectors of the static
layer point is not documented; only vectors with an up component above 0 can run from the ground to the satellite, so
others are refused.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._gdal import read_band
from geoslip.downsample.readers._netcdf import dataset, open_hdf, text
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import needed_file, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene


def read_opera(
    path: Path | str, *, variable: str = "displacement", recommended_mask: bool = True, **options: Any
) -> Scene:
    """Read the displacement of an OPERA DISP-S1 product.

    Parameters
    ----------
    path : path
        The ``.nc`` file.
    variable : str
        ``displacement`` or ``short_wavelength_displacement``.
    recommended_mask : bool
        Leave out what the product's own ``recommended_mask`` leaves out (0), where there is one.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign and projection are the product's. The
        static layer (``*line_of_sight_enu.tif``, bands east, north, up) is sought beside the file, or given as
        ``look`` (three numbers or files).

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If a part is missing, or the vectors of the static layer point down.
    """
    path = Path(path)
    request = of_product(path, scene_request(path, options), product="OPERA DISP-S1", unit="m", positive="toward")
    with open_hdf(path) as source:
        crs = _projection(source, path)
        raster = _raster(source, path, variable, crs)
        if recommended_mask and "recommended_mask" in source:
            good = dataset(source, path, "recommended_mask")
            if good.shape == raster.values.shape:
                raster = replace(raster, values=np.where(good == 1.0, raster.values, np.float32(np.nan)))
                request = request.noted(f"recommended_mask leaves {float((good == 1.0).mean()):.0%} of the pixels")
        if request.least_coherence is not None and "temporal_coherence" in source:
            request = request.filled(coherence=_raster(source, path, "temporal_coherence", crs))
        if request.keep_components is not None and "connected_component_labels" in source:
            request = request.filled(components=_raster(source, path, "connected_component_labels", crs))
    if not request.has_direction and request.kind == "los":
        layer = needed_file(
            path,
            ["*line_of_sight_enu.tif", "*los_enu.tif"],
            what="the static layer of the line of sight",
            option="look= (east, north, up)",
        )
        request = replace(request, look=[read_band(layer, band=band) for band in (1, 2, 3)]).noted(
            f"look vectors from {layer.name}"
        )
    return assemble_scene(raster, request, read_companion=read_band)


def _raster(source: h5py.File, path: Path, name: str, crs: str) -> Raster:
    values = dataset(source, path, name)
    x, y = dataset(source, path, "x").astype(float), dataset(source, path, "y").astype(float)
    return Raster(path, values, x, y, crs)


def _projection(source: h5py.File, path: Path) -> str:
    entry = source.get("spatial_ref")
    written = text(entry.attrs["crs_wkt"]) if entry is not None and "crs_wkt" in entry.attrs else ""
    try:
        crs = CRS.from_wkt(written)
    except CRSError as error:
        raise DataError(f"{path}: no projection (spatial_ref:crs_wkt) can be read; is this a DISP-S1 file?") from error
    authority = crs.to_authority()
    return ":".join(authority) if authority else written


def _recognises(path: Path) -> bool:
    return path.name.startswith("OPERA_L3_DISP-S1") and path.suffix == ".nc"


READER = Reader(
    name="opera",
    product="scene",
    summary="OPERA DISP-S1 .nc with its static line-of-sight layer",
    recognises=_recognises,
    read=read_opera,
    rank=2,
)
