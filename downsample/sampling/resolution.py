"""Cells by data resolution (Lohman & Simons 2005), squares or triangles, as small as telling slip apart can use."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely import Polygon, clip_by_rect

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.cells.data_resolution import data_importance
from geoslip.downsample.cells.dividing import DIVISIONS, Division, Part
from geoslip.downsample.cells.quadtree import check_target
from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene
from geoslip.faults.frame import LocalFrame

GreensFunction = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]

_ROUND = 50
"""One round splits the most important one in this many cells before importance is computed again."""


class _Mesh(NamedTuple):
    """Cells so far: the parts; number of valid pixels (n,); Green's functions (n, p)."""

    parts: list[Part]
    pixels: NDArray[np.int64]
    greens: NDArray[np.float64]


def resolution_quadtree(
    scene: Scene,
    *,
    greens: GreensFunction | None = None,
    frame: LocalFrame | None = None,
    sigma: float = 0.01,
    damping: float = 1.0,
    smoothing: ArrayLike | None = None,
    shape: str = "squares",
    threshold: float | None = None,
    count: int | None = None,
    minimum_size: float | None = None,
    maximum_size: float | None = None,
    valid_fraction: float = 0.5,
) -> Cells:
    """Divide the cell whose datum is the least predicted by the others, until all are below a threshold.

    Parameters
    ----------
    scene : Scene
        Its geometry and valid pixels count, its values do not.
    greens : function
        Takes points (n, 3) in the frame and unit vectors (n, 3) along its axes, gives the displacement (n, p) of each
        parameter: slip on some 100 rough patches, and columns of a ramp if it is estimated.
    frame : LocalFrame
        The case's frame.
    sigma : float
        Standard deviation of a pixel, metres; a cell of n pixels has sigma / sqrt(n).
    damping : float
        1 / (expected slip in m)^2. The smaller, the more cells at one threshold.
    smoothing : array_like, shape (k, p), optional
        Further rows that are to be small, see `geoslip.downsample.cells.data_resolution.data_resolution`.
    shape : {"squares", "triangles"}
        What the scene is divided into: blocks of a quadtree, or right triangles that are halved.
    threshold : float, optional
        Largest diagonal element of the data resolution matrix of a cell that can be split, 0 to 1. Give this or
        `count`.
    count : int, optional
        Number of cells wanted; met as nearly as divisions allow: a square adds three cells, a triangle one.
    minimum_size, maximum_size : float, optional
        Limits on a cell's side (of a triangle, on the root of its area), metres; see
        `geoslip.downsample.cells.quadtree.block_layout`.
    valid_fraction : float
        Least share of valid pixels in a cell, above 0 and at most 1.

    Returns
    -------
    Cells
        The same for any values; `parameters["largest_resolution"]` is the largest diagonal element left of a cell that
        could be split. Every target walks the same sequence of divisions and stops somewhere along it, so a lower
        threshold never gives fewer cells. 800 cells of 2000 x 2000 pixels and 200 parameters: 0.6 s of one core.

    Raises
    ------
    DataError
        If `greens` or `frame` is missing or wrong, for contradictory limits, or if no cell is left.
    """
    check_target(threshold, count, valid_fraction, unit="resolution, 0 to 1")
    if greens is None or frame is None:
        raise DataError("resolution: give greens= (points, directions -> displacement of each parameter) and frame=")
    if shape not in DIVISIONS:
        raise DataError(f"resolution: shape {shape!r} is unknown: use one of {', '.join(DIVISIONS)}")
    division = DIVISIONS[shape](
        scene, minimum_size=minimum_size, maximum_size=maximum_size, valid_fraction=valid_fraction
    )
    first = division.start()
    if not first:
        raise DataError(f"{scene.name}: no cell has enough valid pixels; lower valid_fraction or the smallest size")
    if count is not None:
        _check_count(count, first, division)

    def measured(parts: list[Part]) -> _Mesh:
        return _measure(scene, parts, greens, frame)

    mesh, reached = measured(first), False
    while True:
        importance = data_importance(
            mesh.greens, sigma=sigma / np.sqrt(mesh.pixels), damping=damping, smoothing=smoothing
        )
        order = np.argsort(-importance, kind="stable")
        levels = np.array([part.level for part in mesh.parts])
        order = order[levels[order] > 0][: max(1, len(order) // _ROUND)]
        largest = float(importance[order].max(initial=0.0))
        if reached or order.size == 0 or (threshold is not None and largest <= threshold):
            break
        mesh, reached = _split(mesh, order, division, count, measured)
    parameters: dict[str, float | str] = {
        "shape": shape,
        "largest_resolution": largest,
        "sigma_m": float(sigma),
        "damping_per_m2": float(damping),
        "smallest_m": division.smallest,
        "largest_m": division.largest,
        "valid_fraction": valid_fraction,
    }
    if threshold is not None:
        parameters = {"threshold": float(threshold), **parameters}
    return _cells(scene, mesh.parts, parameters)


def _check_count(count: int, parts: list[Part], division: Division) -> None:
    """Refuse a number of cells that no division reaches."""
    finest, waiting = 0, list(parts)
    while waiting and finest < count:
        part = waiting.pop()
        if part.level == 0:
            finest += 1
        else:
            waiting += division.parts(part)
    if not 0 < count <= finest:
        raise DataError(
            f"{count} cells are wanted, but there can be {len(parts)} to {finest}; change count or the smallest size"
        )


def _cells(scene: Scene, parts: list[Part], parameters: dict[str, float | str]) -> Cells:
    """Parts as cells, in the order of their first pixels."""
    ordered = sorted(parts, key=lambda part: int(part.pixels.min()))
    labels = np.full(scene.values.size, -1, dtype=np.int32)
    for number, part in enumerate(ordered):
        labels[part.pixels] = number
    step_x = (scene.x[-1] - scene.x[0]) / (scene.x.size - 1)
    step_y = (scene.y[-1] - scene.y[0]) / (scene.y.size - 1)
    corner = np.array([scene.x[0] - 0.5 * step_x, scene.y[0] - 0.5 * step_y])
    outlines = tuple(corner + _inside(part.corners, scene)[:, ::-1] * (step_x, step_y) for part in ordered)
    return Cells(
        labels=labels.reshape(scene.values.shape), outlines=outlines, method="resolution", parameters=parameters
    )


def _inside(corners: NDArray[np.float64], scene: Scene) -> NDArray[np.float64]:
    """The part of a polygon (row, column) that lies in the scene."""
    ny, nx = scene.values.shape
    if corners.min() >= 0.0 and (corners.max(axis=0) <= (ny, nx)).all():
        return corners
    return np.asarray(clip_by_rect(Polygon(corners), 0.0, 0.0, float(ny), float(nx)).exterior.coords)[:-1]


def _split(
    mesh: _Mesh,
    order: NDArray[np.int64],
    division: Division,
    count: int | None,
    measured: Callable[[list[Part]], _Mesh],
) -> tuple[_Mesh, bool]:
    """Put the parts of some cells in their place; tell whether a wanted number of cells is reached."""
    number, gone, parts, reached = len(mesh.parts), set(), [], False
    for index in order:
        children = division.parts(mesh.parts[index])
        after = number - 1 + len(children)
        if count is not None and after >= count:
            reached = True
            if abs(after - count) > abs(number - count):
                break
        gone.add(int(index))
        parts += children
        number = after
        if reached:
            break
    if not gone:
        return mesh, reached
    kept = [index for index in range(len(mesh.parts)) if index not in gone]
    old = [mesh.parts[index] for index in kept]
    if not parts:
        return _Mesh(old, mesh.pixels[kept], mesh.greens[kept]), reached
    new = measured(parts)
    return _Mesh(
        old + new.parts,
        np.concatenate([mesh.pixels[kept], new.pixels]),
        np.concatenate([mesh.greens[kept], new.greens]),
    ), reached


def _measure(scene: Scene, parts: list[Part], greens: GreensFunction, frame: LocalFrame) -> _Mesh:
    """Mean position and look vector of each part's pixels, and what its mean sees of the parameters."""
    nx = scene.x.size
    pixels = np.array([part.pixels.size for part in parts])
    middle, look = np.empty((len(parts), 2)), np.empty((len(parts), 3))
    for k, part in enumerate(parts):
        rows, columns = part.pixels // nx, part.pixels % nx
        middle[k] = rows.mean(), columns.mean()
        look[k] = scene.look if scene.look.ndim == 1 else scene.look[:, rows, columns].mean(1, dtype=float)
    x = scene.x[0] + middle[:, 1] * (scene.x[-1] - scene.x[0]) / (nx - 1)
    y = scene.y[0] + middle[:, 0] * (scene.y[-1] - scene.y[0]) / (scene.y.size - 1)
    longitude, latitude = scene.geographic(x, y, frame=frame)
    east, north = frame.to_local(longitude, latitude)
    points = np.column_stack([east, north, np.zeros(len(parts))])
    seen = np.asarray(greens(points, frame.rotate_to_frame(look, longitude, latitude)), dtype=float)
    if seen.ndim != 2 or len(seen) != len(parts):
        raise DataError(f"resolution: greens gave shape {seen.shape} for {len(parts)} points; needed is a row a point")
    if not np.isfinite(seen).all():
        raise DataError(
            "resolution: greens gave values that are not finite: a cell's middle lies on the fault; mask it"
        )
    return _Mesh(parts, pixels, seen)


SAMPLER = ("resolution", resolution_quadtree)
