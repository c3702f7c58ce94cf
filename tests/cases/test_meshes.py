"""Meshes in a case file: read, made below a trace, on a plane, through contours, meeting; and a run on one."""

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from geoslip.cases.assemble.fault import build_fault, build_segments
from geoslip.cases.assemble.slip import build_constraints
from geoslip.cases.assemble.smoothing import build_operator
from geoslip.cases.casefile.fault import FaultEntry
from geoslip.cases.casefile.mesh import Junction, Mesh
from geoslip.cases.casefile.read import read_case
from geoslip.cases.commands.study import check_summary
from geoslip.cases.errors import CaseError
from geoslip.cases.figures.slip_3d import figure_slip_3d
from geoslip.cases.figures.slip_plan import figure_slip_plan
from geoslip.cases.figures.slip_sections import figure_slip_section
from geoslip.cases.figures.unroll import flat_segments
from geoslip.cases.output.results import write_run
from geoslip.cases.pipeline.resolved_mesh import resolved_length
from geoslip.cases.pipeline.study import prepare_case, run_case
from geoslip.faults import (
    LocalFrame,
    SlipModel,
    TriangularSegment,
    mesh_quality,
    neighbours,
    read_slip_model,
    write_slip_model,
)

FRAME = LocalFrame(30.0, 40.0)
BEND = {
    "name": "bend",
    "trace": [["-8 km", "0 km"], ["8 km", 0]],
    "profile": [{"dip": 85, "to": "5 km"}, {"dip": 64, "to": "14 km"}],
    "mesh": {"edge": "2.5 km"},
}

LISTRIC = [{"depth": "0 km", "dip": 80}, {"depth": "9 km", "dip": 40}]


def made(*entries, junctions=()):
    segments, wrong = build_segments([FaultEntry(**entry) for entry in entries], FRAME, junctions=junctions)
    assert not wrong
    return segments


def test_a_bend_dips_as_its_profile_says():
    (segment,) = made(BEND)
    assert isinstance(segment, TriangularSegment)
    depth = -segment.centroids[:, 2]
    np.testing.assert_allclose(segment.dips, np.where(depth < 5e3, 85.0, 64.0), atol=0.1)
    # walked eastward it dips south
    assert np.all(segment.centroids[:, 1] < 0.0)
    assert depth.max() < 14e3 < -segment.vertices[:, 2].min() + 1.0


def test_the_dip_may_change_along_strike_and_a_plane_may_be_meshed():
    profiles = [
        {"at": 0, "profile": [{"dip": 50, "to": "8 km"}]},
        {"at": "16 km", "profile": [{"dip": 80, "to": "8 km"}]},
    ]
    (twisted,) = made({**BEND, "profile": None, "profiles": profiles})
    east = twisted.centroids[:, 0]
    assert twisted.dips[east < -5e3].mean() < 62.0 < 68.0 < twisted.dips[east > 5e3].mean()
    plane = {"name": "p", "top_centre": [30.0, 40.0], "strike": 40, "dip": 30, "length": "20 km", "width": "10 km"}
    flat, rectangles = made(
        {**plane, "mesh": {"edge": "2 km"}, "top_depth": "2 km"},
        {**plane, "patches": {"length": "2 km"}, "top_depth": "2 km", "name": "q"},
    )
    np.testing.assert_allclose(flat.areas.sum(), rectangles.areas.sum(), rtol=1e-6)
    np.testing.assert_allclose(
        flat.areas @ flat.centroids / flat.areas.sum(), rectangles.centroids.mean(axis=0), atol=1.0
    )
    np.testing.assert_allclose(flat.dips, 30.0, atol=1e-6)


def test_contours_shape_a_surface():
    lines = [
        {"depth": "2 km", "line": [["-10 km", 0], ["10 km", 0]]},
        {"depth": "6 km", "line": [["-10 km", "-8 km"], ["10 km", "-6 km"]]},
    ]
    (segment,) = made({"name": "c", "contours": lines, "mesh": {"edge": "3 km"}})
    assert -segment.vertices[:, 2].max() == pytest.approx(2e3)
    assert -segment.vertices[:, 2].min() == pytest.approx(6e3)


