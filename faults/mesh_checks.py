"""What a surface of triangles must be before slip is put on it, and what is said when it is not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.spatial import cKDTree

from geoslip.faults.segment import GROUND_ROUNDING

#: least height of a triangle over its longest edge: what is narrower is a line
NARROWEST = 1e-8

#: vertices closer than this fraction of the longest edge are one vertex
COINCIDENT = 1e-9

#: cosine of the largest turn between neighbouring triangles; beyond, the surface lies on itself
FOLDED = np.cos(np.deg2rad(135.0))


@dataclass(frozen=True, eq=False)
class CheckedMesh:
    """A surface that has passed: vertices (v, 3), triangles (n, 3), which of the given vertices they are, and notes."""

    vertices: np.ndarray
    triangles: np.ndarray
    kept: np.ndarray
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class MeshEdges:
    """Edges of a surface, each once: vertices (e, 2), and the triangles on it (e, 2), -1 where there is none.

    `same_way` (e,) tells whether two triangles run along it in the same direction: one of them is flipped then.
    """

    ends: np.ndarray
    triangles: np.ndarray
    same_way: np.ndarray

    @property
    def rim(self) -> np.ndarray:
        """Numbers of the edges with one triangle."""
        return np.flatnonzero(self.triangles[:, 1] < 0)


def mesh_edges(triangles: np.ndarray) -> MeshEdges:
    """Edges of triangles (n, 3), of which no edge has more than two."""
    run = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    owner = np.repeat(np.arange(len(triangles)), 3)
    ends, first, which = np.unique(np.sort(run, axis=1), axis=0, return_index=True, return_inverse=True)
    which = which.reshape(-1)
    both = np.full((len(ends), 2), -1)
    both[:, 0] = owner[first]
    second = np.setdiff1d(np.arange(len(run)), first)
    both[which[second], 1] = owner[second]
    same_way = np.zeros(len(ends), dtype=bool)
    same_way[which[second]] = run[second, 0] == run[first[which[second]], 0]
    return MeshEdges(ends, both, same_way)


def pieces(triangles: np.ndarray) -> np.ndarray:
    """Number of the connected piece (n,) of each triangle; pieces hang together by edges, not by single vertices."""
    edges = mesh_edges(triangles).triangles
    inner = edges[edges[:, 1] >= 0]
    shape = (len(triangles), len(triangles))
    return connected_components(coo_matrix((np.ones(len(inner)), (inner[:, 0], inner[:, 1])), shape))[1]


def flipped_triangles(triangles: np.ndarray) -> np.ndarray:
    """Numbers of the triangles wound against the majority of the connected surface they belong to.

    Raises
    ------
    ValueError
        If no winding is consistent: the surface has one side only.
    """
    edges = mesh_edges(triangles)
    inner = edges.triangles[:, 1] >= 0
    pairs, same_way = edges.triangles[inner], edges.same_way[inner]
    n = len(triangles)
    graph = coo_matrix((np.where(same_way, -1.0, 1.0), (pairs[:, 0], pairs[:, 1])), (n, n)).tocsr()
    graph = graph + graph.T
    way = np.zeros(n)
    for start in np.unique(pieces(triangles), return_index=True)[1]:
        order, parent = breadth_first_order(graph, start, directed=False)
        way[start] = 1.0
        for node in order[1:]:
            way[node] = way[parent[node]] * graph[parent[node], node]
        if way[order].sum() < 0.0:
            way[order] *= -1.0
    if np.any(way[pairs[:, 0]] * way[pairs[:, 1]] * np.where(same_way, -1.0, 1.0) < 0.0):
        raise ValueError("the surface has one side only (a Moebius strip): no winding of its triangles is consistent")
    return np.flatnonzero(way < 0.0)


def repaired_mesh(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Vertices and triangles with coincident vertices made one, unused ones, degenerate and duplicate triangles left
    out and flipped triangles turned round; and notes on what was done.

    What cannot be repaired without a decision (holes, vertices above ground, edges of three triangles) stays.
    """
    points, corners = np.asarray(vertices, dtype=float), np.asarray(triangles, dtype=np.int64)
    points, corners, _, notes = merged_vertices(points, corners)
    keep = ~_degenerate(points, corners)
    keep &= ~_later_duplicates(corners)
    if not keep.all():
        notes += (f"{np.sum(~keep)} degenerate or duplicate triangles were left out",)
        points, corners, _, more = merged_vertices(points, corners[keep])
        notes += more
    if not crowded_edges(corners).size:
        turned = flipped_triangles(corners)
        if turned.size:
            corners = corners.copy()
            corners[turned] = corners[turned][:, ::-1]
            notes += (f"{turned.size} triangles were flipped and turned round",)
    return points, corners, notes


