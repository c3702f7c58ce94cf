"""How the normaliser of a bounded Gaussian prior depends on its strength, where no formula says it.

The prior of x between bounds is exp(-a^2 x' H x / 2) / Z(a). On a cone Z goes as a^-q; between other bounds, or about
a mean other than zero, which shifts the bounds, it does not, and the share of a Gaussian between bounds has no closed
form. But

    d ln Z / d ln a = -E_a[a^2 x' H x],

the expectation over the prior itself, which the exact samplers give: draws at strengths a small step apart, a smooth
curve through the means, and its integral (thermodynamic integration; Gelman & Meng 1998, Statistical Science 13,
163-185, eq. 9). Where the bounds are far the mean is q on a cone, where they are near it goes to zero: a smooth curve
that a few dozen strengths hold. Only ratios of Z matter, so the constant is left open.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from geoslip.inversion.posterior.distributions import LogUniform
from geoslip.inversion.posterior.sampler import sample_bounded
from geoslip.inversion.posterior.target import BoundedGaussian, DataTerm

Array = NDArray[np.float64]

STEP = 0.5
"""Between strengths at which the prior is sampled, in ln a."""
FINE = 0.01
"""Between values of the table, in ln a."""
DRAWS, CHAINS = 200, 2
"""Of the prior at each strength; the first quarter beside them is thrown away."""


def log_normaliser(
    gram: Array,
    lower: Array,
    upper: Array,
    strengths: LogUniform,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """Tabulate ln Z of the bounded prior over its strength, less its value at the smallest strength.

    Parameters
    ----------
    gram : (q, q) array
        H, positive definite.
    lower, upper : (q,) array
        Bounds less the prior's mean.
    strengths : LogUniform
        The range of a.
    draws : int
        Of each of two chains at each strength, a step of 0.5 in ln a apart. The error of the slope of ln Z is about
        that of a mean of draws of a chi-square variable with up to q degrees of freedom.
    seed : int
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    (m,) array
        At ln a evenly spaced from end to end of the range, steps of about 0.01.

    Raises
    ------
    SingularProblemError
        H is not positive definite.
    """
    q = len(lower)
    low, high = np.log(strengths.low), np.log(strengths.high)
    places = np.linspace(low, high, max(3, int(np.ceil((high - low) / STEP)) + 1))
    names = tuple(f"x{number}" for number in range(q))
    nothing = DataTerm("nothing", np.zeros((q, q)), np.zeros(q))
    means, start = np.empty(len(places)), np.clip(np.zeros(q), lower, upper)
    # from the strongest on, so that each start is a draw of a prior that is only a little narrower
    for number in range(len(places) - 1, -1, -1):
        strength = float(np.exp(places[number]))
        target = BoundedGaussian((nothing,), gram, lower, upper, strength, names)
        flat = sample_bounded(
            target, start=start, draws=draws, chains=CHAINS, warmup=draws // 4, seed=seed + number
        ).flat  # fmt: skip
        means[number] = strength**2 * float(np.einsum("ni,ni->", flat @ gram, flat)) / len(flat)
        start = flat[-1]
        if progress is not None:
            progress((len(places) - number) / len(places))
    fine = np.linspace(low, high, max(3, int(np.ceil((high - low) / FINE)) + 1))
    return np.asarray(-PchipInterpolator(places, means).antiderivative()(fine))
