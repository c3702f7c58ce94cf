"""Smoothing operators by name, as a case file asks for them.

Ours stand in `KINDS`; a further one is a module of this folder, or of another distribution under the entry point
``geoslip.operators``, that holds an `OPERATOR`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geoslip.faults.discovery import discovered
from geoslip.inversion.smoothing.norms import sparsity, total_variation
from geoslip.inversion.smoothing.operators import Operator, laplacian
from geoslip.inversion.smoothing.priors import damping, first_difference, matern, von_karman
from geoslip.inversion.smoothing.stress_prior import stress_drop_operator

if TYPE_CHECKING:
    from geoslip.faults import Adjacency, Fault

COVARIANCE = "its covariance knows no edge"
TO_ZERO = "it draws every patch toward zero, those at edges as well"
BEYOND = "beyond the fault there is no slip, and its stress holds slip down at every buried edge already"


@dataclass(frozen=True)
class OperatorKind:
    """How an operator of one name is made.

    Attributes
    ----------
    name : str
    make : callable
        (fault, adjacency, **options) -> Operator.
    takes : tuple of str
        Options that it asks for: zero_edges (dict of edges by segment), lengths (dict of the correlation lengths along
        strike and dip by segment, m), join (pairs of segments), hurst, smoothness, drop (stress drop wanted, Pa), rake
        (degrees, one a patch, along which it counts), rigidity (Pa), poisson.
    no_edges : str
        Why it takes no zero_edges, for the error; needed where it does not.
    squares : bool
        It sums squares; one of geoslip.inversion.smoothing.norms, which does not, has no ABIC, GCV and variance
        components.
    """

    name: str
    make: Callable[..., Operator]
    takes: tuple[str, ...] = ()
    no_edges: str = ""
    squares: bool = True


def _of_fault(make: Callable[..., Operator]) -> Callable[..., Operator]:
    """The operator of a fault whose neighbours do not matter."""

    def made(fault: Fault, adjacency: Adjacency, **options: Any) -> Operator:
        return make(fault, **options)

    return made


KINDS = (
    OperatorKind("laplacian", laplacian, ("zero_edges",)),
    OperatorKind("first_difference", first_difference, ("zero_edges",)),
    OperatorKind("damping", _of_fault(damping), no_edges=TO_ZERO),
    OperatorKind("von_karman", _of_fault(von_karman), ("lengths", "hurst", "join"), no_edges=COVARIANCE),
    OperatorKind("matern", _of_fault(matern), ("lengths", "smoothness", "join"), no_edges=COVARIANCE),
    OperatorKind("total_variation", total_variation, ("zero_edges",), squares=False),
    OperatorKind("sparsity", _of_fault(sparsity), no_edges=TO_ZERO, squares=False),
    OperatorKind(
        "stress_drop", _of_fault(stress_drop_operator), ("drop", "rake", "rigidity", "poisson"), no_edges=BEYOND
    ),
)


@cache
def operator_kinds() -> dict[str, OperatorKind]:
    """Give all operators by name; do not change the dictionary."""
    more = discovered("geoslip.inversion.smoothing", "OPERATOR", group="geoslip.operators")
    return {kind.name: kind for kind in (*KINDS, *more)}
