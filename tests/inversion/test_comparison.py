"""The criterion that compares faults and operators: it is -2 ln of the marginal likelihood, evaluated independently."""

import numpy as np
import pytest

from geoslip.inversion import Constraints, System, comparable_abic, damping, laplacian, relative_strengths
from geoslip.inversion.choices.abic import noise_variance


def marginal(study, system, strength, columns):
    """-2 ln p of the data of one set without nuisance, slip integrated out, at the best scale of the noise."""
    scale = noise_variance(system, strength)
    gram = strength**2 * system.gram
    green = columns @ system.space.basis.toarray()
    data = study.problem.block("gnss").observations
    covariance = scale * (data.covariance + green @ np.linalg.solve(gram, green.T))
    spread = np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(data.covariance)[1]
    return len(data.values) * np.log(2.0 * np.pi) + spread + data.values @ np.linalg.solve(covariance, data.values)


@pytest.fixture(scope="module")
def gnss_only(build_study):
    from geoslip.inversion import Problem

    study = build_study(seed=3)
    study.problem = Problem.build(study.data[2:], study.fault, greens={"gnss": study.greens["gnss"]})
    return study


@pytest.mark.parametrize("name", ["laplacian", "damping", "weighed"])
def test_it_is_the_marginal_likelihood_of_the_data_whatever_the_operator(gnss_only, name):
    fault = gnss_only.fault
    smooth = laplacian(fault, gnss_only.adjacency, zero_edges=("bottom", "sides"))
    operator = {
        "laplacian": smooth,
        "damping": damping(fault),
        "weighed": relative_strengths(smooth, fault, by_component={"dip": 4.0}),
    }[name]
    strength = {"laplacian": 3.0, "damping": 1e-3, "weighed": 2.0}[name]
    fresh, system = (System(gnss_only.problem, operator, Constraints()) for _ in range(2))
    expected = marginal(gnss_only, system, strength, gnss_only.greens["gnss"])
    assert comparable_abic(system, [strength])[0] == pytest.approx(expected, rel=1e-6)
    assert comparable_abic(fresh, [strength])[0] == pytest.approx(expected, rel=1e-6)
    assert "spectrum" in vars(system) and "spectrum" not in vars(fresh)  # one from eigenvalues, one from factors


def test_an_operator_that_leaves_some_slip_unsmoothed_is_compared_by_its_eigenvalues(gnss_only):
    free = laplacian(gnss_only.fault, gnss_only.adjacency)
    one, other = (System(gnss_only.problem, free, Constraints()) for _ in range(2))
    np.testing.assert_allclose(comparable_abic(one, [3.0]), comparable_abic(other, [3.0, 30.0])[:1], rtol=1e-9)


def test_a_factor_on_the_operator_is_a_factor_on_the_strength(gnss_only):
    fault = gnss_only.fault
    smooth = laplacian(fault, gnss_only.adjacency, zero_edges=("bottom", "sides"))
    scaled = relative_strengths(smooth, fault, by_component={"strike": 7.0, "dip": 7.0})
    one, other = (System(gnss_only.problem, operator, Constraints()) for operator in (smooth, scaled))
    np.testing.assert_allclose(comparable_abic(one, [7.0, 70.0]), comparable_abic(other, [1.0, 10.0]), rtol=1e-9)
