"""Displacement and its gradients of a slip model, whatever its segments are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

import geoslip.okada as okada

if TYPE_CHECKING:
    from geoslip.faults import SlipModel

Array = NDArray[np.float64]
Progress = Callable[[float], None]


def model_displacement(
    model: SlipModel, points: ArrayLike, *, poisson: float = 0.25, progress: Progress | None = None
) -> Array:
    """Displacement (n, 3) in m, east, north, up of the model's frame, at points (n, 3).

    Patches that do not slip are left out.

    Parameters
    ----------
    model : SlipModel
    points : array_like, (n, 3)
        East, north, up in m, up <= 0.
    poisson : float
        Poisson's ratio.
    progress : callable, optional
        Called with the finished fraction.

    Raises
    ------
    ValueError
        A point above ground.
    """
    return model_gradient(model, points, poisson=poisson, progress=progress, gradient=False)[0]


def model_gradient(
    model: SlipModel,
    points: ArrayLike,
    *,
    poisson: float = 0.25,
    progress: Progress | None = None,
    gradient: bool = True,
) -> tuple[Array, Array]:
    """Displacement (n, 3) in m and its gradients (n, 3, 3), [:, i, j] = du_i/dx_j; as `model_displacement`.

    Without `gradient` the second array is empty.
    """
    places = np.asarray(points, dtype=float)
    field, slopes = np.zeros((len(places), 3)), np.zeros((len(places), 3, 3) if gradient else (0, 3, 3))
    moving = np.any(np.asarray(model.slip) != 0.0, axis=1)
    done, total = 0, max(int(moving.sum()), 1)
    for segment in model.fault.segments:
        where = model.fault.slices[segment.name]
        chosen = moving[where]
        if not chosen.any():
            continue
        sources, slip = segment.sources[chosen], model.slip[where][chosen]
        share = _share(progress, done, len(slip), total)
        if gradient:
            part, slope = okada.gradient_field(places, sources, slip, poisson=poisson, progress=share)
            slopes += slope
        else:
            part = okada.displacement_field(places, sources, slip, poisson=poisson, progress=share)
        field += part
        done += len(slip)
    return field, slopes


def _share(progress: Progress | None, done: int, width: int, total: int) -> Progress | None:
    return None if progress is None else lambda fraction: progress((done + fraction * width) / total)
