"""Observations: what every reader and sampler hands over, and all that the inversion needs to know of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError, cho_factor

from geoslip.downsample.errors import DataError

KINDS = ("los", "azimuth", "gnss", "offset", "gradient")
LARGEST_DISPLACEMENT = 1e3
"""Metres; a larger value means a wrong unit."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Observations:
    """Data d = l . u + nuisance + noise, one row a datum.

    Parameters
    ----------
    name : str
        What the report calls them.
    kind : {"los", "azimuth", "gnss", "offset", "gradient"}
        Line of sight (positive toward the satellite), azimuth offset (positive along the flight), GNSS
        components, other offsets, slope of a line of sight.
    longitude, latitude : ndarray, shape (n,)
        Degrees, WGS84.
    points : ndarray, shape (n, 3)
        East, north, up in the local frame, metres, up <= 0.
    values : ndarray, shape (n,)
        Displacement in metres; of a gradient, metres per metre.
    directions : ndarray, shape (n, 3)
        l in the axes of the local frame.
    covariance : ndarray, shape (n, n)
        Of the noise, in m^2.
    station : tuple of str, optional
        Name of each row's station; the rows of one station follow each other.
    sample_count : ndarray, shape (n,), optional
        Number of pixels behind each value.
    gradient_axis : ndarray, shape (n, 3), optional
        For gradients: horizontal unit vector along which the slope is taken, in the axes of the local frame.
    outlines : tuple of ndarray, optional
        Longitude and latitude of each cell's corners, shape (k, 2).
    notes : tuple of str
        What the reader left out or noticed, for the report.

    Raises
    ------
    DataError
        If shapes disagree, a value is not finite, or the covariance is no covariance.
    """

    name: str
    kind: str
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    points: NDArray[np.float64]
    values: NDArray[np.float64]
    directions: NDArray[np.float64]
    covariance: NDArray[np.float64]
    station: tuple[str, ...] | None = None
    sample_count: NDArray[np.int64] | None = None
    outlines: tuple[NDArray[np.float64], ...] | None = None
    gradient_axis: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"{self.name}: kind {self.kind!r} is unknown: use one of {', '.join(KINDS)}")
        n = len(self.values)
        if n == 0:
            raise DataError(f"{self.name}: no datum is left; check masks, drop rules and missing values")
        shapes = {
            "longitude": (n,),
            "latitude": (n,),
            "points": (n, 3),
            "values": (n,),
            "directions": (n, 3),
            "covariance": (n, n),
        }
        for field, shape in shapes.items():
            array = np.array(getattr(self, field), dtype=float, copy=None)
            if array.shape != shape:
                raise DataError(f"{self.name}: {field} has shape {array.shape}, needed is {shape} for {n} values")
            if not np.isfinite(array).all():
                raise DataError(f"{self.name}: {field} holds a value that is not finite; mask or drop it first")
            object.__setattr__(self, field, array)
        for field in ("station", "sample_count", "outlines", "gradient_axis"):
            entry = getattr(self, field)
            if entry is not None and len(entry) != n:
                raise DataError(f"{self.name}: {field} has {len(entry)} entries for {n} values")
        if (self.kind == "gradient") != (self.gradient_axis is not None):
            raise DataError(f"{self.name}: gradient_axis belongs to data of kind gradient, and they need it")
        self._check_values()

    def _check_values(self) -> None:
        largest = float(np.abs(self.values).max())
        if largest > LARGEST_DISPLACEMENT:
            raise DataError(f"{self.name}: a displacement of {largest:.4g} m is no ground motion: check the unit")
        variance = np.diagonal(self.covariance)
        if variance.min() <= 0.0:
            row = int(np.argmin(variance))
            raise DataError(
                f"{self.name}: the variance of row {row + 1} is {variance[row]:.4g} m^2, but it must be positive; "
                "give that datum a standard deviation or drop it"
            )
        if np.abs(self.covariance - self.covariance.T).max() > 1e-9 * variance.max():
            raise DataError(f"{self.name}: the covariance is not symmetric: check that the file holds a full matrix")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def sigma(self) -> NDArray[np.float64]:
        """Standard deviation of each value, metres, shape (n,)."""
        return np.sqrt(np.diagonal(self.covariance))

    def select(self, keep: ArrayLike) -> "Observations":
        """Give the rows that a boolean mask or a list of row numbers names, with their part of the covariance."""
        rows = np.asarray(keep)
        if rows.dtype == bool:
            if rows.shape != (len(self),):
                raise DataError(f"{self.name}: a mask of shape {rows.shape} for {len(self)} rows")
            rows = np.flatnonzero(rows)
        rows = rows.astype(int)
        return replace(
            self,
            longitude=self.longitude[rows],
            latitude=self.latitude[rows],
            points=self.points[rows],
            values=self.values[rows],
            directions=self.directions[rows],
            covariance=self.covariance[np.ix_(rows, rows)],
            station=None if self.station is None else tuple(self.station[row] for row in rows),
            sample_count=None if self.sample_count is None else np.asarray(self.sample_count)[rows],
            gradient_axis=None if self.gradient_axis is None else self.gradient_axis[rows],
            outlines=None if self.outlines is None else tuple(self.outlines[row] for row in rows),
        )

    def with_notes(self, notes: Sequence[str]) -> "Observations":
        """Give the same observations with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def require_positive_definite(covariance: NDArray[np.float64], *, what: str) -> None:
    """Refuse a covariance that cannot be inverted.

    Parameters
    ----------
    covariance : ndarray, shape (n, n)
        In m^2.
    what : str
        How the message calls it.

    Raises
    ------
    DataError
        If it is not square, symmetric, finite and positive definite to working precision.
    """
    matrix = np.asarray(covariance, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"{what}: covariance of shape {matrix.shape}, needed is a square matrix")
    if not np.isfinite(matrix).all():
        raise DataError(f"{what}: the covariance holds a value that is not finite")
    scale = np.sqrt(np.abs(np.diagonal(matrix)))
    message = (
        f"{what}: the covariance is singular or not positive definite; look for two equal rows (a point given twice) "
        "or add a nugget, the variance of what differs from pixel to pixel"
    )
    if scale.min() <= 0.0 or np.abs(matrix - matrix.T).max() > 1e-9 * float(scale.max()) ** 2:
        raise DataError(message)
    try:
        factor, _ = cho_factor(matrix / np.outer(scale, scale), lower=True)
    except LinAlgError as error:
        raise DataError(message) from error
    if float(np.diagonal(factor).min()) ** 2 < 1e-13:
        raise DataError(message)
