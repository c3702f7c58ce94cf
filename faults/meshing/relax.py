"""Points spread over a rectangle of a surface so that the edges between them have the wanted lengths.

Edges shorter than wanted push their ends apart, as springs that never pull (Persson & Strang 2004, "A simple mesh
generator in MATLAB", section 2), with lengths measured on the surface in three dimensions and points moved in the plane
of distance along strike and down the dip. Then edges are turned until the triangles are Delaunay on the surface.
"""

from collections.abc import Callable

import numpy as np
from scipy.spatial import Delaunay, cKDTree

from geoslip.faults.mesh_checks import mesh_edges
from geoslip.faults.meshing.sizes import EdgeLength
from geoslip.faults.meshing.surface import Surface

#: springs are this much longer than wanted, so that points spread to fill the surface
_PRESSURE = 1.2

#: part of the spring's excess a point moves per step, and the number of steps
_STEP, _STEPS = 0.2, 60

#: points nearer than this fraction of the wanted length to a fixed point are left out
_CLEARANCE = 0.7

Placing = Callable[[np.ndarray], np.ndarray]


def inner_points(surface: Surface, fixed: np.ndarray, *, length: EdgeLength) -> np.ndarray:
    """Places (n, 2) inside a surface's outline, spread between fixed places.

    Parameters
    ----------
    surface : Surface
    fixed : numpy.ndarray, (f, 2)
        Places on its rim and along its kinks.
    length : callable
        Wanted edge length (n,) at points (n, 3).
    """
    place = surface.at
    free = _seeded(surface, fixed, length)
    if not len(free):
        return free
    triangles = np.empty((0, 3), dtype=int)
    for step in range(_STEPS):
        places = np.vstack([fixed, free])
        if step % 4 == 0:
            points = place(places)
            if step and step < _STEPS // 2:
                free = _uncrowded(place, fixed, free, length)
                places = np.vstack([fixed, free])
                points = place(places)
            triangles = Delaunay(places).simplices
            bars = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
        else:
            points = place(places)
        way = points[bars[:, 1]] - points[bars[:, 0]]
        size = np.linalg.norm(way, axis=1)
        wanted = length(0.5 * (points[bars[:, 0]] + points[bars[:, 1]]))
        wanted *= _PRESSURE * np.sqrt(np.sum(size**2) / np.sum(wanted**2))
        excess = np.maximum(wanted - size, 0.0) / np.maximum(size, 1e-9)
        push = excess[:, None] * (places[bars[:, 1]] - places[bars[:, 0]])
        total = np.zeros_like(places)
        np.add.at(total, bars[:, 1], push)
        np.add.at(total, bars[:, 0], -push)
        free = surface.within(free + _STEP * total[len(fixed) :], 0.3 * length(points[len(fixed) :]))
    return _uncrowded(place, fixed, free, length)


def _seeded(surface: Surface, fixed: np.ndarray, length: EdgeLength) -> np.ndarray:
    """A triangular lattice of the smallest edge, thinned to the wanted density, away from fixed places."""
    finest = float(length(surface.points.reshape(-1, 3)).min())
    low, high = surface.plane[..., 0].min(), surface.plane[..., 0].max()
    columns, rows = int((high - low) / finest) + 1, int(surface.width / (finest * np.sqrt(0.75))) + 1
    i, j = np.meshgrid(np.arange(columns), np.arange(rows))
    lattice = np.column_stack([(low + (i + 0.5 * (j % 2)) * finest).ravel(), (j * finest * np.sqrt(0.75)).ravel()])
    lattice = lattice[np.all(surface.within(lattice, 1e-6 * finest) == lattice, axis=1)]
    if not len(lattice):
        return lattice
    # a fixed seed: the same surface always gets the same mesh
    chance = np.random.default_rng(19).random(len(lattice))
    lattice = lattice[chance < (finest / length(surface.at(lattice))) ** 2]
    return _apart(surface.at, fixed, lattice, length)


def _apart(place: Placing, fixed: np.ndarray, free: np.ndarray, length: EdgeLength) -> np.ndarray:
    if not len(free):
        return free
    points = place(free)
    nearest = cKDTree(place(fixed)).query(points)[0]
    return free[nearest > _CLEARANCE * length(points)]


