"""The ``decompose:``, ``strain:`` and ``profile:`` blocks of a case file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from geoslip.cases.casefile.base import Block, LonLat, NameList
from geoslip.cases.casefile.units import Length


class Decompose(Block):
    """How ``geoslip decompose`` turns the scenes of a case into east, north and up.

    ``method``: ``pixelwise`` least squares, or ``windows`` of radius ``window`` in which displacement, gradient and
    each field's noise are found together and which end at the top edges of the faults. ``north``: ``estimated``, or
    ``held`` at 0 with an error of ``north_sigma`` that goes into the covariance, or a ``prior`` at 0 with
    ``north_sigma``.
    With windows, ``gnss_decay`` lets the case's GNSS join the windows around it: a vector's weight falls by e over this
    distance, and beyond three of them it is not used.
    ``grid`` names the scene whose pixels are used, the coarsest by default; ``reference`` what is taken out between
    tracks, from their overlap and the case's GNSS. Pixels whose directions have a larger condition number than
    ``most_condition``, or a standard deviation above ``most_sigma``, are left out.
    """

    method: Literal["pixelwise", "windows"] = "pixelwise"
    window: Length | None = None
    gnss_decay: Length | None = None
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
        if self.gnss_decay is not None and (self.method != "windows" or self.gnss_decay <= 0.0):
            raise ValueError("gnss_decay, a distance such as '5 km', belongs to method: windows")
        if self.north == "prior" and self.north_sigma <= 0.0:
            raise ValueError("a prior of north needs north_sigma, such as '5 cm'")
        if self.method == "windows" and self.north != "estimated":
            raise ValueError("windows estimate north; give it up to a value with method: pixelwise")
        return self


class Strain(Block):
    """Strain and rotation of the ground from the decomposed field, with their errors.

    ``window`` is the radius within which a plane is fitted to each component, ending at the top edges of the faults;
    with ``method: windows`` the gradients are those of the decomposition's own windows unless another is given.
    """

    window: Length | None = None


class Profile(Block):
    """Offsets of the decomposed field along a rupture, in stripes across it.

    The rupture is the top edge of ``faults``, in the order named, or a ``line`` of places. In stripes of ``width``
    every ``spacing``, a line is fitted on each side between ``gap`` and ``reach`` from the rupture and extended to it.
    """

    name: str
    faults: NameList = ()
    line: tuple[LonLat, ...] = ()
    spacing: Length
    width: Length | None = None
    gap: Length = 0.0
    reach: Length

    @model_validator(mode="after")
    def _one_rupture(self) -> Profile:
        if bool(self.faults) == bool(self.line):
            raise ValueError("a profile runs along faults or along a line: give one of the two")
        if len(self.line) == 1:
            raise ValueError("a line has two places or more")
        if not self.gap < self.reach or self.spacing <= 0.0 or (self.width is not None and self.width <= 0.0):
            raise ValueError("gap must be smaller than reach, and spacing and width above 0")
        return self
