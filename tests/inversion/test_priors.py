"""First differences, damping and von Karman covariance: closed forms, integrals, check values, sampled fields."""

import numpy as np
import pytest

from geoslip.faults import Fault, neighbours
from geoslip.inversion import (
    Constraints,
    CovarianceError,
    correlation_lengths,
    damping,
    first_difference,
    matern,
    solve,
    strength_curve,
    von_karman,
    von_karman_correlation,
)


def square(twin, size, *, extent=16e3):
    n = int(extent / size)
    return Fault((twin.segment("plane", rows=n, columns=n, size=size, dip=90.0, strike=0.0),))


def test_rows_of_the_first_difference_are_differences(twin):
    fault = Fault((twin.segment("plane", rows=1, columns=3, size=2e3),))
    matrix = first_difference(fault, neighbours(fault), components=("strike",)).matrix.toarray()
    assert {tuple(row) for row in np.abs(matrix).round(12)} == {(1.0, 1.0, 0.0), (0.0, 1.0, 1.0)}
    np.testing.assert_allclose(matrix.sum(axis=1), 0.0, atol=1e-15)


def test_a_zero_edge_pulls_by_its_slope(twin):
    """Slip that falls linearly to zero at the bottom: the integral of its squared slope, the top half patch apart."""
    size, rows = 1e3, 10
    fault = Fault((twin.segment("plane", rows=rows, columns=4, size=size, dip=90.0),))
    slip = (rows - 0.5 - np.arange(4 * rows) // 4) / rows
    operator = first_difference(fault, neighbours(fault), components=("dip",), zero_edges=("bottom",))
    area = 4 * size * size * (rows - 0.5)
    assert operator.roughness(slip) == pytest.approx(area / (rows * size) ** 2, rel=1e-12)


def test_roughness_is_the_integral_of_the_squared_gradient_and_of_the_squared_slip(twin):
    wave, extent = 2 * np.pi / 16e3, 16e3
    for size, error in ((1e3, 0.02), (500.0, 0.005)):
        fault = square(twin, size)
        slip = np.cos(wave * fault.centroids[:, 1]) * np.cos(wave * fault.centroids[:, 2])
        slope = first_difference(fault, neighbours(fault), components=("strike",)).roughness(slip)
        assert slope == pytest.approx(2 * wave**2 * extent**2 / 4, rel=error)
        assert damping(fault, components=("strike",)).roughness(slip) == pytest.approx(extent**2 / 4, rel=1e-9)


@pytest.mark.parametrize(
    ("hurst", "values"),
    [
        (0.75, [0.965842, 0.745383, 0.500535, 0.208750, 0.012610]),
        (0.3, [0.763420, 0.430699, 0.236258, 0.077576, 0.003275]),
        (0.5, np.exp([-0.1, -0.5, -1.0, -2.0, -5.0])),
    ],
)
def test_von_karman_correlation_has_its_check_values(hurst, values):
    found = von_karman_correlation(np.array([0.1, 0.5, 1.0, 2.0, 5.0]), hurst=hurst)
    np.testing.assert_allclose(found, values, atol=6e-7)
    assert von_karman_correlation(np.zeros(1), hurst=hurst)[0] == 1.0
    assert von_karman_correlation(np.array([1e-9]), hurst=hurst)[0] == pytest.approx(1.0, abs=1e-4)


def test_von_karman_at_a_half_is_the_exponential_covariance(twin):
    fault = twin.two_segments()
    operator = von_karman(fault, lengths=(8e3, 4e3), hurst=0.5)
    covariance = np.linalg.inv(operator.gram.toarray())
    row, column = np.divmod(np.arange(24), 6)
    lag = np.hypot(np.subtract.outer(column, column) * 2e3 / 8e3, np.subtract.outer(row, row) * 2e3 / 4e3)
    one = np.exp(-lag) + 1e-8 * np.eye(24)
    expected = np.kron(np.eye(4), one)
    np.testing.assert_allclose(covariance, expected, atol=1e-9)


def test_slip_drawn_from_the_prior_has_as_much_roughness_as_patches_on_any_mesh(twin):
    """The expected value of m' S^-1 m is the number of patches times the variance: no unit of the mesh is in it."""
    rng = np.random.default_rng(0)
    for size in (4e3, 2e3):
        fault = square(twin, size)
        operator = von_karman(fault, lengths=(6e3, 4e3), components=("dip",))
        draws = np.linalg.solve(operator.matrix.toarray(), 0.7 * rng.standard_normal((fault.n_patches, 400)))
        assert draws.std() == pytest.approx(0.7, rel=0.06)
        mean = np.mean([operator.roughness(draw) for draw in draws.T])
        assert mean == pytest.approx(0.49 * fault.n_patches, rel=0.03)


def test_segments_may_have_lengths_of_their_own_and_must_have_some(twin):
    fault = twin.two_segments()
    operator = von_karman(fault, lengths={"south": (8e3, 4e3), "north": (2e3, 2e3)}, components=("dip",))
    covariance = np.linalg.inv(operator.gram.toarray())
    assert covariance[0, 1] > covariance[24, 25] > 0.1
    assert "south 8 and 4 km; north 2 and 2 km" in operator.note
    with pytest.raises(ValueError, match="segment 'north': correlation lengths None must be two positive"):
        von_karman(fault, lengths={"south": (8e3, 4e3)})
    with pytest.raises(ValueError, match="must be two positive"):
        von_karman(fault, lengths=(8e3, 0.0))
    with pytest.raises(CovarianceError, match="shorten them"):
        von_karman(square(twin, 500.0), lengths=(1e9, 1e9), hurst=4.0)
    with pytest.raises(ValueError, match="Hurst exponent -1"):
        von_karman(fault, lengths=(1e3, 1e3), hurst=-1)


def test_segments_that_are_joined_have_the_covariance_of_one_long_segment(twin):
    """Two planes that continue each other, with lengths alike, against one plane of the same patches."""
    fault = twin.two_segments(columns=3)
    whole = Fault((twin.segment("whole", columns=6),))
    joined = von_karman(fault, lengths=(8e3, 4e3), components=("dip",), join=[("north", "south")])
    alone = von_karman(whole, lengths=(8e3, 4e3), components=("dip",))
    order = [np.argmin(np.linalg.norm(whole.centroids - place, axis=1)) for place in fault.centroids]
    found, expected = (np.linalg.inv(one.gram.toarray()) for one in (joined, alone))
    np.testing.assert_allclose(found, expected[np.ix_(order, order)], atol=1e-9)
    assert joined.note.endswith("over south and north as one")


def test_joined_segments_that_cross_have_a_covariance_whatever_their_lengths(twin):
    """Unit variance, no negative eigenvalue, and where strikes and lengths differ the factor of their kernels."""
    fault = Fault((
        twin.segment("long", columns=8, dip=90.0, strike=0.0),
        twin.segment("across", start=(1e3, 5e3), columns=4, dip=90.0, strike=90.0),
        twin.segment("apart", start=(40e3, 0.0), columns=2),
    ))  # fmt: skip
    lengths = {"long": (8e3, 4e3), "across": (6e3, 2e3), "apart": (5e3, 5e3)}
    for make in (von_karman, matern):
        operator = make(fault, lengths=lengths, components=("dip",), join=[("long", "across")])
        covariance = np.linalg.inv(operator.gram.toarray())
        np.testing.assert_allclose(np.diagonal(covariance), 1.0, atol=1e-6)
        assert np.linalg.eigvalsh(covariance).min() > 0.0
        assert np.all(covariance[fault.slices["apart"], : fault.slices["apart"].start] == 0.0)
    one, other = fault.slices["long"].start + 2, fault.slices["across"].start
    apart = fault.centroids[one] - fault.centroids[other]
    # kernels, km^2: long 16 east, 64 north, 16 down; across 36 east, 4 north, 4 down
    mean = np.array([26.0, 34.0, 10.0])
    likeness = (16.0 * 64.0 * 16.0 * 36.0 * 4.0 * 4.0) ** 0.25 / np.sqrt(mean.prod())
    lag = np.sqrt(np.sum((1e-3 * apart) ** 2 / mean))
    operator = von_karman(fault, lengths=lengths, hurst=0.5, components=("dip",), join=[("long", "across")])
    found = np.linalg.inv(operator.gram.toarray())[one, other]
    assert found == pytest.approx(likeness * np.exp(-lag), abs=1e-6) and found > 0.3
    with pytest.raises(ValueError, match="join names 'lost': segments are 'long'"):
        von_karman(fault, lengths=lengths, join=[("long", "lost")])


def test_a_prior_of_the_wrong_size_is_refused(twin, study):
    small = Fault((twin.segment("plane"),))
    for operator in (damping(small), von_karman(small, lengths=(8e3, 8e3))):
        with pytest.raises(ValueError, match=f"'{operator.name}' acts on 48 slip components, the problem has 96"):
            solve(study.problem, operator, strength=1.0)


def test_mai_and_beroza_lengths():
    assert correlation_lengths(50e3, 15e3, mechanism="strike-slip") == pytest.approx((18860.0, 6210.0))
    assert correlation_lengths(50e3, 15e3, mechanism="dip-slip") == pytest.approx((16600.0, 5830.0))
    with pytest.raises(ValueError, match="use one of strike-slip, dip-slip"):
        correlation_lengths(50e3, 15e3, mechanism="normal")
    with pytest.raises(ValueError, match="too small for the regression"):
        correlation_lengths(2e3, 500.0, mechanism="strike-slip")


@pytest.mark.parametrize("kind", ["first_difference", "damping", "von_karman"])
def test_each_operator_finds_the_slip_and_is_chosen_a_strength(study, kind):
    operator = {
        "first_difference": lambda: first_difference(study.fault, study.adjacency, zero_edges=("bottom", "sides")),
        "damping": lambda: damping(study.fault),
        "von_karman": lambda: von_karman(study.fault, lengths=(8e3, 8e3)),
    }[kind]()
    assert operator.name == kind
    curve = strength_curve(study.problem, operator, constraints=Constraints(rake=(0.0, 90.0)))
    for criterion in ("abic", "gcv"):
        estimate = curve.choose(criterion).estimate
        error = np.sqrt(np.mean((estimate.slip_vector - study.slip) ** 2))
        assert error < (0.35 if kind == "damping" else 0.15) * np.abs(study.slip).max()


def test_strong_damping_leaves_no_slip_and_strong_slopes_leave_it_even(study):
    still = solve(study.problem, damping(study.fault), strength=1e6)
    assert np.abs(still.slip).max() < 1e-6
    even = solve(study.problem, first_difference(study.fault, study.adjacency), strength=1e4)
    assert np.ptp(even.slip[:, 1]) < 5e-3 * np.abs(even.slip[:, 1]).mean()


def test_matern_of_order_three_halves_has_its_closed_form(twin):
    """(1 + r) exp(-r): the covariance that the operator inverts."""
    fault = Fault((twin.segment("one", rows=3, columns=4),))
    operator = matern(fault, lengths=(3e3, 2e3), smoothness=1.5, components=("dip",))
    covariance = np.linalg.inv(operator.gram.toarray())
    strike, updip = fault.strike_vectors[0], fault.updip_vectors[0]
    apart = fault.centroids[:, None] - fault.centroids[None]
    distance = np.hypot(apart @ strike / 3e3, apart @ updip / 2e3)
    np.testing.assert_allclose(covariance, (1.0 + distance) * np.exp(-distance), atol=1e-6)
    assert operator.name == "matern" and "smoothness 1.5" in operator.note
