"""Slots of the scratch array that the triangle kernels share, and the numbers they take of a triangle."""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.rectangles import ON_FAULT_TOLERANCE
from geoslip.okada.triangles import triangle_bases

BLOCK = 128
"""Most points one call of a triangle kernel takes."""

TINY = 1e-140
"""Added to what may vanish together with its numerator: far below all else, it makes 0 of 0/0."""

STEEP_COSINE = 0.2
"""Edges whose plunge has a smaller cosine (steeper than 78.5 degrees) take the forms free of its reciprocal."""

# Slots are a little longer than a block: at a power of two all would fall on the same lines of the first cache.
STRIDE = BLOCK + 8

# Sums at one place: the solid angle, the integrals of dl / R, and the sum of g c over the edges, row by row.
OMEGA = 0 * STRIDE
LAMBDA = 1 * STRIDE
OUTER = 4 * STRIDE
# Second derivatives of the integral of (Z ln(R + Z) - R) dz: 11, 12, 22, 1z, 2z.
POTENTIAL = 13 * STRIDE
# Distances to the three vertices, and what one pass over a block leaves for the next.
DISTANCE = 18 * STRIDE
EDGE_LOG = 21 * STRIDE
POT_11 = 22 * STRIDE
POT_12 = 23 * STRIDE
POT_1Z = 24 * STRIDE
POT_2Z = 25 * STRIDE
WORK_A = 26 * STRIDE
WORK_B = 27 * STRIDE
WORK_C = 28 * STRIDE
WORK_D = 29 * STRIDE
MIRRORED = 30 * STRIDE
# Displacement: axis by axis, for unit Burgers vectors east, north, up.
MATRIX = 31 * STRIDE
# Of a given slip: displacement, and slot 3 i + j for the derivative of component i along axis j.
FIELD = 40 * STRIDE
GRADIENT = 43 * STRIDE
SCRATCH = 52 * STRIDE
"""Length of the scratch array (float64) that a thread hands to the triangle kernels."""

# Places in a row of constants.
VERTEX = 0  # three vertices, 9 numbers
TANGENT = 9  # unit vectors along the edges, from each vertex to the next, 9 numbers
AREA = 18  # normal times twice the area, 3 numbers
PLUNGE = 21  # sine and cosine of plunge, east and north of the level unit vector along the upward edge, and the
# sign that turns the edge upward: 5 numbers an edge
BASIS = 36  # strike, up-dip, normal, 9 numbers
NEAR = 45  # tolerance for points on the triangle, m
INWARD = 46  # unit vectors in the plane, across each edge to the inside, 9 numbers
CONSTANTS = 55


def triangle_constants(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn checked triangles into the rows of numbers the kernels take.

    Parameters
    ----------
    triangles : ndarray, shape (n, 3, 3)
        As `as_triangles` returns them.

    Returns
    -------
    ndarray, shape (n, 55)
        See the places named in this module.
    """
    edges = np.roll(triangles, -1, axis=1) - triangles
    length = np.sqrt(np.einsum("nij,nij->ni", edges, edges))
    tangent = edges / length[:, :, None]
    bases = triangle_bases(triangles)
    twice_area = np.einsum("ni,ni->n", np.cross(edges[:, 0], edges[:, 1]), bases[:, 2])
    sign = np.where(edges[:, :, 2] < 0.0, -1.0, 1.0)
    upward = sign[:, :, None] * tangent
    cosine = np.hypot(upward[:, :, 0], upward[:, :, 1])
    level = np.where(cosine[:, :, None] > 0.0, upward[:, :, :2] / np.where(cosine > 0, cosine, 1.0)[:, :, None], 0.0)
    level[:, :, 0] = np.where(cosine > 0.0, level[:, :, 0], 1.0)
    plunge = np.stack([upward[:, :, 2], cosine, level[:, :, 0], level[:, :, 1], sign], axis=2)
    inward = np.cross(bases[:, None, 2], tangent)
    count = triangles.shape[0]
    columns = (
        triangles.reshape(count, 9),
        tangent.reshape(count, 9),
        twice_area[:, None] * bases[:, 2],
        plunge.reshape(count, 15),
        bases.reshape(count, 9),
        ON_FAULT_TOLERANCE * length.sum(axis=1)[:, None],
        inward.reshape(count, 9),
    )
    return np.ascontiguousarray(np.concatenate(columns, axis=1))
