"""The L-curve and ABIC: exact identities, closed forms, flat criteria, edges and ensembles."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sparse

from geoslip.faults import Fault, neighbours
from geoslip.inversion import Constraints, Problem, SingularProblemError, laplacian, solve, strength_curve
from geoslip.inversion.choices.abic import abic, noise_variance
from geoslip.inversion.choices.lcurve import corner_distance, lcurve_curvature
from geoslip.inversion.choices.spectrum import Spectrum
from geoslip.inversion.choices.strength import StrengthCurve, automatic_strengths
from geoslip.inversion.system import System


def plain_system(matrix, data, smoothing, *, n_nuisance=0):
    """A system without faults: unit covariance, free parameters."""
    normal, right = matrix.T @ matrix, matrix.T @ data
    problem = SimpleNamespace(n_data=len(data), n_nuisance=n_nuisance)
    spectrum = Spectrum.of(normal, smoothing.T @ smoothing, right=right)
    space = SimpleNamespace(n=len(right))
    return SimpleNamespace(problem=problem, spectrum=spectrum, space=space, energy=float(data @ data))


def kernel(rows=60, columns=20):
    x, y = np.linspace(0, 1, columns), np.linspace(0, 1, rows)
    return np.exp(-(((y[:, None] - x[None, :]) / 0.1) ** 2))


def second_difference(n):
    return np.diag(-2.0 * np.ones(n)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)


def test_abic_is_minus_twice_the_log_evidence_up_to_a_constant():
    """methods: with P = M and sigma^2 = s / N, ABIC + 2 ln p - ln|L'L| + N(1 - ln N) is nought at every strength."""
    rng = np.random.default_rng(0)
    matrix, smooth = kernel(), second_difference(20)
    data = matrix @ rng.standard_normal(20) + 0.3 * rng.standard_normal(60)
    system = plain_system(matrix, data, smooth)
    gram, n = smooth.T @ smooth, 60
    for alpha2 in (1e-3, 1e-2, 0.09, 1.0, 10.0):
        value = abic(system, [np.sqrt(alpha2)])[0]
        variance = n * noise_variance(system, np.sqrt(alpha2)) / n
        covariance = variance * (np.eye(n) + matrix @ np.linalg.solve(alpha2 * gram, matrix.T))
        log_p = -0.5 * (np.linalg.slogdet(covariance)[1] + data @ np.linalg.solve(covariance, data))
        expected = -2.0 * log_p - n * (1.0 - np.log(n)) + np.linalg.slogdet(gram)[1]
        assert value == pytest.approx(expected, abs=1e-7)


def test_nuisance_is_marginalised_like_a_flat_prior():
    """Differences between strengths equal those of the evidence with an all but flat prior on the nuisance."""
    rng = np.random.default_rng(1)
    matrix, smooth, ramp = kernel(), second_difference(20), np.column_stack([np.ones(60), np.linspace(-1, 1, 60)])
    data = matrix @ rng.standard_normal(20) + ramp @ [3.0, -2.0] + 0.3 * rng.standard_normal(60)
    basis = np.linalg.qr(ramp)[0]
    reduced = matrix - basis @ (basis.T @ matrix)
    left = data - basis @ (basis.T @ data)
    system = plain_system(reduced, left, smooth, n_nuisance=2)
    values, evidence = [], []
    for strength in (0.1, 0.5, 3.0):
        values.append(abic(system, [strength])[0])
        variance = noise_variance(system, strength)
        wide = np.eye(60) + matrix @ np.linalg.solve(strength**2 * smooth.T @ smooth, matrix.T) + 1e6 * ramp @ ramp.T
        sign, size = np.linalg.slogdet(variance * wide)
        assert sign == 1.0
        # the wide prior scales with the variance; its flat limit does not: take that part out again
        evidence.append(size - 2.0 * np.log(variance) + data @ np.linalg.solve(variance * wide, data))
    np.testing.assert_allclose(np.diff(values), np.diff(evidence), atol=1e-3)


