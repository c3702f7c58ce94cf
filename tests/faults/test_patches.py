"""Patches tile their plane exactly, uniform or growing with depth."""

import numpy as np
import pytest

from geoslip.faults import Fault, Plane, RectangularSegment, cut_growing, cut_uniform

PLANE = Plane.from_top_centre((3e3, 1e3), depth=500.0, strike=212.0, dip=55.0, length=30e3, width=18e3)


@pytest.mark.parametrize(
    "segment",
    [
        cut_uniform(PLANE, "a", patch_length=2e3),
        cut_uniform(PLANE, "a", columns=7, rows=3),
        cut_growing(PLANE, "a", patch_length=1.5e3, patch_width=1e3, growth=1.3),
        cut_growing(PLANE, "a", patch_length=1.5e3, growth=1.3, largest=3e3),
        cut_growing(PLANE, "a", patch_length=40e3, growth=1.0),
    ],
)
def test_patches_tile_the_plane(segment):
    assert segment.areas.sum() == pytest.approx(PLANE.length * PLANE.width, rel=1e-12)
    assert segment.is_planar
    corners = segment.outlines
    np.testing.assert_allclose(corners[:, 0][segment.row == 0][0], PLANE.outline[0], atol=1e-6)
    np.testing.assert_allclose(corners[-1, 2], PLANE.outline[2], atol=1e-6)
    for row in np.unique(segment.row):
        of_row = np.flatnonzero(segment.row == row)
        np.testing.assert_allclose(corners[of_row[:-1], 1], corners[of_row[1:], 0], atol=1e-6)
        np.testing.assert_allclose(corners[of_row[:-1], 2], corners[of_row[1:], 3], atol=1e-6)
        assert segment.column[of_row].tolist() == list(range(len(of_row)))
    np.testing.assert_allclose(corners.mean(axis=1), segment.centroids, atol=1e-6)


def test_growing_patches_grow_by_the_factor():
    segment = cut_growing(PLANE, "a", patch_length=1e3, growth=1.25)
    widths = np.array([segment.widths[segment.row == r][0] for r in range(segment.row.max() + 1)])
    np.testing.assert_allclose(widths[1:] / widths[:-1], 1.25, rtol=1e-12)
    lengths = np.array([segment.lengths[segment.row == r][0] for r in range(segment.row.max() + 1)])
    assert np.all(np.diff(lengths) > 0) and lengths[0] == pytest.approx(1e3)
    assert 0.8 < widths[0] / 1e3 < 1.25


def test_the_nearest_whole_number_of_patches_is_taken():
    segment = cut_uniform(PLANE, "a", patch_length=7e3, patch_width=5e3)
    assert (segment.column.max() + 1, segment.row.max() + 1) == (4, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either columns or patch_length"),
        ({"columns": 3, "patch_length": 1e3, "rows": 1}, "either columns or patch_length"),
        ({"columns": 3}, "either rows or patch_width"),
        ({"columns": 0, "rows": 1}, "columns 0 must be a whole number"),
        ({"patch_length": -1.0}, "patch_length -1.0 m must be"),
    ],
)
def test_unclear_cuts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        cut_uniform(PLANE, "a", **arguments)


def test_growth_below_one_is_refused():
    with pytest.raises(ValueError, match=r"growth 0\.9 must be 1 or more"):
        cut_growing(PLANE, "a", patch_length=1e3, growth=0.9)


def rectangle(**change):
    values = {"east": 0.0, "north": 0.0, "up": -1.0, "strike": 10.0, "dip": 60.0, "length": 5.0, "width": 4.0}
    return list((values | change).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"up": 0.5}, "patch 1: .*up 0.5.*above ground"),
        ({"dip": 100.0}, "patch 1: .*dip 100.*turn the strike"),
        ({"width": 0.0}, "patch 1: .*width must be greater"),
        ({"north": np.nan}, "patch 1: .*not finite"),
    ],
)
def test_impossible_patches_are_refused_by_number(change, message):
    with pytest.raises(ValueError, match=message):
        RectangularSegment("main", [rectangle(), rectangle(**change)])


def test_rounding_at_the_ground_is_not_a_fault_above_ground():
    assert RectangularSegment("main", [rectangle(up=1e-9)]).rectangles[0, 2] == 0.0


def test_a_segment_keeps_its_own_read_only_copy():
    table = np.array([rectangle()])
    segment = RectangularSegment("main", table)
    table[:] = 0.0
    assert segment.rectangles[0, 5] == 5.0
    with pytest.raises(ValueError, match="read-only"):
        segment.rectangles[0, 0] = 1.0


def test_a_fault_runs_through_its_segments_in_order():
    one = cut_uniform(PLANE, "one", columns=3, rows=2)
    two = RectangularSegment("two", [rectangle(), rectangle(up=-9.0)])
    fault = Fault((one, two))
    assert fault.n_patches == 8 and fault.slices == {"one": slice(0, 6), "two": slice(6, 8)}
    assert fault.segment_index.tolist() == [0] * 6 + [1] * 2
    np.testing.assert_array_equal(fault.sources[6:], two.rectangles)
    np.testing.assert_array_equal(fault.centroids[:6], one.centroids)
    assert fault.segment("two") is two
    with pytest.raises(ValueError, match="no segment is called 'three': there are 'one', 'two'"):
        fault.segment("three")
    with pytest.raises(ValueError, match="2 segments are called 'one'"):
        Fault((one, one))
    assert Fault((one,)).merged(Fault((two,))).names == ("one", "two")


def test_distance_to_the_trace():
    plane = Plane.from_trace([[0.0, 0.0], [0.0, 10e3]], dip=40.0, width=5e3)
    fault = Fault((cut_uniform(plane, "a", patch_length=1e3),))
    points = [[-3e3, 5e3], [4e3, 0.0], [0.0, 12e3], [3e3, 14e3], [0.0, 1234.0]]
    np.testing.assert_allclose(fault.distance_to_trace(points), [3e3, 4e3, 2e3, 5e3, 0.0], atol=1e-9)


def test_the_trace_of_a_bag_is_that_of_its_uppermost_patches():
    segment = cut_growing(PLANE, "a", patch_length=2e3, growth=1.3)
    bag = RectangularSegment("bag", segment.rectangles[::-1])
    np.testing.assert_allclose(np.sort(bag.trace, axis=0), np.sort(segment.trace, axis=0), atol=1e-6)
    assert bag.renamed("sack").name == "sack" and bag.is_planar
    bent = RectangularSegment("bent", [rectangle(), rectangle(dip=50.0)])
    assert not bent.is_planar


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RectangularSegment(" ", [rectangle()]), "is empty"),
        (lambda: RectangularSegment("a", [rectangle()], row=[0]), "only one of row and column"),
        (lambda: RectangularSegment("a", [rectangle()], row=[0, 1], column=[0]), r"row has shape \(2,\)"),
        (lambda: RectangularSegment("a", [rectangle()], row=[0], column=[-1]), "column -1 is negative"),
        (lambda: RectangularSegment("a", np.zeros((0, 7))), r"shape \(0, 7\), must be"),
        (lambda: Fault(()), "at least one segment"),
        (lambda: Fault((cut_uniform(PLANE, "a", columns=1, rows=1),)).distance_to_trace([1.0]), "points have shape"),
        (lambda: cut_growing(PLANE, "a", patch_length=0.0), "patch_length 0.0 m must be"),
    ],
)
def test_unclear_segments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
