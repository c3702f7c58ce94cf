"""Meshes below traces: dips kept exactly, edges as long as wanted, convergence, and traces that are refused."""

import numpy as np
import pytest

from geoslip.faults import Fault, mesh_quality, neighbours
from geoslip.faults.meshing import DipProfile, Surface, graded, halved, mesh_surface, surface_from_trace
from geoslip.okada import displacement_field

BEND = DipProfile.steps([85.0, 64.0], bottom_depths=[5e3, 24e3])
TRACE = np.array([[30e3, -3e3], [5e3, 1e3], [-10e3, 0.0], [-30e3, 2e3]])


def test_profiles_hold_their_dips() -> None:
    ramp = DipProfile.steps([30.0, 0.0, 45.0], widths=[8e3, 10e3, 6e3])
    assert np.allclose(ramp.depths, [0.0, 4e3, 4e3, 4e3 + 6e3 * np.sqrt(0.5)])
    assert ramp.width == pytest.approx(24e3)
    upright = DipProfile.constant(90.0, bottom_depth=12e3)
    assert np.array_equal(upright.offsets, [0.0, 0.0])
    buried = DipProfile.constant(45.0, bottom_depth=12e3, top_depth=3e3)
    assert np.allclose(buried.offsets, [3e3, 12e3])
    listric = DipProfile.varying([0.0, 20e3], [70.0, 20.0])
    dips = np.rad2deg(np.arctan2(np.diff(listric.depths), np.diff(listric.offsets)))
    assert np.allclose(dips, np.interp(0.5 * (listric.depths[1:] + listric.depths[:-1]), [0, 20e3], [70, 20]))
    # the integral of the cotangent of a dip linear in depth
    exact = 20e3 / np.deg2rad(50.0) * np.log(np.sin(np.deg2rad(70.0)) / np.sin(np.deg2rad(20.0)))
    assert listric.offsets[-1] == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DipProfile.constant(100.0, width=1e3), "must lie in 0..90"),
        (lambda: DipProfile.constant(60.0), "either the width or the bottom_depth"),
        (lambda: DipProfile.steps([30.0, 0.0], bottom_depths=[4e3, 4e3]), "piece 1 is flat"),
        (lambda: DipProfile.steps([60.0, 30.0], bottom_depths=[4e3, 3e3]), "must end below its top"),
        (lambda: DipProfile.constant(0.0, width=1e3, top_depth=2e3), "never meets its surface trace"),
        (lambda: DipProfile.constant(50.0, width=1e3, top_depth=-1.0), "above ground"),
        (lambda: DipProfile.varying([0.0, 5e3], [60.0, 0.0]), "0 < dip"),
        (lambda: DipProfile.varying([5e3, 0.0], [60.0, 50.0]), "must grow"),
        (lambda: DipProfile([0.0, -100.0], [0.0, 1e3]), "away from the trace"),
        (lambda: graded(-1.0), "must be greater than 0"),
        (lambda: graded(100.0, growth=-0.1), "must be 0 or more"),
    ],
)
def test_bad_profiles_and_sizes_are_refused(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_every_leg_keeps_its_dip_and_the_bend_its_depth() -> None:
    mesh = mesh_surface(surface_from_trace(TRACE, BEND), "bend", edge=2e3)
    deep = mesh.centroids[:, 2] < -5e3
    assert np.allclose(mesh.dips[deep], 64.0, atol=1e-6)
    assert np.allclose(mesh.dips[~deep], 85.0, atol=1e-6)
    assert np.any(np.isclose(mesh.vertices[:, 2], -5e3))
    strikes = np.unique(np.round(mesh.strikes, 6))
    legs = np.diff(TRACE, axis=0)
    assert np.allclose(strikes, np.unique(np.round(np.rad2deg(np.arctan2(*legs.T)) % 360.0, 6)))
    # the trace itself is the top edge
    assert mesh.trace[0, 0] == pytest.approx([*TRACE[0], 0.0])
    assert mesh.trace[-1, 1] == pytest.approx([*TRACE[-1], 0.0])
    assert np.linalg.norm(mesh.trace[:, 1] - mesh.trace[:, 0], axis=1).sum() == pytest.approx(np.hypot(*legs.T).sum())


def test_edges_grow_with_depth_as_asked() -> None:
    wanted = graded(1.2e3, growth=0.12)
    surface = surface_from_trace(TRACE, DipProfile.varying([0.0, 20e3], [80.0, 35.0]))
    mesh = mesh_surface(surface, "listric", edge=wanted)
    quality = mesh_quality(mesh)
    ratio = quality.edge_length / wanted(mesh.centroids)
    assert 0.85 < np.median(ratio) < 1.15
    assert ratio.min() > 0.6 and ratio.max() < 1.6
    assert quality.min_angle.min() > 20.0
    assert quality.growth.max() < 4.0


def test_the_rim_is_named_and_the_surface_unrolled() -> None:
    surface = surface_from_trace(TRACE, BEND)
    mesh = mesh_surface(surface, "bend", edge=3e3)
    found = neighbours(Fault((mesh,)))
    assert set(found.rim_side) == {"top", "bottom", "start", "end"}
    middle = mesh.centroids[found.rim_patch]
    assert middle[found.rim_side == "top", 2].min() > -3e3
    assert middle[found.rim_side == "bottom", 2].max() < -20e3
    assert middle[found.rim_side == "start", 0].min() > 20e3
    assert middle[found.rim_side == "end", 0].max() < -20e3
    assert mesh.areas.sum() == pytest.approx(surface.length * surface.width, rel=0.02)
    assert np.ptp(mesh.unrolled[:, 1]) == pytest.approx(surface.width)
    assert np.ptp(mesh.unrolled[:, 0]) == pytest.approx(surface.length, rel=0.1)


def test_halving_the_edges_hardly_changes_the_ground() -> None:
    """Slip of Gaussian shape on a fault steep above 5 km and of 64 degrees below."""
    surface = surface_from_trace(TRACE, BEND)
    size = graded(1.5e3, growth=0.1)
    axis = np.linspace(-50e3, 50e3, 20) + 300.0
    east, north = (grid.ravel() for grid in np.meshgrid(axis, axis))
    points = np.column_stack([east, north, np.zeros(len(east))])
    fields = []
    for edge in (size, halved(size)):
        mesh = mesh_surface(surface, "bend", edge=edge)
        place = mesh.unrolled[mesh.triangles].mean(axis=1)
        shape = np.exp(-(((place - [0.45 * surface.length, 9e3]) / [14e3, 7e3]) ** 2).sum(axis=1))
        fields.append(displacement_field(points, mesh.sources, np.outer(shape, [1.5, 2.0, 0.0])))
    change = fields[1] - fields[0]
    assert np.abs(change).max() < 0.01 * np.abs(fields[1]).max()
    assert np.linalg.norm(change) < 0.01 * np.linalg.norm(fields[1])


def test_uniform_slip_does_not_see_the_mesh() -> None:
    surface = surface_from_trace(TRACE, BEND)
    points = np.array([[3e3, -8e3, 0.0], [20e3, 15e3, 0.0], [-12e3, 4e3, 0.0]])
    fields = []
    for edge in (2.5e3, 6e3):
        mesh = mesh_surface(surface, "bend", edge=edge)
        fields.append(displacement_field(points, mesh.sources, np.tile([1.0, 1.0, 0.0], (mesh.n_patches, 1))))
    assert np.allclose(fields[0], fields[1], atol=1e-12)


def test_a_dip_that_changes_along_strike() -> None:
    profiles = [
        (5e3, DipProfile.constant(80.0, bottom_depth=15e3)),
        (40e3, DipProfile.constant(50.0, bottom_depth=15e3)),
    ]
    mesh = mesh_surface(surface_from_trace([[0.0, 0.0], [0.0, 45e3]], profiles), "turning", edge=2e3)
    north = mesh.centroids[:, 1]
    assert np.allclose(mesh.dips[north < 4e3], 80.0, atol=0.01)
    assert np.allclose(mesh.dips[north > 41e3], 50.0, atol=0.01)
    between = (north > 20e3) & (north < 25e3)
    assert np.all((mesh.dips[between] > 55.0) & (mesh.dips[between] < 75.0))


def test_a_wiggly_trace_above_a_shallow_dip_is_smoothed() -> None:
    along = np.arange(0.0, 40e3, 500.0)
    trace = np.column_stack([400.0 * np.sin(along / 400.0), along])
    profile = DipProfile.constant(20.0, bottom_depth=12e3)
    with pytest.raises(ValueError, match=r"folds over itself .*smooth the trace"):
        surface_from_trace(trace, profile)
    smooth = surface_from_trace(trace, profile, smoothing=5e3)
    assert np.allclose(smooth.points[0, :, :2], trace)


def test_the_same_input_gives_the_same_mesh() -> None:
    meshes = [mesh_surface(surface_from_trace(TRACE, BEND), "bend", edge=4e3) for _ in range(2)]
    assert np.array_equal(meshes[0].sources, meshes[1].sources)


@pytest.mark.parametrize(
    ("trace", "message"),
    [
        ([[0, 0], [10e3, 0], [10e3, 5e3], [5e3, -5e3]], r"crosses itself: leg 0 .* and leg 2"),
        ([[0, 0], [10e3, 0], [5e3, 0]], r"crosses itself: leg 0 .* and leg 1"),
        ([[0, 0], [10e3, 0], [5e3, 8e3], [0, 0]], "is closed"),
        ([[0, 0], [10e3, 0], [1e3, 1e3]], "turns by more than 120 degrees at point 1"),
        ([[0, 0], [0, 0], [1e3, 1e3]], "points 0 and 1 are the same"),
    ],
)
def test_bad_traces_are_refused(trace, message) -> None:
    with pytest.raises(ValueError, match=message):
        surface_from_trace(trace, DipProfile.constant(70.0, bottom_depth=5e3))


def test_bad_nets_are_refused() -> None:
    net = np.array([[[0, 0, 50.0], [1e3, 0, 0]], [[0, 0, -1e3], [1e3, 0, -1e3]]])
    with pytest.raises(ValueError, match="50 m above ground in row 0, column 0"):
        Surface(net)
    net[0, 0, 2] = np.nan
    with pytest.raises(ValueError, match="row 0, column 0 is not finite"):
        Surface(net)
    with pytest.raises(ValueError, match=r"about \de\+\d\d triangles: ask for longer edges"):
        mesh_surface(surface_from_trace(TRACE, BEND), "fine", edge=1.0)
    with pytest.raises(ValueError, match="one edge length greater than 0 m"):
        mesh_surface(surface_from_trace(TRACE, BEND), "odd", edge=lambda points: points[:, 2])
    with pytest.raises(ValueError, match=r"distances must grow and lie on the trace"):
        surface_from_trace(TRACE, [(0.0, BEND), (1e6, BEND)])
