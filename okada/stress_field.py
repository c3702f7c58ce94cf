"""Stress and Coulomb change at points and on patches due to slip models, in pieces of bounded memory."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.coulomb import CoulombChange, Friction, coulomb_on_axes
from geoslip.okada.field import gradient_field
from geoslip.okada.medium import Medium
from geoslip.okada.receivers import plane_axes
from geoslip.okada.rectangles import as_points, as_rectangles
from geoslip.okada.stress import stress
from geoslip.okada.tiles import Progress, spans
from geoslip.okada.triangles import as_triangles, triangle_bases

SlipSource = tuple[ArrayLike, ArrayLike]
"""Rectangles (n, 7) or triangles (n, 3, 3) with their slip (n, 3)."""

_POINTS_AT_ONCE = 1 << 16
# How far from its plane a receiver is looked at that lies on a slipping patch, in units of its size.
_STEP = 1e-6


def stress_field(
    points: ArrayLike,
    models: Sequence[SlipSource],
    *,
    medium: Medium | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Stress at points due to slip on rectangles and triangles together.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), up <= 0.
    models : sequence of (sources, slip)
        Rectangles or triangles and their slip, as `gradient_field` takes them; the stresses add up.
    medium : Medium, optional
        Elastic constants; by default rigidity 30 GPa and Poisson's ratio 0.25.
    progress : callable, optional
        Called with the fraction done; an exception it raises ends the computation.
    threads : int, optional
        Number of threads, by default every processor this process may use.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        In Pa, tension positive, axes east, north, up; NaN at a point on a source with slip.

    Raises
    ------
    ValueError
        If a shape, a source, a point above ground or a slip is unfit.
    """
    place = as_points(points)
    medium = Medium() if medium is None else medium
    total = np.zeros((place.shape[0], 3, 3))
    pieces = [(part, model) for part in spans(place.shape[0], _POINTS_AT_ONCE) for model in models]
    for done, ((first, last), (sources, slip)) in enumerate(pieces):

        def tell(fraction: float, done: int = done) -> object:
            return None if progress is None else progress((done + fraction) / len(pieces))

        _, gradient = gradient_field(
            place[first:last], sources, slip, poisson=medium.poisson, progress=tell, threads=threads
        )
        total[first:last] += stress(gradient, medium=medium)
    return total


