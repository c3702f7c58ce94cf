"""A segment of triangular patches: a surface of vertices and the triangles between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from geoslip.faults.mesh_checks import checked_mesh
from geoslip.faults.mesh_sides import named_sides, ordered_rim
from geoslip.faults.vectors import azimuth_of, strike_of_normal

#: sides an edge can lie on
SIDES = ("top", "end", "bottom", "start")


@dataclass(frozen=True, eq=False)
class TriangularSegment:
    """Triangular patches that make one surface without holes, under one name.

    Slip directions are those of geoslip.okada and do not depend on the order of a triangle's vertices: the normal
    points up, strike is level with the triangle dipping to its right; a vertical triangle has the strike that lies in
    0..180 degrees, a level one strike 0.

    Parameters
    ----------
    name : str
    vertices : array_like, (v, 3)
        East, north, up (m, up <= 0). Vertices that coincide are made one and those no triangle uses are left out;
        `notes` says so.
    triangles : array_like of int, (n, 3)
        Numbers of the vertices of each patch, from 0, all wound the same way (either way).
    sides : array_like of str, (n, 3), optional
        Side on which edge j, from vertex j to j + 1, lies if it is on the rim: 'top', 'end', 'bottom' or 'start';
        found from the shape unless given.
    unrolled : array_like, (v, 2), optional
        Metres along strike and down the dip of each vertex, for pictures of the surface laid flat.

    Raises
    ------
    ValueError
        With the elements named: vertices above ground or not finite; degenerate, duplicate or flipped triangles; an
        edge with more than two triangles; separate pieces; a hole; a surface that folds back on itself.
    """

    name: str
    vertices: np.ndarray
    triangles: np.ndarray
    sides: np.ndarray | None = field(default=None, kw_only=True)
    unrolled: np.ndarray | None = field(default=None, kw_only=True)
    notes: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"segment name {self.name!r} is empty: every segment needs a name of its own")
        mesh = checked_mesh(self.name, self.vertices, self.triangles)
        if self.unrolled is not None:
            flat = np.array(self.unrolled, dtype=float)
            if flat.shape != (len(np.asarray(self.vertices)), 2):
                raise ValueError(f"segment {self.name!r}: unrolled has shape {flat.shape}, must be (n_vertices, 2)")
            object.__setattr__(self, "unrolled", flat[mesh.kept])
        object.__setattr__(self, "vertices", mesh.vertices)
        object.__setattr__(self, "triangles", mesh.triangles)
        object.__setattr__(self, "notes", mesh.notes)
        if self.sides is not None:
            given = np.array(self.sides, dtype="<U6")
            if given.shape != self.triangles.shape or not np.isin(given, SIDES).all():
                raise ValueError(
                    f"segment {self.name!r}: sides must be {self.triangles.shape} names out of {', '.join(SIDES)}"
                )
            object.__setattr__(self, "sides", given)

    def noted(self, notes: Sequence[str]) -> "TriangularSegment":
        """The same segment with more notes."""
        other = replace(self)
        object.__setattr__(other, "notes", (*self.notes, *notes))
        return other

    @property
    def n_patches(self) -> int:
        """Number of patches."""
        return len(self.triangles)

    @property
    def n_vertices(self) -> int:
        """Number of vertices."""
        return len(self.vertices)

    @property
    def sources(self) -> np.ndarray:
        """The triangles (n, 3, 3), as geoslip.okada takes them."""
        return self.vertices[self.triangles]

    @property
    def outlines(self) -> np.ndarray:
        """Corners (n, 3, 3), m."""
        return self.sources

    @property
    def centroids(self) -> np.ndarray:
        """Centres of the patches (n, 3), m."""
        return self.sources.mean(axis=1)

    @cached_property
    def wound_normals(self) -> np.ndarray:
        """Normals (n, 3) by the winding of the vertices, as long as the areas, m^2: all on one side of the surface."""
        corners = self.sources
        return 0.5 * np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])

    @property
    def areas(self) -> np.ndarray:
        """Areas (n,), m^2."""
        return np.linalg.norm(self.wound_normals, axis=1)

    @cached_property
    def normals(self) -> np.ndarray:
        """Unit normals into the hanging wall (n, 3)."""
        return upward(self.wound_normals / self.areas[:, None])

    @property
    def facing(self) -> np.ndarray:
        """Whether (n,) each patch's hanging wall is on the same side of the surface (1) as most of it, or not (-1).

        Where a surface leans over past vertical its hanging wall changes sides; the same motion then has reverse slip
        of the other sign, while left-lateral slip keeps its sign.
        """
        ways = np.sign(np.einsum("ni,ni->n", self.wound_normals, self.normals))
        return ways * (1.0 if self.areas @ ways >= 0.0 else -1.0)

    @property
    def strike_vectors(self) -> np.ndarray:
        """Unit vectors along strike (n, 3)."""
        return strike_of_normal(self.normals)

    @property
    def updip_vectors(self) -> np.ndarray:
        """Unit vectors up the dip (n, 3)."""
        return np.cross(self.normals, self.strike_vectors)

    @property
    def strikes(self) -> np.ndarray:
        """Strike of each patch (n,), degrees."""
        along = self.strike_vectors
        return azimuth_of(along[:, 0], along[:, 1])

    @property
    def dips(self) -> np.ndarray:
        """Dip of each patch (n,), degrees."""
        normal = self.normals
        return np.rad2deg(np.arctan2(np.hypot(normal[:, 0], normal[:, 1]), np.maximum(normal[:, 2], 0.0)))

    @cached_property
    def edge_sides(self) -> np.ndarray:
        """Names (n, 3): edge j, from corner j to j + 1, is 'top', 'end', 'bottom' or 'start'; inner ones mean nothing.

        Unless given, a rim edge belongs to the side its outward direction points to, compared with the strike and
        up-dip directions of the surface around it and averaged over its neighbours on the rim; an edge at the ground
        is top.
        """
        if self.sides is not None:
            return self.sides
        return named_sides(self.vertices, self.triangles, self.wound_normals)

    @property
    def trace(self) -> np.ndarray:
        """Upper edges (k, 2, 3) of the rim, in order from start to end, m."""
        return ordered_rim(self.vertices, self.triangles, self.edge_sides, self.wound_normals, side="top")

    def renamed(self, name: str) -> "TriangularSegment":
        """The same patches under another name."""
        return TriangularSegment(name, self.vertices, self.triangles, sides=self.sides, unrolled=self.unrolled)


def upward(normals: np.ndarray) -> np.ndarray:
    """Unit normals (n, 3) turned to point into the hanging wall, by the rule of the class above."""
    east, north, up = normals.T
    vertical = np.abs(up) <= 1e-9
    # strike is (-north, east): it lies in 0..180 where it points east, or due north
    westward = np.where(np.abs(north) <= 1e-9, east < 0.0, north > 0.0)
    return np.where(np.where(vertical, westward, up < 0.0)[:, None], -normals, normals)
