"""Quantities on the fault, one unrolled panel a segment, all panels at one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator
from matplotlib.transforms import ScaledTranslation
from scipy.spatial import cKDTree

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import place_axes
from geoslip.cases.figures.unroll import FlatSegment

LEFT, RIGHT, GAP, HEAD, FOOT, ROW_GAP = 0.75, 1.25, 0.45, 0.55, 0.6, 0.42
TALLEST, HIGHEST_PAGE = 2.6, 8.0
"""Inches: the deepest segment, and the figure where it can be helped."""

NARROWEST = 0.18
"""Inches: side of the square in which an arrow can be told from its neighbours."""


@dataclass(frozen=True)
class Panel:
    """One picture of one segment: a value a patch, and ``arrows`` (n, 2: along strike, up dip) where they are given."""

    title: str
    segment: FlatSegment
    values: np.ndarray
    cmap: Colormap
    norm: Normalize
    label: str
    arrows: np.ndarray | None = None


def _slot(panel: Panel, *, scale: float) -> float:
    """Width in inches that a panel takes: its own, or that of the words above it where they are wider."""
    return max(panel.segment.length * scale, 1.4, 0.09 * len(panel.title))


def _rows(panels: Sequence[Panel], *, scale: float, columns: int | None) -> list[list[Panel]]:
    """Fill rows from left to right as the page's width allows, or ``columns`` panels a row where that is asked."""
    rows: list[list[Panel]] = [[]]
    used = 0.0
    usable = style.PAGE_WIDTH - LEFT - RIGHT
    for panel in panels:
        width = _slot(panel, scale=scale)
        full = len(rows[-1]) >= columns if columns else bool(rows[-1]) and used + GAP + width > usable + 1e-6
        if full:
            rows.append([])
            used = 0.0
        used += width + (GAP if rows[-1] else 0.0)
        rows[-1].append(panel)
    return rows


def _heights(rows: list[list[Panel]], *, scale: float) -> list[float]:
    return [max(max(panel.segment.width * scale for panel in row), 0.35) for row in rows]


def _total_height(heights: list[float]) -> float:
    return HEAD + sum(heights) + (len(heights) - 1) * (ROW_GAP + HEAD) + FOOT


def _scale(panels: Sequence[Panel], *, columns: int | None) -> float:
    """Inches a km: the largest at which every row fits the page's width and, if possible, all rows its height."""
    usable = style.PAGE_WIDTH - LEFT - RIGHT
    largest = (TALLEST if len(panels) > 1 else 3.4) / max(panel.segment.width for panel in panels)
    if columns:
        longest = max(panel.segment.length for panel in panels)
        return float(min(largest, (usable - GAP * (columns - 1)) / (columns * longest)))
    largest = min(largest, usable / max(panel.segment.length for panel in panels))
    for scale in largest * np.linspace(1.0, 0.45, 12):
        rows = _rows(panels, scale=scale, columns=columns)
        if _total_height(_heights(rows, scale=scale)) <= HIGHEST_PAGE:
            return float(scale)
    return float(0.45 * largest)


def draw_panel(axes: Axes, panel: Panel, *, unit_arrow: float) -> None:
    """Draw one segment; ``unit_arrow`` is the length in km that the largest arrow of the figure gets."""
    segment = panel.segment
    axes.add_collection(
        PolyCollection(
            list(segment.polygons), array=panel.values, cmap=panel.cmap, norm=panel.norm, linewidths=0.35,
            edgecolors="#00000026",
        )
    )  # fmt: skip
    if panel.arrows is not None and unit_arrow > 0.0:
        size = np.hypot(panel.arrows[:, 0], panel.arrows[:, 1])
        shown = (size > 0.1) & one_in_each(segment.centres, side=unit_arrow / 1.6)
        axes.quiver(
            segment.centres[shown, 0], segment.centres[shown, 1], panel.arrows[shown, 0] * unit_arrow,
            -panel.arrows[shown, 1] * unit_arrow, angles="xy", scale_units="xy", scale=1.0, pivot="mid",
            units="inches", width=0.014, headwidth=3.6, headlength=4.0, headaxislength=3.6, color="#10151b",
            edgecolor="white", linewidth=0.3, minlength=0.0,
        )  # fmt: skip
    axes.set_xlim(0.0, segment.length)
    axes.set_ylim(segment.width, 0.0)
    axes.set_title(panel.title, fontsize=9.5, pad=16)
    axes.text(
        0.0, 1.0, f"strike {round(segment.strike) % 360}°, dip {segment.dip:.0f}°", transform=axes.transAxes
        + ScaledTranslation(0.0, 4.0 / 72.0, axes.figure.dpi_scale_trans), fontsize=8.5, color=style.GREY,
    )  # fmt: skip
    axes.tick_params(length=3)
    for spine in axes.spines.values():
        spine.set_color(style.INK)


