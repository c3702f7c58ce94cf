"""Slip in three dimensions, seen from the hanging wall of the segment that moved most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import joined_edges, place_axes, segment_rim
from geoslip.cases.figures.unroll import mean_angle

if TYPE_CHECKING:
    from geoslip.faults import Fault, SlipModel


def view_azimuth(model: SlipModel) -> float:
    """Azimuth from which the fault is looked at: 25 degrees beside the moment-weighted dip direction."""
    strike = mean_angle(np.asarray(model.fault.strikes), weights=np.asarray(model.moments) + 1e-30)
    return (strike + 90.0 + 25.0) % 360.0


def figure_slip_3d(model: SlipModel) -> Figure:
    """Patches coloured by slip with the hanging wall's motion, axes in km, no vertical exaggeration."""
    with style.report_style():
        size = model.magnitude
        norm = Normalize(0.0, style.slip_limit(size))
        figure = style.new_figure(height=9.0, constrained=False)
        axes = figure.add_axes((0.0, 0.0, 0.9, 1.0), projection="3d", computed_zorder=False)
        outlines = [np.asarray(corners) / 1000.0 for corners in model.fault.outlines]
        patches = Poly3DCollection(
            outlines, facecolors=style.SLIP_MAP(norm(size)), edgecolors="#5a626c66", linewidths=0.3, zsort="average"
        )
        patches.set_zorder(2)
        axes.add_collection3d(patches)
        _edges(axes, model.fault)
        _arrows(axes, model, size=size, top=float(norm.vmax or 1.0))
        _frame(axes, np.concatenate(outlines), azimuth=view_azimuth(model))
        _crop(figure, axes)
        height = float(figure.get_size_inches()[1])
        bar = place_axes(figure, left=style.PAGE_WIDTH - 0.95, top=0.22 * height, width=0.14, height=0.5 * height)
        style.colour_bar(figure, bar, cmap=style.SLIP_MAP, norm=norm, label="Slip (m)")
    return figure


def _crop(figure: Figure, axes: Axes3D) -> None:
    """Cut the figure to what the three-dimensional axes fill; their box leaves much paper white."""
    width, height = figure.get_size_inches()
    canvas = FigureCanvasAgg(figure)
    drawn = axes.get_tightbbox(canvas.get_renderer())
    if drawn is None:
        return
    low, high = drawn.y0 / figure.dpi - 0.12, drawn.y1 / figure.dpi + 0.12
    box = axes.get_position()
    wanted = high - low
    figure.set_size_inches(width, wanted)
    left = box.x0 + (0.12 - drawn.x0 / figure.dpi) / width if drawn.x0 < 0 else box.x0
    axes.set_position((left, (box.y0 * height - low) / wanted, box.width, box.height * height / wanted))


def _edges(axes: Axes3D, fault: Fault) -> None:
    for segment in fault.segments:
        rim = segment_rim(segment)
        if rim is not None:
            line = Line3DCollection([rim / 1000.0], colors=style.GREY, linewidths=0.9)
            line.set_zorder(1)
            axes.add_collection3d(line)
        top = Line3DCollection(
            [line / 1000.0 for line in joined_edges(np.asarray(segment.trace))], colors=style.INK, linewidths=1.8
        )
        top.set_zorder(3)
        axes.add_collection3d(top)


def _arrows(axes: Axes3D, model: SlipModel, *, size: np.ndarray, top: float) -> None:
    areas = np.asarray(model.fault.areas) / 1e6
    shown = size > 0.15 * top
    if not shown.any():
        return
    vectors = model.slip_vectors[shown] * (1.8 * np.sqrt(float(np.median(areas))) / top)
    start = np.asarray(model.fault.centroids)[shown] / 1000.0 - 0.5 * vectors
    axes.quiver(
        *start.T, *vectors.T, color="#10151b", linewidths=1.0, arrow_length_ratio=0.35, normalize=False, zorder=4
    )  # fmt: skip


def _frame(axes: Axes3D, corners: np.ndarray, *, azimuth: float) -> None:
    low, high = corners.min(axis=0), corners.max(axis=0)
    high[2] = max(0.0, high[2])
    reach = np.maximum(high - low, 0.25 * (high - low).max())
    middle = 0.5 * (low + high)
    axes.set_xlim(middle[0] - 0.5 * reach[0], middle[0] + 0.5 * reach[0])
    axes.set_ylim(middle[1] - 0.5 * reach[1], middle[1] + 0.5 * reach[1])
    axes.set_zlim(high[2] - reach[2], high[2])
    axes.set_box_aspect(tuple(reach), zoom=1.05)
    axes.view_init(elev=28.0, azim=90.0 - azimuth)
    axes.set_xlabel("East (km)", labelpad=8)
    axes.set_ylabel("North (km)", labelpad=8)
    axes.set_zlabel("Up (km)", labelpad=2)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0.97, 0.975, 0.98, 1.0))
        axis._axinfo["grid"].update(color=style.LIGHT, linewidth=0.5)
