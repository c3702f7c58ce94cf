"""Fault patches laid flat: distance along strike and down the dip, for pictures of a section."""

import numpy as np

from geoslip.faults.protocol import FaultSegment
from geoslip.faults.triangular import TriangularSegment


def unrolled(segment: FaultSegment) -> np.ndarray:
    """Corners (n, k, 2) of a segment's patches, metres along strike and down the dip.

    Along strike counts from the start of the segment, down the dip from the ground, so that segments of one dip can
    be drawn side by side. Patches are projected on the mean plane of the segment (exact where it is planar); a
    horizontal segment counts from its first edge. A mesh that knows its own places along strike and down the dip keeps
    them.
    """
    if isinstance(segment, TriangularSegment) and segment.unrolled is not None:
        return segment.unrolled[segment.triangles]
    areas = segment.areas
    along = areas @ segment.strike_vectors
    along[2] = 0.0
    if np.linalg.norm(along) < 1e-6 * areas.sum():
        along = segment.strike_vectors[0].copy()
    along /= np.linalg.norm(along)
    down = -(areas @ segment.updip_vectors)
    down -= (down @ along) * along
    down /= np.linalg.norm(down)
    corners = np.asarray(segment.outlines)
    first = corners[..., :] @ along
    second = corners @ down
    steepness = -down[2]
    top = np.unravel_index(np.argmax(corners[..., 2]), corners.shape[:2])
    ground = second[top] + corners[top][2] / steepness if steepness > 1e-3 else second.min()
    return np.stack([first - first.min(), second - ground], axis=-1)