def _ticks(axes: Axes, segment: FlatSegment, *, step: float) -> str:
    """Label the vertical axis by depth, which is what readers ask for, and give the axis' name.

    The patches keep their true shape on the surface, so the labels of a flat-lying part stand wide apart; where depth
    hardly changes, or changes along strike too, the distance down dip is labelled instead.
    """
    axes.xaxis.set_major_locator(MultipleLocator(step))
    if segment.depths is None:
        axes.yaxis.set_major_locator(MultipleLocator(step))
        return "Down dip (km)"
    down, depth = segment.depths
    reach = float(depth[-1] - depth[0])
    vertical = step if reach >= 1.5 * step else style.round_length(reach / 2.0)
    marks = np.arange(np.ceil(depth[0] / vertical - 1e-6), np.floor(depth[-1] / vertical + 1e-6) + 1) * vertical
    axes.set_yticks(np.interp(marks, depth, down), [f"{mark + 0.0:g}" for mark in marks])
    return "Depth (km)"


def one_in_each(places: np.ndarray, *, side: float) -> np.ndarray:
    """Of places (n, k), the nearest to the middle of each square or cube; all, where they stand a side apart.

    Returns
    -------
    (n,) array of bool
    """
    cell = np.floor(places / side)
    away = np.linalg.norm(places / side - cell - 0.5, axis=1)
    order = np.lexsort((away, *cell.T))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any(cell[order][1:] != cell[order][:-1], axis=1)
    apart = len(places) < 2 or float(cKDTree(places).query(places, k=2)[0][:, 1].min()) >= 0.9 * side
    chosen = np.full(len(places), apart)
    chosen[order[first]] = True
    return chosen


def arrow_length(panels: Sequence[Panel], *, scale: float) -> float:
    """Length in km for the largest arrow: 1.6 times the side of the square that each arrow has to itself.

    That is the median patch side, and at least what is wide enough for an arrow on the page at ``scale`` inches a km.
    """
    sides = [
        np.sqrt(np.abs(np.prod(np.ptp(panel.segment.polygons, axis=1), axis=1)))
        for panel in panels
        if panel.arrows is not None
    ]
    return 1.6 * max(float(np.median(np.concatenate(sides))), NARROWEST / scale) if sides else 0.0


def figure_panels(panels: Sequence[Panel], *, columns: int | None = None) -> Figure:
    """Lay panels out at one scale, in rows, with one colour bar for each colour scale among them.

    Parameters
    ----------
    panels : sequence of Panel
    columns : int, optional
        Panels in a row; by default as many as fit.

    Returns
    -------
    Figure
    """
    with style.report_style():
        scale = _scale(panels, columns=columns)
        rows = _rows(panels, scale=scale, columns=columns)
        heights = _heights(rows, scale=scale)
        widths = [sum(_slot(panel, scale=scale) for panel in row) + GAP * (len(row) - 1) for row in rows]
        figure = style.new_figure(
            min(max(LEFT + max(widths) + RIGHT, 5.0), style.PAGE_WIDTH), max(_total_height(heights), 2.4)
        )
        unit_arrow = arrow_length(panels, scale=scale)
        step = style.round_length(0.8 / scale)
        top = HEAD
        for row, height in zip(rows, heights, strict=True):
            left = LEFT
            for position, panel in enumerate(row):
                width, tall = panel.segment.length * scale, max(panel.segment.width * scale, 0.35)
                axes = place_axes(figure, left=left, top=top, width=width, height=tall)
                draw_panel(axes, panel, unit_arrow=unit_arrow)
                label = _ticks(axes, panel.segment, step=step)
                if position == 0:
                    axes.set_ylabel(label)
                if row is rows[-1]:
                    axes.set_xlabel("Along strike (km)")
                left += _slot(panel, scale=scale) + GAP
            top += height + ROW_GAP + HEAD
        _bars(figure, panels)
    return figure


def _bars(figure: Figure, panels: Sequence[Panel]) -> None:
    """Stack one colour bar for each distinct scale along the right edge."""
    scales: dict[str, Panel] = {}
    for panel in panels:
        scales.setdefault(panel.label, panel)
    width, height = figure.get_size_inches()
    room = height - HEAD - FOOT
    each = min((room - 0.35 * (len(scales) - 1)) / len(scales), 2.6)
    for index, (label, panel) in enumerate(scales.items()):
        axes = place_axes(figure, left=width - RIGHT + 0.35, top=HEAD + index * (each + 0.35), width=0.14, height=each)
        shown = [other.values for other in panels if other.label == label]
        style.colour_bar(figure, axes, cmap=panel.cmap, norm=panel.norm, label=label, shown=shown)
