"""Observed, predicted and residual maps of one data set on one colour scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy.spatial import cKDTree

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import Extent, draw_faults, dress_map, fault_corners, near_origin, place_axes, scale_bar

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault, LocalFrame

MOST_VECTORS = 300
"""Maps of more cells draw them as pixels in vector files too, which keeps those small and quick to draw."""

_LABELS = {
    "los": "Displacement toward the satellite",
    "azimuth": "Displacement along the flight direction",
    "offset": "Displacement",
    "gradient": "Slope of the line of sight",
}


def map_extent(
    longitude: np.ndarray, latitude: np.ndarray, *, fault: Fault, frame: LocalFrame, margin: float = 0.06
) -> Extent:
    """Window around the data, cut to four fault sizes from the fault's middle so that the near field stays legible."""
    fault_longitude, fault_latitude = fault_corners(fault, frame)
    middle = 0.5 * (fault_longitude.min() + fault_longitude.max()), 0.5 * (fault_latitude.min() + fault_latitude.max())
    cosine = np.cos(np.radians(middle[1]))
    size = max(np.ptp(fault_longitude) * cosine, np.ptp(fault_latitude), 0.1)
    distance = np.maximum(np.abs(longitude - middle[0]) * cosine, np.abs(latitude - middle[1]))
    near = distance <= 2.0 * size
    return Extent.around(
        np.concatenate([longitude[near], fault_longitude]),
        np.concatenate([latitude[near], fault_latitude]),
        margin=margin,
    )


def panel_layout(extent: Extent, *, count: int = 3) -> tuple[Figure, list[Axes], Axes]:
    """Make a figure with ``count`` equal maps side by side (stacked where they are wide) and an axes for the bar."""
    left, right, gap, head, foot = 0.85, 1.2, 0.18, 0.35, 0.6
    if extent.shape >= 0.55 or count == 1:
        width = (style.PAGE_WIDTH - left - right - gap * (count - 1)) / count
        height = width * extent.shape
        figure = style.new_figure(height=head + height + foot)
        places = [(left + index * (width + gap), head) for index in range(count)]
    else:
        height = min((style.PAGE_WIDTH - left - right) * extent.shape, 2.5)
        width = height / extent.shape
        figure = style.new_figure(width + left + right, (head + height) * count + foot)
        places = [(left, head + index * (head + height)) for index in range(count)]
    axes = [place_axes(figure, left=x, top=y, width=width, height=height) for x, y in places]
    bar = place_axes(
        figure, left=places[-1][0] + width + 0.15, top=places[0][1], width=0.14,
        height=places[-1][1] + height - places[0][1],
    )  # fmt: skip
    return figure, axes, bar


def label_panels(axes: list[Axes], *, extent: Extent) -> None:
    """Dress all maps; inner ones keep their ticks and drop the labels that a neighbour carries."""
    stacked = len(axes) > 1 and axes[0].get_position().x0 == axes[1].get_position().x0
    for index, panel in enumerate(axes):
        dress_map(panel, extent=extent, latitude_labels=stacked or index == 0)
        if stacked and index < len(axes) - 1:
            panel.tick_params(labelbottom=False)
            panel.set_xlabel("")
    scale_bar(axes[0], extent=extent)


def cell_polygons(observations: Observations, frame: LocalFrame) -> list[np.ndarray] | None:
    """Outlines of the cells in degrees, or None for data that are points."""
    if observations.outlines is None:
        return None
    return [
        np.column_stack([near_origin(corners[:, 0], frame), corners[:, 1]])
        for corners in (np.asarray(outline, dtype=float) for outline in observations.outlines)
    ]


def draw_values(
    axes: Axes, values: np.ndarray, *, longitude: np.ndarray, latitude: np.ndarray, polygons: list[np.ndarray] | None,
    norm: Normalize,
) -> None:  # fmt: skip
    """Colour cells, or points, by their values."""
    if polygons is not None:
        cells = PolyCollection(
            polygons,
            array=values,
            cmap=style.DISPLACEMENT_MAP,
            norm=norm,
            linewidths=0.15,
            edgecolors="#9aa1ab",
            rasterized=len(values) > MOST_VECTORS,
        )
        axes.add_collection(cells, autolim=False)
        return
    areas = marker_areas(axes, longitude, latitude=latitude)
    axes.scatter(
        longitude, latitude, c=values, s=areas, marker="s", cmap=style.DISPLACEMENT_MAP, norm=norm,
        linewidths=np.where(areas > 16.0, 0.25, 0.0).tolist(), edgecolors="#b4bbc5",
        rasterized=len(values) > MOST_VECTORS,
    )  # fmt: skip


