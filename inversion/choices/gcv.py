"""Generalised cross-validation of the smoothing strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.system import System

Array = NDArray[np.float64]


def gcv(system: System, strengths: ArrayLike) -> Array:
    """Generalised cross-validation of each strength (Golub, Heath & Wahba 1979, Technometrics 21, 215-223, eq. 1.4).

    GCV = n chi-square / (n - k - t)^2, with n the data, k the nuisance coefficients and t the effective parameters
    (the trace of the resolution). It is the mean square of what whitened data miss when each is predicted from all the
    others, as if every datum pulled on its own prediction alike; on a problem that looks the same from every datum
    that is exact. Of the *unbounded* problem, like ABIC.

    It trusts the covariance: noise that is more alike between neighbours than the covariance says passes for signal,
    and the strength comes out too weak.

    Parameters
    ----------
    system : System
    strengths : (k,) array_like
        Greater than 0.

    Returns
    -------
    (k,) array
        1 where the predictions miss by as much as the data's own noise; inf where no datum is left over.
    """
    spectrum, problem = system.spectrum, system.problem
    values = []
    for strength in np.asarray(strengths, dtype=float):
        misfit = max(system.energy - spectrum.taken_off(strength), 1e-15 * system.energy)
        left = problem.n_data - problem.n_nuisance - spectrum.effective_parameters(strength)
        values.append(problem.n_data * misfit / left**2 if left > 1e-9 * problem.n_data else np.inf)
    return np.array(values)
