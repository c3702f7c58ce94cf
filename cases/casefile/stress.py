"""The ``stress:`` block of a case file: what slips, what receives, and where maps and sections are drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, cast

from pydantic import Field, PlainValidator, field_validator, model_validator

from geoslip.cases.casefile.base import Block, LonLat, NameList, PlaceEntry
from geoslip.cases.casefile.fault import FaultEntry
from geoslip.cases.casefile.units import Angle, Length, parse_angle

ReceiverRake = Literal["own", "largest"] | float


def parse_receiver_rake(value: Any) -> ReceiverRake:
    """Return the direction in which shear stress counts."""
    if value in ("own", "largest"):
        return cast(ReceiverRake, value)
    try:
        return parse_angle(value)
    except ValueError as error:
        raise ValueError("rake is own (that of each patch), largest, or one angle in degrees") from error


RakeOfReceiver = Annotated[ReceiverRake, PlainValidator(parse_receiver_rake)]


class StressSource(Block):
    """What slips: ``segments`` of the estimate (all of them by default), a slip model's ``file``, or a ``plane``.

    Local coordinates of a file count from ``origin``, along the grid of ``crs`` where it is given; its segments named
    by ``without`` are left out. A plane slips by ``slip`` everywhere, in the direction ``rake``. In a synthetic study
    ``true_slip`` takes the slip that the data were made from in place of the estimate.
    """

    segments: NameList = ()
    file: str | None = None
    origin: LonLat | None = None
    crs: str | None = None
    without: NameList = ()
    plane: FaultEntry | None = None
    slip: Annotated[Length, Field(gt=0.0)] | None = None
    rake: Angle | None = None
    true_slip: bool = False

    @model_validator(mode="after")
    def _one(self) -> StressSource:
        given = [name for name in ("segments", "file", "plane") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"a source is one of segments, file and plane; here: {', '.join(given)}")
        if (self.plane is not None) != (self.slip is not None) or (self.slip is None) != (self.rake is None):
            raise ValueError("a plane that slips needs plane, slip and rake; the other sources have their own slip")
        if self.file is None and (self.without or self.origin or self.crs):
            raise ValueError("origin, crs and without belong to a file")
        if self.crs is not None and self.origin is None:
            raise ValueError("crs needs the origin that the file counts from")
        return self


class StressReceiver(Block):
    """What receives: ``segments`` of the estimate, a ``plane`` in patches, or one ``place`` with strike, dip and rake.

    ``rake: own`` takes the slip of each patch of the estimate; with ``zones``, borders in depth, the mean rake of the
    slip between them. ``rake_of`` lends a plane the mean rake of slip on segments of the estimate, zone by zone.
    """

    name: str | None = None
    segments: NameList = ()
    plane: FaultEntry | None = None
    place: PlaceEntry | None = None
    depth: Length | None = None
    strike: Angle | None = None
    dip: Annotated[Angle, Field(ge=0.0, le=90.0)] | None = None
    rake: RakeOfReceiver | None = None
    rake_of: NameList = ()
    zones: tuple[Length, ...] = ()

    @property
    def title(self) -> str:
        """Name of the receiver in tables and files."""
        return self.name or (self.plane.name if self.plane is not None else ", ".join(self.segments))

    @field_validator("zones")
    @classmethod
    def _down(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if value and (len(value) < 2 or any(b <= a for a, b in pairwise(value))):
            raise ValueError("zones are two or more depths that go down, such as [0 km, 8 km, 16 km]")
        return value

    @model_validator(mode="after")
    def _one(self) -> StressReceiver:
        given = [name for name in ("segments", "plane", "place") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"a receiver is one of segments, plane and place; here: {', '.join(given) or 'none'}")
        angles = [name for name in ("depth", "strike", "dip") if getattr(self, name) is not None]
        if self.place is not None and (len(angles) < 3 or self.name is None):
            raise ValueError("a place that receives needs name, depth, strike, dip and rake")
        if self.place is None and angles:
            raise ValueError(f"{', '.join(angles)} belong to a place; segments and planes have their own")
        if self.rake_of and (self.plane is None or self.rake is not None):
            raise ValueError("rake_of lends a rake to a plane that has none: leave rake out, or give it alone")
        if self.rake is None and not self.segments and not self.rake_of:
            raise ValueError("the key 'rake' is missing: a receiver that does not slip has none of its own")
        if self.rake == "own" and not self.segments:
            raise ValueError("rake: own is that of segments of the estimate; give an angle, or largest")
        if self.zones and (self.rake not in (None, "own") or not (self.segments or self.rake_of)):
            raise ValueError("zones part the slip of segments by depth: they go with rake: own or rake_of")
        return self


class StressMap(Block):
    """The change on one plane at the nodes of a map; of several ``depths`` the largest.

    It reaches ``margin`` beyond what slips and receives.
    """

    strike: Angle
    dip: Annotated[Angle, Field(ge=0.0, le=90.0)]
    rake: RakeOfReceiver
    depths: Annotated[tuple[Length, ...], Field(min_length=1)]
    margin: Annotated[Length, Field(gt=0.0)] = 30e3
    spacing: Annotated[Length, Field(gt=0.0)] = 2e3

    @model_validator(mode="after")
    def _has_rake(self) -> StressMap:
        if self.rake == "own":
            raise ValueError("the plane of a map has no slip of its own: rake is an angle, or largest")
        return self


class SectionSeismicity(Block):
    """Earthquakes of a ``file`` that lie ``within`` a distance of a section, drawn on it.

    The file is QuakeML, ndk, psmeca, or a table with the columns lon, lat, depth_km and, as far as they are known, mw,
    strike, dip, rake: those with a mechanism are drawn as beachballs.
    """

    file: str
    within: Annotated[Length, Field(gt=0.0)] = 10e3


class StressSection(Block):
    """The change on the plane of the map down a vertical section from ``start`` to ``end``, as deep as ``bottom``."""

    start: PlaceEntry
    end: PlaceEntry
    bottom: Annotated[Length, Field(gt=0.0)] = 30e3
    spacing: Annotated[Length, Field(gt=0.0)] = 1e3
    seismicity: SectionSeismicity | None = None


class Stress(Block):
    """Coulomb stress change that slip makes; rigidity and Poisson's ratio are those of ``elastic``.

    Without ``skempton`` the coefficient of ``friction`` is the effective one.
    """

    source: StressSource = Field(default_factory=StressSource)
    friction: Annotated[float, Field(ge=0.0, le=1.0)] = 0.4
    skempton: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    pore: Literal["isotropic", "apparent"] = "isotropic"
    receivers: tuple[StressReceiver, ...] = ()
    map: StressMap | None = None
    section: StressSection | None = None

    @model_validator(mode="after")
    def _asks(self) -> Stress:
        if not self.receivers and self.map is None:
            raise ValueError("give receivers, a map, or both")
        if self.section is not None and self.map is None:
            raise ValueError("a section shows the change on the plane of the map: give map too")
        names = [receiver.title for receiver in self.receivers]
        if len(set(names)) < len(names):
            raise ValueError(f"two receivers have one name ({', '.join(names)}): give each its own")
        return self