def test_every_strength_of_the_spectrum_is_the_direct_computation():
    rng = np.random.default_rng(2)
    matrix = kernel()
    # the first difference leaves a constant alone: rank one less than the number of parameters
    smooth = np.diff(np.eye(20), axis=0)
    data = rng.standard_normal(60)
    normal, gram, right = matrix.T @ matrix, smooth.T @ smooth, matrix.T @ data
    spectrum = Spectrum.of(normal, gram, right=right)
    assert spectrum.rank == 19
    for strength in (0.01, 1.0, 100.0):
        total = normal + strength**2 * gram
        assert spectrum.log_determinant_at(strength) == pytest.approx(np.linalg.slogdet(total)[1], rel=1e-9)
        assert spectrum.explained(strength) == pytest.approx(right @ np.linalg.solve(total, right), rel=1e-8)
        direct = np.trace(np.linalg.solve(total, normal))
        assert spectrum.effective_parameters(strength) == pytest.approx(direct, rel=1e-8)


def identity_curve(values):
    """The degenerate problem G = L = I, in which noise and slip cannot be told apart."""
    strengths = np.geomspace(0.1, 10, 9)
    nothing = np.full(9, 1.0)
    return StrengthCurve(
        strengths=strengths, misfit=nothing, roughness=nothing, corner=nothing, curvature=nothing, abic=values,
        gcv=nothing, noise_scale=nothing, effective_parameters=nothing, estimates=(None,) * 9,
    )  # fmt: skip


def test_a_flat_abic_is_reported_and_no_end_is_returned():
    rng = np.random.default_rng(3)
    data = rng.standard_normal(40)
    system = plain_system(np.eye(40), data, np.eye(40))
    values = abic(system, np.geomspace(0.1, 10, 9))
    np.testing.assert_allclose(values, 40 * np.log(data @ data), rtol=1e-12)
    choice = identity_curve(values).choose("abic")
    assert "flat" in choice.warnings[0]
    assert choice.index == 4


@pytest.mark.parametrize(("slope", "end"), [(5.0, "weak end"), (-5.0, "strong end")])
def test_a_minimum_at_an_end_is_reported(slope, end):
    choice = identity_curve(slope * np.arange(9)).choose("abic")
    assert end in choice.warnings[0]


def test_abic_finds_the_true_strength_on_an_ensemble():
    """One draw may be far off; the median of 60 is not."""
    rng = np.random.default_rng(4)
    matrix, smooth = kernel(120, 20), second_difference(20)
    strengths = np.geomspace(1e-3, 1e2, 41)
    true, sigma, found, scale = 0.3, 0.1, [], []
    prior = np.linalg.inv(smooth) * sigma / true
    for _ in range(60):
        data = matrix @ (prior @ rng.standard_normal(20)) + sigma * rng.standard_normal(120)
        system = plain_system(matrix, data, smooth)
        best = strengths[np.argmin(abic(system, strengths))]
        found.append(best)
        scale.append(np.sqrt(noise_variance(system, best)))
    assert 0.7 < np.median(found) / true < 1.4
    assert np.mean(scale) == pytest.approx(sigma, rel=0.03)


def test_curvature_of_a_circle_in_logarithms_is_one_over_its_radius():
    angle = np.linspace(np.pi + 0.1, 1.5 * np.pi - 0.1, 60)[::-1]
    roughness, misfit = np.exp(2 * (3 + 0.5 * np.cos(angle))), np.exp(2 * (3 + 0.5 * np.sin(angle)))
    curvature = lcurve_curvature(np.exp(np.linspace(0, 3, 60)), misfit=misfit, roughness=roughness)
    np.testing.assert_allclose(curvature[5:-5], 2.0, rtol=1e-3)


@pytest.mark.parametrize("elbow", [0.01, 1.0, 30.0])
def test_the_corner_of_a_perfect_l_is_found(elbow):
    strengths = np.geomspace(1e-4, 1e4, 41)
    misfit, roughness = 1.0 + (strengths / elbow) ** 2, 1.0 + (elbow / strengths) ** 2
    distance = corner_distance(misfit, roughness=roughness)
    assert strengths[np.argmax(distance)] == pytest.approx(elbow, rel=0.6)
    assert distance.max() > 0.8
    np.testing.assert_allclose(distance[[0, -1]], 0.0, atol=1e-12)


