"""Ways to divide a scene into cells and cells into parts: squares into four, right triangles into two.

A sampler that decides cell by cell which to divide is told neither; both ways know limits of size and of valid pixels.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.cells.quadtree import block_layout, smallest_side
from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene


class Part(NamedTuple):
    """One cell: level (0 cannot be divided), pixels as numbers row * nx + column (k,), corners (m, 2) as row, column.

    Corners count from the first pixel's outer corner, so pixel (i, j) fills i to i + 1 and j to j + 1.
    """

    level: int
    pixels: NDArray[np.int32]
    corners: NDArray[np.float64]


class Division(Protocol):
    """A way to divide."""

    smallest: float
    """Side of the smallest cell, of a triangle that of a square of its area, metres."""
    largest: float
    """Side of the largest."""

    def start(self) -> list[Part]:
        """Give the largest cells with enough valid pixels, and of the others the largest such parts."""

    def parts(self, part: Part) -> list[Part]:
        """Give the parts of a cell with enough valid pixels, and of the others their own."""


class Squares:
    """Dyadic blocks, the quadtrees' own."""

    def __init__(
        self, scene: Scene, *, minimum_size: float | None, maximum_size: float | None, valid_fraction: float
    ) -> None:
        self.block, self.levels = block_layout(scene, minimum_size=minimum_size, maximum_size=maximum_size)
        self.smallest = smallest_side(scene, self.block)
        self.largest = self.smallest * 2 ** (self.levels - 1)
        self.scene, self.fraction = scene, valid_fraction

    def start(self) -> list[Part]:
        """Give the largest blocks."""
        top = self.levels - 1
        rows, columns = self.block[0] << top, self.block[1] << top
        ny, nx = self.scene.values.shape
        places = [(i, j) for i in range(-(-ny // rows)) for j in range(-(-nx // columns))]
        return [part for i, j in places for part in self._block(top, i, j)]

    def parts(self, part: Part) -> list[Part]:
        """Give the four quarters."""
        level = part.level - 1
        i, j = (int(part.corners[0, k]) // (self.block[k] << level) for k in (0, 1))
        return [found for a in (i, i + 1) for b in (j, j + 1) for found in self._block(level, a, b)]

    def _block(self, level: int, i: int, j: int) -> list[Part]:
        ny, nx = self.scene.values.shape
        rows, columns = self.block[0] << level, self.block[1] << level
        top, left = i * rows, j * columns
        bottom, right = min(top + rows, ny), min(left + columns, nx)
        if top >= ny or left >= nx:
            return []
        y, x = np.nonzero(self.scene.valid[top:bottom, left:right])
        if y.size == 0:
            return []
        if y.size >= self.fraction * rows * columns:
            corners = np.array([(top, left), (top, right), (bottom, right), (bottom, left)], dtype=float)
            return [Part(level, ((top + y) * nx + left + x).astype(np.int32), corners)]
        if level == 0:
            return []
        return [found for a in (2 * i, 2 * i + 1) for b in (2 * j, 2 * j + 1) for found in self._block(level - 1, a, b)]


class Triangles:
    """Right triangles with two equal legs on the ground, halved from the right angle to the middle of the long side."""

    def __init__(
        self, scene: Scene, *, minimum_size: float | None, maximum_size: float | None, valid_fraction: float
    ) -> None:
        step = scene.spacing
        longest = max(step.y * scene.y.size, step.x * scene.x.size)
        smallest = max(step) if minimum_size is None else minimum_size
        largest = max(0.25 * longest, smallest) if maximum_size is None else maximum_size
        if not smallest >= 0.999 * max(step):
            raise DataError(
                f"{scene.name}: minimum size {smallest:g} m is below the pixel of {max(step):.4g} m; raise it"
            )
        if not largest >= smallest:
            raise DataError(f"maximum size {largest:g} m is below the minimum size {smallest:g} m; raise it")
        self.levels = 1 + int(np.floor(2.0 * np.log2(largest / smallest) + 1e-9))
        self.smallest, self.largest = smallest, smallest * 2.0 ** (0.5 * (self.levels - 1))
        self.scene, self.fraction, self.area = scene, valid_fraction, step.y * step.x

    def start(self) -> list[Part]:
        """Give two triangles of each square of a grid."""
        nx = self.scene.x.size
        side = np.sqrt(2.0) * self.largest
        rows, columns = side / self.scene.spacing.y, side / self.scene.spacing.x
        flat = np.flatnonzero(self.scene.valid).astype(np.int32)
        y, x = (flat // nx + 0.5) / rows, (flat % nx + 0.5) / columns
        lower = (y % 1.0) > (x % 1.0)
        number = (y.astype(int) * int(np.ceil(nx / columns)) + x.astype(int)) * 2 + lower
        order = np.argsort(number, kind="stable")
        found, first = np.unique(number[order], return_index=True)
        result = []
        for kind, pixels in zip(found, np.split(flat[order], first[1:])):
            i, j = divmod(int(kind) // 2, int(np.ceil(nx / columns)))
            corner = np.array([i * rows, j * columns])
            square = corner + np.array([(0.0, 0.0), (0.0, columns), (rows, columns), (rows, 0.0)])
            corners = square[[3, 2, 0]] if kind % 2 else square[[1, 0, 2]]
            result += self._kept(Part(self.levels - 1, pixels, corners))
        return result

    def parts(self, part: Part) -> list[Part]:
        """Give the two halves."""
        return [found for half in self._halves(part) for found in self._kept(half)]

    def _halves(self, part: Part) -> list[Part]:
        right, first, second = part.corners
        middle = 0.5 * (first + second)
        nx = self.scene.x.size
        y, x = part.pixels // nx + 0.5 - right[0], part.pixels % nx + 0.5 - right[1]
        # Which side of the line from the right angle to the middle; what lies on it goes to one side only.
        beside = (middle[0] - right[0]) * x - (middle[1] - right[1]) * y
        of_first = (middle[0] - right[0]) * (first[1] - right[1]) - (middle[1] - right[1]) * (first[0] - right[0])
        side = beside * np.sign(of_first) >= 0.0
        return [
            Part(part.level - 1, part.pixels[side], np.array([middle, right, first])),
            Part(part.level - 1, part.pixels[~side], np.array([middle, second, right])),
        ]

    def _kept(self, part: Part) -> list[Part]:
        area = self.smallest**2 * 2.0**part.level / self.area
        if part.pixels.size == 0:
            return []
        # A triangle of a few pixels may hold one fewer than its area.
        if part.pixels.size >= min(self.fraction * area, max(area - 1.0, 1.0)):
            return [part]
        if part.level == 0:
            return []
        return [found for half in self._halves(part) for found in self._kept(half)]


DIVISIONS: dict[str, type[Squares] | type[Triangles]] = {"squares": Squares, "triangles": Triangles}
