"""A correlation as a table for compiled loops: value and slope between nodes, and what a far form neglects.

All distances in units of the correlation's length.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoslip.downsample.correlations import Family

NODES = 128
"""Nodes a length: a cubic between two of them errs by less than 1e-10 of the sill."""
_REACH = 40.0
"""Lengths beyond which every family is below 1e-16."""
_STEP = 0.05
"""Lengths between the points of the differences for fourth derivatives."""
_KINK = 50.0
"""Largest fourth derivative that is believed; at a kink (the spherical's range) differences give more than counts."""


def correlation_table(family: Family, *, waves: float, longest: float) -> NDArray[np.float64]:
    """Tabulate a family from 0 to the longest distance that is needed, or to where it has vanished.

    Returns
    -------
    ndarray, shape (n, 3)
        Value, slope times node spacing, and a bound on the fourth derivatives.

    Notes
    -----
    The third column is the largest of |f''''| + |(f'' - f' / x) / x^2| from there on: the two invariants of the fourth
    derivatives of a function of distance, of which the first neglected term of the far form is made.
    """
    number = int(np.ceil(NODES * min(1.05 * longest + 0.05, _REACH))) + 2
    x = np.arange(number) / NODES

    def slope(at: NDArray[np.float64]) -> NDArray[np.float64]:
        # Beyond 0 a smooth function goes on with the other sign; a cusp shows up as a large difference.
        return np.sign(at) * family.slope(np.abs(at), waves)

    h = _STEP
    second = (slope(x + h) - slope(x - h)) / (2 * h)
    fourth = (slope(x + 2 * h) - 2 * slope(x + h) + 2 * slope(x - h) - slope(x - 2 * h)) / (2 * h**3)
    away = np.maximum(x, h)
    bound = np.minimum(np.abs(fourth), _KINK) + np.abs(second - slope(away) / away) / away**2
    # Within two steps of 0 the differences see a cusp or a logarithm itself, so what those make of them stands there.
    inner, small = x < 2 * h, np.maximum(x[x < 2 * h], 1e-9)
    cusp = float(np.abs(family.slope(np.zeros(1), waves)[0]))
    if cusp > 1e-9:
        bound[inner] = np.maximum(bound[inner], cusp * (1.0 + small**-2 + small**-3))
    else:
        near, nearer = (family.slope(np.array([at]), waves)[0] / at for at in (h, h / 16))
        bound[inner] += abs(nearer - near) * small**-2
    bound = np.maximum.accumulate(bound[::-1])[::-1]
    return np.column_stack([family.value(x, waves), family.slope(x, waves) / NODES, bound])


@njit(cache=True, nogil=True, inline="always")
def look_up(nodes, x):  # type: ignore[no-untyped-def]
    """Value, first and second derivative at x by the cubic through two nodes' values and slopes; 0 beyond the last."""
    place = x * NODES
    k = int(place)
    if k >= nodes.shape[0] - 1:
        return 0.0, 0.0, 0.0
    t = place - k
    a, b, p, q = nodes[k, 0], nodes[k + 1, 0], nodes[k, 1], nodes[k + 1, 1]
    c = 3.0 * (b - a) - 2.0 * p - q
    d = 2.0 * (a - b) + p + q
    return (
        a + t * (p + t * (c + t * d)),
        NODES * (p + t * (2.0 * c + 3.0 * t * d)),
        NODES * NODES * (2.0 * c + 6.0 * t * d),
    )


@njit(cache=True, nogil=True, inline="always")
def neglected(nodes, x):  # type: ignore[no-untyped-def]
    """Bound on the fourth derivatives from x on."""
    k = int(x * NODES)
    if k >= nodes.shape[0]:
        return 0.0
    return nodes[k, 2]
