"""Does a block turn as one south of the Hope fault? Discs in the field of a published slip model, and a twin.

The twin is a disc of 10 km that turns by 0.02 degrees within ground that is sheared, under 5 mm of noise. In the
published model's field discs of 5 km are tried everywhere where no rupture reaches the surface within; the
best is the one whose vectors a rigid motion explains best beyond their mean.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.three_components.published_fields import kaikoura_sources
from geoslip.inversion import BlockFit, fit_block, search_block

Array = NDArray[np.float64]
RADIUS, ANGLE, NOISE = 10e3, 0.02, 5e-3
DISC, STEP = 5e3, 2.5e3
AREA = (-45e3, 45e3, -30e3, 25e3)
"""West, east, south and north of where discs are tried, m about 173.4 E, 42.45 S."""
SHALLOW = 500.0
"""Metres: a rupture whose top is not deeper reaches the surface."""


def twin(seed: int = 0) -> tuple[float, Array, BlockFit]:
    """Search the disc of a made field; give its radius, its middle and the fit."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-30e3, 30e3, (2500, 2))
    middle, turn, shear = np.array([4e3, -2e3]), np.deg2rad(ANGLE), 1e-6
    east, north = (points - middle).T
    rigid, sheared = turn * np.column_stack([-north, east]), shear * np.column_stack([points[:, 1], points[:, 0]])
    motion = np.where((np.hypot(east, north) <= RADIUS)[:, None], rigid, sheared) + NOISE * rng.normal(size=(2500, 2))
    axis = np.arange(-10e3, 11e3, 2e3)
    centres = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    centre, radius, fit = search_block(points, motion, centres=centres, radii=[6e3, 8e3, 10e3, 12e3], sigma=NOISE)
    return radius, centre - middle, fit


def figures(draws: int = 10) -> dict[str, float]:
    """Twins whose block is found with its radius and middle, and with its angle in the stated 95 % interval."""
    found = [twin(seed) for seed in range(draws)]
    placed = [radius == RADIUS and not np.any(off) and fit.turns_as_a_block() for radius, off, fit in found]
    turned = [abs(fit.angle - ANGLE) <= 1.96 * fit.angle_sigma for _, _, fit in found]
    return {"blocks_found": float(sum(placed)), "angles_within": float(sum(turned))}


def whole_discs(rectangles: Array, slip: Array) -> Array:
    """Middles (k, 2) of discs that no surface rupture enters."""
    broken = (rectangles[:, 2] >= -SHALLOW) & (np.linalg.norm(slip, axis=1) > 0.1)
    azimuth = np.deg2rad(rectangles[broken, 3])
    along = rectangles[broken, 5, None] * np.column_stack([np.sin(azimuth), np.cos(azimuth)])
    edges = np.concatenate([rectangles[broken, :2] + share * along for share in (-0.5, -0.25, 0.0, 0.25, 0.5)])
    axes = np.arange(AREA[0], AREA[1] + 1.0, STEP), np.arange(AREA[2], AREA[3] + 1.0, STEP)
    centres = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    return np.array([one for one in centres if np.hypot(*(edges - one).T).min() > DISC])


def disc_points() -> Array:
    """Places (n, 2) in a disc about the origin, 1 km apart."""
    axis = np.arange(-DISC, DISC + 1.0, 1e3)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return points[np.hypot(*points.T) <= DISC]


def table(data: Path) -> str:
    """The tables of the page."""
    radius, off, fit = twin()
    lines = ["| twin | made | found |", "|---|---|---|"]
    lines.append(f"| angle (degrees) | {ANGLE} | {fit.angle:.6f} +- {fit.angle_sigma:.6f} |")
    lines.append(f"| radius (km) | {1e-3 * RADIUS:.0f} | {1e-3 * radius:.0f} |")
    lines.append(f"| middle off by (km) | 0 | {1e-3 * float(np.hypot(*off)):.1f} |")
    lines.append(f"| turns as a block | yes | {'yes' if fit.turns_as_a_block() else 'no'} |")
    path = data / "slipmodels_kaikoura_hamling" / "hamling_coseismic_crustal_fault_only.dat"
    sources, frame = kaikoura_sources(path)
    centres, disc = whole_discs(sources.rectangles, sources.slip), disc_points()
    motion = sources.motion((centres[:, None] + disc).reshape(-1, 2))[:, :2].reshape(len(centres), len(disc), 2)
    found = [(one, fit_block(one + disc, part, sigma=0.05)) for one, part in zip(centres, motion)]
    found.sort(key=lambda item: -item[1].variance_reduction)
    blocks = sum(fit.turns_as_a_block() for _, fit in found)
    lines += [
        "",
        f"Kaikoura: {len(found)} discs of {1e-3 * DISC:.0f} km that no rupture enters; {blocks} of them turn as a"
        " block at 5 cm of error a vector. The best:",
        "",
        "| longitude, latitude | angle (degrees) | rigid motion explains | p of no strain | left by shear over rigid |",
        "|---|---|---|---|---|",
    ]
    for one, fit in found[:5]:
        place = "{:.2f}, {:.2f}".format(*(float(part) for part in frame.to_geographic(*one)))
        ratio = fit.shear_chi2 / fit.chi2
        lines.append(
            f"| {place} | {fit.angle:+.4f} | {100 * fit.variance_reduction:.0f} % | {fit.strain_p:.1g} | {ratio:.2f} |"
        )
    return "\n".join(lines)
