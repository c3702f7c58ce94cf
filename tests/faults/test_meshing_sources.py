"""Surfaces from contours, depth grids and hypocentres, and surfaces that meet."""

import h5py
import numpy as np
import pytest
from pyproj import Transformer
from scipy.io import netcdf_file

from geoslip.faults import FormatError, LocalFrame, mesh_quality, neighbours
from geoslip.faults.formats.depth_grid import read_depth_grid
from geoslip.faults.meshing import (
    DipProfile,
    fit_hypocentres,
    graded,
    mesh_surface,
    mesh_surfaces,
    surface_from_contours,
    surface_from_grid,
    surface_from_trace,
)
from geoslip.faults.vectors import normal_vector, strike_vector, updip_vector


def bow(depth: float, radius: float = 200e3) -> np.ndarray:
    """Contour of a cone that dips 45 degrees toward its axis, without end to end symmetry."""
    angle = np.deg2rad(np.linspace(-20.0, 25.0, 23))
    return (radius - depth) * np.column_stack([np.cos(angle), np.sin(angle)])


def test_contours_of_a_cone_make_the_cone() -> None:
    surface = surface_from_contours([(20e3, bow(20e3)[::-1]), (0.0, bow(0.0)), (10e3, bow(10e3))])
    mesh = mesh_surface(surface, "slab", edge=8e3)
    assert np.allclose(mesh.dips, 45.0, atol=1.0)
    # dips toward the axis in the west, so strikes run clockwise with the fault to their right: south
    strikes = mesh.strikes[np.abs(mesh.centroids[:, 1]) < 5e3]
    assert np.allclose(strikes, 180.0, atol=4.0)
    assert np.hypot(*mesh.vertices[:, :2].T) - mesh.vertices[:, 2] == pytest.approx(200e3, rel=1e-3)
    assert mesh_quality(mesh).min_angle.min() > 18.0


def test_a_grid_of_negative_heights_gives_the_same_surface() -> None:
    east, north = np.meshgrid(np.linspace(120e3, 205e3, 180), np.linspace(-80e3, 95e3, 180))
    up = np.hypot(east, north) - 200e3
    up[(up > 0.0) | (np.abs(north + 5e3) > 70e3)] = np.nan
    surface = surface_from_grid(east, north, up, depths=np.arange(5e3, 30e3, 5e3))
    radius = np.hypot(*np.moveaxis(surface.points[..., :2], -1, 0))
    assert np.allclose(radius - surface.points[..., 2], 200e3, atol=20.0)
    with pytest.raises(ValueError, match="negative below ground"):
        surface_from_grid(east, north, -up, depths=[5e3, 10e3])
    with pytest.raises(ValueError, match="no contour of 300000 m"):
        surface_from_grid(east, north, up, depths=[5e3, 300e3])


@pytest.mark.parametrize(
    ("contours", "message"),
    [
        ([(0.0, [[0, 0], [0, 10e3]]), (5e3, [[-2e3, 2e3], [6e3, 9e3]])], r"contours of 0 and 5000 m cross: leg 0"),
        ([(0.0, [[0, 0], [0, 10e3]])], "1 contours make no surface"),
        ([(1e3, [[0, 0], [0, 10e3]]), (1e3, [[5e3, 0], [5e3, 10e3]])], "two contours have the depth 1000 m"),
        ([(-1e3, [[0, 0], [0, 10e3]]), (1e3, [[5e3, 0], [5e3, 10e3]])], "positive down"),
        (
            [(0.0, [[0, 0], [0, 9e3], [3e3, 5e3], [-3e3, 5e3]]), (1e3, [[5e3, 0], [5e3, 10e3]])],
            r"contour of 0 m crosses",
        ),
    ],
)
def test_bad_contours_are_refused(contours, message) -> None:
    with pytest.raises(ValueError, match=message):
        surface_from_contours(contours)


