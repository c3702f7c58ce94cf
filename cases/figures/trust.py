"""Pictures of the tests of resolution and uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import place_axes
from geoslip.cases.figures.moment_depth import depth_edges
from geoslip.cases.figures.sections import Panel, figure_panels
from geoslip.cases.figures.unroll import flat_segments
from geoslip.inversion.trust.profiles import depth_profile, strike_profile

if TYPE_CHECKING:
    from geoslip.faults import SlipModel
    from geoslip.inversion import Ensemble, Recovery

Map = tuple[str, np.ndarray, Colormap, Normalize, str]


def figure_maps(model: SlipModel, maps: list[Map]) -> Figure:
    """Values a patch on every segment, one panel a segment and map: (title, values, colours, scale, label)."""
    panels = []
    for segment in flat_segments(model):
        for title, values, cmap, norm, label in maps:
            masked = np.ma.masked_invalid(values)[segment.patches]
            name = f"{segment.name}: {title}"
            panels.append(Panel(title=name, segment=segment, values=masked, cmap=cmap, norm=norm, label=label))
    return figure_panels(panels, columns=len(maps) if len(maps) > 1 else None)


def figure_spread_length(model: SlipModel, *, length: np.ndarray, sensitivity: np.ndarray) -> Figure:
    """Averaging width (m) and sensitivity (misfit in standard deviations a metre of slip) on every segment."""
    width = length / 1000.0
    seen = np.log10(np.maximum(sensitivity, 1e-12))
    return figure_maps(
        model,
        [
            ("spread length", width, style.SIGMA_MAP, Normalize(0.0, style.slip_limit(width)), "Width (km)"),
            (
                "sensitivity",
                seen,
                style.RESOLUTION_MAP,
                Normalize(float(np.floor(seen.min())), float(np.ceil(seen.max()))),
                "log10 (1/m)",
            ),
        ],
    )


def figure_recovery(model: SlipModel, *, recovery: Recovery) -> Figure:
    """Pattern that was put in and what came out, on every segment."""
    true, found = (np.hypot(one[:, 0], one[:, 1]) for one in (recovery.truth, recovery.recovered))
    norm = Normalize(0.0, style.slip_limit(true, found))
    return figure_maps(
        model,
        [("put in", true, style.SLIP_MAP, norm, "Slip (m)"), ("came out", found, style.SLIP_MAP, norm, "Slip (m)")],
    )


def figure_ensemble(model: SlipModel, *, ensemble: Ensemble) -> Figure:
    """Mean and standard deviation of the size of slip over an ensemble, on every segment."""
    size = np.hypot(ensemble.tables[..., 0], ensemble.tables[..., 1]).mean(axis=0)
    spread = ensemble.size_spread
    return figure_maps(
        model,
        [
            ("mean", size, style.SLIP_MAP, Normalize(0.0, style.slip_limit(size)), "Slip (m)"),
            (
                "standard deviation",
                spread,
                style.SIGMA_MAP,
                Normalize(0.0, style.slip_limit(spread)),
                "Spread (m)",
            ),
        ],
    )


def figure_left_out(model: SlipModel, *, ensemble: Ensemble) -> Figure:
    """Slip without each data set in turn, on every segment."""
    sizes = np.hypot(ensemble.tables[..., 0], ensemble.tables[..., 1])
    norm = Normalize(0.0, style.slip_limit(*sizes))
    return figure_maps(
        model, [(f"without {name}", one, style.SLIP_MAP, norm, "Slip (m)") for name, one in zip(ensemble.names, sizes)]
    )


def figure_stress_drop(model: SlipModel, *, drop: np.ndarray) -> Figure:
    """Stress drop (Pa) on every segment."""
    mega = 1e-6 * drop
    top = style.slip_limit(np.abs(mega))
    return figure_maps(model, [("stress drop", mega, style.DISPLACEMENT_MAP, Normalize(-top, top), "Stress (MPa)")])


def figure_profiles(model: SlipModel, *, ensemble: Ensemble | None) -> Figure:
    """Mean slip by depth, and along strike of every segment, with the spread of an ensemble if there is one."""
    fault, slip = model.fault, np.asarray(model.slip)
    edges = depth_edges(model)
    step = float(np.median(np.sqrt(fault.areas)))
    with style.report_style():
        figure = style.new_figure(height=4.0)
        left = place_axes(figure, left=0.7, top=0.35, width=3.4, height=3.05)
        right = place_axes(figure, left=4.9, top=0.35, width=4.8, height=3.05)
        down = depth_profile(fault, slip, edges=edges)
        middle = 0.5 * (edges[1:] + edges[:-1]) / 1000.0
        left.plot(down.slip, middle, color=style.INK, linewidth=1.6)
        if ensemble is not None:
            spread = depth_profile(fault, ensemble.tables, edges=edges).slip.std(axis=0, ddof=1)
            left.fill_betweenx(middle, down.slip - spread, down.slip + spread, color=style.INK, alpha=0.2, linewidth=0)
        left.invert_yaxis()
        left.set_xlim(left=0.0)
        left.set_xlabel("Mean slip (m)")
        left.set_ylabel("Depth (km)")
        left.set_title("By depth")
        for index, segment in enumerate(fault.segments):
            colour = style.SEGMENT_COLOURS[index % len(style.SEGMENT_COLOURS)]
            along = strike_profile(fault, slip, segment=segment.name, step=step)
            places = 0.5 * (along.edges[1:] + along.edges[:-1]) / 1000.0
            right.plot(places, along.slip, color=colour, linewidth=1.6, label=segment.name)
            if ensemble is not None:
                members = strike_profile(fault, ensemble.tables, segment=segment.name, step=step)
                spread = members.slip.std(axis=0, ddof=1)
                right.fill_between(
                    places, along.slip - spread, along.slip + spread, color=colour, alpha=0.2, linewidth=0
                )  # fmt: skip
        right.set_ylim(bottom=0.0)
        right.set_xlabel("Along strike (km)")
        right.set_title("Along strike")
        if len(fault.segments) > 1:
            right.legend()
    return figure
