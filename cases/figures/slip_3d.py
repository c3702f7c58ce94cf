"""Slip in three dimensions, seen from the hanging wall of the segment that moved most."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import joined_edges, place_axes, segment_rim
from geoslip.cases.figures.sections import one_in_each
from geoslip.cases.figures.unroll import mean_angle

if TYPE_CHECKING:
    from geoslip.faults import Fault, SlipModel


CROWDED = 0.025
"""Share of the fault's size below which patches are too small for an arrow on each."""


def view_azimuth(model: SlipModel) -> float:
    """Azimuth from which the fault is looked at: 25 degrees beside the moment-weighted dip direction."""
    strike = mean_angle(np.asarray(model.fault.strikes), weights=np.asarray(model.moments) + 1e-30)
    return (strike + 90.0 + 25.0) % 360.0


def figure_slip_3d(model: SlipModel) -> Figure:
    """Patches coloured by slip with the hanging wall's motion, axes in km, no vertical exaggeration."""
    with style.report_style():
        size = model.magnitude
        top = style.slip_limit(size)
        norm = Normalize(0.0, top)
        # Drawn first on a sheet larger than the page, so that nothing is cut before it is measured.
        figure = style.new_figure(14.0, 12.0)
        axes = cast(Axes3D, figure.add_axes((0.15, 0.15, 0.7, 0.7), projection="3d", computed_zorder=False))
        outlines = [np.asarray(corners) / 1000.0 for corners in model.fault.outlines]
        patches = Poly3DCollection(
            outlines, facecolors=style.SLIP_MAP(norm(size)), edgecolors="#5a626c66", linewidths=0.3, zsort="average"
        )
        patches.set_zorder(2)
        axes.add_collection3d(patches)
        _edges(axes, model.fault)
        reach = _frame(axes, np.concatenate(outlines), azimuth=view_azimuth(model))
        _arrows(axes, model, shown=(size > 0.15 * top) & in_sight(outlines, axes.get_proj()))
        _fill(figure, axes, reach=reach)
        height = float(figure.get_size_inches()[1])
        bar = place_axes(figure, left=style.PAGE_WIDTH - 0.9, top=0.22 * height, width=0.14, height=0.5 * height)
        style.colour_bar(figure, bar, cmap=style.SLIP_MAP, norm=norm, label="Slip (m)")
    return figure


def in_sight(outlines: list[np.ndarray], projection: np.ndarray) -> np.ndarray:
    """Tell which patches' middles no nearer patch hides.

    Parameters
    ----------
    outlines : list of (k, 3) arrays
        Corners of convex patches, any unit.
    projection : (4, 4) array
        From ``Axes3D.get_proj``; the smaller the projected third coordinate, the nearer.

    Returns
    -------
    (n,) array of bool
    """

    def project(points: np.ndarray) -> np.ndarray:
        flat = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ projection.T
        return np.asarray(flat[:, :3] / flat[:, 3:])

    middles = project(np.array([corners.mean(axis=0) for corners in outlines]))
    seen = np.ones(len(outlines), dtype=bool)
    for index, corners in enumerate(outlines):
        rim = project(corners)[:, :2]
        ahead = np.roll(rim, -1, axis=0) - rim
        across = middles[:, None, :2] - rim
        side = ahead[:, 0] * across[..., 1] - ahead[:, 1] * across[..., 0]
        inside = (side > 0.0).all(axis=1) | (side < 0.0).all(axis=1)
        inside[index] = False
        seen &= ~(inside & (middles[index, 2] < middles[:, 2]))
    return seen


def _ink(figure: Figure) -> tuple[float, float, float, float]:
    """Left, right, top, bottom of what is drawn, in inches from the upper left corner."""
    dpi = figure.dpi
    figure.set_dpi(40.0)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba())[..., :3].min(axis=2) < 250
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    figure.set_dpi(dpi)
    return columns[0] / 40.0, (columns[-1] + 1) / 40.0, rows[0] / 40.0, (rows[-1] + 1) / 40.0


def _fill(figure: Figure, axes: Axes3D, *, reach: np.ndarray) -> None:
    """Make the drawing as large as the page takes and cut the white that three-dimensional axes leave around it."""
    margin, room, tallest = 0.12, 1.35, 6.2
    wide = style.PAGE_WIDTH - room - 2.0 * margin
    zoom = 1.0
    for _ in range(2):  # Labels do not grow with the drawing, so the second pass corrects the first.
        left, right, top, bottom = _ink(figure)
        zoom *= min(wide / (right - left), tallest / (bottom - top))
        axes.set_box_aspect(tuple(reach), zoom=zoom)
    left, right, top, bottom = _ink(figure)
    sheet_width, sheet_height = (float(side) for side in figure.get_size_inches())
    box, tall = axes.get_position(), bottom - top + 2.0 * margin
    figure.set_size_inches(style.PAGE_WIDTH, tall)
    axes.set_position(
        (
            (box.x0 * sheet_width - left + margin + 0.5 * (wide - right + left)) / style.PAGE_WIDTH,
            (bottom + margin - sheet_height * (1.0 - box.y0)) / tall,
            box.width * sheet_width / style.PAGE_WIDTH,
            box.height * sheet_height / tall,
        )
    )


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


def _arrows(axes: Axes3D, model: SlipModel, *, shown: np.ndarray) -> None:
    """Motion of the hanging wall on the patches ``shown``, the longest 1.8 patches long."""
    if not shown.any():
        return
    side = max(
        np.sqrt(float(np.median(model.fault.areas))), CROWDED * float(np.ptp(model.fault.centroids, axis=0).max())
    )
    shown = shown & one_in_each(np.asarray(model.fault.centroids), side=side)
    vectors = model.slip_vectors[shown]
    longest = 1.8 * side / 1000.0
    vectors = vectors * (longest / max(model.peak_slip, 1e-12))
    start = np.asarray(model.fault.centroids)[shown] / 1000.0 - 0.5 * vectors
    for colour, width, order in (("white", 2.4, 4), ("#10151b", 1.0, 5)):  # A white rim shows on dark patches.
        axes.quiver(
            *start.T, *vectors.T, color=colour, linewidths=width, arrow_length_ratio=0.35, normalize=False,
            zorder=order,
        )  # fmt: skip


def _frame(axes: Axes3D, corners: np.ndarray, *, azimuth: float) -> np.ndarray:
    """Set limits, view and labels; give the box's sides in km."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    high[2] = max(0.0, high[2])
    reach = np.maximum(high - low, 0.25 * (high - low).max())
    middle = 0.5 * (low + high)
    axes.set_xlim(middle[0] - 0.5 * reach[0], middle[0] + 0.5 * reach[0])
    axes.set_ylim(middle[1] - 0.5 * reach[1], middle[1] + 0.5 * reach[1])
    axes.set_zlim(high[2] - reach[2], high[2])
    axes.set_box_aspect(tuple(reach))
    axes.view_init(elev=28.0, azim=90.0 - azimuth)
    axes.set_xlabel("East (km)", labelpad=8)
    axes.set_ylabel("North (km)", labelpad=8)
    axes.set_zlabel("Up (km)", labelpad=2)
    for level, side in ((axes.xaxis, reach[0]), (axes.yaxis, reach[1])):  # a short axis has no room for many numbers
        level.set_major_locator(MaxNLocator(max(2, round(7.0 * side / reach.max()))))
    axes.zaxis.set_major_locator(MaxNLocator(5))
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0.97, 0.975, 0.98, 1.0))
        axis._axinfo["grid"].update(color=style.LIGHT, linewidth=0.5)
    return np.asarray(reach)
