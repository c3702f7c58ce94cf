"""Windows: displacement and gradient without bias, noise of each field, ruptures that are not reached across."""

import numpy as np
import pytest

from geoslip.downsample import DataError, Observations, Scene, flight_direction, look_vector
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import decompose, strain_model

LOOKS = (look_vector(39.0, -13.0), look_vector(39.0, -167.0), flight_direction(-13.0), flight_direction(-167.0))
SIGMAS = (0.01, 0.01, 0.05, 0.05)
STEP, SHAPE = 100.0, (60, 70)
FRAME = LocalFrame(30.0, 40.0)


def axes(shape=SHAPE):
    return STEP * np.arange(shape[1]) - 3e3, 3e3 - STEP * np.arange(shape[0])


def fields(u, rng, sigmas=SIGMAS, looks=LOOKS):
    x, y = axes(u.shape[1:])
    return [
        Scene(
            name=f"f{k}", x=x, y=y, look=look, crs=None, kind="offset",
            values=np.einsum("i,ijk->jk", look, u) + sigma * rng.normal(size=u.shape[1:]),
        )
        for k, (look, sigma) in enumerate(zip(looks, sigmas))
    ]  # fmt: skip


def linear(shape=SHAPE):
    x, y = np.meshgrid(*axes(shape))
    gradient = np.array([[2e-5, -1e-5], [3e-5, 4e-5], [-2e-5, 1e-5]])
    return np.array([0.1, -0.2, 0.05])[:, None, None] + np.einsum("ij,jkl->ikl", gradient, np.stack([x, y])), gradient


def test_a_linear_field_is_found_exactly():
    u, gradient = linear((20, 24))
    found = strain_model(fields(u, np.random.default_rng(0), sigmas=(1e-9,) * 4), SIGMAS, radius=350.0)
    np.testing.assert_allclose(found.components, u, atol=1e-6)
    np.testing.assert_allclose(found.gradient, np.broadcast_to(gradient[:, :, None, None], (3, 2, 20, 24)), atol=2e-9)


def test_errors_are_those_it_states_and_north_gains_what_the_window_promises():
    u, _ = linear()
    rng = np.random.default_rng(1)
    data = fields(u, rng)
    found = strain_model(data, SIGMAS, radius=450.0, components_of_variance=False)
    inner = (slice(None), slice(5, -5), slice(5, -5))
    score = ((found.components - u) / found.sigma)[inner][:, ::3, ::3]
    np.testing.assert_allclose(score.std(axis=(1, 2)), 1.0, atol=0.15)
    plain = decompose(data, SIGMAS)
    promised = float(plain.sigma[1, 30, 30] / found.sigma[1, 30, 30])
    squares = np.zeros(2)
    for _ in range(8):
        data = fields(u, rng)
        windows = strain_model(data, SIGMAS, radius=450.0, components_of_variance=False).components
        squares += [np.mean((part - u)[1][5:-5, 5:-5] ** 2) for part in (decompose(data, SIGMAS).components, windows)]
    gained = np.sqrt(squares[0] / squares[1])
    # 69 pixels in the window: the middle of a plane is known sqrt(69) times better.
    assert promised == pytest.approx(np.sqrt(69.0), rel=0.02)
    assert gained == pytest.approx(promised, rel=0.1)


def test_strain_with_its_errors():
    u, gradient = linear()
    rng = np.random.default_rng(8)
    scores: dict[str, list] = {"dilatation": [], "rotation": [], "shear": []}
    for _ in range(4):
        strain = strain_model(fields(u, rng), SIGMAS, radius=450.0, components_of_variance=False).strain()
        wanted = {
            "dilatation": gradient[0, 0] + gradient[1, 1],
            "rotation": 0.5 * (gradient[1, 0] - gradient[0, 1]),
            "shear": np.hypot(0.5 * (gradient[0, 0] - gradient[1, 1]), 0.5 * (gradient[0, 1] + gradient[1, 0])),
        }
        for name, kept in scores.items():
            score = (getattr(strain, name) - wanted[name]) / strain.sigma[name]
            kept.append(score[5:-5:4, 5:-5:4])
    for name, kept in scores.items():
        assert 0.85 < np.std(kept) < 1.15, name


