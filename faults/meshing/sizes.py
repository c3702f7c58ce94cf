"""How long the edges of a mesh are to be."""

from collections.abc import Callable

import numpy as np

#: wanted edge length (n,) in m at points (n, 3) in east, north, up
EdgeLength = Callable[[np.ndarray], np.ndarray]


def graded(at_surface: float, *, growth: float = 0.0, largest: float = np.inf) -> EdgeLength:
    """Edges of `at_surface` metres at the ground, longer by `growth` metres per metre of depth, `largest` at most.

    Raises
    ------
    ValueError
        If a length is not positive or the growth is negative or not finite.
    """
    if not (np.isfinite(at_surface) and at_surface > 0.0 and largest > 0.0):
        raise ValueError(f"edge length {at_surface} m (largest {largest} m) must be greater than 0")
    if not (np.isfinite(growth) and growth >= 0.0):
        raise ValueError(f"growth {growth} must be 0 or more: metres of edge per metre of depth")
    return lambda points: np.minimum(at_surface - growth * np.minimum(points[:, 2], 0.0), largest)


def edge_length(size: float | EdgeLength) -> EdgeLength:
    """A size function from a size: one length in m everywhere, or a function of points (n, 3).

    Raises
    ------
    ValueError
        If the length is not positive; the returned function raises if its lengths are not.
    """
    if not callable(size):
        return graded(float(size))

    def checked(points: np.ndarray) -> np.ndarray:
        lengths = np.asarray(size(points), dtype=float)
        if lengths.shape != (len(points),) or not np.all(np.isfinite(lengths) & (lengths > 0.0)):
            raise ValueError("the size function must give one edge length greater than 0 m for every point")
        return lengths

    return checked


def halved(size: float | EdgeLength) -> EdgeLength:
    """The size function with edges half as long, for a test of convergence."""
    whole = edge_length(size)
    return lambda points: 0.5 * whole(points)


def spaced(line: Callable[[np.ndarray], np.ndarray], length: EdgeLength, *, low: float, high: float) -> np.ndarray:
    """Parameters (n + 1,) from `low` to `high` that divide a curve into edges of the wanted lengths, both ends in.

    `line` gives the points (k, 3) of the curve at parameters (k,).
    """
    fine = np.linspace(low, high, 257)
    points = line(fine)
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    count = np.concatenate([[0.0], np.cumsum(step / length(0.5 * (points[1:] + points[:-1])))])
    edges = max(1, round(count[-1]))
    inner = np.interp(np.arange(1, edges) * count[-1] / edges, count, fine)
    return np.concatenate([[low], inner, [high]])
