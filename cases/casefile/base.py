"""What every block of a case file has in common, and the small values that may be written in two ways."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator

from geoslip.cases.casefile.units import parse_length


class Block(BaseModel):
    """A block of the case file: unknown keys are refused, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)


@dataclass(frozen=True)
class Place:
    """A point of the map: longitude and latitude (degrees), or metres east and north of the case's origin."""

    x: float
    y: float
    local: bool


def parse_place(value: Any) -> Place:
    """Place from ``[-117.6, 35.77]`` (longitude, latitude) or ``['2 km', '-3 km']`` (east, north of the origin)."""
    if isinstance(value, Place):
        return value
    rule = "a place is [longitude, latitude] in degrees, or ['2 km', '-3 km'] east and north of the origin"
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence) or len(value) != 2:
        raise ValueError(rule)
    if all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value):
        longitude, latitude = (float(item) for item in value)
        check_longitude_latitude(longitude, latitude)
        return Place(longitude, latitude, local=False)
    if all(isinstance(item, str) or item == 0 for item in value):
        return Place(parse_length(value[0]), parse_length(value[1]), local=True)
    raise ValueError(rule)


def check_longitude_latitude(longitude: float, latitude: float) -> None:
    """Refuse what is no point of the globe; a latitude beyond 90 usually means that the two were swapped."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ValueError("longitude and latitude are finite numbers of degrees")
    if abs(latitude) > 90.0:
        raise ValueError(f"latitude {latitude:g} is beyond 90 degrees: the order is [longitude, latitude]")
    if not -180.0 <= longitude <= 360.0:
        raise ValueError(f"longitude {longitude:g} is outside -180 to 360 degrees")


def parse_longitude_latitude(value: Any) -> tuple[float, float]:
    """Return the pair of an ``[longitude, latitude]`` entry, degrees."""
    place = parse_place(value)
    if place.local:
        raise ValueError("this place anchors the local frame, so it is [longitude, latitude] in degrees, not lengths")
    return place.x, place.y


Rake = Literal["free"] | tuple[float, float]


def parse_rake(value: Any) -> Rake:
    """Return 'free' or the window (low, high) in degrees; one number fixes the rake."""
    rule = "rake is 'free', one angle such as -90, or a window such as [-135, -45], in degrees"
    if value == "free":
        return "free"
    if isinstance(value, bool):
        raise ValueError(rule)
    if isinstance(value, (int, float)):
        return float(value), float(value)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
        try:
            low, high = float(value[0]), float(value[1])
        except (TypeError, ValueError):
            raise ValueError(rule) from None
        if low > high:
            raise ValueError(f"the rake window runs upward: write [{high:g}, {low:g}], or [{low:g}, {high + 360:g}]")
        if high - low >= 180.0:
            raise ValueError("a rake window is narrower than 180 degrees, for a wider one is no cone; use 'free'")
        return low, high
    raise ValueError(rule)


def parse_azimuth(value: Any) -> tuple[float, float]:
    """Return the window (first, second) in degrees clockwise from true north; one number fixes the azimuth."""
    rule = "azimuth is one angle such as 194, or a window such as [170, 220], in degrees clockwise from north"
    numbers = [value] if isinstance(value, (int, float)) else value
    if isinstance(numbers, (str, Mapping)) or not isinstance(numbers, Sequence) or len(numbers) not in (1, 2):
        raise ValueError(rule)
    if any(isinstance(item, bool) or not isinstance(item, (int, float)) for item in numbers):
        raise ValueError(rule)
    first, second = float(numbers[0]), float(numbers[-1])
    if not (math.isfinite(first) and 0.0 <= second - first < 180.0):
        raise ValueError(f"{rule}; it runs clockwise by less than 180 degrees: 350 to 370 crosses north")
    return first, second


LonLat = Annotated[tuple[float, float], PlainValidator(parse_longitude_latitude)]
PlaceEntry = Annotated[Place, PlainValidator(parse_place)]
RakeEntry = Annotated[Rake, PlainValidator(parse_rake)]
AzimuthEntry = Annotated[tuple[float, float], PlainValidator(parse_azimuth)]


def as_list(value: Any) -> Any:
    """Let one item stand for a list of one."""
    return [value] if isinstance(value, str) else value


NameList = Annotated[tuple[str, ...], BeforeValidator(as_list)]
