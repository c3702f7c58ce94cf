"""The rim of a surface of triangles: which side of the fault each of its edges lies on."""

import numpy as np

from geoslip.faults.mesh_checks import mesh_edges
from geoslip.faults.vectors import strike_of_normal

#: edges whose ends are less deep than this are at the ground, m
AT_GROUND = 1e-3

#: strike and up-dip at the rim are averages over this fraction of the surface's size
_NEIGHBOURHOOD = 0.1


def named_sides(vertices: np.ndarray, triangles: np.ndarray, wound_normals: np.ndarray) -> np.ndarray:
    """Sides (n, 3) of the edges of triangles (n, 3); inner edges are called 'top' and mean nothing.

    A rim edge's outward direction, averaged with its neighbours on the rim, is compared with the mean strike and
    up-dip directions of the surface around it. Edges at the ground are top.
    """
    sides = np.full(triangles.shape, "top", dtype="<U6")
    owner, slot, _ = rim_loop(triangles)
    start, end = vertices[triangles[owner, slot]], vertices[triangles[owner, (slot + 1) % 3]]
    middle, length = 0.5 * (start + end), np.linalg.norm(end - start, axis=1)
    outward = np.cross(end - start, wound_normals[owner])
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    outward = _along_rim(outward, length)
    strike, updip = _directions(vertices, triangles, wound_normals, middle)
    along = np.einsum("ni,ni->n", outward, strike)
    up = np.einsum("ni,ni->n", outward, updip)
    level = np.abs(up) >= np.abs(along)
    name = np.where(level, np.where(up > 0.0, "top", "bottom"), np.where(along > 0.0, "end", "start"))
    at_ground = np.maximum(np.abs(start[:, 2]), np.abs(end[:, 2])) <= AT_GROUND
    sides[owner, slot] = np.where(at_ground, "top", name)
    return sides


def rim_loop(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangle and slot (0, 1, 2) of every rim edge in the order in which the rim runs, and its vertices in order."""
    edges = mesh_edges(triangles)
    ends, owner = edges.ends[edges.rim], edges.triangles[edges.rim, 0]
    following = {}
    for (first, second), triangle in zip(ends.tolist(), owner.tolist()):
        corner = triangles[triangle].tolist()
        slot = next(k for k in range(3) if {corner[k], corner[(k + 1) % 3]} == {first, second})
        following[corner[slot]] = (corner[(slot + 1) % 3], triangle, slot)
    vertex = min(following)
    loop, owners, slots = [], [], []
    for _ in range(len(ends)):
        loop.append(vertex)
        vertex, triangle, slot = following[vertex]
        owners.append(triangle)
        slots.append(slot)
    return np.array(owners), np.array(slots), np.array(loop)


def ordered_rim(
    vertices: np.ndarray, triangles: np.ndarray, sides: np.ndarray, wound_normals: np.ndarray, *, side: str
) -> np.ndarray:
    """Edges (k, 2, 3) of one side of the rim, in order and pointing along strike for top and bottom, down else."""
    owner, slot, loop = rim_loop(triangles)
    on = sides[owner, slot] == side
    if not on.any():
        return np.empty((0, 2, 3))
    if not on.all():
        # begin just after an edge of another side, so that the side is not cut where the list begins
        first = int(np.flatnonzero(~on)[0]) + 1
        owner, slot, loop, on = (np.roll(values, -first) for values in (owner, slot, loop, on))
    ends = np.stack([vertices[loop], vertices[np.roll(loop, -1)]], axis=1)[on]
    way = ends[:, 1] - ends[:, 0]
    strike, updip = _directions(vertices, triangles, wound_normals, ends.mean(axis=1))
    wanted = strike if side in ("top", "bottom") else -updip
    if np.einsum("ni,ni->", way, wanted) < 0.0:
        ends = ends[::-1, ::-1]
    return ends


def _along_rim(outward: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Each direction averaged with the neighbours on the closed rim that lie within a mean edge or so."""
    place = np.cumsum(length) - 0.5 * length
    total = length.sum()
    apart = np.abs(place[:, None] - place[None, :])
    apart = np.minimum(apart, total - apart)
    scale = min(1.0 * total / len(length), 0.03 * total)
    weight = np.exp(-0.5 * (apart / scale) ** 2) * length[None, :]
    return weight @ outward


def _directions(
    vertices: np.ndarray, triangles: np.ndarray, wound_normals: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors along strike and up the dip (k, 3) of the surface around places (k, 3), hanging wall as a whole."""
    centroids = vertices[triangles].mean(axis=1)
    reach = _NEIGHBOURHOOD * np.linalg.norm(np.ptp(vertices, axis=0))
    apart = np.linalg.norm(places[:, None, :] - centroids[None, :, :], axis=2)
    mean = wound_normals.sum(axis=0)
    hanging = mean if _hanging_wall(mean) else -mean
    sign = 1.0 if hanging is mean else -1.0
    normal = sign * (np.exp(-0.5 * (apart / reach) ** 2) @ wound_normals)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    strike = strike_of_normal(normal)
    return strike, np.cross(normal, strike)


def _hanging_wall(normal: np.ndarray) -> bool:
    """Whether a mean normal points into the hanging wall: up, or where vertical to the right of a strike in 0..180."""
    east, north, up = normal / np.linalg.norm(normal)
    if abs(up) > 1e-6:
        return bool(up > 0.0)
    return bool(east > 0.0 if abs(north) <= 1e-6 else north < 0.0)
