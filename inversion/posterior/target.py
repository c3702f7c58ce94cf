"""What is sampled: a Gaussian between bounds, with the scales of its noise and of its prior.

Parameters x (q,) with lower <= x <= upper, data sets i with n_i data of noise scale s_i (a factor of their standard
deviations), and a strength a:

    p(x, s, a | d)  ~  prod_i s_i^-n_i exp(-chi2_i(x) / (2 s_i^2))  *  a^q exp(-a^2 x' H x / 2)  *  p(s) p(a),

with chi2_i = e_i - 2 b_i' x + x' N_i x. The factor a^q normalises the prior of x only if the allowed x form a cone
(each bound 0 or infinite), its mean is zero and H is positive definite. Under other bounds it is 1 / Z(a), whose ratios
geoslip.inversion.posterior.log_normaliser finds and the target is then given; a prior mean is such a case, with x
counted from it. The noise scales can be sampled under any bounds. Both are log-uniform between limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from geoslip.inversion.errors import ConstraintError, SingularProblemError
from geoslip.inversion.posterior.distributions import LogUniform

Array = NDArray[np.float64]

DEFINITE = 1e-13
"""Smallest pivot of a positive definite H, relative to its diagonal."""


Scale = float | LogUniform


@dataclass(frozen=True, eq=False)
class DataTerm:
    """One data set as a quadratic form: chi2(x) = energy - 2 right' x + x' normal x at noise scale 1.

    Attributes
    ----------
    name : str
    normal : (q, q) array
        Symmetric, positive semi-definite.
    right : (q,) array
    energy : float
    count : int
        Data, less what nuisance columns took.
    noise : float or LogUniform
        Noise scale, held or sampled.
    """

    name: str
    normal: Array
    right: Array
    energy: float = 0.0
    count: int = 0
    noise: Scale = 1.0

    @property
    def noise_name(self) -> str:
        """What the noise scale is called in the chains."""
        return f"noise scale of {self.name}"

    def chi_square(self, x: Array) -> float:
        """Misfit of parameters (q,) at noise scale 1."""
        return max(0.0, self.energy - 2.0 * float(self.right @ x) + float(x @ (self.normal @ x)))

    def counted_from(self, place: Array) -> DataTerm:
        """The same misfit as a function of what parameters depart from a place (q,) by."""
        return replace(self, right=self.right - self.normal @ place, energy=self.chi_square(place))


@dataclass(frozen=True, eq=False)
class BoundedGaussian:
    """The density of the module's heading.

    Attributes
    ----------
    terms : tuple of DataTerm
    gram : (q, q) array
        H.
    lower, upper : (q,) array
    strength : float or LogUniform
        a, held or sampled.
    names : tuple of str
        Of the q parameters.
    normaliser : (m,) array
        ln Z(a) at ln a evenly spaced over the range of the strength, from log_normaliser; empty on a cone.

    Raises
    ------
    ValueError
        Sizes that do not fit, bounds that leave nothing, a scale that is not positive, no data set, or a noise scale
        to be sampled without data.
    ConstraintError, SingularProblemError
        The strength is to be sampled where its conditional is not exact.
    """

    terms: tuple[DataTerm, ...]
    gram: Array
    lower: Array
    upper: Array
    strength: Scale
    names: tuple[str, ...]
    normaliser: Array = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        q = len(self.names)
        shapes = [self.gram.shape, *(term.normal.shape for term in self.terms)]
        sizes = [self.lower.shape, self.upper.shape, *(term.right.shape for term in self.terms)]
        if not self.terms or any(shape != (q, q) for shape in shapes) or any(size != (q,) for size in sizes):
            raise ValueError(f"{q} named parameters need data terms, a gram matrix and bounds of that size")
        if not np.all(self.lower <= self.upper):
            worst = int(np.argmax(~(self.lower <= self.upper)))
            raise ValueError(
                f"the bounds of {self.names[worst]}, {self.lower[worst]:g} to {self.upper[worst]:g}, leave nothing: "
                "the lower must not exceed the upper"
            )
        for term in self.terms:
            _check_noise(term)
        if isinstance(self.strength, LogUniform):
            self._check_strength()
        elif not (np.isfinite(self.strength) and self.strength >= 0.0):
            raise ValueError(f"strength {self.strength!r} must be a number of at least 0")

    @property
    def n(self) -> int:
        """Number q of parameters."""
        return len(self.names)

    @property
    def scale_names(self) -> tuple[str, ...]:
        """Names of the scales that are sampled, in the order of their columns in the chains."""
        noise = tuple(term.noise_name for term in self.terms if isinstance(term.noise, LogUniform))
        return noise + (("strength",) if isinstance(self.strength, LogUniform) else ())

    def precision(self, noise: Array, strength: float) -> Array:
        """Inverse covariance (q, q) of x without bounds, at noise scales (terms,) and a strength."""
        total = strength**2 * self.gram
        for scale, term in zip(noise, self.terms, strict=True):
            total += term.normal / scale**2
        return total

    def log_evidence(self, noise: ArrayLike, strength: float) -> float:
        """Logarithm of the probability density of the data at given scales, x integrated out without bounds.

        With A = sum N_i / s_i^2 + a^2 H and r = sum b_i / s_i^2 it is

            sum (-n_i ln s_i - e_i / (2 s_i^2)) + q ln a + 1/2 (ln det H - ln det A + r' A^-1 r),

        the part of the data that no scale touches, -1/2 sum (n_i ln 2 pi + ln det C_i), left out.

        Parameters
        ----------
        noise : (terms,) array_like
            s_i.
        strength : float
            a, above 0.

        Raises
        ------
        ConstraintError
            There are bounds: the evidence would need the share of two Gaussians between them.
        SingularProblemError
            H is not positive definite, so that the prior has no normaliser.
        """
        if np.isfinite(self.lower).any() or np.isfinite(self.upper).any():
            raise ConstraintError("the evidence is known in closed form without bounds only: leave them out")
        scales = np.asarray(noise, dtype=float)
        total = self.precision(scales, strength)
        try:
            prior, factor = cholesky(self.gram, lower=True), cholesky(total, lower=True)
        except LinAlgError as error:
            raise SingularProblemError("the smoothing leaves some slip alone: the prior has no normaliser") from error
        right = np.sum([term.right / scale**2 for scale, term in zip(scales, self.terms, strict=True)], axis=0)
        half = solve_triangular(factor, right, lower=True)
        data = sum(
            -term.count * np.log(scale) - 0.5 * term.energy / scale**2
            for scale, term in zip(scales, self.terms, strict=True)
        )
        volume = np.log(np.diagonal(prior)).sum() - np.log(np.diagonal(factor)).sum()
        return float(data + self.n * np.log(strength) + volume + 0.5 * half @ half)

    def _check_strength(self) -> None:
        boxed = not_on_a_cone(self.lower, self.upper)
        if boxed.any() and not self.normaliser.size:
            worst = int(np.argmax(boxed))
            raise ConstraintError(
                f"{self.names[worst]} is bounded by {self.lower[worst]:g} and {self.upper[worst]:g}: the strength is "
                "sampled exactly only where every bound is 0 or infinite, for else the prior's normaliser changes "
                "with it by an unknown factor; give its log_normaliser, leave the maximum out, or give the strength"
            )
        size = np.sqrt(np.diagonal(self.gram))
        try:
            if not np.all(size > 0.0):
                raise LinAlgError
            pivots = np.diagonal(cholesky(self.gram / np.outer(size, size))) ** 2
            definite = bool(pivots.min() > DEFINITE)
        except LinAlgError:
            definite = False
        if not definite:
            raise SingularProblemError(
                "the smoothing operator leaves some slip alone (it is not positive definite), so the slip's prior has "
                "no normaliser and the strength no posterior: add zero-slip edges, or give the strength"
            )


def not_on_a_cone(lower: Array, upper: Array) -> NDArray[np.bool_]:
    """Which parameters have a bound that is neither zero nor infinite, or no room between their bounds."""
    return ~(np.isin(lower, (0.0, -np.inf)) & np.isin(upper, (0.0, np.inf)) & (lower < upper))


def _check_noise(term: DataTerm) -> None:
    if isinstance(term.noise, LogUniform):
        if term.count < 1:
            raise ValueError(f"{term.name}: {term.count} data cannot tell a noise scale: give the scale")
    elif not 0.0 < term.noise < np.inf:
        raise ValueError(f"{term.name}: noise scale {term.noise!r} must be a positive number")
