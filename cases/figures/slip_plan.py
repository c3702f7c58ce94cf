"""Slip in plan: patches seen from above, hanging-wall motion, traces and the focal mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.beachball import draw_beachball
from geoslip.cases.figures.maps import Extent, draw_faults, dress_map, fault_corners, geographic, place_axes, scale_bar
from geoslip.inversion.smoothing.directions import mean_axes

if TYPE_CHECKING:
    from geoslip.faults import LocalFrame, SlipModel


STEEP = 80.0
"""Degrees of dip from which a segment shows as a ribbon in plan."""

VERTICAL = 87.0
"""The same for triangles, whose edges do not line up into one ribbon where they lie side by side."""


def spaced_arrows(model: SlipModel, *, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    """Arrows for a plan view, one every ``spacing`` metres along each segment.

    Patches stacked down dip would hide each other's arrows, so each stretch shows its patch of largest slip; on a
    steep segment the arrow stands half a spacing off the trace, on the hanging wall.

    Returns
    -------
    places : (m, 3) array
        Where the arrows stand, m.
    vectors : (m, 2) array
        East and north part of the hanging wall's slip, m.
    """
    size, vectors, centroids = model.magnitude, model.slip_vectors[:, :2], np.asarray(model.fault.centroids)
    normals = np.asarray(model.fault.normals)
    chosen = []
    for segment in model.fault.segments:
        part = model.fault.slices[segment.name]
        along = centroids[part] @ mean_axes(segment)[0]
        stretches = max(1, round(float(np.ptp(along)) / spacing))
        group = np.minimum((along - along.min()) / max(np.ptp(along), 1.0) * stretches, stretches - 1).astype(int)
        for stretch in np.unique(group):
            members = np.flatnonzero(group == stretch)
            chosen.append(part.start + int(members[np.argmax(size[part][members])]))
    steep = np.asarray(model.fault.dips)[chosen] > STEEP
    aside = normals[chosen] * [1.0, 1.0, 0.0] * (0.5 * spacing * steep[:, None])
    return centroids[chosen] + aside, vectors[chosen]


def figure_slip_plan(model: SlipModel, *, frame: LocalFrame) -> Figure:
    """Draw slip from above; where patches hide each other (steep segments) the largest slip lies on top."""
    with style.report_style():
        size = model.magnitude
        norm = Normalize(0.0, style.slip_limit(size))
        extent = Extent.around(*fault_corners(model.fault, frame), margin=0.22)
        left, right, head, foot = 0.85, 1.35, 0.3, 0.6
        width = min(style.PAGE_WIDTH - left - right, 6.2 / extent.shape)
        height = width * extent.shape
        figure = style.new_figure(width + left + right, height + head + foot)
        axes = place_axes(figure, left=left, top=head, width=width, height=height)
        dress_map(axes, extent=extent)
        _draw_patches(axes, model, frame=frame, size=size, norm=norm)
        draw_faults(axes, fault=model.fault, frame=frame)
        _draw_ribbons(axes, model, frame=frame, size=size, norm=norm)
        _draw_arrows(axes, model, frame=frame, spacing=0.36 * extent.width_km / width * 1000.0)
        scale_bar(axes, extent=extent)
        ball = 0.95
        bar = place_axes(
            figure, left=left + width + 0.25, top=head, width=0.14, height=min(max(height - ball - 0.9, 1.2), 3.5)
        )
        style.colour_bar(figure, bar, cmap=style.SLIP_MAP, norm=norm, label="Slip (m)")
        draw_beachball(
            figure, np.asarray(model.moment_tensor), left=left + width + 0.2, top=head + height - ball - 0.25,
            size=ball, label=f"Mw {float(model.mw):.2f}",
        )  # fmt: skip
    return figure


def _draw_patches(axes: Axes, model: SlipModel, *, frame: LocalFrame, size: np.ndarray, norm: Normalize) -> None:
    outlines = model.fault.outlines
    order = np.argsort(size, kind="stable")
    polygons = [geographic(np.asarray(outlines[patch]), frame) for patch in order]
    colours = style.SLIP_MAP(norm(size[order]))
    # An edge of the patch's own colour closes the hairlines between neighbours.
    axes.add_collection(
        PolyCollection(polygons, facecolors=colours, edgecolors=colours, linewidths=0.8, joinstyle="round", zorder=6),
        autolim=False,
    )


def _draw_ribbons(axes: Axes, model: SlipModel, *, frame: LocalFrame, size: np.ndarray, norm: Normalize) -> None:
    """Lay a ribbon along the trace of steep patches, whose face cannot be seen from above; largest slip on top."""
    corners = np.array([len(outline) for outline in model.fault.outlines])
    steep = np.flatnonzero(np.asarray(model.fault.dips) > np.where(corners == 3, VERTICAL, STEEP))
    if steep.size == 0:
        return
    steep = steep[np.argsort(size[steep], kind="stable")]
    outlines, strikes = model.fault.outlines, np.asarray(model.fault.strike_vectors)
    lines = [geographic(_reach(np.asarray(outlines[patch]), strikes[patch]), frame) for patch in steep]
    for colours, width, order in ((style.INK, 7.0, 9.5), (style.SLIP_MAP(norm(size[steep])), 5.2, 9.6)):
        axes.add_collection(
            LineCollection(lines, colors=colours, linewidths=width, capstyle="butt", zorder=order), autolim=False
        )


def _reach(corners: np.ndarray, strike: np.ndarray) -> np.ndarray:
    """The two corners (2, 3) of a patch that lie furthest apart along its strike, the upper ones of a rectangle."""
    along = np.round(corners @ strike, 3)
    first, last = np.lexsort((-corners[:, 2], along))[0], np.lexsort((-corners[:, 2], -along))[0]
    return corners[[first, last]]


def _draw_arrows(axes: Axes, model: SlipModel, *, frame: LocalFrame, spacing: float) -> None:
    top = max(model.peak_slip, 1e-12)
    places, vectors = spaced_arrows(model, spacing=spacing)
    shown = np.hypot(vectors[:, 0], vectors[:, 1]) > 0.12 * top
    longitude, latitude = geographic(places[shown], frame).T
    axes.quiver(
        longitude, latitude, vectors[shown, 0], vectors[shown, 1], angles="uv", scale_units="inches",
        scale=top / 0.5, units="inches", width=0.02, headwidth=3.6, headlength=4.2, headaxislength=3.8,
        color="#10151b", edgecolor="white", linewidth=0.4, zorder=12,
    )  # fmt: skip
