"""Optimally oriented planes against a search over all orientations, and the regional stress."""

import numpy as np
import pytest

from geoslip.okada.coulomb import Friction, coulomb_change
from geoslip.okada.optimal import optimal_planes, optimal_strike_slip, regional_stress

BAR = 1e5
REGIONAL = regional_stress([-300 * BAR, -120 * BAR, -180 * BAR], trends=[20.0, 110.0, 0.0], plunges=[0.0, 0.0, 90.0])
RNG = np.random.default_rng(8)
CHANGES = RNG.normal(scale=20 * BAR, size=(3, 3, 3))
CHANGES = 0.5 * (CHANGES + np.swapaxes(CHANGES, 1, 2))


def orientations(count):
    """Strikes and dips spread evenly over the half sphere of normals."""
    k = np.arange(count) + 0.5
    dip = np.degrees(np.arccos(1.0 - k / count))
    return (k * 137.50776405003785) % 360.0, dip


@pytest.mark.parametrize("friction", [Friction(0.4), Friction(0.75), Friction(0.6, skempton=0.5, pore="apparent")])
def test_no_plane_of_a_hundred_thousand_has_more_coulomb_stress(friction):
    planes = optimal_planes(CHANGES, REGIONAL, friction=friction)
    strike, dip = orientations(100_000)
    for k, change in enumerate(CHANGES):
        total = change + REGIONAL
        every = coulomb_change(
            np.broadcast_to(total, (len(strike), 3, 3)), strike=strike, dip=dip, rake="largest", friction=friction
        )
        best = every.coulomb.max()
        assert best <= planes.total[k] * (1 + 1e-12)
        assert best == pytest.approx(planes.total[k], abs=1e-4 * np.abs(total).max())
        for side in range(2):
            on = {"strike": planes.strike[k, side], "dip": planes.dip[k, side], "rake": planes.change.rake[k, side]}
            again = coulomb_change(total[None], **on, friction=friction)
            assert again.coulomb[0] == pytest.approx(planes.total[k], rel=1e-9)
            own = coulomb_change(change[None], **on, friction=friction)
            assert own.coulomb[0] == pytest.approx(planes.change.coulomb[k, side], rel=1e-9)
            assert own.shear[0] == pytest.approx(planes.change.shear[k, side], rel=1e-9)
    assert (planes.change.coulomb[:, 0] >= planes.change.coulomb[:, 1]).all()


def test_no_vertical_plane_has_more_in_the_map():
    level = CHANGES.copy()
    level[:, 2, :2] = level[:, :2, 2] = 0.0
    planes = optimal_strike_slip(level, REGIONAL)
    strike = np.arange(0.0, 360.0, 0.01)
    for k, change in enumerate(level):
        every = coulomb_change(
            np.broadcast_to(change + REGIONAL, (len(strike), 3, 3)), strike=strike, dip=90.0, rake="largest"
        )
        assert every.coulomb.max() <= planes.total[k] * (1 + 1e-12)
        best = strike[int(every.coulomb.argmax())] % 180.0
        assert min(abs((planes.strike[k] - best + 90.0) % 180.0 - 90.0)) < 0.02
    np.testing.assert_allclose(planes.dip, 90.0)
    assert set(np.round(np.abs(planes.change.rake.ravel())) % 180.0) == {0.0}


@pytest.mark.parametrize(("friction", "angle"), [(0.4, 34.099), (0.6, 29.518), (0.75, 26.565)])
def test_angle_to_the_most_compressive_axis(friction, angle):
    # Compression from the north, 100 bar: planes strike at the angle to either side of north.
    north = regional_stress([-100 * BAR, 0.0, 0.0], trends=[0.0, 90.0, 0.0], plunges=[0.0, 0.0, 90.0])
    planes = optimal_strike_slip(np.zeros((1, 3, 3)), north, friction=Friction(friction))
    np.testing.assert_allclose(np.sort(planes.strike[0] % 180.0), [angle, 180.0 - angle], atol=1e-3)
    # A plane that strikes north-east slips left-laterally under compression from the north.
    rake = dict(zip(np.round(planes.strike[0] % 180.0), planes.change.rake[0], strict=True))
    assert abs(rake[round(angle)]) == pytest.approx(0.0, abs=1e-9)
    assert abs(rake[round(180.0 - angle)]) == pytest.approx(180.0, abs=1e-9)


def test_regional_stress_grows_with_depth_and_turns_with_its_axes():
    tensor = regional_stress(
        [-10.0, -20.0, -30.0],
        trends=[90.0, 0.0, 0.0],
        plunges=[0.0, 0.0, 90.0],
        gradients=[-1.0, 0.0, 0.0],
        depth=[0.0, 5.0],
    )
    np.testing.assert_allclose(tensor[0], np.diag([-10.0, -20.0, -30.0]), atol=1e-12)
    np.testing.assert_allclose(tensor[1], np.diag([-15.0, -20.0, -30.0]), atol=1e-12)


def test_a_point_without_stress_has_no_plane():
    change = np.stack([np.full((3, 3), np.nan), CHANGES[0]])
    planes = optimal_planes(change, REGIONAL)
    assert np.isnan(planes.strike[0]).all()
    assert np.isfinite(planes.change.coulomb[1]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regional_stress([-1, -2, -3], trends=[0, 60, 0], plunges=[0, 0, 90]), "1 and 2 meet at 60.0 degrees"),
        (lambda: regional_stress([-1, -2], trends=[0, 90], plunges=[0, 0]), "three finite numbers each"),
        (lambda: optimal_planes(np.zeros((3, 3)), np.zeros((3, 3))), "must be (n, 3, 3)"),
    ],
)  # fmt: skip
def test_unfit_input_is_refused_with_the_rule(call, message):
    with pytest.raises(ValueError) as raised:
        call()
    assert message in str(raised.value)
