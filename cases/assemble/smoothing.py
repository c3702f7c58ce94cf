"""From the ``smoothing:`` block to a smoothing operator, and from ``slip: moment_prior`` to a prior."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.slip import build_constraints, edges_named
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.slip import Smoothing
from geoslip.cases.errors import CaseError, as_case_error
from geoslip.cases.library.find import resolve
from geoslip.faults.fault import Fault
from geoslip.faults.formats import FormatError, read_slip_model
from geoslip.faults.frame import LocalFrame
from geoslip.faults.neighbours import neighbours
from geoslip.faults.onto import slip_onto
from geoslip.faults.slip import SlipModel
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.smoothing.directions import mean_axes
from geoslip.inversion.smoothing.kinds import operator_kinds
from geoslip.inversion.smoothing.lengths import correlation_lengths
from geoslip.inversion.smoothing.linear_prior import LinearPrior, moment_prior
from geoslip.inversion.smoothing.operators import Operator
from geoslip.inversion.smoothing.relative import relative_strengths
from geoslip.inversion.smoothing.toward import toward


def check_slip(case: Case, fault: Fault, *, frame: LocalFrame, roots: Sequence[Path] = ()) -> None:
    """Build what the case asks of slip, before anything long is computed.

    Raises
    ------
    CaseError
        Rules that clash, segments or edges that are not there, a prior that does not fit the fault.
    """
    with as_case_error(case):
        build_constraints(case, fault, frame=frame).space(fault)
        build_priors(case, fault, frame=frame)
        build_operator(case, fault, frame=frame, roots=roots)


def build_priors(case: Case, fault: Fault, *, frame: LocalFrame) -> tuple[LinearPrior, ...]:
    """Give the case's priors that weigh as data.

    Raises
    ------
    ConstraintError
        A moment prior where the rake is free.
    """
    wanted = case.slip.moment_prior
    if wanted is None:
        return ()
    constraints = build_constraints(case, fault, frame=frame)
    return (moment_prior(fault, constraints, moment=wanted.mean, sigma=wanted.std),)


def build_operator(
    case: Case, fault: Fault, *, frame: LocalFrame | None = None, roots: Sequence[Path] = ()
) -> Operator:
    """Give the case's smoothing operator, with its zero edges across segments that touch or are joined.

    Components and segments count as the case weighs them against each other.

    Parameters
    ----------
    case : Case
    fault : Fault
    frame : LocalFrame, optional
        The case's; its origin's if not given.
    roots : sequence of Path
        Folders in which a slip model to smooth toward is looked for.

    Raises
    ------
    CaseError
        Zero edges for an operator that knows none, or a slip model that cannot be read or lies elsewhere.
    """
    smoothing = case.smoothing
    frame = frame or LocalFrame(*case.origin)
    plain = _plain_operator(case, fault, frame)
    if smoothing.toward is not None:
        plain = toward(plain, _given_slip(case, fault, frame, roots), name=smoothing.toward.file)
    return relative_strengths(
        plain,
        fault,
        by_component={str(name): factor for name, factor in smoothing.by_component.items()},
        by_segment=smoothing.by_segment,
    )


def _given_slip(case: Case, fault: Fault, frame: LocalFrame, roots: Sequence[Path]) -> np.ndarray:
    """The slip of the model that the case names, on the patches of its fault."""
    asked = case.smoothing.toward
    assert asked is not None
    own = None if asked.origin is None else (float(asked.origin[0]), float(asked.origin[1]))
    try:
        path = resolve(asked.file, roots or [Path()])
        model = _read_once(path, path.stat().st_mtime_ns, origin=own, crs=asked.crs)
        if model.frame is None:
            raise ValueError(f"{asked.file} counts from a place that it does not name: give toward: origin")
        return slip_onto(model, fault, frame=frame, reach=asked.reach)
    except (FormatError, OSError, ValueError) as error:
        raise CaseError(case.mistake(("smoothing", "toward"), str(error))) from error


@lru_cache(maxsize=1)
def _read_once(path: Path, changed: int, *, origin: tuple[float, float] | None, crs: str | None) -> SlipModel:
    """The slip model of a file, read again only when it has changed: checks and both builds of a run ask for it."""
    return read_slip_model(path, frame=None if origin is None else LocalFrame(*origin), crs=crs)


def _plain_operator(case: Case, fault: Fault, frame: LocalFrame) -> Operator:
    edges, smoothing = edges_named(case, "zero_edges"), case.smoothing
    kind = operator_kinds()[smoothing.operator]
    if "zero_edges" not in kind.takes and any(edges.values()):
        why = f" ({kind.no_edges})" if kind.no_edges else ""
        rule = f"the operator {kind.name} tapers slip at no edge{why}: leave zero_edges out, or take laplacian"
        raise CaseError(case.mistake(("smoothing", "operator"), rule))
    options: dict[str, Any] = {
        "zero_edges": edges,
        "hurst": smoothing.hurst,
        "smoothness": smoothing.smoothness,
        "join": case.join,
        "drop": smoothing.stress_drop or 0.0,
        "rigidity": case.elastic.rigidity,
        "poisson": case.elastic.poisson,
    }
    if "lengths" in kind.takes:
        options["lengths"] = _correlation_lengths(smoothing, fault)
    if "rake" in kind.takes:
        options["rake"] = _middle_rakes(case, fault, frame) if options["drop"] > 0.0 else None
    adjacency = neighbours(fault, join=case.join or "touching")
    return kind.make(fault, adjacency, **{name: options[name] for name in kind.takes})


def _middle_rakes(case: Case, fault: Fault, frame: LocalFrame) -> NDArray[np.float64]:
    """Middle (n_patches,) of the rakes that the case allows, degrees."""
    free, first, second = build_constraints(case, fault, frame=frame).rake_edges(fault)
    if free.any():
        raise ConstraintError(
            "a stress drop counts along the rake, and the rake is free: give slip a rake or a window of rakes, or "
            "leave stress_drop out"
        )
    return 0.5 * (first + second)


def _correlation_lengths(smoothing: Smoothing, fault: Fault) -> dict[str, tuple[float, float]]:
    lengths: dict[str, tuple[float, float]] = {}
    for segment in fault.segments:
        if smoothing.correlation is not None:
            lengths[segment.name] = smoothing.correlation
        else:
            length = float(np.ptp(np.concatenate(list(segment.outlines)) @ mean_axes(segment)[0]))
            width = float(segment.areas.sum()) / length
            lengths[segment.name] = correlation_lengths(length, width, mechanism=str(smoothing.mechanism))
    return lengths
