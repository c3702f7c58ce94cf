"""Helmert variance components: simulated scales, the fixed point, bounds, a data set that fights, the strength."""

from dataclasses import replace

import numpy as np
import pytest

from geoslip.inversion import Constraints, Problem, redundancy, solve, variance_components


@pytest.fixture(scope="module")
def three(twin):
    """Three tracks of 200, 300 and 150 data on a fault of 2 x 4 patches, all with a noise of 1 cm as far as known."""
    fault = twin.two_segments(rows=2, columns=2, size=5e3)
    rng = np.random.default_rng(0)
    slip, data, greens = twin.true_slip(fault), [], {}
    for number, (n, true) in enumerate([(200, 1.0), (300, 3.0), (150, 10.0)]):
        look = [(-0.6, -0.15, 0.78), (0.6, -0.15, 0.78), (0.1, 0.6, 0.79)][number]
        one = twin.observations(f"track {number}", "los", n=n, seed=number, look=look)
        greens[one.name] = twin.stand_in_greens(one.points, one.directions, fault)
        data.append(twin.with_values(one, greens[one.name] @ slip + true * 0.01 * rng.standard_normal(n)))
    from geoslip.faults import neighbours
    from geoslip.inversion import laplacian

    operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
    return Problem.build(data, fault, greens=greens), operator


def test_simulated_scales_are_recovered(three):
    problem, operator = three
    found = variance_components(problem, operator, strength=1.0, bounds=(0.01, 100.0))
    values = np.array([found.scales[f"track {number}"] for number in range(3)])
    np.testing.assert_allclose(values, [1.0, 3.0, 10.0], rtol=0.1)
    assert found.iterations <= 8
    assert any("track 2: its noise would be" in text for text in found.warnings)