def crowded_edges(triangles: np.ndarray) -> np.ndarray:
    """Numbers of the triangles on an edge that more than two triangles share."""
    run = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    _, which, count = np.unique(run, axis=0, return_inverse=True, return_counts=True)
    return np.unique(np.flatnonzero(count[which.reshape(-1)] > 2) // 3)


def checked_mesh(name: str, vertices: np.ndarray, triangles: np.ndarray) -> CheckedMesh:
    """A surface that holds to all rules of geoslip.faults.TriangularSegment, or a ValueError that names elements."""
    points, corners = _arrays(name, vertices, triangles)
    _refuse(name, _degenerate(points, corners), "is degenerate (its vertices lie on one line): remove it or move one")
    points, corners, kept, notes = merged_vertices(points, corners)
    _refuse(name, _degenerate(points, corners), "has two vertices in one place: remove it")
    _refuse(name, _later_duplicates(corners), "has the vertices of an earlier one: remove the duplicate")
    crowded = np.zeros(len(corners), dtype=bool)
    crowded[crowded_edges(corners)] = True
    _refuse(name, crowded, "lies on an edge that more than two share: give each branch of the fault its own segment")
    piece = pieces(corners)
    if piece.max() > 0:
        sizes = np.bincount(piece)
        apart = np.flatnonzero(piece != np.argmax(sizes))
        raise ValueError(
            f"segment {name!r} falls into {len(sizes)} separate pieces (triangles {_listed(apart)} are apart from the "
            "largest): give each piece its own segment"
        )
    wrong = np.zeros(len(corners), dtype=bool)
    wrong[flipped_triangles(corners)] = True
    _refuse(name, wrong, "is flipped: wound against its neighbours; turn it round (geoslip.faults.repaired_mesh)")
    _refuse_holes(name, points, corners)
    _refuse_folds(name, points, corners)
    for array in (points, corners):
        array.setflags(write=False)
    return CheckedMesh(points, corners, kept, notes)


def _arrays(name: str, vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = np.array(vertices, dtype=float)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 3:
        raise ValueError(f"segment {name!r}: vertices have shape {points.shape}, must be (v, 3): east, north, up in m")
    given = np.asarray(triangles)
    if given.ndim != 2 or given.shape[1] != 3 or len(given) == 0:
        raise ValueError(f"segment {name!r}: triangles have shape {given.shape}, must be (n, 3) vertex numbers, n >= 1")
    corners = given.astype(np.int64)
    if np.any(corners != given):
        raise ValueError(f"segment {name!r}: triangles must hold whole vertex numbers")
    outside = (corners < 0) | (corners >= len(points))
    _refuse(name, outside.any(axis=1), f"names a vertex outside 0..{len(points) - 1}: do the numbers count from 1?")
    for wrong, rule in (
        (~np.isfinite(points).all(axis=1), "is not finite: every coordinate must be a number"),
        (points[:, 2] > GROUND_ROUNDING, "is above ground: up must be <= 0; lower it or check the sign of depth"),
    ):
        index = np.flatnonzero(wrong)
        if index.size:
            at = ", ".join(f"{value:.10g}" for value in points[index[0]])
            among = np.flatnonzero(np.isin(corners, index).any(axis=1))
            raise ValueError(
                f"segment {name!r}: vertex {index[0]} ({at}) {rule}"
                f" ({index.size} vertices in all: {_listed(index)}; triangles {_listed(among)})"
            )
    points[:, 2] = np.minimum(points[:, 2], 0.0)
    return points, corners


def merged_vertices(
    points: np.ndarray, corners: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    """Coincident vertices made one and unused ones left out; the vertices kept, and notes."""
    used = np.unique(corners)
    sides = np.linalg.norm(points[corners] - points[np.roll(corners, -1, axis=1)], axis=2)
    close = COINCIDENT * max(float(sides.max()), 1.0)
    twins = cKDTree(points[used]).query_pairs(close, output_type="ndarray")
    n = len(used)
    group = connected_components(coo_matrix((np.ones(len(twins)), (twins[:, 0], twins[:, 1])), (n, n)))[1]
    first = np.unique(group, return_index=True)[1]
    order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    number = np.full(len(points), -1)
    number[used] = rank[group]
    kept = used[np.sort(first)]
    notes: tuple[str, ...] = ()
    if len(kept) < n:
        notes += (f"{n - len(kept)} vertices coincided with others and were made one with them",)
    if n < len(points):
        unused = np.setdiff1d(np.arange(len(points)), used)
        notes += (f"{len(unused)} vertices belong to no triangle and were left out: {_listed(unused)}",)
    return points[kept], number[corners], kept, notes


def _degenerate(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    at = points[corners]
    sides = np.linalg.norm(at - np.roll(at, -1, axis=1), axis=2)
    twice_area = np.linalg.norm(np.cross(at[:, 1] - at[:, 0], at[:, 2] - at[:, 0]), axis=1)
    return twice_area <= NARROWEST * sides.max(axis=1) ** 2


def _later_duplicates(corners: np.ndarray) -> np.ndarray:
    _, first = np.unique(np.sort(corners, axis=1), axis=0, return_index=True)
    later = np.ones(len(corners), dtype=bool)
    later[first] = False
    return later


def _refuse_holes(name: str, points: np.ndarray, corners: np.ndarray) -> None:
    edges = mesh_edges(corners)
    rim = edges.rim
    if rim.size == 0:
        raise ValueError(
            f"segment {name!r} is a closed surface: a fault needs a rim; remove the triangles that close it"
        )
    ends = edges.ends[rim]
    degree = np.bincount(ends.ravel(), minlength=len(points))
    pinched = np.flatnonzero(degree > 2)
    if pinched.size:
        raise ValueError(
            f"segment {name!r} has a hole that touches the rim, or parts that meet in one vertex only: vertices "
            f"{_listed(pinched)}; fill the hole or split the surface"
        )
    shape = (len(points), len(points))
    loop = connected_components(coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape))[1][ends[:, 0]]
    length = np.bincount(loop, weights=np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1))
    inner = loop != np.argmax(length)
    if inner.any():
        around = np.unique(edges.triangles[rim[inner], 0])
        count = len(np.unique(loop)) - 1
        raise ValueError(
            f"segment {name!r} has {count} hole{'s' if count > 1 else ''}, between triangles {_listed(around)}: "
            "fill it with triangles, because a hole is a barrier to slip that nobody asked for"
        )


def _refuse_folds(name: str, points: np.ndarray, corners: np.ndarray) -> None:
    at = points[corners]
    normal = np.cross(at[:, 1] - at[:, 0], at[:, 2] - at[:, 0])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    edges = mesh_edges(corners).triangles
    inner = edges[edges[:, 1] >= 0]
    back = inner[np.einsum("ni,ni->n", normal[inner[:, 0]], normal[inner[:, 1]]) < FOLDED]
    if len(back):
        raise ValueError(
            f"segment {name!r} folds back on itself between triangles {back[0, 0]} and {back[0, 1]} ({len(back)} such "
            "pairs): neighbours may turn by 135 degrees at most; move the vertices or split the surface"
        )


def _listed(numbers: np.ndarray, most: int = 10) -> str:
    shown = ", ".join(str(int(number)) for number in numbers[:most])
    return shown + (", ..." if len(numbers) > most else "")


def _refuse(name: str, wrong: ArrayLike, rule: str) -> None:
    index = np.flatnonzero(wrong)
    if index.size:
        others = f" (likewise {index.size - 1} more: {_listed(index[1:])})" if index.size > 1 else ""
        raise ValueError(f"segment {name!r}: triangle {index[0]} {rule}{others}")
