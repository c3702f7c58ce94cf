"""Geometry and slip sampled jointly: the evidence against its definition, and both against numerical integration."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, SingularProblemError, damping, greens_matrix, laplacian
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.posterior import JointTarget, LogUniform, Normal, Uniform, sample_joint
from geoslip.inversion.posterior.orthant import log_share, log_share_drawn, signs

DIP, STRENGTH = 40.0, 3e-4
TILT = Uniform(-20.0, 20.0)
REVERSE = Constraints(rake=90.0)


def fault(*, dip=DIP, columns=2, rows=1):
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=dip, length=8e3, width=5e3, depth=2e3)
    return Fault((cut_uniform(plane, "plane", columns=columns, rows=rows),))


def track(*, n=40, sigma=0.02, slip=(0.6, 0.05), seed=0):
    """Points seen from the west with correlated noise; patches of a plane 6 degrees steeper slip in reverse."""
    generator = np.random.default_rng(seed)
    points = np.column_stack([generator.uniform(-12e3, 12e3, (n, 2)), np.zeros(n)])
    look = np.tile([-0.61, -0.14, 0.78], (n, 1)) / np.linalg.norm([-0.61, -0.14, 0.78])
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = sigma**2 * np.exp(-apart / 3e3) + (0.3 * sigma) ** 2 * np.eye(n)
    zero = np.zeros(n)
    data = Observations(
        name="track", kind="los", longitude=zero, latitude=zero, points=points, values=zero, directions=look,
        covariance=covariance,
    )  # fmt: skip
    true = greens_matrix(data, fault(dip=DIP + 6.0), components=("dip",)) @ np.asarray(slip)
    values = true + 0.01 + np.linalg.cholesky(covariance) @ generator.standard_normal(n)
    return Observations(**{**vars(data), "values": values})


def problem(**choices):
    return Problem.build([track(**choices)], fault(), nuisance={"track": "offset"})


def cells(*, most=4.0, n=200):
    """Middle points (n * n, 2) of slip of two patches and the area of a cell."""
    step = most / n
    one = (np.arange(n) + 0.5) * step
    return np.stack(np.meshgrid(one, one, indexing="ij"), axis=-1).reshape(-1, 2), step**2


def integrated(target, tilt, slips, area):
    """Logarithm of the evidence at a change of dip, and mean slip (2,), by the sum over a grid of positive slip."""
    slip = target.at(np.array([tilt]))
    data, term = target.data[0], slip.terms[0]
    chi = term.energy - 2.0 * slips @ term.right + np.einsum("ki,ij,kj->k", slips, term.normal, slips)
    prior = np.einsum("ki,ij,kj->k", slips, slip.gram, slips) * STRENGTH**2
    # a half in each of two independent numbers: the prior on the quadrant is four times that on the plane
    constant = np.log(4.0) + 0.5 * np.linalg.slogdet(STRENGTH**2 * slip.gram / (2.0 * np.pi))[1]
    log = -0.5 * (data.constant + chi + prior) + constant
    weight = np.exp(log - log.max())
    return log.max() + np.log(weight.sum() * area), weight @ slips / weight.sum()


@pytest.fixture(scope="module")
def small():
    """A target of one number, and the numerical answer on a grid of it."""
    target = JointTarget(
        problem(), damping(fault()), {"dip": TILT}, constraints=REVERSE, strength=STRENGTH, sample_noise=False
    )
    slips, area = cells()
    tilts = np.linspace(TILT.low, TILT.high, 21)
    found = [integrated(target, tilt, slips, area) for tilt in tilts]
    return target, tilts, np.array([log for log, _ in found]), np.array([slip for _, slip in found])


def test_evidence_under_bounds_is_the_integral_over_positive_slip(small):
    target, tilts, expected, _ = small
    found = target.log_likelihood(tilts[:, None])
    np.testing.assert_allclose(found, expected, atol=0.02)
    without = JointTarget(
        problem(), damping(fault()), {"dip": TILT}, constraints=REVERSE, strength=STRENGTH, sample_noise=False,
        bounds=False,
    ).log_likelihood(tilts[:, None])  # fmt: skip
    # else the bounds would do nothing here, and the test would say nothing
    assert np.ptp(without - expected) > max(0.1, 5.0 * np.ptp(found - expected))


def test_draws_are_those_of_numerical_integration(small):
    target, tilts, log, slips = small
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    found = sample_joint(target, draws=120, warmup=40, walkers=8, generations=2, slips=400, seed=2)
    draws = found.chains.of("change of dip").ravel()
    mean, spread = weight @ tilts, np.sqrt(weight @ (tilts - weight @ tilts) ** 2)
    assert draws.mean() == pytest.approx(mean, abs=0.1 * spread)
    assert draws.std() == pytest.approx(spread, rel=0.1)
    reverse = found.samples[:, :, 1]
    assert reverse.min() > -1e-12 and np.abs(found.samples[:, :, 0]).max() < 1e-12
    np.testing.assert_allclose(
        reverse.mean(axis=0), weight @ slips, atol=4.0 * reverse.std(axis=0).max() / np.sqrt(400)
    )
    assert "corrected for the bounds" in found.bounds_said and found.bounds_error[1] < 0.1
    assert found.warnings == ()


def test_free_slip_has_the_evidence_of_the_gaussian_it_stands_for():
    patches = fault(columns=3, rows=2)
    operator = laplacian(patches, neighbours(patches), zero_edges=("bottom", "sides"))
    study = Problem.build([track()], patches, nuisance={"track": "none"})
    target = JointTarget(study, operator, {"dip": TILT, "depth": Normal(0.0, 500.0, low=-1500.0)})
    assert target.names == ("change of dip", "change of depth", "noise scale of track", "strength")
    place = np.array([[5.0, 300.0, np.log(1.3), np.log(3e3)]])
    moved = greens_matrix(study.blocks[0].observations, moved_fault(patches, 5.0, 300.0))
    prior = np.linalg.inv(3e3**2 * operator.gram.toarray())
    covariance = 1.3**2 * study.blocks[0].observations.covariance + moved @ prior @ moved.T
    expected = multivariate_normal(np.zeros(40), covariance).logpdf(study.blocks[0].observations.values)
    assert target.log_likelihood(place)[0] == pytest.approx(expected, abs=1e-6)


def moved_fault(patches, tilt, down):
    top = patches.segments[0].rectangles
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=DIP + tilt, length=8e3, width=5e3, depth=2e3 + down)
    assert len(top) == 6
    return Fault((cut_uniform(plane, "plane", columns=3, rows=2),))


def test_share_of_an_orthant():
    one = log_share(np.array([[4.0]]), np.array([-2.0]), np.array([1.0]))
    assert one == pytest.approx(np.log(ndtr(-1.0)), abs=1e-6)
    # Sheppard 1899: a quarter and the arc sine of the correlation
    for correlation in (-0.7, 0.0, 0.6):
        precision = np.linalg.inv([[1.0, correlation], [correlation, 1.0]])
        exact = np.log(0.25 + np.arcsin(correlation) / (2.0 * np.pi))
        assert log_share(precision, np.zeros(2), np.ones(2)) == pytest.approx(exact, abs=0.02)
        drawn, error = log_share_drawn(precision, np.zeros(2), np.ones(2), generator=np.random.default_rng(0))
        assert drawn == pytest.approx(exact, abs=4.0 * error + 1e-9)
    generator = np.random.default_rng(1)
    matrix = generator.standard_normal((60, 30))
    precision, right, sign = matrix.T @ matrix / 10.0, generator.standard_normal(30), np.repeat([1.0, -1.0, 0.0], 10)
    drawn, error = log_share_drawn(precision, right, sign, generator=generator)
    assert error < 0.1 and log_share(precision, right, sign) == pytest.approx(drawn, abs=0.1 + 4.0 * error)
    assert log_share(precision, right, np.zeros(30)) == 0.0
    with pytest.raises(ValueError, match=r"between 0 and 3.*leave maximum"):
        signs(np.zeros(1), np.array([3.0]))


@pytest.mark.parametrize(
    ("moves", "choices", "error", "words"),
    [
        ({}, {}, ValueError, "none: needed is at least one of dip"),
        ({"rake": TILT}, {}, ValueError, "moves rake: needed"),
        ({"depth": Uniform(-9e3, -8e3)}, {}, ValueError, "contradict"),
        ({"dip": TILT}, {"constraints": Constraints(rake=90.0, maximum=3.0)}, ConstraintError, "maximum"),
        ({"dip": TILT}, {"constraints": Constraints(rake=90.0, moment_at_most=1e18)}, ConstraintError, "moment"),
        (
            {"dip": TILT},
            {"operator": laplacian(fault(), neighbours(fault()), zero_edges=(), components=("strike", "dip"))},
            SingularProblemError,
            "zero-slip edges",
        ),
    ],
)
def test_what_cannot_be_sampled_is_refused(moves, choices, error, words):
    settings = {"constraints": REVERSE, "operator": damping(fault()), "strength": STRENGTH, **choices}
    operator = settings.pop("operator")
    with pytest.raises(error, match=words):
        JointTarget(problem(), operator, moves, **settings)


def test_both_dip_directions_are_sampled_with_their_weights():
    """Data halfway between the fields of a small reverse fault and of its like dipping the other way, from above."""

    def small_fault(strike):
        plane = Plane.from_top_centre((0.0, 0.0), strike=strike, dip=45.0, length=4e3, width=3e3, depth=5e3)
        return Fault((cut_uniform(plane, "plane", columns=2, rows=1),))

    n = 60
    points = np.column_stack([np.random.default_rng(0).uniform(-15e3, 15e3, (n, 2)), np.zeros(n)])
    seen = Observations(
        name="track", kind="los", longitude=np.zeros(n), latitude=np.zeros(n), points=points, values=np.zeros(n),
        directions=np.tile([0.0, 0.0, 1.0], (n, 1)), covariance=7e-3**2 * np.eye(n),
    )  # fmt: skip
    values = sum(greens_matrix(seen, small_fault(strike), components=("dip",)) @ [0.75, 0.75] for strike in (20, 200))
    study = Problem.build(
        [Observations(**{**vars(seen), "values": values})], small_fault(20.0), nuisance={"track": "none"}
    )
    target = JointTarget(
        study, damping(small_fault(20.0)), {"strike": Uniform(-80.0, 220.0)}, constraints=REVERSE, strength=2e-4,
        sample_noise=False, bounds=False,
    )  # fmt: skip
    turns = np.linspace(-80.0, 220.0, 301)
    weight = np.exp(target.log_likelihood(turns[:, None]))
    expected = weight[turns < 90.0].sum() / weight.sum()
    assert 0.6 < expected < 0.95
    found = sample_joint(target, draws=100, warmup=40, walkers=8, generations=5, slips=100, seed=2)
    first, second = np.argsort(found.modes.means[:, 0])
    assert found.modes.means[first, 0] == pytest.approx(13.0, abs=5.0)
    assert found.modes.means[second, 0] == pytest.approx(165.0, abs=5.0)
    assert found.mode_weights[first] == pytest.approx(expected, abs=0.05)
    assert np.mean(found.mode == first) == pytest.approx(expected, abs=0.1)


def test_strength_and_noise_are_sampled_with_it():
    target = JointTarget(
        problem(slip=(0.8, 0.6), sigma=4e-3), damping(fault()), {"dip": TILT}, constraints=REVERSE,
        strength=LogUniform(1e-5, 1e-2),
    )  # fmt: skip
    found = sample_joint(target, draws=30, warmup=30, walkers=8, generations=3, slips=20, seed=1)
    assert found.chains.of("noise scale of track").mean() == pytest.approx(1.0, abs=0.35)
    assert abs(found.quantities["change of dip"].mean() - 6.0) < 4.0 * found.quantities["change of dip"].std()
    assert found.quantities["magnitude"].mean() == pytest.approx(5.94, abs=0.15)
