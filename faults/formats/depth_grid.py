"""Grids of depth in longitude and latitude, as those of Slab2: GMT netCDF (.grd, version 3 or 4) or rows of x, y, z."""

from pathlib import Path

import h5py
import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from scipy.io import netcdf_file

from geoslip.faults.formats.errors import FormatError

#: heights whose largest size is below this are km: no slab reaches 1000 km, and none ends above 1000 m
_KM = 1000.0

UNITS = {"m": 1.0, "km": 1e3}
"""Metres of each unit of height."""


def read_depth_grid(
    path: str | Path, *, crs: str | None = None, unit: str | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitude, latitude (degrees) and height (m, negative below ground, NaN off the surface) of a grid's nodes.

    Parameters
    ----------
    path : str or pathlib.Path
    crs : str, optional
        Coordinate system of x and y, such as ``EPSG:32645``; longitude and latitude without it.
    unit : {"m", "km"}, optional
        Of the heights; km where none is below -1000, as in Slab2's grids, without it.

    Returns
    -------
    tuple of three numpy.ndarray, (ny, nx)

    Raises
    ------
    FormatError
        If the file is neither kind of netCDF nor rows of three numbers on a full grid, holds positive depths, or holds
        other places than it should: large numbers without a `crs`, or a `crs` that is none.
    OSError
        If it cannot be opened.
    """
    head = Path(path).read_bytes()[:8]
    if head.startswith(b"\x89HDF"):
        x, y, z = _hdf(path)
    elif head.startswith(b"CDF"):
        x, y, z = _classic(path)
    else:
        x, y, z = _rows(path)
    if z.shape != (len(y), len(x)):
        raise FormatError(
            f"depths have shape {z.shape} for {len(y)} latitudes and {len(x)} longitudes", source=str(path)
        )
    if not np.isfinite(z).any():
        raise FormatError("the grid holds no depth at all", source=str(path))
    if np.nanmax(z) > 0.0:
        raise FormatError(
            f"heights reach {np.nanmax(z):g} above ground: they must be negative below it, as Slab2's: change their "
            "sign",
            source=str(path),
        )
    if unit not in (None, *UNITS):
        raise FormatError(f"unit {unit!r} of heights is unknown: choose from {', '.join(UNITS)}", source=str(path))
    longitude, latitude = _geographic(*np.meshgrid(x, y), crs=crs, source=str(path))
    return longitude, latitude, UNITS[unit or ("km" if -np.nanmin(z) < _KM else "m")] * z


def _geographic(x: np.ndarray, y: np.ndarray, *, crs: str | None, source: str) -> tuple[np.ndarray, np.ndarray]:
    if crs is not None:
        try:
            turned = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
        except CRSError as error:
            raise FormatError(
                f"crs {crs!r} is no coordinate system: write it as 'EPSG:32645'", source=source
            ) from error
        x, y = turned.transform(x, y)
    if not (np.all(np.abs(y) <= 90.0) and np.all((x >= -180.0) & (x <= 360.0))):
        worst = f"x {np.min(x):g} to {np.max(x):g}, y {np.min(y):g} to {np.max(y):g}"
        raise FormatError(
            f"places of the grid ({worst}) are no longitudes and latitudes: say their projection with crs='EPSG:...'",
            source=source,
        )
    return np.where(x > 180.0, x - 360.0, x), y


def _hdf(path: str | Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with h5py.File(path) as file:
        found = {name: np.asarray(file[name], dtype=float) for name in file if isinstance(file[name], h5py.Dataset)}
    return _axes(found, path)


def _classic(path: str | Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with netcdf_file(path, mmap=False) as file:
        found = {name: np.array(variable[:], dtype=float) for name, variable in file.variables.items()}
    return _axes(found, path)


def _axes(found: dict[str, np.ndarray], path: str | Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    named = [
        next((found[n] for n in names if n in found), None)
        for names in (("x", "lon", "longitude"), ("y", "lat", "latitude"))
    ]
    depths = [values for values in found.values() if values.ndim == 2]
    if named[0] is None or named[1] is None or len(depths) != 1:
        raise FormatError(
            f"one grid over x and y is needed: the file holds {', '.join(sorted(found))}", source=str(path)
        )
    return named[0], named[1], depths[0]


def _rows(path: str | Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    try:
        text = Path(path).read_text(encoding="utf-8")
        table = np.array(
            [[float(t) for t in line.replace(",", " ").split()] for line in text.splitlines() if line.strip()]
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise FormatError(f"no rows of longitude, latitude, depth ({str(error)[:60]})", source=str(path)) from error
    if table.ndim != 2 or table.shape[1] != 3:
        raise FormatError("rows of three numbers are needed: longitude, latitude, depth", source=str(path))
    x, column = np.unique(table[:, 0], return_inverse=True)
    y, row = np.unique(table[:, 1], return_inverse=True)
    z = np.full((len(y), len(x)), np.nan)
    z[row.reshape(-1), column.reshape(-1)] = table[:, 2]
    if len(x) < 2 or len(y) < 2 or len(table) < 0.5 * z.size:
        raise FormatError(f"{len(table)} rows fill no grid of {len(x)} by {len(y)} nodes", source=str(path))
    return x, y, z
