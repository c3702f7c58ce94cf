"""Places of a case file in its local frame."""

from __future__ import annotations

from geoslip.cases.casefile.base import Place
from geoslip.faults.frame import LocalFrame


def place_in_frame(place: Place, frame: LocalFrame) -> tuple[float, float]:
    """East and north (m) of a place of the case file."""
    if place.local:
        return place.x, place.y
    east, north = frame.to_local(place.x, place.y)
    return float(east), float(north)
