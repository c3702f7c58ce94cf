"""Smoothing toward slip that is given: the departure from it is small or smooth, not slip itself.

||L m - L m0||^2, with m0 the slip of a published model, of another data set, or of an earlier time. Its units and
strength are those of the operator L. Along directions that L does not see (even slip, for a Laplacian without zero
edges) m0 says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.greens import checked_components
from geoslip.inversion.smoothing.operators import Operator


def toward(
    operator: Operator, slip: ArrayLike, *, components: Sequence[str] = ("strike", "dip"), name: str = "given slip"
) -> Operator:
    """The same operator of what slip departs from a given one by.

    Parameters
    ----------
    operator : Operator
        Of sums of squares.
    slip : (n_patches, 3) array_like
        Strike slip, dip slip and opening of each patch, m; geoslip.faults.slip_onto brings another fault's there.
    components : sequence of str
        Those of the operator.
    name : str
        What the note calls the slip.

    Returns
    -------
    Operator

    Raises
    ------
    ValueError
        Slip of another number of patches, or not finite.
    """
    names = checked_components(components)
    table: NDArray[np.float64] = np.asarray(slip, dtype=float)
    n = operator.matrix.shape[1] // len(names)
    if table.shape != (n, 3):
        raise ValueError(
            f"slip to smooth toward has shape {table.shape}, the operator acts on {n} patches: give ({n}, 3), strike "
            "slip, dip slip and opening of each patch"
        )
    if not np.isfinite(table).all():
        raise ValueError(f"{name}: slip to smooth toward is not finite: give zero where nothing is known")
    vector = np.concatenate([table[:, ("strike", "dip", "opening").index(one)] for one in names])
    own = 0.0 if operator.target is None else operator.target
    return replace(operator, target=operator.matrix @ vector + own, note=f"{operator.note}; toward {name}")
