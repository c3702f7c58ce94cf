"""What a batch leaves: events.csv beside the seismic catalogue, moment by depth over all events, and the failures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Geod

from geoslip.cases.batch import Outcome
from geoslip.cases.output import write_json, write_table
from geoslip.cases.seismic import SeismicEvent
from geoslip.faults import kagan_angle

BIN = 1000.0
"""Height of a depth bin, m."""
COLUMNS = (
    "name", "status", "lon", "lat", "depth_km", "mw", "mean_rake_deg", "catalogue_lon", "catalogue_lat",
    "catalogue_depth_km", "catalogue_mw", "centroid_shift_km", "shift_azimuth_deg", "depth_shift_km", "kagan_deg",
    "mw_difference", "warnings", "seconds",
)  # fmt: skip


def compare(summary: Mapping[str, Any], event: SeismicEvent | None) -> dict[str, Any]:
    """Put a run beside a catalogue's event.

    Parameters
    ----------
    summary : mapping
        Of summary.json.
    event : SeismicEvent or None

    Returns
    -------
    dict
        Differences are ours less the catalogue's; the shift leads from the catalogue's centroid to ours, km, with its
        azimuth; a positive depth shift is deeper.
    """
    centroid = summary["centroid"]
    row = {
        "lon": centroid["lon"],
        "lat": centroid["lat"],
        "depth_km": centroid["depth_km"],
        "mw": summary["mw"],
        "mean_rake_deg": summary["mean_rake_deg"],
        "warnings": len(summary["warnings"]),
    }
    if event is None:
        return row
    azimuth, _, distance = Geod(ellps="WGS84").inv(event.longitude, event.latitude, centroid["lon"], centroid["lat"])
    return row | {
        "catalogue_lon": event.longitude,
        "catalogue_lat": event.latitude,
        "catalogue_depth_km": 1e-3 * event.depth,
        "catalogue_mw": event.mw,
        "centroid_shift_km": 1e-3 * distance,
        "shift_azimuth_deg": azimuth % 360.0,
        "depth_shift_km": centroid["depth_km"] - 1e-3 * event.depth,
        "kagan_deg": kagan_angle(np.array(summary["moment_tensor_enu_nm"]), event.tensor),
        "mw_difference": summary["mw"] - event.mw,
    }


def write_batch(folder: Path, outcomes: Sequence[Outcome], *, seismic: Mapping[str, SeismicEvent]) -> list[dict]:
    """Write events.csv, moment_by_depth.csv and batch.json, and give the rows of the first.

    Parameters
    ----------
    folder : Path
    outcomes : sequence of Outcome
        In the order of the table of events.
    seismic : mapping of str to SeismicEvent
    """
    rows: list[dict[str, Any]] = []
    profiles = {}
    for outcome in outcomes:
        row: dict[str, Any] = {"name": outcome.name, "status": "failed" if outcome.error else "done"}
        if not outcome.error:
            summary = json.loads((outcome.folder / "summary.json").read_text(encoding="utf-8"))
            row |= compare(summary, seismic.get(outcome.name))
            profiles[outcome.name] = moment_profile(outcome.folder / "slip.csv")
        rows.append(row | {"seconds": outcome.seconds})
    write_table(folder / "events.csv", COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in rows))
    _write_profiles(folder / "moment_by_depth.csv", profiles)
    failures = {outcome.name: outcome.error for outcome in outcomes if outcome.error}
    write_json(folder / "batch.json", {"events": rows, "failures": failures})
    return rows


def moment_profile(path: Path) -> np.ndarray:
    """Moment of a slip model in bins of 1 km from the surface down, N m."""
    from geoslip.cases.figures.moment_depth import moment_by_depth
    from geoslip.faults.formats import read_slip_model

    model = read_slip_model(path)
    deepest = max(-float(np.concatenate(list(segment.outlines))[:, 2].min()) for segment in model.fault.segments)
    edges = BIN * np.arange(int(np.ceil((deepest + 1e-6) / BIN)) + 1)
    return np.asarray(moment_by_depth(model, edges=edges).sum(axis=0))


def _write_profiles(path: Path, profiles: Mapping[str, np.ndarray]) -> None:
    depth = max((len(profile) for profile in profiles.values()), default=0)
    table = np.array([np.pad(profile, (0, depth - len(profile))) for profile in profiles.values()]).reshape(-1, depth)
    names = ["top_km", "bottom_km", "total_nm", *profiles]
    rows = ([k, k + 1, float(table[:, k].sum()), *map(float, table[:, k])] for k in range(depth))
    write_table(path, names, rows)
