"""Slip, its uncertainty and its truth in section."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.sections import Panel, figure_panels
from geoslip.cases.figures.unroll import flat_segments
from geoslip.inversion.smoothing.directions import common_directions

if TYPE_CHECKING:
    from geoslip.faults import SlipModel


def figure_slip_section(model: SlipModel) -> Figure:
    """Slip on every segment, unrolled, seen from the hanging wall; arrows show the hanging wall's motion."""
    slip = along_the_panels(model)
    size = model.magnitude
    norm = Normalize(0.0, style.slip_limit(size))
    panels = [
        Panel(
            title=segment.name,
            segment=segment,
            values=size[segment.patches],
            cmap=style.SLIP_MAP,
            norm=norm,
            label="Slip (m)",
            arrows=slip[segment.patches] / norm.vmax,
        )
        for segment in flat_segments(model)
    ]
    return figure_panels(panels)


def along_the_panels(model: SlipModel) -> np.ndarray:
    """Slip (n, 2) along strike and up the dip of the segments' panels: a triangle's own directions are not those."""
    turned = common_directions(model.fault) @ np.asarray(model.slip)[:, :2].T.ravel()
    return np.asarray(turned.reshape(2, -1).T)


def figure_deviation(model: SlipModel, *, sigma: np.ndarray) -> Figure:
    """Formal standard deviation of slip on every segment.

    Parameters
    ----------
    model : SlipModel
    sigma : (n,) array
        Standard deviation of slip a patch in m; NaN where the slip is held at a bound.

    Returns
    -------
    Figure
    """
    finite = sigma[np.isfinite(sigma)]
    factor, unit = style.length_unit(float(finite.max()) if finite.size else 1.0)
    norm = Normalize(0.0, style.slip_limit(sigma * factor))
    return _plain_panels(model, sigma * factor, cmap=style.SIGMA_MAP, norm=norm, label=f"Standard deviation ({unit})")


def figure_resolution(model: SlipModel, *, resolution: np.ndarray) -> Figure:
    """Diagonal of the resolution matrix on every segment.

    Parameters
    ----------
    model : SlipModel
    resolution : (n,) array
        Resolution a patch, 0 (smoothing alone) to 1 (data alone); NaN where nothing is free.

    Returns
    -------
    Figure
    """
    norm = Normalize(0.0, min(style.slip_limit(resolution), 1.0))
    return _plain_panels(model, resolution, cmap=style.RESOLUTION_MAP, norm=norm, label="Resolution, 0 to 1")


def _plain_panels(model: SlipModel, values: np.ndarray, *, cmap: Colormap, norm: Normalize, label: str) -> Figure:
    masked = np.ma.masked_invalid(values)
    return figure_panels(
        [
            Panel(
                title=segment.name, segment=segment, values=masked[segment.patches], cmap=cmap, norm=norm, label=label
            )
            for segment in flat_segments(model)
        ]
    )


def figure_truth(model: SlipModel, *, truth: SlipModel) -> Figure:
    """True slip, estimated slip and their difference (estimate minus truth) on every segment."""
    true, estimated = truth.magnitude, model.magnitude
    top = style.slip_limit(true, estimated)
    norm, apart = Normalize(0.0, top), Normalize(-0.5 * top, 0.5 * top)
    panels = []
    for segment in flat_segments(model):
        part = segment.patches
        for title, values, cmap, scale, label, arrows in (
            ("true", true, style.SLIP_MAP, norm, "Slip (m)", along_the_panels(truth)[part] / top),
            ("estimated", estimated, style.SLIP_MAP, norm, "Slip (m)", along_the_panels(model)[part] / top),
            ("estimated - true", estimated - true, style.DISPLACEMENT_MAP, apart, "Difference (m)", None),
        ):
            panels.append(
                Panel(
                    title=f"{segment.name}: {title}",
                    segment=segment,
                    values=values[part],
                    cmap=cmap,
                    norm=scale,
                    label=label,
                    arrows=arrows,
                )
            )
    return figure_panels(panels, columns=3)