def test_at_rest_each_data_set_misses_by_its_redundancy(study):
    found = variance_components(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    for fit in found.estimate.fits:
        assert fit.chi2 == pytest.approx(found.redundancy[fit.name], rel=2e-3)
        assert 0.7 < found.scales[fit.name] < 1.4
    assert found.warnings == ()
    assert found.problem.scales == found.scales
    again = solve(found.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    np.testing.assert_allclose(again.slip, found.estimate.slip, atol=1e-8)


def test_redundancies_add_up_to_the_degrees_of_freedom(study):
    estimate = solve(study.problem.with_scales({"gnss": 2.0}), study.operator, strength=1e4)
    assert sum(redundancy(estimate).values()) == pytest.approx(estimate.dof, rel=1e-9)


def test_the_start_does_not_matter(study):
    one = variance_components(study.problem, study.operator, strength=1e4)
    far = study.problem.with_scales({"gnss": 4.0, "ascending": 0.25})
    two = variance_components(far, study.operator, strength=1e4)
    for name, scale in one.scales.items():
        assert two.scales[name] == pytest.approx(scale, rel=5e-3)


def test_a_data_set_that_fights_is_named_and_held_at_the_bound(study, twin):
    """GNSS of the opposite sign: unbounded components would switch it off."""
    data = [twin.with_values(one, -one.values) if one.name == "gnss" else one for one in study.data]
    problem = Problem.build(data, study.fault, greens=study.greens)
    held = variance_components(problem, study.operator, strength=1e4, bounds=(0.2, 5.0))
    assert held.scales["gnss"] == 5.0
    assert any(text.startswith("gnss: the scale of its noise stays at the bound of 5") for text in held.warnings)
    assert any(text.startswith("gnss: its noise would be 5 times") for text in held.warnings)
    loose = variance_components(problem, study.operator, strength=1e4, bounds=(0.01, 1e3))
    assert loose.scales["gnss"] > 15.0


def test_overstated_noise_is_reported(study):
    data = [replace(one, covariance=36.0 * one.covariance) if one.name == "gnss" else one for one in study.data]
    found = variance_components(
        Problem.build(data, study.fault, greens=study.greens), study.operator, strength=1e4, bounds=(0.05, 5.0)
    )
    assert 0.1 < found.scales["gnss"] < 0.25
    assert any(text.startswith("gnss: its noise would be 0.1") and "outweighs" in text for text in found.warnings)


def test_strength_and_scales_come_to_rest_together(study):
    wrong = study.problem.with_scales({"ascending": 3.0, "gnss": 0.4})
    found = variance_components(wrong, study.operator, strength="abic", constraints=Constraints(rake=(0.0, 90.0)))
    assert found.choice is not None
    assert found.choice.criterion == "abic"
    assert found.estimate.strength == found.choice.strength
    assert not any("come to rest" in text for text in found.warnings)
    assert all(0.7 < scale < 1.4 for scale in found.scales.values())


def test_too_few_steps_and_bad_bounds_say_so(study):
    short = variance_components(study.problem.with_scales({"gnss": 4.0}), study.operator, strength=1e4, limit=1)
    assert "raise the limit" in short.warnings[-1]
    assert short.problem.scales == short.scales
    with pytest.raises(ValueError, match="must be positive and ascend"):
        variance_components(study.problem, study.operator, bounds=(2.0, 1.0))


def test_the_rigorous_form_rests_where_the_simplified_does_in_fewer_steps(study):
    settings = {"strength": 1e4, "bounds": (0.01, 100.0)}
    wrong = study.problem.with_scales({"gnss": 10.0, "ascending": 0.2})
    simple = variance_components(wrong, study.operator, **settings)
    rigorous = variance_components(wrong, study.operator, form="rigorous", **settings)
    for name, scale in simple.scales.items():
        assert rigorous.scales[name] == pytest.approx(scale, rel=3e-3)
    assert rigorous.iterations <= simple.iterations


def test_the_rigorous_form_recovers_simulated_scales(three):
    problem, operator = three
    found = variance_components(problem, operator, strength=1.0, bounds=(0.01, 100.0), form="rigorous")
    np.testing.assert_allclose(list(found.scales.values()), [1.0, 3.0, 10.0], rtol=0.1)


def test_counting_data_instead_of_redundancy_understates_the_noise(study):
    settings = {"strength": 1e3, "bounds": (0.01, 100.0)}
    counted = variance_components(study.problem, study.operator, form="counted", **settings)
    aware = variance_components(study.problem, study.operator, **settings)
    assert all(counted.scales[name] < aware.scales[name] for name in aware.scales)


def test_a_prior_holds_a_small_data_set_and_yields_to_a_large_one(three):
    problem, operator = three
    settings = {"strength": 1.0, "bounds": (0.01, 100.0)}
    free = variance_components(problem, operator, **settings)
    held = variance_components(problem, operator, prior=1e4, **settings)
    some = variance_components(problem, operator, prior=50.0, **settings)
    assert all(abs(scale - 1.0) < 0.7 for scale in held.scales.values())
    assert held.scales["track 2"] < some.scales["track 2"] < free.scales["track 2"]
    # the fixed point: chi-square and what the prior expects, over the redundancy and the prior's data
    for fit in some.estimate.fits:
        expected = (fit.chi2 * some.scales[fit.name] ** 2 + 50.0) / (some.redundancy[fit.name] + 50.0)
        assert some.scales[fit.name] ** 2 == pytest.approx(expected, rel=5e-3)


def test_grouped_data_sets_share_one_scale(three):
    problem, operator = three
    found = variance_components(
        problem, operator, strength=1.0, bounds=(0.01, 100.0), groups={"both": ["track 0", "track 1"]}
    )
    assert found.scales["track 0"] == found.scales["track 1"]
    chi2 = sum(found.estimate.fit(name).chi2 for name in ("track 0", "track 1"))
    assert chi2 == pytest.approx(found.redundancy["track 0"] + found.redundancy["track 1"], rel=2e-3)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"form": "helmert"}, "use one of counted, simplified, rigorous"),
        ({"prior": -1.0}, "give 0 or more"),
        ({"groups": {"a": ["gnss"], "b": ["gnss"]}}, "'gnss' must be a data set, and of one group"),
        ({"groups": {"a": ["sonar"]}}, "'sonar' must be a data set"),
    ],
)
def test_rules_that_make_no_sense_are_refused(study, choices, message):
    with pytest.raises(ValueError, match=message):
        variance_components(study.problem, study.operator, strength=1e4, **choices)


def test_a_fixed_data_set_keeps_its_scale(three):
    problem, operator = three
    found = variance_components(problem, operator, strength=1.0, bounds=(0.01, 100.0), fixed=["track 1"])
    assert found.scales["track 1"] == 1.0
    assert found.scales["track 2"] == pytest.approx(10.0, rel=0.1)
