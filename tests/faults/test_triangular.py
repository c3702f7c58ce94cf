"""Surfaces of triangles: slip directions, sides of the rim, neighbours, moments, and what is refused."""

from collections.abc import Callable

import numpy as np
import pytest

from geoslip.faults import (
    Fault,
    Plane,
    SlipModel,
    TriangularSegment,
    cut_uniform,
    mesh_quality,
    neighbours,
    repaired_mesh,
)
from geoslip.okada.triangles import triangle_bases

Sheet = Callable[..., tuple[np.ndarray, np.ndarray]]


def segment(sheet: Sheet, columns: int = 4, rows: int = 3, **shape: float) -> TriangularSegment:
    return TriangularSegment("sheet", *sheet(columns, rows, **shape))


def test_directions_are_those_of_the_dislocations_whatever_the_winding() -> None:
    rng = np.random.default_rng(3)
    corners = rng.normal(size=(40, 3, 3)) * 1000.0 - np.array([0.0, 0.0, 9000.0])
    corners[0, :, 2] = -5000.0
    corners[1, :, 0] = 100.0
    corners[2, :, 1] = 100.0
    for triangle in corners:
        for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
            ours = TriangularSegment("one", triangle, [order])
            strike, updip, normal = triangle_bases(triangle[None])[0]
            assert np.allclose(ours.strike_vectors[0], strike, atol=1e-12)
            assert np.allclose(ours.updip_vectors[0], updip, atol=1e-12)
            assert np.allclose(ours.normals[0], normal, atol=1e-12)


@pytest.mark.parametrize("dip", [0.0, 12.0, 60.0, 90.0])
def test_a_plane_of_triangles_is_the_plane(sheet: Sheet, dip: float) -> None:
    mesh = segment(sheet, strike=30.0, dip=dip)
    strike = 0.0 if dip == 0.0 else 30.0
    assert np.allclose(mesh.strikes, strike)
    assert np.allclose(mesh.dips, dip)
    assert mesh.areas.sum() == pytest.approx(12e6)
    one = cut_uniform(
        Plane.from_top_corner([0.0, 0.0], strike=30.0, dip=dip, length=4e3, width=3e3, depth=500.0),
        "r",
        columns=1,
        rows=1,
    )
    slip = np.array([[0.3, 0.8, 0.1]])
    plane = SlipModel(Fault((one,)), slip)
    model = SlipModel(Fault((mesh,)), np.repeat(slip, mesh.n_patches, axis=0))
    assert model.moment == pytest.approx(plane.moment, rel=1e-12)
    if dip > 0.0:
        assert np.allclose(model.moment_tensor, plane.moment_tensor, atol=1e-9 * plane.moment)
        assert model.per_segment()[0].mean_rake == pytest.approx(plane.per_segment()[0].mean_rake)


@pytest.mark.parametrize("dip", [8.0, 45.0, 90.0])
@pytest.mark.parametrize("strike", [20.0, 130.0])
def test_rim_edges_are_named_by_where_they_lie(sheet: Sheet, strike: float, dip: float) -> None:
    mesh = segment(sheet, 6, 4, strike=strike, dip=dip)
    found = neighbours(Fault((mesh,)))
    count = {side: int(np.sum(found.rim_side == side)) for side in ("top", "bottom", "start", "end")}
    assert count == {"top": 6, "bottom": 6, "start": 4, "end": 4}
    along = np.array([np.sin(np.deg2rad(strike)), np.cos(np.deg2rad(strike)), 0.0])
    place = mesh.centroids @ along
    assert place[found.rim_patch[found.rim_side == "start"]].max() < 1000.0
    assert place[found.rim_patch[found.rim_side == "end"]].min() > 5000.0
    trace = mesh.trace
    assert np.allclose(trace[1:, 0], trace[:-1, 1])
    assert np.allclose(trace[-1, 1] - trace[0, 0], 6000.0 * along)


