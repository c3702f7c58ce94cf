"""Patch outlines as GeoJSON polygons, with the columns of geoslip.faults.formats.table as properties."""

import json

import numpy as np

from geoslip.faults.formats.common import number
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.outlined import outlines_in_degrees
from geoslip.faults.formats.registry import BOTH, Format
from geoslip.faults.formats.table import KNOWN, model_of, table_of
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel


def is_geojson(text: str) -> bool:
    """Whether the text is a JSON object that speaks of a feature collection."""
    return text.lstrip("\ufeff \t\r\n").startswith("{") and "FeatureCollection" in text


def parse_geojson(
    text: str, *, source: str = "text", frame: LocalFrame | None = None, rigidity: float | None = None
) -> SlipModel:
    """A slip model from a collection of patches written by `format_geojson`; other properties are passed over.

    Parameters
    ----------
    text, source : str
    frame : LocalFrame, optional
        Frame for the model; the file's own unless given.
    rigidity : float, optional
        Pa; the file's, or 30 GPa, unless given.

    Raises
    ------
    FormatError
        If the text is no feature collection or its properties make no slip model.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"no valid JSON ({str(error)[:80]}): is the file cut off?", source=source) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise FormatError("no GeoJSON FeatureCollection with features: one polygon a patch is needed", source=source)
    rows = []
    for index, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise FormatError(f"feature {index} has no properties: those of slip.geojson are needed", source=source)
        rows.append(properties)
    names = [name for name in KNOWN if name in rows[0]]
    for index, row in enumerate(rows):
        missing = [name for name in names if name not in row]
        if missing:
            raise FormatError(f"feature {index} lacks the property {missing[0]!r} that the first has", source=source)
    columns = {name: [row[name] for row in rows] for name in names}
    about = document.get("geoslip")
    about = about if isinstance(about, dict) else {}
    with naming(source):
        frame = frame or _frame_of(about, source)
        return model_of(columns, source=source, frame=frame, rigidity=rigidity, name=str(about.get("name", "")))


def _frame_of(about: dict, source: str) -> LocalFrame | None:
    origin = about.get("origin")
    if not isinstance(origin, list) or len(origin) != 2:
        return None
    return LocalFrame(*(number(value, "origin", source=source) for value in origin))


def format_geojson(model: SlipModel) -> str:
    """The text of slip.geojson: a polygon (longitude, latitude, height in m) a patch.

    Raises
    ------
    FormatError
        If the model has no frame.
    """
    table = table_of(model)
    assert model.frame is not None
    features = []
    degrees = outlines_in_degrees(model, "GeoJSON")
    for outline, (local, *values) in zip(degrees, zip(model.fault.outlines, *table.values())):
        # RFC 7946 wants rings that run counterclockwise seen from above
        east, north = local[:, 0], local[:, 1]
        counterclockwise = np.sum(east * np.roll(north, -1) - np.roll(east, -1) * north) > 0.0
        corners = np.vstack([outline, outline[:1]] if counterclockwise else [outline[:1], outline[::-1]])
        ring = [[_digits(v) for v in corner] for corner in (corners * [1.0, 1.0, -1.0] + 0.0)]
        features.append(
            {
                "type": "Feature",
                "properties": {name: _digits(value) for name, value in zip(table, values)},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    document = {
        "type": "FeatureCollection",
        "geoslip": {"name": model.name, "origin": [model.frame.longitude, model.frame.latitude]},
        "features": features,
    }
    return json.dumps(document, allow_nan=False, separators=(",", ":")) + "\n"


def _digits(value: object) -> object:
    """Numbers to twelve digits, null for NaN (JSON has none)."""
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(f"{value:.12g}")
    return value


FORMAT = Format("geojson", (".geojson", ".json"), is_geojson, parse_geojson, format_geojson, BOTH, rank=160)
