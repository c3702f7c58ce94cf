"""From the ``posterior:`` block and the estimate to draws, on the data and the problem that the estimate is of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoslip.cases.assemble.geometry import build_source
from geoslip.cases.assemble.joint import build_moves
from geoslip.cases.errors import as_case_error
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.progress import Reporter

if TYPE_CHECKING:
    from geoslip.inversion.posterior import GeometryPosterior, JointPosterior, Pool, SlipPosterior


def sample_posteriors(
    run: StudyRun, *, cache: Path | None = None, reporter: Reporter, pool: Pool | None = None
) -> None:
    """Sample what the case asks for, and give the run its draws.

    Parameters
    ----------
    run : StudyRun
        With its estimate.
    cache : Path, optional
        Folder in which the state of each sampling is kept every minute, for a resumed run.
    reporter : Reporter
    pool : Pool, optional
        Whose workers the chains run on.

    Raises
    ------
    CaseError
        What is asked for cannot be sampled, or the cache holds the state of another run.
    """
    from geoslip.inversion.posterior import Checkpoint

    def kept(name: str) -> dict[str, Any]:
        checkpoint = None if cache is None else Checkpoint(cache / f"{name}_posterior.npz")
        return {"watch": reporter.note("R-hat {:.3f}"), "checkpoint": checkpoint, "pool": pool}

    asked = run.case.posterior
    if asked.slip is not None:
        with as_case_error(run.case), reporter.step("posterior of slip") as report:
            run.slip_posterior = _slip(run, progress=report, **kept("slip"))
    if asked.geometry is not None:
        with as_case_error(run.case), reporter.step("posterior of geometry") as report:
            run.geometry_posterior = _geometry(run, progress=report, **kept("geometry"))
    if asked.joint is not None:
        with as_case_error(run.case), reporter.step("posterior of geometry and slip") as report:
            run.joint_posterior = _joint(run, progress=report, **kept("joint"))


def _slip(run: StudyRun, **following: Any) -> SlipPosterior:
    from geoslip.inversion.posterior import sample_slip

    asked, system = run.case.posterior.slip, run.estimate.system
    assert asked is not None
    return sample_slip(
        system.problem,
        system.operator,
        constraints=system.constraints,
        strength=_strength(run, asked.strength),
        sample_noise=asked.noise == "sampled",
        method=asked.method,
        draws=asked.draws,
        chains=asked.chains,
        warmup=asked.warmup,
        enough=asked.enough,
        seed=run.case.seed,
        **following,
    )


def _geometry(run: StudyRun, **following: Any) -> GeometryPosterior:
    from geoslip.inversion.posterior import sample_geometry

    case, asked = run.case, run.case.posterior.geometry
    assert asked is not None
    return sample_geometry(
        run.observations,
        build_source(asked),
        nuisance={entry.name: entry.nuisance_kind for entry in case.data},
        noise=None if asked.noise == "sampled" else 1.0,
        poisson=case.elastic.poisson,
        rigidity=case.elastic.rigidity,
        sampler=asked.sampler,
        draws=asked.draws,
        walkers=asked.walkers,
        warmup=asked.warmup,
        enough=asked.enough,
        coarse=asked.coarse,
        generations=asked.generations,
        seed=case.seed,
        **following,
    )


def _joint(run: StudyRun, **following: Any) -> JointPosterior:
    from geoslip.inversion.posterior import JointTarget, sample_joint

    asked, system = run.case.posterior.joint, run.estimate.system
    assert asked is not None
    target = JointTarget(
        system.problem,
        system.operator,
        build_moves(asked),
        constraints=system.constraints,
        strength=_strength(run, asked.strength),
        sample_noise=asked.noise == "sampled",
        bounds=asked.bounds == "corrected",
        poisson=run.case.elastic.poisson,
    )
    return sample_joint(
        target,
        draws=asked.draws,
        walkers=asked.walkers,
        warmup=asked.warmup,
        enough=asked.enough,
        generations=asked.generations,
        slips=asked.slips,
        seed=run.case.seed,
        **following,
    )


def _strength(run: StudyRun, asked: float | str) -> float | None:
    """The strength that is held, the estimate's where the case says ``chosen``; None where it is sampled."""
    held = run.estimate.strength if asked == "chosen" else asked
    return None if isinstance(held, str) else held
