"""Geometry, alone or with slip, killed on the way and resumed: the same numbers to the last bit, nothing done twice."""

from dataclasses import replace

import numpy as np
import pytest
from small_posteriors import PLANE, geometry, together, track

from geoslip.inversion.posterior import (
    Checkpoint,
    CheckpointError,
    GeometryTarget,
    JointTarget,
)
from geoslip.inversion.posterior.checkpoint import identity
from geoslip.inversion.posterior.journal import Journal


class Killed(Exception):
    """Stands for whatever ends a run."""


@pytest.fixture
def data():
    return track()


@pytest.fixture
def counted(monkeypatch):
    """How often a density was computed, not taken from a journal."""
    count = [0]

    def counting(method):
        def wrapped(self, *question):
            count[0] += 1
            return method(self, *question)

        return wrapped

    monkeypatch.setattr(GeometryTarget, "_log_likelihood", counting(GeometryTarget._log_likelihood))
    monkeypatch.setattr(JointTarget, "at", counting(JointTarget.at))
    return count


def killed(run, data, path, *, share, **choices):
    def progress(fraction):
        if fraction >= share and path.is_file():
            raise Killed

    with pytest.raises(Killed):
        run(data, checkpoint=Checkpoint(path, every=0.0), progress=progress, **choices)


@pytest.mark.parametrize(
    ("run", "choices", "shares"),
    [
        (geometry, {"sampler": "emcee"}, (0.1, 0.8)),
        (geometry, {"sampler": "metropolis"}, (0.6,)),
        (geometry, {"sampler": "smc"}, (0.7,)),
        (together, {}, (0.1, 0.5, 0.95)),
    ],
)
def test_resumed_it_is_the_uninterrupted_run(data, counted, tmp_path, run, choices, shares):
    whole, wanted = run(data, **choices), counted[0]
    path, counted[0] = tmp_path / "state.npz", 0
    for share in shares:
        killed(run, data, path, share=share, **choices)
        assert 0 < counted[0] < wanted
    # what is left of a checkpoint that was being written
    path.with_suffix(".half").write_bytes(b"PK\x03\x04 half")
    resumed = run(data, checkpoint=Checkpoint(path), **choices)
    assert counted[0] == wanted, "something was computed twice"
    np.testing.assert_array_equal(resumed.chains.draws, whole.chains.draws)
    for name, draws in whole.quantities.items():
        np.testing.assert_array_equal(resumed.quantities[name], draws, err_msg=name)
    if run is together:
        np.testing.assert_array_equal(resumed.checks, whole.checks)
        np.testing.assert_array_equal(resumed.slip_vectors, whole.slip_vectors)
    else:
        assert resumed.log_evidence == whole.log_evidence
        assert resumed.target.evaluations == whole.target.evaluations


def test_the_state_of_another_run_is_refused(data, tmp_path):
    path = tmp_path / "state.npz"
    killed(geometry, data, path, share=0.5)
    asked = {"checkpoint": Checkpoint(path)}
    louder = replace(data, values=1.1 * data.values)
    elsewhere = replace(PLANE, deepest=20e3)
    for changes, words in (
        ({"data": louder}, r"another run \(other data, fault or bounds\): resume with the case"),
        ({"seed": 4}, r"other seed\)"),
        ({"source": elsewhere}, r"other source\)"),
        ({"sampler": "smc"}, r"other sampler, draws"),
    ):
        with pytest.raises(CheckpointError, match=words):
            geometry(**{"data": data, **asked, **changes})
    with pytest.raises(CheckpointError, match="another run"):
        together(data, **asked)
    both = tmp_path / "both.npz"
    killed(together, data, both, share=0.5)
    for changes, words in (({"slips": 20}, r"other slips\)"), ({"rake": 80.0}, r"other data, fault or bounds\)")):
        with pytest.raises(CheckpointError, match=words):
            together(data, checkpoint=Checkpoint(both), **changes)


def test_a_state_that_cannot_be_read_or_followed_is_refused(data, tmp_path):
    path = tmp_path / "state.npz"
    killed(geometry, data, path, share=0.5)
    whole = path.read_bytes()
    for part in (0, 10, len(whole) // 2):
        path.write_bytes(whole[:part])
        with pytest.raises(CheckpointError, match=r"cannot be read .* start without --resume"):
            geometry(data, checkpoint=Checkpoint(path))
    path.write_bytes(whole)
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["questions"] = arrays["questions"][::-1]
    np.savez(path, **arrays)
    with pytest.raises(CheckpointError, match="another version"):
        geometry(data, checkpoint=Checkpoint(path))


def test_a_journal_knows_its_questions_but_for_their_last_digits(tmp_path):
    journal = Journal(Checkpoint(tmp_path / "state.npz"), identity=identity([]))
    question = np.array([[0.1, -0.2], [3e4, 0.0]])
    journal.answer(question, lambda: np.array([1.0]))
    journal.save()
    for other, same in (
        (question, True),
        (question * (1.0 + 1e-13), True),
        (question * [1.0, -1.0] * [1.0, -1.0], True),
        (question[::-1], False),
        (question[:, ::-1], False),
        (question + [[1e-3, -1e-3], [0.0, 0.0]], False),
    ):
        again = Journal(journal.checkpoint, identity=identity([]))
        if same:
            assert again.answer(other, lambda: np.array([2.0])) == 1.0
        else:
            with pytest.raises(CheckpointError, match="another version"):
                again.answer(other, lambda: np.array([2.0]))
