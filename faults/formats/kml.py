"""KML, and KMZ (the same in a zip archive): a polygon a patch, coloured by slip, with its numbers as extended data.

Heights are metres, negative below ground; programs that show them clamp them to it.
"""

import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np

from geoslip.faults.formats.common import number, title
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.outlined import fault_of_outlines, outlines_in_degrees
from geoslip.faults.formats.registry import BOTH, Format
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.slip import SlipModel

_NUMBERS = ("strike_slip_m", "dip_slip_m", "opening_m", "rigidity_pa")


def is_kml(text: str) -> bool:
    """Whether the text is a KML document."""
    return re.search(r"<(\w+:)?kml\b", text[:2000]) is not None


def parse_kml(
    text: str, *, source: str = "text", frame: LocalFrame | None = None, rigidity: float | None = None
) -> SlipModel:
    """A slip model from polygons with the extended data that `format_kml` writes.

    Parameters
    ----------
    text, source : str
        The document and its file's name.
    frame : LocalFrame, optional
        Frame for the model; the document's own or one around its patches unless given.
    rigidity : float, optional
        Pa; the document's unless given.

    Raises
    ------
    FormatError
        If it is no well-formed KML, or its polygons carry no slip.
    """
    if "<!ENTITY" in text:
        raise FormatError("the document defines entities: plain KML is needed", source=source)
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (ElementTree.ParseError, ValueError) as error:
        raise FormatError(f"no well-formed KML ({str(error)[:80]}): is the file cut off?", source=source) from error
    rings, table, names = [], [], []
    for place in root.iter():
        if _local(place.tag) != "Placemark":
            continue
        data = {str(d.get("name")): _text(d, "value") for d in place.iter() if _local(d.tag) == "Data"}
        coordinates = _text(place, "coordinates")
        if not coordinates:
            continue
        if any(label not in data for label in _NUMBERS[:2]):
            raise FormatError(
                "a polygon has no strike_slip_m and dip_slip_m in its extended data: KML for show holds no slip model",
                source=source,
            )
        ring = [[number(v, "a coordinate", source=source) for v in corner.split(",")] for corner in coordinates.split()]
        if any(len(corner) != 3 for corner in ring):
            raise FormatError("every corner needs longitude, latitude and height", source=source)
        rings.append(np.array(ring) * [1.0, 1.0, -1.0])
        defaults = {"opening_m": "0", "rigidity_pa": str(DEFAULT_RIGIDITY)}
        table.append([number(data.get(label, defaults.get(label)), label, source=source) for label in _NUMBERS])
        names.append(data.get("segment") or "main")
    if not rings:
        raise FormatError("no placemark with a polygon: no slip model", source=source)
    about = {str(d.get("name")): _text(d, "value") for d in root.iter() if _local(d.tag) == "Data"}
    with naming(source):
        if frame is None and "origin_lon_lat" in about:
            origin = [number(token, "origin_lon_lat", source=source) for token in about["origin_lon_lat"].split()]
            frame = LocalFrame(*origin) if len(origin) == 2 else None
        fault, order, frame = fault_of_outlines(rings, names, frame=frame, source=source)
        rows = np.array(table)[order]
        each = rows[:, 3]
        stiffness = float(each[0]) if np.all(each == each[0]) else each
        return SlipModel(
            fault,
            rows[:, :3],
            frame=frame,
            rigidity=stiffness if rigidity is None else rigidity,
            name=title(source),
        )


def format_kml(model: SlipModel) -> str:
    """The text of a KML document.

    Raises
    ------
    FormatError
        If the model has no frame.
    """
    rings = outlines_in_degrees(model, "KML")
    assert model.frame is not None
    names = [name for name, part in model.fault.slices.items() for _ in range(part.stop - part.start)]
    top = max(model.peak_slip, 1e-12)
    rigidity = np.broadcast_to(model.rigidity, (model.fault.n_patches,))
    origin = f"{model.frame.longitude!r} {model.frame.latitude!r}"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<kml xmlns="http://www.opengis.net/kml/2.2">', "<Document>"]
    lines.append(f"<name>{escape(model.name or 'slip model')}</name>")
    lines.append(f"<ExtendedData>{_data('origin_lon_lat', origin)}</ExtendedData>")
    for k, (ring, size, slip, name) in enumerate(zip(rings, model.magnitude, model.slip, names)):
        numbers = dict(zip(_NUMBERS, [*slip, rigidity[k]]))
        data = _data("segment", name) + "".join(_data(key, f"{value:.13g}") for key, value in numbers.items())
        closed = np.vstack([ring, ring[:1]])
        coordinates = " ".join(f"{lon:.13g},{lat:.13g},{0.0 - depth:.13g}" for lon, lat, depth in closed)
        # aabbggrr: from pale to red with slip
        other = round(255 * (1.0 - size / top))
        style = f"<Style><PolyStyle><color>b0{other:02x}{other:02x}ff</color></PolyStyle></Style>"
        lines.append(
            f"<Placemark><name>{escape(name)} {k}: {size:.3g} m</name>{style}<ExtendedData>{data}</ExtendedData>"
            "<Polygon>"
            f"<outerBoundaryIs><LinearRing><coordinates>{coordinates}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon></Placemark>"
        )
    return "\n".join([*lines, "</Document>", "</kml>"]) + "\n"


def _data(name: str, value: str) -> str:
    return f'<Data name="{name}"><value>{escape(value)}</value></Data>'


def _local(tag: object) -> str:
    return str(tag).rsplit("}", 1)[-1]


def _text(element: ElementTree.Element, name: str) -> str:
    for part in element.iter():
        if _local(part.tag) == name:
            return (part.text or "").strip()
    return ""


FORMAT = Format("kml", (".kml", ".kmz"), is_kml, parse_kml, format_kml, BOTH, rank=120)
