"""Neighbours: counted on grids, conserved in length, and found across segments that touch, bend, abut or part."""

import numpy as np
import pytest

from geoslip.faults import Fault, Plane, RectangularSegment, cut_growing, cut_uniform, neighbours, planes_along_trace

PLANE = Plane.from_top_centre((0.0, 0.0), strike=40.0, dip=65.0, length=24e3, width=12e3)


def uniform(plane=PLANE, name="main", columns=6, rows=4):
    return cut_uniform(plane, name, columns=columns, rows=rows)


def edge_balance(fault, adjacency):
    """Every edge of every patch is either shared or bare: twice the shared plus the bare length is all there is."""
    perimeter = sum(np.linalg.norm(np.roll(o, -1, axis=0) - o, axis=1).sum() for o in fault.outlines)
    return 2.0 * adjacency.shared_length.sum() + adjacency.rim_length.sum() - perimeter


def test_a_grid_has_its_neighbours_at_its_spacing():
    fault = Fault((uniform(),))
    found = neighbours(fault)
    assert len(found.pairs) == 5 * 4 + 6 * 3
    step = np.diff(found.pairs, axis=1)[:, 0]
    along = step == 1
    assert set(step) == {1, 6}
    np.testing.assert_allclose(found.shared_length[along], 3e3)
    np.testing.assert_allclose(found.distance[along], 4e3)
    np.testing.assert_allclose(found.shared_length[~along], 4e3)
    np.testing.assert_allclose(found.distance[~along], 3e3)
    assert not found.across.any()
    sides = dict(zip(*np.unique(found.rim_side, return_counts=True)))
    assert sides == {"top": 6, "bottom": 6, "start": 4, "end": 4}
    assert set(found.rim_patch[found.rim_side == "top"]) == set(range(6))
    assert set(found.rim_patch[found.rim_side == "start"]) == {0, 6, 12, 18}
    np.testing.assert_allclose(found.rim_distance[found.rim_side == "bottom"], 1.5e3)
    assert edge_balance(fault, found) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("dip", [0.0, 35.0, 90.0])
@pytest.mark.parametrize("growth", [1.0, 1.25, 1.7])
def test_unequal_rows_share_every_metre(growth, dip):
    plane = Plane.from_top_centre((0.0, 0.0), depth=1e3, strike=310.0, dip=dip, length=31e3, width=14e3)
    fault = Fault((cut_growing(plane, "main", patch_length=1.3e3, patch_width=1e3, growth=growth),))
    found = neighbours(fault)
    assert edge_balance(fault, found) == pytest.approx(0.0, abs=1e-3)
    assert found.rim_length.sum() == pytest.approx(2 * (31e3 + 14e3), rel=1e-9)
    assert np.all(found.distance > 0.0)
    segment = fault.segments[0]
    vertical = segment.row[found.pairs[:, 0]] != segment.row[found.pairs[:, 1]]
    expected = 0.5 * segment.widths[found.pairs].sum(axis=1)
    np.testing.assert_allclose(found.distance[vertical], expected[vertical], rtol=1e-9)


def test_order_and_grid_do_not_matter():
    segment = uniform()
    order = np.random.default_rng(7).permutation(24)
    found = neighbours(Fault((RectangularSegment("bag", segment.rectangles[order]),)))
    again = np.sort(order[found.pairs], axis=1)
    expected = neighbours(Fault((segment,)))
    assert {tuple(p) for p in again} == {tuple(p) for p in expected.pairs}
    assert found.shared_length.sum() == pytest.approx(expected.shared_length.sum())


def bent(dip, bend=20.0, rows=(4, 4)):
    angle = np.deg2rad(bend)
    trace = [[0.0, 0.0], [0.0, 12e3], [12e3 * np.sin(angle), 12e3 * (1 + np.cos(angle))]]
    first, second = planes_along_trace(trace, dip=dip, width=8e3)
    return Fault((uniform(first, "south", 4, rows[0]), uniform(second, "north", 4, rows[1])))


def test_vertical_segments_meet_at_a_bend():
    fault = bent(90.0)
    found = neighbours(fault)
    assert found.across.sum() == 4
    assert {tuple(p) for p in found.pairs[found.across]} == {(3, 16), (7, 20), (11, 24), (15, 28)}
    np.testing.assert_allclose(found.shared_length[found.across], 2e3)
    np.testing.assert_allclose(found.distance[found.across], 3e3)
    assert "end" not in found.rim_side[fault.segment_index[found.rim_patch] == 0]


def test_rows_of_unequal_width_meet_by_overlap():
    found = neighbours(bent(90.0, rows=(4, 3)))
    assert found.across.sum() == 6
    assert found.shared_length[found.across].sum() == pytest.approx(8e3)


def test_segments_are_kept_apart_on_request():
    found = neighbours(bent(90.0), join="none")
    assert not found.across.any()
    assert (found.rim_side == "end").sum() == 8


def with_gap(fault, east):
    """The second segment moved sideways."""
    moved = fault.segments[1].rectangles + [east, 0, 0, 0, 0, 0, 0]
    return Fault((fault.segments[0], RectangularSegment("north", moved)))


@pytest.mark.parametrize("bend", [-20.0, 20.0])
@pytest.mark.parametrize("dip", [40.0, 75.0, 89.0])
def test_dipping_segments_that_part_or_cross_below_a_bend_hang_together(bend, dip):
    found = neighbours(bent(dip, bend))
    assert [tuple(p) for p in found.pairs[found.across]] == [(3, 16), (7, 20), (11, 24), (15, 28)]
    np.testing.assert_allclose(found.shared_length[found.across], 2e3, rtol=1e-3)
    assert not set(found.rim_patch[found.rim_side == "end"]) & {3, 7, 11, 15}


