"""Surfaces below a mapped trace."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.meshing.profile import DipProfile, common_rows
from geoslip.faults.meshing.surface import Surface
from geoslip.faults.plane import checked_trace


def surface_from_trace(
    trace: ArrayLike,
    profile: DipProfile | Sequence[tuple[float, DipProfile]],
    *,
    smoothing: float = 0.0,
) -> Surface:
    """The surface that dips to the right of a trace.

    Below each vertex the surface goes down in the direction halfway between its two legs' normals, so far that every
    leg keeps its dip exactly: below a straight leg lies a plane, and planes meet without gap. With `smoothing` the
    direction is that of the trace smoothed over that length, for a wiggly trace above a fault that is not.

    Parameters
    ----------
    trace : array_like, (m, 2)
        East and north, m, in order; the fault dips to the right of it.
    profile : DipProfile, or sequence of (distance along the trace in m, DipProfile)
        One for all, or several between which the section changes linearly along the trace.
    smoothing : float
        Standard deviation of the Gaussian that smooths the trace's direction, m.

    Raises
    ------
    ValueError
        If the trace crosses itself, or the surface would fold at depth.
    """
    line = checked_trace(trace)
    refuse_crossing(line)
    stations = [(0.0, profile)] if isinstance(profile, DipProfile) else [(float(d), p) for d, p in profile]
    distances = np.array([distance for distance, _ in stations])
    total = float(np.hypot(*np.diff(line, axis=0).T).sum())
    if not len(stations) or np.any(np.diff(distances) <= 0.0) or distances[0] < 0.0 or distances[-1] > total + 1e-6:
        raise ValueError(
            f"profiles at {distances.tolist()} m: distances must grow and lie on the trace, 0..{total:.6g} m"
        )
    line, place = _with_vertices(line, distances)
    offsets, depths = common_rows([section for _, section in stations])
    offset = np.stack([np.interp(place, distances, column) for column in offsets.T])
    depth = np.stack([np.interp(place, distances, column) for column in depths.T])
    way = _smooth_normals(line, place, smoothing) if smoothing > 0.0 else _mitres(line)
    east_north = line + offset[:, :, None] * way
    return Surface(np.concatenate([east_north, -depth[:, :, None]], axis=2))


def refuse_crossing(line: np.ndarray, *, what: str = "trace") -> None:
    """Refuse a polyline (m, 2) of which two legs cross or touch, naming them.

    Raises
    ------
    ValueError
    """
    start, way = line[:-1], np.diff(line, axis=0)
    first, second = np.triu_indices(len(way), k=2)
    if np.allclose(line[0], line[-1]):
        raise ValueError(f"the {what} is closed: its first and last point are the same; cut it open")
    crossing = legs_cross(start[first], way[first], start[second], way[second])
    # a leg that runs straight back over the one before it
    turn = np.einsum("mi,mi->m", way[1:], way[:-1]) / np.hypot(*way[1:].T) / np.hypot(*way[:-1].T)
    back = np.flatnonzero(turn < -1.0 + 1e-9)
    if crossing.any() or back.size:
        a, b = (back[0], back[0] + 1) if back.size else (first[crossing][0], second[crossing][0])
        x, y = start[b]
        raise ValueError(
            f"the {what} crosses itself: leg {a} (points {a}, {a + 1}) and leg {b} (points {b}, {b + 1}, from east "
            f"{x:.6g}, north {y:.6g} m): check the order of the points, or split it"
        )


def legs_cross(start: np.ndarray, way: np.ndarray, other_start: np.ndarray, other_way: np.ndarray) -> np.ndarray:
    """Whether (n,) the segments start..start + way and other_start..other_start + other_way (n, 2) meet."""
    between = other_start - start
    area = way[:, 0] * other_way[:, 1] - way[:, 1] * other_way[:, 0]
    parallel = np.abs(area) < 1e-12 * np.hypot(*way.T) * np.hypot(*other_way.T)
    safe = np.where(parallel, 1.0, area)
    on_first = (between[:, 0] * other_way[:, 1] - between[:, 1] * other_way[:, 0]) / safe
    on_second = (between[:, 0] * way[:, 1] - between[:, 1] * way[:, 0]) / safe
    inside = (on_first >= 0.0) & (on_first <= 1.0) & (on_second >= 0.0) & (on_second <= 1.0)
    return inside & ~parallel


def _with_vertices(line: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The line with vertices at these distances along it too, and the distance of every vertex."""
    place = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    new = distances[np.abs(distances[:, None] - place[None, :]).min(axis=1) > 1e-6 * place[-1]]
    every = np.sort(np.concatenate([place, new]))
    return np.column_stack([np.interp(every, place, column) for column in line.T]), every


def _mitres(line: np.ndarray) -> np.ndarray:
    """For each vertex the horizontal vector (m, 2) that is one metre away from both of its legs, to their right."""
    way = np.diff(line, axis=0)
    normal = np.column_stack([way[:, 1], -way[:, 0]]) / np.hypot(*way.T)[:, None]
    before, after = np.vstack([normal[:1], normal]), np.vstack([normal, normal[-1:]])
    turn = 1.0 + np.einsum("mi,mi->m", before, after)
    sharp = np.flatnonzero(turn < 0.5)
    if sharp.size:
        raise ValueError(
            f"the trace turns by more than 120 degrees at point {sharp[0]}: split it there, or give a smoothing length"
        )
    return (before + after) / turn[:, None]


def _smooth_normals(line: np.ndarray, place: np.ndarray, scale: float) -> np.ndarray:
    """Unit normals (m, 2) to the right of the trace, its legs' directions averaged over a Gaussian along it."""
    way = np.diff(line, axis=0)
    middle = 0.5 * (place[1:] + place[:-1])
    weight = np.exp(-0.5 * ((place[:, None] - middle[None, :]) / scale) ** 2)
    # far from every leg's middle the nearest leg counts
    weight[np.arange(len(place)), np.abs(place[:, None] - middle[None, :]).argmin(axis=1)] += 1e-12
    mean = weight @ way
    return np.column_stack([mean[:, 1], -mean[:, 0]]) / np.hypot(*mean.T)[:, None]
