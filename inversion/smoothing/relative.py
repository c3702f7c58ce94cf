"""One component or one segment smoothed more than another: factors on the rows of an operator.

| quantity       | unit | meaning                                                                     |
|----------------|------|-----------------------------------------------------------------------------|
| factor         | 1    | times the strength: 2 smooths as twice the strength would, 0.5 as half of it |
| row of L m     |      | times the factor of the patches it acts on                                   |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse

from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.greens import checked_components
from geoslip.inversion.smoothing.operators import Operator

if TYPE_CHECKING:
    from geoslip.faults import Fault


def relative_strengths(
    operator: Operator,
    fault: Fault,
    *,
    components: Sequence[str] = ("strike", "dip"),
    by_component: Mapping[str, float] | None = None,
    by_segment: Mapping[str, float] | None = None,
) -> Operator:
    """Regularise some components or segments more than others, under one strength for all.

    A row takes the product of its component's and its segment's factor. Where it joins segments of different factors
    it takes their geometric mean, weighed by the size of the row's entries, so that smoothness across a junction is
    neither lost to the weaker nor ruled by the stronger.

    Parameters
    ----------
    operator : Operator
        For this fault and these components; its rows come component by component, as all operators here make them.
    fault : Fault
    components : sequence of str
    by_component, by_segment : dict of str to float, optional
        Positive factors; what is not named has 1.

    Returns
    -------
    Operator

    Raises
    ------
    ConstraintError
        A component or segment that is not there, or a factor that is not positive.
    """
    names = checked_components(components)
    component = _factors(by_component, names, what="component")
    segment = _factors(by_segment, fault.names, what="segment")
    if not (by_component or by_segment):
        return operator
    rows = operator.matrix.shape[0] // len(names)
    size = abs(operator.matrix)
    patches = np.tile(np.log(segment)[fault.segment_index], len(names))
    total = np.asarray(size.sum(axis=1)).ravel()
    share = np.divide(size @ patches, total, out=np.zeros(len(total)), where=total > 0.0)
    scale = np.repeat(component, rows) * np.exp(share)
    said = [f"{name} {value:g}" for name, value in {**(by_component or {}), **(by_segment or {})}.items()]
    note = f"{operator.note}; times {', '.join(said)}"
    matrix = sparse.csr_array(sparse.diags_array(scale) @ operator.matrix)
    return replace(
        operator, matrix=matrix, note=note, target=None if operator.target is None else scale * operator.target
    )


def _factors(given: Mapping[str, float] | None, names: Sequence[str], *, what: str) -> np.ndarray:
    factors = dict.fromkeys(names, 1.0)
    for name, value in (given or {}).items():
        if name not in factors:
            raise ConstraintError(f"relative strength for the {what} {name!r}: there are {', '.join(map(repr, names))}")
        if not (np.isfinite(value) and value > 0.0):
            raise ConstraintError(
                f"relative strength {value!r} of the {what} {name!r} must be positive: 1 smooths as the rest"
            )
        factors[name] = float(value)
    return np.array(list(factors.values()))
