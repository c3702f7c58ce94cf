"""Surfaces that meet: cut or lengthened to the line along which they cross, and meshed with shared vertices there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geoslip.faults.fault import Fault
from geoslip.faults.meshing.levels import (
    at_columns,
    bend_mask,
    column_of,
    crossing_near,
    lengthened,
    level_line,
    on_line,
    places_on,
    with_rows,
)
from geoslip.faults.meshing.mesher import Seam, mesh_surface
from geoslip.faults.meshing.sizes import EdgeLength, edge_length, spaced
from geoslip.faults.meshing.surface import Surface, corners

#: how far a surface may be lengthened or cut to meet another, as a fraction of its length
_REACH = 0.5

#: number of depths at which the line of a junction is followed
_LEVELS = 41

#: number of columns that follow a bend of the trace past which a junction runs
_COLUMNS = 25


@dataclass(frozen=True, eq=False)
class Junction:
    """The line (k, 3) down which two surfaces meet, from the top.

    `first` and `second` name them; the second always ends there, the first ends there too or (`abutting`) runs on.
    """

    first: str
    second: str
    line: np.ndarray
    abutting: bool


def mesh_surfaces(
    surfaces: Mapping[str, Surface],
    *,
    edge: float | EdgeLength,
    junctions: Sequence[tuple[str, str]] = (),
    blend: float | None = None,
) -> Fault:
    """Segments of triangles that share their vertices exactly where their surfaces meet.

    For each junction the ends of the two surfaces nearest to each other at the top are taken. Level by level both are
    lengthened straight on, or cut, to where they cross: end to end, or one ending on the face of the other (a branch).
    Where they do not cross because they run nearly parallel, as faults of one strike and two dips, `blend` turns each
    into the other over that distance from the junction.

    Parameters
    ----------
    surfaces : mapping of name to Surface
    edge : float or callable
        Edge length in m, or a function that gives it (n,) at points (n, 3).
    junctions : sequence of (name, name)
        Which surfaces meet.
    blend : float, optional
        Metres over which surfaces that do not cross are brought together.

    Returns
    -------
    Fault
        A segment for each surface, in order.

    Raises
    ------
    ValueError
        If a name is unknown, or two surfaces to be joined do not meet.
    """
    length = edge_length(edge)
    nets = dict(surfaces)
    for pair in junctions:
        for name in pair:
            if name not in nets:
                raise ValueError(f"junction names {name!r}: the surfaces are {', '.join(map(repr, nets))}")
        if pair[0] == pair[1]:
            raise ValueError(f"junction pairs {pair[0]!r} with itself: name two different surfaces")
    found = []
    for first, second in junctions:
        junction, changed = _meeting(nets, first, second, blend)
        nets |= changed
        found.append(junction)
    seams: dict[str, list[Seam]] = {name: [] for name in nets}
    for junction in found:
        for name, seam in _seams(nets, junction, length).items():
            seams[name].append(seam)
    return Fault(tuple(mesh_surface(net, name, edge=length, seams=tuple(seams[name])) for name, net in nets.items()))


def _meeting(
    nets: Mapping[str, Surface], first: str, second: str, blend: float | None
) -> tuple[Junction, dict[str, Surface]]:
    """The junction of two surfaces, and the surfaces changed to end there."""
    (one, one_end, one_gap), (other, other_end, other_gap) = (
        (name, *_nearest_end(nets[name], nets[against])) for name, against in ((first, second), (second, first))
    )
    ends_gap = float(np.linalg.norm(_end(nets[one], one_end)[0] - _end(nets[other], other_end)[0]))
    # end to end where both have an end near the other's end; a branch where one end is on the other's face
    branch = ends_gap > 2.0 * min(one_gap, other_gap) + 0.05 * min(nets[one].length, nets[other].length)
    if branch and one_gap < other_gap:
        one, one_end, one_gap, other, other_end, other_gap = other, other_end, other_gap, one, one_end, one_gap
    if other_gap > _REACH * nets[other].length:
        raise ValueError(
            f"surfaces {first!r} and {second!r} are {other_gap / 1e3:.4g} km apart at the top: only surfaces that "
            "meet, or nearly, can be joined; lengthen a trace, or leave the junction out"
        )
    depths = _levels(nets[one], nets[other])
    line = _crossing(nets[one], None if branch else one_end, nets[other], other_end, depths)
    if line is None:
        if blend is None or branch:
            raise ValueError(
                f"surfaces {first!r} and {second!r} do not cross within reach of their ends at every depth: they run "
                "nearly parallel or part; let the dip change along strike, or give a blend distance"
            )
        return _blended(nets, (one, one_end), (other, other_end), depths, blend)
    changed = {other: _ending_at(nets[other], other_end, line, other)}
    if not branch:
        changed[one] = _ending_at(nets[one], one_end, line, one)
    return Junction(one, other, line, branch), changed


def _end(net: Surface, end: int) -> np.ndarray:
    """Points (k, 3) down the start (0) or the end (-1) of a surface."""
    return net.points[:, end]


def _nearest_end(net: Surface, other: Surface) -> tuple[int, float]:
    """Which end of a surface is nearer to another at the top, and how far it is from it, m."""
    top = other.points[0, :, :2]
    gaps = []
    for end in (0, -1):
        place = net.points[0, end, :2]
        way = np.diff(top, axis=0)
        fraction = np.clip(np.einsum("mi,mi->m", place - top[:-1], way) / np.einsum("mi,mi->m", way, way), 0.0, 1.0)
        gaps.append(float(np.hypot(*(top[:-1] + fraction[:, None] * way - place).T).min()))
    end = int(np.argmin(gaps))
    return (0, -1)[end], gaps[end]


def _levels(one: Surface, other: Surface) -> np.ndarray:
    """Depths from the deeper top to the shallower bottom of two surfaces, those of their rows among them, m."""
    nets = (one, other)
    top = max(-float(net.points[0, :, 2].max()) for net in nets)
    bottom = min(-float(net.points[-1, :, 2].min()) for net in nets)
    if bottom - top <= 0.0:
        raise ValueError(
            f"surfaces to be joined have no depth in common: one begins at {top:g} m, the other ends above"
        )
    rows = np.concatenate([-net.points[:, end, 2] for net in nets for end in (0, -1)])
    even = np.linspace(top, bottom, _LEVELS)
    rows = rows[(rows > top) & (rows < bottom)]
    # a level next to a row's gives way to it, so that a bend of a surface is a bend of the junction
    near = np.abs(even[1:-1, None] - rows[None, :]).min(axis=1, initial=np.inf) < 0.3 * (even[1] - even[0])
    levels = np.sort(np.concatenate([even[:1], even[1:-1][~near], even[-1:], rows]))
    return levels[np.concatenate([[True], np.diff(levels) > 1e-6 * (bottom - top)])]


def _crossing(
    one: Surface, one_end: int | None, other: Surface, other_end: int, depths: np.ndarray
) -> np.ndarray | None:
    """The line (k, 3) along which two surfaces cross at these depths, or None where they do not at one of them.

    Ends are lengthened straight on; a surface without an end given is crossed on its face.
    """
    line = np.empty((len(depths), 3))
    for k, depth in enumerate(depths):
        first, second = level_line(one, depth), level_line(other, depth)
        reaches = [_REACH * net.length for net in (one, other)]
        face = first if one_end is None else lengthened(first, one_end, reaches[0])
        near = second[other_end] if one_end is None else 0.5 * (first[one_end] + second[other_end])
        point = crossing_near(face, lengthened(second, other_end, reaches[1]), near)
        if point is None:
            return None
        line[k] = (*point, -depth)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return None if steps.max() > 20.0 * np.diff(depths).max() else line


def _ending_at(net: Surface, end: int, line: np.ndarray, name: str) -> Surface:
    """A surface whose start (0) or end (-1) is a line, followed straight on beyond the line's ends."""
    # beside a bend of the trace the rows' columns shift from row to row, and need rows close together
    levels = bend_mask(line) if net.points.shape[1] == 2 else np.ones(len(line), dtype=bool)
    points = with_rows(net, end, -line[levels, 2]).points
    points = points if end == -1 else points[:, ::-1]
    target = np.empty((len(points), 3))
    reached = np.empty(len(points))
    for row, across in enumerate(points):
        target[row] = on_line(line, across[-1, 2])
        reached[row] = column_of(across[:, :2], target[row, :2])
    last = int(np.floor(reached.min() - 0.2))
    if last < 0:
        raise ValueError(f"the junction cuts surface {name!r} off altogether: check which side of it is meant to stay")
    kept = min(last, points.shape[1] - 2)
    # a straight rest needs no columns of its own; else they follow the rows' bends, those of the top exactly
    inner = np.arange(kept + 1, int(np.ceil(reached[0])))
    parts = np.ones(1)
    if inner.size:
        parts = np.unique(np.round([*np.linspace(0.0, 1.0, _COLUMNS), *((inner - kept) / (reached[0] - kept))], 9))[1:]
    between = [at_columns(across, kept + (far - kept) * parts) for across, far in zip(points, reached)]
    joined = np.concatenate([points[:, : kept + 1], np.array(between)], axis=1)
    joined[:, -1] = target
    return Surface(joined if end == -1 else joined[:, ::-1])


