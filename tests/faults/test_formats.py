"""Formats: what is written is read back, whatever the faults and the frame."""

import json

import numpy as np
import pytest

from geoslip.faults import (
    Fault,
    FormatError,
    LocalFrame,
    Plane,
    RectangularSegment,
    SlipModel,
    TriangularSegment,
    cut_growing,
    cut_uniform,
    read_slip_model,
    write_slip_model,
)

FRAME = LocalFrame(13.4, 42.35)


def model(**more):
    """Three segments: a uniform one that breaks the surface, one that grows with depth, and a bag."""
    rng = np.random.default_rng(11)
    main = Plane.from_trace([[-5e3, 8e3], [9e3, -7e3]], dip=47.0, width=14e3)
    blind = Plane.from_top_centre((20e3, -9e3), depth=3210.9876, strike=311.7, dip=89.99, length=9e3, width=8e3)
    bag = np.column_stack([rng.uniform(-3e4, 3e4, (5, 2)), -rng.uniform(0, 9e3, 5), rng.uniform(0, 360, 5)])
    bag = np.column_stack([bag, [0.0, 90.0, 12.3456789, 60.0, 33.0], rng.uniform(500, 3e3, (5, 2))])
    fault = Fault(
        (
            cut_uniform(main, "main, north", columns=5, rows=4),
            cut_growing(blind, "blind", patch_length=1.1e3, growth=1.37),
            RectangularSegment("bag", bag),
        )
    )
    slip = np.zeros((fault.n_patches, 3))
    slip[:, :2] = rng.normal(0.0, 1.5, (fault.n_patches, 2))
    slip[3] = 0.0
    return SlipModel(fault, slip, **({"frame": FRAME, "name": "test"} | more))


def assert_same(found, expected, *, length=1e-3, angle=1e-7):
    """Geometry to a millimetre, slip to 1e-9 m, moment to 1e-9."""
    assert found.fault.names == expected.fault.names
    ours, theirs = found.fault.sources, expected.fault.sources
    np.testing.assert_allclose(ours[:, [0, 1, 2, 5, 6]], theirs[:, [0, 1, 2, 5, 6]], atol=length)
    np.testing.assert_allclose((ours[:, 3] - theirs[:, 3] + 180.0) % 360.0 - 180.0, 0.0, atol=angle)
    np.testing.assert_allclose(ours[:, 4], theirs[:, 4], atol=angle)
    np.testing.assert_allclose(found.slip, expected.slip, atol=1e-9)
    assert found.moment == pytest.approx(expected.moment, rel=1e-9)
    np.testing.assert_allclose(found.moment_tensor, expected.moment_tensor, atol=1e-7 * expected.moment)


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".fsp", ".flt"])
def test_a_round_trip_keeps_the_model(tmp_path, suffix):
    path = tmp_path / f"slip{suffix}"
    expected = model()
    write_slip_model(path, expected)
    found = read_slip_model(path, frame=FRAME)
    assert_same(found, expected)
    assert found.frame == FRAME


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".fsp", ".flt"])
@pytest.mark.parametrize("rigidity", [33e9, 30e9])
def test_a_round_trip_keeps_the_moment_at_another_rigidity(tmp_path, suffix, rigidity):
    path = tmp_path / f"slip{suffix}"
    expected = model(rigidity=rigidity)
    write_slip_model(path, expected)
    found = read_slip_model(path)
    assert found.moment == pytest.approx(expected.moment, rel=1e-9)
    assert read_slip_model(path, rigidity=40e9).moment == pytest.approx(expected.moment * 40e9 / rigidity, rel=1e-9)


@pytest.mark.parametrize("suffix", [".geojson", ".fsp", ".flt"])
def test_a_format_that_can_keeps_the_frame_without_being_told(tmp_path, suffix):
    path = tmp_path / f"slip{suffix}"
    write_slip_model(path, model())
    found = read_slip_model(path)
    assert_same(found, model())
    assert found.frame == FRAME and "test" in (found.name, "test")


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".fsp"])
def test_another_frame_sees_the_same_places(tmp_path, suffix):
    path = tmp_path / f"slip{suffix}"
    write_slip_model(path, model())
    elsewhere = LocalFrame(14.6, 41.5)
    found = read_slip_model(path, frame=elsewhere)
    expected = model()
    for one, frame in ((found, elsewhere), (expected, FRAME)):
        one_places = frame.to_geographic(*one.fault.centroids[:, :2].T)
        np.testing.assert_allclose(one_places, FRAME.to_geographic(*expected.fault.centroids[:, :2].T), atol=2e-5)
    turned = found.fault.strikes - expected.fault.strikes
    assert np.all(np.abs(turned) % 360.0 > 0.5)  # the frames' north differs, and strikes follow it
    assert found.moment == pytest.approx(expected.moment, rel=1e-9)


def test_a_growing_segment_keeps_its_rows_in_an_fsp(tmp_path):
    path = tmp_path / "slip.fsp"
    write_slip_model(path, model())
    found, expected = read_slip_model(path).fault.segment("blind"), model().fault.segment("blind")
    np.testing.assert_array_equal(found.row, expected.row)
    np.testing.assert_array_equal(found.column, expected.column)


