"""How good the triangles of a surface are: angles, shapes, and how evenly their sizes change."""

from dataclasses import dataclass

import numpy as np

from geoslip.faults.mesh_checks import mesh_edges
from geoslip.faults.triangular import TriangularSegment


@dataclass(frozen=True, eq=False)
class MeshQuality:
    """Measures of every triangle (n,), and what they come to.

    Parameters
    ----------
    min_angle : numpy.ndarray, (n,)
        Smallest angle, degrees; 60 at best.
    radius_ratio : numpy.ndarray, (n,)
        Twice the radius of the inscribed circle over that of the circumscribed one; 1 for an equilateral triangle, 0
        for a line.
    aspect : numpy.ndarray, (n,)
        Longest edge over the height on it, times sqrt(3)/2; 1 for an equilateral triangle, large for a sliver.
    edge_length : numpy.ndarray, (n,)
        Mean edge, m.
    growth : numpy.ndarray, (m,)
        Ratio of the areas, larger to smaller, of each two neighbours.
    area_spread : float
        Largest area over smallest.
    """

    min_angle: np.ndarray
    radius_ratio: np.ndarray
    aspect: np.ndarray
    edge_length: np.ndarray
    growth: np.ndarray
    area_spread: float

    def worst(self, count: int = 5) -> np.ndarray:
        """Numbers of the triangles with the smallest radius ratio, the worst first."""
        return np.argsort(self.radius_ratio, kind="stable")[:count]

    @property
    def summary(self) -> str:
        """One line for people."""
        return (
            f"{len(self.min_angle)} triangles, edges {self.edge_length.min():.4g} to {self.edge_length.max():.4g} m, "
            f"smallest angle {self.min_angle.min():.1f} degrees (median {np.median(self.min_angle):.1f}), radius ratio "
            f"{self.radius_ratio.min():.3f} at worst, areas within a factor {self.area_spread:.3g}, neighbours' within "
            f"{self.growth.max(initial=1.0):.3g}"
        )


def mesh_quality(segment: TriangularSegment) -> MeshQuality:
    """Measure the triangles of a segment."""
    corners = segment.sources
    side = np.linalg.norm(corners[:, [1, 2, 0]] - corners[:, [2, 0, 1]], axis=2)
    area = segment.areas
    # law of cosines at the corner facing each side
    first, second = np.roll(side, -1, axis=1), np.roll(side, -2, axis=1)
    cosine = (first**2 + second**2 - side**2) / (2.0 * first * second)
    angle = np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0)))
    half = 0.5 * side.sum(axis=1)
    longest = side.max(axis=1)
    pairs = mesh_edges(segment.triangles).triangles
    pairs = pairs[pairs[:, 1] >= 0]
    both = area[pairs]
    return MeshQuality(
        min_angle=angle.min(axis=1),
        radius_ratio=8.0 * area**2 / (half * side.prod(axis=1)),
        aspect=longest**2 * np.sqrt(3.0) / (4.0 * area),
        edge_length=side.mean(axis=1),
        growth=both.max(axis=1) / both.min(axis=1),
        area_spread=float(area.max() / area.min()),
    )
