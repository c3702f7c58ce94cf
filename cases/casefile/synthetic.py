"""The ``synthetic:`` block: a study whose data the toolkit makes itself from published source parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from geoslip.cases.casefile.base import Block, LonLat, PlaceEntry
from geoslip.cases.casefile.fault import FaultEntry
from geoslip.cases.casefile.mesh import Junction
from geoslip.cases.casefile.units import Angle, Length


class SyntheticSlip(Block):
    """An elliptical asperity on one segment: slip falls from its peak to zero at the rim.

    ``along`` and ``down`` place the peak from the middle of the segment's top edge, on a mesh along its surface;
    ``length`` and ``width`` are the full axes of the ellipse; slip = peak (1 - r^2)^(3/2) with r = 1 on the rim.
    With ``shape: rectangle`` slip is the peak all over a rectangle of this length and width.
    """

    segment: str
    shape: Literal["ellipse", "rectangle"] = "ellipse"
    peak: Annotated[Length, Field(gt=0.0)]
    rake: Angle
    along: Length = 0.0
    down: Length
    length: Annotated[Length, Field(gt=0.0)]
    width: Annotated[Length, Field(gt=0.0)]


class SyntheticNoise(Block):
    """Correlated noise: standard deviation sigma with an exponential covariance, plus white noise of a pixel."""

    sigma: Length
    length: Annotated[Length, Field(gt=0.0)]
    nugget: Length = 0.0


class SyntheticScene(Block):
    """A line-of-sight raster on longitudes and latitudes, with noise, a ramp and gaps.

    ``incidence`` runs from its first value at the near edge of the swath to its second at the far edge; ``ramp`` is an
    offset and the rise from west to east and from south to north over the whole scene; each gap is a disc, [centre,
    radius]. Beside FILE.tif, FILE.E.tif, FILE.N.tif and FILE.U.tif hold the look vectors.
    """

    file: str
    heading: Angle
    incidence: tuple[Angle, Angle]
    west: float
    east: float
    south: float
    north: float
    spacing: Annotated[float, Field(gt=0.0)]
    noise: SyntheticNoise
    ramp: tuple[Length, Length, Length] = (0.0, 0.0, 0.0)
    gaps: tuple[tuple[PlaceEntry, Length], ...] = ()


class SyntheticGnss(Block):
    """A table of GNSS vectors at given stations."""

    file: str
    stations: dict[str, LonLat]
    sigma: tuple[Length, Length, Length]


class Synthetic(Block):
    """What is made up, said in a sentence, and from what.

    Slip lies on the case's own segments, or on ``faults`` of its own, where the case is to invert on others.
    """

    notice: str
    slip: tuple[SyntheticSlip, ...]
    faults: tuple[FaultEntry, ...] = ()
    junctions: tuple[Junction, ...] = ()
    scenes: tuple[SyntheticScene, ...] = ()
    gnss: tuple[SyntheticGnss, ...] = ()
    refine: Annotated[int, Field(ge=1, le=10)] = 4
