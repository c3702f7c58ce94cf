"""Coulomb stress change: signs and symmetries, published tables, another program's output, bad input."""

import csv

import numpy as np
import pytest

from geoslip.okada import Medium, stress, triangle_bases
from geoslip.okada.coulomb import Friction, coulomb_change, slip_tendency
from geoslip.okada.receivers import plane_angles, plane_axes, slip_direction
from geoslip.okada.stress_field import coulomb_field, coulomb_on_patches, largest_over_depths, stress_field

BAR = 1e5
STRIKE_SLIP = [[0.0, 0.0, 0.0, 0.0, 90.0, 20e3, 10e3]]
LEFT = [[1.0, 0.0, 0.0]]
# Receiver strike 0, dip 90, rake 0 and strike 45, dip 60, rake 90: shear, normal and Coulomb change, bar.
TABLE = [
    ((5, 0, -5), (0, 0, 0, -8.45984, 0, 2.47169), (-8.45984, 0, -8.45984), (-4.53709, 4.83129, -2.60458)),
    ((0, 15, -5), (0, 0, 0, 7.07783, 0.19711, 0), (7.07783, 0, 7.07783), (3.13448, -5.18767, 1.05941)),
    ((10, 12, -5), (-5.40802, -2.93152, 0.17943, -2.87749, 0.92819, 0.91545), (-2.87749, -5.40802, -5.04070),
     (0.64177, -0.91655, 0.27515)),
    ((-8, 3, -7.5), (1.22576, 2.13866, -0.00686, -2.06231, 0.66925, -2.02075), (-2.06231, 1.22576, -1.57201),
     (-0.67334, 4.45396, 1.10825)),
]  # fmt: skip


def six(tensor):
    return np.array([tensor[0, 0], tensor[1, 1], tensor[2, 2], tensor[0, 1], tensor[0, 2], tensor[1, 2]]) / BAR


@pytest.mark.parametrize(("place", "components", "first", "second"), TABLE)
def test_table_of_a_strike_slip_fault(place, components, first, second):
    points = 1e3 * np.array([place])
    np.testing.assert_allclose(six(stress_field(points, [(STRIKE_SLIP, LEFT)])[0]), components, rtol=0, atol=1e-5)
    for (strike, dip, rake), expected in (((0, 90, 0), first), ((45, 60, 90), second)):
        change = coulomb_field(points, [(STRIKE_SLIP, LEFT)], strike=strike, dip=dip, rake=rake)
        got = np.array([change.shear[0], change.normal[0], change.coulomb[0]]) / BAR
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_table_of_a_thrust():
    # The tabulated thrust has its top edge's centre at the origin, 2 km down.
    source = [[0.0, 0.0, -2e3, 30.0, 40.0, 15e3, 8e3]]
    points, models = [[10e3, 12e3, -5e3]], [(source, [[0.3, 1.2, 0.0]])]
    expected = [-0.89426, -0.99769, -0.21024, 0.82070, 0.35605, 0.71385]
    np.testing.assert_allclose(six(stress_field(points, models)[0]), expected, rtol=0, atol=1e-5)
    change = coulomb_field(points, models, strike=30.0, dip=40.0, rake=90.0)
    got = np.array([change.shear[0], change.normal[0], change.coulomb[0]]) / BAR
    np.testing.assert_allclose(got, [0.70796, -0.84504, 0.36994], rtol=0, atol=1e-5)


def test_the_output_of_coulomb_3_4(reference_folder):
    """Fault 1 is also its own receiver; traces are those of the top edges, and rake 135 is asked for."""
    path = reference_folder / "coulomb_examples" / "Coulomb34_benchmark_outs.csv"
    with open(path, encoding="utf-8") as file:
        rows = [
            [float(cell) for cell in row[:19]]
            for row in csv.reader(file)
            if len(row) > 18 and row[0].strip()[0] in "12"
        ]
    # Dips as they are printed, which single precision made of 80.9 and 65.9.
    dips = np.array([80.900002, 65.900002])
    faults = np.array([[0.0, 0.0, -10e3, 90.0, dips[0], 20e3, 0.0], [0.0, -10e3, -5e3, 90.0, dips[1], 2e3, 0.0]])
    faults[:, 6] = np.array([10e3, 1e3]) / np.sin(np.radians(dips))
    models = [(faults[:1], [[-1.0, 1.0, 0.0]])]
    medium, friction = Medium(rigidity=32e9, poisson=0.25), Friction(0.4)
    for rake, shear_column, coulomb_column in ((180.0, 9, 12), (90.0, 10, 13), (135.0, None, 17)):
        change = coulomb_on_patches(faults, models, rake=rake, friction=friction, medium=medium)
        for k, row in enumerate(rows):
            if shear_column is not None:
                assert change.shear[k] / BAR == pytest.approx(row[shear_column], abs=5e-7)
            assert change.normal[k] / BAR == pytest.approx(row[11], abs=5e-7)
            assert change.coulomb[k] / BAR == pytest.approx(row[coulomb_column], abs=5e-7)
    largest = coulomb_on_patches(faults, models, rake="largest", friction=friction, medium=medium)
    # Found there on a grid of 0.1 degree.
    for k, row in enumerate(rows):
        assert largest.rake[k] == pytest.approx(row[14], abs=0.0501)
        assert largest.coulomb[k] / BAR == pytest.approx(row[15], abs=1e-4)


