"""Stress that one slip model makes on planes and on the patches of another, each in its own frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.coulomb import CoulombChange, Friction
from geoslip.okada.medium import Medium
from geoslip.okada.receivers import plane_axes
from geoslip.okada.stress_field import SlipSource, coulomb_at_centres, coulomb_field, largest_over_depths

if TYPE_CHECKING:
    from geoslip.faults import LocalFrame, SlipModel

Array = NDArray[np.float64]


def model_sources(model: SlipModel) -> list[SlipSource]:
    """The patches that slip and their slip, segment by segment, as `geoslip.okada.stress_field` takes them.

    Parameters
    ----------
    model : SlipModel

    Returns
    -------
    list of (sources, slip)
    """
    found: list[SlipSource] = []
    for segment in model.fault.segments:
        slip = np.asarray(model.slip)[model.fault.slices[segment.name]]
        moving = slip.any(axis=1)
        if moving.any():
            found.append((segment.sources[moving], slip[moving]))
    return found


def coulomb_on_model(
    model: SlipModel,
    receivers: SlipModel,
    *,
    rake: ArrayLike | Literal["own", "largest"] = "own",
    friction: Friction | None = None,
    medium: Medium | None = None,
    progress: Callable[[float], object] | None = None,
) -> CoulombChange:
    """Coulomb change at the centres of another model's patches.

    Parameters
    ----------
    model, receivers : SlipModel
        The model that slips and the one that receives; where both have frames, these may differ.
    rake : array_like, or "own", or "largest"
        Degrees; "own" is that of each receiving patch, or the model's mean where a patch does not slip.
    friction, medium, progress
        As for `geoslip.okada.stress_field.coulomb_field`.

    Returns
    -------
    CoulombChange
        One value a receiving patch.

    Raises
    ------
    ValueError
        If the receivers have no rake of their own, only one model has a frame, or a receiver is above ground.
    """
    if (model.frame is None) != (receivers.frame is None):
        raise ValueError("one of the two models does not say where on Earth it lies; give it an origin")
    fault = receivers.fault
    centres, vectors = fault.centroids, [fault.strike_vectors, fault.updip_vectors, fault.normals]
    if model.frame is not None and receivers.frame is not None:
        centres, vectors = _moved(centres, vectors, receivers.frame, model.frame)
    angle = receivers.rake if isinstance(rake, str) and rake == "own" else rake
    if isinstance(rake, str) and rake == "own":
        angle = np.where(np.isnan(receivers.rake), receivers.mean_rake, receivers.rake)
        if np.isnan(angle).any():
            raise ValueError("the receiving model has no slip and so no rake; give a rake in degrees, or 'largest'")
    size = np.sqrt(fault.areas)
    options = {"friction": friction, "medium": medium, "progress": progress}
    return coulomb_at_centres(centres, vectors, model_sources(model), size=size, rake=angle, **options)  # type: ignore[arg-type]


def coulomb_at_places(
    model: SlipModel,
    places: ArrayLike,
    *,
    strike: float,
    dip: float,
    rake: float | Literal["largest"],
    depths: ArrayLike | None = None,
    friction: Friction | None = None,
    medium: Medium | None = None,
    progress: Callable[[float], object] | None = None,
) -> tuple[CoulombChange, Array]:
    """Coulomb change on planes of one orientation at places on Earth.

    Parameters
    ----------
    model : SlipModel
        With a frame.
    places : array_like, shape (n, 3)
        Longitude, latitude (degrees), depth (m).
    strike, dip, rake : float
        Of the planes, degrees; strike from true north at each place, and `rake` may be "largest".
    depths : array_like, shape (k,), optional
        Depths (m) that stand for those of `places`: the largest change over them is kept.
    friction, medium, progress
        As for `geoslip.okada.stress_field.coulomb_field`.

    Returns
    -------
    change : CoulombChange
        One value a place.
    depth : ndarray, shape (n,)
        Where each stands, m.

    Raises
    ------
    ValueError
        If the model has no frame, or an angle or a depth is unfit.
    """
    if model.frame is None:
        raise ValueError("the model does not say where on Earth it lies; give it an origin")
    where = np.asarray(places, dtype=np.float64)
    along = np.broadcast_to(plane_axes(strike, dip)[0], (len(where), 3))
    turned = model.frame.rotate_to_frame(along, where[:, 0], where[:, 1])
    azimuth = np.degrees(np.arctan2(turned[:, 0], turned[:, 1]))
    east, north = model.frame.to_local(where[:, 0], where[:, 1])
    options = {"strike": azimuth, "dip": dip, "rake": rake, "friction": friction, "medium": medium}
    if depths is not None and np.size(depths) > 1:
        return largest_over_depths(east, north, depths, model_sources(model), **options)
    depth = where[:, 2] if depths is None else np.full(len(where), np.ravel(np.asarray(depths, dtype=np.float64))[0])
    points = np.column_stack([east, north, -depth])
    return coulomb_field(points, model_sources(model), progress=progress, **options), depth  # type: ignore[arg-type]


def _moved(centres: Array, vectors: list[Array], old: LocalFrame, new: LocalFrame) -> tuple[Array, list[Array]]:
    """Places and directions from one local frame to another."""
    if (old.longitude, old.latitude) == (new.longitude, new.latitude):
        return centres, vectors
    longitude, latitude = old.to_geographic(centres[:, 0], centres[:, 1])
    east, north = new.to_local(longitude, latitude)
    turned = [
        new.rotate_to_frame(old.rotate_from_frame(vector, longitude, latitude), longitude, latitude)
        for vector in vectors
    ]
    return np.column_stack([east, north, centres[:, 2]]), turned
