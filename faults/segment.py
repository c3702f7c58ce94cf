"""A segment of rectangular patches: where they are, how they lie, what they are called."""

from dataclasses import dataclass

import numpy as np

from geoslip.faults.vectors import normal_vector, strike_vector, updip_vector

#: columns of a table of rectangles: top-edge centre (m, up <= 0), strike and dip (degrees), length and width (m)
RECTANGLE_COLUMNS = ("east", "north", "up", "strike", "dip", "length", "width")

#: names of a rectangle's edges, in the order of its outline: edge k runs from corner k to corner k + 1
RECTANGLE_SIDES = ("top", "end", "bottom", "start")

#: heights above ground up to this many metres are taken for rounding and set to the ground
GROUND_ROUNDING = 1e-6

#: shortest length and width of a patch, m: below, its area and its edges are lost in rounding
SMALLEST = 1e-6


@dataclass(frozen=True, eq=False)
class RectangularSegment:
    """Rectangular patches under one name; a grid of rows and columns, or a bag without order.

    Parameters
    ----------
    name : str
    rectangles : array_like, (n, 7)
        RECTANGLE_COLUMNS: east, north, up of the top edge's centre (m, up <= 0), strike, dip (degrees; the plane
        dips 0 to 90 degrees to the right of strike), length along strike and width down the dip (m).
    row, column : array_like of int, (n,), optional
        Row counted down the dip and column counted along strike, from 0; None for a bag of rectangles.

    Raises
    ------
    ValueError
        For a value that is not finite, a patch above ground, a dip outside 0..90, a length or width that is not
        positive, or row and column of another size.
    """

    name: str
    rectangles: np.ndarray
    row: np.ndarray | None = None
    column: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"segment name {self.name!r} is empty: every segment needs a name of its own")
        object.__setattr__(self, "rectangles", _checked_rectangles(self.name, self.rectangles))
        if (self.row is None) != (self.column is None):
            raise ValueError(f"segment {self.name!r} has only one of row and column: give both or neither")
        for label in ("row", "column"):
            value = getattr(self, label)
            if value is not None:
                object.__setattr__(self, label, _checked_index(self.name, label, value, self.n_patches))

    @property
    def n_patches(self) -> int:
        """Number of patches."""
        return len(self.rectangles)

    @property
    def sources(self) -> np.ndarray:
        """The rectangles (n, 7), as geoslip.okada takes them."""
        return self.rectangles

    @property
    def strikes(self) -> np.ndarray:
        """Strike of each patch (n,), degrees."""
        return self.rectangles[:, 3]

    @property
    def dips(self) -> np.ndarray:
        """Dip of each patch (n,), degrees."""
        return self.rectangles[:, 4]

    @property
    def lengths(self) -> np.ndarray:
        """Length along strike (n,), m."""
        return self.rectangles[:, 5]

    @property
    def widths(self) -> np.ndarray:
        """Width down the dip (n,), m."""
        return self.rectangles[:, 6]

    @property
    def areas(self) -> np.ndarray:
        """Area (n,), m^2."""
        return self.lengths * self.widths

    @property
    def strike_vectors(self) -> np.ndarray:
        """Unit vectors along strike (n, 3)."""
        return strike_vector(self.strikes)

    @property
    def updip_vectors(self) -> np.ndarray:
        """Unit vectors up the dip (n, 3)."""
        return updip_vector(self.strikes, self.dips)

    @property
    def normals(self) -> np.ndarray:
        """Unit normals into the hanging wall (n, 3)."""
        return normal_vector(self.strikes, self.dips)

    @property
    def centroids(self) -> np.ndarray:
        """Centres of the patches (n, 3), m."""
        return self.rectangles[:, :3] - 0.5 * self.widths[:, None] * self.updip_vectors

    @property
    def outlines(self) -> np.ndarray:
        """Corners (n, 4, 3), m: top start, top end, bottom end, bottom start."""
        half = 0.5 * self.lengths[:, None] * self.strike_vectors
        down = -self.widths[:, None] * self.updip_vectors
        top = self.rectangles[:, :3]
        return np.stack([top - half, top + half, top + half + down, top - half + down], axis=1)

    @property
    def edge_sides(self) -> np.ndarray:
        """Names (n, 4) of the outline's edges."""
        return np.broadcast_to(np.array(RECTANGLE_SIDES), (self.n_patches, 4))

    @property
    def is_planar(self) -> bool:
        """Whether all patches lie in one plane, to 1e-6 of the segment's size."""
        corners = self.outlines.reshape(-1, 3)
        away = (corners - corners[0]) @ self.normals.T
        size = max(float(np.ptp(corners, axis=0).max()), 1.0)
        return bool(np.abs(away).max() <= 1e-6 * size)

    @property
    def trace(self) -> np.ndarray:
        """Upper edges (k, 2, 3) of the uppermost patches, start to end, m.

        The uppermost patches are row 0 of a grid; in a bag, those whose top lies within a quarter of their width of
        the shallowest top.
        """
        top = self.outlines[:, :2]
        if self.row is not None:
            return top[self.row == self.row.min()]
        depth = -self.rectangles[:, 2]
        height = self.widths * np.sin(np.deg2rad(self.dips))
        return top[depth <= depth.min() + 0.25 * height + 1e-6]

    def renamed(self, name: str) -> "RectangularSegment":
        """The same patches under another name."""
        return RectangularSegment(name, self.rectangles, self.row, self.column)


