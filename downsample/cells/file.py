"""Cells kept in a file and used again: for a later run, or for other data sets on the same grid."""

import json
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene


def write_cells(path: str | Path, cells: Cells, *, scene: Scene) -> None:
    """Write cells with the grid that they belong to, as a compressed .npz.

    Parameters
    ----------
    path : path
        New file; written under this very name.
    cells : Cells
    scene : Scene
        Whose grid they are on.
    """
    about = json.dumps({"method": cells.method, "parameters": dict(cells.parameters)})
    with Path(path).open("wb") as stream:
        np.savez_compressed(
            stream,
            labels=cells.labels,
            outlines=np.concatenate(cells.outlines),
            corners=[len(outline) for outline in cells.outlines],
            about=about,
            grid=_grid(scene),
        )


def read_cells(path: str | Path, *, scene: Scene, valid_fraction: float = 0.5) -> Cells:
    """Read cells for a scene on the grid that they were made on.

    Parameters
    ----------
    path : path
        A file of `write_cells`.
    scene : Scene
        Any data set on that grid.
    valid_fraction : float
        As in `cells_on`.

    Returns
    -------
    Cells

    Raises
    ------
    DataError
        If the file is no such file, belongs to another grid, or leaves no cell.
    """
    try:
        with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            labels, outlines, corners, grid = (stored[key] for key in ("labels", "outlines", "corners", "grid"))
            about = json.loads(str(stored["about"]))
    except (OSError, ValueError, EOFError, KeyError, AttributeError, BadZipFile) as error:
        raise DataError(f"{path}: cannot be read as cells; geoslip downsample --save-cells writes them") from error
    if labels.shape != scene.values.shape or not np.allclose(grid, _grid(scene), rtol=1e-9, atol=1e-9):
        raise DataError(
            f"{scene.name}: the cells of {path} belong to another grid ({labels.shape[0]} x {labels.shape[1]} pixels"
            f" from {grid[0]:.6g}, {grid[1]:.6g}); make cells of this scene, or cut it to that grid"
        )
    pieces = tuple(np.split(outlines, np.cumsum(corners)[:-1]))
    cells = Cells(labels=labels, outlines=pieces, method=about["method"], parameters=about["parameters"])
    return cells_on(scene, cells, valid_fraction=valid_fraction)


def cells_on(scene: Scene, cells: Cells, *, valid_fraction: float = 0.5) -> Cells:
    """Give the same cells for another data set of the same grid, less the pixels that it has no data for.

    Parameters
    ----------
    scene : Scene
    cells : Cells
    valid_fraction : float
        A cell stays if at least this share of its pixels has data; 1e-9 keeps all with any.

    Raises
    ------
    DataError
        If the shapes disagree or no cell stays.
    """
    if cells.labels.shape != scene.values.shape:
        raise DataError(f"{scene.name}: cells of shape {cells.labels.shape} for pixels of shape {scene.values.shape}")
    labels = np.where(scene.valid, cells.labels, -1)
    before = np.bincount(cells.labels[cells.labels >= 0], minlength=cells.n)
    after = np.bincount(labels[labels >= 0], minlength=cells.n)
    kept = after >= np.maximum(valid_fraction * before, 1.0)
    if not kept.any():
        raise DataError(f"{scene.name}: none of {cells.n} cells has enough data here; lower valid_fraction")
    number = np.full(cells.n + 1, -1, dtype=np.int32)
    number[:-1][kept] = np.arange(np.count_nonzero(kept))
    outlines = tuple(outline for outline, keep in zip(cells.outlines, kept) if keep)
    return Cells(labels=number[labels], outlines=outlines, method=cells.method, parameters=cells.parameters)


def _grid(scene: Scene) -> np.ndarray:
    """First and last coordinates, and the spacing in metres."""
    return np.array([scene.x[0], scene.y[0], scene.x[-1], scene.y[-1], min(scene.spacing)])
