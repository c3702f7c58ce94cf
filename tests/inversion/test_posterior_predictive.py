"""Predictive checks: silent where the model holds, and each sees what it is made to see."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import kstest

from geoslip.inversion import Constraints, Problem
from geoslip.inversion.posterior import predictive_checks, sample_slip
from geoslip.inversion.posterior.predictive import nearest

REVERSE = Constraints(rake=(0.0, 90.0))


def sampled(study, *, problem=None, draws=300, **choices):
    return sample_slip(problem or study.problem, study.operator, constraints=REVERSE, draws=draws, seed=1, **choices)


@pytest.fixture(scope="module")
def small(build_study):
    return build_study(rows=3, columns=3, size=4e3)


def test_a_model_that_holds_is_not_accused_and_equal_seeds_agree(small):
    posterior = sampled(small)
    checks = predictive_checks(posterior)
    assert [check.name for check in checks] == ["ascending", "descending", "gnss"]
    assert all(check.warnings == () for check in checks)
    assert checks == predictive_checks(posterior) != predictive_checks(posterior, seed=1)


def test_p_values_are_spread_where_the_model_holds(build_study):
    found = []
    for seed in range(24):
        study = build_study(rows=2, columns=2, size=6e3, seed=seed)
        posterior = sampled(study, strength=3.0, sample_noise=False, draws=60)
        found += [(check.chi2, check.largest, check.neighbours) for check in predictive_checks(posterior, draws=240)]
    for p in np.transpose(found):
        # predictive p-values are a little nearer to the middle than uniform ones: the draws have seen the data
        assert kstest(p, "uniform").pvalue > 1e-3 and 0.35 < p.mean() < 0.65


def altered(study, name, values):
    data = [dataclasses.replace(one, values=values(one)) if one.name == name else one for one in study.data]
    return Problem.build(data, study.fault, greens=study.greens)


def test_an_outlier_is_seen(small):
    def one_bad(data):
        values = data.values.copy()
        values[7] += 8.0 * data.sigma[7]
        return values

    check = predictive_checks(sampled(small, problem=altered(small, "ascending", one_bad)))[0]
    assert check.largest < 0.01 and "look for outliers" in " ".join(check.warnings)


def test_a_pattern_that_no_slip_makes_is_seen(small):
    def wave(data):
        return data.values + 0.02 * np.sin(data.points[:, 0] / 3e3)

    checks = predictive_checks(sampled(small, problem=altered(small, "ascending", wave)))
    assert checks[0].neighbours < 0.01 and "more alike" in " ".join(checks[0].warnings)
    assert checks[0].chi2 > 0.01, "the sampled noise scale has grown with the pattern"
    assert checks[2].neighbours > 0.01


def test_understated_noise_is_seen_where_it_is_given(build_study):
    loud = build_study(rows=3, columns=3, size=4e3, noise=2.0)
    checks = predictive_checks(sampled(loud, strength=10.0, sample_noise=False))
    assert all(check.chi2 < 0.01 for check in checks)
    assert "noise is understated" in checks[0].warnings[0]


def test_neighbours_measure_the_same_direction():
    points = np.array([[0.0, 0, 0], [0, 0, 0], [1e3, 0, 0], [1e3, 0, 0], [9e3, 0, 0]])
    directions = np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]])
    assert nearest(points, directions).tolist() == [2, 3, 0, 1, 2]
    assert nearest(points[:1], directions[:1]).tolist() == [0]
