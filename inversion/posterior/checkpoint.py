"""Where a run of chains stands, on disk: written now and then, taken up again to the same numbers.

A checkpoint holds the draws so far and, for each chain, its parameters, scales and the state of its random numbers. It
knows what it was made for: the settings word for word, and sums over the target's matrices, so that it is refused by
any other problem.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.target import BoundedGaussian

Array = NDArray[np.float64]

SAME = 1e-9
"""Relative difference up to which sums over matrices count as the same; their last digits may depend on the BLAS."""


class CheckpointError(ValueError):
    """A checkpoint that belongs to another problem or cannot be read."""


@dataclass
class Checkpoint:
    """A file that is renewed every so often.

    Attributes
    ----------
    path : Path
        Written by a rename, so that a killed run leaves a whole one.
    every : float
        Seconds between two of them.
    """

    path: Path
    every: float = 60.0
    written: float = field(default_factory=time.monotonic, init=False)

    @property
    def due(self) -> bool:
        """Whether it is time for a new one."""
        return time.monotonic() - self.written >= self.every

    def save(self, kept: Array, marks: Sequence[dict[str, Any]], *, identity: dict[str, Any]) -> None:
        """Write the draws so far (chains, draws, parameters) and one mark a chain."""
        half = self.path.with_suffix(".half")
        done = max(max(int(mark["step"]) for mark in marks), 0)
        text = json.dumps({"identity": identity, "marks": [_plain(mark) for mark in marks]})
        with half.open("wb") as stream:
            np.savez(stream, text=np.array(text), kept=kept[:, :done], x=np.array([mark["x"] for mark in marks]))
        os.replace(half, self.path)
        self.written = time.monotonic()

    def load(self, *, identity: dict[str, Any]) -> tuple[Array, list[dict[str, Any]]] | None:
        """Give the draws so far (chains, draws, parameters) and the chains' marks; None where there is no file.

        Raises
        ------
        CheckpointError
            It was made for another problem or other settings, or cannot be read.
        """
        if not self.path.is_file():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                held = json.loads(str(stored["text"]))
                draws, x = stored["kept"], stored["x"]
        except (OSError, ValueError, KeyError) as error:
            raise CheckpointError(f"checkpoint {self.path} cannot be read ({error}): start without --resume") from error
        self._check(held["identity"], identity)
        return draws, [mark | {"x": one.copy()} for mark, one in zip(held["marks"], x, strict=True)]

    def _check(self, held: dict[str, Any], wanted: dict[str, Any]) -> None:
        other = [name for name in wanted["settings"] if held["settings"].get(name) != wanted["settings"][name]]
        sums, needed = np.array(held["sums"]), np.array(wanted["sums"])
        if not other and (sums.shape != needed.shape or not np.allclose(sums, needed, rtol=SAME, atol=0.0)):
            other = ["data, fault or bounds"]
        if other:
            raise CheckpointError(
                f"checkpoint {self.path} belongs to another run (other {', '.join(other)}): resume with the case that "
                "it was made with, or start without --resume"
            )


def identity(target: BoundedGaussian, **settings: Any) -> dict[str, Any]:
    """What a checkpoint must agree with: settings, names and scales as text, sums over the target's arrays."""
    arrays = [target.gram, target.lower, target.upper, target.normaliser]
    for term in target.terms:
        arrays += [term.normal, term.right, np.array([term.energy, term.count])]
    sums = []
    for array in arrays:
        finite = np.where(np.isfinite(array), array, 0.5).ravel()
        # the weights tell apart arrays that hold the same numbers in another order
        sums += [float(abs(finite).sum()), float(abs(finite) @ np.linspace(1.0, 2.0, finite.size))]
    scales = [str(target.strength), *(f"{term.name} {term.noise}" for term in target.terms)]
    text = {name: str(value) for name, value in settings.items()}
    return {"settings": text | {"parameters": str(target.n), "priors of the scales": "; ".join(scales)}, "sums": sums}


def _plain(mark: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mark.items() if name != "x"}
