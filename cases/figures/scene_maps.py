"""A full scene before downsampling: observed, predicted and residual on one colour scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.fit_maps import displacement_bar, label_panels, map_extent, panel_layout
from geoslip.cases.figures.maps import draw_faults, near_origin

if TYPE_CHECKING:
    from geoslip.downsample import Scene
    from geoslip.faults import Fault, LocalFrame


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
        observed = np.asarray(scene.values[::step, ::step], dtype=float)
        model = np.full(observed.shape, np.nan)
        model[np.isfinite(observed)] = predicted
        x, y = np.meshgrid(scene.x[::step], scene.y[::step])
        longitude, latitude = scene.geographic(x, y, frame=frame)
        longitude = near_origin(longitude, frame)
        extent = map_extent(longitude.ravel(), latitude.ravel(), fault=fault, frame=frame)
        limit = limit or style.displacement_limit(observed, model)
        factor, unit = style.length_unit(limit)
        figure, axes, bar = panel_layout(extent)
        rms = factor * np.sqrt(np.nanmean((observed - model) ** 2))
        titles = ("Observed", "Predicted", f"Residual, rms {rms:.2g} {unit}")
        label_panels(axes, extent=extent)
        for panel, values, title in zip(axes, (observed, model, observed - model), titles, strict=True):
            panel.pcolormesh(
                longitude, latitude, np.ma.masked_invalid(factor * values), shading="nearest",
                cmap=style.DISPLACEMENT_MAP, norm=Normalize(-factor * limit, factor * limit), rasterized=True,
            )  # fmt: skip
            draw_faults(panel, fault=fault, frame=frame)
            panel.set_title(title)
        displacement_bar(figure, bar, kind=scene.kind, limit=limit, clipped=[observed, model])
    return figure
