"""The ``elastic:``, ``slip:`` and ``smoothing:`` blocks of a case file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, field_validator, model_validator

from geoslip.cases.schema_base import Block, NameList, RakeEntry
from geoslip.cases.units import Length, Moment, Pressure

EDGES = ("top", "bottom", "start", "end", "sides")


class Elastic(Block):
    """The half-space."""

    rigidity: Annotated[Pressure, Field(gt=0.0)] = 30e9
    poisson: Annotated[float, Field(gt=-1.0, lt=0.5)] = 0.25


def check_edges(edges: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Refuse an edge name that means nothing."""
    for edge in edges or ():
        if edge not in EDGES:
            raise ValueError(f"'{edge}' is no edge of a segment: choose from {', '.join(EDGES)}")
    return edges


class SegmentSlip(Block):
    """What one segment does differently from the rest."""

    rake: RakeEntry | None = None
    maximum: Length | None = None
    zero_edges: NameList | None = None

    _edges = field_validator("zero_edges")(check_edges)


class Slip(Block):
    """What slip may be: rake free, fixed or within a window; at most so large; tapered to zero at named edges."""

    rake: RakeEntry = "free"
    maximum: Length | None = None
    zero_edges: NameList = ()
    moment_at_most: Moment | None = None
    segments: dict[str, SegmentSlip] = Field(default_factory=dict)

    _edges = field_validator("zero_edges")(check_edges)

    @field_validator("maximum", "moment_at_most")
    @classmethod
    def _above_zero(cls, value: float | None) -> float | None:
        if value is not None and value <= 0.0:
            raise ValueError("a limit on slip or moment is above 0")
        return value


Choice = Literal["lcurve", "abic"] | float


def parse_choice(value: Any) -> Choice:
    """Return how the smoothing strength is chosen: 'lcurve', 'abic' or the strength itself."""
    if value == "lcurve" or value == "abic":
        return value  # type: ignore[no-any-return]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise ValueError("choose the smoothing by lcurve, by abic, or give its strength as a number above 0")


class Smoothing(Block):
    """How rough slip may be, and what decides it."""

    operator: Literal["laplacian"] = "laplacian"
    choose: Annotated[Choice, PlainValidator(parse_choice)] = "lcurve"
    strengths: tuple[Annotated[float, Field(gt=0.0)], ...] | None = None
    count: Annotated[int, Field(ge=5, le=200)] = 20

    @model_validator(mode="after")
    def _upward(self) -> Smoothing:
        if self.strengths is not None and (
            len(self.strengths) < 5 or any(b <= a for a, b in zip(self.strengths, self.strengths[1:]))
        ):
            raise ValueError("strengths are at least five numbers that grow, or are left out for an automatic range")
        return self
