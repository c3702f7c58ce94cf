"""The posterior of a fault's geometry, slip and ramps integrated out.

Data sets i with covariance C_i = F_i F_i', noise scale s_i and k_i nuisance columns (flat prior), slip m (p numbers) of
prior N(0, S^2 I). With N_i, b_i, e_i the normal equations of the whitened data, nuisance projected out,

    A = sum_i N_i / s_i^2 + I / S^2,   b = sum_i b_i / s_i^2,
    -2 ln p(d | geometry, s) = sum_i [ e_i / s_i^2 + (n_i - k_i) ln(2 pi s_i^2) + ln|C_i| + ln|K_i' C_i^-1 K_i| ]
                               - b' A^-1 b + ln|A| + 2 p ln S,

which is exact. Where slip is sampled, the second line becomes -2 b' m + m' (sum_i N_i / s_i^2) m.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dtrsm

import geoslip.okada as okada
from geoslip.inversion.nuisance import Nuisance, nuisance_columns
from geoslip.inversion.posterior.cell_points import cell_points
from geoslip.inversion.posterior.density import JointPrior
from geoslip.inversion.posterior.distributions import LogUniform, Prior, Uniform, VonMises
from geoslip.inversion.posterior.journal import Journal
from geoslip.inversion.posterior.uniform_source import IntegratedSlip, UniformSource
from geoslip.inversion.whitening import Whitener

if TYPE_CHECKING:
    from geoslip.downsample import Observations

Array = NDArray[np.float64]
Noise = float | LogUniform

NOISE_RANGE = (1 / 30, 30.0)
"""Noise scales, as factors of the standard deviations that the data came with."""
AT_ONCE = 64
"""Sources worked on together: enough to keep the matrix products busy, few enough for the second cache."""


@dataclass(frozen=True, eq=False)
class WhiteData:
    """One data set, whitened and freed of its nuisance.

    Attributes
    ----------
    observations : Observations
        n data.
    whitener : Whitener
    nuisance : Nuisance
        k columns.
    basis : (n, k) array
        Orthonormal, of the whitened nuisance columns.
    values : (n,) array
        Whitened data without what nuisance explains.
    constant : float
        (n - k) ln 2 pi + ln|C| + ln|K' C^-1 K|.
    sites, shares : (j, n, 3), (j, n) array
        Points of each datum and their weights: one, or those that stand for the mean over a cell.
    """

    observations: Observations
    whitener: Whitener
    nuisance: Nuisance
    basis: Array
    values: Array
    constant: float
    sites: Array
    shares: Array

    @classmethod
    def build(cls, observations: Observations, nuisance: str | Nuisance | None) -> WhiteData:
        """Whiten a data set; nuisance columns, or their kind as in geoslip.inversion.nuisance_columns."""
        if observations.kind == "gradient":
            raise ValueError(f"{observations.name}: gradients do not tell a sampled geometry yet: leave them out")
        whitener = Whitener.of(observations.covariance, name=observations.name)
        if whitener.factor.ndim == 2:
            whitener = Whitener(np.asfortranarray(whitener.factor))
        nuisance = nuisance if isinstance(nuisance, Nuisance) else nuisance_columns(observations, nuisance)
        basis, triangle = np.linalg.qr(whitener.whiten(nuisance.matrix))
        values = whitener.whiten(observations.values)
        values = values - basis @ (basis.T @ values)
        count = len(values) - len(nuisance)
        constant = count * np.log(2.0 * np.pi) + whitener.log_determinant
        constant += 2.0 * float(np.log(np.abs(np.diagonal(triangle))).sum())
        if observations.outlines is None:
            sites, shares = observations.points[None], np.ones((1, len(observations)))
        else:
            sites, shares = cell_points(observations)
        return cls(observations, whitener, nuisance, basis, values, constant, sites, shares)

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.observations.name

    @property
    def count(self) -> int:
        """Data, less what nuisance columns took."""
        return len(self.values) - len(self.nuisance)

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All that the density depends on, by which a checkpoint knows it."""
        return self.values, self.whitener.factor, self.basis, self.observations.directions, self.sites, self.shares

    def normal_equations(
        self, rectangles: Array, *, components: tuple[str, ...], poisson: float
    ) -> tuple[Array, Array]:
        """N (k, p, p) and b (k, p) of k sources of several rectangles (k, parts, 7), p = components * parts."""
        sources, parts, _ = rectangles.shape
        directions = self.observations.directions
        if len(self.sites) > 1:
            directions = np.tile(directions, (len(self.sites), 1))
        matrix = okada.greens_matrix(
            self.sites.reshape(-1, 3), directions, rectangles.reshape(-1, 7), components=components, poisson=poisson,
            threads=1,
        )  # fmt: skip
        if len(self.sites) > 1:
            parts_of_cells = matrix.reshape(*self.shares.shape, -1)
            matrix = np.asfortranarray(np.einsum("jn,jnc->nc", self.shares, parts_of_cells))
        factor = self.whitener.factor
        white = matrix / factor[:, None] if factor.ndim == 1 else dtrsm(1.0, factor, matrix, lower=1, overwrite_b=1)
        if len(self.nuisance):
            white -= self.basis @ (self.basis.T @ white)
        # columns count components first, then sources, then their rectangles
        rows = white.T.reshape(len(components), sources, parts, -1).swapaxes(0, 1)
        rows = rows.reshape(sources, len(components) * parts, -1)
        return rows @ rows.transpose(0, 2, 1), rows @ self.values