def cloud(
    seed: int, *, strike: float = 40.0, dip: float = 55.0, scatter: float = 400.0, curve: float = 0.0
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    along, down = rng.uniform(-10e3, 10e3, 300), rng.uniform(-5e3, 5e3, 300)
    away = rng.normal(0.0, scatter, 300) + curve * (along / 10e3) ** 2
    middle = np.array([0.0, 0.0, -9e3])
    on = along[:, None] * strike_vector(strike) - down[:, None] * updip_vector(strike, dip)
    elsewhere = np.column_stack([rng.uniform(-12e3, 12e3, (75, 2)), rng.uniform(-16e3, -1e3, 75)])
    return np.vstack([middle + on + away[:, None] * normal_vector(strike, dip), elsewhere])


def test_a_plane_through_hypocentres_and_its_uncertainty() -> None:
    fits = [fit_hypocentres(cloud(seed)) for seed in range(40)]
    strike = np.array([(fit.plane.strike - 40.0) / fit.strike_sd for fit in fits])
    dip = np.array([(fit.plane.dip - 55.0) / fit.dip_sd for fit in fits])
    # 20 % of the hypocentres lie anywhere: means stay, and errors are as large as they say
    assert abs(strike.mean()) < 0.6 and abs(dip.mean()) < 0.6
    assert 0.7 < strike.std() < 1.4 and 0.7 < dip.std() < 1.4
    assert fits[0].scatter == pytest.approx(400.0, rel=0.3)
    assert fits[0].plane.length == pytest.approx(20e3, rel=0.1)
    assert fits[0].weights[300:].mean() < 0.5 * fits[0].weights[:300].mean()


def test_a_curved_surface_through_hypocentres() -> None:
    fit = fit_hypocentres(cloud(2, scatter=150.0, curve=1500.0), degree=2)
    middle = np.array([0.0, 0.0, -9e3])
    net = fit.surface.points.reshape(-1, 3) - middle
    along = net @ strike_vector(40.0)
    away = net @ normal_vector(40.0, 55.0)
    error = np.abs(away - 1500.0 * (along / 10e3) ** 2)
    assert np.median(error) < 60.0
    assert np.mean(error < 3.0 * fit.surface_sd.ravel()) > 0.9
    assert fit.surface.points[..., 2].max() <= 0.0


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((5, 3)), "ten or more"),
        (np.column_stack([np.arange(20.0), np.zeros(20), np.ones(20)]), "hypocentre 0 .*is not in the ground"),
        (np.column_stack([np.arange(20.0), np.zeros(20), -np.arange(20.0)]), "lie on one line"),
    ],
)
def test_bad_hypocentres_are_refused(points, message) -> None:
    with pytest.raises(ValueError, match=message):
        fit_hypocentres(points)


def surfaces():
    bend = DipProfile.steps([85.0, 64.0], bottom_depths=[5e3, 20e3])
    return {
        "bend": surface_from_trace([[30e3, -3e3], [5e3, 1e3], [0, 0]], bend),
        "west": surface_from_trace(
            [[0, 0], [-14e3, -6e3], [-25e3, -7e3]], DipProfile.constant(84.0, bottom_depth=15e3)
        ),
        "branch": surface_from_trace(
            [[15e3, 0], [20e3, 12e3], [22e3, 20e3]], DipProfile.constant(70.0, bottom_depth=12e3)
        ),
    }


def shared(fault, one: str, other: str) -> np.ndarray:
    sets = [{tuple(vertex) for vertex in fault.segment(name).vertices} for name in (one, other)]
    return np.array(sorted(sets[0] & sets[1], key=lambda vertex: -vertex[2]))


def test_segments_that_meet_share_their_vertices() -> None:
    parts = surfaces()
    fault = mesh_surfaces(parts, edge=graded(2e3, growth=0.1), junctions=[("bend", "west"), ("bend", "branch")])
    found = neighbours(fault)
    west, branch = shared(fault, "bend", "west"), shared(fault, "bend", "branch")
    assert west[0] == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    assert west[-1, 2] == pytest.approx(-15e3) and branch[-1, 2] == pytest.approx(-12e3)
    # end to end each shared edge joins two patches; a branch's edge joins its patch to both sides of the face
    assert found.across.sum() == (len(west) - 1) + 2 * (len(branch) - 1)
    # no gap and no overlap: planes kept their dips up to the junction
    assert np.allclose(fault.segment("west").dips, 84.0, atol=0.05)
    assert np.allclose(fault.segment("branch").dips, 70.0, atol=0.05)
    bend = fault.segment("bend")
    # the junction runs past a bend of the trace, which triangles then cut across at depth: few, and nowhere by much
    off = np.minimum(np.abs(bend.dips - 85.0), np.abs(bend.dips - 64.0))
    assert np.mean(off < 0.05) > 0.9 and np.average(off, weights=bend.areas) < 0.5
    assert np.any(np.linalg.norm(bend.vertices - [5e3, 1e3, 0.0], axis=1) < 1e-3)
    for segment in fault.segments:
        assert mesh_quality(segment).min_angle.min() > 18.0
    # what is shared is rim no more
    rim = found.rim_patch[found.rim_side == "start"]
    ends = np.flatnonzero(fault.segment_index == fault.names.index("west"))
    assert not np.any(np.isin(rim, ends) & (found.rim_length[found.rim_side == "start"] > 1.0))


