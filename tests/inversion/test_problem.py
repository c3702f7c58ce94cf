"""Whitening, nuisance and the normal equations, against the stacked least-squares problem written out."""

import numpy as np
import pytest

from geoslip.inversion import CovarianceError, Problem, Whitener, nuisance_columns, solve


def stacked(study, strength):
    """The whole problem as rows: whitened data with slip and nuisance columns, and the smoothing."""
    rows, right, column = [], [], study.problem.n_slip
    total = study.problem.n_slip + study.problem.n_nuisance
    for block in study.problem.blocks:
        factor = np.linalg.cholesky(block.observations.covariance)
        part = np.zeros((block.n_data, total))
        part[:, : study.problem.n_slip] = block.greens
        part[:, column : column + len(block.nuisance)] = block.nuisance.matrix
        column += len(block.nuisance)
        rows.append(np.linalg.solve(factor, part))
        right.append(np.linalg.solve(factor, block.observations.values))
    smooth = np.zeros((study.operator.matrix.shape[0], total))
    smooth[:, : study.problem.n_slip] = strength * study.operator.matrix.toarray()
    return np.vstack([*rows, smooth]), np.concatenate([*right, np.zeros(len(smooth))])


@pytest.mark.parametrize("strength", [1e2, 1e4])
def test_projecting_nuisance_out_is_the_joint_least_squares_solution(study, strength):
    matrix, right = stacked(study, strength)
    joint = np.linalg.lstsq(matrix, right)[0]
    estimate = solve(study.problem, study.operator, strength=strength)
    n = study.problem.n_slip
    np.testing.assert_allclose(estimate.slip_vector, joint[:n], rtol=0, atol=1e-7 * np.abs(joint[:n]).max())
    found = np.concatenate([list(fit.nuisance.values()) for fit in estimate.fits])
    np.testing.assert_allclose(found, joint[n:], rtol=1e-6, atol=1e-9)


def test_chi_square_of_the_normal_equations_is_that_of_the_residuals(study):
    estimate = solve(study.problem, study.operator, strength=1e4)
    assert study.problem.chi_square(estimate.slip_vector) == pytest.approx(estimate.chi2, rel=1e-9)
    assert study.problem.energy == pytest.approx(study.problem.chi_square(np.zeros(study.problem.n_slip)))


def test_data_without_noise_give_back_slip_and_ramps(build_study):
    exact = build_study(noise=0.0, rows=2, columns=3)
    estimate = solve(exact.problem, exact.operator, strength=0.0)
    np.testing.assert_allclose(estimate.slip_vector, exact.slip, atol=1e-6)
    for name, ramp in exact.ramps.items():
        np.testing.assert_allclose(list(estimate.nuisance[name].values()), ramp, atol=1e-8)
    assert estimate.variance_reduction > 1 - 1e-10
    assert estimate.fit("ascending").units == {"offset": "m", "east": "m/km", "north": "m/km"}


def test_whitened_correlated_noise_has_unit_covariance(twin):
    points = twin.observations("x", "los", n=40).points
    covariance = twin.correlated(points)
    whitener = Whitener.of(covariance, name="x")
    rng = np.random.default_rng(5)
    draws = np.linalg.cholesky(covariance) @ rng.standard_normal((40, 4000))
    white = whitener.whiten(draws)
    assert np.abs(white @ white.T / 4000 - np.eye(40)).max() < 0.1
    assert whitener.log_determinant == pytest.approx(np.linalg.slogdet(covariance)[1])


def test_a_diagonal_covariance_takes_the_short_way_to_the_same_numbers():
    sigma = np.array([0.1, 0.2, 0.5])
    short = Whitener.of(np.diag(sigma**2), name="x")
    full = Whitener.of(np.diag(sigma**2) + 1e-30 * (1 - np.eye(3)), name="x")
    assert short.factor.ndim == 1
    assert full.factor.ndim == 2
    matrix = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(short.whiten(matrix), full.whiten(matrix), rtol=1e-12)
    assert short.log_determinant == pytest.approx(full.log_determinant)


