"""From the ``slip:`` and ``smoothing:`` blocks to constraints and a smoothing operator."""

from __future__ import annotations

from typing import Any

from geoslip.cases.schema import Case
from geoslip.faults.fault import Fault
from geoslip.inversion.constraints import Constraints
from geoslip.inversion.operators import Operator, laplacian


def build_constraints(case: Case) -> Constraints:
    """Give what slip may do: rake and largest slip by segment, and the cap on moment."""
    slip = case.slip
    rake: dict[str, Any] = {}
    maximum: dict[str, float] = {}
    for entry in case.faults:
        own = slip.segments.get(entry.name)
        window = own.rake if own is not None and own.rake is not None else slip.rake
        rake[entry.name] = window if window == "free" else tuple(window)
        largest = own.maximum if own is not None and own.maximum is not None else slip.maximum
        if largest is not None:
            maximum[entry.name] = largest
    return Constraints(
        rake=rake,
        maximum=maximum or None,
        moment_at_most=slip.moment_at_most,
        rigidity=case.elastic.rigidity,
    )


def build_operator(case: Case, fault: Fault) -> Operator:
    """Give the smoothing operator with the case's zero edges, across touching and joined segments."""
    from geoslip.faults.neighbours import neighbours

    edges = {}
    for entry in case.faults:
        own = case.slip.segments.get(entry.name)
        edges[entry.name] = own.zero_edges if own is not None and own.zero_edges is not None else case.slip.zero_edges
    adjacency = neighbours(fault, join=case.join or "touching")
    return laplacian(fault, adjacency, zero_edges=edges)