def test_the_side_of_a_surface_that_turns_follows_it() -> None:
    angle = np.deg2rad(np.linspace(0.0, 150.0, 31))
    top = 20e3 * np.column_stack([np.cos(angle), -np.sin(angle), np.zeros(31)])
    rows = [top * [1 - 0.05 * k, 1 - 0.05 * k, 1] - [0.0, 0.0, 1e3 * k] for k in range(4)]
    number = np.arange(4 * 31).reshape(4, 31)
    a, b, c, d = (x.ravel() for x in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]))
    mesh = TriangularSegment(
        "bow", np.concatenate(rows), np.concatenate([np.stack([a, d, b], 1), np.stack([b, d, c], 1)])
    )
    found = neighbours(Fault((mesh,)))
    assert {s: int(np.sum(found.rim_side == s)) for s in ("top", "bottom", "start", "end")} == {
        "top": 30,
        "bottom": 30,
        "start": 3,
        "end": 3,
    }


def test_neighbours_share_an_edge_within_and_across_segments(sheet: Sheet) -> None:
    vertices, triangles = sheet(6, 3)
    left = np.arange(len(triangles)) % 12 < 6
    whole = neighbours(Fault((TriangularSegment("all", vertices, triangles),)))
    two = Fault(
        (TriangularSegment("left", vertices, triangles[left]), TriangularSegment("right", vertices, triangles[~left]))
    )
    parted = neighbours(two)
    assert len(parted.pairs) == len(whole.pairs) == (3 * 36 - 18) // 2
    order = np.concatenate([np.flatnonzero(left), np.flatnonzero(~left)])
    again = np.unique(np.sort(order[parted.pairs], axis=1), axis=0)
    assert np.array_equal(again, whole.pairs)
    assert parted.across.sum() == 3
    assert np.allclose(parted.shared_length[parted.across], 1000.0)
    assert len(parted.rim_patch) == len(whole.rim_patch) == 18
    assert neighbours(two, join="none").across.sum() == 0


def test_a_sliver_has_no_more_neighbours_than_edges() -> None:
    vertices = np.array([[0.0, 0, -1e3], [10e3, 0, -1e3], [10e3, 0, -1200.0], [10e3, 0, -4e3], [0.0, 0, -4e3]])
    mesh = TriangularSegment("fan", vertices, [[0, 1, 2], [0, 2, 3], [0, 3, 4]])
    assert neighbours(Fault((mesh,))).pairs.tolist() == [[0, 1], [1, 2]]


def test_triangles_touch_rectangles(sheet: Sheet) -> None:
    mesh = segment(sheet, 3, 3, strike=0.0, dip=60.0)
    plane = Plane.from_top_corner([0.0, 3000.0], strike=0.0, dip=60.0, length=4e3, width=3e3, depth=500.0)
    mixed = Fault((mesh, cut_uniform(plane, "beyond", patch_length=1000.0)))
    assert neighbours(mixed).across.sum() == 3
    with pytest.raises(ValueError, match="mixes kinds"):
        _ = mixed.sources
    assert SlipModel(mixed, np.ones((mixed.n_patches, 3))).moment > 0.0


def test_a_surface_past_vertical_keeps_one_face(sheet: Sheet) -> None:
    vertices, triangles = sheet(4, 1, strike=0.0, dip=90.0)
    bottom = vertices[:, 2] < -1000.0
    vertices[bottom, 0] += np.linspace(-300.0, 300.0, 5)
    mesh = TriangularSegment("screw", vertices, triangles)
    assert sorted(set(mesh.facing.tolist())) == [-1.0, 1.0]
    motion = mesh.normals * mesh.facing[:, None]
    assert np.all(motion @ motion[0] > 0.8)
    # its strike is that of the mean plane, though its triangles' strikes are near 0 and near 180
    summary = SlipModel(Fault((mesh,)), np.ones((mesh.n_patches, 3))).per_segment()[0]
    assert min(summary.strike % 180.0, 180.0 - summary.strike % 180.0) < 20.0


def test_quality_of_known_triangles(sheet: Sheet) -> None:
    height = np.sqrt(3.0) / 2.0
    vertices = np.array([[0, 0, -1.0], [1, 0, -1.0], [0.5, height, -1.0], [1.5, height, -1.0]]) * [1e3, 1e3, 1e3]
    good = mesh_quality(TriangularSegment("even", vertices, [[0, 1, 2], [1, 3, 2]]))
    assert np.allclose(good.min_angle, 60.0)
    assert np.allclose(good.radius_ratio, 1.0)
    assert np.allclose(good.aspect, 1.0)
    assert good.area_spread == pytest.approx(1.0)
    right = mesh_quality(segment(sheet))
    assert np.allclose(right.min_angle, 45.0)
    assert np.allclose(right.radius_ratio, 2.0 * np.sqrt(2.0) - 2.0)
    assert "smallest angle 45.0" in right.summary


