"""QuakeML: the preferred focal mechanism of each event, by its moment tensor or its first nodal plane."""

import re
from xml.etree import ElementTree

import numpy as np

from geoslip.faults.formats.common import number
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.mechanisms import EventMechanism, checked_place, tensor_from_spherical
from geoslip.faults.mechanism import mechanism_tensor
from geoslip.faults.moment import moment_of_magnitude

_TENSOR = ("Mrr", "Mtt", "Mpp", "Mrt", "Mrp", "Mtp")

_Node = ElementTree.Element


def is_quakeml(text: str) -> bool:
    """Whether the text is a QuakeML document."""
    return re.search(r"<(\w+:)?quakeml\b", text[:2000]) is not None


def parse_quakeml(text: str, *, source: str = "text") -> tuple[EventMechanism, ...]:
    """Mechanisms of a QuakeML document; events without one are passed over.

    The place is that of the origin the tensor was derived with, else of the preferred or first origin. Depths are
    metres and moments N m, as the standard has them.

    Raises
    ------
    FormatError
        If it is not well formed, no event has a mechanism, or one lacks its place or size.
    """
    if "<!ENTITY" in text:
        raise FormatError("the document defines entities: plain QuakeML is needed", source=source)
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (ElementTree.ParseError, ValueError) as error:
        raise FormatError(f"no well-formed XML ({str(error)[:80]}): is the file cut off?", source=source) from error
    events = [_event(node, source) for node in root.iter() if _local(node) == "event"]
    found = tuple(event for event in events if event is not None)
    if not found:
        raise FormatError("no event has a focal mechanism", source=source)
    return found


def _event(node: _Node, source: str) -> EventMechanism | None:
    mechanisms = _children(node, "focalMechanism")
    if not mechanisms:
        return None
    chosen = _preferred(mechanisms, _text(node, "preferredFocalMechanismID"))
    tensors = _children(chosen, "momentTensor")
    origins = _children(node, "origin")
    derived = _text(tensors[0], "derivedOriginID") if tensors else ""
    if not origins:
        raise FormatError("an event with a mechanism has no origin", source=source)
    origin = _preferred(origins, derived or _text(node, "preferredOriginID"))
    longitude, latitude, depth = (_value(origin, key, source) for key in ("longitude", "latitude", "depth"))
    if longitude is None or latitude is None or depth is None:
        raise FormatError("an origin lacks longitude, latitude or depth", source=source)
    longitude, latitude = checked_place(longitude, latitude, source=source)
    # a service's publicID is its query: ".../query?eventid=ci38457511&format=quakeml"
    name = (node.get("publicID") or "").rsplit("/", 1)[-1].rsplit("eventid=", 1)[-1].split("&")[0]
    times = _children(origin, "time")
    time = _text(times[0], "value") if times else ""
    moment = next((value for node in tensors if (value := _value(node, "scalarMoment", source)) is not None), None)
    if moment is None:
        moment = _moment_of_magnitude(node, source)
    tensor = _tensor(chosen, tensors, moment, source)
    return EventMechanism(longitude, latitude, depth, tensor, name, time=time, moment=moment)


def _moment_of_magnitude(event: _Node, source: str) -> float | None:
    """Scalar moment of the event's magnitude, if that is any kind of Mw or does not say what it is; else None."""
    for node in _children(event, "magnitude"):
        magnitude = _value(node, "mag", source)
        if magnitude is not None and _text(node, "type").lower()[:2] in ("mw", ""):
            return float(moment_of_magnitude(magnitude))
    return None


def _tensor(chosen: _Node, tensors: list[_Node], moment: float | None, source: str) -> np.ndarray:
    """The tensor itself, or the one of the first nodal plane and the moment."""
    for tensor in (part for node in tensors for part in _children(node, "tensor")):
        components = [_value(tensor, key, source) for key in _TENSOR]
        if all(component is not None for component in components):
            return tensor_from_spherical(np.array(components, dtype=float))
    planes = [plane for node in _children(chosen, "nodalPlanes") for plane in _children(node, "nodalPlane1")]
    angles = [_value(planes[0], key, source) for key in ("strike", "dip", "rake")] if planes else [None]
    if moment is None or any(angle is None for angle in angles):
        raise FormatError(
            "a mechanism has neither a tensor nor a nodal plane with a moment or moment magnitude", source=source
        )
    strike, dip, rake = (float(angle) for angle in angles if angle is not None)
    return mechanism_tensor(strike, dip, rake) * moment


def _local(node: _Node) -> str:
    return str(node.tag).rsplit("}", 1)[-1]


def _children(node: _Node, name: str) -> list[_Node]:
    return [child for child in node if _local(child) == name]


def _text(node: _Node, name: str) -> str:
    found = _children(node, name)
    return (found[0].text or "").strip() if found else ""


def _value(node: _Node, name: str, source: str) -> float | None:
    """The number of a quantity, which QuakeML wraps in <value>."""
    found = _children(node, name)
    if not found:
        return None
    text = _text(found[0], "value") or (found[0].text or "").strip()
    return number(text, name, source=source, largest=1e40)


def _preferred(nodes: list[_Node], identity: str) -> _Node:
    return next((node for node in nodes if node.get("publicID") == identity), nodes[0])
