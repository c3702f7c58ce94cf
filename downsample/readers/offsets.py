"""Offset fields of two bands in one raster: azimuth and range of radar images, east and north of optical ones.

Pixel tracking writes metres, or pixels whose size is then asked. Radar offsets: which band is which and what positive
means differ from program to program and are asked. Optical offsets (COSI-Corr, MicMac, Ames): band 1 toward the
columns' end, band 2 toward the top, along the axes of the map, which are turned to true east and north here; a third
band may hold the signal-to-noise ratio.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._gdal import read_band
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import scene_request
from geoslip.downsample.scenes.scene import Scene

COMPONENTS = {"azimuth": "azimuth", "range": "los", "east": "offset", "north": "offset"}
"""Component to the kind of its observations."""


def read_offsets(
    path: Path | str,
    *,
    component: str | None = None,
    band: int | None = None,
    quality_band: int | None = None,
    least_quality: float | None = None,
    **options: Any,
) -> Scene:
    """Read one component of an offset field.

    Parameters
    ----------
    path : path
        GeoTIFF or another raster that GDAL reads.
    component : {"azimuth", "range", "east", "north"}
        Azimuth and range need ``positive`` ("toward" stands for along the flight in azimuth) and the direction
        (``azimuth`` the heading; for range also ``incidence``, or ``look``). A growing range is motion away.
    band : int, optional
        Default for optical offsets: 1 for east, 2 for north; asked for radar offsets.
    quality_band : int, optional
        Signal-to-noise ratio or correlation, 3 for COSI-Corr.
    least_quality : float, optional
        Pixels of a lower quality are left out.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; ``unit`` is needed, with ``pixel_size`` for pixels.

    Returns
    -------
    Scene
        Of kind azimuth, los or offset.

    Raises
    ------
    DataError
        If component, band, sign or unit are not known.
    """
    path = Path(path)
    if component not in COMPONENTS:
        raise DataError(f"{path}: component={component!r}: name one of {', '.join(COMPONENTS)}")
    optical = component in ("east", "north")
    if band is None:
        if not optical:
            raise DataError(
                f"{path}: programs differ in the order of their bands: give band= of the {component} offset"
            )
        band = 1 if component == "east" else 2
    options.pop("kind", None)
    request = replace(scene_request(path, options), kind=COMPONENTS[component])
    if not optical and request.positive is None:
        meaning = "along the flight: toward, or against: away" if component == "azimuth" else "toward or away"
        raise DataError(f"{path}: programs differ in the sign of {component} offsets: give positive ({meaning})")
    raster = read_band(path, band=band, crs=request.crs)
    if quality_band is not None and least_quality is not None:
        quality = read_band(path, band=quality_band, crs=request.crs).values
        raster = replace(raster, values=np.where(quality >= least_quality, raster.values, np.float32(np.nan)))
        request = request.noted(f"pixels of a quality below {least_quality:g} are left out")
    if optical:
        axis = map_axis(raster, component)
        request = replace(request, look=list(axis)).noted(
            f"positive {component} of the map, turned to true ({axis[0]:+.4f} east, {axis[1]:+.4f} north)"
        )
    return assemble_scene(raster, request, read_companion=lambda file: read_band(file, crs=request.crs))


def map_axis(raster: Raster, component: str) -> NDArray[np.float64]:
    """Give the unit vector (true east, north, up) of a map's axis in the middle of a raster.

    The angle between the map's grid north and true north is taken from two points half a pixel apart.
    """
    if raster.crs is None or CRS.from_user_input(raster.crs).is_geographic:
        return np.array([1.0, 0.0, 0.0]) if component == "east" else np.array([0.0, 1.0, 0.0])
    transformer = Transformer.from_crs(raster.crs, "EPSG:4326", always_xy=True)
    x, y = float(np.mean(raster.x)), float(np.mean(raster.y))
    step = abs(float(raster.x[1] - raster.x[0]))
    ahead = (x + step, y) if component == "east" else (x, y + step)
    longitude, latitude = transformer.transform([x, ahead[0]], [y, ahead[1]])
    direction = np.deg2rad(Geod(ellps="WGS84").inv(longitude[0], latitude[0], longitude[1], latitude[1])[0])
    return np.array([np.sin(direction), np.cos(direction), 0.0])


def _recognises(path: Path) -> bool:
    # Nothing in the file says that it holds offsets: the format is asked for by name.
    return False


READER = Reader(
    name="offsets",
    product="scene",
    summary="azimuth and range offsets, optical east and north offsets (component=)",
    recognises=_recognises,
    read=read_offsets,
    asks=("unit",),
)