def coulomb_field(
    points: ArrayLike,
    models: Sequence[SlipSource],
    *,
    strike: ArrayLike,
    dip: ArrayLike,
    rake: ArrayLike | Literal["largest"],
    friction: Friction | None = None,
    medium: Medium | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> CoulombChange:
    """Coulomb change at points on receivers of given strike, dip and rake; only three numbers a point are kept.

    Parameters
    ----------
    points, models, medium, progress, threads
        As for `stress_field`.
    strike, dip, rake, friction
        As for `coulomb_change`, one receiver or one a point.

    Returns
    -------
    CoulombChange

    Raises
    ------
    ValueError
        As `stress_field` and `coulomb_change`.
    """
    place = as_points(points)
    count = place.shape[0]
    axes = [np.broadcast_to(axis, (count, 3)) for axis in plane_axes(strike, dip)]
    angle = rake if isinstance(rake, str) else np.broadcast_to(np.asarray(rake, dtype=np.float64), (count,))
    parts = []
    for first, last in spans(count, _POINTS_AT_ONCE):

        def tell(fraction: float, first: int = first, last: int = last) -> object:
            return None if progress is None else progress((first + fraction * (last - first)) / count)

        tensor = stress_field(place[first:last], models, medium=medium, progress=tell, threads=threads)
        along, updip, normal = (axis[first:last] for axis in axes)
        mine = angle if isinstance(angle, str) else angle[first:last]
        parts.append(coulomb_on_axes(tensor, along, updip, normal=normal, rake=mine, friction=friction))
    return _joined(parts)


def coulomb_on_patches(
    receivers: ArrayLike,
    models: Sequence[SlipSource],
    *,
    rake: ArrayLike | Literal["largest"],
    friction: Friction | None = None,
    medium: Medium | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> CoulombChange:
    """Coulomb change at the centres of patches, which may be those that slipped.

    Tractions are continuous across a dislocation: where a centre lies on a slipping patch, they are those of the places
    just beside it.

    Parameters
    ----------
    receivers : array_like, shape (n, 7) or (n, 3, 3)
        Rectangles or triangles.
    models, medium, progress, threads
        As for `stress_field`.
    rake, friction
        As for `coulomb_change`, one rake or one a patch.

    Returns
    -------
    CoulombChange

    Raises
    ------
    ValueError
        As `stress_field` and `coulomb_change`.
    """
    centre, axes, size = _receivers(receivers)
    options = {"friction": friction, "medium": medium, "progress": progress, "threads": threads}
    return coulomb_at_centres(centre, axes, models, size=size, rake=rake, **options)  # type: ignore[arg-type]


def coulomb_at_centres(
    centres: ArrayLike,
    axes: Sequence[ArrayLike],
    models: Sequence[SlipSource],
    *,
    size: ArrayLike,
    rake: ArrayLike | Literal["largest"],
    friction: Friction | None = None,
    medium: Medium | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> CoulombChange:
    """Coulomb change at the centres of patches of any kind; as `coulomb_on_patches`.

    Parameters
    ----------
    centres : array_like, shape (n, 3)
        East, north, up (m).
    axes : sequence of three array_like, shape (n, 3)
        Unit vectors along strike, up the dip and into the hanging wall.
    models, rake, friction, medium, progress, threads
        As for `coulomb_on_patches`.
    size : array_like, shape (n,)
        Of the patches, m: a millionth of it is how far beside a slipping patch its tractions are taken.

    Returns
    -------
    CoulombChange

    Raises
    ------
    ValueError
        As `stress_field` and `coulomb_change`.
    """
    place, (along, updip, normal) = as_points(centres), (np.asarray(axis, dtype=np.float64) for axis in axes)
    tensor = stress_field(place, models, medium=medium, progress=progress, threads=threads)
    on = np.asarray(np.isnan(tensor).any(axis=(1, 2)))
    if on.any():
        step = (_STEP * np.asarray(size, dtype=np.float64)[on])[:, None] * normal[on]
        sides = [stress_field(_below_ground(place[on] + sign * step), models, medium=medium) for sign in (1.0, -1.0)]
        tensor[on] = 0.5 * (sides[0] + sides[1])
    return coulomb_on_axes(tensor, along, updip, normal=normal, rake=rake, friction=friction)


def largest_over_depths(
    east: ArrayLike, north: ArrayLike, depths: ArrayLike, models: Sequence[SlipSource], **options: object
) -> tuple[CoulombChange, NDArray[np.float64]]:
    """Largest Coulomb change over depths, at every place on the map.

    Parameters
    ----------
    east, north : array_like, shape (n,)
        Places, m.
    depths : array_like, shape (k,)
        In metres, positive down.
    models
        As for `stress_field`.
    **options
        As for `coulomb_field`: strike, dip, rake and so on.

    Returns
    -------
    change : CoulombChange
        At the depth of its largest Coulomb change; NaN where there is none at any depth.
    depth : ndarray, shape (n,)
        That depth, m.

    Raises
    ------
    ValueError
        As `coulomb_field`, and where no depth is given.
    """
    levels = np.atleast_1d(np.asarray(depths, dtype=np.float64))
    if levels.size == 0:
        raise ValueError("depths is empty, but a largest value needs at least one; give depths in metres")
    x, y = np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)
    best: CoulombChange | None = None
    at = np.full(x.shape, levels[0])
    for level in levels:
        points = np.column_stack([x, y, np.full(x.shape, -level)])
        now = coulomb_field(points, models, **options)  # type: ignore[arg-type]
        if best is None:
            best = now
            continue
        better = (now.coulomb > best.coulomb) | (np.isnan(best.coulomb) & ~np.isnan(now.coulomb))
        at = np.where(better, level, at)
        pairs = ((getattr(now, name), getattr(best, name)) for name in ("shear", "normal", "coulomb", "rake"))
        best = CoulombChange(*(np.where(better, new, old) for new, old in pairs))
    assert best is not None
    return best, at


def _receivers(receivers: ArrayLike) -> tuple[NDArray[np.float64], list[NDArray[np.float64]], NDArray[np.float64]]:
    """Centres, unit vectors and sizes of patches."""
    if np.ndim(receivers) == 3:
        triangles = as_triangles(receivers)
        bases = triangle_bases(triangles)
        size = np.ptp(triangles, axis=1).max(axis=1)
        return triangles.mean(axis=1), [bases[:, k] for k in range(3)], size
    table = as_rectangles(receivers)
    along, updip, normal = plane_axes(table[:, 3], table[:, 4])
    return table[:, :3] - 0.5 * table[:, 6:7] * updip, [along, updip, normal], table[:, 5] + table[:, 6]


def _below_ground(points: NDArray[np.float64]) -> NDArray[np.float64]:
    points[:, 2] = np.minimum(points[:, 2], 0.0)
    return points


def _joined(parts: list[CoulombChange]) -> CoulombChange:
    names = ("shear", "normal", "coulomb", "rake")
    return CoulombChange(*(np.concatenate([getattr(part, name) for part in parts] or [np.empty(0)]) for name in names))
