"""Modes of a geometry's posterior: where they are, what slips there, and how much of the posterior each holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import magnitude_of_moment, strike_vector, updip_vector
from geoslip.inversion.posterior.density import Searchable, log_posterior
from geoslip.inversion.posterior.geometry import GeometryTarget
from geoslip.inversion.posterior.uniform_source import IntegratedSlip

Array = NDArray[np.float64]

NEGLIGIBLE = 15.0
"""Modes whose logarithm of mass lies so far below the heaviest one's are told but not sampled."""


@dataclass(frozen=True, eq=False)
class Mode:
    """One peak of the posterior.

    Attributes
    ----------
    place : (n,) array
        In the target's work coordinates.
    names : tuple of str
    values : (n,) array
        The numbers at the peak.
    log_density : float
        Of the posterior, not normalised.
    covariance : (n, n) array
        Of the Gaussian that touches the peak, in work coordinates.
    inside : bool
        Whether the peak lies inside the priors, so that the Gaussian is a fair picture of it.
    rectangles : (parts, 7) array
        Columns as geoslip.okada.RECTANGLE_COLUMNS.
    slip : (parts, 3) array
        Strike slip, dip slip, opening, m: the most likely one where slip is integrated out.
    noise_scales : dict of str to float
    weight : float
        Share of the posterior, from the Gaussians.
    """

    place: Array
    names: tuple[str, ...]
    values: Array
    log_density: float
    covariance: Array
    inside: bool
    rectangles: Array
    slip: Array
    noise_scales: dict[str, float]
    weight: float = 1.0

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers at the peak by name: m, degrees."""
        return dict(zip(self.names, self.values.tolist()))

    @property
    def log_mass(self) -> float:
        """Logarithm of the posterior's integral over this peak, by the Gaussian."""
        return self.log_density + 0.5 * float(np.linalg.slogdet(2.0 * np.pi * self.covariance)[1])

    def rake(self, part: int = 0) -> float:
        """Rake of a rectangle's slip, degrees."""
        return float(np.rad2deg(np.arctan2(self.slip[part, 1], self.slip[part, 0])))

    def magnitude(self, *, rigidity: float = 30e9) -> float:
        """Moment magnitude of all rectangles together."""
        moment = rigidity * np.prod(self.rectangles[:, 5:7], axis=1) @ np.hypot(self.slip[:, 0], self.slip[:, 1])
        return float(magnitude_of_moment(float(moment)))

    def top_edge(self, part: int = 0, *, up_to_ground: bool = False) -> Array:
        """Ends (2, 3) of a rectangle's top edge, or of where its plane, continued upward, meets the ground; m."""
        east, north, up, strike, dip, length, _ = self.rectangles[part]
        if up_to_ground and dip == 0.0:
            raise ValueError("a horizontal plane never meets the ground: ask for its top edge")
        centre = np.array([east, north, up])
        if up_to_ground:
            centre = centre - up / np.sin(np.deg2rad(dip)) * updip_vector(strike, dip)
        return np.asarray(centre + np.outer([-0.5, 0.5], length * strike_vector(strike)))


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    target : GeometryTarget
    modes : tuple of Mode
        Heaviest first.
    """

    target: GeometryTarget
    modes: tuple[Mode, ...]

    @property
    def best(self) -> Mode:
        """The heaviest mode."""
        return self.modes[0]


def make_mode(target: GeometryTarget, place: Array, gaussian: tuple[Array, bool]) -> Mode:
    """Describe the peak at a place (n,)."""
    log = float(log_posterior(target.recentred(place), place)[0])
    numbers = target.natural(place[None])
    slip = np.zeros((len(target.source.parts), 3))
    integrated = isinstance(target.source.slip, IntegratedSlip)
    vector = (target.conditional_slip(place[None])[0] if integrated else target.source.slip_vectors(numbers))[0]
    for number, name in enumerate(target.components):
        column = ("strike", "dip", "opening").index(name)
        slip[:, column] = vector.reshape(len(target.components), -1)[number]
    scales = dict(zip([data.name for data in target.data], target.scales(place[None])[0].tolist()))
    rectangles = target.source.rectangles(numbers)[0]
    return Mode(place, target.names, numbers[0], log, *gaussian, rectangles, slip, scales)


def weigh(modes: Sequence[Mode]) -> tuple[Mode, ...]:
    """Give modes their shares of the posterior, heaviest first."""
    mass = np.array([mode.log_mass for mode in modes])
    share = np.exp(mass - mass.max())
    share /= share.sum()
    return tuple(replace(modes[number], weight=float(share[number])) for number in np.argsort(-mass, kind="stable"))


def gaussian_around(target: Searchable, place: Array) -> tuple[Array, bool]:
    """Covariance (n, n) of the Gaussian that touches a peak, and whether the peak lies inside the priors.

    Second differences over steps that lower the log density by about a half; where a wall is nearer than that, they are
    taken inward of it and the fall away from the wall counts as an exponential's; where the density is no peak along
    some way, the width is cut off at that of the prior.
    """
    limits = target.prior.search_limits
    width = np.ptp(limits, axis=1)
    here = float(log_posterior(target, place)[0])
    step, inward = np.empty(len(place)), np.zeros(len(place))
    for number in range(len(place)):
        step[number], inward[number] = _standard_step(target, place, number, here=here, width=float(width[number]))
    inside = not inward.any()
    hessian = _second_differences(target, place + inward * step, step)
    if not np.isfinite(hessian).all():
        inside = False
        hessian = np.diag(np.ones(len(place)))
    # an exponential that falls by 1 a step has a variance of 1
    values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T) + np.diag(np.abs(inward)))
    floor = (step / width).max() ** 2  # in steps: no direction is wider than the prior
    inside = inside and bool(values.min() > floor)
    scaled = vectors / np.maximum(values, max(floor, 1e-6)) @ vectors.T
    return step[:, None] * scaled * step, inside


def _standard_step(target: Searchable, place: Array, number: int, *, here: float, width: float) -> tuple[float, float]:
    """Step along one number over which the log density falls by less than 1, and the way off a wall nearer than it."""
    sizes = width * 2.0 ** -np.arange(1.0, 28.0)
    shift = np.zeros((len(sizes), len(place)))
    shift[:, number] = sizes
    fall = here - np.stack([log_posterior(target, place + shift), log_posterior(target, place - shift)])
    walled = np.isinf(fall)
    both = _first_mild(fall.max(axis=0) < 1.0)
    one = _first_mild((np.where(walled, -np.inf, fall).max(axis=0) < 1.0) & ~walled.all(axis=0))
    if both <= one + 1:
        return float(sizes[both]), 0.0
    return float(sizes[one]), -1.0 if walled[0, one] else 1.0


def _first_mild(mild: NDArray[np.bool_]) -> int:
    """Number of the largest of falling sizes from which on all are mild; the last where none is."""
    return min(len(mild) - int(np.argmin(np.append(mild[::-1], False))), len(mild) - 1)


def _second_differences(target: Searchable, place: Array, step: Array) -> Array:
    """Negative second derivatives (n, n) of the log density per step."""
    n = len(place)
    moves = np.diag(step)
    first, second = np.triu_indices(n, 1)
    shifts = np.concatenate([
        np.zeros((1, n)), moves, -moves, moves[first] + moves[second], -moves[first] - moves[second],
    ])  # fmt: skip
    values = log_posterior(target, place + shifts)
    centre, plus, minus = values[0], values[1 : n + 1], values[n + 1 : 2 * n + 1]
    with np.errstate(invalid="ignore"):
        hessian = np.diag(2.0 * centre - plus - minus)
        both, neither = values[2 * n + 1 :].reshape(2, -1)
        mixed = -0.5 * (both + neither - plus[first] - plus[second] - minus[first] - minus[second] + 2.0 * centre)
    hessian[first, second] = hessian[second, first] = mixed
    return hessian
