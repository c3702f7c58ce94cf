"""GNSS: observed and predicted vectors, horizontal and vertical apart, with a scale arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.fit_maps import label_panels, map_extent, panel_layout
from geoslip.cases.figures.maps import Extent, draw_faults, near_origin

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault, LocalFrame

LONGEST = 0.55
"""Inches on paper of the longest arrows."""
MARGIN = 0.16
"""Of a map's size, around the stations: arrows of those at the rim point outward."""


def station_vectors(observations: Observations, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gather component rows station by station.

    Returns
    -------
    longitude, latitude : (m,) arrays
    vectors : (m, 3) array
        East, north, up in the unit of ``values``; NaN for a component that was not measured.
    """
    component = np.abs(np.asarray(observations.directions)).argmax(axis=1)
    sign = np.sign(np.take_along_axis(np.asarray(observations.directions), component[:, None], axis=1))[:, 0]
    if observations.station is None:
        places = np.column_stack([observations.longitude, observations.latitude])
        _, first, group = np.unique(places, axis=0, return_index=True, return_inverse=True)
    else:
        _, first, group = np.unique(np.asarray(observations.station), return_index=True, return_inverse=True)
    vectors = np.full((len(first), 3), np.nan)
    vectors[group.ravel(), component] = sign * np.asarray(values)
    return np.asarray(observations.longitude)[first], np.asarray(observations.latitude)[first], vectors


def _arrows(
    axes: Axes, longitude: np.ndarray, latitude: np.ndarray, *, east: np.ndarray, north: np.ndarray, scale: float,
    colour: str, width: float, order: float,
) -> None:  # fmt: skip
    axes.quiver(
        longitude, latitude, east, north, angles="uv", scale_units="inches", scale=scale, units="inches", width=width,
        color=colour, headwidth=3.6, headlength=4.2, headaxislength=3.8, minlength=0.0, minshaft=1.5, zorder=order,
    )  # fmt: skip


def _scale_arrow(axes: Axes, *, length: float, longest: float, unit: str, upward: bool, below: float) -> float:
    """Draw a reference arrow in the margin right of a map, ``below`` inches under its top; give where the next may go.

    It stands outside because a map of vectors has no corner that is always free.
    """
    width, height = (axes.get_position().size * axes.figure.get_size_inches()).tolist()  # type: ignore[union-attr]
    inches = LONGEST * length / longest
    across, up = (0.0, inches / height) if upward else (inches / width, 0.0)
    x, y = 1.0 + (0.2 if upward else 0.1) / width, 1.0 - (below + (inches if upward else 0.08)) / height
    axes.annotate(
        "", xy=(x + across, y + up), xytext=(x, y), xycoords="axes fraction", annotation_clip=False,
        arrowprops={"arrowstyle": "-|>", "linewidth": 1.6, "color": style.INK, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    label = f"{length:g} {unit}"
    if upward:
        axes.text(
            x + 0.12 / width, y + 0.5 * up, f"{label}\nvertical", transform=axes.transAxes, va="center", fontsize=8
        )
        return below + inches + 0.15
    axes.text(x, y - 0.08 / height, f"{label}\nhorizontal", transform=axes.transAxes, va="top", fontsize=8)
    return below + 0.65


def _panel(
    axes: Axes, places: tuple[np.ndarray, np.ndarray], *, observed: np.ndarray, predicted: np.ndarray | None,
    longest: float,
) -> None:  # fmt: skip
    """One map of arrows (m, 2) across and up the paper; one of size ``longest`` is LONGEST inches long."""
    scale = longest / LONGEST
    axes.scatter(*places, s=5, color=style.GREY, linewidths=0, zorder=4)
    _arrows(
        axes, *places, east=observed[:, 0], north=observed[:, 1], scale=scale,
        colour=style.OBSERVED if predicted is not None else style.ACCENT, width=0.028, order=10,
    )  # fmt: skip
    if predicted is not None:
        _arrows(
            axes, *places, east=predicted[:, 0], north=predicted[:, 1], scale=scale, colour=style.PREDICTED,
            width=0.016, order=11,
        )  # fmt: skip


def _longest(*sets: np.ndarray) -> float:
    """Size of vector that all but three in a hundred stay below, in the set where that is largest."""
    sizes = [np.hypot(vectors[:, 0], vectors[:, 1]) for vectors in sets]
    largest = max((float(np.percentile(s[np.isfinite(s)], 97.0)) for s in sizes if np.isfinite(s).any()), default=0.0)
    return largest if largest > 0.0 else 1.0


def figure_gnss(
    observations: Observations, *, predicted: np.ndarray, fault: Fault, frame: LocalFrame, extent: Extent | None = None
) -> Figure:
    """Map GNSS: observed and predicted horizontals, their residuals on the same scale, and verticals where measured.

    Parameters
    ----------
    observations : Observations
        Rows station by station, one component each.
    predicted : (n,) array
        Predicted values in m.
    fault : Fault
    frame : LocalFrame
    extent : Extent, optional

    Returns
    -------
    Figure
    """
    with style.report_style():
        longitude, latitude, observed = station_vectors(observations, observations.values)
        longitude = near_origin(longitude, frame)
        modelled = station_vectors(observations, predicted)[2]
        extent = extent or map_extent(longitude, latitude, fault=fault, frame=frame, margin=MARGIN)
        inside = extent.holds(longitude, latitude)
        places = (longitude[inside], latitude[inside])
        observed, modelled = observed[inside], modelled[inside]
        factor, unit = style.length_unit(_longest(observed[:, :2]))
        observed, modelled = observed * factor, modelled * factor
        vertical = bool(np.isfinite(observed[:, 2]).any())
        horizontal = bool(np.isfinite(observed[:, :2]).all(axis=1).any())
        figure, axes, bar = panel_layout(extent, count=2 * horizontal + vertical)
        bar.remove()
        scales = []
        if horizontal:
            longest = _longest(observed[:, :2], modelled[:, :2])
            _panel(axes[0], places, observed=observed[:, :2], predicted=modelled[:, :2], longest=longest)
            _panel(axes[1], places, observed=(observed - modelled)[:, :2], predicted=None, longest=longest)
            axes[0].set_title("Horizontal")
            axes[1].set_title("Horizontal residual")
            scales.append((longest, False))
        if vertical:
            up = np.column_stack([np.zeros(len(observed)), observed[:, 2]])
            model = np.column_stack([np.zeros(len(observed)), modelled[:, 2]])
            longest = _longest(up, model)
            _panel(axes[-1], places, observed=up, predicted=model, longest=longest)
            axes[-1].set_title("Vertical")
            scales.append((longest, True))
        for panel in axes:
            draw_faults(panel, fault=fault, frame=frame, colour="#8d96a3")
        label_panels(axes, extent=extent)
        _legend(axes[-1], scales=scales, unit=unit, missing=int(np.count_nonzero(~inside)))
    return figure


def _legend(axes: Axes, *, scales: list[tuple[float, bool]], unit: str, missing: int) -> None:
    """Beside the last map: what the colours mean, the scale arrows, how many stations lie outside."""
    width, height = (axes.get_position().size * axes.figure.get_size_inches()).tolist()  # type: ignore[union-attr]
    left, below = 1.0 + 0.1 / width, 0.0
    for word, colour in (("observed", style.OBSERVED), ("predicted", style.PREDICTED), ("residual", style.ACCENT)):
        axes.text(
            left, 1.0 - below / height, word, transform=axes.transAxes, color=colour, va="top", weight="bold",
            fontsize=9,
        )  # fmt: skip
        below += 0.2
    below += 0.2
    for longest, upward in scales:
        below = _scale_arrow(
            axes, length=style.round_length(longest), longest=longest, unit=unit, upward=upward, below=below
        )
    if missing:
        axes.text(
            left, 0.0, f"{missing} stations\nlie outside\nthe map", transform=axes.transAxes, va="bottom", fontsize=8,
            color=style.GREY,
        )  # fmt: skip