def marker_areas(axes: Axes, longitude: np.ndarray, *, latitude: np.ndarray) -> np.ndarray:
    """Areas (n,) of square markers in points^2 that fill the room around each point, within 2 to 9 points a side.

    Data that come as points are often the middles of quadtree cells: where they lie wide apart each stands for more.
    """
    if len(longitude) < 2:
        return np.full(len(longitude), 36.0)
    west, east = axes.get_xlim()
    points_per_degree = 72.0 * axes.get_position().width * axes.figure.get_size_inches()[0] / (east - west)  # type: ignore[union-attr]
    places = np.column_stack([longitude, latitude * float(axes.get_aspect())]) * points_per_degree
    nearest = cKDTree(places).query(places, k=2)[0][:, 1]
    return np.asarray(np.clip(nearest, 2.0, 9.0) ** 2)


def figure_fit(
    observations: Observations, *, predicted: np.ndarray, fault: Fault, frame: LocalFrame, extent: Extent | None = None
) -> Figure:
    """Map one scalar data set: observed, predicted, residual on one colour scale.

    Parameters
    ----------
    observations : Observations
        The data set; cells are drawn as outlines, anything else as points.
    predicted : (n,) array
        Predicted values in m, nuisance included.
    fault : Fault
    frame : LocalFrame
    extent : Extent, optional
        Map window; the data's own by default.

    Returns
    -------
    Figure
    """
    with style.report_style():
        observed = np.asarray(observations.values, dtype=float)
        longitude, latitude = near_origin(observations.longitude, frame), observations.latitude
        extent = extent or map_extent(longitude, latitude, fault=fault, frame=frame)
        limit = style.displacement_limit(observed, predicted)
        factor, unit = value_unit(limit, kind=observations.kind)
        norm = Normalize(-limit * factor, limit * factor)
        residual = observed - predicted
        figure, axes, bar_axes = panel_layout(extent)
        polygons = cell_polygons(observations, frame)
        rms = np.sqrt(np.mean(residual**2)) * factor
        titles = ("Observed", "Predicted", f"Residual, rms {rms:.2g} {unit}")
        label_panels(axes, extent=extent)
        for panel, values, title in zip(axes, (observed, predicted, residual), titles, strict=True):
            draw_values(panel, values * factor, longitude=longitude, latitude=latitude, polygons=polygons, norm=norm)
            draw_faults(panel, fault=fault, frame=frame)
            panel.set_title(title)
        outside = int(np.count_nonzero(~extent.holds(longitude, latitude)))
        displacement_bar(figure, bar_axes, kind=observations.kind, limit=limit, clipped=[observed, predicted])
        if outside:
            axes[-1].text(
                0.98, 0.98, f"{outside} outside the map", transform=axes[-1].transAxes, ha="right", va="top", fontsize=8
            )
    return figure


def value_unit(limit: float, *, kind: str) -> tuple[float, str]:
    """Pick the unit of values up to ``limit``: lengths, or for slopes microstrain."""
    return (1e6, "µm/m") if kind == "gradient" else style.length_unit(limit)


def displacement_bar(figure: Figure, axes: Axes, *, kind: str, limit: float, clipped: list[np.ndarray]) -> None:
    """Fill ``axes`` with the colour bar of displacement from -limit to limit (m); arrow ends where values go beyond."""
    factor, unit = value_unit(limit, kind=kind)
    high = axes.get_position().height * figure.get_size_inches()[1]
    words = _LABELS.get(kind, "Displacement")
    if high < 2.9:
        words = words.replace("Displacement ", "Displacement\n", 1)
    beyond = max(float(np.nanmax(np.abs(values))) for values in clipped) > limit * (1.0 + 1e-12)
    bar = figure.colorbar(
        ScalarMappable(norm=Normalize(-factor * limit, factor * limit), cmap=style.DISPLACEMENT_MAP), cax=axes,
        label=f"{words} ({unit})", extend="both" if beyond else "neither",
    )  # fmt: skip
    bar.outline.set_linewidth(0.5)  # type: ignore[operator]
