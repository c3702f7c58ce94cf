"""Regularisations by sums of sizes, not of squares: slip in blocks of even slip, or on few patches.

The regularisation is strength^2 times a sum over groups of the length of (L m) in the group, a group being a side
between two patches, or a patch, with all slip components. A length has a corner at zero, so that many groups are zero
exactly: their slip is the same on both sides, or there is none.

| operator        | a group's length                            | roughness               | unit | strength |
|-----------------|---------------------------------------------|-------------------------|------|----------|
| total_variation | jump of slip across a side times its length | total variation of slip | m^2  | 1/m      |
| sparsity        | slip times the patch's area                 | potency                 | m^3  | m^-1.5   |

Both are the norms of slip that is even on each patch, whatever the patches, so that one strength means the same on two
meshes; on rectangles a slope s along the diagonal counts as the sum of its parts along the sides, root 2 times s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.greens import checked_components
from geoslip.inversion.smoothing.operators import Operator, differences, for_each

if TYPE_CHECKING:
    from geoslip.faults import Adjacency, Fault

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NormOperator(Operator):
    """Rows whose lengths, group by group, are summed; rows come component by component, each with all groups.

    Attributes
    ----------
    n_groups : int
    """

    n_groups: int = 0

    def lengths(self, rows: Array) -> Array:
        """Length (n_groups,) of each group of rows (components * n_groups,)."""
        return np.asarray(np.linalg.norm(rows.reshape(-1, self.n_groups), axis=0))

    def roughness(self, slip: Array) -> float:
        """Sum of the groups' lengths of L m - t for a slip vector (p,)."""
        return float(self.lengths(self.matrix @ slip - (0.0 if self.target is None else self.target)).sum())


def total_variation(
    fault: Fault,
    adjacency: Adjacency,
    *,
    components: Sequence[str] = ("strike", "dip"),
    zero_edges: Sequence[str] | Mapping[str, Sequence[str]] = (),
) -> NormOperator:
    """Jumps of slip between neighbouring patches, across segments where they touch: few and sharp, not many and small.

    Parameters
    ----------
    fault : Fault
    adjacency : Adjacency
        From geoslip.faults.neighbours.
    components : sequence of str
        The jump is the length of the vector of their differences.
    zero_edges : sequence of str, or dict of these by segment name
        As for the Laplacian: beyond these edges slip is zero.

    Returns
    -------
    NormOperator

    Raises
    ------
    ConstraintError
        An edge or segment that does not exist, or a fault of one patch without zero edges, which has no jumps.
    """
    one = differences(fault, adjacency, zero_edges=zero_edges, weight=lambda length, apart: length)
    if not one.shape[0]:
        raise ConstraintError("total variation of a single patch without zero edges is nothing: name zero edges")
    note = "total variation of slip, across touching segments"
    return NormOperator("total_variation", for_each(one, fault, components), note, n_groups=one.shape[0])


def sparsity(fault: Fault, *, components: Sequence[str] = ("strike", "dip")) -> NormOperator:
    """Potency, slip times area: slip on as few patches as the data allow.

    Parameters
    ----------
    fault : Fault
    components : sequence of str

    Returns
    -------
    NormOperator
    """
    names = checked_components(components)
    matrix = for_each(sparse.diags_array(fault.areas), fault, names)
    return NormOperator("sparsity", matrix, "slip on few patches", n_groups=fault.n_patches)
