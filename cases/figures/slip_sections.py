"""Slip, its uncertainty and its truth in section."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.sections import Panel, figure_panels
from geoslip.cases.figures.unroll import flat_segments

if TYPE_CHECKING:
    from geoslip.faults import SlipModel


def figure_slip_section(model: SlipModel) -> Figure:
    """Slip on every segment, unrolled, seen from the hanging wall; arrows show the hanging wall's motion."""
    slip = np.asarray(model.slip)
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
            arrows=slip[segment.patches, :2] / norm.vmax,
        )
        for segment in flat_segments(model)
    ]
    return figure_panels(panels)


def figure_uncertainty(model: SlipModel, *, sigma: np.ndarray, resolution: np.ndarray | None) -> Figure:
    """Formal standard deviation of slip, and the resolution matrix's diagonal where it is known.

    Parameters
    ----------
    model : SlipModel
    sigma : (n,) array
        Standard deviation of slip a patch in m; NaN where the slip is held at a bound.
    resolution : (n,) array or None
        Resolution a patch, 0 (prior only) to 1 (data only).

    Returns
    -------
    Figure
    """
    finite = sigma[np.isfinite(sigma)]
    factor, unit = style.length_unit(float(finite.max()) if finite.size else 1.0)
    norm = Normalize(0.0, style.slip_limit(sigma * factor))
    panels = []
    flat = flat_segments(model)
    for segment in flat:
        panels.append(
            Panel(
                title=f"{segment.name}: standard deviation",
                segment=segment,
                values=np.ma.masked_invalid(sigma[segment.patches] * factor),
                cmap=style.SIGMA_MAP,
                norm=norm,
                label=f"Standard deviation ({unit})",
            )
        )
    if resolution is not None:
        panels += [
            Panel(
                title=f"{segment.name}: resolution",
                segment=segment,
                values=np.ma.masked_invalid(resolution[segment.patches]),
                cmap=style.RESOLUTION_MAP,
                norm=Normalize(0.0, 1.0),
                label="Resolution (-)",
            )
            for segment in flat
        ]
    return figure_panels(panels)


def figure_truth(model: SlipModel, *, truth: SlipModel) -> Figure:
    """True slip, estimated slip and their difference (estimate minus truth) on every segment."""
    true, estimated = truth.magnitude, model.magnitude
    top = style.slip_limit(true, estimated)
    norm, apart = Normalize(0.0, top), Normalize(-0.5 * top, 0.5 * top)
    panels = []
    for segment in flat_segments(model):
        part = segment.patches
        for title, values, cmap, scale, label, arrows in (
            ("true", true, style.SLIP_MAP, norm, "Slip (m)", np.asarray(truth.slip)[part, :2] / top),
            ("estimated", estimated, style.SLIP_MAP, norm, "Slip (m)", np.asarray(model.slip)[part, :2] / top),
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
