"""GNSS: observed and predicted vectors, horizontal and vertical apart, with a scale arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.fit_maps import label_panels, map_extent, panel_layout
from geoslip.cases.figures.maps import HALO, Extent, draw_faults, near_origin

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault, LocalFrame


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


def _scale_arrow(axes: Axes, *, length: float, scale: float, unit: str, upward: bool) -> None:
    """A reference arrow under the map's upper right corner, on white."""
    width, height = (axes.get_position().size * axes.figure.get_size_inches()).tolist()  # type: ignore[union-attr]
    inches = length / scale
    across, up = (0.0, inches / height) if upward else (inches / width, 0.0)
    x, y = (0.94, 0.97 - up) if upward else (0.96 - across, 0.94)
    axes.annotate(
        "", xy=(x + across, y + up), xytext=(x, y), xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "linewidth": 1.6, "color": style.INK, "shrinkA": 0, "shrinkB": 0},
        zorder=21,
    )  # fmt: skip
    label = f"{length:g} {unit}"
    spot = (x - 0.03, y + 0.5 * up) if upward else (x + 0.5 * across, y - 0.03)
    axes.text(
        *spot, label, transform=axes.transAxes, ha="right" if upward else "center",
        va="center" if upward else "top", fontsize=8.5, path_effects=HALO, zorder=21,
    )  # fmt: skip


def _panel(
    axes: Axes, places: tuple[np.ndarray, np.ndarray], *, observed: np.ndarray, predicted: np.ndarray | None,
    unit: str, upward: bool, longest: float,
) -> None:  # fmt: skip
    """One map of arrows; ``observed`` and ``predicted`` are (m, 2) on paper, ``longest`` is drawn 0.55 inch long."""
    scale = longest / 0.55
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
    _scale_arrow(axes, length=style.round_length(longest), scale=scale, unit=unit, upward=upward)


def _longest(vectors: np.ndarray) -> float:
    size = np.hypot(vectors[:, 0], vectors[:, 1])
    size = size[np.isfinite(size)]
    return float(np.percentile(size, 97.0)) if size.size and size.max() > 0 else 1.0


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
        extent = extent or map_extent(longitude, latitude, fault=fault, frame=frame)
        inside = extent.holds(longitude, latitude)
        places = (longitude[inside], latitude[inside])
        observed, modelled = observed[inside], modelled[inside]
        factor, unit = style.length_unit(_longest(observed[:, :2]))
        observed, modelled = observed * factor, modelled * factor
        vertical = bool(np.isfinite(observed[:, 2]).any())
        horizontal = bool(np.isfinite(observed[:, :2]).all(axis=1).any())
        figure, axes, bar = panel_layout(extent, count=2 * horizontal + vertical)
        bar.remove()
        if horizontal:
            longest = _longest(observed[:, :2])
            _panel(axes[0], places, observed=observed[:, :2], predicted=modelled[:, :2], unit=unit, upward=False,
                   longest=longest)  # fmt: skip
            _panel(axes[1], places, observed=(observed - modelled)[:, :2], predicted=None, unit=unit, upward=False,
                   longest=longest)  # fmt: skip
            axes[0].set_title("Horizontal")
            axes[1].set_title("Horizontal residual, same scale")
        if vertical:
            up = np.column_stack([np.zeros(len(observed)), observed[:, 2]])
            model = np.column_stack([np.zeros(len(observed)), modelled[:, 2]])
            _panel(axes[-1], places, observed=up, predicted=model, unit=unit, upward=True, longest=_longest(up))
            axes[-1].set_title("Vertical")
        for panel in axes:
            draw_faults(panel, fault=fault, frame=frame, colour="#8d96a3")
        label_panels(axes, extent=extent)
        _legend(axes[-1], missing=int(np.count_nonzero(~inside)))
    return figure


def _legend(axes: Axes, *, missing: int) -> None:
    """Name the colours beside the last map, and say how many stations lie outside."""
    lines = [("observed", style.OBSERVED), ("predicted", style.PREDICTED), ("residual", style.ACCENT)]
    for index, (word, colour) in enumerate(lines):
        axes.text(1.03, 0.98 - 0.08 * index, word, transform=axes.transAxes, color=colour, va="top", weight="bold")
    if missing:
        axes.text(
            1.03, 0.02, f"{missing} stations\nlie outside\nthe map", transform=axes.transAxes, va="bottom", fontsize=8,
            color=style.GREY,
        )  # fmt: skip