def made_up(misfit, roughness, *, count=21):
    """A curve of given misfit and roughness."""
    strengths = np.geomspace(1e-4, 1e4, count)
    values = {"misfit": misfit(strengths), "roughness": roughness(strengths)}
    bend = lcurve_curvature(strengths, **values)
    distance = corner_distance(values["misfit"], roughness=values["roughness"])
    flat = identity_curve(np.zeros(9))
    return replace(flat, strengths=strengths, corner=distance, curvature=bend, estimates=(None,) * count, **values)


def test_a_curve_without_a_corner_says_so():
    straight = made_up(lambda a: a, lambda a: 1 / a).choose("lcurve")
    assert "no corner" in straight.warnings[0]
    assert straight.index == 10
    still = made_up(lambda a: np.ones_like(a), lambda a: 1 / a).choose("lcurve")
    assert "no corner" in still.warnings[0]


@pytest.mark.parametrize(("place", "end"), [(1, "weak end"), (7, "strong end")])
def test_a_corner_next_to_an_end_says_so(place, end):
    peak = replace(identity_curve(np.zeros(9)), corner=0.5 * (np.arange(9) == place))
    assert end in peak.choose("lcurve").warnings[0]


def test_two_readings_of_the_corner_that_disagree_say_so():
    places = np.arange(9)
    curve = replace(identity_curve(np.zeros(9)), corner=0.5 * (places == 2), curvature=1.0 * (places == 6))
    assert "not sharp" in curve.choose("lcurve").warnings[0]
    agreed = replace(curve, curvature=1.0 * (places == 3))
    assert agreed.choose("lcurve").warnings == ()
    assert agreed.choose("lcurve").index == 2


@pytest.fixture(scope="module")
def curve(study):
    return strength_curve(study.problem, study.operator, strengths=14, constraints=Constraints(rake=(0.0, 90.0)))


def test_the_whole_curve_is_kept_and_monotone(curve):
    assert len(curve.estimates) == len(curve.strengths) == 14
    assert (np.diff(curve.strengths) > 0).all()
    assert (np.diff(curve.misfit) > -1e-6 * curve.misfit[1:]).all()
    assert (np.diff(curve.roughness) < 1e-6 * curve.roughness[1:]).all()
    assert (np.diff(curve.effective_parameters) < 0).all()
    assert max(estimate.kkt for estimate in curve.estimates) < 1e-8


def test_the_own_range_goes_from_the_data_to_the_smoothing(study):
    system = System(study.problem, study.operator, Constraints())
    strengths = automatic_strengths(system)
    resolved = [system.spectrum.effective_parameters(strength) for strength in strengths[[0, -1]]]
    assert resolved[0] > 0.5 * system.space.n
    assert resolved[1] < 1.1


def test_estimates_of_the_curve_are_those_of_single_solutions(study, curve):
    for index in (0, 6, 13):
        single = solve(
            study.problem, study.operator, strength=curve.strengths[index], constraints=Constraints(rake=(0.0, 90.0))
        )
        np.testing.assert_allclose(curve.estimates[index].slip, single.slip, atol=1e-7)


@pytest.mark.parametrize("criterion", ["lcurve", "abic"])
def test_each_criterion_fits_the_noise_and_finds_the_slip(study, curve, criterion):
    choice = curve.choose(criterion)
    assert choice.warnings == ()
    assert choice.strength == curve.strengths[choice.index]
    assert 0.7 < choice.estimate.chi2 / choice.estimate.dof < 1.4
    error = np.sqrt(np.mean((choice.estimate.slip_vector - study.slip) ** 2))
    assert error < 0.25 * np.abs(study.slip).max()


def test_the_strength_means_the_same_on_two_meshes(twin):
    """The same data and slip on patches half as large: ABIC's strength moves by less than its own width."""
    chosen = []
    for size, rows, columns in ((2e3, 4, 6), (1e3, 8, 12)):
        fault = twin.two_segments(size=size, rows=rows, columns=columns)
        data = twin.observations("track", "los", n=150)
        matrix = twin.stand_in_greens(data.points, data.directions, fault) * (size / 2e3) ** 2
        values = matrix @ twin.true_slip(fault) + 0.01 * np.random.default_rng(0).standard_normal(150)
        problem = Problem.build([twin.with_values(data, values)], fault, greens={"track": matrix})
        operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
        chosen.append(strength_curve(problem, operator, strengths=np.geomspace(1e3, 1e6, 13)).choose("abic").strength)
    assert 0.4 < chosen[1] / chosen[0] < 2.5


