"""A slip model's slip on another fault: the same fault, other meshes of it, other sides, frames and places."""

import numpy as np
import pytest

from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, TriangularSegment, cut_uniform, slip_onto


def plane(columns, rows, **changes):
    place = {"east": 0.0, "north": 0.0, "up": -1e3, "strike": 30.0, "dip": 45.0, "length": 24e3, "width": 16e3}
    return Fault((cut_uniform(Plane(**{**place, **changes}), "plane", columns=columns, rows=rows),))


def welded(triangles):
    vertices, number = np.unique(triangles.reshape(-1, 3).round(3), axis=0, return_inverse=True)
    return vertices, number.reshape(-1, 3)


@pytest.fixture(scope="module")
def model():
    fault = plane(12, 8)
    slip = np.random.default_rng(0).normal(size=(fault.n_patches, 3))
    return SlipModel(fault, slip, frame=LocalFrame(30.0, 40.0))


def test_slip_on_its_own_fault_is_itself(model):
    np.testing.assert_allclose(slip_onto(model, model.fault), model.slip, atol=1e-12)


@pytest.mark.parametrize(("columns", "rows"), [(6, 4), (24, 16)])
def test_another_mesh_of_the_same_plane_has_the_same_potency(model, columns, rows):
    fault = plane(columns, rows)
    found = slip_onto(model, fault)
    np.testing.assert_allclose(fault.areas @ found, model.fault.areas @ model.slip, rtol=1e-9)


def test_triangles_take_the_slip_of_the_rectangles_they_lie_in(model):
    corners = [np.asarray(one) for one in model.fault.outlines]
    triangles = np.array([part for one in corners for part in (one[[0, 1, 2]], one[[0, 2, 3]])])
    fault = Fault((TriangularSegment("mesh", *welded(triangles)),))
    np.testing.assert_allclose(slip_onto(model, fault), np.repeat(model.slip, 2, axis=0), atol=1e-6)


def test_a_vertical_fault_read_from_its_other_end_keeps_its_sense():
    """Left-lateral slip stays left-lateral, and which side goes up changes its sign, for strike is the other way."""
    place = {"dip": 90.0, "strike": 0.0}
    fault, turned = plane(12, 8, **place), plane(12, 8, dip=90.0, strike=180.0)
    model = SlipModel(fault, np.tile([1.0, 0.5, 0.2], (fault.n_patches, 1)))
    np.testing.assert_allclose(slip_onto(model, turned), np.tile([1.0, -0.5, 0.2], (96, 1)), atol=1e-12)


def test_another_frame_is_another_way_to_write_the_same_place(model):
    frame = LocalFrame(30.5, 40.2)
    longitude, latitude = model.frame.to_geographic(*model.fault.segments[0].rectangles[:, :2].T)
    east, north = frame.to_local(longitude, latitude)
    turn = frame.meridian_convergence(longitude, latitude) - model.frame.meridian_convergence(longitude, latitude)
    rows = model.fault.segments[0].rectangles.copy()
    rows[:, 0], rows[:, 1], rows[:, 3] = east, north, rows[:, 3] - turn
    segment = model.fault.segments[0]
    moved = Fault((type(segment)("plane", rows, segment.row, segment.column),))
    found = slip_onto(model, moved, frame=frame)
    assert np.abs(found - model.slip).max() < 0.02 * np.abs(model.slip).max()


def test_slip_out_of_reach_or_across_is_zero(model):
    deeper = plane(12, 12, width=24e3)
    found = slip_onto(model, deeper, reach=100.0)
    below = deeper.centroids[:, 2] < model.fault.centroids[:, 2].min() - 1e3
    assert np.all(found[below] == 0.0) and np.all(found[~below] != 0.0)
    beside = plane(12, 8, east=1e3, north=0.0)
    assert np.all(slip_onto(model, beside, reach=2e3)[20:40] != 0.0)
    with pytest.raises(ValueError, match=r"lies within reach of the fault .nearest .* m.: check its origin"):
        slip_onto(model, plane(12, 8, east=50e3), reach=2e3)
    with pytest.raises(ValueError, match="lies within reach"):
        slip_onto(model, plane(12, 8, strike=120.0, dip=90.0, up=0.0), reach=10.0)
    with pytest.raises(ValueError, match="reach 0 m must be"):
        slip_onto(model, model.fault, reach=0)
    with pytest.raises(ValueError, match="where on Earth it lies: give its origin"):
        slip_onto(SlipModel(model.fault, model.slip), model.fault, frame=LocalFrame(30.0, 40.0))