def test_noise_ratios_of_one_to_five_are_recovered():
    u, _ = linear()
    found = strain_model(fields(u, np.random.default_rng(2)), (0.02, 0.02, 0.02, 0.02), radius=550.0)
    sigma = np.sqrt(np.mean(np.square(found.field_sigma[:, 6:-6, 6:-6]), axis=(1, 2)))
    np.testing.assert_allclose(sigma, SIGMAS, rtol=0.1)
    assert sigma[2:].mean() / sigma[:2].mean() == pytest.approx(5.0, rel=0.15)
    score = ((found.components - u) / found.sigma)[:, 6:-6:3, 6:-6:3]
    np.testing.assert_allclose(score.std(axis=(1, 2)), 1.0, atol=0.2)


def test_against_a_plain_least_squares_of_one_window():
    u, _ = linear((15, 15))
    data = fields(u + 0.02 * np.sin(np.arange(15) / 2.0), np.random.default_rng(3))
    data[0].values[6:8, 5:9] = np.nan
    found = strain_model(data, SIGMAS, radius=300.0, components_of_variance=False)
    x, y = axes((15, 15))
    rows, right = [], []
    for field, sigma in zip(data, SIGMAS):
        for r in range(15):
            for c in range(15):
                dx, dy = x[c] - x[7], y[r] - y[7]
                if np.hypot(dx, dy) <= 300.0 and np.isfinite(field.values[r, c]):
                    rows.append(np.concatenate([field.look, dx * field.look, dy * field.look]) / sigma)
                    right.append(field.values[r, c] / sigma)
    matrix = np.array(rows)
    scale = np.concatenate([np.ones(3), np.full(6, 300.0)])
    expected = np.linalg.lstsq(matrix / scale, np.array(right))[0] / scale
    covariance = np.linalg.inv((matrix / scale).T @ (matrix / scale))
    np.testing.assert_allclose(found.components[:, 7, 7], expected[:3], rtol=2e-4)
    np.testing.assert_allclose(found.gradient[:, :, 7, 7], expected[3:].reshape(2, 3).T, rtol=2e-3, atol=1e-9)
    np.testing.assert_allclose(found.variance[:, 7, 7], np.diag(covariance)[:3], rtol=1e-3)
    np.testing.assert_allclose(found.covariance[2, 7, 7], covariance[1, 2], rtol=1e-3)


@pytest.fixture(scope="module")
def ruptured():
    """Sides of a slanting rupture move by a metre in opposite ways."""
    x, y = np.meshgrid(*axes())
    side = np.where(x - 0.4 * y > 137.0, 1.0, -1.0)
    u = np.stack([0.5 * side, -0.4 * side, 0.1 * side])
    ends = np.array([[137.0 + 0.4 * y0, y0] for y0 in (-8e3, 8e3)])
    trace = np.column_stack(FRAME.to_geographic(ends[:, 0], ends[:, 1]))
    return u, side, trace


def test_nothing_is_smeared_over_a_rupture(ruptured):
    u, side, trace = ruptured
    data = fields(u, np.random.default_rng(4), sigmas=(1e-6,) * 4)
    found = strain_model(data, SIGMAS, radius=400.0, traces=[trace], frame=FRAME, components_of_variance=False)
    good = np.isfinite(found.components[0])
    assert good.mean() > 0.98
    np.testing.assert_allclose(found.components[:, good], u[:, good], atol=1e-4)
    smeared = strain_model(data, SIGMAS, radius=400.0, components_of_variance=False)
    wrong = np.abs(smeared.components[0] - u[0]) > 0.05
    assert wrong.sum() > 200
    assert np.abs(found.gradient[:, :, good]).max() < 1e-6
    assert side.shape == SHAPE


def stations(places, motion, sigma, rng):
    """GNSS rows at east and north (n, 2) of vectors (n, 3)."""
    longitude, latitude = FRAME.to_geographic(*places.T)
    rows = np.repeat(np.arange(len(places)), 3)
    directions = FRAME.rotate_to_frame(np.tile(np.eye(3), (len(places), 1)), longitude[rows], latitude[rows])
    return Observations(
        name="GNSS", kind="gnss", longitude=longitude[rows], latitude=latitude[rows],
        points=np.column_stack([places[rows], np.zeros(rows.size)]), directions=directions,
        values=motion.ravel() + sigma * rng.normal(size=rows.size), covariance=sigma**2 * np.eye(rows.size),
        station=tuple(f"S{row}" for row in rows),
    )  # fmt: skip


