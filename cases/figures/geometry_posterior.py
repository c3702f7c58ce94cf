"""Pairs of what was sampled of a fault's geometry, each mode in a colour of its own."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import place_axes

LETTERS = 14
"""Of a label's line."""
POINTS = 2000
"""Draws shown at most."""


def figure_corner(draws: Mapping[str, np.ndarray], *, mode: np.ndarray) -> Figure:
    """Every pair of quantities against each other, and each alone on the diagonal.

    Parameters
    ----------
    draws : mapping of str to (k,) array
        Axis label to draws.
    mode : (k,) int array
        Which mode each draw belongs to.
    """
    labels, count = list(draws), len(draws)
    size = (style.PAGE_WIDTH - 1.05) / count
    step = max(1, -(-len(mode) // POINTS))
    ranges = {label: np.quantile(values, (0.002, 0.998)) for label, values in draws.items()}
    with style.report_style():
        figure = style.new_figure(height=1.1 + size * count)
        for row in range(count):
            for column in range(row + 1):
                axes = place_axes(
                    figure, left=0.9 + size * column, top=0.15 + size * row, width=0.93 * size, height=0.93 * size
                )
                if row == column:
                    _alone(axes, draws[labels[row]], mode)
                else:
                    _pair(axes, draws[labels[column]][::step], draws[labels[row]][::step], mode[::step])
                    axes.set_ylim(*_wide(ranges[labels[row]]))
                axes.set_xlim(*_wide(ranges[labels[column]]))
                below, beside = labels[column] if row == count - 1 else "", labels[row] if column == 0 < row else ""
                _label(axes, below, beside, pair=row != column)
    return figure


def _wide(ends: np.ndarray) -> tuple[float, float]:
    margin = 0.03 * float(ends[1] - ends[0]) or 0.5
    return float(ends[0]) - margin, float(ends[1]) + margin


def _alone(axes: Axes, values: np.ndarray, mode: np.ndarray) -> None:
    bins = list(np.linspace(*_wide(np.quantile(values, (0.002, 0.998))), 41))
    for number in np.unique(mode):
        axes.hist(values[mode == number], bins=bins, color=_colour(int(number)), alpha=0.6, linewidth=0)


def _pair(axes: Axes, x: np.ndarray, y: np.ndarray, mode: np.ndarray) -> None:
    for number in np.unique(mode):
        own = mode == number
        axes.plot(x[own], y[own], ".", color=_colour(int(number)), markersize=2.2, alpha=0.3, markeredgewidth=0)


def _colour(number: int) -> str:
    return style.SEGMENT_COLOURS[number % len(style.SEGMENT_COLOURS)]


def _label(axes: Axes, below: str, beside: str, *, pair: bool) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(3) if pair else NullLocator())
    axes.tick_params(labelsize=6.5)
    axes.tick_params(axis="x", rotation=40)
    # long names on lines of their own, all as far from the axes, so that neighbours do not meet
    axes.set_xlabel(fill(below, LETTERS), fontsize=7.5)
    axes.set_ylabel(fill(beside, LETTERS), fontsize=7.5)
    axes.xaxis.set_label_coords(0.5, -0.46)
    axes.yaxis.set_label_coords(-0.52, 0.5)
    if not below:
        axes.set_xticklabels([])
    if not beside:
        axes.set_yticklabels([])
