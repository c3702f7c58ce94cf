"""A scene: displacement on a regular grid, with the unit vector along which each pixel was measured."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import LARGEST_DISPLACEMENT
from geoslip.downsample.scenes.look import require_look
from geoslip.faults.frame import LocalFrame


class PixelSpacing(NamedTuple):
    """Distance between neighbouring pixels in metres, along rows and along columns of the array, both positive."""

    y: float
    x: float


class Pixels(NamedTuple):
    """Valid pixels in the local frame: points (n, 3), values (n,), directions (n, 3)."""

    points: NDArray[np.float64]
    values: NDArray[np.float64]
    directions: NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scene:
    """Displacement d = l . u of every pixel, in metres, positive toward the satellite.

    Parameters
    ----------
    name : str
        What the report calls it.
    values : ndarray, shape (ny, nx)
        Metres; NaN where there are no data. float32 is kept as it is, all sums are formed in float64.
    x, y : ndarray, shape (nx,) and (ny,)
        Coordinates of the pixel centres in `crs`, evenly spaced, rising or falling.
    look : ndarray, shape (3,) or (3, ny, nx)
        Unit vectors from the ground to the satellite: true east, north, up.
    crs : str or None
        Such as "EPSG:4326" or "EPSG:32611"; None: metres east and north of the case's origin.
    kind : str
        As in `Observations`; a scene that is no line of sight may have horizontal directions.
    notes : tuple of str
        How the reader understood the file, for the report.

    Raises
    ------
    DataError
        If shapes disagree, nothing is finite, the grid is uneven, or l is not of unit length or points down.
    """

    name: str
    values: NDArray[np.floating]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    look: NDArray[np.floating]
    crs: str | None
    kind: str = "los"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.asarray(self.values)
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "x", np.asarray(self.x, dtype=float))
        object.__setattr__(self, "y", np.asarray(self.y, dtype=float))
        look = np.asarray(self.look)
        object.__setattr__(self, "look", look if look.dtype == np.float32 else look.astype(np.float64))
        self._check_grid()
        self._check_values()
        self._check_look()

    def _check_grid(self) -> None:
        if self.values.ndim != 2 or self.values.shape != (self.y.size, self.x.size):
            raise DataError(
                f"{self.name}: values of shape {self.values.shape} with {self.y.size} rows (y) "
                f"and {self.x.size} columns (x); they must agree"
            )
        for axis, coordinate in (("x", self.x), ("y", self.y)):
            if coordinate.size < 2:
                raise DataError(f"{self.name}: only {coordinate.size} pixel along {axis}; a scene needs at least 2 x 2")
            steps = np.diff(coordinate)
            mean = steps.mean()
            if not np.isfinite(coordinate).all() or mean == 0.0 or np.abs(steps - mean).max() > 0.01 * abs(mean):
                raise DataError(f"{self.name}: {axis} is not evenly spaced; resample the scene to a regular grid")
        if self.crs is not None:
            crs = _crs(self.crs, self.name)
            if crs.is_geographic and max(abs(self.y[0]), abs(self.y[-1])) > 90.0:
                raise DataError(
                    f"{self.name}: latitudes from {self.y[0]:.6g} to {self.y[-1]:.6g}, but {self.crs} is geographic; "
                    "the coordinates look like metres, so name their projection"
                )

    def _check_values(self) -> None:
        finite = np.isfinite(self.values)
        if not finite.any():
            raise DataError(
                f"{self.name}: every pixel is NaN; check the no-data value, the mask and that this is the right band"
            )
        largest = float(np.abs(self.values[finite]).max())
        if largest > LARGEST_DISPLACEMENT:
            raise DataError(
                f"{self.name}: a displacement of {largest:.4g} m is no ground motion: check unit and no-data"
            )

    def _check_look(self) -> None:
        if self.look.shape not in ((3,), (3, *self.values.shape)):
            raise DataError(
                f"{self.name}: look vectors of shape {self.look.shape}; needed is (3,) or (3, {self.values.shape[0]}, "
                f"{self.values.shape[1]})"
            )
        vectors = self.look if self.look.ndim == 1 else np.moveaxis(self.look, 0, -1)[self.valid]
        if self.kind == "los":
            require_look(vectors, what=f"{self.name}: look vectors")
        elif not np.allclose(np.sqrt((vectors.astype(float) ** 2).sum(axis=-1)), 1.0, atol=2e-3):
            raise DataError(f"{self.name}: directions of {self.kind} data must be unit vectors (east, north, up)")
        if not np.isfinite(vectors).all():
            raise DataError(
                f"{self.name}: some pixels have data but no look vector; mask them or complete the look files"
            )

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """True where there are data, shape (ny, nx)."""
        return np.isfinite(self.values)

    @cached_property
    def spacing(self) -> PixelSpacing:
        """Distance between neighbouring pixels in metres on the ground, at the scene's centre.

        True along both axes in every projection: a UTM zone shrinks by up to 0.04 %, web Mercator stretches by 1/cos.
        """
        step_y, step_x = (abs(axis[-1] - axis[0]) / (axis.size - 1) for axis in (self.y, self.x))
        if self.crs is None:
            return PixelSpacing(step_y, step_x)
        middle_y, middle_x = 0.5 * (self.y[0] + self.y[-1]), 0.5 * (self.x[0] + self.x[-1])
        ellipsoid, lengths = Geod(ellps="WGS84"), []
        for half_y, half_x in ((0.5 * step_y, 0.0), (0.0, 0.5 * step_x)):
            longitude, latitude = self.geographic(
                [middle_x - half_x, middle_x + half_x], [middle_y - half_y, middle_y + half_y]
            )
            lengths.append(float(ellipsoid.inv(longitude[0], latitude[0], longitude[1], latitude[1])[2]))
        return PixelSpacing(*lengths)

    def mask(self, remove: NDArray[np.bool_]) -> "Scene":
        """Give the scene without the pixels where `remove`, shape (ny, nx), is True."""
        remove = np.asarray(remove, dtype=bool)
        if remove.shape != self.values.shape:
            raise DataError(f"{self.name}: a mask of shape {remove.shape} for a scene of shape {self.values.shape}")
        return replace(self, values=np.where(remove, self.values.dtype.type(np.nan), self.values))

    def geographic(
        self, x: ArrayLike, y: ArrayLike, *, frame: LocalFrame | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give longitude and latitude (degrees, WGS84) of coordinates in the scene's own system.

        Parameters
        ----------
        x, y : array_like, shape (...)
            In the scene's `crs`.
        frame : LocalFrame, optional
            Needed where `crs` is None.

        Returns
        -------
        tuple of ndarray
            Longitude, latitude.

        Raises
        ------
        DataError
            If the scene has no crs and no frame is given.
        """
        east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if self.crs is None:
            if frame is None:
                raise DataError(f"{self.name}: coordinates are metres about an origin; give the local frame")
            longitude, latitude = frame.to_geographic(east, north)
        else:
            transformer = Transformer.from_crs(_crs(self.crs, self.name), "EPSG:4326", always_xy=True)
            longitude, latitude = transformer.transform(east, north)
        return np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)

    def coordinates(
        self, longitude: ArrayLike, latitude: ArrayLike, *, frame: LocalFrame | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give coordinates in the scene's own system of longitude and latitude: the inverse of `geographic`."""
        east, north = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
        if self.crs is None:
            if frame is None:
                raise DataError(f"{self.name}: coordinates are metres about an origin; give the local frame")
            x, y = frame.to_local(east, north)
        else:
            transformer = Transformer.from_crs("EPSG:4326", _crs(self.crs, self.name), always_xy=True)
            x, y = transformer.transform(east, north)
        return np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    def pixels(self, *, frame: LocalFrame, step: int = 1) -> Pixels:
        """Give every `step`-th valid pixel along both axes in the local frame.

        Parameters
        ----------
        frame : LocalFrame
            The case's frame.
        step : int
            1 takes all.

        Returns
        -------
        Pixels
            Points (n, 3), values (n,) and directions (n, 3), about 60 bytes a pixel.
        """
        part = (slice(None, None, step), slice(None, None, step))
        rows, columns = np.nonzero(self.valid[part])
        rows, columns = rows * step, columns * step
        longitude, latitude = self.geographic(self.x[columns], self.y[rows], frame=frame)
        east, north = frame.to_local(longitude, latitude)
        look = self.look if self.look.ndim == 1 else self.look[:, rows, columns].T
        vectors = np.broadcast_to(look, (rows.size, 3)).astype(float)
        return Pixels(
            np.column_stack([east, north, np.zeros(rows.size)]),
            self.values[rows, columns].astype(float),
            frame.rotate_to_frame(vectors, longitude, latitude),
        )

    def summary(self) -> dict[str, Any]:
        """Give size, spacing, extent, share of valid pixels, range, mean, standard deviation and mean look vector."""
        data = self.values[self.valid].astype(float)
        look = (
            self.look if self.look.ndim == 1 else np.array([part[self.valid].mean(dtype=float) for part in self.look])
        )
        return {
            "name": self.name,
            "shape": self.values.shape,
            "crs": self.crs,
            "spacing_m": tuple(self.spacing),
            "x": (float(self.x.min()), float(self.x.max())),
            "y": (float(self.y.min()), float(self.y.max())),
            "valid_fraction": data.size / self.values.size,
            "minimum_m": float(data.min()),
            "maximum_m": float(data.max()),
            "mean_m": float(data.mean()),
            "standard_deviation_m": float(data.std()),
            "mean_look": tuple(float(part) for part in look),
        }


def _crs(text: str, name: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise DataError(f"{name}: {text!r} is no coordinate reference system; write it as EPSG:32611") from error
