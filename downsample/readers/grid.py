"""GMT and other netCDF grids: one 2-D variable over two 1-D coordinates, classic or netCDF-4."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._netcdf import Variables, scaled, text, variables
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import scene_request
from geoslip.downsample.scenes.scene import Scene

_X_NAMES = ("x", "lon", "longitude", "easting")


def read_grid(path: Path | str, *, variable: str | None = None, **options: Any) -> Scene:
    """Read a netCDF grid of displacement or phase.

    Parameters
    ----------
    path : path
        GMT's ``.grd`` (CF) or any netCDF file with one grid.
    variable : str, optional
        Needed where the file holds several grids.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`. ``unit`` is needed: an attribute in the file is not
        trusted (GMTSAR's los_ll.grd is in mm). ``crs`` is EPSG:4326 where the coordinates are called lon and lat or
        have units of degrees; else it must be given, "local" standing for metres about the case's origin.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the file is no netCDF grid, has no projection, or nothing makes sense.
    """
    request = scene_request(Path(path), options)

    def read_companion(file: Path) -> Raster:
        return grid_raster(file, crs=request.crs)

    return assemble_scene(
        grid_raster(Path(path), variable=variable, crs=request.crs), request, read_companion=read_companion
    )


def grid_raster(path: Path, *, variable: str | None = None, crs: str | None = None) -> Raster:
    """Read the grid of a netCDF file; options and errors as in `read_grid`."""
    found = variables(path)
    grids = [key for key, (numbers, _, _) in found.items() if numbers.ndim == 2 and numbers.dtype.kind in "fiu"]
    if variable is None and len(grids) != 1:
        raise DataError(f"{path}: {len(grids)} grids ({', '.join(grids) or 'none'}); name one with variable=")
    chosen = grids[0] if variable is None else variable
    if chosen not in grids:
        raise DataError(f"{path}: no grid {chosen!r}; there are {', '.join(grids) or 'none'}")
    numbers, attributes, dimensions = found[chosen]
    first, second = (_coordinate(path, found, key, size) for key, size in zip(dimensions, numbers.shape))
    values = scaled(numbers, attributes)
    if _is_x(dimensions[0]) and not _is_x(dimensions[1]):
        values, dimensions, first, second = values.T, dimensions[::-1], second, first
    return Raster(path, np.ascontiguousarray(values), second, first, _grid_crs(path, found, dimensions, crs))


def _coordinate(path: Path, found: Variables, key: str, size: int) -> NDArray[np.float64]:
    if key not in found or found[key][0].shape != (size,):
        raise DataError(f"{path}: no coordinate {key!r} of {size} numbers; write the grid with its coordinates (CF)")
    return np.asarray(found[key][0], dtype=float)


def _grid_crs(path: Path, found: Variables, dimensions: tuple[str, ...], crs: str | None) -> str | None:
    if crs is not None:
        return None if crs == "local" else crs
    units = [text(found[key][1].get("units", "")) for key in dimensions]
    if all(unit.startswith("degree") for unit in units) or dimensions[1].lower().startswith("lon"):
        return "EPSG:4326"
    raise DataError(
        f"{path}: the grid has no projection; name it with crs= (as EPSG:4326), or crs='local' for metres about "
        "the origin"
    )


def _is_x(key: str) -> bool:
    return key.lower() in _X_NAMES


def _recognises(path: Path) -> bool:
    return path.suffix.lower() in (".grd", ".nc", ".netcdf")


READER = Reader(
    name="grid",
    product="scene",
    summary="GMT or other netCDF grid",
    recognises=_recognises,
    read=read_grid,
    asks=("unit", "positive"),
)