def spoiled(sheet: Sheet, what: str) -> tuple[np.ndarray, np.ndarray]:
    vertices, triangles = sheet(4, 4)
    if what == "flipped":
        triangles[[5, 9]] = triangles[[5, 9]][:, ::-1]
    elif what == "degenerate":
        triangles[7] = [0, 1, 2]
    elif what == "duplicate":
        triangles = np.vstack([triangles, triangles[11][[1, 2, 0]]])
    elif what == "above":
        vertices[6, 2] = 40.0
    elif what == "hole":
        triangles = np.delete(triangles, [10, 11], axis=0)
    elif what == "pieces":
        triangles = np.delete(triangles, np.arange(8, 16), axis=0)
    elif what == "crowded":
        vertices = np.vstack([vertices, [5e3, 5e3, -5e3]])
        triangles = np.vstack([triangles, [triangles[9][0], triangles[9][1], len(vertices) - 1]])
    elif what == "fold":
        vertices = np.vstack([vertices, vertices[6] + [0.0, 0.0, -10.0]])
        triangles = np.vstack([triangles, [0, 1, len(vertices) - 1]])
    elif what == "nan":
        vertices[3, 1] = np.nan
    elif what == "numbering":
        triangles = triangles + 1
    elif what == "closed":
        vertices = np.array([[0.0, 0, -1], [1, 0, -1], [0, 1, -1], [0, 0, -2]])
        triangles = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]])
    return vertices, triangles


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("flipped", r"triangle 5 is flipped.*1 more: 9"),
        ("degenerate", r"triangle 7 is degenerate"),
        ("duplicate", r"triangle 32 has the vertices of an earlier one"),
        ("above", r"vertex 6 .* is above ground.*triangles"),
        ("hole", r"has 1 hole, between triangles"),
        ("pieces", r"2 separate pieces"),
        ("crowded", r"edge that more than two share"),
        ("fold", r"folds back on itself between triangles"),
        ("nan", r"vertex 3 .* is not finite"),
        ("numbering", r"outside 0..24: do the numbers count from 1"),
        ("closed", r"closed surface"),
    ],
)
def test_bad_meshes_are_refused_by_element(sheet: Sheet, what: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TriangularSegment("bad", *spoiled(sheet, what))


def test_repair_mends_what_needs_no_decision(sheet: Sheet) -> None:
    vertices, triangles = spoiled(sheet, "flipped")
    triangles = np.vstack([triangles, triangles[3], [0, 0, 1]])
    mended = repaired_mesh(np.vstack([vertices, vertices[4]]), triangles)
    assert np.array_equal(TriangularSegment("mended", *mended[:2]).sources, segment(sheet, 4, 4).sources)
    assert len(mended[2]) == 3


def test_coincident_vertices_are_one_and_unused_ones_go(sheet: Sheet) -> None:
    vertices, triangles = sheet(3, 2)
    soup = vertices[triangles].reshape(-1, 3)
    mesh = TriangularSegment("soup", np.vstack([soup, [0.0, 0.0, -1.0]]), np.arange(len(soup)).reshape(-1, 3))
    assert mesh.n_vertices == 12
    assert "24 vertices coincided" in mesh.notes[0]
    assert "1 vertices belong to no triangle and were left out: 36" in mesh.notes[1]
    assert np.array_equal(mesh.sources, vertices[triangles])


def test_input_is_left_alone(sheet: Sheet) -> None:
    vertices, triangles = sheet(3, 2)
    before = vertices.copy(), triangles.copy()
    mesh = TriangularSegment("sheet", vertices, triangles)
    assert np.array_equal(vertices, before[0]) and np.array_equal(triangles, before[1])
    with pytest.raises(ValueError, match="read-only"):
        mesh.vertices[0] = 0.0
