"""The posterior of a fault's place and attitude together with slip on it.

The fault's patches move as one (geoslip.inversion.trust.moves); slip x has the Gaussian prior of a smoothing operator,
mean zero and precision a^2 H, within bounds of zero. Slip and ramps are integrated out (Fukuda & Johnson 2010, GJI 181,
1441-1458, for what is linear): with N_i, b_i, e_i of the moved fault, n_i, k_i, K_i, C_i as in
geoslip.inversion.posterior.geometry, A = sum N_i / s_i^2 + a^2 H and r = sum b_i / s_i^2,

    ln p(d | moves, s, a) = -1/2 sum_i [ e_i / s_i^2 + (n_i - k_i) ln(2 pi s_i^2) + ln|C_i| + ln|K_i' C_i^-1 K_i| ]
                            + q ln a + 1/2 ln|H| - 1/2 ln|A| + 1/2 r' A^-1 r + ln(share of posterior / share of prior),

the shares those of Gaussians within the bounds. Without bounds that is exact. With them, the prior's share does not
depend on a, as the bounds are a cone, nor on the moves, which leave H as it is; the posterior's is found by expectation
propagation, and held to an unbiased estimate at some draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky

from geoslip.inversion.bounds.constraints import Constraints
from geoslip.inversion.errors import ConstraintError, SingularProblemError
from geoslip.inversion.posterior.density import JointPrior
from geoslip.inversion.posterior.distributions import LogUniform, Prior
from geoslip.inversion.posterior.geometry import WhiteData
from geoslip.inversion.posterior.journal import Journal
from geoslip.inversion.posterior.orthant import log_share, log_share_drawn, signs
from geoslip.inversion.posterior.slip import slip_target
from geoslip.inversion.posterior.target import DEFINITE, BoundedGaussian, DataTerm
from geoslip.inversion.problem import Problem
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.smoothing.operators import Operator
from geoslip.inversion.system import System
from geoslip.inversion.trust.moves import MOVES, moved_rectangles, rectangles_of

Array = NDArray[np.float64]

SHARE_DRAWS = 100_000
"""Draws for the share of the prior within the bounds, which is found once."""


class JointTarget:
    """The density of the module's heading, as samplers take it.

    Parameters
    ----------
    problem : Problem
        Data and the fault where it is moved from, of rectangles.
    operator : Operator
        Positive definite: with zero-slip edges.
    moves : mapping of str to Prior
        What is known of each change, by the names of geoslip.inversion.trust.moves; m, degrees, 0 where the fault is
        now.
    constraints : Constraints, optional
        Bounds of zero (single rakes, rake windows) or none; turned with the fault.
    strength : float or LogUniform, optional
        a, held or sampled; sampled over nine decades if not given.
    sample_noise : bool
        Whether a factor of each data set's standard deviations is sampled.
    bounds : bool
        Whether the evidence is corrected for the bounds; if not, they count only when slip is drawn.
    poisson : float

    Raises
    ------
    ValueError
        No moves, an unknown one, or priors that leave no fault in the ground.
    ConstraintError, SingularProblemError
        Bounds other than zero, or an operator that is not positive definite.
    """

    def __init__(
        self,
        problem: Problem,
        operator: Operator,
        moves: Mapping[str, Prior],
        *,
        constraints: Constraints | None = None,
        strength: float | LogUniform | None = None,
        sample_noise: bool = True,
        bounds: bool = True,
        poisson: float = 0.25,
    ) -> None:
        if not moves or not set(moves) <= set(MOVES):
            raise ValueError(f"moves {', '.join(moves) or 'none'}: needed is at least one of {', '.join(MOVES)}")
        self.system = System(problem, operator, constraints or Constraints())
        if self.system.pull is not None or problem.priors or isinstance(operator, NormOperator):
            raise ConstraintError(
                "with a fault's moves slip is sampled from data alone and with a smoothing by squares about zero: "
                "leave priors out, and take another operator"
            )
        if self.system.constraints.moment_at_most is not None:
            raise ConstraintError("a largest moment is no bound of single parameters and is not sampled: leave it out")
        try:
            self.sign = signs(self.system.space.lower, self.system.space.upper)
        except ValueError as error:
            raise ConstraintError(str(error)) from error
        self.moves, self.poisson, self.bounds = dict(moves), poisson, bounds and bool(self.sign.any())
        self.rectangles = rectangles_of(problem.fault)
        self.base = slip_target(self.system, strength, sample_noise=sample_noise)
        self.data = tuple(WhiteData.build(block.observations, block.nuisance) for block in problem.blocks)
        size = np.sqrt(np.diagonal(self.base.gram))
        try:
            if not np.all(size > 0.0):
                raise LinAlgError
            factor = cholesky(self.base.gram / np.outer(size, size), lower=True)
            if float(np.diagonal(factor).min()) ** 2 <= DEFINITE:
                raise LinAlgError
        except LinAlgError as error:
            raise SingularProblemError(
                "the smoothing leaves some slip alone, so that the evidence is not known: add zero-slip edges"
            ) from error
        self.half_determinant = float(np.log(np.diagonal(factor)).sum() + np.log(size).sum())
        generator, nothing = np.random.default_rng(0), np.zeros(self.base.n)
        self.prior_share = (0.0, 0.0)
        if self.bounds:
            self.prior_share = log_share_drawn(
                self.base.gram, nothing, self.sign, generator=generator, draws=SHARE_DRAWS
            )  # fmt: skip
        scales = {term.noise_name: term.noise for term in self.base.terms} | {"strength": self.base.strength}
        self.scale_priors = {name: prior for name, prior in scales.items() if isinstance(prior, LogUniform)}
        priors: dict[str, Prior] = {move_name(name): prior for name, prior in self.moves.items()}
        priors |= self.scale_priors
        self.prior = JointPrior(tuple(priors), tuple(priors.values()), allowed=self._allowed)
        self.not_a_number = 0
        self.journal: Journal | None = None

    @property
    def arrays(self) -> tuple[Array, ...]:
        """Data, fault, smoothing and bounds, by which a checkpoint knows the density."""
        parts = [array for data in self.data for array in data.arrays]
        rakes = self.system.space.basis.toarray()
        return (*parts, self.rectangles, rakes, self.base.gram, self.base.lower, self.base.upper)

    @property
    def settings(self) -> dict[str, Any]:
        """What it depends on beside them."""
        noise = [term.noise for term in self.base.terms]
        return {"moves": self.moves, "bounds": self.bounds, "poisson": self.poisson, "strength": self.base.strength,
                "noise": noise}  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the numbers to be found: changes, noise scales, strength."""
        return self.prior.names

    def natural(self, places: Array) -> Array:
        """Work coordinates (..., n) as the numbers they stand for."""
        return self.prior.natural(places)

    def work(self, numbers: Array) -> Array:
        """Numbers (..., n) as work coordinates."""
        return self.prior.work(numbers)

    def draw_prior(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count, n) of the prior."""
        return self.prior.draw(generator, count)

    def log_prior(self, places: Array) -> Array:
        """Natural logarithm of the prior (k,)."""
        return self.prior.log_density(places)

    @property
    def angular(self) -> NDArray[np.bool_]:
        """None of them: see recentred."""
        return np.zeros(len(self.names), dtype=np.bool_)

    def recentred(self, place: Array) -> JointTarget:
        """The same: changes of strike do not turn full circle."""
        return self

    def log_likelihood(self, places: Array) -> Array:
        """Natural logarithm of the evidence (k,) of each place."""

        def compute() -> Array:
            return np.array([self._log_evidence(self.at(place)) for place in places])

        found = compute() if self.journal is None else self.journal.answer(places, compute)
        self.not_a_number += int(np.isnan(found).sum())
        return found

    def moved(self, place: Array) -> Array:
        """Rectangles (p, 7) of a place (n,)."""
        changes = dict(zip(self.moves, self.natural(place)))
        return moved_rectangles(self.rectangles, self.system.problem.fault.slices.values(), changes=changes)

    def at(self, place: Array) -> BoundedGaussian:
        """The posterior of slip at a place (n,): geometry, noise scales and strength held."""
        numbers = dict(zip(self.names, self.natural(place).tolist()))
        rectangles, space, terms = self.moved(place)[None], self.system.space, []
        for data, term in zip(self.data, self.base.terms, strict=True):
            normal, right = data.normal_equations(
                rectangles, components=self.system.problem.components, poisson=self.poisson
            )  # fmt: skip
            noise = numbers.get(term.noise_name, term.noise)
            energy = float(data.values @ data.values)
            terms.append(
                DataTerm(term.name, space.shrink(normal[0]), space.basis.T @ right[0], energy, data.count, noise)
            )
        strength = numbers.get("strength", self.base.strength)
        return BoundedGaussian(tuple(terms), self.base.gram, space.lower, space.upper, strength, self.base.names)

    def share(self, slip: BoundedGaussian) -> float:
        """Logarithm of the share of slip's Gaussian at a place that lies within the bounds."""
        precision, right = self.gaussian(slip)
        return log_share(precision, right, self.sign)

    def gaussian(self, slip: BoundedGaussian) -> tuple[Array, Array]:
        """A (q, q) and r (q,) of slip's Gaussian at a place."""
        noise = np.array([float(term.noise) for term in slip.terms])  # type: ignore[arg-type]
        right = np.sum([term.right / scale**2 for scale, term in zip(noise, slip.terms, strict=True)], axis=0)
        return slip.precision(noise, float(slip.strength)), right  # type: ignore[arg-type]

    def _log_evidence(self, slip: BoundedGaussian) -> float:
        precision, right = self.gaussian(slip)
        if not (np.isfinite(precision).all() and np.isfinite(right).all()):
            return np.nan
        factor, half = cho_factor(precision, lower=True), 0.0
        for data, term in zip(self.data, slip.terms, strict=True):
            scale = float(term.noise)  # type: ignore[arg-type]
            half -= 0.5 * (data.constant + term.energy / scale**2) + term.count * np.log(scale)
        half += self.base.n * np.log(float(slip.strength)) + self.half_determinant  # type: ignore[arg-type]
        half += 0.5 * float(right @ cho_solve(factor, right)) - np.log(np.diagonal(factor[0])).sum()
        return float(half + (log_share(precision, right, self.sign) - self.prior_share[0] if self.bounds else 0.0))

    def _allowed(self, numbers: Array) -> NDArray[np.bool_]:
        """Which of k sets of numbers leave every patch in the ground and its dip between 0 and 90 degrees."""
        change = {name: numbers[:, column] for column, name in enumerate(self.moves)}
        tilt, down = change.get("dip", 0.0), change.get("depth", 0.0)
        top, dip = self.rectangles[:, 2].max(), self.rectangles[:, 4]
        good = (top - down <= 0.0) & (dip.max() + tilt <= 90.0) & (dip.min() + tilt >= 0.0)
        return np.broadcast_to(good, len(numbers)).copy()


def move_name(name: str) -> str:
    """What a change is called in the chains."""
    return f"change of {name}"
