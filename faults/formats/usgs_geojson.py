"""USGS finite-fault GeoJSON (FFM.geojson): a polygon a patch with depth, and slip, rake and sf_moment as properties."""

import json

import numpy as np

from geoslip.faults.formats.common import number, refuse_opening, title
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.outlined import fault_of_outlines, outlines_in_degrees
from geoslip.faults.formats.registry import BOTH, Format
from geoslip.faults.formats.triangles import slip_of_rake
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.slip import SlipModel

#: no earthquake is deeper in km; a larger depth is in metres
_DEEPEST_KM = 700.0


def is_usgs_geojson(text: str) -> bool:
    """Whether the text is a feature collection with the properties of a USGS finite fault."""
    return text.lstrip("\ufeff \t\r\n").startswith("{") and "FeatureCollection" in text and '"sf_moment"' in text


def parse_usgs_geojson(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    rake: float | None = None,
    unit: str | None = None,
) -> SlipModel:
    """A slip model from the text of an FFM.geojson.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        Frame for the model; around the mean of the patches unless given.
    rigidity : float, optional
        Pa; from each patch's sf_moment unless given.
    rake : float, optional
        Degrees, where the file has none.
    unit : str, optional
        'm' or 'km' of the polygons' depths; metres where they exceed 700, else it must be said.

    Raises
    ------
    FormatError
        For text that is no such collection, polygons without depth or slip, or a rake that nobody gives.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"no valid JSON ({str(error)[:80]}): is the file cut off?", source=source) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise FormatError("no features: one polygon a patch is needed", source=source)
    rings, table, names = [], [], []
    for index, feature in enumerate(features):
        try:
            properties, ring = feature["properties"], feature["geometry"]["coordinates"][0]
            corners = [[number(value, "a coordinate", source=source) for value in corner[:3]] for corner in ring]
            values = [properties.get(key) for key in ("slip", "rake", "sf_moment")]
            name = str(properties.get("segment", "main"))
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise FormatError(f"feature {index} is no polygon with properties", source=source) from error
        if len(corners) < 3 or any(len(corner) != 3 for corner in corners):
            raise FormatError(f"feature {index}: every corner needs longitude, latitude and depth", source=source)
        if values[1] is None and rake is None:
            raise FormatError(f"feature {index} has no rake: say rake=", source=source)
        values[1] = rake if values[1] is None else values[1]
        table.append([number(v, k, source=source, largest=1e40) for v, k in zip(values, ("slip", "rake", "sf_moment"))])
        rings.append(np.array(corners))
        names.append(name)
    deepest = max(float(ring[:, 2].max()) for ring in rings)
    if unit not in (None, "m", "km"):
        raise FormatError(f"unit {unit!r} is unknown: it must be 'm' or 'km'", source=source)
    if unit is None and deepest <= _DEEPEST_KM:
        raise FormatError(
            f"depths reach {deepest:g} and may be km or m: say which with unit='km' or 'm'", source=source
        )
    scale = 1e3 if unit == "km" else 1.0
    with naming(source):
        placed = [ring * [1.0, 1.0, scale] for ring in rings]
        fault, order, frame = fault_of_outlines(placed, names, frame=frame, source=source)
        rows = np.array(table)[order]
        potency = fault.areas * np.abs(rows[:, 0])
        stated = np.where(potency > 0.0, rows[:, 2] / np.where(potency > 0.0, potency, 1.0), 0.0)
        stiffness = np.where(stated > 0.0, stated, DEFAULT_RIGIDITY)
        return SlipModel(
            fault,
            slip_of_rake(rows[:, 0], rows[:, 1]),
            frame=frame,
            rigidity=stiffness if rigidity is None else rigidity,
            name=title(source),
        )


def format_usgs_geojson(model: SlipModel) -> str:
    """The text of an FFM.geojson with depths in metres.

    Raises
    ------
    FormatError
        If the model opens or has no frame.
    """
    refuse_opening(model, "USGS GeoJSON")
    rake = np.where(np.isnan(model.rake), 0.0, model.rake)
    names = [name for name, part in model.fault.slices.items() for _ in range(part.stop - part.start)]
    features = []
    for ring, size, angle, moment, name in zip(
        outlines_in_degrees(model, "USGS GeoJSON"), model.magnitude, rake, model.moments, names
    ):
        closed = np.vstack([ring, ring[:1]])
        properties = {"slip": _digits(size), "rake": _digits(angle), "sf_moment": _digits(moment), "segment": name}
        coordinates = [[[_digits(value) for value in corner] for corner in closed]]
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": coordinates},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n"


def _digits(value: float) -> float:
    return float(f"{value:.13g}")


FORMAT = Format("usgs-geojson", (), is_usgs_geojson, parse_usgs_geojson, format_usgs_geojson, BOTH, rank=170)