def _checked_rectangles(name: str, rectangles: np.ndarray) -> np.ndarray:
    table = np.array(rectangles, dtype=float, copy=True, order="C")
    if table.ndim != 2 or table.shape[1] != len(RECTANGLE_COLUMNS) or len(table) == 0:
        raise ValueError(
            f"segment {name!r}: rectangles have shape {table.shape}, must be (n, 7) with n >= 1 and columns "
            f"{', '.join(RECTANGLE_COLUMNS)}"
        )
    just_above = (table[:, 2] > 0.0) & (table[:, 2] <= GROUND_ROUNDING)
    table[just_above, 2] = 0.0
    _refuse(name, table, ~np.isfinite(table).all(axis=1), "a value is not finite: every column must hold a number")
    wrong_dip = (table[:, 4] < 0.0) | (table[:, 4] > 90.0)
    _refuse(name, table, wrong_dip, "dip must lie in 0..90: for a plane past vertical turn the strike by 180 degrees")
    _refuse(name, table, table[:, 5] < SMALLEST, "length must be greater than 0 m, by a micrometre at least")
    _refuse(name, table, table[:, 6] < SMALLEST, "width must be greater than 0 m, by a micrometre at least")
    _refuse(name, table, table[:, 2] > 0.0, "the top edge is above ground: up must be <= 0; lower or narrow the fault")
    table.setflags(write=False)
    return table


def _refuse(name: str, table: np.ndarray, wrong: np.ndarray, rule: str) -> None:
    index = np.flatnonzero(wrong)
    if index.size:
        values = ", ".join(f"{column} {value:.10g}" for column, value in zip(RECTANGLE_COLUMNS, table[index[0]]))
        more = f" ({index.size} patches in all)" if index.size > 1 else ""
        raise ValueError(f"segment {name!r}, patch {index[0]}{more}: {values}: {rule}")


def _checked_index(name: str, label: str, value: np.ndarray, n_patches: int) -> np.ndarray:
    index = np.array(value, dtype=np.int64, copy=True)
    if index.shape != (n_patches,):
        raise ValueError(f"segment {name!r}: {label} has shape {index.shape}, must be ({n_patches},), one per patch")
    if index.min() < 0:
        raise ValueError(f"segment {name!r}: {label} {index.min()} is negative: rows and columns count from 0")
    index.setflags(write=False)
    return index
