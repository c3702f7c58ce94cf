"""Whether a station that does not fit would fit elsewhere: coordinates with one wrong digit, the commonest slip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.observations import Observations
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

Array = NDArray[np.float64]

CLEAR = 3.0
"""A place is proposed where the misfit is this many times smaller than at the place in the table."""
POWERS = (1, 0, -1, -2)
"""Digits that are tried: tens of degrees to hundredths (about 1 km); smaller errors do not make an outlier."""


@dataclass(frozen=True)
class OtherPlace:
    """A place one digit from the table's, and the misfit there in standard deviations."""

    longitude: float
    latitude: float
    misfit: float


def one_digit_places(longitude: float, latitude: float) -> Array:
    """Give every place (n, 2) whose longitude or latitude differs from the given one in one digit."""
    places = []
    for axis, value in enumerate((longitude, latitude)):
        for power in POWERS:
            digit = int(abs(value) / 10.0**power + 1e-9) % 10
            for other in range(10):
                changed = [longitude, latitude]
                changed[axis] = float(np.copysign(abs(value) + (other - digit) * 10.0**power, value))
                if other != digit and abs(changed[0]) <= 180.0 and abs(changed[1]) < 89.0:
                    places.append(changed)
    return np.array(places)


def fitting_places(
    observations: Observations, station: str, model: SlipModel, *, misfit: float, poisson: float = 0.25
) -> list[OtherPlace]:
    """Give the places one digit away where a station's offset would fit clearly better, the best first.

    Parameters
    ----------
    observations : Observations
        With station names.
    station : str
        The station that does not fit.
    model : SlipModel
        With a frame.
    misfit : float
        The station's misfit where the table puts it, in standard deviations.
    poisson : float
        Poisson's ratio.

    Returns
    -------
    list of OtherPlace
        Empty where no digit explains the misfit: then the offset itself is suspect, or the model.
    """
    from geoslip.inversion.forward import model_displacement

    assert observations.station is not None and model.frame is not None
    frame: LocalFrame = model.frame
    rows = [row for row, name in enumerate(observations.station) if name == station]
    places = one_digit_places(float(observations.longitude[rows[0]]), float(observations.latitude[rows[0]]))
    east, north = frame.to_local(places[:, 0], places[:, 1])
    field = model_displacement(model, np.column_stack([east, north, np.zeros_like(east)]), poisson=poisson)
    true = frame.rotate_from_frame(
        observations.directions[rows], observations.longitude[rows], observations.latitude[rows]
    )
    inverse = np.linalg.inv(observations.covariance[np.ix_(rows, rows)])
    found = []
    for place, motion in zip(places, frame.rotate_from_frame(field, places[:, 0], places[:, 1])):
        left = observations.values[rows] - true @ motion
        size = float(np.sqrt(left @ inverse @ left / len(rows)))
        if size * CLEAR < misfit:
            found.append(OtherPlace(float(place[0]), float(place[1]), size))
    return sorted(found, key=lambda other: other.misfit)


def advice(places: list[OtherPlace]) -> str:
    """Say what the other places mean, in a sentence for a warning."""
    if not places:
        return "no single wrong digit in its coordinates would explain it: check its offset"
    best = places[0]
    if len(places) == 1:
        return (
            f"one wrong digit would explain it: at {best.longitude:.4f}, {best.latitude:.4f} it is {best.misfit:.1f}"
            " standard deviations off; check its coordinates"
        )
    return (
        f"its offset fits at {len(places)} places with one digit changed (best at {best.longitude:.4f},"
        f" {best.latitude:.4f}), so check its coordinates"
    )
