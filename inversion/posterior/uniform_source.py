"""Faults of uniform slip as a few numbers: rectangles, free or hinged on another, each number known or to be found.

Positions are metres in the local frame, depths metres downward, angles degrees in the frame's axes.

>>> from geoslip.inversion.posterior import IntegratedSlip, LogUniform, Rectangle, Uniform, UniformSource
>>> source = UniformSource(
...     parts=(
...         Rectangle(
...             east=Uniform(-40e3, 40e3), north=Uniform(-40e3, 40e3), depth=Uniform(0.0, 10e3), reference="top",
...             strike=Uniform(-90.0, 90.0), dip=45.0, length=LogUniform(10e3, 80e3), width=LogUniform(5e3, 40e3),
...         ),
...     ),
...     slip=IntegratedSlip(std=5.0),
... )
>>> source.names
('east', 'north', 'depth', 'strike', 'length', 'width')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import strike_vector, updip_vector
from geoslip.inversion.greens import checked_components
from geoslip.inversion.posterior.distributions import Normal, Prior, Uniform

Array = NDArray[np.float64]
Quantity = float | Prior
"""A number that is known, or what is known of it beforehand."""

EDGES = {"depth": (0.0, np.inf), "dip": (0.0, 90.0), "length": (0.0, np.inf), "width": (0.0, np.inf)}
"""What a number of a rectangle can be at all."""


@dataclass(frozen=True, kw_only=True)
class Rectangle:
    """A rectangle anywhere.

    Attributes
    ----------
    east, north, depth : float or Prior
        Of the reference point, m.
    strike, dip : float or Prior
        Degrees; a strike that may be anything is Uniform(0, 360), one toward the east side Uniform(-90, 90).
    length, width : float or Prior
        m.
    reference : {"centre", "top"}
        Which point is placed: the middle, which the data tell best, or the middle of the top edge.
    name : str
    """

    east: Quantity
    north: Quantity
    depth: Quantity
    strike: Quantity
    dip: Quantity
    length: Quantity
    width: Quantity
    reference: str = "centre"
    name: str = "fault"

    NUMBERS = ("east", "north", "depth", "strike", "dip", "length", "width")

    def __post_init__(self) -> None:
        if self.reference not in ("centre", "top"):
            raise ValueError(f"{self.name}: reference {self.reference!r} is unknown: place the centre or the top")


@dataclass(frozen=True, kw_only=True)
class Bend:
    """A rectangle that continues another one at an angle.

    Attributes
    ----------
    of : str
        Name of a rectangle that comes before.
    side : {"bottom", "start", "end"}
        The edge of that one on which this one hangs.
    angle : float or Prior
        Its dip below a bottom edge, its strike beyond an end; strike, or dip and width, are the other's.
    extent : float or Prior
        Its width below a bottom edge, its length beyond an end, m.
    name : str
    """

    of: str
    side: str
    angle: Quantity
    extent: Quantity
    name: str

    NUMBERS = ("angle", "extent")

    def __post_init__(self) -> None:
        if self.side not in ("bottom", "start", "end"):
            raise ValueError(f"{self.name}: side {self.side!r} is unknown: hang it on the bottom, start or end")


@dataclass(frozen=True)
class IntegratedSlip:
    """Slip of each component as a Gaussian of mean zero beforehand, integrated out exactly.

    Attributes
    ----------
    std : float
        m. Far above the slip to be expected it hardly matters to the geometry.
    components : tuple of str
    """

    std: float = 10.0
    components: tuple[str, ...] = ("strike", "dip")

    def __post_init__(self) -> None:
        object.__setattr__(self, "components", checked_components(self.components))
        if not 0.0 < self.std < np.inf:
            raise ValueError(f"a slip of std {self.std!r} m is no proper prior: give a finite number above 0")


@dataclass(frozen=True)
class SampledSlip:
    """Slip sampled beside the geometry: its size and rake, the same prior for every rectangle.

    Attributes
    ----------
    amount : float or Prior
        m, not below 0.
    rake : float or Prior
        Degrees.
    """

    amount: Quantity
    rake: Quantity
    components: tuple[str, ...] = field(default=("strike", "dip"), init=False)

    NUMBERS = ("amount", "rake")


@dataclass(frozen=True)
class SampledComponents:
    """Strike slip and reverse slip sampled beside the geometry, the same priors for every rectangle.

    Attributes
    ----------
    strike, dip : float or Prior
        m.
    """

    strike: Quantity
    dip: Quantity
    components: tuple[str, ...] = field(default=("strike", "dip"), init=False)

    NUMBERS = ("strike", "dip")


Slip = IntegratedSlip | SampledSlip | SampledComponents


@dataclass(frozen=True, kw_only=True)
class UniformSource:
    """Rectangles of uniform slip, and what is known of them beforehand.

    Attributes
    ----------
    parts : tuple of Rectangle or Bend
        Each of another name.
    slip : IntegratedSlip, SampledSlip or SampledComponents
    deepest : float
        Depth that no bottom edge may pass, m.
    limit : callable, optional
        Takes rectangles (k, parts, 7), columns as geoslip.okada.RECTANGLE_COLUMNS, and says which of the k are allowed.

    Raises
    ------
    ValueError
        Names that repeat or are unknown, or a prior that leaves a number no possible value.
    """

    parts: tuple[Rectangle | Bend, ...]
    slip: Slip = field(default_factory=IntegratedSlip)
    deepest: float = np.inf
    limit: Callable[[Array], NDArray[np.bool_]] | None = None

    def __post_init__(self) -> None:
        seen: list[str] = []
        for part in self.parts:
            if part.name in seen:
                raise ValueError(f"two rectangles are called {part.name!r}: give each a name of its own")
            if isinstance(part, Bend) and part.of not in seen:
                raise ValueError(f"{part.name} continues {part.of!r}, which is not before it: put that one first")
            seen.append(part.name)
            for number in part.NUMBERS:
                _check_possible(part, number)
        if not self.parts:
            raise ValueError("a source needs at least one rectangle")
        if isinstance(self.slip, SampledSlip) and _limits(self.slip.amount)[0] < 0.0:
            raise ValueError(f"slip amount from {_limits(self.slip.amount)[0]:g} m: an amount is not below 0; use rake")

    @cached_property
    def free(self) -> tuple[tuple[str, Prior], ...]:
        """Name and prior of every number that is to be found, in the order of the columns."""
        found = []
        for part in self.parts:
            prefix = "" if len(self.parts) == 1 else f"{part.name}."
            found += [(prefix + number, getattr(part, number)) for number in part.NUMBERS]
        if not isinstance(self.slip, IntegratedSlip):
            names = ("slip", "rake") if isinstance(self.slip, SampledSlip) else ("strike slip", "dip slip")
            for part in self.parts:
                prefix = "" if len(self.parts) == 1 else f"{part.name}."
                found += [(prefix + name, getattr(self.slip, number)) for name, number in zip(names, self.slip.NUMBERS)]
        return tuple((name, entry) for name, entry in found if not isinstance(entry, int | float))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free numbers."""
        return tuple(name for name, _ in self.free)

    @property
    def angular(self) -> tuple[bool, ...]:
        """Which free numbers are angles that turn by 360 degrees."""
        turning = {"strike", "rake", "angle"}
        return tuple(name.split(".")[-1] in turning for name in self.names)

    def rectangles(self, values: Array) -> Array:
        """Rectangles (k, parts, 7) of free numbers (k, n), columns as geoslip.okada.RECTANGLE_COLUMNS."""
        column = iter(np.asarray(values, float).T)
        made: dict[str, Array] = {}
        for part in self.parts:
            numbers = [self._number(getattr(part, name), column, len(values)) for name in part.NUMBERS]
            made[part.name] = _placed(part, numbers) if isinstance(part, Rectangle) else _hung(part, numbers, made)
        return np.stack(list(made.values()), axis=1)

    def slip_vectors(self, values: Array) -> Array:
        """Slip (k, 2 parts) of sampled numbers (k, n), m: strike slip of all parts, then dip slip."""
        if isinstance(self.slip, IntegratedSlip):
            raise ValueError("slip is integrated out: draw it from the posterior instead")
        n = sum(not isinstance(getattr(part, name), int | float) for part in self.parts for name in part.NUMBERS)
        column = iter(np.asarray(values, float)[:, n:].T)
        strike, dip = [], []
        for _ in self.parts:
            a, b = (self._number(getattr(self.slip, name), column, len(values)) for name in self.slip.NUMBERS)
            if isinstance(self.slip, SampledSlip):
                a, b = a * np.cos(np.deg2rad(b)), a * np.sin(np.deg2rad(b))
            strike.append(a)
            dip.append(b)
        return np.stack(strike + dip, axis=1)

    def allowed(self, rectangles: Array) -> NDArray[np.bool_]:
        """Which of k sources (k, parts, 7) lie in the ground, above the deepest depth and within the limit."""
        top, dip, length, width = (rectangles[:, :, number] for number in (2, 4, 5, 6))
        bottom = -top + width * np.sin(np.deg2rad(dip))
        good = (top <= 0.0) & (bottom <= self.deepest) & (dip >= 0.0) & (dip <= 90.0) & (length > 0.0) & (width > 0.0)
        found = np.asarray(good.all(axis=1), dtype=np.bool_)
        if self.limit is not None and found.any():
            found[found] = np.asarray(self.limit(rectangles[found]))
        return found

    @staticmethod
    def _number(entry: Quantity, column: object, count: int) -> Array:
        return np.full(count, float(entry)) if isinstance(entry, int | float) else next(column)  # type: ignore[call-overload, no-any-return]


