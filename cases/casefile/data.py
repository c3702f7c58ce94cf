"""The ``data:`` entries of a case file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from geoslip.cases.casefile.base import Block, NameList, PlaceEntry
from geoslip.cases.casefile.noise import Noise, noise_block
from geoslip.cases.casefile.sampling import Downsample
from geoslip.cases.casefile.units import Angle, Length
from geoslip.downsample.readers import readers
from geoslip.inversion.nuisance import USUAL_NUISANCE


def _look_block(value: Any) -> Any:
    """Let ``[e, n, u]`` stand for ``{vector: [e, n, u]}``."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {"vector": list(value)}
    return value


class Look(Block):
    """The line of sight where the file does not carry it: a constant, or grids beside the scene.

    ``vector`` is (east, north, up) from the ground to the satellite; ``incidence`` is measured from the vertical
    and ``heading`` is the flight direction clockwise from north, each a number of degrees or the name of a grid;
    ``convention`` says what ``heading`` counts where it is no flight direction; ``east``, ``north``, ``up`` name grids
    of unit vectors.
    """

    vector: tuple[float, float, float] | None = None
    incidence: float | str | None = None
    heading: float | str | None = None
    east: str | None = None
    north: str | None = None
    up: str | None = None
    convention: Literal["heading", "heading_left", "north_cw", "north_ccw", "east_ccw"] = "heading"

    @field_validator("vector")
    @classmethod
    def _unit(cls, vector: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
        if vector is None:
            return None
        length = math.sqrt(sum(item * item for item in vector))
        if not abs(length - 1.0) < 1e-3:
            raise ValueError(
                f"a look vector has length 1, this one {length:.4f}: check its components (east, north, up)"
            )
        if vector[2] <= 0.0:
            raise ValueError(
                f"up component {vector[2]:g} points down: the vector runs from the ground to the satellite, so turn it"
                " round and check the sign of the data"
            )
        return tuple(item / length for item in vector)  # type: ignore[return-value]

    @model_validator(mode="after")
    def _one_way(self) -> Look:
        angles = self.incidence is not None or self.heading is not None
        grids = any(item is not None for item in (self.east, self.north, self.up))
        if (self.vector is not None) + angles + grids != 1:
            raise ValueError("give one of: [east, north, up]; incidence and heading; or east, north, up grids")
        if angles and (self.incidence is None or self.heading is None):
            raise ValueError("incidence and heading come together")
        if grids and None in (self.east, self.north, self.up):
            raise ValueError("the grids of the unit vector come as three: east, north and up")
        return self


class Mask(Block):
    """Which pixels or points are left out, and said so.

    ``nearer_than`` drops what lies within that distance of the mapped traces (``trace_of`` names the segments, all by
    default); ``farther_than`` what lies beyond that distance of them; ``remove_inside`` and ``keep_inside`` are
    polygons; ``drop`` names rows of a table by the value of a column; ``stations`` names GNSS stations. Of a scene,
    pixels below ``least_coherence`` and outside ``keep_components`` (numbers, or ``largest``) are left out;
    ``coherence`` and ``components`` name their files where the product does not bring them.
    """

    nearer_than: Length | None = None
    trace_of: NameList = ()
    farther_than: Length | None = None
    remove_inside: tuple[tuple[PlaceEntry, ...], ...] = ()
    keep_inside: tuple[tuple[PlaceEntry, ...], ...] = ()
    drop: dict[str, Any] = Field(default_factory=dict)
    stations: NameList = ()
    least_coherence: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    coherence: str | None = None
    keep_components: tuple[int, ...] | Literal["largest"] | None = None
    components: str | None = None

    @property
    def reader_options(self) -> dict[str, Any]:
        """What the reader of a scene is to leave out."""
        keys = ("least_coherence", "coherence", "keep_components", "components")
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}

    @field_validator("remove_inside", "keep_inside", mode="before")
    @classmethod
    def _polygons(cls, value: Any) -> Any:
        """Let one polygon stand for a list of one."""
        if isinstance(value, Sequence) and value and isinstance(value[0], Sequence) and value[0]:
            corner = value[0][0]
            if isinstance(corner, str) or not isinstance(corner, Sequence):
                return [value]
        return value


