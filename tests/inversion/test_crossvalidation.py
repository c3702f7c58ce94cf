"""Generalised and K-fold cross-validation: leave-one-out, brute force with correlated noise and ramps, bad folds."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.linalg import circulant

from geoslip.faults import Fault
from geoslip.inversion import (
    Constraints,
    CrossValidation,
    Folds,
    Operator,
    Problem,
    SingularProblemError,
    cross_validate,
    dataset_folds,
    laplacian,
    solve,
    spatial_folds,
    strength_curve,
)

STRENGTHS = np.geomspace(1e2, 1e6, 7)
WINDOW = Constraints(rake=(0.0, 90.0))


@pytest.fixture(scope="module")
def ring(twin):
    """Data and slip on a ring: every datum sees the problem alike, so that each pulls alike on its own prediction."""
    n = 24
    fault = Fault((twin.segment("ring", rows=4, columns=6),))
    apart = np.minimum(np.arange(n), n - np.arange(n))
    matrix = circulant(np.exp(-0.5 * (apart / 2.0) ** 2))
    operator = Operator("ring", sparse.csr_array(circulant(np.r_[-2.0, 1.0, np.zeros(n - 3), 1.0])))
    rng = np.random.default_rng(0)
    data = twin.observations("ring", "los", n=n, sigma=0.1)
    values = matrix @ np.sin(2 * np.pi * np.arange(n) / n) + 0.1 * rng.standard_normal(n)
    data = twin.with_values(data, values)
    problem = Problem.build([data], fault, components=("dip",), nuisance={"ring": "none"}, greens={"ring": matrix})
    return problem, operator, matrix, values


def test_gcv_is_leave_one_out_on_a_circulant_problem(ring):
    problem, operator, matrix, values = ring
    strengths = np.geomspace(0.1, 100.0, 9)
    curve = strength_curve(problem, operator, strengths=strengths)
    singly = Folds("one", tuple(f"{k}" for k in range(24)), {"ring": np.arange(24)})
    curve = cross_validate(curve, folds=singly)
    gram = operator.gram.toarray()
    for place, strength in enumerate(strengths):
        missed = []
        for k in range(24):
            keep = np.arange(24) != k
            rows = matrix[keep] / 0.1
            x = np.linalg.solve(rows.T @ rows + strength**2 * gram, rows.T @ values[keep] / 0.1)
            missed.append((values[k] - matrix[k] @ x) / 0.1)
        assert curve.gcv[place] == pytest.approx(np.mean(np.square(missed)), rel=1e-8)
        assert curve.cross_validation["one"].score[place] == pytest.approx(curve.gcv[place], rel=1e-8)
    assert curve.choose("one").index == curve.choose("gcv").index


def test_gcv_is_its_formula_with_nuisance_and_correlated_noise(study):
    curve = strength_curve(study.problem, study.operator, strengths=STRENGTHS)
    n, k = study.problem.n_data, study.problem.n_nuisance
    for place, estimate in enumerate(curve.estimates):
        expected = n * estimate.chi2 / (n - k - curve.effective_parameters[place]) ** 2
        assert curve.gcv[place] == pytest.approx(expected, rel=1e-7)


@pytest.fixture(scope="module")
def validated(study):
    curve = strength_curve(study.problem, study.operator, strengths=STRENGTHS, constraints=WINDOW)
    curve = cross_validate(curve, folds=spatial_folds(study.problem, folds=4))
    return cross_validate(curve, folds=dataset_folds(study.problem))


def test_a_fold_is_what_a_problem_without_it_predicts(study, validated):
    """Brute force: solve without the fold, then score what all data miss beyond what the kept data miss."""
    found = validated.cross_validation["cv"]
    for number in (0, 3):
        kept, greens = [], {}
        for data in study.data:
            keep = found.folds.labels[data.name] != number
            kept.append(data.select(keep))
            greens[data.name] = study.greens[data.name][keep]
        without = Problem.build(kept, study.fault, greens=greens)
        for place in (1, 4):
            slip = solve(without, study.operator, strength=STRENGTHS[place], constraints=WINDOW).slip_vector
            gap = study.problem.chi_square(slip) - without.chi_square(slip)
            assert found.fold_scores[number, place] == pytest.approx(gap / found.size[number], rel=1e-6)


def test_a_prediction_from_correlated_neighbours_is_their_conditional_mean(study, twin):
    """One datum of a correlated track without nuisance: its miss over the conditional deviation, by hand."""
    data = study.problem.block("descending").observations
    matrix, covariance = study.greens["descending"], data.covariance
    problem = Problem.build([data], study.fault, nuisance={"descending": "none"}, greens={"descending": matrix})
    curve = strength_curve(problem, study.operator, strengths=STRENGTHS)
    labels = np.zeros(len(data.values), int)
    labels[7] = 1
    found = cross_validate(curve, folds=Folds("one", ("rest", "seventh"), {"descending": labels}))
    keep = labels == 0
    without = Problem.build(
        [data.select(keep)], study.fault, nuisance={"descending": "none"}, greens={"descending": matrix[keep]}
    )
    slip = solve(without, study.operator, strength=STRENGTHS[3]).slip_vector
    missed = data.values - matrix @ slip
    weights = np.linalg.solve(covariance[np.ix_(keep, keep)], covariance[keep, 7])
    variance = covariance[7, 7] - covariance[keep, 7] @ weights
    expected = (missed[7] - weights @ missed[keep]) ** 2 / variance
    assert found.cross_validation["one"].fold_scores[1, 3] == pytest.approx(expected, rel=1e-6)


def test_cross_validation_finds_the_noise_and_the_slip(study, validated):
    for criterion in ("gcv", "cv", "cv_datasets"):
        choice = validated.choose(criterion)
        error = np.sqrt(np.mean((choice.estimate.slip_vector - study.slip) ** 2))
        assert error < 0.25 * np.abs(study.slip).max()
    score = validated.cross_validation["cv"].score
    assert score.min() > 0.8
    assert score[[0, -1]].min() > 5.0 * score.min()
    assert validated.criteria == ("lcurve", "abic", "gcv", "chi2", "cv", "cv_datasets")


def test_a_whole_data_set_held_out_keeps_its_own_ramp(study, validated):
    found = validated.cross_validation["cv_datasets"]
    np.testing.assert_array_equal(found.size, [80 - 3, 80 - 3, 40])
    assert found.folds.names == ("ascending", "descending", "gnss")


def test_scales_of_the_data_scale_the_score(study):
    doubled = study.problem.with_scales(dict.fromkeys(study.greens, 2.0))
    folds = spatial_folds(study.problem, folds=3)
    one = cross_validate(strength_curve(study.problem, study.operator, strengths=STRENGTHS), folds=folds)
    two = cross_validate(strength_curve(doubled, study.operator, strengths=STRENGTHS / 2.0), folds=folds)
    np.testing.assert_allclose(one.cross_validation["cv"].score, 4.0 * two.cross_validation["cv"].score, rtol=1e-6)


def test_folds_hold_whole_stations_and_like_shares_of_every_place(study):
    folds = spatial_folds(study.problem, folds=5)
    stations = folds.labels["gnss"].reshape(-1, 2)
    np.testing.assert_array_equal(stations[:, 0], stations[:, 1])
    counts = np.bincount(np.concatenate(list(folds.labels.values())), minlength=5)
    assert counts.min() > 0.6 * counts.mean()
    again = spatial_folds(study.problem, folds=5)
    np.testing.assert_array_equal(folds.labels["ascending"], again.labels["ascending"])
    other = spatial_folds(study.problem, folds=5, seed=1)
    assert np.any(folds.labels["ascending"] != other.labels["ascending"])


def test_a_flat_score_takes_the_middle_and_says_so(validated):
    flat = CrossValidation(validated.cross_validation["cv"].folds, np.ones(4), np.ones((4, 7)))
    curve = replace(validated, gcv=np.ones(7), cross_validation={"cv": flat})
    for criterion in ("gcv", "cv"):
        choice = curve.choose(criterion)
        assert "flat" in choice.warnings[0]
        assert choice.index == 3


def test_folds_that_disagree_are_no_preference():
    """Half the folds want it weak, half strong, by as much: whatever the mean's minimum, it is chance."""
    lean = np.linspace(0.0, 1.0, 7)
    scores = 2.0 + np.array([lean, -lean, 1.01 * lean, -lean])
    found = CrossValidation(Folds("cv", tuple("abcd"), {}), np.ones(4), scores)
    assert not found.beyond_chance.any()
    agreed = CrossValidation(found.folds, np.ones(4), 2.0 + np.array([lean, 0.9 * lean, 1.01 * lean, 1.1 * lean]))
    assert agreed.beyond_chance.tolist() == [False] + [True] * 6