def test_scales_divide_what_a_data_set_weighs(study):
    scaled = study.problem.with_scales({"gnss": 2.0})
    gnss = study.problem.block("gnss")
    np.testing.assert_allclose(scaled.normal, study.problem.normal - 0.75 * gnss.normal, rtol=1e-9, atol=1e-6)
    estimate = solve(scaled, study.operator, strength=1e4)
    residual = estimate.residual["gnss"] / (2.0 * 0.004)
    assert estimate.fit("gnss").chi2 == pytest.approx(float(residual @ residual))
    with pytest.raises(ValueError, match="name data sets"):
        study.problem.with_scales({"leveling": 1.0})


def test_gnss_offset_is_one_translation_of_all_stations(twin):
    data = twin.observations("net", "gnss", n=20)
    columns = nuisance_columns(data, "offset")
    assert columns.names == ("east", "north")
    np.testing.assert_array_equal(columns.matrix @ [1.0, 2.0], np.tile([1.0, 2.0], 10))
    assert len(nuisance_columns(data)) == 0
    with pytest.raises(ValueError, match="plane has no meaning for GNSS"):
        nuisance_columns(data, "plane")


def test_plane_counts_kilometres_from_the_mean_position(twin):
    data = twin.observations("track", "los", n=30)
    columns = nuisance_columns(data)
    assert columns.names == ("offset", "east", "north")
    np.testing.assert_allclose(columns.matrix[:, 1:].mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(1e3 * columns.matrix[:, 1:] + columns.centre, data.points[:, :2])


def test_data_that_cannot_tell_a_plane_are_refused(twin):
    data = twin.observations("profile", "los", n=10)
    line = np.column_stack([np.arange(10.0), 2 * np.arange(10.0), np.zeros(10)]) * 1e3
    object.__setattr__(data, "points", line)
    with pytest.raises(ValueError, match="profile: its 10 data cannot tell"):
        nuisance_columns(data, "plane")
    with pytest.raises(ValueError, match="use one of none, offset, plane"):
        nuisance_columns(data, "quadratic")


def test_a_singular_covariance_names_the_data_set_and_the_rows(twin):
    covariance = np.array([[1.0, 0.2, 0.1], [0.2, 1.0, 0.2], [0.1, 0.2, 1.0]]) * 1e-4
    twice = covariance[np.ix_([0, 1, 2, 1], [0, 1, 2, 1])]
    with pytest.raises(CovarianceError, match=r"T64: the covariance is singular .*rows 2 and 4"):
        Whitener.of(twice, name="T64")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((0, 1, 5e-5), "not symmetric"),
        ((2, 2, 0.0), "variance of row 3"),
        ((1, 1, np.nan), "finite"),
        ((0, 0, 1e-9), "singular or not positive definite"),
    ],
)
def test_what_is_no_covariance_is_refused(change, message):
    covariance = np.full((3, 3), 2e-5) + 1e-4 * np.eye(3)
    row, column, value = change
    covariance[row, column] = value
    with pytest.raises(CovarianceError, match=message):
        Whitener.of(covariance, name="T64")


def test_names_and_sizes_must_agree(study):
    first = study.data[0]
    with pytest.raises(ValueError, match="two data sets are called 'ascending'"):
        Problem.build([first, first], study.fault, greens=study.greens)
    with pytest.raises(ValueError, match="at least one data set"):
        Problem.build([], study.fault)
    with pytest.raises(ValueError, match="nuisance is given for 'track'"):
        Problem.build([first], study.fault, nuisance={"track": "none"})
    with pytest.raises(ValueError, match=r"needed is \(80, 96\)"):
        Problem.build([first], study.fault, greens={"ascending": np.ones((80, 3))})
    with pytest.raises(ValueError, match="components"):
        Problem.build([first], study.fault, components=("rake",), greens={"ascending": np.ones((80, 3))})
    with pytest.raises(ValueError, match="no data set is called"):
        study.problem.block("track")
