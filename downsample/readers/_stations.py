"""Offsets of GNSS stations, from whatever file they came: what the GNSS readers share."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.observations import Observations
from geoslip.faults.frame import LocalFrame

COMPONENTS = ("east", "north", "up")
SAME_PLACE = 1e-4
"""Degrees; stations without name are the same if they are nearer than this (11 m)."""


@dataclass(frozen=True)
class Stations:
    """One file's offsets (n, c) and covariances (n, c, c) in metres."""

    path: Path
    names: tuple[str, ...]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    offsets: NDArray[np.float64]
    covariances: NDArray[np.float64]


def shared_places(stations: Stations) -> list[str]:
    """Say which stations of different names have the same coordinates."""
    notes = []
    for row in range(len(stations.names)):
        apart = np.hypot(
            stations.longitude[row + 1 :] - stations.longitude[row],
            stations.latitude[row + 1 :] - stations.latitude[row],
        )
        for other in np.flatnonzero(apart < SAME_PLACE / 10.0) + row + 1:
            offset = np.linalg.norm(stations.offsets[row] - stations.offsets[other])
            notes.append(
                f"stations {stations.names[row]} and {stations.names[other]} have the same coordinates "
                f"({stations.longitude[row]:.4f}, {stations.latitude[row]:.4f}) but offsets that differ by "
                f"{1e3 * offset:.1f} mm: one position may be wrong"
            )
    return notes


def station_observations(
    stations: Stations, *, components: tuple[str, ...], frame: LocalFrame, name: str, notes: tuple[str, ...]
) -> Observations:
    """Give the stations' offsets as observations, station by station, with their full covariance."""
    n, c = stations.offsets.shape
    axes = np.eye(3)[[COMPONENTS.index(component) for component in components]]
    longitude, latitude = np.repeat(stations.longitude, c), np.repeat(stations.latitude, c)
    east, north = frame.to_local(longitude, latitude)
    covariance = np.zeros((n * c, n * c))
    for row, matrix in enumerate(stations.covariances):
        covariance[row * c : (row + 1) * c, row * c : (row + 1) * c] = matrix
    return Observations(
        name=name,
        kind="gnss",
        longitude=longitude,
        latitude=latitude,
        points=np.column_stack([east, north, np.zeros(n * c)]),
        values=stations.offsets.ravel(),
        directions=frame.rotate_to_frame(np.tile(axes, (n, 1)), longitude, latitude),
        covariance=covariance,
        station=tuple(np.repeat(np.array(stations.names, dtype=object), c).tolist()),
        notes=notes,
    )
