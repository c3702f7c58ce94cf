"""Telling on the way how far chains have come to agree."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.diagnostics import r_hat

Array = NDArray[np.float64]

WATCHED_EVERY = 5.0
"""Seconds between two looks at R-hat."""
FEWEST_WATCHED = 20
"""Draws of a chain from which on R-hat is looked at."""
PARAMETERS_WATCHED = 24


class Watcher:
    """Tells the largest R-hat of some parameters every few seconds.

    Parameters
    ----------
    watch : callable, optional
        Called with the largest R-hat so far; nothing is told if not given.
    """

    def __init__(self, watch: Callable[[float], None] | None) -> None:
        self.watch, self.looked = watch, time.monotonic()

    def look(self, draws: Callable[[], Array]) -> None:
        """Look at draws (chains, draws, parameters), which are asked for only where it is time."""
        if self.watch is None or time.monotonic() - self.looked < WATCHED_EVERY:
            return
        self.looked, so_far = time.monotonic(), draws()
        if so_far.shape[1] < FEWEST_WATCHED:
            return
        some = np.unique(np.linspace(0, so_far.shape[2] - 1, PARAMETERS_WATCHED).astype(int))
        worst = r_hat(so_far[:, :, some])
        if np.isfinite(worst).any():
            self.watch(float(np.nanmax(worst)))
