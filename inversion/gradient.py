"""Green's matrix of gradients: how unit slip of each patch changes the slope of a line of sight.

A gradient is d = a . grad(l . u) = sum_ij l_i a_j du_i/dx_j, with l the direction of measurement and a the horizontal
unit vector along which the slope is taken; metres per metre. It comes from the closed gradients of rectangles and
triangles, not from differences. That l itself turns from pixel to pixel adds u . (a . grad) l, about 1e-6 of the
displacement per metre for Sentinel-1; it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import geoslip.okada as okada

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault

_AXES = {"strike": 0, "dip": 1, "opening": 2}


def gradient_matrix(
    observations: Observations,
    fault: Fault,
    *,
    components: Sequence[str],
    poisson: float = 0.25,
    progress: Callable[[float], None] | None = None,
) -> NDArray[np.float64]:
    """Slope of the displacement along each datum's direction by unit slip of each patch.

    Parameters
    ----------
    observations : Observations
        n data of kind gradient.
    fault : Fault
        p patches.
    components : sequence of "strike", "dip", "opening"
        In the order of the columns.
    poisson : float
        Poisson's ratio.
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    (n, len(components) * p) array
        Metres per metre, per metre of slip; all columns of the first component first.

    Raises
    ------
    ValueError
        If the observations name no direction of their slope.
    """
    axis = observations.gradient_axis
    if axis is None:
        raise ValueError(f"{observations.name}: no gradient_axis; a gradient needs the direction of its slope")
    pattern = observations.directions[:, :, None] * axis[:, None, :]
    n_patches = fault.n_patches
    matrix = np.empty((len(observations), len(components) * n_patches), order="F")
    for name, where in fault.slices.items():
        sources = fault.segment(name).sources
        for patch in range(where.stop - where.start):
            for number, component in enumerate(components):
                slip = np.zeros((1, 3))
                slip[0, _AXES[component]] = 1.0
                _, gradient = okada.gradient_field(
                    observations.points, sources[patch : patch + 1], slip, poisson=poisson
                )
                matrix[:, number * n_patches + where.start + patch] = np.einsum("nij,nij->n", pattern, gradient)
            if progress is not None:
                progress((where.start + patch + 1) / n_patches)
    return matrix
