"""The ``decompose:`` block of a case file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from geoslip.cases.schema_base import Block
from geoslip.cases.units import Length


class Decompose(Block):
    """How ``geoslip decompose`` turns the scenes of a case into east, north and up.

    ``method``: ``pixelwise`` least squares, or ``windows`` of radius ``window`` in which displacement, gradient and
    each field's noise are found together and which end at the top edges of the faults. ``north``: ``estimated``, or
    ``held`` at 0 with an error of ``north_sigma`` that goes into the covariance, or a ``prior`` at 0 with
    ``north_sigma``.
    ``grid`` names the scene whose pixels are used, the coarsest by default; ``reference`` what is taken out between
    tracks, from their overlap and the case's GNSS. Pixels whose directions have a larger condition number than
    ``most_condition``, or a standard deviation above ``most_sigma``, are left out.
    """

    method: Literal["pixelwise", "windows"] = "pixelwise"
    window: Length | None = None
    north: Literal["estimated", "held", "prior"] = "estimated"
    north_sigma: Length = 0.0
    grid: str | None = None
    reference: Literal["none", "offset", "plane"] = "none"
    most_condition: Annotated[float, Field(gt=1.0)] = 10.0
    most_sigma: Length | None = None

    @model_validator(mode="after")
    def _fitting(self) -> Decompose:
        if (self.method == "windows") != (self.window is not None):
            raise ValueError("window, the radius such as '500 m', belongs to method: windows, which needs it")
        if self.north == "prior" and self.north_sigma <= 0.0:
            raise ValueError("a prior of north needs north_sigma, such as '5 cm'")
        if self.method == "windows" and self.north != "estimated":
            raise ValueError("windows estimate north; give it up to a value with method: pixelwise")
        return self
