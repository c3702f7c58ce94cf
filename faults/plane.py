"""One rectangular fault plane, and the ways to say where it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.corners import rectangles_of_corners
from geoslip.faults.segment import GROUND_ROUNDING
from geoslip.faults.vectors import azimuth_of, normal_vector, strike_vector, updip_vector


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A rectangle in the ground, held by the centre of its top edge.

    Parameters
    ----------
    east, north, up : float
        Centre of the top edge, m in the local frame; up <= 0.
    strike, dip : float
        Degrees; strike clockwise from north, dip 0..90 down to the right of strike.
    length, width : float
        Along strike and down the dip, m.

    Raises
    ------
    ValueError
        For a value that is not finite, a plane above ground, a dip outside 0..90, or no extent.
    """

    east: float
    north: float
    up: float
    strike: float
    dip: float
    length: float
    width: float

    def __post_init__(self) -> None:
        for label in self.__dataclass_fields__:
            value = float(getattr(self, label))
            if not np.isfinite(value):
                raise ValueError(f"{label} of the plane is {value}: it must be a finite number")
            object.__setattr__(self, label, value)
        if not 0.0 <= self.dip <= 90.0:
            raise ValueError(
                f"dip {self.dip:g} is outside 0..90 degrees: for a plane past vertical turn the strike by 180 degrees"
            )
        for label in ("length", "width"):
            if getattr(self, label) <= 0.0:
                raise ValueError(f"{label} {getattr(self, label):g} m of the plane must be greater than 0")
        if self.up > GROUND_ROUNDING:
            raise ValueError(
                f"the plane's top edge is {self.up:g} m above ground: it must be at a depth >= 0; "
                "lower the plane or make it narrower"
            )
        object.__setattr__(self, "up", min(self.up, 0.0))

    @classmethod
    def from_top_centre(
        cls, point: ArrayLike, *, strike: float, dip: float, length: float, width: float, depth: float = 0.0
    ) -> "Plane":
        """Plane whose top edge has its centre at `point`: (east, north) with `depth` >= 0, or (east, north, up), m."""
        east, north, up = _located(point, depth)
        return cls(east=east, north=north, up=up, strike=strike, dip=dip, length=length, width=width)

    @classmethod
    def from_centre(
        cls, point: ArrayLike, *, strike: float, dip: float, length: float, width: float, depth: float = 0.0
    ) -> "Plane":
        """Plane whose middle is at `point`: (east, north) with `depth` >= 0, or (east, north, up), m."""
        _require_angles(strike, dip)
        top = np.array(_located(point, depth)) + 0.5 * width * updip_vector(strike, dip)
        return cls.from_top_centre(top, strike=strike, dip=dip, length=length, width=width)

    @classmethod
    def from_top_corner(
        cls,
        point: ArrayLike,
        *,
        strike: float,
        dip: float,
        length: float,
        width: float,
        depth: float = 0.0,
        corner: str = "start",
    ) -> "Plane":
        """Plane whose top edge starts (or ends, corner='end') at `point`; the strike runs from start to end."""
        if corner not in ("start", "end"):
            raise ValueError(f"corner {corner!r} is unknown: it must be 'start' or 'end' of the top edge along strike")
        _require_angles(strike, dip)
        way = 0.5 if corner == "start" else -0.5
        top = np.array(_located(point, depth)) + way * length * strike_vector(strike)
        return cls.from_top_centre(top, strike=strike, dip=dip, length=length, width=width)

    @classmethod
    def from_corners(cls, corners: ArrayLike, *, tolerance: float = 0.01) -> "Plane":
        """Plane through four corners (4, 3) in any order round the outline (east, north, up; m).

        The two upper corners are the top edge, and the strike is the direction along it that has the plane dip to
        the right. Of a vertical plane the strike runs from the first to the second of the upper corners as given,
        of a horizontal one from the first to the second corner. Corners may miss a rectangle by `tolerance` of the
        longest side; the rectangle nearest to them is taken.

        Raises
        ------
        ValueError
            If the corners do not make a rectangle with a horizontal top edge, or lie above ground.
        """
        given = np.asarray(corners, dtype=float)
        if given.shape != (4, 3) or not np.isfinite(given).all():
            raise ValueError(f"corners have shape {given.shape}: four finite corners (east, north, up) are needed")
        (row,) = rectangles_of_corners(given[None], tolerance=tolerance)
        return cls.from_top_centre(row[:3], strike=row[3], dip=row[4], length=row[5], width=row[6])

    @classmethod
    def from_trace(cls, points: ArrayLike, *, dip: float, width: float, top_depth: float = 0.0) -> "Plane":
        """The one plane that fits a surface trace best; geoslip.faults.planes_along_trace gives one per leg.

        The plane, continued upward, meets the ground along the line through the trace's legs (least squares weighted
        by length) and dips to the right of the trace's direction; reverse the points to have it dip the other way.
        With a `top_depth` the top edge lies down-dip of that line. Its ends are those of the trace.

        Parameters
        ----------
        points : array_like, (m, 2)
            East and north of the trace, m, in order.
        dip, width, top_depth : float
            Degrees and m.
        """
        trace = checked_trace(points)
        legs = np.diff(trace, axis=0)
        weight = np.hypot(legs[:, 0], legs[:, 1])
        middle = np.average(0.5 * (trace[:-1] + trace[1:]), axis=0, weights=weight)
        # second moments of the polyline itself, not of its vertices: dense vertices must not pull the line
        start, end = trace[:-1] - middle, trace[1:] - middle
        moment = sum(
            w / 6.0 * (2 * np.outer(a, a) + 2 * np.outer(b, b) + np.outer(a, b) + np.outer(b, a))
            for w, a, b in zip(weight, start, end)
        )
        direction = np.linalg.eigh(moment)[1][:, -1]
        if direction @ (trace[-1] - trace[0]) < 0.0:
            direction = -direction
        reach = (trace - middle) @ direction
        ends = middle + np.outer([reach.min(), reach.max()], direction)
        return _below_leg(ends[0], ends[1], dip=dip, width=width, top_depth=top_depth)

    @property
    def top_centre(self) -> np.ndarray:
        """Centre of the top edge (3,), m."""
        return np.array([self.east, self.north, self.up])

    @property
    def centre(self) -> np.ndarray:
        """Middle of the plane (3,), m."""
        return self.top_centre - 0.5 * self.width * updip_vector(self.strike, self.dip)

    @property
    def normal(self) -> np.ndarray:
        """Unit normal (3,) into the hanging wall."""
        return normal_vector(self.strike, self.dip)

    @property
    def top_depth(self) -> float:
        """Depth of the top edge, m."""
        return -self.up

    @property
    def bottom_depth(self) -> float:
        """Depth of the bottom edge, m."""
        return float(-self.up + self.width * np.sin(np.deg2rad(self.dip)))

    @property
    def outline(self) -> np.ndarray:
        """Corners (4, 3), m: top start, top end, bottom end, bottom start."""
        half = 0.5 * self.length * strike_vector(self.strike)
        down = -self.width * updip_vector(self.strike, self.dip)
        top = self.top_centre
        return np.stack([top - half, top + half, top + half + down, top - half + down])

    def extended(self, *, start: float = 0.0, end: float = 0.0, up_dip: float = 0.0, down_dip: float = 0.0) -> "Plane":
        """The plane made larger (or, with negative values, smaller) at its four sides, m in its own plane."""
        top = self.top_centre + 0.5 * (end - start) * strike_vector(self.strike)
        top = top + up_dip * updip_vector(self.strike, self.dip)
        return Plane.from_top_centre(
            top,
            strike=self.strike,
            dip=self.dip,
            length=self.length + start + end,
            width=self.width + up_dip + down_dip,
        )

    def to_depths(self, *, top: float | None = None, bottom: float | None = None) -> "Plane":
        """The plane continued or cut within itself so that its edges lie at these depths (m; None leaves an edge)."""
        if self.dip == 0.0:
            raise ValueError("a horizontal plane keeps one depth: its edges cannot be moved to others")
        sine = np.sin(np.deg2rad(self.dip))
        up_dip = 0.0 if top is None else (self.top_depth - top) / sine
        down_dip = 0.0 if bottom is None else (bottom - self.bottom_depth) / sine
        return self.extended(up_dip=up_dip, down_dip=down_dip)


