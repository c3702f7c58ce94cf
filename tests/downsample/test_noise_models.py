"""Families of noise: covariances in the plane, their fits and choice, and noise drawn from them and from spectra."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from geoslip.downsample import (
    DataError,
    NoiseModel,
    Scene,
    compare_noise,
    covariogram,
    families,
    fit_noise,
    length_at_end,
    point_covariance,
    spectral_noise,
    synthetic_noise,
    troposphere_spectrum,
)
from geoslip.downsample.noise.correlation_table import correlation_table, look_up

LOOK = np.array([-0.6, 0.0, 0.8])
NAMES = ("bessel", "exponential", "exponential_cosine", "gaussian", "spherical")
every_family = pytest.mark.parametrize("family", NAMES)


def make_noise(family, *, sill=4e-6, length=800.0, nugget=1e-6, **turned):
    return NoiseModel(sill, length, nugget, family, 7.0 * length if family == "exponential_cosine" else None, **turned)


def make_scene(values, *, spacing=100.0):
    """Rows run south, as in most products."""
    x, y = spacing * np.arange(values.shape[1]), -spacing * np.arange(values.shape[0])
    return Scene(name="S", values=values, x=x, y=y, look=LOOK, crs=None)


def test_every_module_of_the_package_is_a_family():
    assert tuple(families()) == NAMES


@every_family
def test_it_is_a_covariance_in_the_plane(family):
    form, x = families()[family], np.linspace(0.0, 6.0, 4001)
    waves = 1.0 if form.wavy else 0.0
    value = form.value(x, waves)
    assert value[0] == 1.0
    assert np.abs(value).max() == 1.0
    slope = np.gradient(value, x)
    np.testing.assert_allclose(form.slope(x[1:-1], waves), slope[1:-1], atol=3e-3)
    # No covariance of scattered points may have a negative eigenvalue.
    points = np.random.default_rng(1).uniform(0.0, 4.0, (250, 2))
    assert np.linalg.eigvalsh(form.value(cdist(points, points), waves)).min() > -1e-9


@every_family
def test_the_table_is_the_family(family):
    form = families()[family]
    waves = 0.9 if form.wavy else 0.0
    table = correlation_table(form, waves=waves, longest=8.0)
    for x in np.random.default_rng(2).uniform(0.0, 8.0, 200):
        # x^2 log x of the Bessel family is what a cubic follows least well.
        assert look_up(table, x)[0] == pytest.approx(form.value(np.array([x]), waves)[0], abs=3e-6)
        if x > 0.05:
            assert look_up(table, x)[1] == pytest.approx(form.slope(np.array([x]), waves)[0], abs=1e-4)
    assert look_up(table, 1e9) == (0.0, 0.0, 0.0)


def test_the_bessel_family_at_printed_values():
    # K1(1) = 0.6019072302, K1(2) = 0.1398658818 (Abramowitz & Stegun, table 9.8).
    values = families()["bessel"].value(np.array([1.0, 2.0]), 0.0)
    np.testing.assert_allclose(values, [0.6019072302, 0.2797317636], rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"family": "cubic"}, "use one of bessel, exponential"),
        ({"ratio": 0.0}, "above 0 and at most 1"),
        ({"ratio": 1.5}, "above 0 and at most 1"),
        ({"wavelength": 1e4}, "belongs to the family exponential_cosine"),
        ({"family": "exponential_cosine"}, "belongs to the family exponential_cosine"),
        ({"family": "exponential_cosine", "wavelength": 5e3}, "at least 2 pi lengths"),
    ],
)
def test_noise_that_is_no_covariance_is_refused(options, message):
    with pytest.raises(DataError, match=message):
        NoiseModel(1e-6, 1e3, **options)


def test_anisotropic_noise_stays_alike_along_its_azimuth():
    noise = NoiseModel(1.0, 1000.0, ratio=0.25, azimuth=30.0)
    along = np.array([np.sin(np.pi / 6), np.cos(np.pi / 6)])
    across = np.array([along[1], -along[0]])
    assert noise.correlated_at(*(1000.0 * along)) == pytest.approx(np.exp(-1.0))
    assert noise.correlated_at(*(250.0 * across)) == pytest.approx(np.exp(-1.0))
    covariance = point_covariance(np.array([[0.0, 0.0], 500.0 * across, 500.0 * along]), noise=noise)
    np.testing.assert_allclose(covariance[0], [1.0, np.exp(-2.0), np.exp(-0.5)])


# Fits and their choice --------------------------------------------------------------------------------------------


@every_family
def test_a_fit_finds_its_own_family_again(family):
    truth = make_noise(family, sill=1e-5, length=1000.0, nugget=1e-6)
    rng, fits = np.random.default_rng(8), []
    for _ in range(5):
        values = synthetic_noise((160, 180), spacing=(-100.0, 100.0), noise=truth, rng=rng)
        values[rng.random(values.shape) < 0.2] = np.nan
        fits.append(fit_noise(covariogram(make_scene(values)), family=family))
    assert np.median([fit.length for fit in fits]) == pytest.approx(1000.0, rel=0.2)
    assert np.median([fit.sill for fit in fits]) == pytest.approx(1e-5, rel=0.25)
    assert np.median([fit.nugget for fit in fits]) == pytest.approx(1e-6, rel=0.3)


def test_anisotropy_is_found_with_its_direction():
    truth = NoiseModel(1e-5, 2000.0, 1e-6, ratio=0.4, azimuth=60.0)
    values = synthetic_noise((200, 200), spacing=(-100.0, 100.0), noise=truth, rng=np.random.default_rng(4))
    found = covariogram(make_scene(values), sectors=8)
    fit = fit_noise(found, anisotropic=True)
    assert fit.azimuth == pytest.approx(60.0, abs=10.0)
    assert fit.ratio == pytest.approx(0.4, abs=0.12)
    assert fit.length == pytest.approx(2000.0, rel=0.35)
    with pytest.raises(DataError, match="sectors=8"):
        fit_noise(covariogram(make_scene(values)), anisotropic=True)


def test_likelihood_tells_smooth_noise_from_rough_and_simulation_gives_errors():
    truth = NoiseModel(1e-5, 1200.0, 1e-6, "gaussian")
    values = synthetic_noise((150, 150), spacing=(-100.0, 100.0), noise=truth, rng=np.random.default_rng(6))
    fits = compare_noise(make_scene(values), draws=6)
    assert [fit.aic for fit in fits] == sorted(fit.aic for fit in fits)
    best = fits[0]
    assert best.noise.family == "gaussian"
    assert next(fit.aic for fit in fits if fit.noise.family == "exponential") > best.aic + 10.0
    assert set(best.errors) == {"sill", "length", "nugget"}
    assert abs(best.noise.length - 1200.0) < 4.0 * best.errors["length"] + abs(best.bias["length"])
    assert 0.01 < best.errors["length"] / 1200.0 < 0.3
    assert best.spread.startswith(f"noise of {1e3 * best.noise.sill**0.5:.2f} ± ")
    assert f" {1e-3 * best.noise.length:.1f} ± {1e-3 * best.errors['length']:.1f} km" in best.spread
    assert fits[1].spread == ""


def test_a_length_at_the_longest_distance_is_warned_of():
    rising = covariogram(make_scene(np.random.default_rng(1).normal(size=(60, 60))))
    rising = rising._replace(semivariance=1e-9 * rising.lag)
    assert "length is unknown and may be wrong" in length_at_end(fit_noise(rising), rising)
    rows, _ = np.mgrid[:80, :80]
    fits = compare_noise(make_scene(1e-4 * (rows - 40.0) ** 2), families=["exponential"])
    assert "may be wrong" in fits[0].warnings[0]
    assert length_at_end(NoiseModel(1e-5, 0.2 * rising.lag.max()), rising) == ""
    assert length_at_end(NoiseModel(0.0, 1e9, 1e-6), rising) == ""


def test_semivariograms_that_cannot_be():
    found = covariogram(make_scene(np.random.default_rng(1).normal(size=(40, 40))))
    with pytest.raises(DataError, match="no mean square"):
        fit_noise(found._replace(semivariance=found.semivariance - 10.0))
    with pytest.raises(DataError, match="use one of bessel"):
        fit_noise(found, family="cubic")
    with pytest.raises(DataError, match="sectors of direction"):
        covariogram(make_scene(np.zeros((40, 40))), sectors=0)


# Drawn noise ------------------------------------------------------------------------------------------------------


@every_family
def test_drawn_noise_has_the_covariance_of_its_family(family):
    truth, rng, shape = make_noise(family, length=500.0, ratio=0.6, azimuth=40.0), np.random.default_rng(31), (5, 4)
    draws = [synthetic_noise(shape, spacing=(-200.0, 150.0), noise=truth, rng=rng).ravel() for _ in range(2000)]
    rows, columns = np.indices(shape)
    places = np.column_stack([150.0 * columns.ravel(), -200.0 * rows.ravel()])
    expected = point_covariance(places, noise=truth)
    # A sample covariance of N draws scatters by C sqrt(2 / N) = 3 %; five of those.
    np.testing.assert_allclose(np.cov(np.array(draws).T, ddof=0), expected, atol=0.16 * truth.variance)


def test_noise_with_the_spectrum_of_the_troposphere():
    rng, side, step = np.random.default_rng(3), 256, 100.0
    power = np.zeros(side // 2 + 1)
    for _ in range(12):
        field = spectral_noise(
            (side, side), spacing=(step, step), spectrum=troposphere_spectrum, sigma=0.01, rng=rng, longest=10e3
        )
        tapered = field * np.hanning(side)[:, None] * np.hanning(side)
        found = np.abs(np.fft.fft2(tapered)) ** 2
        ring = np.rint(np.hypot(*np.meshgrid(*2 * [np.fft.fftfreq(side) * side]))).astype(int)
        power += (np.bincount(ring.ravel(), found.ravel()) / np.bincount(ring.ravel()))[: side // 2 + 1]
    wavenumber = np.arange(side // 2 + 1) / (side * step)
    for low, high, exponent in ((1 / 8000, 1 / 2500, -8 / 3), (1 / 1700, 1 / 600, -11 / 3)):
        part = (wavenumber > low) & (wavenumber < high)
        slope = np.polyfit(np.log(wavenumber[part]), np.log(power[part]), 1)[0]
        assert slope == pytest.approx(exponent, abs=0.35)
    large = [
        spectral_noise((64, 64), spacing=(50.0, 50.0), spectrum=lambda k: np.ones_like(k), sigma=0.02, rng=rng).std()
        for _ in range(5)
    ]
    assert np.mean(large) == pytest.approx(0.02, rel=0.03)


def test_spectra_that_cannot_be():
    options = {"spacing": (1.0, 1.0), "rng": np.random.default_rng(0)}
    with pytest.raises(DataError, match="standard deviation above 0"):
        spectral_noise((8, 8), spectrum=troposphere_spectrum, sigma=0.0, **options)
    for spectrum in (lambda k: -k, lambda k: 0.0 * k, lambda k: np.nan * k):
        with pytest.raises(DataError, match="nowhere negative"):
            spectral_noise((8, 8), spectrum=spectrum, sigma=1.0, **options)
