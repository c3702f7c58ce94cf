"""What summary.json and the tables of a run's folder say of stress."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from geoslip.cases.output.results import file_name, write_table
from geoslip.cases.pipeline.stress import OnReceiver, StressFound
from geoslip.okada.coulomb import CoulombChange

COLUMNS = ("lon", "lat", "depth_km", "shear_mpa", "normal_mpa", "coulomb_mpa", "rake_deg")


def stress_summary(found: StressFound) -> dict[str, Any]:
    """Means over a receiver's area, extremes, and the share of its area that is brought closer to slip."""
    return {
        "source": {"name": found.source.name, "mw": found.source.mw, "patches": found.source.fault.n_patches},
        "receivers": [{"name": one.name, **receiver_figures(one)} for one in found.receivers],
    }


def receiver_figures(one: OnReceiver) -> dict[str, float]:
    """Figures of one receiver, MPa; patches without a value do not count."""
    change = 1e-6 * one.change.coulomb
    sound = np.isfinite(change)
    areas = one.model.fault.areas if one.model is not None else np.ones(len(change))
    if not sound.any():
        return dict.fromkeys(("coulomb_mpa", "shear_mpa", "normal_mpa", "least_mpa", "largest_mpa", "positive"), np.nan)
    weights = areas[sound] / areas[sound].sum()
    return {
        "coulomb_mpa": float(weights @ change[sound]),
        "shear_mpa": float(1e-6 * weights @ one.change.shear[sound]),
        "normal_mpa": float(1e-6 * weights @ one.change.normal[sound]),
        "least_mpa": float(change[sound].min()),
        "largest_mpa": float(change[sound].max()),
        "positive": float(weights @ (change[sound] > 0.0)),
    }


def write_stress(folder: Path, found: StressFound) -> None:
    """Write a table a receiver, and those of the map and the section."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found.receivers:
        write_table(folder / f"{file_name(one.name)}.csv", COLUMNS, _rows(one.places, one.change))
    for name, nodes in (("map", found.map), ("section", found.section)):
        if nodes is not None:
            write_table(folder / f"{name}-of-stress.csv", COLUMNS, _rows(nodes.places, nodes.change))


def _rows(places: np.ndarray, change: CoulombChange) -> np.ndarray:
    parts = (1e-6 * change.shear, 1e-6 * change.normal, 1e-6 * change.coulomb, change.rake)
    return np.column_stack([places * [1.0, 1.0, 1e-3], *parts])
