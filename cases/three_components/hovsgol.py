"""Hovsgol 2021, east and up: what the public fields can be checked against, and what they cannot.

The ascending line of sight is not public; it was rebuilt from the public east and up fields by inverting the two
equations that made them. East and up from it are the public ones again: that tests the arithmetic and no more. The
descending line of sight is public on its own, so its half of the comparison is a measurement.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoslip.downsample import Scene, look_vector
from geoslip.inversion import North, decompose

Array = NDArray[np.float64]
GEOMETRY = {"ascending": (36.3027, -10.4586), "descending": (33.9736, -164.583)}
"""Incidence and heading, degrees, of ALOS-2 and Sentinel-1 as the public script has them."""
SIGMA, NORTH_SIGMA = 0.02, 0.10
"""Metres: of a line of sight, and of a north that is neglected."""
NEAR = 0.5e3
"""Metres within which two points are compared."""


def east_up(ascending: Array, descending: Array, *, north: float = 0.0) -> tuple[Array, Array]:
    """East and up (n,) of values along both lines of sight and their standard deviations, north held (m)."""
    fields = []
    for name, values in (("ascending", ascending), ("descending", descending)):
        pixels = np.column_stack([values, values])
        axis = 100.0 * np.arange(len(values), dtype=float)
        look = look_vector(*GEOMETRY[name])
        fields.append(Scene(name=name, values=pixels, x=axis[:2], y=-axis, look=look, crs=None))
    held = North(treatment="held", value=north, sigma=NORTH_SIGMA)
    found = decompose(fields, [SIGMA, SIGMA], north=held)
    return found.components[[0, 2], :, 0].astype(float), found.sigma[[0, 2], :, 0].astype(float)


def table(data: Path) -> str:
    """The table of the page."""
    folder = data / "2021_hovsgol"
    rebuilt = np.loadtxt(folder / "derived_asc_desc_los_cm.csv", delimiter=",", skiprows=1)
    found, sigma = east_up(1e-2 * rebuilt[:, 2], 1e-2 * rebuilt[:, 3])
    moved, _ = east_up(1e-2 * rebuilt[:, 2], 1e-2 * rebuilt[:, 3], north=1.0)
    rows = []
    for values, name, file in zip(1e2 * found, ("east", "up"), ("EW_def.out", "vertical_def.out")):
        public = np.loadtxt(folder / file)[:, 2]
        largest = 10 * np.abs(values - public).max()
        what = f"{name}, {values.min():.0f} to {values.max():.0f} cm: largest difference from the public field"
        rows.append((what, f"{largest:.3f} mm", "circular"))
    first, second = against_own_track(rebuilt, np.loadtxt(folder / "mengu2021DT04_downsampled.txt"))
    near = f"descending at {len(first)} places within {1e-3 * NEAR:g} km of the public track"
    rows.append((f"{near}: correlation", f"{np.corrcoef(first, second)[0, 1]:.3f}", "measured"))
    rows.append(("and rms difference", f"{10 * np.sqrt(np.mean((first - second) ** 2)):.0f} mm", "measured"))
    error = 100 * (moved - found).mean(axis=1)
    rows.append(("a metre of north, neglected, is taken for east", f"{-error[0]:+.1f} cm", "algebra"))
    rows.append(("and for up", f"{-error[1]:+.1f} cm", "algebra"))
    given = f"{100 * SIGMA:g} cm a line of sight, {100 * NORTH_SIGMA:g} cm of north"
    rows.append((f"stated error of east ({given})", f"{100 * sigma[0].mean():.1f} cm", "algebra"))
    rows.append(("and of up", f"{100 * sigma[1].mean():.1f} cm", "algebra"))
    return "\n".join(["| what | figure | kind |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])


def figures(data: Path) -> dict[str, float]:
    """Correlation of the descending line of sight as rebuilt with the public track."""
    folder = data / "2021_hovsgol"
    rebuilt = np.loadtxt(folder / "derived_asc_desc_los_cm.csv", delimiter=",", skiprows=1)
    first, second = against_own_track(rebuilt, np.loadtxt(folder / "mengu2021DT04_downsampled.txt"))
    return {"correlation": float(np.corrcoef(first, second)[0, 1])}


def against_own_track(rebuilt: Array, own: Array) -> tuple[Array, Array]:
    """Descending line of sight (cm) as rebuilt, mean of each place's rows, and as public at the nearest point."""
    places, number = np.unique(rebuilt[:, :2], axis=0, return_inverse=True)
    means = np.bincount(number.ravel(), rebuilt[:, 3]) / np.bincount(number.ravel())
    scale = np.array([np.cos(np.deg2rad(51.28)), 1.0]) * 111.2e3
    distance, nearest = cKDTree(own[:, [1, 0]] * scale).query(places * scale)
    return means[distance < NEAR], own[nearest[distance < NEAR], 2]