def test_the_slipped_patch_itself_is_relaxed_and_signs_follow_the_slip():
    change = coulomb_on_patches(STRIKE_SLIP, [(STRIKE_SLIP, LEFT)], rake=0.0)
    assert change.coulomb[0] < -5 * BAR
    back = coulomb_on_patches(STRIKE_SLIP, [(STRIKE_SLIP, [[-1.0, 0.0, 0.0]])], rake=180.0)
    np.testing.assert_allclose(back.coulomb, change.coulomb, rtol=1e-9)
    points = np.array([[5e3, 3e3, -4e3], [-5e3, -3e3, -4e3]])  # turned by 180 degrees about the fault's middle
    twice = coulomb_field(points, [(STRIKE_SLIP, LEFT)], strike=[0.0, 180.0], dip=[70.0, 70.0], rake=0.0)
    assert twice.coulomb[0] == pytest.approx(twice.coulomb[1], rel=1e-10)
    opposite = coulomb_field(points[:1], [(STRIKE_SLIP, [[-1.0, 0.0, 0.0]])], strike=0.0, dip=70.0, rake=0.0)
    assert opposite.coulomb[0] == pytest.approx(-twice.coulomb[0], rel=1e-12)


def test_triangles_are_rectangles_as_sources_and_as_receivers():
    strike, dip = 30.0, 50.0
    row = np.array([[1e3, -2e3, -2e3, strike, dip, 8e3, 6e3]])
    along, updip, _ = plane_axes(strike, dip)
    a, b = row[0, :3] - 4e3 * along, row[0, :3] + 4e3 * along
    two = np.array([[a, b, b - 6e3 * updip], [a, b - 6e3 * updip, a - 6e3 * updip]])
    points = np.array([[6e3, 5e3, -3e3], [-4e3, 1e3, 0.0], [9e3, -7e3, -9e3]])
    slip = np.array([[0.7, -0.4, 0.0]])
    one = stress_field(points, [(row, slip)])
    np.testing.assert_allclose(
        stress_field(points, [(two, np.repeat(slip, 2, axis=0))]), one, atol=1e-9 * np.abs(one).max()
    )
    parts = [(two[:1], slip), (two[1:], slip)]
    np.testing.assert_allclose(stress_field(points, parts), one, atol=1e-9 * np.abs(one).max())
    far = [([[2e4, 1e4, -1e3, 80.0, 30.0, 9e3, 4e3]], [[1.0, 1.0, 0.0]])]
    middle = coulomb_on_patches(two, far, rake=70.0)
    centres = two.mean(axis=1)
    np.testing.assert_allclose(
        middle.coulomb, coulomb_field(centres, far, strike=strike, dip=dip, rake=70.0).coulomb, rtol=1e-9
    )
    np.testing.assert_allclose(triangle_bases(two)[0], [along, updip, np.cross(along, updip)], atol=1e-12)


def test_the_rake_of_largest_change_beats_every_other():
    tensor = stress_field([[4e3, 13e3, -6e3]], [(STRIKE_SLIP, LEFT)])
    best = coulomb_change(tensor, strike=70.0, dip=40.0, rake="largest")
    others = coulomb_change(np.repeat(tensor, 3600, axis=0), strike=70.0, dip=40.0, rake=np.arange(3600) / 10.0)
    assert best.coulomb[0] >= others.coulomb.max()
    assert others.coulomb.max() == pytest.approx(best.coulomb[0], rel=1e-5)
    again = coulomb_change(tensor, strike=70.0, dip=40.0, rake=best.rake)
    np.testing.assert_allclose(again.coulomb, best.coulomb, rtol=1e-12)


def test_pore_pressure_models():
    tensor = stress_field([[4e3, 13e3, -6e3]], [(STRIKE_SLIP, LEFT)])
    receiver = {"strike": 10.0, "dip": 60.0, "rake": 30.0}
    dry = coulomb_change(tensor, **receiver, friction=Friction(0.6))
    apparent = coulomb_change(tensor, **receiver, friction=Friction(0.6, skempton=0.5, pore="apparent"))
    isotropic = coulomb_change(tensor, **receiver, friction=Friction(0.6, skempton=0.5))
    np.testing.assert_allclose(apparent.coulomb, dry.shear + 0.3 * dry.normal, rtol=1e-12)
    mean = np.trace(tensor[0]) / 3.0
    np.testing.assert_allclose(isotropic.coulomb, dry.shear + 0.6 * (dry.normal - 0.5 * mean), rtol=1e-12)
    # Under equal normal stresses both are the same.
    even = np.array([[[2.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 2.0]]])
    both = [
        coulomb_change(even, **receiver, friction=Friction(0.6, skempton=0.5, pore=pore))
        for pore in ("apparent", "isotropic")
    ]
    level = coulomb_change(even, strike=10.0, dip=90.0, rake=0.0)
    assert level.normal[0] != pytest.approx(2.0)
    np.testing.assert_allclose(both[1].coulomb - both[0].coulomb, 0.6 * 0.5 * (both[0].normal - 2.0), atol=1e-12)


