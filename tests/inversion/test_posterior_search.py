"""Geometry of uniform slip: its density against its definition, and a search that keeps every mode."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import solve_triangular

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.inversion.posterior import (
    Bend,
    GeometryTarget,
    IntegratedSlip,
    LogUniform,
    Normal,
    Rectangle,
    SampledComponents,
    SampledSlip,
    Uniform,
    UniformSource,
    VonMises,
    search_geometry,
)
from geoslip.inversion.posterior.density import log_posterior
from geoslip.inversion.posterior.modes import gaussian_around

TRUE = {"east": 1e3, "north": -2e3, "depth": 6e3, "strike": 20.0, "dip": 50.0, "length": 12e3, "width": 8e3}
ASCENDING, DESCENDING = (-0.61, -0.14, 0.78), (0.61, -0.14, 0.78)


def track(name, look, *, n=60, seed=0, sigma=2e-3, slip=(0.2, 1.0), truth=TRUE):
    generator = np.random.default_rng(seed)
    points = np.column_stack([generator.uniform(-20e3, 20e3, (n, 2)), np.zeros(n)])
    look = np.tile(np.asarray(look) / np.linalg.norm(look), (n, 1))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = sigma**2 * np.exp(-apart / 4e3) + (0.5 * sigma) ** 2 * np.eye(n)
    source = plane(**truth)
    values = okada.greens_matrix(points, look, source.rectangles(np.empty((1, 0)))[0]) @ np.asarray(slip)
    values = values + 0.02 + 1e-6 * points[:, 0] + np.linalg.cholesky(covariance) @ generator.standard_normal(n)
    zero = np.zeros(n)
    return Observations(
        name=name, kind="los", longitude=zero, latitude=zero, points=points, values=values, directions=look,
        covariance=covariance,
    )  # fmt: skip


def plane(*, slip=None, **numbers):
    return UniformSource(parts=(Rectangle(**{**TRUE, **numbers}),), slip=slip or IntegratedSlip(std=5.0))


def free_plane(**changes):
    free = {
        "east": Uniform(-20e3, 20e3), "north": Uniform(-20e3, 20e3), "depth": Uniform(1e3, 15e3),
        "strike": Uniform(0.0, 360.0), "dip": Uniform(5.0, 90.0), "length": LogUniform(2e3, 40e3),
        "width": LogUniform(2e3, 20e3),
    }  # fmt: skip
    return plane(**{**free, **changes})


@pytest.fixture(scope="module")
def tracks():
    return [track("up", ASCENDING, seed=1), track("down", DESCENDING, seed=2)]


def test_evidence_is_that_of_the_gaussian_it_stands_for(tracks):
    std, scale, wide = 2.0, 1.7, 10.0
    target = GeometryTarget(tracks[:1], free_plane(slip=IntegratedSlip(std=std)), noise=scale)
    places = target.draw_prior(np.random.default_rng(0), 3)
    data = tracks[0]
    ramp = target.data[0].nuisance.matrix
    sources = target.source.rectangles(target.natural(places))
    for source, log in zip(sources, target.log_likelihood(places), strict=True):
        greens = okada.greens_matrix(data.points, data.directions, source)
        covariance = scale**2 * data.covariance + std**2 * greens @ greens.T + wide**2 * ramp @ ramp.T
        flat = 0.5 * ramp.shape[1] * np.log(2.0 * np.pi * wide**2)
        white = solve_triangular(np.linalg.cholesky(covariance), data.values, lower=True)
        gaussian = -0.5 * (white @ white + np.linalg.slogdet(2.0 * np.pi * covariance)[1])
        assert log == pytest.approx(gaussian + flat, abs=2e-3)


def test_slip_sampled_and_slip_integrated_out_are_one_posterior(tracks):
    sampled = GeometryTarget(
        tracks, plane(strike=Uniform(0.0, 40.0), slip=SampledComponents(Normal(0.0, 2.0), Normal(0.0, 2.0)))
    )
    integrated = GeometryTarget(tracks, plane(strike=Uniform(0.0, 40.0), slip=IntegratedSlip(std=2.0)))
    assert sampled.names[:3] == ("strike", "strike slip", "dip slip")
    where = integrated.prior.work(np.array([[22.0, 1.1, 0.9]]))
    mean, precision = integrated.conditional_slip(where)
    deviation = np.sqrt(np.diagonal(np.linalg.inv(precision[0])))
    one, other = (centre + size * np.linspace(-7, 7, 57) for centre, size in zip(mean[0], deviation, strict=True))
    grid = np.array([[where[0, 0], a, b, *where[0, 1:]] for a in one for b in other])
    log = log_posterior(sampled, grid)
    step = (one[1] - one[0]) * (other[1] - other[0])
    total = log.max() + np.log(np.exp(log - log.max()).sum() * step)
    assert total == pytest.approx(float(log_posterior(integrated, where)[0]), abs=1e-6)


def test_the_true_plane_is_found(tracks):
    told = []
    found = search_geometry(tracks, free_plane(), progress=told.append, generations=60, seed=3)
    best = found.best
    assert best.inside and best.weight > 0.9
    numbers = {**best.numbers, "strike": best.numbers["strike"] % 360.0}
    for number, name in enumerate(TRUE):
        size = np.sqrt(best.covariance[number, number]) * (numbers[name] if name in ("length", "width") else 1.0)
        assert abs(numbers[name] - TRUE[name]) < 4.0 * size, name
    assert best.noise_scales["up"] == pytest.approx(1.0, abs=0.3)
    assert best.magnitude() == pytest.approx(6.24, abs=0.1)
    assert best.rake() == pytest.approx(78.7, abs=15.0)
    assert sum(mode.weight for mode in found.modes) == pytest.approx(1.0)
    assert told[-1] == 1.0 and told == sorted(told)


def test_gaussian_around_a_peak_is_that_of_the_density(tracks):
    found = search_geometry(tracks, free_plane(dip=50.0, length=12e3, width=8e3), noise=1.0, generations=25)
    best = found.best
    generator = np.random.default_rng(0)
    near = best.place + 0.3 * generator.standard_normal((50, len(best.place))) @ np.linalg.cholesky(best.covariance).T
    fall = best.log_density - log_posterior(found.target.recentred(best.place), near)
    expected = 0.5 * np.einsum("ki,ij,kj->k", near - best.place, np.linalg.inv(best.covariance), near - best.place)
    np.testing.assert_allclose(fall, expected, rtol=0.25, atol=0.03)


@pytest.mark.parametrize("wall", [5e3, 5.9e3])
def test_gaussian_at_a_wall_is_as_wide_as_the_density(tracks, wall):
    target = GeometryTarget(tracks, plane(depth=Uniform(1e3, wall)), noise=1.0)
    grid = np.linspace(1e3, wall, 4000)
    density = np.exp(log_posterior(target, grid[:, None]) - log_posterior(target, grid[:, None]).max())
    mean = density @ grid / density.sum()
    spread = np.sqrt(density @ (grid - mean) ** 2 / density.sum())
    covariance, inside = gaussian_around(target, grid[[np.argmax(density)]])
    assert not inside and 0.5 * spread < np.sqrt(covariance[0, 0]) < 2.0 * spread


def test_trace_lies_up_the_dip_of_the_top_edge(tracks):
    found = search_geometry(
        tracks, free_plane(strike=Uniform(-20.0, 60.0), dip=50.0, length=12e3, width=8e3), generations=15
    )
    top, ground = found.best.top_edge(), found.best.top_edge(up_to_ground=True)
    np.testing.assert_allclose(ground[:, 2], 0.0, atol=1e-9)
    rise = (ground - top).mean(axis=0)
    assert rise[2] / np.linalg.norm(rise) == pytest.approx(np.sin(np.deg2rad(50.0)))


def test_bends_share_an_edge():
    source = UniformSource(
        parts=(
            Rectangle(**TRUE, name="upper"),
            Bend(of="upper", side="bottom", angle=Uniform(5.0, 30.0), extent=5e3, name="lower"),
            Bend(of="upper", side="end", angle=40.0, extent=Uniform(1e3, 9e3), name="north"),
        )
    )
    assert source.names == ("lower.angle", "north.extent")
    upper, lower, north = (okada_outline(one) for one in source.rectangles(np.array([[20.0, 4e3]]))[0])
    np.testing.assert_allclose(upper[[3, 2]], lower[[0, 1]], atol=1e-6)
    np.testing.assert_allclose(upper[1], north[0], atol=1e-6)


def okada_outline(rectangle):
    from geoslip.faults import Plane

    east, north, up, strike, dip, length, width = rectangle
    return Plane(east=east, north=north, up=up, strike=strike, dip=dip, length=length, width=width).outline


def test_priors_are_distributions():
    generator = np.random.default_rng(0)
    grid = np.linspace(-400.0, 400.0, 800_001)
    for prior in (
        Uniform(-3.0, 5.0),
        Normal(2.0, 3.0),
        Normal(2.0, 3.0, low=1.0),
        LogUniform(1.0, 9.0),
        VonMises(10, 25),
    ):
        density = np.exp(prior.log_density(grid))
        assert np.trapezoid(density, grid) == pytest.approx(1.0, abs=2e-3)
        drawn = prior.sample(generator, 20_000)
        assert drawn.mean() == pytest.approx(np.trapezoid(grid * density, grid), abs=5 * drawn.std() / 140)
        assert np.isfinite(prior.log_density(drawn)).all()


def test_a_full_circle_can_be_cut_anywhere(tracks):
    target = GeometryTarget(tracks, free_plane())
    place = target.draw_prior(np.random.default_rng(1), 1)[0]
    place[3] = 355.0
    turned = target.recentred(place)
    beyond = place.copy()
    beyond[3] = 365.0
    other = place.copy()
    other[3] = 5.0
    assert log_posterior(turned, beyond)[0] == pytest.approx(log_posterior(target, other)[0])
    assert log_posterior(target, beyond)[0] == -np.inf


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Uniform(0.0, np.inf), "no distribution"),
        (lambda: Normal(0.0, 1.0, low=50.0), "contradict"),
        (lambda: VonMises(0.0, 0.0), "finite degrees"),
        (lambda: IntegratedSlip(std=np.inf), "no proper prior"),
        (lambda: plane(dip=Uniform(100.0, 120.0)), "contradict"),
        (lambda: plane(strike=Uniform(0.0, 400.0)), "a circle has 360"),
        (lambda: plane(slip=SampledSlip(Uniform(-1.0, 1.0), 90.0)), "an amount is not below 0"),
        (lambda: UniformSource(parts=(Rectangle(**TRUE), Rectangle(**TRUE))), "a name of its own"),
        (lambda: UniformSource(parts=(Bend(of="a", side="end", angle=3, extent=3, name="b"),)), "put that one first"),
    ],
)
def test_priors_that_cannot_be_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_priors_that_leave_nothing_below_ground_are_refused(tracks):
    with pytest.raises(ValueError, match=r"joint limits .* contradict"):
        GeometryTarget(tracks, plane(depth=Uniform(0.0, 500.0), width=Uniform(5e3, 9e3)))
    with pytest.raises(ValueError, match="nothing is left to be found"):
        GeometryTarget(tracks, plane(), noise=1.0)
    with pytest.raises(ValueError, match="each of another name"):
        GeometryTarget([tracks[0], replace(tracks[1], name="up")], free_plane())
