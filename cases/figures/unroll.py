"""A segment laid flat: along strike to the right, down dip downward, as seen from the hanging wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

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


def _distance_along_strike(outlines: np.ndarray, segment: Any) -> np.ndarray:
    """Distance of every corner along a segment whose strike may change from column to column, in metres."""
    along = np.einsum("pkj,pj->pk", outlines - outlines[:, :1], np.asarray(segment.strike_vectors))
    if np.ptp(np.asarray(segment.strikes)) < 0.5:
        origin = outlines.reshape(-1, 3)[0]
        return np.einsum("pkj,j->pk", outlines - origin, np.asarray(segment.strike_vectors)[0])
    if getattr(segment, "row", None) is None:
        return np.einsum("pkj,j->pk", outlines - outlines.reshape(-1, 3)[0], _mean_strike_vector(segment))
    start = np.zeros(len(outlines))
    for row in np.unique(segment.row):
        patches = np.flatnonzero(np.asarray(segment.row) == row)
        patches = patches[np.argsort(np.asarray(segment.column)[patches])]
        lengths = np.ptp(along[patches], axis=1)
        start[patches] = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    return start[:, None] + along


def _mean_strike_vector(segment: Any) -> np.ndarray:
    mean = np.asarray(segment.areas) @ np.asarray(segment.strike_vectors)
    return np.asarray(mean / np.linalg.norm(mean))


def flat_segments(model: SlipModel) -> list[FlatSegment]:
    """Lay every segment of a slip model's fault flat."""
    flat = []
    fault = model.fault
    for segment in fault.segments:
        outlines = np.asarray(segment.outlines, dtype=float)
        areas = np.asarray(segment.areas)
        along = _distance_along_strike(outlines, segment)
        dip = float(np.average(segment.dips, weights=areas))
        depth = -outlines[..., 2]
        flattest = max(np.sin(np.radians(dip)), 1e-6)
        if dip > 5.0 and np.ptp(np.asarray(segment.dips)) < 0.5:
            down = (depth - depth.min()) / flattest
        else:
            updip = np.asarray(segment.updip_vectors)
            down = -np.einsum("pkj,pj->pk", outlines - outlines.reshape(-1, 3)[0], updip)
            down = down - down.min()
        polygons = np.stack([along - along.min(), down], axis=-1) / 1000.0
        flat.append(
            FlatSegment(
                name=segment.name,
                polygons=polygons,
                centres=polygons.mean(axis=1),
                top_depth=float(depth.min()) / 1000.0,
                dip=dip,
                strike=mean_angle(np.asarray(segment.strikes), weights=areas),
                patches=fault.slices[segment.name],
            )
        )
    return flat
