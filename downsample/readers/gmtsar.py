"""GMTSAR: ``los_ll.grd`` (mm, positive toward the satellite) or ``unwrap_ll.grd`` (rad, positive away).

The look vector is a table of SAT_look, in text or as six little-endian floats a row: longitude, latitude, height, look
east, north, up, from the ground to the satellite. The table may be coarser than the grid; it is interpolated.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator, RegularGridInterpolator

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._flat import header_lines, header_number
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import SceneRequest, first_file, needed_file, of_product, scene_request
from geoslip.downsample.readers._table import is_text, read_table
from geoslip.downsample.readers.grid import grid_raster
from geoslip.downsample.scenes.scene import Scene

_LOOK_FILES = ["*.lltn", "*look*.txt", "*look*.dat", "*look*.xyz", "*.lltenu", "../topo/*.lltn", "*look*.bin"]


def read_gmtsar(path: Path | str, *, look_table: Path | str | None = None, **options: Any) -> Scene:
    """Read a geocoded grid of GMTSAR.

    Parameters
    ----------
    path : path
        ``los*_ll.grd`` or ``unwrap*_ll.grd``; a grid of another name needs ``unit`` and ``positive``.
    look_table : path, optional
        Table of SAT_look; sought beside the grid.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; the wavelength of a phase is read from a ``.PRM``
        file beside it.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the look vectors are missing, do not reach the grid, or unit and sign are not known.
    """
    path = Path(path)
    request = scene_request(path, options)
    if path.name.startswith("los"):
        request = of_product(path, request, product="GMTSAR", unit="mm", positive="toward")
    elif path.name.startswith("unwrap"):
        request = of_product(path, request, product="GMTSAR", unit="rad", positive="away")
        request = request if request.wavelength else replace(request, wavelength=_wavelength(path))
    elif request.unit is None or request.positive is None:
        raise DataError(f"{path}: neither los_ll.grd nor unwrap_ll.grd, so unit and positive are not known; give both")
    raster = grid_raster(path, crs=request.crs or "EPSG:4326")
    if not request.has_direction and request.kind == "los":
        table = (
            Path(look_table)
            if look_table is not None
            else needed_file(
                path, _LOOK_FILES, what="the table of SAT_look", option="look_table= or look= (three grids)"
            )
        )
        request = _with_look(request, raster, table)
    return assemble_scene(raster, request, read_companion=lambda file: grid_raster(file, crs=raster.crs))


def _wavelength(path: Path) -> float:
    file = first_file(path, ["*.PRM"])
    if file is None:
        raise DataError(f"{path}: no .PRM file with radar_wavelength beside it; give wavelength= in metres")
    return header_number(header_lines(file), "radar_wavelength", source=file)


def _with_look(request: SceneRequest, raster: Raster, file: Path) -> SceneRequest:
    rows = _look_rows(file)
    margin = 0.5 * max(np.ptp(raster.x), np.ptp(raster.y)) / 10.0
    for axis, column in ((raster.x, 0), (raster.y, 1)):
        if rows[:, column].min() > axis.min() + margin or rows[:, column].max() < axis.max() - margin:
            raise DataError(
                f"{file}: look vectors from {rows[:, column].min():.6g} to {rows[:, column].max():.6g}, but "
                f"{raster.path.name} reaches from {axis.min():.6g} to {axis.max():.6g}; make the table for this grid"
            )
    vectors = _interpolated(rows, raster)
    vectors /= np.linalg.norm(vectors, axis=0)
    parts = [replace(raster, path=file, values=part.astype(np.float32)) for part in vectors]
    return replace(request, look=parts).noted(f"look vectors of {len(rows)} places in {file.name}, interpolated")


def _look_rows(file: Path) -> NDArray[np.float64]:
    if not file.is_file():
        raise DataError(f"{file}: no such file; check look_table")
    if is_text(file):
        names = ("longitude", "latitude", "height", "look_east", "look_north", "look_up")
        table = read_table(file, columns=names)
        rows = np.column_stack([table.numbers(name) for name in names])
    else:
        if file.stat().st_size % 24:
            raise DataError(
                f"{file}: {file.stat().st_size} bytes are no rows of six floats (SAT_look -bos); truncated?"
            )
        rows = np.fromfile(file, dtype="<f4").reshape(-1, 6).astype(float)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < 4:
        raise DataError(f"{file}: {len(rows)} rows with six numbers; the look vectors of a grid need at least four")
    length = np.linalg.norm(rows[:, 3:], axis=1)
    if np.abs(length - 1.0).max() > 1e-2:
        raise DataError(
            f"{file}: columns 4 to 6 have length {length[np.argmax(np.abs(length - 1.0))]:.4g}, but SAT_look writes "
            "unit vectors after longitude, latitude, height"
        )
    rows[:, 0] = np.where(rows[:, 0] > 180.0, rows[:, 0] - 360.0, rows[:, 0])
    return rows


def _interpolated(rows: NDArray[np.float64], raster: Raster) -> NDArray[np.float64]:
    """Bilinear where the table is a regular grid, else linear in triangles and nearest outside of them."""
    x = np.where(raster.x > 180.0, raster.x - 360.0, raster.x)
    east, north = np.unique(rows[:, 0]), np.unique(rows[:, 1])
    grid_x, grid_y = np.meshgrid(x, raster.y)
    if east.size * north.size == len(rows) and min(east.size, north.size) > 1:
        cube = rows[np.lexsort((rows[:, 0], rows[:, 1])), 3:].reshape(north.size, east.size, 3)
        inside = (np.clip(grid_y, north[0], north[-1]), np.clip(grid_x, east[0], east[-1]))
        return np.moveaxis(RegularGridInterpolator((north, east), cube)(inside), -1, 0)
    result = LinearNDInterpolator(rows[:, :2], rows[:, 3:])(grid_x, grid_y)
    gaps = np.isnan(result).any(axis=-1)
    if gaps.any():
        result[gaps] = NearestNDInterpolator(rows[:, :2], rows[:, 3:])(grid_x[gaps], grid_y[gaps])
    return np.moveaxis(result, -1, 0)


def _recognises(path: Path) -> bool:
    return path.suffix == ".grd" and path.name.startswith(("los", "unwrap")) and "_ll" in path.name


READER = Reader(
    name="gmtsar",
    product="scene",
    summary="GMTSAR los_ll.grd or unwrap_ll.grd with the table of SAT_look",
    recognises=_recognises,
    read=read_gmtsar,
    rank=2,
)
