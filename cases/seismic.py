"""Seismic catalogues: events from QuakeML, from the ndk files of the Global CMT project, or from a table.

A table (CSV) has the columns id, lon, lat, depth_km, mw, strike, dip, rake. Tensors are turned to east, north, up.
"""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geoslip.faults import magnitude_of_moment, mechanism_tensor, moment_of_magnitude, tensor_moment

COLUMNS = ("id", "lon", "lat", "depth_km", "mw", "strike", "dip", "rake")
DYNE_CM = 1e-7
"""Newton-metres in a dyne-centimetre."""


@dataclass(frozen=True, eq=False)
class SeismicEvent:
    """One event of a catalogue.

    Attributes
    ----------
    name : str
        Its identifier there.
    longitude, latitude, depth : float
        Of the centroid (the hypocentre where there is none): degrees, m.
    mw : float
    tensor : (3, 3) array
        East, north, up, N m.
    """

    name: str
    longitude: float
    latitude: float
    depth: float
    mw: float
    tensor: np.ndarray


def read_seismic(path: str | Path) -> dict[str, SeismicEvent]:
    """Read a catalogue, telling its format by its content.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to SeismicEvent
        By identifier.

    Raises
    ------
    ValueError
        It cannot be read as one of the formats; the message says where.
    """
    path = Path(path)
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("<"):
        events = _quakeml(text, path)
    elif "CENTROID:" in text:
        events = _ndk(text, path)
    else:
        events = _table(text, path)
    if not events:
        raise ValueError(f"{path}: no event with a mechanism was found: give QuakeML, ndk, or a table with {COLUMNS}")
    return {event.name: event for event in events}


def double_couple(strike: float, dip: float, rake: float, *, mw: float) -> np.ndarray:
    """Moment tensor (3, 3) of a plane's mechanism (degrees) and a magnitude, N m."""
    return mechanism_tensor(strike, dip, rake, moment=float(moment_of_magnitude(mw)))


def from_spherical(rr: float, tt: float, pp: float, rt: float, rp: float, tp: float) -> np.ndarray:
    """Tensor in east, north, up from up (r), south (t), east (p)."""
    return np.array([[pp, -tp, rp], [-tp, tt, -rt], [rp, -rt, rr]])


def _table(text: str, path: Path) -> list[SeismicEvent]:
    rows = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ValueError(f"{path}: columns {', '.join(missing)} are missing: a table has {', '.join(COLUMNS)}")
    events = []
    for line, row in enumerate(rows, start=2):
        try:
            lon, lat, depth, mw, strike, dip, rake = (float(row[name]) for name in COLUMNS[1:])
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}:{line}: {error}: every column but id holds a number") from None
        events.append(SeismicEvent(row["id"], lon, lat, 1e3 * depth, mw, double_couple(strike, dip, rake, mw=mw)))
    return events


def _ndk(text: str, path: Path) -> list[SeismicEvent]:
    """Five lines an event: hypocentre, name, centroid, exponent and tensor with errors, axes and planes."""
    lines = [line for line in text.splitlines() if line.strip()]
    events = []
    for start in range(0, len(lines) - 4, 5):
        _, second, third, fourth, fifth = lines[start : start + 5]
        try:
            centroid = [float(value) for value in third[9:].split()[:8]]
            latitude, longitude, depth = centroid[2], centroid[4], centroid[6]
            exponent, *rest = fourth.split()
            rr, tt, pp, rt, rp, tp = (float(value) for value in rest[0:12:2])
            unit = 10.0 ** int(exponent) * DYNE_CM
            tensor = from_spherical(rr, tt, pp, rt, rp, tp) * unit
            # the catalogue's own scalar moment is that of the best double couple, which is less than the tensor's
            mw = float(magnitude_of_moment(float(fifth.split()[10]) * unit))
        except (IndexError, ValueError) as error:
            raise ValueError(f"{path}: event of line {start + 1} is no ndk entry ({error})") from None
        events.append(SeismicEvent(second.split()[0], longitude, latitude, 1e3 * depth, mw, tensor))
    return events


def _quakeml(text: str, path: Path) -> list[SeismicEvent]:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"{path}: this is no well-formed QuakeML: {error}") from None
    for node in root.iter():
        node.tag = node.tag.rsplit("}", 1)[-1]
    events = (_quakeml_event(node, path) for node in root.iter("event"))
    return [event for event in events if event is not None]


def _quakeml_event(node: ElementTree.Element, path: Path) -> SeismicEvent | None:
    mechanism = node.find("focalMechanism")
    if mechanism is None:
        return None
    name = node.get("publicID", "").rsplit("/", 1)[-1].rsplit("eventid=", 1)[-1].split("&")[0]
    origins = {origin.get("publicID"): origin for origin in node.findall("origin")}
    chosen = origins.get(mechanism.findtext("momentTensor/derivedOriginID")) or next(iter(origins.values()), None)
    magnitudes = [float(item.findtext("mag/value", "nan")) for item in node.findall("magnitude")
                  if (item.findtext("type") or "").lower().startswith("mw")]  # fmt: skip
    try:
        if chosen is None:
            raise ValueError("it has no origin")
        longitude, latitude, depth = (float(chosen.findtext(f"{key}/value", "")) for key in _PLACE)
        parts = mechanism.find("momentTensor/tensor")
        if parts is not None:
            tensor = from_spherical(*(float(parts.findtext(f"M{key}/value", "")) for key in _SPHERICAL))
            mw = magnitudes[0] if magnitudes else float(magnitude_of_moment(tensor_moment(tensor)))
        else:
            plane = [float(mechanism.findtext(f"nodalPlanes/nodalPlane1/{key}/value", "")) for key in _PLANE]
            if not magnitudes:
                raise ValueError("it has neither tensor nor moment magnitude")
            mw = magnitudes[0]
            tensor = double_couple(*plane, mw=mw)
    except ValueError as error:
        raise ValueError(f"{path}: event {name!r} cannot be used: {error}") from None
    return SeismicEvent(name, longitude, latitude, depth, mw, tensor)


_SPHERICAL = ("rr", "tt", "pp", "rt", "rp", "tp")
_PLANE = ("strike", "dip", "rake")
_PLACE = ("longitude", "latitude", "depth")
