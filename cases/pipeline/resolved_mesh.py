"""Meshes with edges as long as the data resolve: the passes behind ``mesh: {by: resolution}``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial import cKDTree

from geoslip.cases.assemble.fault import build_fault
from geoslip.cases.casefile.case import Case
from geoslip.faults.meshing.sizes import EdgeLength
from geoslip.inversion.smoothing.norms import NormOperator

if TYPE_CHECKING:
    from geoslip.cases.pipeline.study import PreparedStudy
    from geoslip.inversion import Estimate

PASSES = 2
"""How often a mesh is made anew: the first is coarse where data resolve more, the second knows by how much."""
_NEAREST = 6
"""Patches between which a length is averaged."""


def asks_resolution(case: Case) -> bool:
    """Whether an inverted segment wants edges by what the data resolve."""
    return any(entry.mesh is not None and entry.mesh.by == "resolution" for entry in case.faults)


def meshes_resolved(study: PreparedStudy, *, invert: Callable[[PreparedStudy], Estimate]) -> PreparedStudy:
    """Invert, measure over what distance each patch's slip is an average, and mesh anew with edges as long.

    Parameters
    ----------
    study : PreparedStudy
        With its first meshes.
    invert : function
        Gives the answer to a study.

    Returns
    -------
    PreparedStudy
        The same where no segment asks for it.
    """
    if not asks_resolution(study.case):
        return study
    for _ in range(PASSES):
        estimate = invert(study)
        length = resolved_length(estimate)
        study = replace(study, fault=build_fault(study.case, study.frame, roots=study.roots, resolved=length))
    return study


def unbounded_spread(estimate: Estimate) -> NDArray[np.float64]:
    """Distance over which each patch's slip is an average, were slip not bounded, (n_patches,) m; NaN where locked.

    As geoslip.inversion.spread_length, of all parameters: where a bound holds slip today says nothing about the data.
    """
    if isinstance(estimate.system.operator, NormOperator):
        raise ValueError("a mesh by resolution needs a smoothing by squares: take another operator, or a mesh by depth")
    system, centres = estimate.system, estimate.problem.fault.centroids
    rows = cho_solve(cho_factor(system.regularised(estimate.strength), check_finite=False), system.normal) ** 2
    patch, n = system.space.patch, len(centres)
    gather = sparse.csr_array((np.ones(len(patch)), (patch, np.arange(len(patch)))), shape=(n, len(patch)))
    squares = gather @ np.asarray((gather @ rows.T).T)
    apart = np.sum((centres[:, None] - centres[None]) ** 2, axis=2)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt((squares * apart).sum(axis=1) / squares.sum(axis=1)))


def resolved_length(estimate: Estimate) -> EdgeLength:
    """Spread lengths of an estimate as an edge length at any point of its fault, m.

    Between the nearest patches the logarithm is averaged, nearer ones counting more; a patch that holds no free slip
    takes no part.
    """
    spread = unbounded_spread(estimate)
    known = np.isfinite(spread) & (spread > 0.0)
    if not known.any():
        raise ValueError("no patch may slip, so that the data resolve nothing: make the mesh by depth")
    tree, logs = cKDTree(estimate.problem.fault.centroids[known]), np.log(spread[known])
    count = min(_NEAREST, len(logs))

    def length(points: np.ndarray) -> np.ndarray:
        distance, nearest = (part.reshape(len(points), count) for part in tree.query(points, k=count))
        weight = 1.0 / (distance + 1.0)
        return np.asarray(np.exp((weight * logs[nearest]).sum(axis=1) / weight.sum(axis=1)))

    return length