@pytest.mark.parametrize("bend", [-20.0, 20.0])
@pytest.mark.parametrize("gap", [0.0, -600.0])
def test_segments_are_joined_by_name_over_a_gap_and_once_only(bend, gap):
    fault = with_gap(bent(40.0, bend), gap)
    if gap and bend < 0:
        assert not neighbours(fault).across.any()
    found = neighbours(fault, join=[("south", "north")])
    assert [tuple(p) for p in found.pairs[found.across]] == [(3, 16), (7, 20), (11, 24), (15, 28)]
    np.testing.assert_allclose(found.shared_length[found.across], 2e3, rtol=1e-3)
    assert not set(found.rim_patch[found.rim_side == "end"]) & {3, 7, 11, 15}


def test_naming_segments_that_touch_changes_nothing():
    fault = bent(90.0)
    one, other = neighbours(fault), neighbours(fault, join=[("south", "north")])
    np.testing.assert_array_equal(one.pairs, other.pairs)
    np.testing.assert_array_equal(one.shared_length, other.shared_length)


def test_planes_that_dip_apart_from_one_corner_do_not_hang_together():
    one = Plane.from_trace([[0.0, 0.0], [0.0, 9e3]], dip=50.0, width=6e3)
    other = Plane.from_trace([[0.0, 18e3], [0.0, 9e3]], dip=50.0, width=6e3)
    assert not neighbours(Fault((uniform(one, "east-dipping"), uniform(other, "west-dipping")))).across.any()


def test_a_ramp_joins_a_flat_below_it():
    ramp = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=50.0, length=12e3, width=6e3)
    foot = ramp.outline[2:].mean(axis=0)
    flat = Plane.from_top_centre(foot, strike=0.0, dip=8.0, length=12e3, width=9e3)
    found = neighbours(Fault((uniform(ramp, "ramp", 4, 2), uniform(flat, "flat", 3, 3))))
    assert found.shared_length[found.across].sum() == pytest.approx(12e3)
    assert (found.rim_side == "bottom").sum() == 3


@pytest.mark.parametrize("offset", [0.0, 700.0])
def test_a_t_junction_is_found_on_and_off_the_edges_of_the_patches(offset):
    main = Plane.from_trace([[0.0, -12e3], [0.0, 12e3]], dip=90.0, width=9e3)
    branch = Plane.from_trace([[0.0, offset], [15e3, offset + 5e3]], dip=90.0, width=9e3)
    fault = Fault((uniform(main, "main", 8, 3), uniform(branch, "branch", 5, 3)))
    found = neighbours(fault)
    meeting = found.pairs[found.across]
    assert set(meeting[:, 1]) == {24, 29, 34}
    assert len(meeting) == (6 if offset == 0.0 else 3)
    assert "start" not in found.rim_side[fault.segment_index[found.rim_patch] == 1]
    assert found.rim_side[fault.segment_index[found.rim_patch] == 0].tolist().count("top") == 8
    assert np.all(found.distance > 1e3)


def test_a_splay_roots_on_the_face_of_a_dipping_fault():
    main = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=30.0, length=16e3, width=20e3)
    root = main.top_centre + 0.37 * (main.outline[2:].mean(axis=0) - main.top_centre)
    splay = Plane.from_centre(root, strike=0.0, dip=75.0, length=8e3, width=1e3)
    splay = splay.to_depths(top=1e3, bottom=-root[2])
    shift = root - splay.outline[2:].mean(axis=0)
    splay = Plane.from_top_centre(splay.top_centre + shift, strike=0.0, dip=75.0, length=8e3, width=splay.width)
    fault = Fault((uniform(main, "main", 4, 5), uniform(splay, "splay", 2, 1)))
    found = neighbours(fault)
    assert found.shared_length[found.across].sum() == pytest.approx(8e3)
    assert set(found.pairs[found.across][:, 0]) == {5, 6}


def test_parallel_strands_are_no_neighbours():
    one = Plane.from_trace([[0.0, 0.0], [0.0, 10e3]], dip=90.0, width=6e3)
    two = Plane.from_trace([[2e3, 0.0], [2e3, 10e3]], dip=90.0, width=6e3)
    assert not neighbours(Fault((uniform(one, "a"), uniform(two, "b")))).across.any()


def test_patches_that_lie_one_on_the_other_are_no_neighbours():
    twice = RectangularSegment("twice", np.repeat(uniform().rectangles[:1], 2, axis=0))
    found = neighbours(Fault((twice,)))
    assert len(found.pairs) == 0 and len(found.rim_patch) == 8


def test_coordinates_rounded_in_a_file_still_touch():
    segment = uniform()
    rounded = segment.rectangles.copy()
    rounded[:, :3] = np.round(rounded[:, :3], -1)
    assert len(neighbours(Fault((RectangularSegment("file", rounded),))).pairs) == 38


def test_impossible_joins_are_refused():
    far = Plane.from_top_centre((90e3, 0.0), strike=0.0, dip=90.0, length=1e4, width=1e4)
    fault = Fault((uniform(), uniform(far, "far")))
    with pytest.raises(ValueError, match=r"nearest sides are .* km apart"):
        neighbours(fault, join=[("main", "far")])
    with pytest.raises(ValueError, match="no segment is called 'near'"):
        neighbours(fault, join=[("main", "near")])
    with pytest.raises(ValueError, match="pairs 'far' with itself"):
        neighbours(fault, join=[("far", "far")])
    with pytest.raises(ValueError, match="join 'all' is unknown"):
        neighbours(fault, join="all")
