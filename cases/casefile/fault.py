"""The ``faults:`` entries of a case file: one segment each, a plane of rectangles or a surface of triangles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from geoslip.cases.casefile.base import Block, PlaceEntry
from geoslip.cases.casefile.mesh import DepthContour, DepthGrid, DipPiece, DipSection, Hypocentres, Listric, Mesh
from geoslip.cases.casefile.units import Angle, Length

SHAPES = ("dip", "profile", "listric", "profiles")
DRAWN = ("contours", "depth_grid", "hypocentres")
"""Ways to place a segment that shape its mesh all by themselves."""
REFERENCES = ("centre", "top_centre", "top_corner", "corners", "trace", *DRAWN)


class Patches(Block):
    """Patches of about a given size, or a given count along strike and down dip; rows may grow with depth.

    ``growth`` is the ratio of each row's size to the one above it.
    """

    length: Length | None = None
    width: Length | None = None
    along: Annotated[int, Field(ge=1)] | None = None
    down: Annotated[int, Field(ge=1)] | None = None
    growth: Annotated[float, Field(ge=1.0, le=4.0)] = 1.0

    @model_validator(mode="after")
    def _size_or_count(self) -> Patches:
        if (self.length is None) == (self.along is None):
            raise ValueError("give length (size along strike, such as 2 km) or along (a count)")
        if self.width is not None and self.down is not None:
            raise ValueError("give width (size down dip) or down (a count), not both")
        if self.growth > 1.0 and self.length is None:
            raise ValueError("patches that grow with depth start from a size: give length (and width) of the top row")
        for name in ("length", "width"):
            size = getattr(self, name)
            if size is not None and size <= 0.0:
                raise ValueError(f"{name} of a patch is above 0, such as 2 km")
        return self


class FaultEntry(Block):
    """One segment: a plane cut into ``patches``, or a surface with a ``mesh`` of triangles.

    ``top_corner`` is the end of the top edge from which strike is measured; ``trace`` is the line at the surface that
    the fault projects up to (dip to its right when walked in order); ``corners`` are the two ends of the top edge.
    ``depth`` belongs to centre; ``top_depth`` to the others.

    Below a trace, of any number of points, the dip of a mesh may change with depth (``profile``, pieces from the top
    down, or ``listric``, evenly between depths of which the first is the top) and along strike (``profiles``, between
    which it changes evenly). ``contours`` of depth are joined straight by a mesh, and so are those of a
    ``depth_grid``; ``hypocentres`` have a surface fitted to them. A mesh that is read from a file says itself where it
    lies.
    """

    name: str
    centre: PlaceEntry | None = None
    top_centre: PlaceEntry | None = None
    top_corner: PlaceEntry | None = None
    corners: tuple[PlaceEntry, PlaceEntry] | None = None
    trace: tuple[PlaceEntry, ...] | None = None
    contours: Annotated[tuple[DepthContour, ...], Field(min_length=2)] | None = None
    depth_grid: DepthGrid | None = None
    hypocentres: Hypocentres | None = None
    strike: Angle | None = None
    dip: Angle | None = None
    profile: Annotated[tuple[DipPiece, ...], Field(min_length=1)] | None = None
    listric: Listric | None = None
    profiles: Annotated[tuple[DipSection, ...], Field(min_length=2)] | None = None
    length: Length | None = None
    width: Length | None = None
    depth: Length | None = None
    top_depth: Length | None = None
    bottom_depth: Length | None = None
    patches: Patches | None = None
    mesh: Mesh | None = None

    @property
    def reference(self) -> str:
        """Which of the eight ways places the segment."""
        return next(name for name in REFERENCES if getattr(self, name) is not None)

    @field_validator("dip")
    @classmethod
    def _dip_range(cls, dip: float | None) -> float | None:
        if dip is not None and not 0.0 <= dip <= 90.0:
            raise ValueError(f"dip {dip:g} is outside 0 to 90 degrees: turn strike by 180 to dip the other way")
        return dip

    @field_validator("top_depth", "depth")
    @classmethod
    def _below_ground(cls, depth: float | None) -> float | None:
        if depth is not None and depth < 0.0:
            raise ValueError(f"depth {depth:g} m lies above ground: depths are positive downward, 0 at the surface")
        return depth

    @field_validator("length", "width")
    @classmethod
    def _extent(cls, size: float | None) -> float | None:
        if size is not None and size <= 0.0:
            raise ValueError("the extent of a fault is above 0, such as 20 km")
        return size

    @model_validator(mode="after")
    def _patches_or_mesh(self) -> FaultEntry:
        if (self.patches is None) == (self.mesh is None):
            raise ValueError("a segment has patches (rectangles) or a mesh (triangles): give one of them")
        shape = [name for name in SHAPES if getattr(self, name) is not None]
        if self.mesh is not None and self.mesh.file is not None:
            extra = sorted(self.model_fields_set - {"name", "mesh"})
            if extra:
                raise ValueError(f"the file of a mesh says where the segment lies: leave out {', '.join(extra)}")
            return self
        drawn = next((key for key in DRAWN if getattr(self, key) is not None), None)
        if drawn is not None:
            extra = sorted(self.model_fields_set - {"name", "mesh", drawn})
            if self.mesh is None or extra:
                rule = f"leave out {', '.join(extra)}" if extra else "give the mesh its edge length"
                raise ValueError(f"{drawn} shapes a mesh all by itself: {rule}")
            return self
        if len(shape) != 1:
            known = (
                "one dip, or for a mesh below a trace profile or listric (dip by depth) or profiles (along strike too)"
            )
            raise ValueError(f"the key 'dip' is missing: give {known}" if not shape else f"give {known}, not {shape}")
        if shape[0] != "dip" and (self.mesh is None or self.trace is None):
            raise ValueError(f"{shape[0]} shapes a mesh below a trace: give both, or a plane's one dip")
        if shape[0] == "listric" and self.top_depth is not None:
            raise ValueError("listric begins at the first of its depths: leave top_depth out")
        if shape[0] != "dip" and (self.width is not None or self.bottom_depth is not None):
            raise ValueError(f"{shape[0]} says how far down the segment goes: leave width and bottom_depth out")
        return self

    @model_validator(mode="after")
    def _placed(self) -> FaultEntry:
        if any(getattr(self, key) is not None for key in DRAWN) or (
            self.mesh is not None and self.mesh.file is not None
        ):
            return self
        given = [name for name in REFERENCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a segment is placed by exactly one of {', '.join(REFERENCES)}; here: {given or 'none'}")
        reference = given[0]
        needed = ["strike", "length"] if reference in ("centre", "top_centre", "top_corner") else []
        needed += ["depth"] if reference == "centre" else []
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{reference} needs {' and '.join(missing)} as well")
        if reference in ("corners", "trace") and (self.strike is not None or self.length is not None):
            raise ValueError(f"{reference} says strike and length itself: leave those two out")
        if self.dip is not None and (self.width is None) == (self.bottom_depth is None):
            raise ValueError("give width (down dip) or bottom_depth, one of them")
        if reference == "centre" and self.top_depth is not None:
            raise ValueError("centre is placed by depth: leave top_depth out, or place the segment by top_centre")
        return self