class GeometryTarget:
    """The density of the module's heading, as samplers take it.

    Parameters
    ----------
    observations : sequence of Observations
        Data sets of different names.
    source : UniformSource
    nuisance : dict of str to str, optional
        Nuisance kind by data set; the usual one of its kind where not given.
    noise : float, LogUniform or dict of str to these, optional
        Factor of each data set's standard deviations, held or sampled; sampled from 1/30 to 30 if not given.
    poisson : float

    Raises
    ------
    ValueError
        No data, data sets of one name, or priors that the joint limits contradict.
    """

    def __init__(
        self,
        observations: Sequence[Observations],
        source: UniformSource,
        *,
        nuisance: Mapping[str, str] | None = None,
        noise: Noise | Mapping[str, Noise] | None = None,
        poisson: float = 0.25,
    ) -> None:
        names = [data.name for data in observations]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"data sets {names} must be at least one, each of another name")
        self.source, self.poisson = source, poisson
        self.data = tuple(WhiteData.build(data, (nuisance or {}).get(data.name)) for data in observations)
        self.noise = {data.name: _noise_of(data, noise) for data in self.data}
        self._assemble()

    def _assemble(self) -> None:
        sampled = [(noise_name(name), prior) for name, prior in self.noise.items() if isinstance(prior, LogUniform)]
        free: list[tuple[str, Prior]] = [*self.source.free, *sampled]
        if not free:
            raise ValueError("every number of the source and every noise scale is held: nothing is left to be found")
        self.prior = JointPrior(
            [name for name, _ in free],
            [prior for _, prior in free],
            allowed=self._allowed,
        )
        self.angular = np.array([*self.source.angular, *(False for _ in sampled)], bool)
        self.not_a_number = 0
        self.evaluations = 0
        self.journal: Journal | None = None

    def _allowed(self, numbers: Array) -> NDArray[np.bool_]:
        return self.source.allowed(self.source.rectangles(numbers))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the numbers to be found: the source's, then the noise scales."""
        return self.prior.names

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The data that the density depends on, by which a checkpoint knows it."""
        return tuple(array for data in self.data for array in data.arrays)

    @property
    def settings(self) -> dict[str, Any]:
        """What it depends on beside them."""
        limit = getattr(self.source.limit, "__qualname__", None)
        return {"source": (replace(self.source, limit=None), limit), "noise": self.noise, "poisson": self.poisson}

    @property
    def components(self) -> tuple[str, ...]:
        """Slip components."""
        return self.source.slip.components

    @property
    def n_slip(self) -> int:
        """Number p of slip components of all rectangles."""
        return len(self.components) * len(self.source.parts)

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

    def log_likelihood(self, places: Array) -> Array:
        """Natural logarithm of the likelihood (k,), slip integrated out where it is not sampled."""

        def compute() -> Array:
            parts = range(0, len(places), AT_ONCE)
            return np.concatenate([self._log_likelihood(places[start : start + AT_ONCE]) for start in parts])

        found = compute() if self.journal is None else self.journal.answer(places, compute)
        self.evaluations += len(found)
        self.not_a_number += int(np.isnan(found).sum())
        return found

    def scales(self, places: Array) -> Array:
        """Noise scales (k, data sets) of places."""
        numbers, column = self.natural(places), len(self.source.names)
        found = np.empty((len(places), len(self.data)))
        for number, noise in enumerate(self.noise.values()):
            found[:, number] = noise if isinstance(noise, int | float) else numbers[:, column]
            column += isinstance(noise, LogUniform)
        return found

    def conditional_slip(self, places: Array) -> tuple[Array, Array]:
        """Mean (k, p) and precision (k, p, p) of slip where it is integrated out, given geometry and scales."""
        rectangles, weights = self.source.rectangles(self.natural(places)), self.scales(places) ** -2.0
        normal, right = np.zeros((len(places), self.n_slip, self.n_slip)), np.zeros((len(places), self.n_slip))
        for number, data in enumerate(self.data):
            one, other = data.normal_equations(rectangles, components=self.components, poisson=self.poisson)
            normal += weights[:, number, None, None] * one
            right += weights[:, number, None] * other
        if isinstance(self.source.slip, IntegratedSlip):
            normal += np.eye(self.n_slip) / self.source.slip.std**2
        mean = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
        return np.asarray(mean, dtype=np.float64), normal

    def recentred(self, place: Array) -> GeometryTarget:
        """The same posterior, with what is known of a full circle cut opposite a place (n,)."""
        changes: dict[str, Prior] = {}
        numbers = self.natural(place[None])[0]
        for number, (name, prior) in enumerate(self.source.free):
            whole = isinstance(prior, Uniform) and abs(prior.high - prior.low - 360.0) < 1e-9
            if self.angular[number] and (whole or isinstance(prior, VonMises)):
                changes[name] = _Turned(prior, float(numbers[number]))
        other = object.__new__(GeometryTarget)
        other.__dict__.update(self.__dict__)
        other.prior = _changed(self.prior, changes)
        return other

    def _log_likelihood(self, places: Array) -> Array:
        numbers, scales = self.natural(places), self.scales(places)
        rectangles, weights = self.source.rectangles(numbers), scales**-2.0
        total = np.zeros(len(places))
        normal, right = np.zeros((len(places), self.n_slip, self.n_slip)), np.zeros((len(places), self.n_slip))
        for number, data in enumerate(self.data):
            one, other = data.normal_equations(rectangles, components=self.components, poisson=self.poisson)
            normal += weights[:, number, None, None] * one
            right += weights[:, number, None] * other
            energy = float(data.values @ data.values)
            total += weights[:, number] * energy + data.constant + 2.0 * data.count * np.log(scales[:, number])
        if isinstance(self.source.slip, IntegratedSlip):
            return -0.5 * (total + _integrated(normal, right, self.source.slip.std))
        slip = self.source.slip_vectors(numbers)
        change: Array = np.einsum("ki,kij,kj->k", slip, normal, slip) - 2.0 * np.einsum("ki,ki->k", right, slip)
        return -0.5 * (total + change)


@dataclass(frozen=True)
class _Turned:
    """A distribution on the circle, written from 180 degrees below a centre to 180 above."""

    prior: Prior
    centre: float

    @property
    def limits(self) -> tuple[float, float]:
        return self.centre - 180.0, self.centre + 180.0

    search_limits = limits

    def log_density(self, values: Array) -> Array:
        low = self.prior.limits[0]
        log = self.prior.log_density(low + (values - low) % 360.0)
        return np.where(np.abs(values - self.centre) <= 180.0, log, -np.inf)

    def sample(self, generator: np.random.Generator, count: int) -> Array:
        low = self.limits[0]
        return np.asarray(low + (self.prior.sample(generator, count) - low) % 360.0)


def noise_name(name: str) -> str:
    """What the noise scale of a data set is called in the chains."""
    return f"noise scale of {name}"


def _changed(prior: JointPrior, changes: Mapping[str, Prior]) -> JointPrior:
    if not changes:
        return prior
    priors = [changes.get(name, one) for name, one in zip(prior.names, prior.priors)]
    return JointPrior(prior.names, priors, allowed=prior.allowed)


def _noise_of(data: WhiteData, noise: Noise | Mapping[str, Noise] | None) -> Noise:
    chosen = noise.get(data.name) if isinstance(noise, Mapping) else noise
    chosen = LogUniform(*NOISE_RANGE) if chosen is None else chosen
    if isinstance(chosen, LogUniform) and data.count < 1:
        raise ValueError(f"{data.name}: {data.count} data cannot tell a noise scale: give the scale")
    if not isinstance(chosen, LogUniform) and not 0.0 < chosen < np.inf:
        raise ValueError(f"{data.name}: noise scale {chosen!r} must be a positive number")
    return chosen


def _integrated(normal: Array, right: Array, std: float) -> Array:
    """ln|A| + 2 p ln S - b' A^-1 b of many small systems."""
    p = normal.shape[1]
    precision = normal + np.eye(p) / std**2
    found = np.full(len(normal), np.nan)
    good = np.isfinite(precision).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    if good.any():
        factor = np.linalg.cholesky(precision[good])
        half = np.linalg.solve(factor, right[good][:, :, None])[:, :, 0]
        log = 2.0 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        found[good] = log + 2.0 * p * np.log(std) - np.einsum("ki,ki->k", half, half)
    return found
