"""Cells: groups of pixels that become one datum each, whatever sampler made them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene


@dataclass(frozen=True, eq=False, kw_only=True)
class Cells:
    """A partition of (some of) a scene's pixels.

    Parameters
    ----------
    labels : ndarray of int32, shape (ny, nx)
        Number of each pixel's cell, from 0; -1 where a pixel belongs to none.
    outlines : tuple of ndarray
        Corners of each cell, shape (k, 2), in the scene's coordinates.
    method : str
        Name of the sampler.
    parameters : mapping
        What the sampler used (threshold, sizes in metres), for the report.
    """

    labels: NDArray[np.int32]
    outlines: tuple[NDArray[np.float64], ...]
    method: str = ""
    parameters: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        labels = np.ascontiguousarray(self.labels, dtype=np.int32)
        object.__setattr__(self, "labels", labels)
        if labels.ndim != 2 or len(self.outlines) == 0:
            raise DataError("cells: no cell; raise the limits on size or lower the valid fraction")
        if int(labels.max()) != len(self.outlines) - 1 or int(labels.min()) < -1:
            raise DataError(f"cells: labels up to {int(labels.max())} for {len(self.outlines)} outlines")

    def __len__(self) -> int:
        return len(self.outlines)

    @property
    def n(self) -> int:
        """Number of cells."""
        return len(self.outlines)


class CellMeans(NamedTuple):
    """Means over each cell's pixels: how many (n,), x, y (scene coordinates), value (m), look (n, 3)."""

    pixels: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    value: NDArray[np.float64]
    look: NDArray[np.float64]


def cell_means(scene: Scene, cells: Cells) -> CellMeans:
    """Average a scene over cells.

    Parameters
    ----------
    scene : Scene
        Every pixel of a cell must be valid.
    cells : Cells
        On the scene's grid.

    Returns
    -------
    CellMeans
        The position is the mean position of the pixels. The look vector is their mean and is *not* scaled back
        to unit length: the mean of d = l . u over a cell where u is even is (mean l) . u; its length is short of 1
        by less than 1e-6 for cells of a few kilometres.

    Raises
    ------
    DataError
        If the shapes disagree, a cell is empty, or a cell holds a pixel without data.
    """
    if cells.labels.shape != scene.values.shape:
        raise DataError(
            f"cells of shape {cells.labels.shape} for scene {scene.name} of shape {scene.values.shape}: "
            "they were made on another grid"
        )
    if (cells.labels[~scene.valid] >= 0).any():
        raise DataError(
            f"{scene.name}: a cell holds pixels without data; make the cells of this scene's own valid pixels"
        )
    rows, columns = np.arange(scene.y.size, dtype=float), np.arange(scene.x.size, dtype=float)
    count, row = _label_means(cells.labels, np.broadcast_to(rows[:, None], scene.values.shape), cells.n, rows.mean())
    _, column = _label_means(cells.labels, np.broadcast_to(columns, scene.values.shape), cells.n, columns.mean())
    if count.min() == 0:
        raise DataError(f"cells: cell {int(np.argmin(count))} holds no pixel")
    centre = float(scene.values[scene.valid].mean(dtype=float))
    _, value = _label_means(cells.labels, scene.values, cells.n, centre)
    if scene.look.ndim == 1:
        look = np.tile(scene.look.astype(float), (cells.n, 1))
    else:
        look = np.column_stack([_label_means(cells.labels, part, cells.n, 0.0)[1] for part in scene.look])
    return CellMeans(
        count,
        scene.x[0] + column * (scene.x[-1] - scene.x[0]) / (scene.x.size - 1),
        scene.y[0] + row * (scene.y[-1] - scene.y[0]) / (scene.y.size - 1),
        value,
        look,
    )


@njit(cache=True, nogil=True)
def _label_means(labels, values, n, centre):  # type: ignore[no-untyped-def]
    """Mean of values over each label; sums are formed about `centre` so that a large mean costs no digits."""
    count = np.zeros(n, np.int64)
    total = np.zeros(n)
    for i in range(labels.shape[0]):
        for j in range(labels.shape[1]):
            label = labels[i, j]
            if label >= 0:
                count[label] += 1
                total[label] += values[i, j] - centre
    for k in range(n):
        if count[k] > 0:
            total[k] = centre + total[k] / count[k]
    return count, total
