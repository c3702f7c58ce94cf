"""From the ``posterior: {joint: ...}`` block and the estimate to draws of geometry and slip together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoslip.cases.assemble.geometry import build_quantity, factor, unit
from geoslip.cases.casefile.case import Case

if TYPE_CHECKING:
    from geoslip.inversion import Estimate
    from geoslip.inversion.posterior import JointPosterior, Prior


def sample_case_joint(
    case: Case,
    estimate: Estimate,
    *,
    cache: Path | None = None,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
) -> JointPosterior:
    """Sample the moves of the case's faults and the slip on them, on the data that the estimate fitted.

    Parameters
    ----------
    case : Case
        With a ``posterior: {joint: ...}`` block.
    estimate : Estimate
        Its strength is taken where the case says ``strength: chosen``.
    cache : Path, optional
        Folder in which the run's state is kept every minute, for a resumed run.
    progress, watch : callable, optional
        Called with the finished fraction, and now and then with the largest R-hat so far.

    Raises
    ------
    ValueError
        What the block asks for cannot be sampled.
    CheckpointError
        The cache holds the state of another run.
    """
    from geoslip.inversion.posterior import Checkpoint, JointTarget, sample_joint

    asked = case.posterior.joint
    assert asked is not None
    moves: dict[str, Prior] = {}
    for name in ("dip", "strike", "east", "north", "depth"):
        entry = getattr(asked, name)
        if entry is not None:
            quantity = build_quantity(entry)
            assert not isinstance(quantity, float)
            moves[name] = quantity
    held = estimate.strength if asked.strength == "chosen" else asked.strength
    system = estimate.system
    target = JointTarget(
        system.problem,
        system.operator,
        moves,
        constraints=system.constraints,
        strength=None if isinstance(held, str) else held,
        sample_noise=asked.noise == "sampled",
        bounds=asked.bounds == "corrected",
        poisson=case.elastic.poisson,
    )
    return sample_joint(
        target,
        draws=asked.draws,
        walkers=asked.walkers,
        warmup=asked.warmup,
        enough=asked.enough,
        generations=asked.generations,
        slips=asked.slips,
        seed=case.seed,
        progress=progress,
        watch=watch,
        checkpoint=None if cache is None else Checkpoint(cache / "joint_posterior.npz"),
    )


def joint_summary(posterior: JointPosterior) -> dict[str, Any]:
    """Give what summary.json says: numbers with their unit, and what the bounds on slip do to the evidence."""
    from geoslip.cases.pipeline.posterior import chain_diagnostics, describe

    chains = posterior.chains
    mean = posterior.samples.mean(axis=0)
    return {
        "converged": chains.converged,
        "chains": chains.draws.shape[0],
        "draws": chains.draws.shape[1],
        **chain_diagnostics(posterior),
        "quantities": {
            f"{name}{joint_unit(name)}": describe(joint_factor(name) * draws)
            for name, draws in posterior.quantities.items()
        },
        "modes": [
            {"weight": weight}
            | {
                f"{name}{joint_unit(name)}": describe(joint_factor(name) * draws[posterior.mode == number])
                for name, draws in posterior.quantities.items()
                if (posterior.mode == number).any()
            }
            for number, weight in enumerate(posterior.mode_weights.tolist())
        ],
        "mean_slip_m": np.round(np.hypot(mean[:, 0], mean[:, 1]), 6).tolist(),
        "bounds": {
            "said": posterior.bounds_said,
            "log_share": describe(posterior.log_shares),
            "error_mean": posterior.bounds_error[0] if len(posterior.checks) else 0.0,
            "error_scatter": posterior.bounds_error[1] if len(posterior.checks) else 0.0,
        },
    }


def joint_unit(name: str) -> str:
    """What is written behind a quantity's name."""
    return unit(name.removeprefix("change of "))


def joint_factor(name: str) -> float:
    """What a quantity is multiplied by to be in that unit."""
    return factor(name.removeprefix("change of "))
