"""The ``uncertainty:`` block of a case file: how far to trust the slip, each test one line."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, field_validator

from geoslip.cases.casefile.base import Block
from geoslip.cases.casefile.units import Length


class Uncertainty(Block):
    """Tests of resolution and uncertainty, with the case's own geometry, bounds, weights and noise.

    ``resolution`` maps the width that each patch's slip is an average over, and the sensitivity of the data;
    ``checkerboard`` is the side of squares, ``spikes`` the number of single patches, of 1 m of slip that are put
    through the estimate; ``monte_carlo`` and ``bootstrap`` are numbers of draws; ``leave_one_out`` estimates without
    each data set in turn; ``profiles`` draws slip by depth and along strike, ``depth_windows`` are the borders between
    which mean slip and rake are told; ``stress_drop`` maps the shear stress that slip takes off.
    """

    resolution: bool = False
    checkerboard: Annotated[Length, Field(gt=0.0)] | None = None
    spikes: Annotated[int, Field(ge=0, le=50)] = 0
    monte_carlo: Annotated[int, Field(ge=0, le=10000)] = 0
    bootstrap: Annotated[int, Field(ge=0, le=10000)] = 0
    leave_one_out: bool = False
    profiles: bool = False
    depth_windows: tuple[Length, ...] = ()
    stress_drop: bool = False

    @field_validator("monte_carlo", "bootstrap")
    @classmethod
    def _spread(cls, value: int) -> int:
        if value == 1:
            raise ValueError("one draw has no spread: ask for 2 or more, or 0 for none")
        return value

    @field_validator("depth_windows")
    @classmethod
    def _down(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if value and (len(value) < 2 or any(b <= a for a, b in pairwise(value))):
            raise ValueError("depth_windows are two or more depths that go down, such as [0 km, 4 km, 20 km]")
        return value
