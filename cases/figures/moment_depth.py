"""Seismic moment by depth, segment upon segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import place_axes

if TYPE_CHECKING:
    from geoslip.faults import SlipModel


def moment_by_depth(model: SlipModel, *, edges: np.ndarray) -> np.ndarray:
    """Scalar moment in depth bins, each patch spread evenly from its top to its bottom.

    Parameters
    ----------
    model : SlipModel
    edges : (k + 1,) array
        Increasing depths in m that hold all patches.

    Returns
    -------
    (n_segments, k) array
        Moment in N m; it sums to the model's scalar moment.
    """
    shares = depth_shares(model, edges=edges) * np.asarray(model.moments)[:, None]
    return np.array([shares[model.fault.slices[segment.name]].sum(axis=0) for segment in model.fault.segments])


def depth_shares(model: SlipModel, *, edges: np.ndarray) -> np.ndarray:
    """Share (n_patches, k) of each patch that lies in each depth bin; rows sum to 1."""
    table = np.zeros((model.fault.n_patches, len(edges) - 1))
    for segment in model.fault.segments:
        depth = -np.asarray(segment.outlines)[..., 2]
        top, bottom = depth.min(axis=1), depth.max(axis=1)
        thick = np.maximum(bottom - top, 1e-3)
        # Share of a patch above a depth is a ramp from 0 at its top to 1 at its bottom; bins take its differences.
        above = np.clip((edges[:, None] - top) / thick, 0.0, 1.0)
        table[model.fault.slices[segment.name]] = np.diff(above, axis=0).T
    return table


def depth_edges(model: SlipModel, *, most: int = 40) -> np.ndarray:
    """Round bin edges in m from the surface to below the deepest corner, at most ``most`` bins."""
    deepest = max(-float(np.asarray(segment.outlines)[..., 2].min()) for segment in model.fault.segments)
    steps = np.array([250.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0, 20000.0])
    step = float(steps[np.argmax(deepest / steps <= most)])
    return np.arange(0.0, np.ceil((deepest + 1e-6) / step) * step + 0.5 * step, step)


def figure_moment_depth(model: SlipModel) -> Figure:
    """Moment per km of depth, stacked by segment, and the share of the moment above each depth."""
    with style.report_style():
        edges = depth_edges(model)
        table = moment_by_depth(model, edges=edges)
        step = float(edges[1] - edges[0]) / 1000.0
        exponent = int(np.floor(np.log10(max(table.sum(axis=0).max() / step, 1.0))))
        unit = 10.0**exponent
        figure = style.new_figure(height=4.0)
        left = place_axes(figure, left=0.7, top=0.35, width=5.3, height=3.05)
        right = place_axes(figure, left=6.3, top=0.35, width=3.4, height=3.05, sharey=left)
        right.tick_params(labelleft=False)
        base = np.zeros(table.shape[1])
        middle = 0.5 * (edges[1:] + edges[:-1]) / 1000.0
        for index, segment in enumerate(model.fault.segments):
            bar = table[index] / step / unit
            colour = style.SEGMENT_COLOURS[index % len(style.SEGMENT_COLOURS)]
            left.barh(middle, bar, height=step, left=base, color=colour, label=segment.name, linewidth=0)
            base = base + bar
        left.set_xlabel(f"Moment per km of depth (10$^{{{exponent}}}$ N m / km)")
        left.set_ylabel("Depth (km)")
        several = len(model.fault.segments) > 1
        left.set_title("By segment" if several else "Per km of depth")
        total = max(float(table.sum()), 1e-30)
        share = np.concatenate([[0.0], np.cumsum(table.sum(axis=0))]) / total * 100.0
        right.plot(share, edges / 1000.0, color=style.INK, linewidth=1.6)
        right.set_xlabel("Share of the moment above (%)")
        right.set_title("Cumulative")
        if several:
            right.legend(*left.get_legend_handles_labels(), loc="lower left")
        right.set_xlim(0.0, 103.0)
        for axes in (left, right):
            axes.set_ylim(edges[-1] / 1000.0, 0.0)
            axes.yaxis.set_major_locator(MaxNLocator(8, integer=True))
            axes.grid(color=style.LIGHT, linewidth=0.5)
    return figure
