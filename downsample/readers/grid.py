"""GMT and other netCDF grids: one 2-D variable over two 1-D coordinates, classic or netCDF-4."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._raster import Geometry, Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.scene import Scene

_X_NAMES = ("x", "lon", "longitude", "easting")
_Y_NAMES = ("y", "lat", "latitude", "northing")
_Variables = dict[str, tuple[NDArray, dict[str, Any], tuple[str, ...]]]
"""Name to (numbers, attributes, names of the dimensions)."""


def read_grid(
    path: Path | str,
    *,
    unit: str,
    variable: str | None = None,
    crs: str | None = None,
    positive: str | None = None,
    wavelength: float | None = None,
    nodata: float | None = None,
    name: str | None = None,
    kind: str = "los",
    **geometry: Any,
) -> Scene:
    """Read a netCDF grid of displacement or phase.

    Parameters
    ----------
    path : path
        GMT's ``.grd`` (CF) or any netCDF file with one grid.
    unit : {"m", "cm", "mm", "rad"}
        Of the displacement; an attribute in the file is not trusted (GMTSAR's los_ll.grd is in mm).
    variable : str, optional
        Needed where the file holds several grids.
    crs : str, optional
        Default: EPSG:4326 where the coordinates are called lon and lat or have units of degrees; else it must
        be given, "local" standing for metres about the case's origin.
    positive, wavelength, nodata, name, kind, **geometry
        As in `geoslip.downsample.readers.geotiff.read_geotiff`; companions are grids of the same form.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the file is no netCDF grid, has no projection, or nothing makes sense.
    """

    def read_companion(file: Path) -> Raster:
        return _read_grid(file, None, crs)

    return assemble_scene(
        _read_grid(Path(path), variable, crs),
        Geometry(**geometry),
        read_companion=read_companion,
        unit=unit,
        positive=positive,
        wavelength=wavelength,
        name=name,
        kind=kind,
        nodata=nodata,
    )


def _read_grid(path: Path, variable: str | None, crs: str | None) -> Raster:
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    variables = _variables(path)
    grids = [key for key, (numbers, _, _) in variables.items() if numbers.ndim == 2 and numbers.dtype.kind in "fiu"]
    if variable is None and len(grids) != 1:
        raise DataError(f"{path}: {len(grids)} grids ({', '.join(grids) or 'none'}); name one with variable=")
    chosen = grids[0] if variable is None else variable
    if chosen not in grids:
        raise DataError(f"{path}: no grid {chosen!r}; there are {', '.join(grids) or 'none'}")
    numbers, attributes, dimensions = variables[chosen]
    first, second = (_coordinate(path, variables, key, size) for key, size in zip(dimensions, numbers.shape))
    values = _scaled(numbers, attributes)
    if _is_x(dimensions[0]) and not _is_x(dimensions[1]):
        values, dimensions, first, second = values.T, dimensions[::-1], second, first
    return Raster(path, np.ascontiguousarray(values), second, first, _grid_crs(path, variables, dimensions, crs))


def _variables(path: Path) -> _Variables:
    with path.open("rb") as stream:
        start = stream.read(4)
    try:
        if start[:3] == b"CDF":
            with netcdf_file(path, "r", mmap=False) as source:
                return {
                    key: (np.array(entry[()]), dict(entry._attributes), tuple(entry.dimensions))
                    for key, entry in source.variables.items()
                }
        if start == b"\x89HDF":
            with h5py.File(path, "r") as source:
                return {key: _hdf_variable(entry) for key, entry in source.items() if isinstance(entry, h5py.Dataset)}
    except (OSError, ValueError, TypeError, LookupError, RuntimeError, AssertionError, MemoryError, EOFError) as error:
        raise DataError(f"{path}: cannot be read as netCDF ({error}); it may be truncated") from error
    raise DataError(f"{path}: neither classic netCDF nor netCDF-4; name its format")


def _hdf_variable(entry: h5py.Dataset) -> tuple[NDArray, dict[str, Any], tuple[str, ...]]:
    names = []
    for axis in range(entry.ndim):
        scales = list(entry.dims[axis].values())
        # A coordinate is its own scale.
        names.append((scales[0].name if scales else entry.name).rsplit("/", 1)[-1])
    return entry[()] if entry.ndim else np.zeros(0), dict(entry.attrs), tuple(names)


def _coordinate(path: Path, variables: _Variables, key: str, size: int) -> NDArray[np.float64]:
    if key not in variables or variables[key][0].shape != (size,):
        raise DataError(f"{path}: no coordinate {key!r} of {size} numbers; write the grid with its coordinates (CF)")
    return np.asarray(variables[key][0], dtype=float)


def _scaled(numbers: NDArray, attributes: dict[str, Any]) -> NDArray:
    """Apply scale and offset, and put NaN for the fill values."""
    stored = numbers.astype(numbers.dtype.newbyteorder("="))
    values = stored.astype(np.float32 if stored.dtype == np.float32 else np.float64)
    for key in ("_FillValue", "missing_value"):
        if key in attributes:
            values[stored == np.ravel(attributes[key])[0]] = np.nan
    scale, offset = (
        float(np.ravel(attributes.get(key, part))[0]) for key, part in (("scale_factor", 1), ("add_offset", 0))
    )
    return values if (scale, offset) == (1.0, 0.0) else values.astype(np.float64) * scale + offset


def _grid_crs(path: Path, variables: _Variables, dimensions: tuple[str, ...], crs: str | None) -> str | None:
    if crs is not None:
        return None if crs == "local" else crs
    units = [_text(variables[key][1].get("units", "")) for key in dimensions]
    if all(unit.startswith("degree") for unit in units) or dimensions[1].lower().startswith("lon"):
        return "EPSG:4326"
    raise DataError(
        f"{path}: the grid has no projection; name it with crs= (as EPSG:4326), or crs='local' for metres about "
        "the origin"
    )


def _is_x(key: str) -> bool:
    return key.lower() in _X_NAMES


def _text(attribute: Any) -> str:
    return attribute.decode("utf-8", "replace") if isinstance(attribute, bytes) else str(attribute)


def _recognises(path: Path) -> bool:
    return path.suffix.lower() in (".grd", ".nc", ".netcdf")


READER = Reader(
    name="grid",
    product="scene",
    summary="GMT or other netCDF grid",
    recognises=_recognises,
    read=read_grid,
)
