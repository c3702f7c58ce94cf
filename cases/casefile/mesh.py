"""What a ``faults:`` entry says of a segment of triangles: its mesh, and how it dips with depth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from geoslip.cases.casefile.base import Block, NameList, PlaceEntry
from geoslip.cases.casefile.units import Angle, Length


class Mesh(Block):
    """Triangles: read from a file, or made with edges of a given length.

    ``file`` is a mesh in any format the toolkit reads (slip in it is not used), whose coordinates may need a ``unit``
    or a projection ``crs`` (``EPSG:32645``); ``repair`` turns flipped triangles round and leaves degenerate and
    duplicate ones out instead of refusing them.
    ``edge`` is the length of the edges at the ground; they grow by ``growth`` metres per metre of depth, to
    ``largest`` at most. With ``by: resolution`` they are as long as the distance over which the data average slip (its
    spread length, by first inversions), from ``edge`` to ``largest``.
    """

    file: str | None = None
    format: str | None = None
    unit: Literal["m", "km"] | None = None
    crs: str | None = None
    repair: bool = False
    edge: Annotated[Length, Field(gt=0.0)] | None = None
    growth: Annotated[float, Field(ge=0.0, le=2.0)] = 0.0
    largest: Annotated[Length, Field(gt=0.0)] | None = None
    by: Literal["depth", "resolution"] = "depth"

    def finer(self, times: int) -> Mesh:
        """The same mesh with edges so many times shorter."""
        assert self.edge is not None
        largest = None if self.largest is None else self.largest / times
        return self.model_copy(update={"edge": self.edge / times, "growth": self.growth / times, "largest": largest})

    @model_validator(mode="after")
    def _read_or_made(self) -> Mesh:
        if (self.file is None) == (self.edge is None):
            raise ValueError("a mesh is read from its file or made with an edge length, such as edge: 2 km: give one")
        written = self.model_fields_set
        foreign = ("growth", "largest", "by") if self.file is not None else ("format", "unit", "crs", "repair")
        for key in foreign:
            if key in written:
                way = "read from a file" if self.file is not None else "made here"
                raise ValueError(f"{key} means nothing for a mesh that is {way}: take it out")
        if self.edge is not None and self.by == "resolution" and not (self.largest or 0.0) > self.edge:
            raise ValueError("edges by resolution need a largest length above edge, such as largest: 10 km")
        return self


class DipPiece(Block):
    """A straight piece of a section down the dip: its dip, and the depth it goes down ``to`` or its ``width``.

    A flat piece has no depth to go to and needs its width.
    """

    dip: Annotated[Angle, Field(ge=0.0, le=90.0)]
    to: Annotated[Length, Field(gt=0.0)] | None = None
    width: Annotated[Length, Field(gt=0.0)] | None = None

    @model_validator(mode="after")
    def _one_end(self) -> DipPiece:
        if (self.to is None) == (self.width is None):
            raise ValueError("a piece of the dip ends at a depth (to: 5 km) or after a width (width: 8 km): give one")
        return self


class DipAt(Block):
    """The dip at one depth of a listric surface."""

    depth: Annotated[Length, Field(ge=0.0)]
    dip: Annotated[Angle, Field(gt=0.0, le=90.0)]


Listric = Annotated[tuple[DipAt, ...], Field(min_length=2)]


class DipSection(Block):
    """The dip with depth below one place of the trace, ``at`` so far along it from its start.

    It changes by straight pieces (``profile``) or evenly between depths (``listric``).
    """

    at: Annotated[Length, Field(ge=0.0)]
    profile: Annotated[tuple[DipPiece, ...], Field(min_length=1)] | None = None
    listric: Listric | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> DipSection:
        if (self.profile is None) == (self.listric is None):
            raise ValueError("the dip below a place of the trace is a profile of pieces or listric: give one of them")
        return self


class DepthContour(Block):
    """A line of one depth on the fault; the mapped trace is the contour of depth 0."""

    depth: Annotated[Length, Field(ge=0.0)]
    line: Annotated[tuple[PlaceEntry, ...], Field(min_length=2)]


class Junction(Block):
    """Two meshes that meet ``between`` them: each is cut or lengthened to the line where they cross.

    There they share their vertices. Surfaces that run nearly parallel and do not cross are turned into each other over
    the distance ``blend``.
    """

    between: tuple[str, str]
    blend: Annotated[Length, Field(gt=0.0)] | None = None


class DepthGrid(Block):
    """A grid of heights, negative below ground, as those of Slab2: netCDF, or rows of x, y and height.

    The surface runs through its contours of ``depths``, from its top to its bottom. Places are longitudes and
    latitudes, or those of the projection ``crs`` (``EPSG:32645``); heights are km unless they are larger than any slab
    or ``unit`` says.
    """

    file: str
    depths: Annotated[tuple[Annotated[Length, Field(ge=0.0)], ...], Field(min_length=2)]
    unit: Literal["m", "km"] | None = None
    crs: str | None = None


class Hypocentres(Block):
    """Relocated hypocentres through which a surface is fitted, robustly: a plane, or of ``degree`` 2 or 3 a curved one.

    The ``file`` is a table with the columns longitude, latitude and depth, by its header or as ``columns`` names them;
    depths are positive downward, in ``unit``. The surface is as large as the hypocentres that count.
    """

    file: str
    columns: NameList | None = None
    unit: Literal["m", "km"] = "km"
    degree: Annotated[int, Field(ge=1, le=3)] = 1
