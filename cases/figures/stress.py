"""Maps and vertical sections of Coulomb stress change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.beachball import fill_beachball
from geoslip.cases.figures.maps import HALO, Extent, draw_faults, dress_map, near_origin, place_axes, scale_bar

if TYPE_CHECKING:
    from geoslip.cases.batch.projected import OnSection
    from geoslip.cases.pipeline.stress import StressFound
    from geoslip.faults import LocalFrame

RECEIVER = "#0b3fa8"
NODES_WITHIN = 80.0
"""Per cent of the nodes that the colour scale holds: beside the fault stress grows without limit."""


def stress_limit(found: StressFound) -> float:
    """Half-width of the colour scale of all figures, MPa."""
    fields = [one.change.coulomb for one in (found.map, found.section) if one is not None]
    if not fields:
        fields = [one.change.coulomb for one in found.receivers]
    limit = style.displacement_limit(*(1e-6 * field for field in fields), share=NODES_WITHIN if found.map else 95.0)
    return float(2.0 * style.round_length(limit))


def figure_stress_map(found: StressFound, *, frame: LocalFrame, limit: float) -> Figure:
    """Change (MPa) at the map's nodes, with what slips and what receives."""
    nodes = found.map
    assert nodes is not None and found.source.frame is not None
    longitude, latitude = near_origin(nodes.places[:, 0], frame), nodes.places[:, 1]
    extent = Extent.around(longitude, latitude, margin=0.0)
    with style.report_style():
        width = min(7.2, 6.6 / extent.shape)
        figure = style.new_figure(width + 2.2, width * extent.shape + 1.1)
        axes = place_axes(figure, left=0.8, top=0.4, width=width, height=width * extent.shape)
        norm = Normalize(-limit, limit)
        shape = nodes.shape
        axes.pcolormesh(
            longitude.reshape(shape), latitude.reshape(shape), 1e-6 * nodes.change.coulomb.reshape(shape),
            cmap=style.DISPLACEMENT_MAP, norm=norm, shading="nearest", rasterized=True,
        )  # fmt: skip
        dress_map(axes, extent=extent)
        scale_bar(axes, extent=extent)
        draw_faults(axes, fault=found.source.fault, frame=found.source.frame)
        for one in found.receivers:
            if one.model is not None and one.model.frame is not None:
                draw_faults(axes, fault=one.model.fault, frame=one.model.frame, colour=RECEIVER)
            else:
                axes.plot(
                    near_origin(one.places[:, 0], frame), one.places[:, 1], marker="o", markersize=6, color=RECEIVER,
                    markeredgecolor="white", linestyle="none", zorder=12,
                )  # fmt: skip
                axes.annotate(
                    one.name, (float(near_origin(one.places[:, 0], frame)[0]), float(one.places[0, 1])), xytext=(6, 4),
                    textcoords="offset points", fontsize=8.5, path_effects=HALO, zorder=12,
                )  # fmt: skip
        if found.section is not None:
            line = found.section.places[: found.section.shape[1]]
            axes.plot(
                near_origin(line[:, 0], frame), line[:, 1], color=style.INK, linewidth=0.9, dashes=(5, 3), zorder=11,
                path_effects=HALO,
            )  # fmt: skip
        if found.seismicity is not None:
            places = found.seismicity.places
            axes.plot(
                near_origin(places[:, 0], frame), places[:, 1], marker="o", markersize=3.2, color=style.INK,
                markeredgecolor="white", markeredgewidth=0.5, linestyle="none", zorder=10,
            )  # fmt: skip
        bar = place_axes(figure, left=width + 1.0, top=0.4, width=0.14, height=min(2.6, width * extent.shape))
        style.colour_bar(
            figure, bar, cmap=style.DISPLACEMENT_MAP, norm=norm, label="Coulomb stress change (MPa)",
            shown=[1e-6 * nodes.change.coulomb],
        )  # fmt: skip
    return figure


def figure_stress_section(found: StressFound, *, limit: float) -> Figure:
    """Change (MPa) down the section."""
    nodes = found.section
    assert nodes is not None and nodes.across is not None
    across, depth = 1e-3 * nodes.across.reshape(nodes.shape), 1e-3 * nodes.places[:, 2].reshape(nodes.shape)
    ratio = float(depth.max() / across.max())
    with style.report_style():
        width = min(7.8, 4.5 / ratio)
        height = width * ratio
        figure = style.new_figure(width + 2.0, height + 1.1)
        axes = place_axes(figure, left=0.7, top=0.35, width=width, height=height)
        norm = Normalize(-limit, limit)
        axes.pcolormesh(
            across, depth, 1e-6 * nodes.change.coulomb.reshape(nodes.shape), cmap=style.DISPLACEMENT_MAP, norm=norm,
            shading="nearest", rasterized=True,
        )  # fmt: skip
        axes.set_xlim(0.0, float(across.max()))
        axes.set_ylim(float(depth.max()), 0.0)
        axes.set_xlabel("Distance (km)")
        axes.set_ylabel("Depth (km)")
        if found.seismicity is not None:
            _draw_seismicity(axes, found.seismicity, corner=(0.7, 0.35), inches_per_km=width / float(across.max()))
        bar = place_axes(figure, left=width + 0.85, top=0.35, width=0.14, height=min(2.4, height))
        style.colour_bar(
            figure, bar, cmap=style.DISPLACEMENT_MAP, norm=norm, label="Coulomb (MPa)",
            shown=[1e-6 * nodes.change.coulomb],
        )  # fmt: skip
        axes.set_title(f"{_degrees(nodes.places[0])} to {_degrees(nodes.places[nodes.shape[1] - 1])}", fontsize=9.5)
    return figure


def _draw_seismicity(axes: Axes, events: OnSection, *, corner: tuple[float, float], inches_per_km: float) -> None:
    """Dots, and beachballs for those with a mechanism, larger for larger magnitudes, on a section's axes.

    ``corner`` is the axes' upper left, inches from that of the figure.
    """
    figure = axes.figure
    assert isinstance(figure, Figure)
    deepest = axes.get_ylim()[0]
    size = np.where(np.isfinite(events.magnitudes), 0.06 * (events.magnitudes - 1.0), 0.06).clip(0.04, 0.45)
    across, depth = 1e-3 * events.across, 1e-3 * events.places[:, 2]
    known = np.isfinite(events.tensors).all(axis=(1, 2))
    axes.scatter(
        across[~known], depth[~known], s=(60.0 * size[~known]) ** 2, facecolor="white", edgecolor=style.INK,
        linewidth=0.6, zorder=12,
    )  # fmt: skip
    for index in np.flatnonzero(known & (depth <= deepest)):
        left, top = (corner[k] + inches_per_km * at[index] - 0.5 * size[index] for k, at in enumerate((across, depth)))
        small = place_axes(figure, left=left, top=top, width=size[index], height=size[index], zorder=30)
        fill_beachball(small, events.tensors[index], colour=style.INK)


def _degrees(place: np.ndarray) -> str:
    return f"{place[0]:.2f}°, {place[1]:.2f}°"