def _limits(entry: Quantity) -> tuple[float, float]:
    return (float(entry), float(entry)) if isinstance(entry, int | float) else entry.limits


def _check_possible(part: Rectangle | Bend, number: str) -> None:
    kind = number
    if isinstance(part, Bend):
        kind = ("dip" if part.side == "bottom" else "strike") if number == "angle" else "length"
    low, high = _limits(getattr(part, number))
    least, most = EDGES.get(kind, (-np.inf, np.inf))
    if not (np.isfinite(low) or isinstance(getattr(part, number), Normal)) or high < least or low > most:
        raise ValueError(
            f"{number} of {part.name} lies between {low:g} and {high:g} by its prior, but can only be {least:g} to "
            f"{most:g}: they contradict each other; change the prior"
        )
    if kind == "strike" and isinstance(getattr(part, number), Uniform) and high - low > 360.0 + 1e-9:
        raise ValueError(f"strike of {part.name} runs over {high - low:g} degrees: a circle has 360; narrow the prior")


def _placed(part: Rectangle, numbers: list[Array]) -> Array:
    east, north, depth, strike, dip, length, width = numbers
    point = np.stack([east, north, -depth], axis=1)
    if part.reference == "centre":
        point = point + 0.5 * width[:, None] * updip_vector(strike, dip)
    return np.column_stack([point, strike, dip, length, width])


def _hung(part: Bend, numbers: list[Array], made: dict[str, Array]) -> Array:
    other, (angle, extent) = made[part.of], numbers
    point, strike, dip, length, width = other[:, :3], other[:, 3], other[:, 4], other[:, 5], other[:, 6]
    if part.side == "bottom":
        point = point - width[:, None] * updip_vector(strike, dip)
        return np.column_stack([point, strike, angle, length, extent])
    way = 0.5 if part.side == "end" else -0.5
    point = point + way * length[:, None] * strike_vector(strike) + way * extent[:, None] * strike_vector(angle)
    return np.column_stack([point, angle, dip, extent, width])
