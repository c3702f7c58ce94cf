"""What draws of geometry say of the source as a whole: centroid, magnitude, moment tensor, and moment by depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.pipeline.posterior import describe
from geoslip.faults import Fault, RectangularSegment, SlipModel

if TYPE_CHECKING:
    from geoslip.faults import LocalFrame
    from geoslip.inversion.posterior import GeometryPosterior

Array = NDArray[np.float64]
BIN = 1000.0
"""Height of a depth bin, m."""


def source_summary(posterior: GeometryPosterior, frame: LocalFrame) -> dict[str, Any]:
    """Give what summary.json says of the sampled source, whatever the number of its rectangles.

    Parameters
    ----------
    posterior : GeometryPosterior
    frame : LocalFrame
        The case's frame.

    Returns
    -------
    dict
        Centroid and magnitude with their spread, the mean moment tensor (east, north, up, N m), and mean and standard
        deviation of the moment (N m) in bins of 1 km from the surface down.
    """
    draws, parts = posterior.rectangles.shape[:2]
    model = _as_one_model(posterior)
    moments = np.asarray(model.moments).reshape(draws, parts)
    middle = np.asarray(model.fault.centroids).reshape(draws, parts, 3)
    centre = (moments[:, :, None] * middle).sum(axis=1) / moments.sum(axis=1)[:, None]
    longitude, latitude = frame.to_geographic(centre[:, 0], centre[:, 1])
    profile = moment_profiles(model, draws)
    return {
        "lon": describe(longitude),
        "lat": describe(latitude),
        "depth_km": describe(-1e-3 * centre[:, 2]),
        "mw": describe(posterior.quantities["magnitude"]),
        "moment_tensor_enu_nm": model.moment_tensor / draws,
        "moment_by_depth_nm": {"mean": profile.mean(axis=0), "std": profile.std(axis=0)},
    }


def _as_one_model(posterior: GeometryPosterior) -> SlipModel:
    """All rectangles of all draws as the patches of one segment."""
    segment = RectangularSegment("draws", posterior.rectangles.reshape(-1, 7))
    return SlipModel(Fault((segment,)), posterior.slip.reshape(-1, 3), rigidity=posterior.rigidity)


def moment_profiles(model: SlipModel, draws: int) -> Array:
    """Moment (draws, bins) of each draw in bins of 1 km from the surface down, N m."""
    from geoslip.cases.figures.moment_depth import depth_shares

    deepest = -float(np.asarray(model.fault.segments[0].outlines)[..., 2].min())
    edges = BIN * np.arange(int(np.ceil((deepest + 1e-6) / BIN)) + 1)
    share = depth_shares(model, edges=edges) * np.asarray(model.moments)[:, None]
    return np.asarray(share.reshape(draws, -1, share.shape[1]).sum(axis=1))
