"""What draws of slip say: mean and spread on the fault, where it broke, moment by depth, and single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import place_axes
from geoslip.cases.figures.moment_depth import depth_edges, depth_shares
from geoslip.cases.figures.sections import Panel, figure_panels
from geoslip.cases.figures.unroll import flat_segments

if TYPE_CHECKING:
    from geoslip.faults import SlipModel


def figure_ensemble(model: SlipModel, *, mean: np.ndarray, spread: np.ndarray) -> Figure:
    """Mean slip of the draws with its direction, and the standard deviation of the size of slip.

    Parameters
    ----------
    model : SlipModel
        For the fault.
    mean : (n, 3) array
        Mean slip components, m.
    spread : (n,) array
        Standard deviation of the size of slip, m.
    """
    size = np.hypot(mean[:, 0], mean[:, 1])
    norm, narrow = Normalize(0.0, style.slip_limit(size)), Normalize(0.0, style.slip_limit(spread))
    panels = []
    for segment in flat_segments(model):
        part = segment.patches
        arrows = mean[part, :2] / norm.vmax
        panels += [
            Panel(f"{segment.name}: mean", segment, size[part], style.SLIP_MAP, norm, "Slip (m)", arrows),
            Panel(f"{segment.name}: spread", segment, spread[part], style.SIGMA_MAP, narrow, "Standard deviation (m)"),
        ]
    return figure_panels(panels, columns=2)


def figure_outline(model: SlipModel, *, share: np.ndarray) -> Figure:
    """Share of the draws in which each patch slips by more than some amount.

    Parameters
    ----------
    model : SlipModel
    share : (n,) array
        0 to 1.
    """
    norm = Normalize(0.0, 1.0)
    return figure_panels(
        [
            Panel(segment.name, segment, share[segment.patches], style.RESOLUTION_MAP, norm, "Share of the draws")
            for segment in flat_segments(model)
        ]
    )


def figure_depth_spread(model: SlipModel, *, moments: np.ndarray) -> Figure:
    """Moment per km of depth and the share of the moment above a depth, with what 50 and 90 % of the draws hold.

    Parameters
    ----------
    model : SlipModel
        The estimate, drawn for comparison.
    moments : (draws, n) array
        Moment of each patch, N m.
    """
    edges = depth_edges(model)
    step = float(edges[1] - edges[0]) / 1000.0
    shares = depth_shares(model, edges=edges)
    drawn, estimate = moments @ shares / step, np.asarray(model.moments) @ shares / step
    exponent = int(np.floor(np.log10(max(drawn.mean(axis=0).max(), 1.0))))
    middle = 0.5 * (edges[1:] + edges[:-1]) / 1000.0
    with style.report_style():
        figure = style.new_figure(height=4.0)
        left = place_axes(figure, left=0.7, top=0.35, width=5.3, height=3.05)
        right = place_axes(figure, left=6.3, top=0.35, width=3.4, height=3.05, sharey=left)
        right.tick_params(labelleft=False)
        _bands(left, drawn / 10.0**exponent, middle)
        left.plot(estimate / 10.0**exponent, middle, color=style.PREDICTED, linewidth=1.2, label="estimate")
        left.set_xlabel(f"Moment per km of depth (10$^{{{exponent}}}$ N m / km)")
        left.set_ylabel("Depth (km)")
        left.set_title("Per km of depth")
        left.legend(loc="upper right")
        above = np.cumsum(drawn, axis=1) / drawn.sum(axis=1, keepdims=True) * 100.0
        _bands(right, np.hstack([np.zeros((len(above), 1)), above]), edges / 1000.0)
        right.set_xlabel("Share of the moment above (%)")
        right.set_title("Cumulative")
        right.set_xlim(0.0, 103.0)
        left.set_xlim(left=0.0)
        for axes in (left, right):
            axes.set_ylim(edges[-1] / 1000.0, 0.0)
            axes.yaxis.set_major_locator(MaxNLocator(8, integer=True))
            axes.grid(color=style.LIGHT, linewidth=0.5)
    return figure


def _bands(axes: Axes, drawn: np.ndarray, depth: np.ndarray) -> None:
    low, lower, middle, upper, high = np.quantile(drawn, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    axes.fill_betweenx(depth, low, high, color=style.ACCENT, alpha=0.2, linewidth=0, label="90 % of the draws")
    axes.fill_betweenx(depth, lower, upper, color=style.ACCENT, alpha=0.35, linewidth=0, label="50 %")
    axes.plot(middle, depth, color=style.ACCENT, linewidth=1.6, label="median")


def figure_marginals(draws: Mapping[str, np.ndarray], *, marks: Mapping[str, float] | None = None) -> Figure:
    """Histogram of each number, with its median, what 90 % of the draws hold and, where given, a mark.

    Parameters
    ----------
    draws : mapping of str to (chains, draws) array
        Axis label to draws; every chain is drawn as a line of its own, so that chains that differ are seen.
    marks : mapping of str to float, optional
        Axis label to a value to be marked, such as the estimate.
    """
    columns = 3
    rows = -(-len(draws) // columns)
    with style.report_style():
        figure = style.new_figure(height=0.35 + 2.15 * rows)
        for number, (label, values) in enumerate(draws.items()):
            row, column = divmod(number, columns)
            axes = place_axes(figure, left=0.35 + 3.2 * column, top=0.3 + 2.15 * row, width=2.85, height=1.35)
            _histogram(axes, np.asarray(values), label=label, mark=(marks or {}).get(label))
    return figure


def _histogram(axes: Axes, values: np.ndarray, *, label: str, mark: float | None) -> None:
    low, high = np.quantile(values, (0.001, 0.999))
    # few draws in many bars would show chance alone
    count = int(np.clip(2.0 * values.shape[1] ** (1.0 / 3.0), 10, 40))
    bins = np.linspace(low, high, count + 1) if high > low else np.linspace(low - 0.5, low + 0.5, 3)
    axes.hist(values.ravel(), bins=list(bins), density=True, color=style.ACCENT, alpha=0.3, linewidth=0)
    for chain in values:
        counts, _ = np.histogram(chain, bins=bins, density=True)
        axes.stairs(counts, bins, color=style.ACCENT, linewidth=0.5)
    for share, dash in ((0.05, ":"), (0.5, "-"), (0.95, ":")):
        axes.axvline(float(np.quantile(values, share)), color=style.INK, linewidth=1.0, linestyle=dash)
    if mark is not None:
        axes.axvline(mark, color=style.PREDICTED, linewidth=1.2)
    axes.set_yticks([])
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(4))
