"""Slip along an azimuth: the rakes of one horizontal direction on patches that lie every way.

Where a mesh dips by a few degrees the strike of a triangle means little and so does a rake, while the azimuth of motion
is known well. On a patch of strike s and dip d the slip of rake r moves the hanging wall horizontally by cos(r) along
strike and sin(r) cos(d) to the left of it, so that motion toward the azimuth a has

    tan(r) = sin(s - a) / (cos(s - a) cos(d)).

Rake falls while azimuth grows, in steps that agree at every right angle: a window of azimuths narrower than 180 degrees
is a window of rakes narrower than 180 degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.errors import ConstraintError

if TYPE_CHECKING:
    from geoslip.faults import FaultSegment

Array = NDArray[np.float64]

STEEPEST = 80.0
"""Dip in degrees beyond which an azimuth says nothing of slip: it is along strike then, whatever the dip slip."""


def rakes_of_azimuths(segment: FaultSegment, *, low: ArrayLike, high: ArrayLike | None = None) -> tuple[Array, Array]:
    """Window of rakes on every patch of a segment for which the hanging wall moves within a window of azimuths.

    Parameters
    ----------
    segment : FaultSegment
        n patches.
    low, high : float or (n,) array
        Azimuths clockwise from the frame's north, degrees, from the first clockwise to the second by less than 180; of
        the horizontal motion of the hanging wall relative to the footwall. One azimuth fixes the direction.

    Returns
    -------
    first, second : (n,) array
        Rakes, degrees, to be given to Constraints.rake for the segment; the second not below the first.

    Raises
    ------
    ConstraintError
        A window of 180 degrees or more, or a patch steeper than 80 degrees.
    """
    start = np.broadcast_to(np.asarray(low, dtype=float), segment.n_patches)
    end = start if high is None else np.broadcast_to(np.asarray(high, dtype=float), segment.n_patches)
    if not (np.all(end >= start) and np.all(end - start < 180.0)):
        raise ConstraintError(
            f"the azimuth window of segment {segment.name!r}, {np.min(start):g} to {np.max(end):g} degrees, must go "
            "clockwise from its first to its second by less than 180 degrees (350 to 370 crosses north)"
        )
    steepest = float(segment.dips.max())
    if steepest > STEEPEST:
        raise ConstraintError(
            f"segment {segment.name!r} dips up to {steepest:.1f} degrees, where slip of any rake moves along strike: "
            f"give a rake; an azimuth serves dips to {STEEPEST:g} degrees"
        )
    first, second = _rake(segment, end), _rake(segment, start)
    return first, first + (second - first) % 360.0


def _rake(segment: FaultSegment, azimuth: Array) -> Array:
    turn = np.deg2rad(segment.strikes - azimuth)
    return np.asarray(np.rad2deg(np.arctan2(np.sin(turn) / np.cos(np.deg2rad(segment.dips)), np.cos(turn))))