def _uncrowded(place: Placing, fixed: np.ndarray, free: np.ndarray, length: EdgeLength) -> np.ndarray:
    """Free places without those near a fixed one, and without one of each two that crowd each other."""
    free = _apart(place, fixed, free, length)
    if len(free) < 2:
        return free
    points = place(free)
    near, number = cKDTree(points).query(points, k=2)
    crowded = (near[:, 1] < 0.5 * length(points)) & (number[:, 1] < np.arange(len(free)))
    return free[~crowded]


def turned_to_delaunay(
    points: np.ndarray, places: np.ndarray, triangles: np.ndarray, *, kept: np.ndarray
) -> np.ndarray:
    """Triangles with edges turned until opposite angles, measured in three dimensions, nowhere exceed 180 degrees.

    Edges in `kept` (e, 2) stay, and so does every edge whose turning would turn a triangle over in the plane.
    """
    triangles = triangles.copy()
    n = len(points)
    held = np.unique(np.sort(kept, axis=1) @ np.array([n, 1])) if len(kept) else np.array([], dtype=int)
    for _ in range(100):
        edges = mesh_edges(triangles)
        inner = (edges.triangles[:, 1] >= 0) & ~np.isin(edges.ends @ np.array([n, 1]), held)
        ends, both = edges.ends[inner], edges.triangles[inner]
        tips = triangles[both].sum(axis=2) - ends.sum(axis=1)[:, None]
        angle = _angle(points, tips[:, 0], ends) + _angle(points, tips[:, 1], ends)
        areas = [_area(places, tips[:, 0], ends[:, k], tips[:, 1]) for k in (0, 1)]
        # the two new triangles lie on either side of the new edge
        proper = (areas[0] * areas[1] < 0.0) & (np.minimum(*np.abs(areas)) > 1e-6 * np.abs(areas).max())
        wrong = np.flatnonzero(proper & (angle > np.pi + 1e-9))
        if not wrong.size:
            break
        taken: set[int] = set()
        for edge in wrong[np.argsort(-angle[wrong], kind="stable")].tolist():
            one, other = both[edge].tolist()
            if one in taken or other in taken:
                continue
            taken |= {one, other}
            (a, b), (c, d) = ends[edge].tolist(), tips[edge].tolist()
            triangles[one], triangles[other] = [a, d, c], [b, c, d]
    return counterclockwise(places, triangles)


def with_edges(places: np.ndarray, triangles: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Triangles with edges turned until these (e, 2) are among them, as far as no vertex lies on one of them."""
    triangles = triangles.copy()
    for a, b in wanted.tolist():
        for turn in range(60):
            edges = mesh_edges(triangles)
            inner = (edges.triangles[:, 1] >= 0) & ~np.isin(edges.ends, [a, b]).any(axis=1)
            ends, both = edges.ends[inner], edges.triangles[inner]
            first, second = np.full(len(ends), a), np.full(len(ends), b)
            over = _area(places, first, second, ends[:, 0]) * _area(places, first, second, ends[:, 1]) < 0.0
            over &= _area(places, ends[:, 0], ends[:, 1], first) * _area(places, ends[:, 0], ends[:, 1], second) < 0.0
            if not over.any():
                break
            ends, both = ends[over], both[over]
            tips = triangles[both].sum(axis=2) - ends.sum(axis=1)[:, None]
            areas = [_area(places, tips[:, 0], ends[:, k], tips[:, 1]) for k in (0, 1)]
            proper = np.flatnonzero(areas[0] * areas[1] < 0.0)
            if not proper.size:
                break
            # one of those that can be turned, another each time, so that no two undo each other for ever
            edge = proper[turn % len(proper)]
            (one, other), (c, d), (e, f) = both[edge].tolist(), ends[edge].tolist(), tips[edge].tolist()
            triangles[one], triangles[other] = [c, f, e], [d, e, f]
    return counterclockwise(places, triangles)


def counterclockwise(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Triangles wound counterclockwise in the plane."""
    area = _area(places, *triangles.T)
    return np.where((area < 0.0)[:, None], triangles[:, ::-1], triangles)


def _area(places: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Twice the signed area (n,) of triangles in the plane."""
    first, second = places[b] - places[a], places[c] - places[a]
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def _angle(points: np.ndarray, tip: np.ndarray, ends: np.ndarray) -> np.ndarray:
    first, second = points[ends[:, 0]] - points[tip], points[ends[:, 1]] - points[tip]
    return np.arctan2(np.linalg.norm(np.cross(first, second), axis=1), np.einsum("ni,ni->n", first, second))