def test_gnss_joins_the_windows_around_it():
    u, gradient = linear()
    rng = np.random.default_rng(7)
    middle = np.array([0.1, -0.2, 0.05])
    places = rng.uniform(-2.8e3, 2.8e3, (50, 2))
    gnss = stations(places, middle + places @ gradient.T, 0.003, rng)
    data = fields(u, rng, looks=LOOKS[:2], sigmas=SIGMAS[:2])
    options = {"radius": 450.0, "components_of_variance": False, "frame": FRAME, "gnss_decay": 600.0}
    found = strain_model(data, SIGMAS[:2], gnss=gnss, **options)
    inner = (slice(None), slice(10, 51), slice(10, 51))
    score = ((found.components - u) / found.sigma)[inner]
    # Errors of vectors are stated larger with distance than they are, so that scores are below one.
    assert 0.3 < score[1].std() < 1.0 and 0.3 < score[2].std() < 1.2
    plain = strain_model(fields(u, rng), SIGMAS, radius=450.0, components_of_variance=False)
    assert np.median(found.sigma[inner][1]) < np.median(plain.sigma[inner][1])


def test_gnss_in_one_window_against_a_plain_least_squares():
    u, gradient = linear((21, 21))
    rng = np.random.default_rng(8)
    x, y = axes((21, 21))
    places = np.column_stack([rng.uniform(x[0], x[-1], 6), rng.uniform(y[-1], y[0], 6)])
    motion = np.array([0.1, -0.2, 0.05]) + places @ gradient.T
    gnss = stations(places, motion, 0.01, rng)
    data = fields(u, rng)
    decay, radius, (row, column) = 500.0, 300.0, (9, 12)
    found = strain_model(
        data, SIGMAS, radius=radius, components_of_variance=False, frame=FRAME, gnss=gnss, gnss_decay=decay
    )
    here = np.array([x[column], y[row]])
    rows, values = [], []

    def add(look, place, value, sigma):
        east, north = (place - here) / radius
        rows.append(np.concatenate([look, east * look, north * look]) / sigma)
        values.append(value / sigma)

    for field, sigma in zip(data, SIGMAS):
        for r, c in np.argwhere(np.hypot(*np.meshgrid(x - here[0], y - here[1])) <= radius + 1e-6):
            add(field.look, np.array([x[c], y[r]]), field.values[r, c], sigma)
    for place, direction, value in zip(gnss.points[:, :2], np.tile(np.eye(3), (6, 1)), gnss.values):
        distance = np.hypot(*(place - here))
        if distance <= 3.0 * decay:
            add(direction, place, value, 0.01 * np.exp(distance / decay))
    plain = np.linalg.lstsq(np.array(rows), np.array(values))[0]
    np.testing.assert_allclose(found.components[:, row, column], plain[:3], atol=2e-6)
    np.testing.assert_allclose(found.gradient[:, 0, row, column], plain[3:6] / radius, atol=1e-8)


def test_gnss_across_a_rupture_is_not_used(ruptured):
    u, _, trace = ruptured
    rng = np.random.default_rng(9)
    data = fields(u, rng, sigmas=(1e-6,) * 4)
    places = np.array([[1e3, 0.0], [-1e3, 0.0]])
    gnss = stations(places, np.array([[0.5, -0.4, 0.1], [-0.5, 0.4, -0.1]]), 1e-6, rng)
    options = {"radius": 400.0, "frame": FRAME, "components_of_variance": False, "gnss": gnss, "gnss_decay": 2e3}
    found = strain_model(data, SIGMAS, traces=[trace], **options)
    good = np.isfinite(found.components[0])
    np.testing.assert_allclose(found.components[:, good], u[:, good], atol=1e-3)
    assert np.abs(strain_model(data, SIGMAS, **options).components - u)[0].max() > 0.3
    with pytest.raises(DataError, match="needs the local frame"):
        strain_model(data, SIGMAS, radius=400.0, gnss=gnss)


def test_refusals():
    u, _ = linear((20, 20))
    data = fields(u, np.random.default_rng(5))
    with pytest.raises(DataError, match="radius 100 m holds 5 pixels"):
        strain_model(data, SIGMAS, radius=100.0)
    with pytest.raises(DataError, match="3 components are sought"):
        strain_model(data[:2], SIGMAS[:2], radius=400.0)
    with pytest.raises(DataError, match="each must be above 0"):
        strain_model(data, (0.01, 0.01, 0.0, 0.01), radius=400.0)
    with pytest.raises(DataError, match="local frame"):
        strain_model(data, SIGMAS, radius=400.0, traces=[[(30.0, 40.0), (30.1, 40.1)]])
    flat = fields(u, np.random.default_rng(6), looks=(LOOKS[2], LOOKS[3], LOOKS[2]), sigmas=SIGMAS[:3])
    with pytest.raises(DataError, match="no window can be solved"):
        strain_model(flat, SIGMAS[:3], radius=400.0)
