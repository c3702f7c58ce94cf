"""What is known of a parameter beforehand, as proper distributions between limits.

Angles are degrees. A distribution says its density, its limits and how to draw from it; one without a finite integral
is refused, for then neither posterior nor evidence need exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import i0e, ndtr, ndtri

Array = NDArray[np.float64]

FAR = 4.0
"""Standard deviations beyond which a search does not look."""


class Prior(Protocol):
    """A proper distribution of one parameter."""

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value allowed."""

    @property
    def search_limits(self) -> tuple[float, float]:
        """Finite limits between which a search looks."""

    def log_density(self, values: Array) -> Array:
        """Natural logarithm of the density, -inf beyond the limits."""

    def sample(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count,)."""


@dataclass(frozen=True)
class Uniform:
    """Every value between limits alike.

    Attributes
    ----------
    low, high : float
        Finite, the smaller first.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise ValueError(
                f"a uniform prior from {self.low!r} to {self.high!r} is no distribution: give finite limits, the "
                "smaller first (a strike may run beyond 360 or below 0, such as from 300 to 400)"
            )

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value allowed."""
        return self.low, self.high

    search_limits = limits

    def log_density(self, values: Array) -> Array:
        """Natural logarithm of the density."""
        inside = (values >= self.low) & (values <= self.high)
        return np.where(inside, -np.log(self.high - self.low), -np.inf)

    def sample(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count,)."""
        return generator.uniform(self.low, self.high, count)


@dataclass(frozen=True)
class Normal:
    """A Gaussian, cut off at limits where given.

    Attributes
    ----------
    mean, std : float
        Of the Gaussian before it is cut.
    low, high : float
        Limits, infinite if not given.
    """

    mean: float
    std: float
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and 0.0 < self.std < np.inf):
            raise ValueError(f"a normal prior of mean {self.mean!r} and std {self.std!r} needs finite numbers, std > 0")
        if not self.low < self.high or self._mass < 1e-12:
            raise ValueError(
                f"limits {self.low:g} to {self.high:g} leave nothing of a normal prior of {self.mean:g} +- {self.std:g}"
                ": they contradict each other; move one of them"
            )

    @property
    def _ends(self) -> tuple[float, float]:
        return float(ndtr((self.low - self.mean) / self.std)), float(ndtr((self.high - self.mean) / self.std))

    @property
    def _mass(self) -> float:
        return self._ends[1] - self._ends[0]

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value allowed."""
        return self.low, self.high

    @property
    def search_limits(self) -> tuple[float, float]:
        """Finite limits between which a search looks."""
        low, high = self.mean - FAR * self.std, self.mean + FAR * self.std
        return (max(low, self.low), min(high, self.high)) if max(low, self.low) < min(high, self.high) else self.limits

    def log_density(self, values: Array) -> Array:
        """Natural logarithm of the density."""
        inside = (values >= self.low) & (values <= self.high)
        log = -0.5 * ((values - self.mean) / self.std) ** 2 - np.log(self.std * np.sqrt(2.0 * np.pi) * self._mass)
        return np.where(inside, log, -np.inf)

    def sample(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count,)."""
        low, high = self._ends
        drawn = self.mean + self.std * ndtri(generator.uniform(low, high, count))
        return np.asarray(np.clip(drawn, self.low, self.high))


@dataclass(frozen=True)
class LogUniform:
    """A positive number whose logarithm is uniform between limits beforehand.

    Attributes
    ----------
    low, high : float
        0 < low < high.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 < self.low < self.high < np.inf:
            raise ValueError(
                f"a log-uniform scale from {self.low!r} to {self.high!r} is no distribution: give finite limits above "
                "0, the smaller first"
            )

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value allowed."""
        return self.low, self.high

    search_limits = limits

    def log_density(self, values: Array) -> Array:
        """Natural logarithm of the density per unit of the number itself."""
        inside = (values >= self.low) & (values <= self.high)
        value = np.where(inside, values, self.low)
        return np.where(inside, -np.log(value * np.log(self.high / self.low)), -np.inf)

    def sample(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count,)."""
        return np.asarray(np.exp(generator.uniform(np.log(self.low), np.log(self.high), count)))


@dataclass(frozen=True)
class VonMises:
    """The Gaussian of the circle, for strike and rake.

    Attributes
    ----------
    mean : float
        Degrees.
    std : float
        Degrees; the concentration is one over the square of its radians.
    """

    mean: float
    std: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and 0.0 < self.std < np.inf):
            raise ValueError(f"a von Mises prior of {self.mean!r} +- {self.std!r} needs finite degrees, std > 0")

    @property
    def concentration(self) -> float:
        """Kappa."""
        return 1.0 / float(np.deg2rad(self.std)) ** 2

    @property
    def limits(self) -> tuple[float, float]:
        """The whole circle, cut opposite the mean."""
        return self.mean - 180.0, self.mean + 180.0

    @property
    def search_limits(self) -> tuple[float, float]:
        """Finite limits between which a search looks."""
        reach = min(180.0, FAR * self.std)
        return self.mean - reach, self.mean + reach

    def log_density(self, values: Array) -> Array:
        """Natural logarithm of the density per degree."""
        turn = np.cos(np.deg2rad(values - self.mean)) - 1.0
        log = self.concentration * turn - np.log(360.0 * i0e(self.concentration))
        return np.where(np.abs(values - self.mean) <= 180.0, log, -np.inf)

    def sample(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count,)."""
        return np.asarray(self.mean + np.rad2deg(generator.vonmises(0.0, self.concentration, count)))
