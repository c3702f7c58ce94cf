"""Published slip models of three earthquakes and the motion of the ground that they give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import LocalFrame, read_slip_model
from geoslip.okada import displacement_field

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sources:
    """Rectangles (n, 7) as okada takes them, slip (n, 3), and the square of ground that is looked at.

    ``middle`` is east and north (m), ``half`` its half side (m).
    """

    name: str
    rectangles: Array
    slip: Array
    middle: Array
    half: float

    def motion(self, points: Array) -> Array:
        """Displacement (n, 3) of the ground at east and north (n, 2), m; NaN on a rupture."""
        return displacement_field(np.column_stack([points, np.zeros(len(points))]), self.rectangles, self.slip)

    def grid(self, side: int) -> tuple[Array, Array]:
        """East and north (side, side), rows southward."""
        axis = np.linspace(-self.half, self.half, side)
        east, north = np.meshgrid(self.middle[0] + axis, self.middle[1] - axis)
        return east, north


def relax_sources(name: str, path: Path) -> Sources:
    """Read a model in Relax's format, in its own local frame."""
    model = read_slip_model(path)
    rectangles = np.vstack([segment.sources for segment in model.fault.segments])
    return _around(name, rectangles, model.slip)


def kaikoura_sources(path: Path) -> tuple[Sources, LocalFrame]:
    """Read the table of Hamling et al. (2017): middles, strike, dip, rake, slip, length, top and bottom (km)."""
    table = np.array([[float(word) for word in line.split()] for line in _rows(path)])
    frame = LocalFrame(173.4, -42.45)
    east, north = frame.to_local(table[:, 0], table[:, 1])
    strike, dip, rake = table[:, 2], table[:, 3], np.deg2rad(table[:, 4])
    length, top, bottom = (1e3 * np.abs(table[:, k]) for k in (6, 7, 8))
    width = (bottom - top) / np.sin(np.deg2rad(dip))
    half, azimuth = 0.5 * width * np.cos(np.deg2rad(dip)), np.deg2rad(strike)
    edge = np.column_stack([east - half * np.cos(azimuth), north + half * np.sin(azimuth)])
    rectangles = np.column_stack([edge, -top, strike, dip, length, width])
    slip = table[:, 5:6] * np.column_stack([np.cos(rake), np.sin(rake), np.zeros(len(rake))])
    return _around("Kaikoura 2016 (Hamling et al. 2017)", rectangles, slip), frame


def _rows(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.split() and line.split()[0].lstrip("-").replace(".", "", 1).isdigit()]


def _around(name: str, rectangles: Array, slip: Array) -> Sources:
    """Look at the square about the middle of potency, as wide as the ruptures and 20 km more on either side."""
    weight = np.linalg.norm(slip, axis=1) * rectangles[:, 5] * rectangles[:, 6]
    middle = weight @ rectangles[:, :2] / weight.sum()
    half = float(np.abs(rectangles[:, :2] - middle).max()) + 20e3
    return Sources(name, rectangles, slip, middle, half)


def published_sources(data: Path) -> list[Sources]:
    """Wenchuan, Gorkha and Kaikoura."""
    relax = data / "slipmodels_relax"
    return [
        relax_sources("Wenchuan 2008 (Tong et al. 2010)", relax / "wenchuan2008" / "tong+10_km.flt"),
        relax_sources("Gorkha 2015 (Wei 2015)", relax / "nepal2015" / "wei+15_km_1.flt"),
        kaikoura_sources(data / "slipmodels_kaikoura_hamling" / "hamling_coseismic_crustal_fault_only.dat")[0],
    ]
