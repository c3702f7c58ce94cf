"""A segment laid flat: along strike to the right, down dip downward, as seen from the hanging wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoslip.faults import unrolled

if TYPE_CHECKING:
    from geoslip.faults import SlipModel


LEVEL = 0.087
"""Depth range over width below which a segment counts as level (a dip of five degrees)."""

SCATTER = 0.03
"""Root mean square of depths about their mean at one distance down dip, over their range, above which depth is no
function of that distance."""


@dataclass(frozen=True)
class FlatSegment:
    """One segment in its own plane.

    Parameters
    ----------
    name : str
    polygons : (n, k, 2) array
        Patch corners in km: distance along strike from the segment's start, distance down dip from its top.
    centres : (n, 2) array
        Patch centres in km, same axes.
    top_depth : float
        Depth of the shallowest corner in km.
    dip : float
        Mean dip in degrees: turns distance down dip into depth.
    strike : float
        Mean strike in degrees.
    depths : (2, m) array or None
        Distance down dip and depth, in km, from the top on, where the one tells the other: not on a surface whose dip
        also changes along strike, and not on one that is nearly level.
    patches : slice
        Where the segment's patches stand in the fault's arrays.
    """

    name: str
    polygons: np.ndarray
    centres: np.ndarray
    top_depth: float
    dip: float
    strike: float
    depths: np.ndarray | None
    patches: slice

    @property
    def length(self) -> float:
        """Length along strike in km."""
        return float(self.polygons[..., 0].max())

    @property
    def width(self) -> float:
        """Width down dip in km."""
        return float(self.polygons[..., 1].max())


def mean_angle(degrees: np.ndarray, *, weights: np.ndarray) -> float:
    """Weighted mean of angles on the circle, in degrees from 0 to 360."""
    radians = np.radians(degrees)
    mean = np.degrees(np.arctan2(np.sum(weights * np.sin(radians)), np.sum(weights * np.cos(radians))))
    return float(mean % 360.0)


def flat_segments(model: SlipModel) -> list[FlatSegment]:
    """Lay every segment of a slip model's fault flat."""
    flat = []
    fault = model.fault
    for segment in fault.segments:
        areas = np.asarray(segment.areas)
        polygons = unrolled(segment) / 1000.0
        polygons = polygons - [0.0, polygons[..., 1].min()]
        flat.append(
            FlatSegment(
                name=segment.name,
                polygons=polygons,
                centres=polygons.mean(axis=1),
                top_depth=-float(np.asarray(segment.outlines)[..., 2].max()) / 1000.0,
                dip=float(np.average(segment.dips, weights=areas)),
                strike=mean_angle(np.asarray(segment.strikes), weights=areas),
                depths=_depths(polygons[..., 1], -np.asarray(segment.outlines)[..., 2] / 1000.0),
                patches=fault.slices[segment.name],
            )
        )
    return flat


def _depths(down: np.ndarray, depth: np.ndarray) -> np.ndarray | None:
    """Depth by distance down dip, in km, from corners (n, k) of patches; None where it does not follow from it."""
    places, which = np.unique(np.round(down.ravel(), 2), return_inverse=True)
    count = np.bincount(which)
    mean = np.bincount(which, depth.ravel()) / count
    if not _rises(mean):  # points of a mesh lie at all distances: take them by the bin
        steps = np.linspace(0.0, places[-1], 13)
        group = np.clip(np.searchsorted(steps, down.ravel(), side="right") - 1, 0, 11)
        held = np.unique(group)
        mean = np.array([depth.ravel()[group == number].mean() for number in held])
        places = np.array([down.ravel()[group == number].mean() for number in held])
    reach = float(np.ptp(depth))
    apart = np.abs(np.interp(down, places, mean) - depth)
    if reach < LEVEL * places[-1] or not _rises(mean) or float(np.sqrt(np.mean(apart**2))) > SCATTER * reach:
        return None
    return np.stack([places, mean])


def _rises(depth: np.ndarray) -> bool:
    return bool(np.all(np.diff(depth) > 0.0))
