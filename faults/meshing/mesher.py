"""From a surface to a segment of triangles."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise, product

import numpy as np
from scipy.spatial import Delaunay

from geoslip.faults.meshing.relax import counterclockwise, inner_points, turned_to_delaunay, with_edges
from geoslip.faults.meshing.sizes import EdgeLength, edge_length, spaced
from geoslip.faults.meshing.surface import Surface, corners
from geoslip.faults.triangular import TriangularSegment

#: more triangles than this in one surface are taken for a slip of the pen
_MOST = 200_000


@dataclass(frozen=True, eq=False)
class Seam:
    """Vertices a mesh must have, in order along a line where another segment meets it.

    Parameters
    ----------
    places : numpy.ndarray, (k, 2)
        Distance along strike and down the dip on this surface, m.
    points : numpy.ndarray, (k, 3)
        East, north, up, m: taken as they are, so that both segments hold the same numbers.
    """

    places: np.ndarray
    points: np.ndarray


@dataclass(eq=False)
class _Frame:
    """Fixed places of a mesh under way, each once, and the edges between them that must stay."""

    places: list[np.ndarray] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    exact: dict[int, np.ndarray] = field(default_factory=dict)
    near: dict[tuple[int, int], int] = field(default_factory=dict)
    shared: int = 0

    def number(self, place: np.ndarray, tolerance: float) -> int:
        """Number of a place, added unless it is there."""
        i, j = (int(value) for value in np.round(place / (4.0 * tolerance)))
        for di, dj in product((0, -1, 1), repeat=2):
            if (i + di, j + dj) in self.near:
                return self.near[i + di, j + dj]
        self.places.append(place)
        self.near[i, j] = len(self.places) - 1
        return len(self.places) - 1

    def add_line(self, places: np.ndarray, tolerance: float) -> None:
        """Places in order along a line, with the edges between them."""
        numbers = [self.number(place, tolerance) for place in places]
        self.edges += [(a, b) for a, b in pairwise(numbers) if a != b]


def mesh_surface(
    surface: Surface, name: str, *, edge: float | EdgeLength, seams: tuple[Seam, ...] = ()
) -> TriangularSegment:
    """Triangles on a surface, with edges as long as wanted.

    The rim and every line where the surface bends are divided first and stay edges of the mesh; points between are
    spread by geoslip.faults.meshing.relax. The same input gives the same mesh.

    Parameters
    ----------
    surface : Surface
    name : str
        Name of the segment.
    edge : float or callable
        Edge length in m, or a function that gives it (n,) at points (n, 3); `graded` makes one that grows with depth.
    seams : tuple of Seam
        Lines of vertices shared with other segments.

    Returns
    -------
    TriangularSegment
        With its sides named and its vertices' places along strike and down the dip.

    Raises
    ------
    ValueError
        If the edge length is not positive or asks for millions of triangles.
    """
    length = edge_length(edge)
    _refuse_millions(surface, length)
    frame = _framework(surface, length, seams)
    fixed, kept = np.array(frame.places), np.array(frame.edges)
    free = inner_points(surface, fixed, length=length)
    places, kept, triangles = _kept_edges(surface, fixed, kept, free, shared=frame.shared, name=name)
    points = surface.at(places)
    for index, point in frame.exact.items():
        points[index] = point
    triangles = turned_to_delaunay(points, places, triangles, kept=kept)
    return TriangularSegment(name, points, triangles, sides=_sides(surface, places, triangles), unrolled=places)


def _refuse_millions(surface: Surface, length: EdgeLength) -> None:
    """Refuse edges so short that triangles could not be counted in thousands."""
    fractions = np.linspace(0.0, 1.0, 33)
    knots = surface.knots(fractions * surface.width)
    along = knots[:, :1] + fractions * (knots[:, -1:] - knots[:, :1])
    grid = np.stack([along, np.broadcast_to(fractions[:, None] * surface.width, along.shape)], axis=-1)
    wanted = length(surface.at(grid.reshape(-1, 2)))
    count = surface.length * surface.width * float(np.mean(1.0 / wanted**2)) * 4.0 / np.sqrt(3.0)
    if count > _MOST:
        raise ValueError(
            f"edges of {wanted.min():g} to {wanted.max():g} m on a surface of {surface.length:g} by {surface.width:g} "
            f"m make about {count:.1g} triangles: ask for longer edges, {_MOST} triangles at most"
        )


def _framework(surface: Surface, length: EdgeLength, seams: tuple[Seam, ...]) -> _Frame:
    """Seams first, then the rim and the kinks, divided between the places that are fixed already."""
    frame = _Frame()
    tolerance = _tolerance(surface)
    for seam in seams:
        places = _snapped(surface, seam.places, tolerance)
        for place, point in zip(places, seam.points):
            frame.exact[frame.number(place, tolerance)] = point
        frame.add_line(places, tolerance)
    frame.shared = len(frame.edges)
    last = surface.plane.shape[1] - 1
    columns, rows = [0, *surface.kink_columns.tolist(), last], [0, *surface.kink_rows.tolist(), -1]
    taken = {tuple(sorted(pair)) for pair in frame.edges}
    for row in rows:
        down = float(surface.down[row])
        # the rim keeps its own corners, as those of the trace
        own = corners(surface.points[row]) if row in (0, -1) else np.empty(0)
        marks = surface.knots(np.array([down]))[0, np.union1d(columns, own).astype(int)]
        _divide(frame, surface, marks, length=length, taken=taken, place=partial(_across, down))
    for column in columns:
        place = partial(_downward, surface, column)
        own = corners(surface.points[:, column]) if column in (0, last) else np.empty(0)
        marks = surface.down[np.union1d(np.array(rows) % len(surface.down), own).astype(int)]
        _divide(frame, surface, marks, length=length, taken=taken, place=place)
    return frame


def _across(down: float, along: np.ndarray) -> np.ndarray:
    """Places (n, 2) at distances along strike (n,) on a row."""
    return np.column_stack([along, np.full(len(along), down)])


def _downward(surface: Surface, column: int, down: np.ndarray) -> np.ndarray:
    """Places (n, 2) at distances down the dip (n,) on a column."""
    return np.column_stack([surface.knots(down)[:, column], down])


def _divide(
    frame: _Frame,
    surface: Surface,
    marks: np.ndarray,
    *,
    length: EdgeLength,
    taken: set[tuple[int, ...]],
    place: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Divide a line between its marks and the places on it that are fixed, except where a seam has done so."""
    tolerance = _tolerance(surface)
    if frame.places:
        held = np.array(frame.places)
        low, high = min(marks), max(marks)
        for axis in (0, 1):
            # a place is on the line if the line is there at the same distance along or down
            values = held[:, axis]
            there = (values > low + 4.0 * tolerance) & (values < high - 4.0 * tolerance)
            on = np.linalg.norm(place(values[there]) - held[there], axis=1) <= 4.0 * tolerance
            marks = np.concatenate([marks, values[there][on]])
    marks = np.sort(marks)
    marks = marks[np.concatenate([[True], np.diff(marks) > 8.0 * tolerance])]
    for low, high in pairwise(marks):
        pair = tuple(sorted(frame.number(end, tolerance) for end in place(np.array([low, high]))))
        if pair in taken or pair[0] == pair[1]:
            continue
        along = spaced(lambda at: surface.at(place(at)), length, low=low, high=high)
        frame.add_line(place(along), tolerance)