def test_faults_of_one_strike_and_two_dips_blend() -> None:
    parts = {
        "steep": surface_from_trace([[0, 0], [0, 20e3]], DipProfile.constant(85.0, bottom_depth=12e3)),
        "gentle": surface_from_trace([[0, 20e3], [0, 45e3]], DipProfile.constant(64.0, bottom_depth=12e3)),
    }
    with pytest.raises(ValueError, match="give a blend distance"):
        mesh_surfaces(parts, edge=3e3, junctions=[("steep", "gentle")])
    fault = mesh_surfaces(parts, edge=2e3, junctions=[("steep", "gentle")], blend=8e3)
    line = shared(fault, "steep", "gentle")
    assert neighbours(fault).across.sum() == len(line) - 1 >= 5
    steep, gentle = fault.segments
    assert np.allclose(steep.dips[steep.centroids[:, 1] < 11e3], 85.0, atol=0.01)
    assert np.allclose(gentle.dips[gentle.centroids[:, 1] > 29e3], 64.0, atol=0.01)


def test_surfaces_that_do_not_meet_are_refused() -> None:
    parts = surfaces()
    far = surface_from_trace([[200e3, 0], [220e3, 5e3]], DipProfile.constant(60.0, bottom_depth=9e3))
    with pytest.raises(ValueError, match="km apart at the top"):
        mesh_surfaces({**parts, "far": far}, edge=5e3, junctions=[("bend", "far")])
    with pytest.raises(ValueError, match="junction names 'east'"):
        mesh_surfaces(parts, edge=5e3, junctions=[("bend", "east")])
    with pytest.raises(ValueError, match="with itself"):
        mesh_surfaces(parts, edge=5e3, junctions=[("bend", "bend")])
    deep = surface_from_trace([[0, 0], [-14e3, -6e3]], DipProfile.constant(84.0, bottom_depth=40e3, top_depth=30e3))
    with pytest.raises(ValueError, match="no depth in common"):
        mesh_surfaces({**parts, "deep": deep}, edge=5e3, junctions=[("bend", "deep")])


def test_a_slab_grid_is_read_in_every_kind_of_file(tmp_path) -> None:
    longitude, latitude = np.arange(200.0, 203.0, 0.25), np.arange(-2.0, 1.0, 0.25)
    east, north = np.meshgrid(longitude, latitude)
    depth = -10.0 - 20.0 * (east - 200.0)
    depth[0, :3] = np.nan
    with h5py.File(tmp_path / "four.grd", "w") as file:
        for name, values in (("x", longitude), ("y", latitude), ("z", depth)):
            file[name] = values
    with netcdf_file(tmp_path / "three.grd", "w") as file:
        for name, size in (("x", len(longitude)), ("y", len(latitude))):
            file.createDimension(name, size)
        for name, axes, values in (("x", ("x",), longitude), ("y", ("y",), latitude), ("z", ("y", "x"), depth)):
            file.createVariable(name, "f8", axes)[:] = values
    rows = np.column_stack([east.ravel(), north.ravel(), depth.ravel()])
    np.savetxt(tmp_path / "rows.xyz", rows, delimiter=",")
    for name in ("four.grd", "three.grd", "rows.xyz"):
        found = read_depth_grid(tmp_path / name)
        assert np.allclose(found[0], east - 360.0) and np.allclose(found[1], north)
        assert np.allclose(found[2], 1e3 * depth, equal_nan=True)
    frame = LocalFrame(-158.5, -0.5)
    x, y = frame.to_local(found[0], found[1])
    surface = surface_from_grid(x, y, found[2], depths=[20e3, 30e3, 40e3])
    assert surface.width == pytest.approx(np.hypot(111e3, 20e3), rel=0.02)
    np.savetxt(tmp_path / "up.xyz", rows * [1, 1, -1])
    with pytest.raises(FormatError, match="change their sign"):
        read_depth_grid(tmp_path / "up.xyz")
    (tmp_path / "letter.txt").write_text("Dear reader\n")
    with pytest.raises(FormatError, match="no rows of longitude"):
        read_depth_grid(tmp_path / "letter.txt")


def test_a_depth_grid_on_a_map_projection_says_which(tmp_path) -> None:
    x, y = np.meshgrid(np.arange(300e3, 360e3, 10e3), np.arange(2_000e3, 2_050e3, 10e3))
    rows = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, -600.0)])
    np.savetxt(tmp_path / "utm.xyz", rows)
    longitude, latitude, up = read_depth_grid(tmp_path / "utm.xyz", crs="EPSG:32618", unit="m")
    back = Transformer.from_crs("EPSG:4326", "EPSG:32618", always_xy=True).transform(longitude, latitude)
    np.testing.assert_allclose(back, [x, y], atol=1e-3)
    assert np.all(up == -600.0)
    with pytest.raises(FormatError, match=r"x 300000 to 350000.*say their projection with crs="):
        read_depth_grid(tmp_path / "utm.xyz")
    with pytest.raises(FormatError, match="'UTM 18' is no coordinate system"):
        read_depth_grid(tmp_path / "utm.xyz", crs="UTM 18")
    with pytest.raises(FormatError, match="unit 'feet' of heights is unknown"):
        read_depth_grid(tmp_path / "utm.xyz", crs="EPSG:32618", unit="feet")