def test_a_grid_of_depths_shapes_a_surface(tmp_path):
    from scipy.io import netcdf_file

    with netcdf_file(tmp_path / "slab.grd", "w") as grid:
        for name, low, high in (("x", 29.8, 30.2), ("y", 39.8, 40.2)):
            grid.createDimension(name, 41)
            grid.createVariable(name, "f8", (name,))[:] = np.linspace(low, high, 41)
        # 20 degrees steep to the north, 10 km deep at 40 N
        rise = np.tan(np.deg2rad(20.0)) * 111.0 * (np.linspace(39.8, 40.2, 41) - 40.0)
        grid.createVariable("z", "f8", ("y", "x"))[:] = -10.0 - np.tile(rise[:, None], (1, 41))
    slab = {"file": "slab.grd", "depths": ["6 km", "10 km", "14 km"]}
    entry = FaultEntry(name="slab", depth_grid=slab, mesh={"edge": "4 km"})
    made_of, wrong = build_segments([entry], FRAME, roots=[tmp_path])
    assert not wrong, wrong
    (segment,) = made_of
    np.testing.assert_allclose(segment.dips, 20.0, atol=0.3)
    assert (-segment.vertices[:, 2].max(), -segment.vertices[:, 2].min()) == pytest.approx((6e3, 14e3))
    _, wrong = build_segments([entry], FRAME, roots=[tmp_path / "elsewhere"])
    assert "'slab.grd' is not there" in wrong[0][1]


def test_a_listric_dip_follows_its_depths_alone_and_along_strike():
    dips = [{"depth": "1 km", "dip": 80}, {"depth": "9 km", "dip": 40}]
    (segment,) = made({**BEND, "profile": None, "listric": dips})
    depth = -segment.centroids[:, 2]
    np.testing.assert_allclose(segment.dips, np.interp(depth, [1e3, 9e3], [80.0, 40.0]), atol=4.0)
    assert (depth.min() > 1e3, -segment.vertices[:, 2].max()) == (True, pytest.approx(1e3))
    sections = [{"at": 0, "listric": dips}, {"at": "16 km", "profile": [{"dip": 80, "to": "9 km"}]}]
    (changing,) = made({**BEND, "profile": None, "profiles": sections})
    east, deep = changing.centroids[:, 0], -changing.centroids[:, 2] > 6e3
    assert changing.dips[(east < -4e3) & deep].mean() < changing.dips[(east > 4e3) & deep].mean() - 10.0


def test_a_grid_of_depths_may_be_on_a_projection_that_is_named(tmp_path):
    east, north = np.meshgrid(np.arange(-20e3, 21e3, 5e3), np.arange(-20e3, 21e3, 5e3))
    turned = Transformer.from_crs("EPSG:4326", "EPSG:32636", always_xy=True)
    x, y = turned.transform(*FRAME.to_geographic(0.0, 0.0))
    up = -10e3 - north * np.tan(np.deg2rad(20.0))
    np.savetxt(tmp_path / "slab.xyz", np.column_stack([(x + east).ravel(), (y + north).ravel(), up.ravel()]))
    grid = {"file": "slab.xyz", "depths": ["6 km", "14 km"], "unit": "m"}
    entry = FaultEntry(name="slab", depth_grid={**grid, "crs": "EPSG:32636"}, mesh={"edge": "6 km"})
    (segment,), wrong = build_segments([entry], FRAME, roots=[tmp_path])
    assert not wrong
    np.testing.assert_allclose(segment.dips, 20.0, atol=0.3)
    _, wrong = build_segments(
        [FaultEntry(name="slab", depth_grid=grid, mesh={"edge": "6 km"})], FRAME, roots=[tmp_path]
    )
    assert "say their projection with crs=" in wrong[0][1]


def test_hypocentres_shape_a_surface_and_say_how_well(tmp_path):
    rng = np.random.default_rng(7)
    along, down = rng.uniform(-12e3, 12e3, 400), rng.uniform(2e3, 14e3, 400)
    dip = np.deg2rad(60.0)
    at = np.column_stack([along, -down * np.cos(dip), down * np.sin(dip)]) + rng.normal(scale=200.0, size=(400, 3))
    longitude, latitude = FRAME.to_geographic(at[:, 0], at[:, 1])
    table = np.column_stack([longitude, latitude, 1e-3 * at[:, 2]])
    np.savetxt(tmp_path / "events.txt", table, header="longitude latitude depth")
    entry = FaultEntry(name="cloud", hypocentres={"file": "events.txt"}, mesh={"edge": "3 km"})
    (segment,), wrong = build_segments([entry], FRAME, roots=[tmp_path])
    assert not wrong
    np.testing.assert_allclose(segment.dips, 60.0, atol=1.0)
    np.testing.assert_allclose(segment.strikes, 90.0, atol=1.0)
    assert "through 400 hypocentres" in segment.notes[-1] and "standard deviation" in segment.notes[-1]
    _, wrong = build_segments([entry], FRAME, roots=[tmp_path / "elsewhere"])
    assert "'events.txt' are not there" in wrong[0][1]
    np.savetxt(tmp_path / "events.txt", table[:9], header="longitude latitude depth")
    _, wrong = build_segments([entry], FRAME, roots=[tmp_path])
    assert "ten or more" in wrong[0][1]
    with pytest.raises(ValueError, match="hypocentres shapes a mesh all by itself: leave out dip"):
        FaultEntry(name="cloud", hypocentres={"file": "events.txt"}, mesh={"edge": "3 km"}, dip=60)