def planes_along_trace(
    points: ArrayLike, *, dip: float | Sequence[float], width: float, top_depth: float = 0.0
) -> tuple[Plane, ...]:
    """One plane for each leg of a surface trace.

    Each plane, continued upward, meets the ground along its leg and dips to the right of the trace's direction. At a
    bend, planes that are not vertical part or overlap at depth; meshes of triangles meet there exactly.

    Parameters
    ----------
    points : array_like, (m, 2)
        East and north of the trace, m, in order.
    dip : float or sequence of m - 1 floats
        Degrees, one for all or one per leg.
    width, top_depth : float
        Down-dip width and depth of the top edges, m.
    """
    trace = checked_trace(points)
    dips = np.asarray(dip, dtype=float)
    if dips.ndim == 0:
        dips = np.full(len(trace) - 1, float(dips))
    if dips.shape != (len(trace) - 1,):
        raise ValueError(f"{dips.size} dips for a trace of {len(trace) - 1} legs: give one dip, or one per leg")
    return tuple(
        _below_leg(a, b, dip=float(d), width=width, top_depth=top_depth) for a, b, d in zip(trace[:-1], trace[1:], dips)
    )


def checked_trace(points: ArrayLike) -> np.ndarray:
    """A trace as array (m, 2), refused if it has fewer than two points, a NaN, or a leg without length."""
    trace = np.asarray(points, dtype=float)
    if trace.ndim != 2 or trace.shape[1] != 2 or len(trace) < 2:
        raise ValueError(f"the trace has shape {trace.shape}: it must be (m, 2), east and north of two or more points")
    if not np.isfinite(trace).all():
        raise ValueError(f"trace point {np.flatnonzero(~np.isfinite(trace).all(axis=1))[0]} is not finite")
    short = np.flatnonzero(np.hypot(*np.diff(trace, axis=0).T) < 1e-6)
    if short.size:
        raise ValueError(f"trace points {short[0]} and {short[0] + 1} are the same: leave one of them out")
    return trace


