"""The map under every plan view: extent, axes in degrees, scale bar, fault traces and outlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from geoslip.cases.figures import style
from geoslip.cases.figures.coastlines import draw_shorelines
from geoslip.faults.mesh_sides import rim_loop
from geoslip.faults.triangular import TriangularSegment

if TYPE_CHECKING:
    from geoslip.faults import Fault, FaultSegment, LocalFrame

KM_PER_DEGREE = 111.2
HALF_A_LABEL = 0.22
"""Inches."""
HALO = [withStroke(linewidth=2.5, foreground="white")]


@dataclass(frozen=True)
class Extent:
    """A map window in degrees, padded so that its shape on paper stays between ``0.4`` and ``1.6`` (height / width)."""

    west: float
    east: float
    south: float
    north: float

    @classmethod
    def around(cls, longitude: np.ndarray, latitude: np.ndarray, *, margin: float = 0.06) -> Extent:
        """Window around points (degrees) with ``margin`` of its size on every side."""
        keep = np.isfinite(longitude) & np.isfinite(latitude)
        west, east = float(longitude[keep].min()), float(longitude[keep].max())
        south, north = float(latitude[keep].min()), float(latitude[keep].max())
        cosine = np.cos(np.radians(0.5 * (south + north)))
        smallest = 1.0 / KM_PER_DEGREE
        width = max((east - west) * cosine, smallest) * (1.0 + 2.0 * margin)
        height = max(north - south, smallest) * (1.0 + 2.0 * margin)
        width, height = max(width, height / 1.6), max(height, 0.4 * width)
        middle_east, middle_north = 0.5 * (west + east), 0.5 * (south + north)
        half = 0.5 * width / cosine
        return cls(middle_east - half, middle_east + half, middle_north - 0.5 * height, middle_north + 0.5 * height)

    @property
    def stretch(self) -> float:
        """Length of a degree of latitude over one of longitude: the axes' aspect."""
        return 1.0 / float(np.cos(np.radians(0.5 * (self.south + self.north))))

    @property
    def shape(self) -> float:
        """Height over width on paper."""
        return (self.north - self.south) / (self.east - self.west) * self.stretch

    @property
    def width_km(self) -> float:
        """Width on the ground in km."""
        return (self.east - self.west) / self.stretch * KM_PER_DEGREE

    def holds(self, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
        """Tell which points lie inside."""
        inside = (longitude >= self.west) & (longitude <= self.east)
        return inside & (latitude >= self.south) & (latitude <= self.north)


def place_axes(figure: Figure, *, left: float, top: float, width: float, height: float, **options: object) -> Axes:
    """Add axes at a place given in inches from the figure's left and top edges."""
    total_width, total_height = figure.get_size_inches()
    box = (
        left / total_width,
        1.0 - (top + height) / total_height,
        width / total_width,
        height / total_height,
    )
    return figure.add_axes(box, **options)  # type: ignore[call-overload,no-any-return]


def _degrees(letters: str) -> FuncFormatter:
    def text(value: float, position: int | None = None) -> str:
        del position
        if letters == "EW":
            value = (value + 180.0) % 360.0 - 180.0
        letter = letters[0] if value > 0 else letters[1] if value < 0 else ""
        return f"{abs(round(value, 4)):g}°{letter}"

    return FuncFormatter(text)


def dress_map(axes: Axes, *, extent: Extent, latitude_labels: bool = True) -> None:
    """Set window, true shape and degree labels, and draw the shorelines that are known."""
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_aspect(extent.stretch)
    inches = axes.get_position().width * axes.figure.get_size_inches()[0]  # type: ignore[union-attr]
    axes.xaxis.set_major_locator(MaxNLocator(max(2, int(inches / 0.95)), steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(max(2, int(inches * extent.shape / 0.7)), steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(_degrees("EW"))
    axes.yaxis.set_major_formatter(_degrees("NS"))
    _keep_labels_inside(axes, inches=inches)
    axes.tick_params(labelleft=latitude_labels, length=3)
    axes.grid(color=style.LIGHT, linewidth=0.4, alpha=0.6)
    draw_shorelines(axes, west=extent.west, east=extent.east, south=extent.south, north=extent.north)
    if latitude_labels:
        axes.set_ylabel("Latitude")
    axes.set_xlabel("Longitude")


def _keep_labels_inside(axes: Axes, *, inches: float) -> None:
    """Let a label near a map's side end there, where that of the map beside it begins."""
    west, east = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if west <= tick <= east]
    axes.set_xticks(ticks)
    for tick, label in zip(ticks, axes.get_xticklabels(), strict=True):
        if (tick - west) / (east - west) * inches < HALF_A_LABEL:
            label.set_horizontalalignment("left")
        elif (east - tick) / (east - west) * inches < HALF_A_LABEL:
            label.set_horizontalalignment("right")


def scale_bar(axes: Axes, *, extent: Extent) -> None:
    """Draw a ground-length bar in the lower left corner."""
    length = style.round_length(0.3 * extent.width_km)
    across = length / extent.width_km
    axes.plot(
        [0.04, 0.04 + across], [0.04, 0.04], transform=axes.transAxes, color=style.INK, linewidth=2.0,
        solid_capstyle="butt", path_effects=[withStroke(linewidth=4.0, foreground="white")], zorder=20,
    )  # fmt: skip
    axes.text(
        0.04 + 0.5 * across, 0.055, f"{length:g} km", transform=axes.transAxes, ha="center", va="bottom", fontsize=8,
        path_effects=HALO, zorder=20,
    )  # fmt: skip


def near_origin(longitude: np.ndarray, frame: LocalFrame) -> np.ndarray:
    """Longitudes written within 180 degrees of the frame's origin, whatever convention they came in."""
    return frame.longitude + (np.asarray(longitude, dtype=float) - frame.longitude + 180.0) % 360.0 - 180.0


def geographic(points: np.ndarray, frame: LocalFrame) -> np.ndarray:
    """Longitude and latitude (..., 2) of local points (..., 2 or 3) in m."""
    longitude, latitude = frame.to_geographic(points[..., 0], points[..., 1])
    return np.stack([near_origin(longitude, frame), latitude], axis=-1)


def segment_rim(segment: FaultSegment) -> np.ndarray | None:
    """Closed rim (m, 3) of a segment that is a mesh, or a grid of rows and columns; None for a bag of patches."""
    if isinstance(segment, TriangularSegment):
        loop = rim_loop(segment.triangles)[2]
        return np.asarray(segment.vertices[np.append(loop, loop[0])])
    row, column = getattr(segment, "row", None), getattr(segment, "column", None)
    if row is None or column is None:
        return None
    outlines = np.asarray(segment.outlines)
    top = np.flatnonzero(row == row.min())
    top = top[np.argsort(column[top])]
    bottom = np.flatnonzero(row == row.max())
    bottom = bottom[np.argsort(-column[bottom])]
    upper = np.concatenate([outlines[top, 0], outlines[top[-1:], 1]])
    lower = np.concatenate([outlines[bottom[:1], 2], outlines[bottom, 3]])
    return np.concatenate([upper, lower, upper[:1]])


def joined_edges(edges: np.ndarray, *, tolerance: float = 1.0) -> list[np.ndarray]:
    """Polylines from edges (k, 2, 3): an edge that starts within ``tolerance`` metres of the last end continues it."""
    lines: list[list[np.ndarray]] = []
    for start, end in edges:
        if lines and np.linalg.norm(lines[-1][-1] - start) <= tolerance:
            lines[-1].append(end)
        else:
            lines.append([start, end])
    return [np.array(line) for line in lines]


def draw_faults(axes: Axes, *, fault: Fault, frame: LocalFrame, colour: str = style.INK) -> None:
    """Draw every segment's rim thin and its top edge thick."""
    for segment in fault.segments:
        rim = segment_rim(segment)
        if rim is not None:
            axes.plot(*geographic(rim, frame).T, color=colour, linewidth=0.7, alpha=0.8, zorder=8)
        axes.add_collection(
            LineCollection(
                [geographic(line, frame) for line in joined_edges(np.asarray(segment.trace))], colors=colour,
                linewidths=1.8, zorder=9, capstyle="round",
                path_effects=[withStroke(linewidth=3.0, foreground="white")],
            ),
            autolim=False,
        )  # fmt: skip


def fault_corners(fault: Fault, frame: LocalFrame) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of all patch corners."""
    corners = geographic(np.concatenate([np.asarray(outline) for outline in fault.outlines]), frame)
    return corners[:, 0], corners[:, 1]
