"""Distance from points to the nearest patch of a fault."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.receivers import plane_axes
from geoslip.okada.rectangles import as_points, as_rectangles
from geoslip.okada.triangles import as_triangles

Array = NDArray[np.float64]


def distance_to_sources(points: ArrayLike, sources: ArrayLike) -> tuple[Array, NDArray[np.intp]]:
    """Distance to the nearest rectangle or triangle, edges and inside included.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), up <= 0.
    sources : array_like, shape (m, 7) or (m, 3, 3)
        Rectangles or triangles.

    Returns
    -------
    distance : ndarray, shape (n,)
        In metres.
    nearest : ndarray, shape (n,)
        Index of the nearest patch.

    Raises
    ------
    ValueError
        If a shape, a patch or a point is unfit, or there is no patch.
    """
    place = as_points(points)
    triangular = np.ndim(sources) == 3
    table = as_triangles(sources) if triangular else as_rectangles(sources)
    if len(table) == 0:
        raise ValueError("sources hold no patch, but a distance needs one; give at least one row")
    best, nearest = np.full(len(place), np.inf), np.zeros(len(place), dtype=np.intp)
    for index, row in enumerate(table):
        distance = _to_triangle(place, row) if triangular else _to_rectangle(place, row)
        closer = distance < best
        best[closer], nearest[closer] = distance[closer], index
    return best, nearest


def _to_rectangle(points: Array, row: Array) -> Array:
    along, updip, normal = plane_axes(row[3], row[4])
    away = points - row[:3]
    beside = np.maximum(np.abs(away @ along) - 0.5 * row[5], 0.0)
    height = away @ updip
    beyond = np.maximum(np.maximum(height, -row[6] - height), 0.0)
    return np.sqrt(beside**2 + beyond**2 + (away @ normal) ** 2)


def _to_triangle(points: Array, vertices: Array) -> Array:
    """To the plane where a point is above the inside, else to the nearest edge."""
    edges = np.roll(vertices, -1, axis=0) - vertices
    normal = np.cross(edges[0], edges[1])
    normal /= np.sqrt(normal @ normal)
    inside, distance = np.ones(len(points), dtype=bool), np.full(len(points), np.inf)
    for vertex, edge in zip(vertices, edges, strict=True):
        away = points - vertex
        inside &= away @ np.cross(normal, edge) >= 0.0
        share = np.clip(away @ edge / (edge @ edge), 0.0, 1.0)
        rest = away - share[:, None] * edge
        distance = np.minimum(distance, np.sqrt(np.einsum("ij,ij->i", rest, rest)))
    return np.where(inside, np.abs((points - vertices[0]) @ normal), distance)
