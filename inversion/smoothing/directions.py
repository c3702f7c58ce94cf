"""Directions in which the slip of neighbouring patches is compared.

A triangle's own strike turns with its normal, and where the surface is nearly flat it means little: two neighbours that
dip 2 degrees north and 2 degrees east differ in strike by 90 degrees, and the same motion has rakes that differ as
much. Slip on triangles is therefore compared after each patch has been turned, by the smallest rotation, into the mean
plane of its segment, along that plane's strike and up its dip. Where the surface leans over past vertical the patch's
hanging wall is on the other side of the surface, and the relative motion is counted from the same side as elsewhere.
Rectangles of one segment share their directions and are taken as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from geoslip.faults.triangular import TriangularSegment
from geoslip.faults.vectors import strike_of_normal
from geoslip.inversion.greens import checked_components

if TYPE_CHECKING:
    from geoslip.faults import Fault, FaultSegment

Array = NDArray[np.float64]

OPPOSITE = 1e-3
"""Least 1 + cosine between a patch's normal and the mean one; at opposite normals no rotation is the smallest."""


def common_directions(fault: Fault, *, components: Sequence[str] = ("strike", "dip")) -> sparse.csr_array:
    """Rotation from slip in the patches' own directions to slip in those of their segments' mean planes.

    Parameters
    ----------
    fault : Fault
        n patches.
    components : sequence of str
        Slip components; with only one of strike and dip, only the sign of slip can change.

    Returns
    -------
    sparse (p, p) array
        Orthogonal; acts on slip vectors, all of the first component first.
    """
    names = checked_components(components)
    n = fault.n_patches
    turns = np.concatenate([_turns(part) for part in fault.segments])
    both = {"strike", "dip"} <= set(names)
    shear = ("strike", "dip")
    blocks: list[list[sparse.dia_array | None]] = [[None] * len(names) for _ in names]
    for row, to in enumerate(names):
        for column, name in enumerate(names):
            if to in shear and name in shear and (both or to == name):
                turn = turns[:, shear.index(to), shear.index(name)]
                blocks[row][column] = sparse.diags_array(turn if both else np.where(turn < 0.0, -1.0, 1.0))
            elif to == name:
                blocks[row][column] = sparse.diags_array(np.ones(n))
    return sparse.csr_array(sparse.block_array(blocks))


def mean_axes(segment: FaultSegment) -> Array:
    """Unit vectors (3, 3) along strike, up the dip and along the normal of a segment's mean plane, in rows."""
    if isinstance(segment, TriangularSegment):
        mean = (segment.areas * segment.facing) @ segment.normals
        mean *= (-1.0 if mean[2] < 0.0 else 1.0) / np.linalg.norm(mean)
        strike = strike_of_normal(mean[None])[0]
    else:  # the strike of a level rectangle is its own
        strike = segment.areas @ segment.strike_vectors
        strike /= np.linalg.norm(strike)
        mean = np.cross(strike, segment.areas @ segment.updip_vectors)
        mean /= np.linalg.norm(mean)
    return np.stack([strike, np.cross(mean, strike), mean])


def _turns(segment: FaultSegment) -> Array:
    """Strike and dip slip in the mean plane (rows) of strike and dip slip on each patch (columns), (n, 2, 2)."""
    if not isinstance(segment, TriangularSegment):
        return np.tile(np.eye(2), (segment.n_patches, 1, 1))
    strike, updip, mean = mean_axes(segment)
    facing = segment.facing * np.sign((segment.areas * segment.facing) @ segment.normals @ mean)
    normals = facing[:, None] * segment.normals
    own = facing[:, None, None] * np.stack([segment.strike_vectors, segment.updip_vectors], axis=1)
    axis = np.cross(normals, mean)[:, None, :]
    scale = np.maximum(1.0 + normals @ mean, OPPOSITE)[:, None, None]
    turned = own + np.cross(axis, own) + np.cross(axis, np.cross(axis, own)) / scale
    return np.asarray(np.einsum("aj,kbj->kab", np.stack([strike, updip]), turned))
