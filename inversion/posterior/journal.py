"""What a density was found to be, kept on disk: how a run of any sampler goes on where it was killed.

Search and samplers do the same steps again for the same seed; what takes the time is the density that they ask for. A
journal writes down its answers in the order in which they were asked for. A resumed run begins anew, hears the answers
that are known, in a moment, and computes from there on: it arrives at the same numbers to the last bit, whichever
sampler it is, and no sampler need know of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.checkpoint import Checkpoint, CheckpointError

Array = NDArray[np.float64]


class Journal:
    """Answers in the order of the questions.

    Parameters
    ----------
    checkpoint : Checkpoint
        Where it is kept; if the file is there already, its answers are the first ones given.
    identity : dict
        What the file must have been made for.

    Raises
    ------
    CheckpointError
        It was made for something else, or cannot be read.
    """

    def __init__(self, checkpoint: Checkpoint, *, identity: dict[str, Any]) -> None:
        self.checkpoint, self.identity = checkpoint, identity
        self.answers: list[Array] = []
        self.questions: list[str] = []
        self.given = 0
        self.closed = False
        if (stored := checkpoint.load(identity=identity)) is not None:
            arrays, _ = stored
            self.answers = np.split(arrays["answers"], np.cumsum(arrays["sizes"])[:-1].astype(int))
            self.questions = arrays["questions"].tolist()

    def answer(self, question: Array, compute: Callable[[], Array]) -> Array:
        """Give the next answer (k,): the known one, or what is computed now.

        Raises
        ------
        CheckpointError
            The run asks other things than the one that wrote the journal.
        """
        if self.closed:
            return compute()
        mark = _digest(question)
        if self.given < len(self.answers):
            if mark != self.questions[self.given]:
                raise CheckpointError(
                    f"checkpoint {self.checkpoint.path} was written by another version of this toolkit or of its "
                    "libraries, which goes other ways: start without --resume"
                )
            self.given += 1
            return self.answers[self.given - 1].copy()
        found = np.array(compute(), dtype=np.float64)
        self.answers.append(found.copy())
        self.questions.append(mark)
        self.given += 1
        if self.checkpoint.due:
            self.save()
        return found

    def save(self) -> None:
        """Write all answers."""
        arrays = {
            "answers": np.concatenate(self.answers) if self.answers else np.zeros(0),
            "sizes": np.array([len(one) for one in self.answers], float),
            "questions": np.array(self.questions, dtype=str),
        }
        self.checkpoint.save(arrays, None, identity=self.identity)

    def close(self) -> None:
        """Write all answers and compute from now on, for questions after the run that may come in any order."""
        if not self.closed:
            self.save()
        self.closed = True


def _digest(question: Array) -> str:
    """What a question is known by: single precision, since the last digits may depend on the BLAS; zero has no sign."""
    return hashlib.blake2b((question.astype(np.float32) + np.float32(0.0)).tobytes(), digest_size=16).hexdigest()
