"""Slip at the rim of a fault, and what locked edges hold back: the same fit with the patches on them free to slip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoslip.cases.assemble.slip import build_constraints
from geoslip.cases.pipeline.run import Assumption
from geoslip.faults.neighbours import neighbours
from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.cases.casefile.case import Case
    from geoslip.faults.frame import LocalFrame
    from geoslip.inversion import Estimate

ASKED = 2.0
"""Rise of ABIC by the lock above which the data ask for slip at the edges.

2 ln of the Bayes factor of less than 2 is "not worth more than a bare mention" (Kass & Raftery 1995, JASA 90, p. 777).
"""


@dataclass(frozen=True)
class LockedRim:
    """A fit with locked edges against the one with these free, at the same strength and under the same noise.

    Parameters
    ----------
    misfit_rise : float
        Chi-square that the lock adds.
    abic_rise : float
        ABIC, with all of its constants, that the lock adds; negative where the data are likelier with it.
    free_slip : dict of str to float
        Largest slip (m) at the rim of each segment where its edges are free.
    free_mw : float
        Moment magnitude with the edges free.
    """

    misfit_rise: float
    abic_rise: float
    free_slip: dict[str, float]
    free_mw: float

    @property
    def assumption(self) -> Assumption:
        """What the lock costs, for the table of what the answer rests on."""
        cost = f"chi-square {self.misfit_rise:+.1f}, ABIC {self.abic_rise:+.1f} (data ask for the slip above {ASKED:g})"
        return Assumption("cost of no slip on these patches", cost, "data")

    @property
    def warnings(self) -> list[str]:
        """What must be said where the data ask for slip on locked edges."""
        if self.abic_rise <= ASKED:
            return []
        return [
            f"the data ask for slip on locked edges: ABIC is {self.abic_rise:.1f} larger with the lock and chi-square "
            f"{self.misfit_rise:.1f}; let the fault reach further there, or leave locked_edges out"
        ]


def released_rim(case: Case, estimate: Estimate, *, frame: LocalFrame) -> LockedRim | None:
    """Fit again with locked edges free; None for a case that locks none.

    Parameters
    ----------
    case : Case
    estimate : Estimate
        The fit with the lock.
    frame : LocalFrame
        The case's frame.
    """
    from geoslip.inversion import comparable_abic, solve

    if not locks_edges(case):
        return None
    problem, strength = estimate.problem, estimate.strength
    unlocked = case.model_copy(update={"slip": case.slip.unlocked()})
    constraints = build_constraints(unlocked, problem.fault, frame=frame)
    free = solve(problem, estimate.system.operator, strength=strength, constraints=constraints)
    model = SlipModel(problem.fault, free.slip, rigidity=case.elastic.rigidity)
    abic = [float(comparable_abic(one.system, [strength])[0]) for one in (estimate, free)]
    return LockedRim(
        misfit_rise=estimate.chi2 - free.chi2,
        abic_rise=abic[0] - abic[1],
        free_slip=rim_slip(model),
        free_mw=model.mw,
    )


def rim_slip(model: SlipModel) -> dict[str, float]:
    """Largest slip (m) on the patches of each segment with an edge where the fault ends, at the ground or below."""
    rim = np.unique(neighbours(model.fault).rim_patch)
    owner = model.fault.segment_index[rim]
    return {
        name: float(model.magnitude[rim[owner == number]].max(initial=0.0))
        for number, name in enumerate(model.fault.names)
    }


def locks_edges(case: Case) -> bool:
    """Whether the case locks an edge of any segment."""
    return bool(case.slip.locked_edges) or any(own.locked_edges for own in case.slip.segments.values())


def rim_summary(found: LockedRim | None) -> dict[str, Any]:
    """The block ``locked_edges`` of summary.json; empty where no edge is locked."""
    if found is None:
        return {}
    return {
        "chi2_rise": found.misfit_rise,
        "abic_rise": found.abic_rise,
        "mw_free": found.free_mw,
        "segments": [{"name": name, "rim_slip_free_m": slip} for name, slip in found.free_slip.items()],
    }