def _tolerance(surface: Surface) -> float:
    """Places nearer to each other than a few times this are one, m."""
    return 1e-6 * max(surface.length, surface.width)


def _snapped(surface: Surface, places: np.ndarray, tolerance: float) -> np.ndarray:
    """Places within a few times the tolerance of the rim put on it."""
    places = np.array(places, dtype=float)
    for value in (0.0, surface.width):
        places[np.abs(places[:, 1] - value) <= 40.0 * tolerance, 1] = value
    knots = surface.knots(places[:, 1])
    for side in (0, -1):
        near = np.abs(places[:, 0] - knots[:, side]) <= 40.0 * tolerance
        places[near, 0] = knots[near, side]
    return places


def _kept_edges(
    surface: Surface, fixed: np.ndarray, kept: np.ndarray, free: np.ndarray, *, shared: int, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All places, kept edges and triangles such that every kept edge is an edge of a triangle.

    Kept edges that another fixed place comes too near to are halved; the first `shared` ones belong to another mesh
    too and stay whole.

    Raises
    ------
    ValueError
        If a shared edge cannot be one.
    """
    for _ in range(6):
        free = _outside_circles(fixed, kept, free)
        places = np.vstack([fixed, free])
        triangles = Delaunay(places).simplices
        triangles = counterclockwise(places, triangles[_inside(surface, places, triangles)])
        missing = np.flatnonzero(_missing(kept, triangles, len(places)))
        split = missing[missing >= shared]
        if not split.size:
            break
        middle = 0.5 * (fixed[kept[split, 0]] + fixed[kept[split, 1]])
        number = len(fixed) + np.arange(len(split))
        halves = np.vstack([np.column_stack([kept[split, 0], number]), np.column_stack([number, kept[split, 1]])])
        fixed, kept = np.vstack([fixed, middle]), np.vstack([np.delete(kept, split, axis=0), halves])
    if missing.size:
        triangles = with_edges(places, triangles, kept[missing])
        missing = missing[_missing(kept[missing], triangles, len(places))]
    if missing.size:
        east, down = fixed[kept[missing[0], 0]]
        raise ValueError(
            f"surface {name!r}: {missing.size} edges of a junction or bend, the first {east:.6g} m along strike and "
            f"{down:.6g} m down the dip, lie too close to others for edges this long: ask for shorter ones"
        )
    return places, kept, triangles


def _missing(wanted: np.ndarray, triangles: np.ndarray, n: int) -> np.ndarray:
    """Whether (e,) edges (e, 2) are not among those of triangles on n places."""
    there = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1) @ [n, 1]
    return ~np.isin(np.sort(wanted, axis=1) @ [n, 1], there)


def _outside_circles(fixed: np.ndarray, kept: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Free places outside the circles over the kept edges, so that these are edges of the Delaunay triangles."""
    if not len(free):
        return free
    middle = 0.5 * (fixed[kept[:, 0]] + fixed[kept[:, 1]])
    radius = 0.5 * np.linalg.norm(fixed[kept[:, 0]] - fixed[kept[:, 1]], axis=1)
    inside = np.zeros(len(free), dtype=bool)
    for centre, reach in zip(middle, radius):
        inside |= np.hypot(*(free - centre).T) <= 1.02 * reach
    return free[~inside]


def _inside(surface: Surface, places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Whether (n,) triangles have an area, and lie within the outline where that is hollow."""
    at = places[triangles]
    first, second = at[:, 1] - at[:, 0], at[:, 2] - at[:, 0]
    area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    middle = at.mean(axis=1)
    held = np.all(np.abs(surface.within(middle) - middle) <= _tolerance(surface), axis=1)
    return held & (area > 1e-7 * np.sum(first**2 + second**2, axis=1))


def _sides(surface: Surface, places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Sides (n, 3) of the edges that lie on the rim."""
    knots = surface.knots(places[:, 1])
    slack = 4.0 * _tolerance(surface)
    on = {
        "bottom": np.abs(places[:, 1] - surface.width) <= slack,
        "start": np.abs(places[:, 0] - knots[:, 0]) <= slack,
        "end": np.abs(places[:, 0] - knots[:, -1]) <= slack,
    }
    following = np.roll(triangles, -1, axis=1)
    sides = np.full(triangles.shape, "top", dtype="<U6")
    for side, held in on.items():
        sides[held[triangles] & held[following]] = side
    return sides
