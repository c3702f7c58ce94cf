"""Green's matrices: what each slip component of each patch does to each datum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import geoslip.okada as okada
from geoslip.inversion.gradient import gradient_matrix
from geoslip.okada.cutde_engine import cutde_greens_matrix

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault

COMPONENTS = ("strike", "dip", "opening")
ENGINES = ("geoslip", "cutde")


def greens_matrix(
    observations: Observations,
    fault: Fault,
    *,
    components: Sequence[str] = ("strike", "dip"),
    poisson: float = 0.25,
    progress: Callable[[float], None] | None = None,
    engine: str = "geoslip",
) -> NDArray[np.float64]:
    """Displacement along each datum's direction by unit slip of each patch, in a uniform half-space.

    Parameters
    ----------
    observations : Observations
        n data: points (m, local frame) and unit directions.
    fault : Fault
        p patches.
    components : sequence of "strike", "dip", "opening"
        Slip components, in the order of the columns.
    poisson : float
        Poisson's ratio.
    progress : callable, optional
        Called with the finished fraction.
    engine : "geoslip" or "cutde"
        What computes triangles: our own kernels, or cutde, which runs on a GPU where there is one. Rectangles and
        gradients are always our own.

    Returns
    -------
    (n, len(components) * p) array
        Metres per metre (of a gradient: per metre and metre); all columns of the first component first. Time and
        memory grow with its size.

    Raises
    ------
    ValueError
        A component that is unknown or named twice, an unknown engine, or a datum on the fault itself, where
        displacement has two values.
    """
    components = checked_components(components)
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is unknown: use one of {', '.join(ENGINES)}")
    if observations.kind == "gradient":
        slopes = gradient_matrix(observations, fault, components=components, poisson=poisson, progress=progress)
        refuse_data_on_the_fault(observations, slopes)
        return slopes
    n_patches = fault.n_patches
    matrix = np.empty((len(observations.values), len(components) * n_patches), order="F")
    done = 0
    for name, where in fault.slices.items():
        sources = fault.segment(name).sources
        by_cutde = engine == "cutde" and sources.ndim == 3
        part = (cutde_greens_matrix if by_cutde else okada.greens_matrix)(
            observations.points,
            observations.directions,
            sources,
            components=components,
            poisson=poisson,
            progress=_share(progress, done, where.stop - where.start, n_patches),
        )
        width = where.stop - where.start
        for number in range(len(components)):
            target = slice(number * n_patches + where.start, number * n_patches + where.stop)
            matrix[:, target] = part[:, number * width : (number + 1) * width]
        done += width
    refuse_data_on_the_fault(observations, matrix)
    return matrix


def checked_components(components: Sequence[str]) -> tuple[str, ...]:
    """Give the slip components as a tuple, refusing unknown and repeated ones."""
    given = (components,) if isinstance(components, str) else tuple(components)
    if not given or len(set(given)) < len(given) or not set(given) <= set(COMPONENTS):
        raise ValueError(f"components {given} must be some of {COMPONENTS}, each once")
    return given


def _share(
    progress: Callable[[float], None] | None, done: int, width: int, total: int
) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda fraction: progress((done + fraction * width) / total)


def refuse_data_on_the_fault(observations: Observations, matrix: NDArray[np.float64]) -> None:
    """Refuse data whose rows of displacement (n, any) are no numbers, as those next to a slipping patch are.

    Raises
    ------
    ValueError
        Where there is one; the message says how many and where the first lies.
    """
    wrong = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if wrong.size:
        east, north, up = observations.points[wrong[0]]
        raise ValueError(
            f"{observations.name}: {wrong.size} data lie on the fault itself, the first at east {east:.1f}, north "
            f"{north:.1f}, up {up:.1f} m, where the displacement has two values: mask the data next to the trace"
        )
