"""Triangular dislocations as arrays of vertices: the checks every door makes first, and their slip directions.

The directions do not depend on the order of the vertices. The normal points up; strike is level, with the triangle
dipping to its right; up-dip is normal x strike. Where that leaves a choice: a vertical triangle has the strike that
lies in [0, 180) degrees and the normal to the right of it; a level one has strike 0, so that it dips east as a
rectangle of strike 0 and dip 0 does.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.rectangles import ON_FAULT_TOLERANCE

LEVEL_TOLERANCE = 1e-9
"""A triangle whose unit normal has a smaller level part is taken as level, with a smaller vertical part as vertical."""

NARROWEST = 1e-8
"""The least height of a triangle over its longest edge; what is narrower is a line."""


def as_triangles(sources: ArrayLike, *, half_space: bool = True) -> NDArray[np.float64]:
    """Check an array of triangles and return it as a new contiguous float64 array.

    Parameters
    ----------
    sources : array_like, shape (n, 3, 3)
        East, north, up (m) of the vertices of each triangle.
    half_space : bool
        Whether the ground at up = 0 bounds the medium.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        A copy whose vertices are in an order that turns every normal as `triangle_bases` does; a vertex above ground
        by rounding only is put at ground level.

    Raises
    ------
    ValueError
        If the shape is wrong, a coordinate is not finite, a vertex is above ground, or a triangle is degenerate.
    """
    array = np.array(sources, dtype=np.float64, order="C")
    if array.ndim != 3 or array.shape[1:] != (3, 3):
        raise ValueError(
            f"sources have shape {array.shape}, but triangles are (n, 3, 3); give three rows of east, north, up"
        )
    _refuse(array, ~np.isfinite(array).all(axis=(1, 2)), "every coordinate must be finite; remove or repair it")
    edges = np.roll(array, -1, axis=1) - array
    longest = np.sqrt(np.einsum("nij,nij->ni", edges, edges)).max(axis=1)
    # A normal to the two shorter edges keeps the most digits; any two give the same one.
    normal = np.cross(edges[:, 0], edges[:, 1])
    twice_area = np.sqrt(np.einsum("ni,ni->n", normal, normal))
    thin = twice_area <= NARROWEST * longest**2
    _refuse(array, thin, "its vertices must not lie on one line; remove the triangle or move a vertex")
    if half_space:
        above = array[:, :, 2].max(axis=1) > ON_FAULT_TOLERANCE * longest
        _refuse(array, above, "no vertex may be above ground (up <= 0); lower it or check the sign of depth")
        array[:, :, 2] = np.minimum(array[:, :, 2], 0.0)
    flipped = _points_down(normal / twice_area[:, None])
    array[flipped, 1:] = array[flipped, :0:-1]
    return array


def triangle_bases(triangles: ArrayLike) -> NDArray[np.float64]:
    """Directions of strike slip, dip slip and opening of every triangle.

    Parameters
    ----------
    triangles : array_like, shape (n, 3, 3)
        East, north, up (m) of the vertices, in any order.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        For each triangle the unit vectors (east, north, up) along strike, up-dip and normal, in rows: the motion of
        the side to which the normal points, for left-lateral, reverse and opening slip.

    Raises
    ------
    ValueError
        If the shape is wrong, a coordinate is not finite, or a triangle is degenerate.
    """
    ordered = as_triangles(triangles, half_space=False)
    normal = np.cross(ordered[:, 1] - ordered[:, 0], ordered[:, 2] - ordered[:, 0])
    normal /= np.sqrt(np.einsum("ni,ni->n", normal, normal))[:, None]
    strike = np.stack([-normal[:, 1], normal[:, 0], np.zeros(len(normal))], axis=1)
    size = np.hypot(normal[:, 0], normal[:, 1])
    level = size <= LEVEL_TOLERANCE
    strike[level], size[level] = (0.0, 1.0, 0.0), 1.0
    strike /= size[:, None]
    updip = np.cross(normal, strike)
    updip /= np.sqrt(np.einsum("ni,ni->n", updip, updip))[:, None]
    return np.stack([strike, updip, normal], axis=1)


def _points_down(normal: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a unit normal has to be turned round."""
    east, north, up = normal.T
    vertical = np.abs(up) <= LEVEL_TOLERANCE
    # Strike is (-north, east); it lies in [0, 180) where it points east, or due north.
    westward = np.where(np.abs(north) <= LEVEL_TOLERANCE, east < 0.0, north > 0.0)
    return np.where(vertical, westward, up < 0.0)


def _refuse(array: NDArray[np.float64], bad: ArrayLike, rule: str) -> None:
    """Raise for the first bad triangle, with its vertices and how many more there are."""
    rows = np.flatnonzero(bad)
    if rows.size:
        vertices = ", ".join("({:.10g}, {:.10g}, {:.10g})".format(*vertex) for vertex in array[rows[0]])
        names = ", ".join(str(row) for row in rows[1:11])
        others = f" (likewise {rows.size - 1} more: {names}{', ...' if rows.size > 11 else ''})" if names else ""
        raise ValueError(f"triangle {rows[0]} has vertices {vertices}, but {rule}{others}")