def test_the_chi_square_target_is_the_strongest_smoothing_that_the_noise_explains(study, curve):
    target = study.problem.n_data - study.problem.n_nuisance
    choice = curve.choose("chi2")
    assert choice.warnings == ()
    assert curve.misfit[choice.index] <= target < curve.misfit[choice.index + 1]
    error = np.sqrt(np.mean((choice.estimate.slip_vector - study.slip) ** 2))
    assert error < 0.25 * np.abs(study.slip).max()
    for factor, said in ((0.1, "noise is understated"), (1e4, "noise is overstated")):
        scaled = study.problem.with_scales({block.name: factor for block in study.problem.blocks})
        other = strength_curve(scaled, study.operator, strengths=curve.strengths / factor)
        assert said in other.choose("chi2").warnings[0]


def test_progress_runs_to_one(study):
    seen = []
    strength_curve(study.problem, study.operator, strengths=[1e2, 1e3, 1e4, 1e5, 1e6], progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_bad_strengths_and_criteria_are_refused(study, curve):
    with pytest.raises(ValueError, match="make no curve"):
        strength_curve(study.problem, study.operator, strengths=[1.0, 2.0])
    with pytest.raises(ValueError, match="make no curve"):
        strength_curve(study.problem, study.operator, strengths=[-1.0, 1.0, 2.0, 3.0, 4.0])
    with pytest.raises(ValueError, match="3 strengths make no curve"):
        strength_curve(study.problem, study.operator, strengths=3)
    with pytest.raises(ValueError, match="use one of lcurve, abic, gcv"):
        curve.choose("corner")
    with pytest.raises(ValueError, match="must be a number of at least 0"):
        solve(study.problem, study.operator, strength=-1.0)


def test_slip_that_nothing_sees_is_reported():
    blind = sparse.csr_array(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="neither by the data nor by the smoothing"):
        Spectrum.of(np.diag([1.0, 1.0, 0.0, 0.0]), blind.toarray() + np.diag([0, 1.0, 1.0, 0]), right=np.ones(4))


@pytest.mark.parametrize("rules", [{}, {"rake": (0.0, 90.0)}, {"moment_at_most": 1e16}, {"rake": 60.0, "maximum": 0.1}])
def test_a_strength_that_leaves_the_problem_singular_says_what_to_do(build_study, rules):
    """48 patches and ten data: without smoothing, or with none to speak of, no engine finds one answer."""
    study = build_study()
    few = study.data[0].select(np.arange(len(study.data[0].values)) < 10)
    greens = {few.name: study.greens[few.name][:10]}
    problem = Problem.build([few], study.fault, greens=greens, nuisance={few.name: "none"})
    for strength in (0.0, 1e-12):
        with pytest.raises(SingularProblemError, match="raise the smoothing strength, add zero-slip edges or lock"):
            solve(problem, study.operator, strength=strength, constraints=Constraints(**rules))
    assert solve(problem, study.operator, strength=1e3, constraints=Constraints(**rules)).kkt < 1e-8


def test_one_patch_without_edges_has_no_strength_to_choose_but_a_solution(twin):
    fault = Fault((twin.segment("patch", rows=1, columns=1, size=8e3),))
    data = twin.observations("track", "los", n=20)
    matrix = twin.stand_in_greens(data.points, data.directions, fault)
    problem = Problem.build([twin.with_values(data, matrix @ [0.5, 1.5])], fault, greens={"track": matrix})
    operator = laplacian(fault, neighbours(fault))
    with pytest.raises(ValueError, match="there is no strength to choose: the operator smooths nothing"):
        strength_curve(problem, operator)
    np.testing.assert_allclose(solve(problem, operator, strength=0.0).slip, [[0.5, 1.5, 0.0]], atol=1e-9)
