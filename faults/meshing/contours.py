"""Surfaces through depth contours, and through a grid of depths."""

from collections.abc import Sequence
from itertools import combinations, pairwise

import contourpy
import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.meshing.surface import Surface
from geoslip.faults.meshing.trace import legs_cross, refuse_crossing
from geoslip.faults.plane import checked_trace


def surface_from_contours(contours: Sequence[tuple[float, ArrayLike]], *, columns: int = 60) -> Surface:
    """The surface straight between depth contours, from one to the next at equal fractions of their lengths.

    Parameters
    ----------
    contours : sequence of (depth in m, array_like (m, 2) of east and north in m)
        Two or more, in any order and direction; a mapped trace is the contour of depth 0.
    columns : int
        Number of lines down the dip; vertices of the shallowest contour are added.

    Raises
    ------
    ValueError
        If contours cross each other or themselves, two have one depth, or the surface would fold.
    """
    if len(contours) < 2:
        raise ValueError(f"{len(contours)} contours make no surface: give two or more")
    levels = sorted(((float(depth), checked_trace(line)) for depth, line in contours), key=lambda level: level[0])
    depths = [depth for depth, _ in levels]
    if not np.all(np.isfinite(depths)) or depths[0] < 0.0:
        raise ValueError(f"contour depth {depths[0]} m: depths must be numbers from 0, positive down")
    for depth, deeper in pairwise(depths):
        if deeper - depth < 1e-6:
            raise ValueError(f"two contours have the depth {depth:g} m: join them into one line, or mesh them apart")
    for depth, line in levels:
        refuse_crossing(line, what=f"contour of {depth:g} m")
    _refuse_crossing_contours(levels)
    lines = _one_way([line for _, line in levels])
    top = _fractions(lines[0])
    fractions = np.unique(np.round(np.concatenate([np.linspace(0.0, 1.0, columns), top]), 9))
    rows = []
    for depth, line in zip(depths, lines):
        at = _fractions(line)
        east, north = (np.interp(fractions, at, column) for column in line.T)
        rows.append(np.column_stack([east, north, np.full(len(fractions), -depth)]))
    return Surface(np.array(rows))


def surface_from_grid(
    east: ArrayLike, north: ArrayLike, up: ArrayLike, *, depths: ArrayLike, columns: int = 60
) -> Surface:
    """The surface through contours of a grid of heights, as those of Slab2 (negative below ground, NaN off the slab).

    Parameters
    ----------
    east, north : array_like, (ny, nx)
        Places of the nodes, m; a grid of longitude and latitude is turned into them by LocalFrame.to_local.
    up : array_like, (ny, nx)
        Height of the surface, m, negative below ground; NaN where there is none.
    depths : array_like, (k,)
        Depths of the rows of the surface, m, positive: from its top to its bottom.
    columns : int
        As for `surface_from_contours`.

    Raises
    ------
    ValueError
        If heights are positive (depths are expected as negative heights), or a depth has no contour in the grid.
    """
    x, y, z = (np.asarray(values, dtype=float) for values in (east, north, up))
    if z.ndim != 2 or x.shape != z.shape or y.shape != z.shape:
        raise ValueError(
            f"east {x.shape}, north {y.shape} and up {z.shape} of a depth grid must have one shape (ny, nx)"
        )
    if np.nanmax(z) > 0.0:
        raise ValueError(
            f"the grid is up to {np.nanmax(z):g} m above ground: heights must be negative below ground, as those of "
            "Slab2; change the sign of positive depths"
        )
    tracer = contourpy.contour_generator(x, y, np.ma.masked_invalid(z))
    contours = []
    for depth in np.asarray(depths, dtype=float):
        lines = [np.asarray(line) for line in tracer.lines(-float(depth))]
        if not lines:
            raise ValueError(
                f"no contour of {depth:g} m in the grid: it holds {-np.nanmax(z):g} to {-np.nanmin(z):g} m of depth"
            )
        # islands and crumbs at the edge of the data are left out
        longest = lines[int(np.argmax([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines]))]
        keep = np.concatenate([[True], np.hypot(*np.diff(longest, axis=0).T) > 1e-3])
        contours.append((float(depth), longest[keep]))
    return surface_from_contours(contours, columns=columns)


def _refuse_crossing_contours(levels: list[tuple[float, np.ndarray]]) -> None:
    for (depth, line), (other_depth, other) in combinations(levels, 2):
        first, second = np.divmod(np.arange((len(line) - 1) * (len(other) - 1)), len(other) - 1)
        start, way, begin, heading = (
            line[first],
            np.diff(line, axis=0)[first],
            other[second],
            np.diff(other, axis=0)[second],
        )
        # contours of a vertical piece lie on each other; only those that pass through each other are wrong
        crossing = legs_cross(start + 1e-9 * way, (1 - 2e-9) * way, begin + 1e-9 * heading, (1 - 2e-9) * heading)
        if crossing.any():
            a, b = first[crossing][0], second[crossing][0]
            east, north = line[a]
            raise ValueError(
                f"the contours of {depth:g} and {other_depth:g} m cross: leg {a} of the first and leg {b} of the "
                f"second, near east {east:.6g}, north {north:.6g} m; a surface has one depth at each place"
            )


def _one_way(lines: list[np.ndarray]) -> list[np.ndarray]:
    """Contours all running along strike, with the deeper ones to their right."""
    turned = [lines[0]]
    for line in lines[1:]:
        before = turned[-1]
        there = np.linalg.norm(line[0] - before[0]) + np.linalg.norm(line[-1] - before[-1])
        back = np.linalg.norm(line[-1] - before[0]) + np.linalg.norm(line[0] - before[-1])
        turned.append(line if there <= back else line[::-1])
    along = turned[0][-1] - turned[0][0]
    deeper = turned[-1].mean(axis=0) - turned[0].mean(axis=0)
    to_the_right = along[1] * deeper[0] - along[0] * deeper[1] >= 0.0
    return turned if to_the_right else [line[::-1] for line in turned]


def _fractions(line: np.ndarray) -> np.ndarray:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    return along / along[-1]
