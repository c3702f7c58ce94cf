"""From the ``downsample:`` block to cells: any sampler with the options that the case gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from geoslip.cases.casefile.sampling import Downsample
from geoslip.downsample import Cells, Scene, cells_on, distance_to_polylines, read_cells, samplers
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame

DEFAULT_POINTS = 800
"""Cells of a scene where the case does not say how many."""
ROUGH_PATCHES = 100
"""Groups of patches whose slip the resolution sampler asks to be told apart."""

Greens = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def cut_scene(
    scene: Scene,
    wanted: Downsample,
    *,
    frame: LocalFrame,
    fault: Fault | None,
    predicted: NDArray[np.float64] | None = None,
    others: dict[str, Cells] | None = None,
) -> Cells:
    """Cut a scene into the cells that a case asks for.

    Parameters
    ----------
    scene : Scene
        Masked.
    wanted : Downsample
        The case's block.
    frame : LocalFrame
        The case's frame.
    fault : Fault or None
        For the samplers distance and resolution.
    predicted : ndarray, shape (ny, nx), optional
        Displacement of a first model, for the sampler model; without it that sampler gives uniform cells.
    others : dict, optional
        Cells of data sets read before, by name.

    Returns
    -------
    Cells

    Raises
    ------
    ValueError
        If the sampler refuses, or a fault or other cells are missing.
    """
    if wanted.cells is not None:
        if others is not None and wanted.cells in others:
            return cells_on(scene, others[wanted.cells], valid_fraction=wanted.valid_fraction)
        return read_cells(wanted.cells, scene=scene, valid_fraction=wanted.valid_fraction)
    method, options = wanted.method, _common_options(wanted)
    if method == "model" and predicted is None:
        number = wanted.points or DEFAULT_POINTS
        return samplers()["uniform"](scene, count=number, valid_fraction=wanted.valid_fraction)
    if method in ("distance", "resolution") and fault is None:
        raise ValueError(f"method {method} needs a fault: give a slip model on it (--fault), or write a case file")
    if method in ("variance", "model"):
        options["residual"] = wanted.residual
    if method == "model":
        options["predicted"] = predicted
    if method == "distance" and fault is not None:
        traces = [np.column_stack(frame.to_geographic(edge[:, 0], edge[:, 1])) for edge in fault.trace]
        options |= {"distances": distance_to_polylines(scene, traces, frame=frame), "exponent": wanted.exponent}
    if method == "resolution" and fault is not None:
        damping = wanted.expected_slip**-2
        options |= {"greens": rough_greens(fault), "frame": frame, "damping": damping, "shape": wanted.shape}
        options["sigma"] = wanted.pixel_noise
    return samplers()[method](scene, **options)


def _common_options(wanted: Downsample) -> dict[str, Any]:
    """Target, limits of size and valid fraction, by the samplers' names for them."""
    options: dict[str, Any] = {"valid_fraction": wanted.valid_fraction}
    for ours, theirs in (("minimum", "minimum_size"), ("maximum", "maximum_size")):
        if getattr(wanted, ours) is not None:
            options[theirs] = getattr(wanted, ours)
    if wanted.target is not None:
        options["size" if wanted.method == "uniform" else "threshold"] = wanted.target
    else:
        options["count"] = wanted.points or DEFAULT_POINTS
    return options


def rough_greens(fault: Fault, *, groups: int = ROUGH_PATCHES) -> Greens:
    """Give the function that the resolution sampler wants: slip on groups of neighbouring patches, and a plane.

    Parameters
    ----------
    fault : Fault
        The case's fault, of any number and kind of patches.
    groups : int
        Patches are gathered into about this many groups that slip as one, by their centroids.

    Returns
    -------
    function
        Takes points (n, 3) and directions (n, 3), gives (n, 2 * groups + 3): strike and dip slip of each group in
        metres a metre, then offset and slopes of a plane, metres a metre across the fault's surroundings.
    """
    from geoslip.okada import greens_matrix

    centre = fault.centroids.mean(axis=0)
    reach = max(float(np.ptp(fault.centroids, axis=0).max()), 10e3)
    number = min(groups, fault.n_patches)
    if number < fault.n_patches:
        _, group = kmeans2(fault.centroids, number, minit="++", seed=0, missing="warn")
        _, group = np.unique(group, return_inverse=True)
    else:
        group = np.arange(fault.n_patches)
    gather = np.zeros((fault.n_patches, int(group.max()) + 1))
    gather[np.arange(fault.n_patches), group] = 1.0

    def greens(points: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
        strike, dip = [], []
        for name in fault.slices:
            part = greens_matrix(points, directions, fault.segment(name).sources, components=("strike", "dip"))
            half = part.shape[1] // 2
            strike.append(part[:, :half])
            dip.append(part[:, half:])
        plane = np.column_stack([np.ones(len(points)), (points[:, :2] - centre[:2]) / reach])
        return np.column_stack([np.concatenate(strike, axis=1) @ gather, np.concatenate(dip, axis=1) @ gather, plane])

    return greens
