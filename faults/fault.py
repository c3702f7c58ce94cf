"""A fault: named segments taken together, patch after patch."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geoslip.faults.protocol import FaultSegment


@dataclass(frozen=True, eq=False)
class Fault:
    """Segments in order; arrays over all patches run through them in that order.

    Parameters
    ----------
    segments : tuple of FaultSegment
        At least one, each of another name.

    Raises
    ------
    ValueError
        If there is no segment or two have one name.
    """

    segments: tuple[FaultSegment, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.segments))
        if not self.segments:
            raise ValueError("a fault needs at least one segment")
        names = self.names
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{names.count(name)} segments are called {name!r}: every segment needs its own name")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the segments."""
        return tuple(segment.name for segment in self.segments)

    @property
    def n_patches(self) -> int:
        """Number of patches in all segments."""
        return sum(segment.n_patches for segment in self.segments)

    @property
    def slices(self) -> dict[str, slice]:
        """Where each segment's patches lie in the arrays of the fault."""
        ends = np.cumsum([segment.n_patches for segment in self.segments])
        return {s.name: slice(int(end) - s.n_patches, int(end)) for s, end in zip(self.segments, ends)}

    @property
    def segment_index(self) -> np.ndarray:
        """Number of its segment for each patch (n,)."""
        return np.repeat(np.arange(len(self.segments)), [segment.n_patches for segment in self.segments])

    def segment(self, name: str) -> FaultSegment:
        """The segment of this name.

        Raises
        ------
        ValueError
            If there is none, with the names there are.
        """
        for segment in self.segments:
            if segment.name == name:
                return segment
        raise ValueError(f"no segment is called {name!r}: there are {', '.join(map(repr, self.names))}")

    @property
    def sources(self) -> np.ndarray:
        """All patches as geoslip.okada takes them: (n, 7) rectangles or (n, 3, 3) triangles.

        A fault may mix both; it has no single array then, and each segment is asked for its own sources, as
        geoslip.inversion.greens_matrix does.

        Raises
        ------
        ValueError
            If segments of rectangles and of triangles are mixed.
        """
        kinds = {segment.sources.shape[1:] for segment in self.segments}
        if len(kinds) > 1:
            mixed = ", ".join(
                f"{s.name!r} ({'triangles' if s.sources.ndim == 3 else 'rectangles'})" for s in self.segments
            )
            raise ValueError(f"the fault mixes kinds of patches, {mixed}: take `segment.sources` one by one")
        return np.concatenate([segment.sources for segment in self.segments])

    @property
    def centroids(self) -> np.ndarray:
        """Centres of the patches (n, 3), m."""
        return np.concatenate([segment.centroids for segment in self.segments])

    @property
    def areas(self) -> np.ndarray:
        """Areas (n,), m^2."""
        return np.concatenate([segment.areas for segment in self.segments])

    @property
    def strikes(self) -> np.ndarray:
        """Strikes (n,), degrees in the frame."""
        return np.concatenate([segment.strikes for segment in self.segments])

    @property
    def dips(self) -> np.ndarray:
        """Dips (n,), degrees."""
        return np.concatenate([segment.dips for segment in self.segments])

    @property
    def normals(self) -> np.ndarray:
        """Unit normals into the hanging wall (n, 3)."""
        return np.concatenate([segment.normals for segment in self.segments])

    @property
    def strike_vectors(self) -> np.ndarray:
        """Unit vectors along strike (n, 3)."""
        return np.concatenate([segment.strike_vectors for segment in self.segments])

    @property
    def updip_vectors(self) -> np.ndarray:
        """Unit vectors up the dip (n, 3)."""
        return np.concatenate([segment.updip_vectors for segment in self.segments])

    @property
    def outlines(self) -> list[np.ndarray]:
        """Corners of each patch, a list of (k, 3) arrays, m."""
        return [outline for segment in self.segments for outline in segment.outlines]

    @property
    def trace(self) -> np.ndarray:
        """Upper edges (k, 2, 3) of the uppermost patches of every segment, m."""
        return np.concatenate([segment.trace for segment in self.segments])

    def distance_to_trace(self, points: np.ndarray) -> np.ndarray:
        """Horizontal distance (n,) in m of points (n, 2 or 3) from the map view of the upper edges.

        Takes n times k steps for k upper edges, in memory n.
        """
        places = np.asarray(points, dtype=float)
        if places.ndim != 2 or places.shape[1] not in (2, 3):
            raise ValueError(f"points have shape {places.shape}: they must be (n, 2) or (n, 3), east and north first")
        nearest = np.full(len(places), np.inf)
        for start, end in self.trace[:, :, :2]:
            along = end - start
            fraction = np.clip((places[:, :2] - start) @ along / (along @ along), 0.0, 1.0)
            foot = start + fraction[:, None] * along
            nearest = np.minimum(nearest, np.hypot(*(places[:, :2] - foot).T))
        return nearest

    def merged(self, *others: "Fault") -> "Fault":
        """This fault's segments followed by those of others; names must differ."""
        return merge_faults([self, *others])


def merge_faults(faults: Iterable[Fault]) -> Fault:
    """One fault of the segments of several, in order; names must differ."""
    return Fault(tuple(segment for fault in faults for segment in fault.segments))
