"""From the ``slip:`` and ``smoothing:`` blocks to constraints and a smoothing operator."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoslip.cases.errors import CaseError
from geoslip.cases.schema import Case
from geoslip.faults.fault import Fault
from geoslip.inversion.constraints import Constraints
from geoslip.inversion.lengths import correlation_lengths
from geoslip.inversion.operators import Operator, laplacian
from geoslip.inversion.priors import damping, first_difference, von_karman


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
    """Give the case's smoothing operator, with its zero edges across segments that touch or are joined.

    Raises
    ------
    CaseError
        Zero edges for an operator that knows none.
    """
    from geoslip.faults.neighbours import neighbours

    edges = {}
    for entry in case.faults:
        own = case.slip.segments.get(entry.name)
        edges[entry.name] = own.zero_edges if own is not None and own.zero_edges is not None else case.slip.zero_edges
    name = case.smoothing.operator
    if name in ("damping", "von_karman"):
        if any(edges.values()):
            rule = f"the operator {name} tapers slip at no edge: leave zero_edges out, or take laplacian"
            raise CaseError(case.mistake(("smoothing", "operator"), rule))
        return damping(fault) if name == "damping" else _von_karman(case, fault)
    adjacency = neighbours(fault, join=case.join or "touching")
    make = laplacian if name == "laplacian" else first_difference
    return make(fault, adjacency, zero_edges=edges)


def _von_karman(case: Case, fault: Fault) -> Operator:
    smoothing = case.smoothing
    lengths: dict[str, tuple[float, float]] = {}
    for segment in fault.segments:
        if smoothing.correlation is not None:
            lengths[segment.name] = smoothing.correlation
        else:
            strike = segment.strike_vectors.mean(axis=0)
            length = float(np.ptp(np.concatenate(list(segment.outlines)) @ (strike / np.linalg.norm(strike))))
            width = float(segment.areas.sum()) / length
            lengths[segment.name] = correlation_lengths(length, width, mechanism=str(smoothing.mechanism))
    return von_karman(fault, lengths=lengths, hurst=smoothing.hurst)