def test_largest_over_depths_is_the_largest_and_says_where():
    models, receiver = [(STRIKE_SLIP, LEFT)], {"strike": 0.0, "dip": 90.0, "rake": 0.0}
    east, north, depths = np.array([5e3, 0.0, 2e3]), np.array([0.0, 15e3, 11e3]), np.array([1e3, 5e3, 9e3])
    best, at = largest_over_depths(east, north, depths, models, **receiver)
    every = [coulomb_field(np.column_stack([east, north, np.full(3, -d)]), models, **receiver).coulomb for d in depths]
    np.testing.assert_array_equal(best.coulomb, np.max(every, axis=0))
    np.testing.assert_array_equal(at, depths[np.argmax(every, axis=0)])


def test_angles_and_vectors_are_inverse():
    rng = np.random.default_rng(4)
    strike, dip, rake = rng.uniform(0, 360, 50), rng.uniform(1, 89.9, 50), rng.uniform(-179, 180, 50)
    along, updip, normal = plane_axes(strike, dip)
    np.testing.assert_allclose(np.cross(along, updip), normal, atol=1e-15)
    for sign in (1.0, -1.0):
        got = plane_angles(sign * normal, sign * slip_direction(along, updip, rake))
        np.testing.assert_allclose(got, [strike, dip, rake], atol=1e-9)


def test_slip_tendency_of_a_plane_in_uniaxial_compression():
    tensor = np.diag([-100.0, 0.0, 0.0])[None]
    assert slip_tendency(tensor, strike=45.0, dip=90.0)[0] == pytest.approx(1.0)  # shear 50 over normal 50
    assert slip_tendency(tensor, strike=30.0, dip=90.0)[0] == pytest.approx(np.tan(np.radians(30.0)))
    assert np.isnan(slip_tendency(-tensor, strike=45.0, dip=90.0)[0])


def test_progress_reaches_one_and_pieces_change_nothing(monkeypatch):
    points = np.column_stack([np.linspace(1e3, 2e4, 11), np.zeros(11), np.full(11, -3e3)])
    whole = coulomb_field(points, [(STRIKE_SLIP, LEFT)], strike=0.0, dip=90.0, rake=0.0)
    monkeypatch.setattr("geoslip.okada.stress_field._POINTS_AT_ONCE", 4)
    told: list[float] = []
    parts = coulomb_field(points, [(STRIKE_SLIP, LEFT)], strike=0.0, dip=90.0, rake=0.0, progress=told.append)
    np.testing.assert_array_equal(parts.coulomb, whole.coulomb)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Friction(-0.1), "friction is -0.1, but lies between 0 and 1"),
        (lambda: Friction(4.0), "friction is 4, but lies between 0 and 1"),
        (lambda: Friction(0.4, skempton=1.5), "Skempton's coefficient is 1.5"),
        (lambda: Friction(0.4, skempton=0.5, pore="wet"), "'wet'"),
        (lambda: coulomb_change(np.zeros((1, 3, 3)), strike=0.0, dip=100.0, rake=0.0), "dip must be between 0 and 90"),
        (lambda: coulomb_change(np.zeros((1, 3, 3)), strike=0.0, dip=10.0, rake=np.nan), "every receiver needs one"),
        (lambda: coulomb_change(np.zeros((1, 3, 3)), strike=0.0, dip=10.0, rake="best"), "'best'"),
        (lambda: coulomb_change(np.zeros((3, 3)), strike=0.0, dip=10.0, rake=0.0), "must be (n, 3, 3)"),
        (lambda: stress_field([[0.0, 0.0, 5.0]], [(STRIKE_SLIP, LEFT)]), "up = 5"),
        (lambda: largest_over_depths([0.0], [0.0], [], []), "depths is empty"),
    ],
)
def test_unfit_input_is_refused_with_the_rule(call, message):
    with pytest.raises(ValueError) as raised:
        call()
    assert message in str(raised.value)


def test_a_point_on_the_fault_has_no_stress_and_a_receiver_there_has_one():
    points = [[0.0, 2e3, -4e3]]
    assert np.isnan(stress_field(points, [(STRIKE_SLIP, LEFT)])).all()
    assert np.isnan(coulomb_field(points, [(STRIKE_SLIP, LEFT)], strike=0.0, dip=90.0, rake=0.0).coulomb[0])
    assert stress(np.zeros((3, 3))).shape == (3, 3)
