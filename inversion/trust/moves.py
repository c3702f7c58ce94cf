"""A fault moved as a whole, its patches as they are: for errors of a geometry, and for its posterior.

| number        | moves                                                            | unit    |
|---------------|------------------------------------------------------------------|---------|
| dip           | each segment about the level line through its highest patches    | degrees |
| strike        | each segment about the vertical through the middle of these      | degrees |
| east, north   | the whole fault                                                  | m       |
| depth         | the whole fault, downward                                        | m       |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import strike_vector

if TYPE_CHECKING:
    from geoslip.faults import Fault

Array = NDArray[np.float64]

MOVES = ("dip", "strike", "east", "north", "depth")
"""Numbers by which a fault moves, in the order in which they are applied."""


def rectangles_of(fault: Fault) -> Array:
    """Rectangles (p, 7) of all patches, columns as geoslip.okada.RECTANGLE_COLUMNS.

    Raises
    ------
    ValueError
        A segment of triangles.
    """
    parts = [np.asarray(segment.sources, float) for segment in fault.segments]
    if any(part.ndim != 2 for part in parts):
        raise ValueError("a mesh of triangles is not moved here: give a fault of rectangles")
    return np.concatenate(parts)


def moved_rectangles(rectangles: Array, segments: Iterable[slice], *, changes: Mapping[str, float]) -> Array:
    """Rectangles of a fault that has moved; it is not looked at whether they still lie in the ground.

    Parameters
    ----------
    rectangles : (p, 7) array
        Columns as geoslip.okada.RECTANGLE_COLUMNS.
    segments : iterable of slice
        Rows of each segment.
    changes : mapping of str to float
        By the names of the table above; nothing changes by what is left out.

    Returns
    -------
    (p, 7) array
    """
    moved = np.array(rectangles, float)
    for where in segments:
        part = moved[where]
        for name in ("dip", "strike"):
            if (amount := changes.get(name, 0.0)) == 0.0:
                continue
            highest = part[part[:, 2] > part[:, 2].max() - 1e-3 * part[:, 6].max()]
            pivot = highest[:, :3].mean(axis=0)
            axis = np.array([0.0, 0.0, -1.0]) if name == "strike" else strike_vector(float(part[:, 3].mean()))
            part[:, :3] = pivot + _turned(part[:, :3] - pivot, axis, np.deg2rad(amount))
            part[:, 3 if name == "strike" else 4] += amount
    moved[:, :3] += [changes.get("east", 0.0), changes.get("north", 0.0), -changes.get("depth", 0.0)]
    return moved


def _turned(vectors: Array, axis: Array, angle: float) -> Array:
    """Vectors (k, 3) turned about a unit axis (Rodrigues)."""
    return np.asarray(
        vectors * np.cos(angle)
        + np.cross(axis, vectors) * np.sin(angle)
        + np.outer(vectors @ axis, axis) * (1.0 - np.cos(angle))
    )
