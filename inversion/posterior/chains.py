"""What every sampler gives back: chains of draws, and what they say about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.diagnostics import autocorrelation_time, ess_bulk, ess_tail, r_hat

Array = NDArray[np.float64]

LARGEST_R_HAT = 1.01
SMALLEST_ESS = 400.0
"""Limits of Vehtari et al. (2021), beyond which draws are not to be trusted."""
MOST_TIMES = 10
"""Times as many draws as asked for that a run takes at most to have enough effective ones."""
SURELY = 1.1
"""A little more than the effective size so far asks for, which is itself uncertain."""


@dataclass(frozen=True, eq=False)
class Chains:
    """Draws of independent chains, after warm-up.

    Attributes
    ----------
    draws : (chains, draws, parameters) array
    names : tuple of str
        One a parameter.
    log_evidence : float, optional
        Natural logarithm of the evidence, where the sampler finds it.
    """

    draws: Array
    names: tuple[str, ...]
    log_evidence: float | None = None

    def __post_init__(self) -> None:
        if self.draws.ndim != 3 or self.draws.shape[2] != len(self.names):
            raise ValueError(
                f"draws have shape {self.draws.shape}, needed is (chains, draws, {len(self.names)}): one name a "
                "parameter"
            )

    def of(self, name: str) -> Array:
        """Draws (chains, draws) of the parameter of this name."""
        if name not in self.names:
            raise ValueError(f"no parameter is called {name!r}: there are {', '.join(self.names[:8])} ...")
        return self.draws[:, :, self.names.index(name)]

    @property
    def flat(self) -> Array:
        """Draws of all chains, one after the other, (all draws, parameters)."""
        return self.draws.reshape(-1, self.draws.shape[2])

    @cached_property
    def r_hat(self) -> Array:
        """Rank-normalised split R-hat (parameters,)."""
        return r_hat(self.draws)

    @cached_property
    def ess_bulk(self) -> Array:
        """Effective sample size of the bulk (parameters,)."""
        return ess_bulk(self.draws)

    @cached_property
    def ess_tail(self) -> Array:
        """Effective sample size of the tails (parameters,)."""
        return ess_tail(self.draws)

    @cached_property
    def autocorrelation_time(self) -> Array:
        """Draws that are worth one independent draw for the mean (parameters,)."""
        return autocorrelation_time(self.draws)

    def times_as_many(self, enough: float) -> float:
        """How many times as many draws are needed, by what the worst parameter has: 1 where none, else 1.25 to 4.

        Parameters
        ----------
        enough : float
            Effective draws, in bulk and tail, that every parameter shall have, with R-hat up to 1.01.
        """
        sizes = np.concatenate([self.ess_bulk, self.ess_tail])
        # a parameter that bounds hold where it is has no effective size
        least = float(np.nanmin(sizes)) if np.isfinite(sizes).any() else np.inf
        if least >= enough and not np.nanmax(self.r_hat, initial=1.0) > LARGEST_R_HAT:
            return 1.0
        return min(4.0, max(1.25, SURELY * enough / max(least, 1.0)))

    @property
    def converged(self) -> bool:
        """Whether every parameter that varies has R-hat up to 1.01 and both effective sizes of at least 400."""
        return not self.warnings

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with the draws, worst parameter first; empty where nothing is."""
        found = []
        if not np.all(np.isfinite(self.draws)):
            found.append("not converged: some draws are not finite")
        worst = _place(self.r_hat, largest=True)
        if worst is not None and self.r_hat[worst] > LARGEST_R_HAT:
            found.append(
                f"not converged: R-hat of {self.names[worst]} is {self.r_hat[worst]:.3f}, above {LARGEST_R_HAT}: the "
                "chains differ; draw more, with a longer warm-up"
            )
        for what, sizes in (("bulk", self.ess_bulk), ("tail", self.ess_tail)):
            worst = _place(sizes, largest=False)
            if worst is not None and sizes[worst] < SMALLEST_ESS:
                found.append(
                    f"too few draws: {self.names[worst]} has {sizes[worst]:.0f} effective ones in the {what}, needed "
                    f"are {SMALLEST_ESS:.0f}: draw about {SMALLEST_ESS / sizes[worst]:.1f} times as many"
                )
        return tuple(found)


def _place(values: Array, *, largest: bool) -> int | None:
    if np.isnan(values).all():
        return None
    return int(np.nanargmax(values) if largest else np.nanargmin(values))