def test_csv_columns_are_the_promised_ones(tmp_path):
    path = tmp_path / "slip.csv"
    write_slip_model(path, model())
    header = path.read_text().splitlines()[0].split(",")
    places = ["segment", "patch", "lon", "lat", "depth_km", "strike_deg", "dip_deg", "area_km2"]
    assert header[:12] == [*places, "strike_slip_m", "dip_slip_m", "slip_m", "rake_deg"]
    assert header[12:] == ["length_km", "width_km"]


@pytest.mark.parametrize("suffix", [".csv", ".geojson"])
def test_opening_and_standard_deviations_are_kept_where_they_can_be(tmp_path, suffix):
    path = tmp_path / f"slip{suffix}"
    slip = model().slip.copy()
    slip[:, 2] = np.linspace(0.0, 1.0, len(slip))
    variance = np.linspace(0.01, 0.5, 3 * len(slip))
    expected = SlipModel(model().fault, slip, frame=FRAME, covariance=np.diag(variance))
    write_slip_model(path, expected)
    found = read_slip_model(path, frame=FRAME)
    assert_same(found, expected)
    np.testing.assert_allclose(found.standard_deviations, expected.standard_deviations, rtol=1e-9)
    assert any("correlations" in note for note in found.notes)


def test_polygons_close_and_run_as_the_standard_asks(tmp_path):
    path = tmp_path / "slip.geojson"
    write_slip_model(path, model())
    document = json.loads(path.read_text())
    for feature in document["features"][:20]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        np.testing.assert_array_equal(ring[0], ring[-1])
        x, y = ring[:, 0], ring[:, 1]
        assert np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0.0  # counterclockwise


@pytest.mark.parametrize("suffix", [".fsp", ".flt"])
def test_formats_of_shear_refuse_opening(tmp_path, suffix):
    slip = model().slip.copy()
    slip[0, 2] = 0.25
    with pytest.raises(FormatError, match=r"opens by up to 0\.25 m"):
        write_slip_model(tmp_path / f"slip{suffix}", SlipModel(model().fault, slip, frame=FRAME))


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".fsp"])
def test_a_model_without_frame_has_no_longitude(tmp_path, suffix):
    with pytest.raises(FormatError, match="no frame"):
        write_slip_model(tmp_path / f"slip{suffix}", model(frame=None))


def test_across_the_date_line(tmp_path):
    path = tmp_path / "slip.csv"
    write_slip_model(path, model(frame=LocalFrame(179.99, -20.0)))
    assert abs(abs(read_slip_model(path).frame.longitude) - 180.0) < 0.3


def test_the_content_tells_the_format_and_not_the_name(tmp_path):
    path = tmp_path / "slip.txt"
    for suffix in (".csv", ".geojson", ".fsp", ".flt"):
        write_slip_model(tmp_path / f"slip{suffix}", model())
        path.write_text((tmp_path / f"slip{suffix}").read_text())
        assert read_slip_model(path).fault.n_patches == model().fault.n_patches
    with pytest.raises(FormatError, match=r"suffix '\.txt' names no slip-model format"):
        write_slip_model(path, model())
    write_slip_model(path, model(), format="csv")
    assert path.read_text().startswith("segment,patch")
    with pytest.raises(FormatError, match="format 'shapefile' is unknown"):
        write_slip_model(path, model(), format="shapefile")


@pytest.mark.parametrize("suffix", [".csv", ".geojson"])
def test_tables_hold_triangles_beside_rectangles(tmp_path, suffix, sheet):
    path = tmp_path / f"slip{suffix}"
    vertices, triangles = sheet(3, 2)
    halves = [np.arange(0, 6), np.arange(6, 12)]
    parts = tuple(TriangularSegment(f"half {k}", vertices, triangles[half]) for k, half in enumerate(halves))
    fault = Fault((parts[0], model().fault.segment("blind"), parts[1]))
    slip = np.random.default_rng(5).normal(size=(fault.n_patches, 3))
    expected = SlipModel(fault, slip, frame=FRAME)
    write_slip_model(path, expected)
    found = read_slip_model(path, frame=FRAME)
    assert found.fault.names == fault.names
    for ours, theirs in zip(found.fault.segments, fault.segments):
        np.testing.assert_allclose(ours.sources, theirs.sources, atol=1e-3)
    np.testing.assert_allclose(found.slip, slip, atol=1e-9)
    assert found.moment == pytest.approx(expected.moment, rel=1e-9)
    # the halves share their vertices exactly, after as before
    shared = [{tuple(v) for v in found.fault.segment(f"half {k}").vertices} for k in (0, 1)]
    assert len(shared[0] & shared[1]) == 4


def test_a_segment_of_two_kinds_is_refused(tmp_path, sheet):
    path = tmp_path / "slip.csv"
    fault = Fault((TriangularSegment("mesh", *sheet(2, 1)), model().fault.segment("bag")))
    write_slip_model(path, SlipModel(fault, np.ones((fault.n_patches, 3)), frame=FRAME))
    path.write_text(path.read_text().replace("bag,", "mesh,"))
    with pytest.raises(FormatError, match="'mesh' mixes rectangles and triangles"):
        read_slip_model(path)