def asked_of(format: str) -> tuple[str, ...]:
    """Give what a case must say of files in a format: unit and positive unless its reader knows them."""
    return ("unit", "positive") if format == "auto" or format not in readers() else readers()[format].asks


class Dataset(Block):
    """One set of observations: a radar scene, its downsampled points, offsets, or GNSS vectors.

    A ``format`` that names a product (licsar, hyp3, aria, opera, mintpy, isce2, roi_pac, gamma, gmtsar, snap, kite)
    knows its unit, sign and no-data value, so that ``unit`` and ``positive`` are left out; ``options`` are those of
    its reader, such as ``dates`` of a time series or ``band`` of a raster, ``nodata`` a value that stands for no data.
    A ``gradient`` is the slope of a line of sight along ``axis``, per metre in ``unit``. ``detrend`` takes an offset
    or a plane, fitted to the far field alone, out of a scene before anything else; usually ``nuisance``, estimated
    with the slip, is the better way.
    """

    name: str
    kind: Literal["los", "azimuth", "gnss", "offset", "gradient"]
    file: str | None = None
    files: tuple[str, ...] = ()
    format: str = "auto"
    options: dict[str, Any] = Field(default_factory=dict)
    columns: dict[str, int | str] | tuple[str, ...] | str | None = None
    unit: Literal["m", "cm", "mm", "rad", "pixel"] | None = None
    nodata: float | None = None
    wavelength: Length | None = None
    positive: Literal["toward", "away", "along", "against"] | None = None
    look: Annotated[Look, BeforeValidator(_look_block)] | None = None
    heading: Angle | None = None
    axis: Literal["east", "north"] | Angle | None = None
    components: tuple[Literal["east", "north", "up"], ...] | None = None
    noise: Annotated[Noise, BeforeValidator(noise_block)]
    nuisance: Literal["none", "offset", "plane"] | None = None
    detrend: Literal["none", "offset", "plane"] = "none"
    mask: Mask = Field(default_factory=Mask)
    downsample: Downsample = Field(default_factory=Downsample)
    grid_score: bool = False
    crs: str | None = None
    check_sign: bool = True

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file of measurements, one or several to be summed."""
        return (self.file,) if self.file is not None else self.files

    @property
    def nuisance_kind(self) -> str:
        """What is estimated beside slip: a plane for radar, nothing for GNSS, unless the case says otherwise."""
        return self.nuisance or USUAL_NUISANCE[self.kind]

    @model_validator(mode="after")
    def _complete(self) -> Dataset:
        if (self.file is None) == (not self.files):
            raise ValueError("give one of: file (one), files (a list, summed station by station)")
        if len(self.files) > 1 and self.kind != "gnss":
            raise ValueError("only GNSS files are summed; give each radar scene an entry of its own")
        asked = asked_of(self.format)
        if self.unit is None and "unit" in asked:
            raise ValueError("write the unit of the file's numbers (m, cm, mm, or rad), or name a product with format")
        if (self.kind == "gradient") != (self.axis is not None):
            raise ValueError("a gradient needs axis, the direction of its slope: east, north, or degrees from north")
        if self.kind in ("los", "gradient") and self.positive not in ("toward", "away") and "positive" in asked:
            raise ValueError(
                "a line of sight needs its sign: write positive: toward (the satellite) or positive: away;"
                " the product's documentation says which"
            )
        if self.kind == "azimuth" and (self.heading is None or self.positive not in ("along", "against")):
            raise ValueError(
                "azimuth offsets need heading (flight direction, degrees clockwise from north)"
                " and positive: along or positive: against"
            )
        if self.kind == "gnss" and self.noise.source == "residuals":
            raise ValueError("noise from residuals needs a field of points: give GNSS noise: columns, or sigma")
        if self.unit == "rad" and self.wavelength is None:
            raise ValueError("phase in radians needs the radar wavelength, such as wavelength: 55.465763 mm")
        return self