def test_meshes_that_meet_share_their_vertices_and_their_smoothness():
    beside = {"name": "beside", "trace": [["8 km", 0], ["20 km", "-3 km"]], "dip": 85, "bottom_depth": "12 km"}
    junction = Junction(between=("bend", "beside"), blend="6 km")
    one, other = made(BEND, {**beside, "mesh": {"edge": "2.5 km"}}, junctions=[junction])
    shared = {tuple(v) for v in one.vertices} & {tuple(v) for v in other.vertices}
    assert len(shared) >= 4
    from geoslip.faults import Fault

    assert neighbours(Fault((one, other))).across.sum() == len(shared) - 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"mesh": None}, "patches .rectangles. or a mesh"),
        ({"mesh": {"edge": "2 km", "file": "a.tri"}}, "read from its file or made"),
        ({"mesh": {"file": "a.tri"}}, "leave out profile, trace"),
        ({"mesh": {"edge": "2 km", "unit": "km"}}, "unit means nothing"),
        ({"dip": 40}, "give one dip, or for a mesh"),
        ({"width": "3 km"}, "leave width and bottom_depth out"),
        ({"profile": [{"dip": 40}]}, "ends at a depth"),
        ({"profile": None, "listric": [{"depth": 0, "dip": 40}]}, "at least 2 items"),
        ({"profile": None, "listric": LISTRIC, "top_depth": "1 km"}, "leave top_depth out"),
        ({"profile": None, "profiles": [{"at": 0, "listric": LISTRIC}, {"at": "9 km"}]}, "pieces or listric"),
        ({"trace": None, "top_centre": [30, 40]}, "shapes a mesh below a trace"),
    ],
)
def test_what_contradicts_itself_is_refused(change, rule):
    with pytest.raises(ValueError, match=rule):
        FaultEntry(**{key: value for key, value in {**BEND, **change}.items() if value is not None})


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"trace": [["-8 km", 0], ["8 km", 0], ["8 km", "-4 km"], [0, "4 km"]]}, "crosses itself"),
        ({"profile": [{"dip": 60, "to": "5 km"}, {"dip": 30, "to": "4 km"}]}, "above its own top"),
        ({"profile": [{"dip": 60, "to": "5 km"}, {"dip": 0, "to": "9 km"}]}, "give its width"),
    ],
)
def test_what_cannot_be_made_names_the_segment(change, rule):
    _, wrong = build_segments([FaultEntry(**{**BEND, **change})], FRAME)
    assert len(wrong) == 1 and wrong[0][0] == 0
    assert "segment 'bend'" in wrong[0][1] and rule in wrong[0][1]


@pytest.fixture
def mesh_folder(study_folder):
    """The small study of this room with a mesh in place of its plane: read from a file, slip along an azimuth."""
    folder, text = study_folder, (study_folder / "case.yml").read_text()
    plane = {"name": "main", "top_centre": [30.0, 40.0], "strike": 30, "dip": 60, "length": "20 km", "width": "12 km"}
    segments = made({**plane, "top_depth": "1 km", "mesh": {"edge": "4 km"}})
    from geoslip.faults import Fault

    fault = Fault(segments)
    write_slip_model(folder / "plane.tri", SlipModel(fault, np.zeros((fault.n_patches, 3)), frame=FRAME))
    faults = "faults:\n  - name: main\n    mesh: {file: plane.tri}\n"
    slip = "slip: {azimuth: [0, 80], zero_edges: [bottom]}\n"
    smoothing = "smoothing: {choose: abic, count: 8, by_component: {dip: 2}, by_segment: {main: 0.5}}\n"
    (folder / "case.yml").write_text(text[: text.index("faults:")] + faults + slip + smoothing)
    return folder


