"""A fault surface as a net of points, and as a function of distance along strike and down the dip."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geoslip.faults.segment import GROUND_ROUNDING

#: rows and columns of a net along half of which the surface turns by more degrees than this are edges of the mesh
KINK = 4.0


@dataclass(frozen=True, eq=False)
class Surface:
    """A surface through a net of points, straight between them.

    Parameters
    ----------
    points : array_like, (k, m, 3)
        East, north, up (m): k rows from the top down, m columns from start to end along strike (hanging wall to the
        right).

    Raises
    ------
    ValueError
        If the net is too small, not finite, above ground, or folds: where two columns or rows cross.
    """

    points: np.ndarray

    def __post_init__(self) -> None:
        net = np.array(self.points, dtype=float)
        if net.ndim != 3 or net.shape[2] != 3 or net.shape[0] < 2 or net.shape[1] < 2:
            raise ValueError(
                f"a surface's net has shape {net.shape}: it must be (rows, columns, 3), two or more of each"
            )
        if not np.isfinite(net).all():
            row, column = np.argwhere(~np.isfinite(net).all(axis=2))[0]
            raise ValueError(f"the surface's point in row {row}, column {column} is not finite")
        if net[..., 2].max() > GROUND_ROUNDING:
            row, column = np.unravel_index(np.argmax(net[..., 2]), net.shape[:2])
            raise ValueError(
                f"the surface is {net[row, column, 2]:g} m above ground in row {row}, column {column}: up must be <= 0"
            )
        net[..., 2] = np.minimum(net[..., 2], 0.0)
        object.__setattr__(self, "points", net)
        self._refuse_folds()
        net.setflags(write=False)

    def _refuse_folds(self) -> None:
        """Refuse a net whose cells turn over: neighbouring columns cross below, or rows do."""
        net = self.points
        along, down = np.diff(net, axis=1), np.diff(net, axis=0)
        corner = np.cross(along[:-1], down[:, :-1]), np.cross(along[1:], down[:, 1:])
        mean = np.array([np.cross(along[:-1] + along[1:], down[:, :-1] + down[:, 1:])])[0]
        for part in corner:
            wrong = np.argwhere(np.einsum("kmi,kmi->km", part, mean) <= 0.0)
            if wrong.size:
                row, column = wrong[0]
                east, north, up = net[row + 1, column]
                raise ValueError(
                    f"the surface folds over itself at {-up:.6g} m depth (east {east:.6g}, north {north:.6g} m, net "
                    f"row {row + 1}, column {column}): its lines down the dip cross there; smooth the trace or "
                    "contours, steepen the dip, or end the fault higher"
                )

    @cached_property
    def plane(self) -> np.ndarray:
        """Places (k, m, 2) of the net's points with the surface laid flat: along strike and down the dip, m.

        Rows keep their lengths and lie level, at their mean distance from each other and as far along as they are.
        """
        net = self.points
        step = np.diff(net, axis=1)
        size = np.linalg.norm(step, axis=2)
        run = np.concatenate([np.zeros((len(net), 1)), np.cumsum(size, axis=1)], axis=1)
        # direction of each row at its points: that of the legs on either side
        way = step / size[..., None]
        way = np.concatenate([way[:, :1], way[:, 1:] + way[:, :-1], way[:, -1:]], axis=1)
        way = way[:-1] + way[1:]
        way /= np.linalg.norm(way, axis=2)[..., None]
        down = np.diff(net, axis=0)
        forward = np.einsum("kmi,kmi->km", down, way)
        apart = np.linalg.norm(down - forward[..., None] * way, axis=2).mean(axis=1)
        shift = (run[:-1] + forward - run[1:]).mean(axis=1)
        flat = np.empty((*net.shape[:2], 2))
        flat[..., 0] = run + np.concatenate([[0.0], np.cumsum(shift)])[:, None]
        flat[..., 1] = np.concatenate([[0.0], np.cumsum(apart)])[:, None]
        return flat

    @property
    def down(self) -> np.ndarray:
        """Distance down the dip of each row (k,), m."""
        return self.plane[:, 0, 1]

    @property
    def length(self) -> float:
        """Mean length along strike, m."""
        return float((self.plane[:, -1, 0] - self.plane[:, 0, 0]).mean())

    @property
    def width(self) -> float:
        """Mean width down the dip, m."""
        return float(self.down[-1])

    def knots(self, down: np.ndarray) -> np.ndarray:
        """Distance along strike (n, m) of every column at distances down the dip (n,), m."""
        row, below = _cell(self.down, np.asarray(down, dtype=float))
        return (1.0 - below[:, None]) * self.plane[row, :, 0] + below[:, None] * self.plane[row + 1, :, 0]

    def at(self, places: np.ndarray) -> np.ndarray:
        """Points (n, 3) of the surface at places (n, 2) of the plane."""
        row, below = _cell(self.down, places[:, 1])
        knots = self.knots(places[:, 1])
        column = np.clip(np.sum(knots <= places[:, :1], axis=1) - 1, 0, knots.shape[1] - 2)
        which = np.arange(len(places))
        low, high = knots[which, column], knots[which, column + 1]
        net, a, b = self.points, ((places[:, 0] - low) / (high - low))[:, None], below[:, None]
        upper = (1.0 - a) * net[row, column] + a * net[row, column + 1]
        lower = (1.0 - a) * net[row + 1, column] + a * net[row + 1, column + 1]
        return (1.0 - b) * upper + b * lower

    def within(self, places: np.ndarray, margin: np.ndarray | float = 0.0) -> np.ndarray:
        """Places (n, 2) moved into the surface's outline, a margin (n,) from its rim."""
        low, high = np.broadcast_to(margin, len(places)), self.width - np.broadcast_to(margin, len(places))
        inside = places.copy()
        inside[:, 1] = np.clip(places[:, 1], low, np.maximum(high, low))
        knots = self.knots(inside[:, 1])
        start, end = knots[:, 0] + margin, knots[:, -1] - margin
        inside[:, 0] = np.clip(places[:, 0], start, np.maximum(end, start))
        return inside

    @cached_property
    def kink_rows(self) -> np.ndarray:
        """Numbers of the inner rows where the surface bends."""
        return 1 + np.flatnonzero(np.median(_turns(self._normals, axis=0), axis=1) > KINK)

    @cached_property
    def kink_columns(self) -> np.ndarray:
        """Numbers of the inner columns where the surface bends."""
        return 1 + np.flatnonzero(np.median(_turns(self._normals, axis=1), axis=0) > KINK)

    @property
    def _normals(self) -> np.ndarray:
        """Unit normals (k - 1, m - 1, 3) of the net's cells."""
        net = self.points
        normal = np.cross(net[1:, 1:] - net[:-1, :-1], net[1:, :-1] - net[:-1, 1:])
        return normal / np.linalg.norm(normal, axis=2)[..., None]


def _cell(knots: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    index = np.clip(np.searchsorted(knots, values, side="right") - 1, 0, len(knots) - 2)
    return index, (values - knots[index]) / (knots[index + 1] - knots[index])


def _turns(normals: np.ndarray, *, axis: int) -> np.ndarray:
    """Angles between neighbouring normals along an axis, degrees."""
    first, second = (np.take(normals, np.arange(a, normals.shape[axis] - 1 + a), axis=axis) for a in (0, 1))
    return np.rad2deg(np.arccos(np.clip(np.sum(first * second, axis=2), -1.0, 1.0)))


def corners(line: np.ndarray) -> np.ndarray:
    """Numbers of the inner points of a line (m, 3) at which it turns by more than KINK degrees."""
    step = np.diff(line, axis=0)
    step /= np.linalg.norm(step, axis=1)[:, None]
    turn = np.rad2deg(np.arccos(np.clip(np.sum(step[1:] * step[:-1], axis=1), -1.0, 1.0)))
    return 1 + np.flatnonzero(turn > KINK)