def test_a_minimum_at_an_end_says_so(validated):
    curve = replace(validated, gcv=np.arange(1.0, 8.0))
    assert "GCV: the minimum lies at the weak end" in curve.choose("gcv").warnings[0]


def test_folds_that_do_not_fit_are_refused(study, validated):
    labels = {block.name: np.zeros(block.n_data, int) for block in study.problem.blocks}
    with pytest.raises(ValueError, match="fold 'b' holds no data"):
        cross_validate(validated, folds=Folds("own", ("a", "b"), labels))
    with pytest.raises(ValueError, match="1 fold cannot be predicted"):
        cross_validate(validated, folds=Folds("own", ("a",), labels))
    with pytest.raises(ValueError, match="labels run from 0 to 4"):
        cross_validate(
            validated,
            folds=Folds(
                "own", ("a", "b"), {name: rows + 4 * (np.arange(rows.size) == 0) for name, rows in labels.items()}
            ),
        )
    with pytest.raises(ValueError, match="build them for it"):
        cross_validate(validated, folds=Folds("own", ("a", "b"), {"gnss": labels["gnss"]}))
    with pytest.raises(ValueError, match="1 folds of data at"):
        spatial_folds(study.problem, folds=1)
    single = Problem.build(study.data[:1], study.fault, greens={"ascending": study.greens["ascending"]})
    with pytest.raises(ValueError, match="one data set alone"):
        dataset_folds(single)


