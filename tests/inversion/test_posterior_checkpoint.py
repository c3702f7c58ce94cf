"""A run that was killed and goes on gives the draws of one that was not; another problem's checkpoint is refused."""

from dataclasses import replace

import numpy as np
import pytest
from small_posteriors import bounded

from geoslip.inversion.posterior import Checkpoint, CheckpointError, sample_bounded


class Killed(Exception):
    """Stands for whatever ends a run."""


def killed_at(share, path):
    def progress(fraction):
        if fraction >= share and path.is_file():
            raise Killed

    return progress


def interrupted(path, *, share, every=0.0, draws=1000, **choices):
    kept = Checkpoint(path, every=every)
    with pytest.raises(Killed):
        sample_bounded(
            bounded(), draws=draws, chains=2, seed=3, checkpoint=kept, progress=killed_at(share, path), **choices
        )
    assert path.is_file()


@pytest.mark.parametrize(("method", "share"), [("hybrid", 0.05), ("hybrid", 0.5), ("gibbs", 0.05)])
def test_a_resumed_run_is_the_uninterrupted_one(tmp_path, method, share):
    path = tmp_path / "chains.npz"
    whole = sample_bounded(bounded(), draws=1000, chains=2, seed=3, method=method)
    interrupted(path, share=share, method=method)
    told = []
    resumed = sample_bounded(
        bounded(), draws=1000, chains=2, seed=3, method=method, checkpoint=Checkpoint(path), progress=told.append
    )
    assert np.array_equal(resumed.draws, whole.draws)
    assert told[0] > 0.0, "it began again from the beginning"


def test_the_checkpoint_of_another_problem_is_refused(tmp_path):
    path = tmp_path / "chains.npz"
    interrupted(path, share=0.2)
    asked = {"draws": 1000, "chains": 2, "seed": 3, "checkpoint": Checkpoint(path)}
    with pytest.raises(CheckpointError, match=r"another run \(other data, fault or bounds\)"):
        sample_bounded(bounded(seed=1), **asked)
    with pytest.raises(CheckpointError, match=r"another run \(other seed\)"):
        sample_bounded(bounded(), **asked | {"seed": 4})
    with pytest.raises(CheckpointError, match="other priors of the scales"):
        sample_bounded(bounded(noise=1.0), **asked)
    path.write_bytes(b"half a file")
    with pytest.raises(CheckpointError, match="cannot be read"):
        sample_bounded(bounded(), **asked)


def test_the_largest_r_hat_is_told_on_the_way(monkeypatch):
    monkeypatch.setattr("geoslip.inversion.posterior.watching.WATCHED_EVERY", 0.0)
    seen = []
    sample_bounded(bounded(), draws=1000, chains=2, seed=3, watch=seen.append)
    assert seen and all(0.99 < value < 3.0 for value in seen)


def test_a_run_goes_on_until_it_has_enough_and_resumes_to_the_same(tmp_path):
    path, held = tmp_path / "chains.npz", replace(bounded(noise=1.0), strength=1.0)
    short = sample_bounded(held, draws=100, chains=2, seed=3)
    assert short.ess_bulk.min() < 400.0
    whole = sample_bounded(held, draws=100, chains=2, seed=3, enough=400)
    assert whole.converged and 100 < whole.draws.shape[1] <= 1000
    np.testing.assert_array_equal(whole.draws[:, :100], short.draws)
    told = []

    def killed_late(fraction):
        told.append(fraction)
        if path.is_file() and len(told) > 1:
            raise Killed

    def kept():
        return Checkpoint(path, every=0.0)

    with pytest.raises(Killed):
        sample_bounded(held, draws=100, chains=2, seed=3, enough=400, checkpoint=kept(), progress=killed_late)
    # first from where it was killed, then from a file that holds more draws than were asked for
    for _ in range(2):
        resumed = sample_bounded(held, draws=100, chains=2, seed=3, enough=400, checkpoint=kept())
        np.testing.assert_array_equal(resumed.draws, whole.draws)
    assert sample_bounded(held, draws=20, chains=2, seed=3, enough=1e6).draws.shape[1] == 200
