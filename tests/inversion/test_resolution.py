"""Resolution: identity without smoothing, width with it, patterns that come back where the data see them."""

import numpy as np
import pytest

from geoslip.inversion import Constraints, solve
from geoslip.inversion.trust.resolution import (
    checkerboard,
    model_resolution,
    recover,
    sensitivity,
    spikes,
    spread_length,
)


def test_resolution_maps_the_truth_to_the_estimate(study):
    free = solve(study.problem, study.operator, strength=1e4)
    truth = np.random.default_rng(0).standard_normal(study.problem.n_slip)
    right = study.problem.normal @ truth
    matrix = study.problem.normal + 1e8 * study.operator.gram.toarray()
    np.testing.assert_allclose(model_resolution(free) @ truth, np.linalg.solve(matrix, right), atol=1e-7)
    np.testing.assert_allclose(np.diagonal(model_resolution(free)), free.uncertainty.resolution, atol=1e-12)


def test_spread_grows_with_smoothing_and_is_small_for_a_sharp_estimate(study):
    lengths = [np.nanmean(spread_length(solve(study.problem, study.operator, strength=s))) for s in (1e1, 1e3, 1e5)]
    assert lengths[0] < lengths[1] < lengths[2]
    patch = np.sqrt(study.fault.areas.mean())
    assert lengths[2] > patch


def test_a_held_patch_has_no_spread(study):
    locked = np.zeros(study.fault.n_patches, bool)
    locked[3] = True
    held = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(locked=locked))
    assert np.isnan(spread_length(held)[3])
    assert np.isfinite(spread_length(held)).sum() == study.fault.n_patches - 1


def test_sensitivity_is_the_misfit_of_a_metre(study):
    estimate = solve(study.problem, study.operator, strength=1e4)
    n = study.fault.n_patches
    energy = study.problem.chi_square(np.zeros(2 * n))
    for patch in (0, n - 1):
        made = 0.0
        for component in (0, 1):
            slip = np.zeros(2 * n)
            slip[component * n + patch] = 1.0
            made += study.problem.chi_square(slip) - energy + 2.0 * float(study.problem.right @ slip)
        assert sensitivity(estimate)[patch] == pytest.approx(np.sqrt(made), rel=1e-9)


def test_a_pattern_without_noise_and_smoothing_comes_back_whole(study):
    estimate = solve(study.problem, study.operator, strength=1e-3, constraints=Constraints(rake=(0.0, 90.0)))
    found = recover(estimate, checkerboard(study.fault, size=6e3), noise=False)
    np.testing.assert_allclose(found.recovered, found.truth, atol=1e-4)
    assert found.correlation == pytest.approx(1.0, abs=1e-6)
    # the middle of the window
    moved = found.truth[np.any(found.truth != 0.0, axis=1)]
    np.testing.assert_allclose(moved[:, 0], moved[:, 1])


def test_recovery_keeps_the_bounds_and_fades_with_smoothing(study):
    shares = []
    for strength in (1e2, 1e4, 1e6):
        estimate = solve(study.problem, study.operator, strength=strength, constraints=Constraints(rake=(0.0, 90.0)))
        found = recover(estimate, spikes(study.fault, count=1), seed=2)
        assert found.recovered.min() >= 0.0
        shares.append(float(np.nanmax(found.share)))
    assert shares[0] > shares[1] > shares[2]


def test_squares_alternate_and_spikes_are_apart(twin):
    fault = twin.two_segments(rows=4, columns=4, size=2e3)
    dark = checkerboard(fault, size=2e3)
    first = dark[fault.slices[fault.names[0]]]
    assert first.sum() == 8
    places = spikes(fault, count=3)
    gaps = np.linalg.norm(fault.centroids[places][:, None] - fault.centroids[places][None], axis=2)
    assert gaps[gaps > 0.0].min() > 4e3
    for count in (0, 33):
        with pytest.raises(ValueError, match="spikes on 32 patches"):
            spikes(fault, count=count)
    for size in (0.0, 1e6):
        with pytest.raises(ValueError, match="give a"):
            checkerboard(fault, size=size)
