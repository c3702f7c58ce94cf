"""A segment laid flat: along strike to the right, down dip downward, as seen from the hanging wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoslip.faults import unrolled

if TYPE_CHECKING:
    from geoslip.faults import SlipModel


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
    patches : slice
        Where the segment's patches stand in the fault's arrays.
    """

    name: str
    polygons: np.ndarray
    centres: np.ndarray
    top_depth: float
    dip: float
    strike: float
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
                patches=fault.slices[segment.name],
            )
        )
    return flat
