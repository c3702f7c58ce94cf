"""What the report says of every kind of chains alike: whether they have converged, and quantities with their spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoslip.cases.pipeline.posterior import chain_diagnostics
from geoslip.cases.report import html
from geoslip.cases.report.tables import number

if TYPE_CHECKING:
    from geoslip.inversion.posterior import GeometryPosterior, JointPosterior, SlipPosterior

_SPREAD = {"Mean": "mean", "Standard deviation": "std", "2.5 %": "q025", "Median": "q50", "97.5 %": "q975"}


def said_of_chains(posterior: SlipPosterior | GeometryPosterior | JointPosterior) -> str:
    """Whether they have converged, with the numbers that say so."""
    (chains, draws, parameters), found = posterior.chains.draws.shape, chain_diagnostics(posterior)
    verdict = "The chains have converged" if posterior.chains.converged else "NOT CONVERGED"
    return (
        f"{verdict}: {chains} chains of {draws} draws of {parameters} parameters, largest R-hat "
        f"{found['rhat_max']:.3f} (at most 1.01), fewest effective draws {found['ess_bulk_min']:.0f} in the bulk and "
        f"{found['ess_tail_min']:.0f} in the tails (at least 400)."
    )


def spread_table(quantities: Mapping[str, Mapping[str, float]]) -> str:
    """Table of quantities by name, each with its mean, deviation and quantiles."""
    rows = [[name, *(number(one[key], 4) for key in _SPREAD.values())] for name, one in quantities.items()]
    return html.table(["Quantity", *_SPREAD], rows)
