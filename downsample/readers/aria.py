"""ARIA Sentinel-1 geocoded unwrapped interferograms, S1-GUNW (``.nc``).

Unwrapped phase in rad whose reference is the LATER date, so it is positive toward the satellite; incidence from the
vertical and direction to the satellite, anticlockwise from east, in degrees on a coarse grid of heights, latitudes and
longitudes that is interpolated here.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._netcdf import dataset, open_hdf
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

_DATA, _GEOMETRY = "science/grids/data", "science/grids/imagingGeometry"


def read_aria(path: Path | str, *, height: float = 0.0, **options: Any) -> Scene:
    """Read the unwrapped phase of an S1-GUNW product.

    Parameters
    ----------
    path : path
        ``S1-GUNW-*.nc``.
    height : float
        Metres above the ellipsoid at which the angles are taken; they change by about 0.01 degrees a kilometre.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign and wavelength are the product's. Only a
        product whose name does not say that its first date is the later one needs ``positive``.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the file lacks a part of the product or is damaged.
    """
    path = Path(path)
    request = scene_request(path, options)
    later_first = _later_first(path)
    if later_first is None and request.positive is None:
        raise DataError(
            f"{path}: the name does not say which date is the reference; ARIA's is the later one (then positive: "
            "toward), other producers' the older (positive: away): give positive"
        )
    with open_hdf(path) as source:
        raster = _raster(source, path, "unwrappedPhase")
        wavelength = float(np.ravel(dataset(source, path, "science/radarMetaData/wavelength"))[0])
        request = of_product(
            path,
            request,
            product="ARIA S1-GUNW",
            unit="rad",
            positive={True: "toward", False: "away", None: None}[later_first],
            wavelength=wavelength,
            nodata=0.0,
        )
        if not request.has_direction and request.kind == "los":
            request = replace(
                request,
                incidence=_angle(source, raster, "incidenceAngle", height),
                azimuth=_angle(source, raster, "azimuthAngle", height),
                convention="east_ccw",
            ).noted(f"angles from imagingGeometry at a height of {height:g} m, azimuth anticlockwise from east")
        if request.least_coherence is not None:
            request = request.filled(coherence=_raster(source, path, "coherence"))
        if request.keep_components is not None:
            request = request.filled(components=_raster(source, path, "connectedComponents"))
    return assemble_scene(raster, request, read_companion=lambda file: _no_companion(file, path))


def _no_companion(file: Path, path: Path) -> Raster:
    raise DataError(f"{file}: {path.name} carries its own angles and masks; take the option out")


def _raster(source: h5py.File, path: Path, name: str) -> Raster:
    group = source.get(_DATA)
    if not isinstance(group, h5py.Group):
        raise DataError(f"{path}: no group {_DATA}; this is no S1-GUNW product")
    values = dataset(group, path, name)
    x, y = dataset(group, path, "longitude"), dataset(group, path, "latitude")
    return Raster(path, values, np.asarray(x, dtype=float), np.asarray(y, dtype=float), "EPSG:4326")


def _angle(source: h5py.File, raster: Raster, name: str, height: float) -> Raster:
    group = source.get(_GEOMETRY)
    if not isinstance(group, h5py.Group):
        raise DataError(f"{raster.path}: no group {_GEOMETRY}; give look=, or incidence= and azimuth=")
    cube = np.asarray(dataset(group, raster.path, name), dtype=float)
    axes = [
        np.asarray(dataset(group, raster.path, key), dtype=float)
        for key in ("heightsMeta", "latitudeMeta", "longitudeMeta")
    ]
    if cube.shape != tuple(axis.size for axis in axes) or min(cube.shape) < 1:
        raise DataError(f"{raster.path}: {name} has shape {cube.shape}, its axes are of {[axis.size for axis in axes]}")
    return replace(raster, values=_interpolated(cube, axes, raster, height).astype(np.float32))


def _interpolated(cube: NDArray, axes: list[NDArray], raster: Raster, height: float) -> NDArray:
    """Linear in height, then bilinear; the coarse grid's rim is held outside."""
    for number, axis in enumerate(axes):
        order = np.argsort(axis)
        axes[number], cube = axis[order], np.take(cube, order, axis=number)
    heights, latitudes, longitudes = axes
    if heights.size > 1:
        place = np.clip(np.interp(height, heights, np.arange(heights.size)), 0, heights.size - 1)
        low = min(int(place), heights.size - 2)
        level = cube[low] + (place - low) * (cube[low + 1] - cube[low])
    else:
        level = cube[0]
    interpolate = RegularGridInterpolator((latitudes, longitudes), level)
    y = np.clip(raster.y, latitudes[0], latitudes[-1])
    x = np.clip(raster.x, longitudes[0], longitudes[-1])
    return np.asarray(interpolate(tuple(np.meshgrid(y, x, indexing="ij"))))


def _later_first(path: Path) -> bool | None:
    """True if the first date of the name is the later one; None if the name has no two dates."""
    found = re.search(r"(?<!\d)(\d{8})_(\d{8})(?!\d)", path.name)
    return None if found is None or found[1] == found[2] else found[1] > found[2]


def _recognises(path: Path) -> bool:
    return path.name.startswith("S1-GUNW") and path.suffix == ".nc"


READER = Reader(
    name="aria",
    product="scene",
    summary="ARIA S1-GUNW .nc",
    recognises=_recognises,
    read=read_aria,
    rank=2,
)
