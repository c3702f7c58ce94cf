"""From the ``posterior: {joint: ...}`` block to priors of the moves, and from draws to what a summary says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoslip.cases.assemble.geometry import build_quantity, factor, unit
from geoslip.cases.casefile.posterior import JointSampling

if TYPE_CHECKING:
    from geoslip.inversion.posterior import JointPosterior, Prior


def build_moves(asked: JointSampling) -> dict[str, Prior]:
    """Give what is known of each change of the faults, by the name of the change."""
    moves: dict[str, Prior] = {}
    for name in ("dip", "strike", "east", "north", "depth"):
        entry = getattr(asked, name)
        if entry is not None:
            quantity = build_quantity(entry)
            assert not isinstance(quantity, float)
            moves[name] = quantity
    return moves


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
