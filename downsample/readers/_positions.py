"""Positions, directions and covariances of scattered points: what the table readers share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.model import NoiseModel, point_covariance
from geoslip.downsample.observations import require_positive_definite
from geoslip.downsample.readers._table import Table
from geoslip.downsample.scenes.look import flight_direction, look_vector, require_look
from geoslip.faults.frame import LocalFrame

SMALLEST_SIGMA = 1e-9
LARGEST_SIGMA = 1e3


def table_positions(
    table: Table, *, frame: LocalFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give longitude, latitude (degrees, -180 to 180) and local points (n, 3) of a table's rows.

    The table has columns longitude and latitude, or east and north of the origin in metres named x and y.
    """
    if "x" in table and "y" in table and "longitude" not in table:
        east, north = table.numbers("x"), table.numbers("y")
        _refuse_nan(table, "x", east)
        _refuse_nan(table, "y", north)
        if max(np.abs(east).max(), np.abs(north).max()) > 5e6:
            raise DataError(f"{table.path}: x or y beyond 5000 km: they are metres from the case's origin")
        longitude, latitude = (np.asarray(part, dtype=float) for part in frame.to_geographic(east, north))
    else:
        longitude, latitude = table.numbers("longitude"), table.numbers("latitude")
        _refuse_nan(table, "longitude", longitude)
        _refuse_nan(table, "latitude", latitude)
        _refuse_outside(table, "longitude", longitude, limits=(-180.0, 360.0))
        _refuse_outside(table, "latitude", latitude, limits=(-90.0, 90.0))
        longitude = np.where(longitude > 180.0, longitude - 360.0, longitude)
        east, north = (np.asarray(part, dtype=float) for part in frame.to_local(longitude, latitude))
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise DataError(
            f"{table.path}: a point lies where the local frame does not reach; check longitude and latitude"
        )
    return longitude, latitude, np.column_stack([east, north, np.zeros(len(table))])


def table_directions(
    table: Table,
    *,
    kind: str,
    look: ArrayLike | None = None,
    incidence: float | None = None,
    azimuth: float | None = None,
    convention: str = "heading",
    vertical: str = "incidence",
    angle_unit: str = "deg",
) -> NDArray[np.float64]:
    """Give the unit vectors (n, 3), true east, north, up, from columns or from constants of the whole file.

    Columns look_east, look_north and look_up win over constants, those over angles; for azimuth offsets one angle
    (column or constant ``azimuth``: the flight direction, clockwise from north) is enough.
    """
    n, names = len(table), ("look_east", "look_north", "look_up")
    if look is not None:
        vector = np.asarray(look, dtype=float)
        if vector.shape != (3,):
            raise DataError(f"{table.path}: look={look!r}, needed are three numbers: east, north, up")
        directions = np.tile(vector, (n, 1))
    elif all(name in table for name in names):
        directions = np.column_stack([table.numbers(name) for name in names])
    else:
        azimuth_column = next((name for name in ("heading", "azimuth") if name in table), None)
        angle = _constant_or_column(table, azimuth, azimuth_column)
        if angle is None:
            raise DataError(
                f"{table.path}: the direction of measurement is unknown; give columns look_east, look_north, look_up, "
                "or look=, or incidence and azimuth (columns or numbers)"
            )
        if kind != "los":
            return flight_direction(angle)
        from_vertical = _constant_or_column(table, incidence, "incidence")
        if from_vertical is None:
            raise DataError(f"{table.path}: no incidence angle; give a column incidence or incidence=")
        directions = look_vector(from_vertical, angle, convention=convention, vertical=vertical, angle_unit=angle_unit)
    if not np.isfinite(directions).all():
        row = int(np.flatnonzero(~np.isfinite(directions).all(axis=1))[0])
        raise DataError(f"{table.path}, line {table.lines[row]}: the look vector is not finite; mend or drop the row")
    if kind == "los":
        require_look(directions, what=f"{table.path}: look vectors")
    elif np.abs(np.linalg.norm(directions, axis=1) - 1.0).max() > 2e-3:
        raise DataError(f"{table.path}: directions of {kind} data must be unit vectors (east, north, up)")
    return directions


