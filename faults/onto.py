"""The slip of one model on the patches of another fault.

Every patch takes the mean over its area of the slip of the nearest patch of the model, as the vector by which the
hanging wall moves, seen along its own strike and up its own dip. No slip is taken from farther than `reach`, nor from a
patch that faces another way by more than 60 degrees (a cross fault's). Between meshes of one surface that keeps the
moment; between surfaces that differ it keeps slip, and moment changes as area does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FACING = 0.5
"""Least cosine between normals of patches whose slip is one."""


def slip_onto(
    model: SlipModel, fault: Fault, *, frame: LocalFrame | None = None, reach: float | None = None
) -> NDArray[np.float64]:
    """Slip of a model on the patches of a fault.

    Parameters
    ----------
    model : SlipModel
    fault : Fault
        n patches.
    frame : LocalFrame, optional
        Of the fault's coordinates; that of the model if not given.
    reach : float, optional
        How far in metres a place of the fault may lie from the patch whose slip it takes; the root of that patch's
        area if not given.

    Returns
    -------
    (n, 3) array
        Strike slip, dip slip and opening, m; zero where the model has no patch within reach.

    Raises
    ------
    ValueError
        A reach that is not positive, a frame for a model that has none, or a model of which nothing is within reach.
    """
    if reach is not None and not (np.isfinite(reach) and reach > 0.0):
        raise ValueError(f"reach {reach!r} m must be a positive number")
    corners, of_patch = _triangles(model.fault)
    vectors = model.slip[:, :1] * model.fault.strike_vectors + model.slip[:, 1:2] * model.fault.updip_vectors
    normals = model.fault.normals
    if frame is not None:
        corners, vectors, normals = _moved(model, frame, corners, vectors)
    ours, owner = _triangles(fault)
    places, weight = _spread(ours)
    owner = np.repeat(owner, places.shape[1])
    far = np.sqrt(model.fault.areas) if reach is None else np.full(model.fault.n_patches, float(reach))
    nearest, distance = _nearest(places.reshape(-1, 3), corners, beyond=float(far.max()))
    patch = of_patch[nearest]
    facing = np.einsum("ij,ij->i", normals[patch], fault.normals[owner])
    taken = (distance <= far[patch]) & (np.abs(facing) >= FACING)
    if not taken.any():
        raise ValueError(
            f"no patch of the slip model {model.name!r} lies within reach of the fault (nearest {distance.min():.4g} m)"
            ": check its origin and projection, or give a longer reach"
        )
    share = np.where(taken, weight.ravel() / np.bincount(owner, weight.ravel())[owner], 0.0)
    moved = share[:, None] * np.sign(facing)[:, None] * vectors[patch]
    mean = np.stack([np.bincount(owner, column, minlength=fault.n_patches) for column in moved.T], axis=1)
    along = np.einsum("ij,ij->i", mean, fault.strike_vectors)
    up = np.einsum("ij,ij->i", mean, fault.updip_vectors)
    opened = np.bincount(owner, share * model.slip[patch, 2], minlength=fault.n_patches)
    return np.stack([along, up, opened], axis=1)


def _triangles(fault: Fault) -> tuple[Array, Index]:
    """Triangles (m, 3, 3) that the patches consist of, and the patch of each (m,)."""
    corners, patch = [], []
    for number, outline in enumerate(fault.outlines):
        points = np.asarray(outline)
        for second in range(1, len(points) - 1):
            corners.append(points[[0, second, second + 1]])
            patch.append(number)
    return np.array(corners), np.array(patch)


def _spread(corners: Array) -> tuple[Array, Array]:
    """Middles (m, 4, 3) of the quarters of triangles, and the area (m, 4) that each stands for."""
    middle = corners.mean(axis=1)
    places = np.concatenate([middle[:, None], 0.5 * (corners + middle[:, None])], axis=1)
    area = 0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return places, np.repeat(area[:, None] / 4.0, 4, axis=1)


def _nearest(places: Array, corners: Array, *, beyond: float) -> tuple[Index, Array]:
    """The nearest triangle of each place and its distance; where it is farther than `beyond`, any and infinity."""
    middle = corners.mean(axis=1)
    widest = float(np.linalg.norm(corners - middle[:, None], axis=2).max())
    tree = cKDTree(middle)
    bound = tree.query(places)[0]
    near = np.flatnonzero(bound - widest <= beyond)
    found, distance = np.zeros(len(places), np.int64), np.where(bound - widest <= beyond, 0.0, bound - widest)
    lists = tree.query_ball_point(places[near], bound[near] + widest)
    for place, candidates in zip(near.tolist(), lists):
        away = _distances(places[place], corners[candidates])
        best = int(np.argmin(away))
        found[place], distance[place] = candidates[best], away[best]
    return found, distance


def _distances(place: Array, corners: Array) -> Array:
    """Distance of one place from triangles (m, 3, 3)."""
    edges = np.roll(corners, -1, axis=1) - corners
    normal = np.cross(edges[:, 0], edges[:, 1])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    away = place - corners
    side = np.einsum("mki,mki->mk", np.cross(edges, away), np.broadcast_to(normal[:, None], edges.shape))
    above = np.abs(np.einsum("mi,mi->m", away[:, 0], normal))
    share = np.clip(np.einsum("mki,mki->mk", away, edges) / np.einsum("mki,mki->mk", edges, edges), 0.0, 1.0)
    to_edges = np.linalg.norm(away - share[:, :, None] * edges, axis=2).min(axis=1)
    return np.where(np.all(side >= 0.0, axis=1), above, to_edges)


def _moved(model: SlipModel, frame: LocalFrame, corners: Array, vectors: Array) -> tuple[Array, Array, Array]:
    """Corners, slip vectors and normals of a model in another frame."""
    own, normals = model.frame, model.fault.normals
    if own is None:
        raise ValueError("the slip model does not say where on Earth it lies: give its origin")
    if (own.longitude, own.latitude) == (frame.longitude, frame.latitude):
        return corners, vectors, normals
    longitude, latitude = own.to_geographic(corners[..., 0].ravel(), corners[..., 1].ravel())
    east, north = frame.to_local(longitude, latitude)
    flat = np.stack([east, north, corners[..., 2].ravel()], axis=1).reshape(corners.shape)
    middle = own.to_geographic(*model.fault.centroids[:, :2].T)
    turned = [frame.rotate_to_frame(own.rotate_from_frame(one, *middle), *middle) for one in (vectors, normals)]
    return flat, turned[0], turned[1]
