"""Chains on the workers of a pool: the draws of chains here, resumable, and what ails a worker comes through."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from small_posteriors import bounded, geometry, together, track

from geoslip.inversion.posterior import Checkpoint, GeometryTarget, sample_bounded
from geoslip.inversion.posterior import race as racing


class Elsewhere:
    """Two workers that have nothing in common with the caller: all that goes to and fro is pickled."""

    def __init__(self, *, fails_at=np.inf):
        self.threads, self.tasks, self.fails_at = ThreadPoolExecutor(2), 0, fails_at

    def submit(self, task, /, *arguments):
        self.tasks += 1
        if self.tasks > self.fails_at:
            return self.threads.submit(_die)
        return self.threads.submit(_work, pickle.dumps((task, arguments)))

    def share(self, thing):
        return pickle.loads(pickle.dumps(thing))


def _work(message):
    task, arguments = pickle.loads(message)
    return pickle.loads(pickle.dumps(task(*arguments)))


def _die():
    raise ConnectionError("the worker is gone")


@pytest.mark.parametrize("choices", [{"enough": None}, {"enough": 300.0, "warmup": 3}])
def test_chains_of_slip_are_the_same_there(choices, monkeypatch):
    monkeypatch.setattr(racing, "LEG_SECONDS", 0.01)
    asked = {"draws": 60, "chains": 3, "seed": 5, **choices}
    here, pool, told = sample_bounded(bounded(), **asked), Elsewhere(), []
    there = sample_bounded(bounded(), pool=pool, progress=told.append, **asked)
    assert np.array_equal(there.draws, here.draws)
    assert pool.tasks >= 6 and told[-1] == 1.0
    assert (there.draws.shape[1] > 60) == (choices["enough"] is not None)


def test_where_workers_die_the_chains_go_on_from_what_came_back(tmp_path, monkeypatch):
    monkeypatch.setattr(racing, "LEG_SECONDS", 0.01)
    asked, path = {"draws": 400, "chains": 2, "seed": 5}, tmp_path / "chains.npz"
    with pytest.raises(ConnectionError, match="the worker is gone"):
        sample_bounded(bounded(), pool=Elsewhere(fails_at=5), checkpoint=Checkpoint(path, every=0.0), **asked)
    told = []
    resumed = sample_bounded(bounded(), checkpoint=Checkpoint(path), progress=told.append, **asked)
    assert told[0] > 0.0, "it began again from the beginning"
    assert np.array_equal(resumed.draws, sample_bounded(bounded(), **asked).draws)


@pytest.mark.parametrize("sampler", ["emcee", "smc"])
def test_ensembles_and_runs_are_the_same_there(sampler, tmp_path):
    here, pool = geometry(track(), sampler=sampler), Elsewhere()
    there = geometry(track(), sampler=sampler, pool=pool, checkpoint=Checkpoint(tmp_path / "state.npz"))
    assert pool.tasks == 2
    np.testing.assert_array_equal(there.chains.draws, here.chains.draws)
    assert there.chains.log_evidence == here.chains.log_evidence


def test_geometry_and_slip_together_are_the_same_there():
    here, pool = together(track()), Elsewhere()
    there = together(track(), pool=pool)
    assert pool.tasks == 2 + 16
    for name, draws in here.quantities.items():
        np.testing.assert_array_equal(there.quantities[name], draws, err_msg=name)
    np.testing.assert_array_equal(there.checks, here.checks)


def test_a_likelihood_that_is_no_number_is_counted_there_too(monkeypatch):
    plain = GeometryTarget._log_likelihood

    def holed(self, places):
        found = plain(self, places)
        return np.where(places[:, 0] > 4e3, np.nan, found)

    monkeypatch.setattr(GeometryTarget, "_log_likelihood", holed)
    here, there = geometry(track()), geometry(track(), pool=Elsewhere())
    assert there.target.not_a_number == here.target.not_a_number > 0
