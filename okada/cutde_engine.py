"""Triangles by cutde (B. Thompson; after Nikkhoo and Walter 2015), which runs on a GPU where it finds one.

An optional second engine beside our own kernels, with the same arguments and conventions: triangles are put into the
order of `as_triangles` first, so that slip directions do not depend on the order of the vertices. cutde is off near
vertical edges and on the extensions of edges (docs/triangle_accuracy.md); it is loaded on first use.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.rectangles import as_directions, as_points, as_poisson, as_slip, component_indices
from geoslip.okada.tiles import Progress, spans
from geoslip.okada.triangles import as_triangles

_NUMBERS_AT_ONCE = 1 << 24  # of a piece of cutde's matrix: 128 MB


def cutde_greens_matrix(
    points: ArrayLike,
    directions: ArrayLike,
    triangles: ArrayLike,
    *,
    components: Sequence[str] = ("strike", "dip"),
    poisson: float = 0.25,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Displacement at points along unit vectors, per metre of slip on every triangle; as `greens_matrix`.

    Parameters
    ----------
    points, directions : array_like, shape (n, 3)
        East, north, up (m), up <= 0, and unit vectors.
    triangles : array_like, shape (m, 3, 3)
        East, north, up (m) of three vertices in any order.
    components : sequence of str
        Which of "strike" (left-lateral), "dip" (reverse), "opening".
    poisson : float
        Poisson's ratio, 0 <= poisson < 0.5.
    progress : callable, optional
        Called with the fraction done; an exception it raises ends the computation.

    Returns
    -------
    ndarray, shape (n, len(components) * m)
        In m per m, Fortran-ordered: all columns of the first component, then those of the next.

    Raises
    ------
    ValueError
        If a shape, a triangle, a point above ground, a direction, a component or Poisson's ratio is unfit.
    ImportError
        If cutde is not installed.
    """
    chosen, nu, place = list(component_indices(components)), as_poisson(poisson), as_points(points)
    along, table = as_directions(directions, place.shape[0]), as_triangles(triangles)
    count = table.shape[0]
    matrix = np.empty((place.shape[0], len(chosen) * count), order="F")
    for first, last in spans(place.shape[0], max(1, _NUMBERS_AT_ONCE // max(9 * count, 1))):
        # cutde's axes: point, axis of displacement, triangle, slip component.
        part = _halfspace().disp_matrix(place[first:last], table, nu)[..., chosen]
        matrix[first:last] = np.einsum("pi,pitc->pct", along[first:last], part).reshape(last - first, -1)
        if progress is not None:
            progress(last / place.shape[0])
    return matrix


def cutde_displacement_field(
    points: ArrayLike, triangles: ArrayLike, slip: ArrayLike, *, poisson: float = 0.25
) -> NDArray[np.float64]:
    """Displacement at points due to slip on triangles; as `displacement_field`.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), up <= 0.
    triangles : array_like, shape (m, 3, 3)
        East, north, up (m) of three vertices in any order.
    slip : array_like, shape (m, 3)
        Strike slip (left-lateral), dip slip (reverse), opening (m).
    poisson : float
        Poisson's ratio, 0 <= poisson < 0.5.

    Returns
    -------
    ndarray, shape (n, 3)
        East, north, up displacement (m).

    Raises
    ------
    ValueError
        If a shape, a triangle, a point above ground, a slip or Poisson's ratio is unfit.
    ImportError
        If cutde is not installed.
    """
    table = as_triangles(triangles)
    amounts = as_slip(slip, table.shape[0])
    return np.asarray(_halfspace().disp_free(as_points(points), table, amounts, as_poisson(poisson)))


def cutde_strain_field(
    points: ArrayLike, triangles: ArrayLike, slip: ArrayLike, *, poisson: float = 0.25
) -> NDArray[np.float64]:
    """Strain at points due to slip on triangles; cutde knows no rotation, so there is no `gradient_field`.

    Parameters
    ----------
    points, triangles, slip, poisson
        As for `cutde_displacement_field`.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        Symmetric, extension positive, axes east, north, up.

    Raises
    ------
    ValueError, ImportError
        As for `cutde_displacement_field`.
    """
    table = as_triangles(triangles)
    amounts = as_slip(slip, table.shape[0])
    xx, yy, zz, xy, xz, yz = np.asarray(
        _halfspace().strain_free(as_points(points), table, amounts, as_poisson(poisson))
    ).T
    return np.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], axis=1).reshape(-1, 3, 3)


def _halfspace() -> ModuleType:
    try:
        from cutde import halfspace
    except ImportError as error:
        raise ImportError("engine cutde is asked for, but cutde is not installed; run pip install cutde") from error
    return halfspace
