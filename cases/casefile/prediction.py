"""The ``prediction_error:`` block of a case file: how well the model that the data are predicted with is known."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from geoslip.cases.casefile.base import Block
from geoslip.cases.casefile.units import Angle, Length

MOVES = ("dip", "strike", "east", "north", "depth")


class PredictionError(Block):
    """Standard deviations of what the inversion takes as known, the same error for all segments.

    What the data would miss by them is found for a first slip model, added to the covariance of each data set, and
    found again for the second. ``rigidity`` is a share of itself, such as 0.1: it changes the moment, not the data.
    """

    dip: Annotated[Angle, Field(ge=0.0, le=45.0)] = 0.0
    strike: Annotated[Angle, Field(ge=0.0, le=45.0)] = 0.0
    east: Annotated[Length, Field(ge=0.0)] = 0.0
    north: Annotated[Length, Field(ge=0.0)] = 0.0
    depth: Annotated[Length, Field(ge=0.0)] = 0.0
    poisson: Annotated[float, Field(ge=0.0, lt=0.25)] = 0.0
    rigidity: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0

    @model_validator(mode="after")
    def _some(self) -> PredictionError:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("prediction_error names at least one standard deviation above 0, such as dip: 5")
        return self

    @property
    def moves(self) -> tuple[str, ...]:
        """The numbers of the fault's place and attitude that are uncertain."""
        return tuple(name for name in MOVES if getattr(self, name) > 0.0)

    @property
    def changes_data(self) -> bool:
        """Whether the predicted data are uncertain, which rigidity alone does not make them."""
        return bool(self.moves) or self.poisson > 0.0
