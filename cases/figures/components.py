"""Maps of a decomposed field: components with arrows, strain with its axes, offsets along ruptures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from geoslip.cases.decompose.derived import COMPONENTS
from geoslip.cases.figures.style import (
    INK,
    SEGMENT_COLOURS,
    displacement_limit,
    new_figure,
    report_style,
    save_figure,
)

if TYPE_CHECKING:
    from geoslip.cases.decompose.components import ThreeComponents
    from geoslip.inversion import OffsetProfile

ARROWS = 16
"""Arrows, and crosses, along the longer side of a map."""


class _Map:
    """Where the pixels of a result lie on paper: degrees, or kilometres in a projection."""

    def __init__(self, result: ThreeComponents) -> None:
        grid = result.grid
        self.geographic = grid.crs == "EPSG:4326"
        self.scale = 1.0 if self.geographic else 1e-3
        self.x, self.y = self.scale * grid.x, self.scale * grid.y
        self.extent = (self.x[0], self.x[-1], self.y[-1], self.y[0])
        self.aspect = 1.0 / np.cos(np.deg2rad(float(np.mean(grid.y)))) if self.geographic else 1.0
        step = [max(1, size // ARROWS) for size in grid.values.shape]
        self.sparse = (slice(step[0] // 2, None, step[0]), slice(step[1] // 2, None, step[1]))
        self.places = tuple(part[self.sparse] for part in np.meshgrid(self.x, self.y))

    def draw(self, axes: Axes, values: NDArray[Any], *, label: str, cmap: str, low: float, high: float) -> None:
        """Draw one grid with its colour bar."""
        image = axes.imshow(values, extent=self.extent, aspect=self.aspect, cmap=cmap, vmin=low, vmax=high)
        figure = axes.get_figure()
        assert isinstance(figure, Figure)
        figure.colorbar(image, ax=axes, orientation="horizontal", label=label, pad=0.02)

    def name_axes(self, rows: NDArray[Any]) -> None:
        """Label the left and the lower maps of a figure (rows, columns)."""
        for axes in rows[:, 0]:
            axes.set_ylabel("latitude (degrees)" if self.geographic else "north (km)")


def _save_once_laid_out(figure: Figure, folder: Path, *, name: str) -> None:
    """Save both formats with one layout, which takes longer than drawing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
    save_figure(figure, folder, name=name)


def draw_components(result: ThreeComponents, folder: Path) -> None:
    """Draw east, north and up with their standard deviations, and arrows of the horizontal motion on up."""
    where = _Map(result)
    with report_style():
        figure = new_figure(height=6.6)
        figure.set_layout_engine("constrained")
        axes = figure.subplots(2, 3, sharex=True, sharey=True)
        for number, name in enumerate(COMPONENTS):
            values, sigma = result.values[number], 1e3 * result.sigma[number]
            limit = displacement_limit(values[np.isfinite(values)])
            where.draw(axes[0, number], values, label=f"{name} (m)", cmap="RdBu_r", low=-limit, high=limit)
            high = 1.6 * float(np.nanmedian(sigma)) or 1.0
            where.draw(axes[1, number], sigma, label=f"sigma of {name} (mm)", cmap="Greys", low=0.0, high=high)
        east, north = (result.values[number][where.sparse] for number in (0, 1))
        axes[0, 2].quiver(*where.places, east, north, width=4e-3, color="black")
        where.name_axes(axes)
        _save_once_laid_out(figure, folder, name="components")


def draw_strain(result: ThreeComponents, folder: Path) -> None:
    """Draw dilatation, shear and rotation in microstrain and microradians, with the axes of strain on the shear.

    Blue bars are extension, red ones shortening; their lengths grow with the square root of the strain, so that small
    ones are seen beside those at a rupture.
    """
    assert result.gradient is not None
    strain, where = result.gradient.strain(), _Map(result)
    with report_style():
        figure = new_figure(height=3.7)
        figure.set_layout_engine("constrained")
        axes = figure.subplots(1, 3, sharex=True, sharey=True, squeeze=False)
        for part, name, unit in ((0, "dilatation", "microstrain"), (2, "rotation", "microradians")):
            values = 1e6 * getattr(strain, name)
            limit = displacement_limit(values, share=98.0)
            where.draw(axes[0, part], values, label=f"{name} ({unit})", cmap="RdBu_r", low=-limit, high=limit)
        high = displacement_limit(strain.shear, share=98.0)
        where.draw(axes[0, 1], 1e6 * strain.shear, label="shear (microstrain)", cmap="Greys", low=0.0, high=1e6 * high)
        azimuth = np.deg2rad(strain.azimuth[where.sparse])
        for axis, colour, turn in ((0, "#0072b2", 0.0), (1, "#d55e00", 0.5 * np.pi)):
            size = strain.principal[axis][where.sparse]
            size = np.where(size > 0.0 if axis == 0 else size < 0.0, np.sqrt(np.minimum(np.abs(size) / high, 1.0)), 0.0)
            axes[0, 1].quiver(
                *where.places, size * np.sin(azimuth + turn), size * np.cos(azimuth + turn), pivot="mid", headwidth=0,
                headlength=0, headaxislength=0, scale=1.1 * ARROWS, width=4e-3, color=colour,
            )  # fmt: skip
        where.name_axes(axes)
        _save_once_laid_out(figure, folder, name="strain")


def draw_profile(profile: OffsetProfile, title: str, folder: Path, *, name: str) -> None:
    """Draw offsets along a rupture with their standard deviations, and what they add up to along it."""
    along = 1e-3 * profile.along
    parts = (profile.right_lateral, profile.opening, profile.vertical)
    labels = ("right-lateral", "opening", "right side up")
    with report_style():
        figure = new_figure(height=4.8)
        figure.set_layout_engine("constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        for values, sigma, total, label, colour in zip(
            parts, profile.sigma, profile.cumulative(), labels, SEGMENT_COLOURS
        ):
            upper.errorbar(along, values, yerr=sigma, fmt="o-", markersize=3.5, lw=1.1, color=colour, label=label)
            lower.plot(along, 1e-3 * total, lw=1.4, color=colour)
        for axes in (upper, lower):
            axes.axhline(0.0, color=INK, lw=0.6)
        upper.set_title(title)
        upper.set_ylabel("offset (m)")
        upper.legend(loc="lower center", bbox_to_anchor=(0.8, 1.0), ncols=3)
        lower.set_ylabel("sum along (m km)")
        lower.set_xlabel("distance along the rupture (km)")
        _save_once_laid_out(figure, folder, name=name)
