"""What a fault asks of a segment, whatever its patches are made of."""

from typing import Protocol

import numpy as np


class FaultSegment(Protocol):
    """Patches under one name: all that faults, neighbours and slip models ask for."""

    @property
    def name(self) -> str:
        """Name, unique within its fault."""
        ...

    @property
    def n_patches(self) -> int:
        """Number of patches."""
        ...

    @property
    def sources(self) -> np.ndarray:
        """The patches as geoslip.okada takes them: rectangles (n, 7) or triangles (n, 3, 3)."""
        ...

    @property
    def centroids(self) -> np.ndarray:
        """Centres (n, 3), m."""
        ...

    @property
    def areas(self) -> np.ndarray:
        """Areas (n,), m^2."""
        ...

    @property
    def strikes(self) -> np.ndarray:
        """Strikes (n,), degrees in the frame."""
        ...

    @property
    def dips(self) -> np.ndarray:
        """Dips (n,), degrees."""
        ...

    @property
    def outlines(self) -> np.ndarray:
        """Corners (n, k, 3), m, in order round each patch."""
        ...

    @property
    def edge_sides(self) -> np.ndarray:
        """Names (n, k): edge j, from corner j to j + 1, is 'top', 'end', 'bottom' or 'start'."""
        ...

    @property
    def normals(self) -> np.ndarray:
        """Unit normals into the hanging wall (n, 3)."""
        ...

    @property
    def strike_vectors(self) -> np.ndarray:
        """Unit vectors along strike (n, 3)."""
        ...

    @property
    def updip_vectors(self) -> np.ndarray:
        """Unit vectors up the dip (n, 3)."""
        ...

    @property
    def trace(self) -> np.ndarray:
        """Upper edges (k, 2, 3) of the uppermost patches, m."""
        ...
