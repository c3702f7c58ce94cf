"""Geometry, alone or with slip, killed on the way and resumed: the same numbers to the last bit, nothing done twice."""

from dataclasses import replace

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform
from geoslip.inversion import Constraints, Problem, damping
from geoslip.inversion.posterior import (
    Checkpoint,
    CheckpointError,
    GeometryTarget,
    JointTarget,
    Rectangle,
    Uniform,
    UniformSource,
    sample_geometry,
    sample_joint,
)
from geoslip.inversion.posterior.checkpoint import identity
from geoslip.inversion.posterior.journal import Journal

PLANE = UniformSource(
    parts=(
        Rectangle(
            east=0.0, north=0.0, depth=Uniform(1e3, 8e3), strike=20.0, dip=Uniform(15.0, 75.0), length=6e3, width=3e3
        ),
    )
)


class Killed(Exception):
    """Stands for whatever ends a run."""


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    points = np.column_stack([generator.uniform(-12e3, 12e3, (25, 2)), np.zeros(25)])
    looks = np.tile([0.6, -0.1, np.sqrt(0.63)], (25, 1))
    true = PLANE.rectangles(np.array([[3e3, 40.0]]))[0]
    values = okada.greens_matrix(points, looks, true) @ [0.1, 0.3] + 5e-3 * generator.standard_normal(25)
    zero = np.zeros(25)
    return Observations(
        name="track", kind="los", longitude=zero, latitude=zero, points=points, values=values, directions=looks,
        covariance=2.5e-5 * np.eye(25),
    )  # fmt: skip


def geometry(data, *, source=PLANE, sampler="emcee", seed=3, **choices):
    lengths = {"emcee": {"draws": 10, "warmup": 20}, "metropolis": {"draws": 40}, "smc": {"draws": 40, "walkers": 2}}
    return sample_geometry(
        [data], source, nuisance={"track": "offset"}, sampler=sampler, generations=2, seed=seed, **lengths[sampler],
        **choices,
    )  # fmt: skip


def together(data, *, rake=90.0, slips=16, **choices):
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=42.0, length=6e3, width=4e3, depth=1.5e3)
    fault = Fault((cut_uniform(plane, "plane", columns=2, rows=1),))
    target = JointTarget(
        Problem.build([data], fault), damping(fault), {"dip": Uniform(-20.0, 20.0)},
        constraints=Constraints(rake=rake), strength=3e-4,
    )  # fmt: skip
    return sample_joint(target, draws=16, warmup=10, walkers=8, generations=1, slips=slips, seed=2, **choices)


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
