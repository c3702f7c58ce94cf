"""Where a run of chains stands, on disk: written now and then, taken up again to the same numbers.

A checkpoint holds arrays and a state: of chains side by side the draws so far and where each stands (race.py), of all
other samplers what the density has been found to be (journal.py). It knows what it was made for: the settings word for
word, and sums over the problem's matrices, so that it is refused by any other problem.
"""

from __future__ import annotations

import json
import os
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

    def save(self, arrays: Mapping[str, Array], state: Any, *, identity: dict[str, Any]) -> None:
        """Write arrays by name and what JSON holds beside them."""
        half = self.path.with_suffix(".half")
        text = json.dumps({"identity": identity, "state": state})
        with half.open("wb") as stream:
            np.savez(stream, text=np.array(text), **arrays)  # type: ignore[arg-type]
        os.replace(half, self.path)
        self.written = time.monotonic()

    def load(self, *, identity: dict[str, Any]) -> tuple[dict[str, Array], Any] | None:
        """Give the arrays and the state; None where there is no file.

        Raises
        ------
        CheckpointError
            It was made for another problem or other settings, or cannot be read.
        """
        if not self.path.is_file():
            return None
        try:
            with self.path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                held = json.loads(str(stored["text"]))
                arrays = {name: stored[name] for name in stored.files if name != "text"}
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise CheckpointError(f"checkpoint {self.path} cannot be read ({error}): start without --resume") from error
        self._check(held["identity"], identity)
        return arrays, held["state"]

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


def identity(arrays: Iterable[Array], **settings: Any) -> dict[str, Any]:
    """What a checkpoint must agree with: settings as text, sums over the arrays of the problem."""
    sums = []
    for array in arrays:
        finite = np.where(np.isfinite(array), array, 0.5).ravel()
        # the weights tell apart arrays that hold the same numbers in another order
        sums += [float(abs(finite).sum()), float(abs(finite) @ np.linspace(1.0, 2.0, finite.size))]
    return {"settings": {name.replace("_", " "): str(value) for name, value in settings.items()}, "sums": sums}