def _blended(
    nets: Mapping[str, Surface], first: tuple[str, int], second: tuple[str, int], depths: np.ndarray, blend: float
) -> tuple[Junction, dict[str, Surface]]:
    """Two surfaces moved so that their ends meet halfway, by less and less over a distance from there."""
    ends = [_end_line(nets[name], end, depths) for name, end in (first, second)]
    line = 0.5 * (ends[0] + ends[1])
    changed = {}
    for name, end in (first, second):
        points = with_rows(nets[name], end, -line[bend_mask(line), 2]).points
        points = points if end == -1 else points[:, ::-1]
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points[0], axis=0), axis=1))])
        extra = along[-1] - np.linspace(0.0, min(blend, 0.9 * along[-1]), 9)
        places = np.unique(np.concatenate([along, extra]).round(6))
        rows = np.stack([np.column_stack([np.interp(places, along, c) for c in row.T]) for row in points])
        shift = np.array([on_line(line, row[-1, 2]) - row[-1] for row in rows])
        weight = np.clip(1.0 - (places[-1] - places) / blend, 0.0, 1.0)
        rows += weight[None, :, None] * shift[:, None, :]
        changed[name] = Surface(rows if end == -1 else rows[:, ::-1])
    return Junction(first[0], second[0], line, False), changed