def table_covariance(
    table: Table,
    points: NDArray[np.float64],
    *,
    scale: float,
    rows: NDArray[np.bool_],
    sigma: float | None = None,
    covariance: ArrayLike | Path | str | None = None,
    noise: NoiseModel | None = None,
) -> NDArray[np.float64]:
    """Give the covariance (n, n) in m^2 from exactly one of: a matrix, a noise model, a number, a column sigma.

    `rows` says which rows of the file are left, so that a matrix of the whole file can be cut to them;
    `scale` is metres per file unit, for the column sigma.
    """
    given = [
        what for what, value in (("sigma", sigma), ("covariance", covariance), ("noise", noise)) if value is not None
    ]
    if len(given) > 1:
        raise DataError(f"{table.path}: {' and '.join(given)} are both given; one of them describes the noise")
    if noise is not None:
        result = point_covariance(points, noise=noise)
    elif covariance is not None:
        result = _given_covariance(covariance, rows=rows, what=str(table.path))
    else:
        if sigma is not None:
            deviation = np.full(len(table), float(sigma))
        elif "sigma" in table:
            deviation = table.numbers("sigma") * scale
        else:
            raise DataError(
                f"{table.path}: nothing is said about the noise; give sigma=, a column sigma, covariance= or noise="
            )
        return np.diag(require_sigmas(deviation, what=str(table.path)) ** 2)
    require_positive_definite(result, what=str(table.path))
    return result


def require_sigmas(sigma: NDArray[np.float64], *, what: str) -> NDArray[np.float64]:
    """Refuse standard deviations (m) that are not finite, not positive or absurdly large."""
    good = np.isfinite(sigma) & (sigma >= SMALLEST_SIGMA) & (sigma <= LARGEST_SIGMA)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise DataError(f"{what}: a standard deviation of {sigma[row]:.4g} m in row {row + 1}; it must be positive")
    return sigma


def _given_covariance(covariance: ArrayLike | Path | str, *, rows: NDArray[np.bool_], what: str) -> NDArray[np.float64]:
    if isinstance(covariance, str | Path):
        path = Path(covariance)
        if not path.is_file():
            raise DataError(f"{path}: no such file; the covariance of {what} is a .npy matrix in m^2")
        try:
            matrix = np.load(path) if path.suffix == ".npy" else np.loadtxt(path, ndmin=2)
        except (ValueError, EOFError, OSError) as error:
            raise DataError(f"{path}: not a matrix of numbers (.npy or text): {error}") from error
    else:
        matrix = np.asarray(covariance, dtype=float)
    if matrix.shape == (rows.size, rows.size):
        kept = np.flatnonzero(rows)
        return np.asarray(matrix, dtype=float)[np.ix_(kept, kept)]
    raise DataError(
        f"{what}: a covariance of shape {matrix.shape} for {rows.size} rows; it must be square, a row a datum"
    )


def _constant_or_column(table: Table, constant: float | None, column: str | None) -> NDArray[np.float64] | None:
    if constant is not None:
        return np.full(len(table), float(constant))
    return table.numbers(column) if column is not None and column in table else None


def _refuse_nan(table: Table, name: str, numbers: NDArray[np.float64]) -> None:
    if np.isnan(numbers).any():
        row = int(np.flatnonzero(np.isnan(numbers))[0])
        raise DataError(f"{table.path}, line {table.lines[row]}: {name} is NaN; mend or drop the row")


def _refuse_outside(table: Table, name: str, numbers: NDArray[np.float64], *, limits: Sequence[float]) -> None:
    outside = np.flatnonzero((numbers < limits[0]) | (numbers > limits[1]))
    if outside.size:
        row = int(outside[0])
        raise DataError(
            f"{table.path}, line {table.lines[row]}: {name} {numbers[row]:.8g} is outside {limits[0]:g} to "
            f"{limits[1]:g} degrees; check the order of the columns (some files have latitude first) and that they "
            "are degrees"
        )