def _below_leg(start: np.ndarray, end: np.ndarray, *, dip: float, width: float, top_depth: float) -> Plane:
    if not top_depth >= 0.0:
        raise ValueError(f"top_depth {top_depth:g} m is above ground: depths count downward from 0")
    strike = float(azimuth_of(*(end - start)))
    _require_angles(strike, dip)
    if dip == 0.0 and top_depth > 0.0:
        raise ValueError("a horizontal plane never meets its surface trace: give its top centre or corners instead")
    top = np.append(0.5 * (start + end), 0.0)
    if top_depth > 0.0:
        top = top - top_depth / np.sin(np.deg2rad(dip)) * updip_vector(strike, dip)
        top[2] = -top_depth
    length = float(np.hypot(*(end - start)))
    return Plane.from_top_centre(top, strike=strike, dip=dip, length=length, width=width)


def _located(point: ArrayLike, depth: float) -> tuple[float, float, float]:
    place = np.asarray(point, dtype=float)
    if place.shape == (2,):
        return float(place[0]), float(place[1]), -float(depth)
    if place.shape == (3,):
        if depth != 0.0:
            raise ValueError(f"point {place.tolist()} already has an up of its own: leave depth {depth:g} out")
        return float(place[0]), float(place[1]), float(place[2])
    raise ValueError(f"point has shape {place.shape}: it must be (east, north) or (east, north, up), m")


def _require_angles(strike: float, dip: float) -> None:
    """Refuse, before they reach a sine, angles whose later complaint would name another culprit."""
    if not np.isfinite(strike):
        raise ValueError(f"strike {strike} of the plane must be a finite number of degrees")
    if not 0.0 <= dip <= 90.0:
        raise ValueError(
            f"dip {dip:g} is outside 0..90 degrees: for a plane past vertical turn the strike by 180 degrees"
        )