def _end_line(net: Surface, end: int, depths: np.ndarray) -> np.ndarray:
    return np.array([(*level_line(net, depth)[end], -depth) for depth in depths])


def _seams(nets: Mapping[str, Surface], junction: Junction, length: EdgeLength) -> dict[str, Seam]:
    """The vertices down a junction, with their places on both surfaces."""
    line = junction.line
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    depths = -line[:, 2]
    marks = [along[0], along[-1], *along[corners(line)]]
    for name in (junction.first, junction.second):
        net = nets[name]
        column = net.points[:, _column_at(net, line[0])]
        bends = -column[net.kink_rows, 2]
        marks += np.interp(bends[(bends > depths[0]) & (bends < depths[-1])], depths, along).tolist()
    marks = sorted(set(np.round(marks, 3)))
    marks[-1] = along[-1]

    def curve(at: np.ndarray) -> np.ndarray:
        return np.column_stack([np.interp(at, along, values) for values in line.T])

    parts = [spaced(curve, length, low=low, high=high) for low, high in pairwise(marks)]
    at = np.concatenate([parts[0]] + [part[1:] for part in parts[1:]])
    points = curve(at)
    return {name: Seam(places_on(nets[name], points), points) for name in (junction.first, junction.second)}


def _column_at(net: Surface, point: np.ndarray) -> int:
    return int(np.argmin(np.linalg.norm(net.points[0] - point, axis=1)))
