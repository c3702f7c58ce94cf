"""A full scene before downsampling: observed, predicted and residual, on one colour scale or wrapped into fringes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.beachball import draw_beachball
from geoslip.cases.figures.fit_maps import displacement_bar, label_panels, map_extent, panel_layout
from geoslip.cases.figures.maps import draw_faults, near_origin

if TYPE_CHECKING:
    from geoslip.downsample import Scene
    from geoslip.faults import Fault, LocalFrame


Pixels = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Observed and predicted values (m), longitudes and latitudes (degrees), each (ny, nx)."""
C_BAND = 0.055465763
"""Wavelength (m) that fringes are counted in where the case names none."""
MOST_FRINGES = 20
"""More turns of the colours than so many over a scene are no longer told apart on paper."""


def thinning(scene: Scene, *, most: int = 320) -> int:
    """Every how many-th pixel to draw, that a map has at most ``most`` along its longer side."""
    return -(-max(scene.values.shape) // most)


def figure_scene(
    scene: Scene, *, predicted: np.ndarray, step: int, fault: Fault, frame: LocalFrame, limit: float | None = None
) -> Figure:
    """Map every ``step``-th pixel of a scene; where there are no data the map is grey.

    Parameters
    ----------
    scene : Scene
    predicted : (n,) array
        Predicted values of the valid ones among those pixels, row by row, in m.
    step : int
    fault : Fault
    frame : LocalFrame
    limit : float, optional
        Half-width of the colour scale in m, that of the cells for instance; from the scene itself by default.

    Returns
    -------
    Figure
    """
    with style.report_style():
        pixels = _pixels(scene, predicted, step=step, frame=frame)
        observed, model = pixels[:2]
        limit = limit or style.displacement_limit(observed, model)
        factor, unit = style.length_unit(limit)
        rms = factor * np.sqrt(np.nanmean((observed - model) ** 2))
        figure, axes, bar = _three_maps(
            pixels, fault=fault, frame=frame, shown=lambda values: factor * values, cmap=style.DISPLACEMENT_MAP,
            norm=Normalize(-factor * limit, factor * limit),
        )  # fmt: skip
        axes[2].set_title(f"Residual, rms {rms:.2g} {unit}")
        displacement_bar(figure, bar, kind=scene.kind, limit=limit, clipped=[observed, model])
    return figure


def fringe_length(scene: Scene, *, wavelength: float | None) -> float:
    """Displacement (m) of one fringe: half the radar's wavelength, or a round length where those would be too many.

    Parameters
    ----------
    scene : Scene
    wavelength : float, optional
        m; that of C-band where it is not known.
    """
    half = 0.5 * (wavelength or C_BAND)
    span = float(np.ptp(scene.values[np.isfinite(scene.values)]))
    if span <= MOST_FRINGES * half:
        return half
    least = span / MOST_FRINGES
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * step for step in (1.0, 2.0, 5.0, 10.0) if power * step >= least))


def figure_fringes(
    scene: Scene,
    *,
    predicted: np.ndarray,
    step: int,
    fault: Fault,
    frame: LocalFrame,
    fringe: float,
    moment_tensor: np.ndarray,
) -> Figure:
    """Map the same pixels wrapped into fringes, as an interferogram shows them, with the focal mechanism.

    Parameters
    ----------
    scene : Scene
    predicted : (n,) array
        Predicted values of the valid ones among those pixels, row by row, in m.
    step : int
    fault : Fault
    frame : LocalFrame
    fringe : float
        Displacement of one turn of the colours, m.
    moment_tensor : (3, 3) array
        East, north, up axes.

    Returns
    -------
    Figure
    """
    with style.report_style():
        factor, unit = style.length_unit(fringe)
        norm = Normalize(0.0, factor * fringe)
        figure, axes, bar = _three_maps(
            _pixels(scene, predicted, step=step, frame=frame), fault=fault, frame=frame,
            shown=lambda values: factor * np.mod(values, fringe), cmap=style.FRINGE_MAP, norm=norm,
        )  # fmt: skip
        style.colour_bar(figure, bar, cmap=style.FRINGE_MAP, norm=norm, label=f"Displacement within a fringe ({unit})")
        place, (width, height) = axes[0].get_position(), figure.get_size_inches()
        draw_beachball(
            figure,
            moment_tensor,
            left=place.x1 * width - 0.55,
            top=(1.0 - place.y1) * height + 0.05,
            size=0.5,
            label="",
        )
    return figure


def _three_maps(
    pixels: Pixels, *, fault: Fault, frame: LocalFrame, shown: Callable[[np.ndarray], np.ndarray], cmap: Colormap,
    norm: Normalize,
) -> tuple[Figure, list[Axes], Axes]:  # fmt: skip
    """Map observed, predicted and residual as ``shown`` turns them (m) into what the colours tell."""
    observed, model, longitude, latitude = pixels
    extent = map_extent(longitude.ravel(), latitude.ravel(), fault=fault, frame=frame)
    figure, axes, bar = panel_layout(extent)
    label_panels(axes, extent=extent)
    for panel, values, title in zip(
        axes, (observed, model, observed - model), ("Observed", "Predicted", "Residual"), strict=True
    ):
        panel.pcolormesh(
            longitude, latitude, np.ma.masked_invalid(shown(values)), shading="nearest", cmap=cmap, norm=norm,
            rasterized=True,
        )  # fmt: skip
        draw_faults(panel, fault=fault, frame=frame)
        panel.set_title(title)
    return figure, axes, bar


def _pixels(scene: Scene, predicted: np.ndarray, *, step: int, frame: LocalFrame) -> Pixels:
    """Observed and predicted values of every ``step``-th pixel, their longitudes and latitudes, each (ny, nx)."""
    observed = np.asarray(scene.values[::step, ::step], dtype=float)
    model = np.full(observed.shape, np.nan)
    model[np.isfinite(observed)] = predicted
    x, y = np.meshgrid(scene.x[::step], scene.y[::step])
    longitude, latitude = scene.geographic(x, y, frame=frame)
    return observed, model, near_origin(longitude, frame), latitude
