"""MintPy HDF5 (geocoded ``timeseries*.h5``, ``velocity.h5``) with ``geometryGeo.h5``.

Displacement in m, or m/yr for a velocity, positive toward the satellite; X_FIRST and Y_FIRST are the outer corner of
the first pixel; incidence from the vertical and direction to the satellite, anticlockwise from north, in degrees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._flat import header_number
from geoslip.downsample.readers._netcdf import dataset, is_hdf, open_hdf, read_dataset, text
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import SceneRequest, first_file, needed_file, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

_GEOMETRY_PLACES = ["geometryGeo.h5", "geo_geometryRadar.h5", "../inputs/geometryGeo.h5", "inputs/geometryGeo.h5"]
_PRODUCTS = ("timeseries", "velocity", "displacement")


def read_mintpy(
    path: Path | str,
    *,
    dates: Sequence[str | int] | None = None,
    variable: str | None = None,
    geometry: Path | str | None = None,
    **options: Any,
) -> Scene:
    """Read the displacement between two dates of a time series, or a velocity.

    Parameters
    ----------
    path : path
        Geocoded ``timeseries*.h5`` or ``velocity.h5``.
    dates : sequence of two dates YYYYMMDD, optional
        The displacement is that of the second less that of the first; needed for a time series of more than two.
    variable : str, optional
        Dataset of a velocity file besides ``velocity`` (``velocityStep20190706``, say: in m then).
    geometry : path, optional
        ``geometryGeo.h5``; sought beside the file and in ``inputs``.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign and projection are the product's. For
        ``least_coherence`` name ``coherence``: ``temporalCoherence.h5`` is sought beside the file.

    Returns
    -------
    Scene
        A velocity's values are metres in one year; a note says so.

    Raises
    ------
    DataError
        If the file is in radar coordinates, a stack of interferograms, or lacks what is needed.
    """
    path = Path(path)
    request = of_product(path, scene_request(path, options), product="MintPy", unit="m", positive="toward", nodata=0.0)
    with open_hdf(path) as source:
        attributes = dict(source.attrs)
        values, said = _displacement(source, path, dates, variable)
    raster = _placed(path, values, attributes)
    request = request.noted(said)
    if not request.has_direction and request.kind == "los":
        file = (
            Path(geometry)
            if geometry is not None
            else needed_file(path, _GEOMETRY_PLACES, what="geometryGeo.h5", option="geometry=")
        )
        request = _with_angles(request, file)
    if request.least_coherence is not None and request.coherence is None:
        request = replace(request, coherence=first_file(path, ["temporalCoherence.h5", "geo_temporalCoherence.h5"]))
    return assemble_scene(raster, request, read_companion=_read_companion)


def _displacement(
    source: h5py.File, path: Path, dates: Sequence[str | int] | None, variable: str | None
) -> tuple[NDArray, str]:
    if variable is None and "timeseries" in source:
        return _difference(source, path, dates)
    if variable is None and "velocity" in source:
        return dataset(source, path, "velocity"), "velocity: the values are metres in one year"
    if variable is not None:
        return dataset(source, path, variable), f"dataset {variable}"
    if "unwrapPhase" in source:
        raise DataError(f"{path}: a stack of interferograms; read the timeseries or velocity that MintPy made of it")
    raise DataError(f"{path}: holds none of {', '.join(_PRODUCTS)}; name a dataset with variable=")


def _difference(source: h5py.File, path: Path, dates: Sequence[str | int] | None) -> tuple[NDArray, str]:
    series = source["timeseries"]
    known = [text(date) for date in np.ravel(source["date"][()])] if "date" in source else []
    if getattr(series, "ndim", 0) != 3 or series.shape[0] != len(known):
        raise DataError(f"{path}: timeseries and date do not fit each other ({len(known)} dates)")
    if dates is None and len(known) == 2:
        dates = known
    wanted = [str(date) for date in dates or ()]
    if len(wanted) != 2:
        raise DataError(
            f"{path}: {len(known)} dates from {known[0]} to {known[-1]}; name two of them with dates= (the "
            "displacement is that of the second less that of the first)"
        )
    for date in wanted:
        if date not in known:
            near = min(known, key=lambda other: abs(int(other) - int(date)) if date.isdigit() else 0)
            raise DataError(f"{path}: no date {date}; there are {len(known)}, the nearest is {near}")
    first, second = (read_dataset(series, path, part=known.index(date)) for date in wanted)
    return second - first, f"displacement from {wanted[0]} to {wanted[1]}"


def _placed(path: Path, values: NDArray, attributes: Mapping[str, Any]) -> Raster:
    given = {key.lower(): text(value) for key, value in attributes.items()}
    if "x_first" not in given:
        raise DataError(f"{path}: no X_FIRST: the file is in radar coordinates; geocode it (geocode.py) first")
    if values.ndim != 2:
        raise DataError(f"{path}: an array of shape {values.shape}, needed is a grid")
    rows, columns = values.shape
    x_step, y_step = (header_number(given, key, source=path) for key in ("x_step", "y_step"))
    x = header_number(given, "x_first", source=path) + x_step * (np.arange(columns) + 0.5)
    y = header_number(given, "y_first", source=path) + y_step * (np.arange(rows) + 0.5)
    if given.get("x_unit", "degrees").startswith("degree"):
        return Raster(path, values, x, y, "EPSG:4326")
    if "epsg" in given:
        return Raster(path, values, x, y, f"EPSG:{int(float(given['epsg']))}")
    zone = given.get("utm_zone", "")
    if zone[:-1].isdigit():
        return Raster(path, values, x, y, f"EPSG:{(326 if zone[-1].upper() >= 'N' else 327) * 100 + int(zone[:-1])}")
    raise DataError(f"{path}: X_UNIT is {given.get('x_unit')!r} but neither EPSG nor UTM_ZONE names the projection")


def _with_angles(request: SceneRequest, file: Path) -> SceneRequest:
    with open_hdf(file) as source:
        attributes = dict(source.attrs)
        angles = [_placed(file, dataset(source, file, name), attributes) for name in ("incidenceAngle", "azimuthAngle")]
    return replace(request, incidence=angles[0], azimuth=angles[1], convention="north_ccw").noted(
        f"angles from {file.name}, azimuth anticlockwise from north"
    )


def _read_companion(file: Path) -> Raster:
    with open_hdf(file) as source:
        names = [key for key, entry in source.items() if isinstance(entry, h5py.Dataset) and entry.ndim == 2]
        if len(names) != 1:
            raise DataError(f"{file}: {len(names)} grids ({', '.join(names)}); one is needed")
        return _placed(file, dataset(source, file, names[0]), dict(source.attrs))


def _recognises(path: Path) -> bool:
    return path.suffix == ".h5" and is_hdf(path)


READER = Reader(
    name="mintpy",
    product="scene",
    summary="MintPy geocoded timeseries or velocity .h5 with geometryGeo.h5",
    recognises=_recognises,
    read=read_mintpy,
    rank=1,
)
