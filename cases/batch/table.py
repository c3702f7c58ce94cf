"""What a batch leaves: events.csv beside the seismic catalogue, moment by depth over all events, and the failures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Geod

from geoslip.cases.batch.events import Outcome
from geoslip.cases.output.results import write_json, write_table
from geoslip.cases.output.source import BIN
from geoslip.faults import kagan_angle
from geoslip.faults.formats.mechanisms import EventMechanism

Profile = tuple[np.ndarray, np.ndarray]
"""Moment by depth bin and its standard deviation, N m."""
COLUMNS = (
    "name", "status", "lon", "lat", "depth_km", "depth_std_km", "depth_q025_km", "depth_q975_km", "mw", "mw_std",
    "mean_rake_deg", "catalogue_lon", "catalogue_lat", "catalogue_depth_km", "catalogue_mw", "centroid_shift_km",
    "shift_azimuth_deg", "depth_shift_km", "kagan_deg", "mw_difference", "ess_min", "warnings", "seconds",
)  # fmt: skip


def compare(summary: Mapping[str, Any], event: EventMechanism | None) -> dict[str, Any]:
    """Put a run beside a catalogue's event.

    Parameters
    ----------
    summary : mapping
        Of summary.json.
    event : EventMechanism or None

    Returns
    -------
    dict
        Differences are ours less the catalogue's; the shift leads from the catalogue's centroid to ours, km, with its
        azimuth; a positive depth shift is deeper.
    """
    row = _source(summary)
    row["ess_min"] = summary["diagnostics"].get("ess_min")
    row["warnings"] = len(summary["warnings"])
    tensor = row.pop("tensor")
    if event is None:
        return row
    azimuth, _, distance = Geod(ellps="WGS84").inv(event.longitude, event.latitude, row["lon"], row["lat"])
    return row | {
        "catalogue_lon": event.longitude,
        "catalogue_lat": event.latitude,
        "catalogue_depth_km": 1e-3 * event.depth,
        "catalogue_mw": event.mw,
        "centroid_shift_km": 1e-3 * distance,
        "shift_azimuth_deg": azimuth % 360.0,
        "depth_shift_km": row["depth_km"] - 1e-3 * event.depth,
        "kagan_deg": kagan_angle(tensor, event.tensor),
        "mw_difference": row["mw"] - event.mw,
    }


def _source(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Place, size and tensor of a source: those of the sampled rectangles where there are any, else of the slip."""
    source = summary["source"]
    if not source:
        centroid = summary["centroid"]
        return {
            "lon": centroid["lon"],
            "lat": centroid["lat"],
            "depth_km": centroid["depth_km"],
            "mw": summary["mw"],
            "mean_rake_deg": summary["mean_rake_deg"],
            "tensor": np.array(summary["moment_tensor_enu_nm"]),
        }
    depth = source["depth_km"]
    return {
        "lon": source["lon"]["mean"],
        "lat": source["lat"]["mean"],
        "depth_km": depth["mean"],
        "depth_std_km": depth["std"],
        "depth_q025_km": depth["q025"],
        "depth_q975_km": depth["q975"],
        "mw": source["mw"]["mean"],
        "mw_std": source["mw"]["std"],
        "mean_rake_deg": summary["geometry"].get("rake deg", {}).get("mean"),
        "tensor": np.array(source["moment_tensor_enu_nm"]),
    }


def write_batch(folder: Path, outcomes: Sequence[Outcome], *, seismic: Mapping[str, EventMechanism]) -> list[dict]:
    """Write events.csv, moment_by_depth.csv and batch.json, and give the rows of the first.

    Parameters
    ----------
    folder : Path
    outcomes : sequence of Outcome
        In the order of the table of events.
    seismic : mapping of str to EventMechanism
    """
    rows: list[dict[str, Any]] = []
    profiles: dict[str, Profile] = {}
    for outcome in outcomes:
        row: dict[str, Any] = {"name": outcome.name, "status": "failed" if outcome.error else "done"}
        if not outcome.error:
            summary = json.loads((outcome.folder / "summary.json").read_text(encoding="utf-8"))
            row |= compare(summary, seismic.get(outcome.name))
            profiles[outcome.name] = event_profile(outcome.folder, summary)
        rows.append(row | {"seconds": outcome.seconds})
    write_table(folder / "events.csv", COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in rows))
    _write_profiles(folder / "moment_by_depth.csv", profiles)
    failures = {outcome.name: outcome.error for outcome in outcomes if outcome.error}
    write_json(folder / "batch.json", {"events": rows, "failures": failures})
    return rows


def event_profile(folder: Path, summary: Mapping[str, Any]) -> Profile:
    """Moment in bins of 1 km and its standard deviation: of the sampled source, or of the slip model, without one."""
    if summary["source"]:
        found = summary["source"]["moment_by_depth_nm"]
        return np.array(found["mean"]), np.array(found["std"])
    total = moment_profile(folder / "slip.csv")
    return total, np.full(len(total), np.nan)


def moment_profile(path: Path) -> np.ndarray:
    """Moment of a slip model in bins of 1 km from the surface down, N m."""
    from geoslip.cases.figures.moment_depth import moment_by_depth
    from geoslip.faults.formats import read_slip_model

    model = read_slip_model(path)
    deepest = max(-float(np.concatenate(list(segment.outlines))[:, 2].min()) for segment in model.fault.segments)
    edges = BIN * np.arange(int(np.ceil((deepest + 1e-6) / BIN)) + 1)
    return np.asarray(moment_by_depth(model, edges=edges).sum(axis=0))


def _write_profiles(path: Path, profiles: Mapping[str, Profile]) -> None:
    """Write each event and the sum; events err independently, and where one has no error the sum has none."""
    depth = max((len(mean) for mean, _ in profiles.values()), default=0)
    mean, spread = (
        np.array([np.pad(pair[k], (0, depth - len(pair[k]))) for pair in profiles.values()]).reshape(-1, depth)
        for k in (0, 1)
    )
    error = np.sqrt((spread**2).sum(axis=0))
    names = ["top_km", "bottom_km", "total_nm", "total_std_nm", *profiles]
    rows = ([k, k + 1, float(mean[:, k].sum()), float(error[k]), *map(float, mean[:, k])] for k in range(depth))
    write_table(path, names, rows)