def test_slip_that_only_a_fold_sees_is_named(study):
    """Without zero edges a constant is smooth: the one data set that sees slip cannot be held out."""
    blind = {name: np.zeros_like(matrix) for name, matrix in study.greens.items()}
    problem = Problem.build(study.data, study.fault, greens={**blind, "gnss": study.greens["gnss"]})
    curve = strength_curve(problem, laplacian(study.fault, study.adjacency), strengths=np.geomspace(1e5, 1e8, 6))
    with pytest.raises(SingularProblemError, match="without 'gnss' some slip is seen neither"):
        cross_validate(curve, folds=dataset_folds(problem))


def test_choosing_by_what_was_not_computed_says_what_to_do(study):
    curve = strength_curve(study.problem, study.operator, strengths=STRENGTHS)
    with pytest.raises(ValueError, match="cross_validate the curve first"):
        curve.choose("cv")
    seen = []
    cross_validate(curve, folds=spatial_folds(study.problem, folds=3), progress=seen.append)
    np.testing.assert_allclose(seen, np.arange(1, 8) / 7)


def test_a_long_curve_is_solved_around_its_best_only_and_finds_the_same(study):
    curve = strength_curve(study.problem, study.operator, strengths=np.geomspace(1e2, 1e6, 25), constraints=WINDOW)
    folds = spatial_folds(study.problem, folds=4)
    quick = cross_validate(curve, folds=folds).cross_validation["cv"]
    whole = cross_validate(curve, folds=folds, every=True).cross_validation["cv"]
    assert quick.solved.sum() <= 14
    assert whole.solved.all()
    np.testing.assert_allclose(quick.fold_scores[:, quick.solved], whole.fold_scores[:, quick.solved], rtol=1e-4)
    assert np.nanargmin(quick.score) == np.argmin(whole.score)
    near = whole.score < 2.0 * whole.score.min()
    np.testing.assert_allclose(quick.score[near], whole.score[near], rtol=0.02)
