"""What a study leaves behind: the one object that the report, the files and a script read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoslip.cases.casefile.case import Case
    from geoslip.cases.pipeline.prediction import PredictionErrors
    from geoslip.cases.pipeline.rim import LockedRim
    from geoslip.cases.pipeline.stress import StressFound
    from geoslip.cases.pipeline.trust import Trust
    from geoslip.downsample import Observations
    from geoslip.faults import Fault, LocalFrame, SlipModel
    from geoslip.inversion import Estimate, Problem, StrengthCurve
    from geoslip.inversion.posterior import GeometryPosterior, JointPosterior, SlipPosterior


@dataclass(frozen=True)
class Assumption:
    """One number or choice that the answer rests on, and where it came from.

    Parameters
    ----------
    name : str
        What was assumed, in the case file's words where it has them (``"elastic.rigidity"``).
    value : str
        The value with its unit, ready to print.
    origin : {"case", "default", "data"}
        Written in the case file, the toolkit's default, or estimated from the data.
    """

    name: str
    value: str
    origin: str


@dataclass
class StudyRun:
    """A finished study: what went in, what came out, and what was assumed on the way.

    Parameters
    ----------
    case : Case
        The case as validated (``case.name``, ``case.title``, ``case.event`` ...).
    frame : LocalFrame
        Local frame around the case's origin.
    observations : tuple of Observations
        The data sets as inverted, in the order of the case file.
    fault : Fault
        Segments with their patches.
    problem : Problem
        Whitened blocks, Green's matrix, nuisance columns.
    curve : StrengthCurve or None
        Every smoothing strength that was tried; None where the case fixes one.
    estimate : Estimate
        The chosen solution: slip, nuisance, predicted and residual per data set, formal covariance.
    model : SlipModel
        The slip of the estimate on its fault, with its covariance.
    truth : SlipModel or None
        The true slip on the same patches, for a synthetic study only.
    synthetic : str
        One sentence that says what was made up and from which publication; empty for real data.
    scenes : dict of str to Scene
        The full grids that were downsampled, by data set name (only those that came as grids).
    trust : Trust or None
        What the tests of resolution and uncertainty found that the case asks for.
    stress : StressFound or None
        Coulomb stress change, where the case asks for it.
    slip_posterior : SlipPosterior or None
        Draws of slip, where the case asks for them.
    geometry_posterior : GeometryPosterior or None
        Draws of the geometry of uniform slip, where the case asks for them.
    locked_rim : LockedRim or None
        What locked edges hold back, where the case locks any.
    joint_posterior : JointPosterior or None
        Draws of the faults' moves and slip together, where the case asks for them.
    prediction : PredictionErrors or None
        What the data miss because the model is uncertain, where the case says how uncertain it is.
    grid_scores : dict of str to float
        Variance reduction on the full grid where the case asks for it, by data set name.
    warnings : list of str
        What a careful reader must know before trusting the numbers; shown first.
    timings : dict of str to float
        Wall time of each step (s), in the order they ran.
    assumptions : list of Assumption
        The table of what was assumed.
    provenance : dict
        Version, packages, hashes of the data files, seed, command, time (provenance.json).
    """

    case: Case
    frame: LocalFrame
    observations: tuple[Observations, ...]
    fault: Fault
    problem: Problem
    curve: StrengthCurve | None
    estimate: Estimate
    model: SlipModel
    truth: SlipModel | None = None
    slip_posterior: SlipPosterior | None = None
    trust: Trust | None = None
    geometry_posterior: GeometryPosterior | None = None
    locked_rim: LockedRim | None = None
    stress: StressFound | None = None
    joint_posterior: JointPosterior | None = None
    prediction: PredictionErrors | None = None
    synthetic: str = ""
    scenes: dict[str, Any] = field(default_factory=dict)
    grid_scores: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
