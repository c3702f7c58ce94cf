"""Earthquakes projected on a vertical section, and their mechanisms seen from its side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.batch.seismic import Seismicity
from geoslip.faults.frame import LocalFrame


@dataclass(frozen=True, eq=False)
class OnSection:
    """The earthquakes near a section.

    Attributes
    ----------
    places : (n, 3) array
        Longitude, latitude (degrees), depth (m).
    across : (n,) array
        Distance from the section's start, m.
    magnitudes : (n,) array
        NaN where unknown.
    tensors : (n, 3, 3) array
        Along the section, up, toward the reader; NaN where unknown.
    """

    places: NDArray[np.float64]
    across: NDArray[np.float64]
    magnitudes: NDArray[np.float64]
    tensors: NDArray[np.float64]


def project_seismicity(
    events: Seismicity, start: NDArray[np.float64], end: NDArray[np.float64], *, frame: LocalFrame, within: float
) -> OnSection:
    """Take the earthquakes near a section, and turn their mechanisms to be seen with the start on the left.

    A beachball on a map shows the lower hemisphere, the half that lies behind the paper; so does one on a section when
    its tensor has its axes along the section, up, and toward the reader.

    Parameters
    ----------
    events : Seismicity
    start, end : (2,) arrays
        Of the section, east and north in the frame, m.
    frame : LocalFrame
    within : float
        Largest distance from the section, m.

    Returns
    -------
    OnSection
        Those beside the section, none beyond its ends.
    """
    east, north = frame.to_local(events.places[:, 0], events.places[:, 1])
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    away = np.column_stack([east, north]) - start
    across = away @ along
    near = (np.abs(away @ [-along[1], along[0]]) <= within) & (across >= 0.0) & (across <= length)
    turn = np.array([[along[0], along[1], 0.0], [0.0, 0.0, 1.0], [along[1], -along[0], 0.0]])
    return OnSection(events.places[near], across[near], events.magnitudes[near], turn @ events.tensors[near] @ turn.T)
