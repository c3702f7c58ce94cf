"""Stress drop as a regularisation: slip whose stress drop is small, or near a given one, everywhere on the fault.

| quantity             | unit          | meaning                                                                |
|----------------------|---------------|------------------------------------------------------------------------|
| K                    | Pa/m          | shear stress that slip takes off the middles of patches                |
| row of L m           | Pa m          | stress drop (less the given one) times root of the patch's area        |
| roughness            | Pa^2 m^2      | integral of the squared stress drop (less the given one) over the fault|
| strength             | 1/(Pa m)      | 1 / (stress drop that is tolerated times root of the fault's area)     |

Slip that is even on each patch has a stress drop that grows as patches shrink where slip is rough: on two meshes the
same strength means the same for slip that varies over several patches and fades toward the fault's buried edges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

import geoslip.okada as okada
from geoslip.inversion.greens import checked_components
from geoslip.inversion.smoothing.directions import common_directions
from geoslip.inversion.smoothing.operators import Operator
from geoslip.inversion.trust.profiles import beside_patches

if TYPE_CHECKING:
    from geoslip.faults import Fault

Array = NDArray[np.float64]


def stress_matrix(
    fault: Fault,
    *,
    components: Sequence[str] = ("strike", "dip"),
    rigidity: float = 30e9,
    poisson: float = 0.25,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """Shear stress that a metre of slip takes off each patch's middle, along strike and up dip.

    Parameters
    ----------
    fault : Fault
        n patches; time grows with the square of their number.
    components : sequence of str
        Slip components (columns).
    rigidity : float
        Pa.
    poisson : float
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    (2 n, p) array
        Pa/m: along strike of every patch, then up its dip; positive where slip that way drops stress that way.
    """
    names = checked_components(components)
    points, medium = beside_patches(fault), okada.Medium(rigidity=rigidity, poisson=poisson)
    n, done = fault.n_patches, 0
    matrix = np.empty((2 * n, len(names) * n))
    for name, where in fault.slices.items():
        sources = fault.segment(name).sources
        for own, patch in enumerate(range(n)[where]):
            for number, component in enumerate(names):
                slip = np.zeros((1, 3))
                slip[0, ("strike", "dip", "opening").index(component)] = 1.0
                gradient = okada.gradient_field(points, sources[own : own + 1], slip, poisson=poisson, threads=1)[1]
                pull = okada.traction(okada.stress(gradient, medium=medium), fault.normals)
                column = number * n + patch
                matrix[:n, column] = -np.einsum("ij,ij->i", pull, fault.strike_vectors)
                matrix[n:, column] = -np.einsum("ij,ij->i", pull, fault.updip_vectors)
            done += 1
            if progress is not None:
                progress(done / n)
    return matrix


def stress_drop_operator(
    fault: Fault,
    *,
    components: Sequence[str] = ("strike", "dip"),
    drop: float = 0.0,
    rake: ArrayLike | None = None,
    rigidity: float = 30e9,
    poisson: float = 0.25,
    progress: Callable[[float], None] | None = None,
) -> Operator:
    """Stress drop, or what it departs from a given one by, weighed by the root of the patch's area.

    Parameters
    ----------
    fault : Fault
    components : sequence of str
        Of "strike" and "dip"; rows are along these.
    drop : float
        Stress drop that slip should have on every patch, Pa.
    rake : float or (n_patches,) array_like, optional
        The direction in which `drop` counts, degrees; needed where it is not 0.
    rigidity : float
        Pa.
    poisson : float
    progress : callable, optional

    Returns
    -------
    Operator

    Raises
    ------
    ValueError
        A drop without a rake, or components without shear.
    """
    names = checked_components(components)
    shear = [name for name in ("strike", "dip") if name in names]
    if not shear or "opening" in names:
        raise ValueError(f"components {', '.join(names)}: stress drop regularises shear slip, strike, dip or both")
    if not (np.isfinite(drop) and drop >= 0.0):
        raise ValueError(f"stress drop {drop!r} Pa must be a number of at least 0")
    if drop > 0.0 and rake is None:
        raise ValueError(f"a stress drop of {drop:g} Pa needs the rake along which slip drops it: give degrees")
    n = fault.n_patches
    whole = stress_matrix(fault, components=names, rigidity=rigidity, poisson=poisson, progress=progress)
    rows = np.concatenate([whole[:n] if name == "strike" else whole[n:] for name in names])
    angle = np.deg2rad(np.broadcast_to(0.0 if rake is None else np.asarray(rake, dtype=float), (n,)))
    wanted = {"strike": drop * np.cos(angle), "dip": drop * np.sin(angle)}
    # rows of patches that lean past vertical or turn their strike are compared as the smoothing operators compare slip
    turn = common_directions(fault, components=names)
    root = np.tile(np.sqrt(fault.areas), len(names))
    matrix = sparse.csr_array(turn @ (root[:, None] * rows))
    target = turn @ (root * np.concatenate([wanted[name] for name in names])) if drop > 0.0 else None
    said = f"stress drop near {1e-6 * drop:g} MPa" if drop > 0.0 else "small stress drop"
    return Operator("stress_drop", matrix, said, target)