def test_a_run_on_a_mesh_from_file_to_files(mesh_folder: Path, tmp_path: Path):
    run = run_case(read_case(mesh_folder / "case.yml"))
    assert run.fault.n_patches > 20
    vectors = run.model.slip_vectors[run.model.magnitude > 0.05 * run.model.peak_slip]
    azimuth = np.rad2deg(np.arctan2(vectors[:, 0], vectors[:, 1]))
    assert azimuth.min() >= -1e-6 and azimuth.max() <= 80.0 + 1e-6
    assert run.estimate.fit("track").variance_reduction > 0.97
    said = {row.name: row.value for row in run.assumptions}
    assert said["azimuth of the hanging wall's motion"] == "0° to 80°"
    assert said["smoothing of dip"].startswith("2 times")
    write_run(run, tmp_path)
    written = {file.name for file in tmp_path.iterdir()}
    assert {"slip.csv", "slip.geojson", "slip.tri", "slip.ned"} <= written and "slip.fsp" not in written
    again = read_slip_model(tmp_path / "slip.tri")
    assert again.mw == pytest.approx(run.model.mw, abs=1e-6)
    for figure in (figure_slip_section(run.model), figure_slip_plan(run.model, frame=FRAME), figure_slip_3d(run.model)):
        assert figure.axes


def test_edges_by_resolution_are_short_where_the_data_see_more(study_folder: Path):
    text = (study_folder / "case.yml").read_text()
    mesh = "mesh: {edge: 1.5 km, largest: 6 km, by: resolution}"
    text = text.replace("patches: {length: 4 km}", mesh).replace("choose: abic, count: 8", "choose: 100.0")
    (study_folder / "case.yml").write_text(text)
    run = run_case(read_case(study_folder / "case.yml"))
    (segment,) = run.fault.segments
    edge, depth = mesh_quality(segment).edge_length, -segment.centroids[:, 2]
    shallow, deep = np.median(edge[depth < 4e3]), np.median(edge[depth > 8e3])
    assert 1e3 < shallow < 0.8 * deep < 0.8 * 7e3
    wanted = np.clip(resolved_length(run.estimate)(segment.centroids), 1.5e3, 6e3)
    assert 0.6 < np.median(edge / wanted) < 1.6
    with pytest.raises(ValueError, match="need a largest length above edge"):
        Mesh(edge="2 km", by="resolution")


def test_a_check_says_how_good_the_triangles_are(mesh_folder: Path):
    said = check_summary(prepare_case(read_case(mesh_folder / "case.yml")))
    assert "triangles, edges" in said and "smallest angle" in said


def test_factors_of_the_case_reach_the_operator(mesh_folder: Path):
    case = read_case(mesh_folder / "case.yml")
    fault = build_fault(case, FRAME, roots=[mesh_folder])
    plain = case.model_copy(update={"smoothing": case.smoothing.model_copy(update={"by_component": {}})})
    n = fault.n_patches
    weighed, equal = build_operator(case, fault).matrix, build_operator(plain, fault).matrix
    np.testing.assert_allclose(weighed[:n].toarray(), equal[:n].toarray())
    np.testing.assert_allclose(weighed[n:].toarray(), 2.0 * equal[n:].toarray())
    window = build_constraints(case, fault, frame=FRAME).rake["main"]
    assert window[0].shape == (n,)


def test_a_mesh_that_is_missing_is_named_with_the_other_files(mesh_folder: Path, tmp_path: Path):
    (tmp_path / "case.yml").write_text((mesh_folder / "case.yml").read_text())
    with pytest.raises(CaseError) as caught:
        prepare_case(read_case(tmp_path / "case.yml"), data=tmp_path)
    text = str(caught.value)
    assert "plane.tri" in text and "track.txt" in text


def test_rake_and_azimuth_together_are_refused(mesh_folder: Path, tmp_path: Path):
    text = (mesh_folder / "case.yml").read_text().replace("azimuth: [0, 80]", "azimuth: [80, 300], rake: 90")
    (tmp_path / "case.yml").write_text(text)
    with pytest.raises(CaseError, match="less than 180 degrees"):
        read_case(tmp_path / "case.yml")
    (tmp_path / "case.yml").write_text(text.replace("[80, 300]", "20"))
    with pytest.raises(CaseError, match="a rake or an azimuth"):
        read_case(tmp_path / "case.yml")


def test_depth_is_told_beside_a_section_where_it_follows_from_the_distance_down_dip():
    bend, flat = made(BEND, {**BEND, "name": "level", "profile": [{"dip": 2, "width": "20 km"}]})
    from geoslip.faults import Fault

    fault = Fault((bend, flat))
    first, second = flat_segments(SlipModel(fault, np.zeros((fault.n_patches, 3))))
    assert second.depths is None
    down, depth = first.depths
    steep = 5.0 / np.sin(np.deg2rad(85.0))
    at = np.interp([2.0, steep + 4.0], down, depth)
    np.testing.assert_allclose(at, [2.0 * np.sin(np.deg2rad(85)), 5.0 + 4.0 * np.sin(np.deg2rad(64))], atol=0.4)
