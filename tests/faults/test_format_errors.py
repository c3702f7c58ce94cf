"""Bad files: each is refused with file, line, value and remedy, and no text whatever raises anything else."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoslip.faults import (
    Fault,
    FormatError,
    LocalFrame,
    Plane,
    SlipModel,
    TriangularSegment,
    cut_uniform,
    formats,
    read_slip_model,
)
from geoslip.faults.formats import parse_csv, parse_fsp, parse_relax, parse_usgs_param

PLANE = Plane.from_top_centre((0.0, 0.0), depth=2.5e3, strike=20.0, dip=60.0, length=6e3, width=4e3)
MODEL = SlipModel(
    Fault((cut_uniform(PLANE, "main", columns=3, rows=2),)),
    np.tile([0.5, -1.0, 0.0], (6, 1)),
    frame=LocalFrame(20.0, 30.0),
)
CORNERS = np.array([[0.0, 0, -1e3], [4e3, 0, -1e3], [4e3, 3e3, -3e3], [0, 3e3, -3e3]])
MESH = SlipModel(
    Fault((TriangularSegment("main", CORNERS, [[0, 1, 2], [0, 2, 3]]),)),
    np.tile([0.5, -1.0, 0.0], (2, 1)),
    frame=LocalFrame(20.0, 30.0),
)
WRITTEN = [format for format in formats() if format.write is not None]
TEXTS = {format.name: format.write(MODEL if "rectangles" in format.holds else MESH) for format in WRITTEN}
FLT = "# n slip x1(km) x2 x3 length width strike dip rake\n1 1.0 0 0 0 2 2 10 60 90\n"


def changed(name, old, new):
    assert old in TEXTS[name]
    return TEXTS[name].replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("strike_slip_m", "strikeslip_m", r"line 1: unknown column 'strikeslip_m': did you mean 'strike_slip_m'"),
        ("dip_slip_m,", "slip_m,", r"column 'slip_m' appears twice"),
        (",length_km", ",opening_m", r"columns length_km are missing"),
        ("0.5,-1,", "half,-1,", r"line 2: strike_slip_m is 'half': a finite number"),
        ("0.5,-1,", "nan,-1,", r"line 2: strike_slip_m is 'nan'"),
        ("0.5,-1,", "-1,", r"line 2: 13 values for 14 columns|line 2: 15 values for 16 columns"),
        (",60,", ",100,", r"slip\.csv: segment 'main', patch 0.*dip 100, .*: dip must lie in 0"),
    ],
)
def test_bad_csv(old, new, message):
    with pytest.raises(FormatError, match=message):
        parse_csv(changed("csv", old, new), source="slip.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FLT + "2 1.0 0 0\n", r"a\.flt, line 3: 4 values where ten belong .* cut off"),
        (FLT.replace(" 60 ", " sixty "), r"line 2: dip is 'sixty'"),
        (FLT.replace(" 60 ", " 190 "), r"dip 190, .*: dip must lie in 0"),
        (FLT.replace("0 2 2", "0 0 2"), "length must be greater than 0"),
        (FLT.replace("0 2 2", "-1 2 2"), r"above ground"),
        (FLT.replace("0 2 2", "0 100 2").replace("(km)", ""), "may be km or m: say which with unit="),
        (FLT.replace("length", "length(m)"), "some lengths in km and some in m"),
        ("# nothing\n", "no rows of ten values"),
    ],
)
def test_bad_flt(text, message):
    with pytest.raises(FormatError, match=message):
        parse_relax(text, source="a.flt")


def test_units_of_a_flt_by_rank():
    metres = parse_relax(FLT.replace("(km)", "(m)").replace("slip", "slip(cm)"))
    assert metres.fault.areas[0] == 4.0 and metres.peak_slip == pytest.approx(0.01)
    assert parse_relax(FLT, unit="m").fault.areas[0] == 4.0
    bare = FLT.replace("(km)", "")
    assert parse_relax(bare, source="model_km.flt").notes == ()
    assert "taken for km" in parse_relax(bare).notes[0]
    assert parse_relax(bare.replace("2 2", "2000 2000")).fault.areas[0] == 4e6
    with pytest.raises(FormatError, match="unit 'mile' is unknown"):
        parse_relax(FLT, unit="mile")


def test_columns_in_another_order_are_read_by_their_names(data_folder):
    plain = parse_relax(FLT)
    head, row, *_ = FLT.splitlines()
    turned = ["# " + " ".join(head.lstrip("# ").split()[::-1]), " ".join(row.split()[::-1])]
    again = parse_relax("\n".join(turned))
    assert np.array_equal(again.fault.sources, plain.fault.sources) and np.array_equal(again.slip, plain.slip)
    path = data_folder / "slipmodels_ridgecrest_usgs/ridgecrest.param"
    lines = path.read_text().splitlines()
    swapped = [
        " ".join(tokens[1::-1] + tokens[2:]) if (tokens := line.split())[0][0] in "34" else line for line in lines
    ]
    assert [a == b for a, b in zip(lines, swapped)].count(False) > 300
    with pytest.raises(FormatError):
        parse_usgs_param("\n".join(swapped))


def test_a_dip_past_vertical_is_the_same_plane_with_the_same_motion():
    steep = parse_relax(FLT.replace(" 60 90", " 100 30"))
    assert steep.fault.strikes[0] == 190.0 and steep.fault.dips[0] == 80.0
    # the vector of the side the normal of strike 10, dip 100 points to, from that formula itself
    from geoslip.faults import normal_vector, strike_vector, updip_vector
    from geoslip.faults.moment import patch_moment_tensors

    angle = np.deg2rad(30.0)
    slip = np.cos(angle) * strike_vector(10.0) + np.sin(angle) * updip_vector(10.0, 100.0)
    tensor = patch_moment_tensors(normal_vector(10.0, 100.0)[None], slip[None], np.array([4e6]), rigidity=30e9)[0]
    np.testing.assert_allclose(steep.moment_tensor, tensor, rtol=1e-9, atol=1e-6 * np.abs(tensor).max())
    assert "past vertical" in steep.notes[0]


def test_strike_slip_and_dip_slip_rows_of_one_rectangle_add_up():
    both = parse_relax(FLT.replace(" 90\n", " 0\n") + FLT.splitlines()[1] + "\n")
    assert both.fault.n_patches == 1
    np.testing.assert_allclose(both.slip[0], [1.0, 1.0, 0.0], atol=1e-15)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("% Nsbfs = 6", "% Nsbfs = 9", "6 patches where the header promises 9: is the file cut off"),
        ("Nsg = 1", "Nsg = 3", "1 segments where the header promises 3"),
        ("DIP = 60 deg", "DIP = 999 deg", r"DIP is 999 \(varies or unknown\)"),
        ("LAT = 30 ", "LAT = 95 ", "latitude 95.0 is outside"),
        ("% LAT LON X==EW", "% LATITUDE LON X==EW", "a row stands before the line that names the columns"),
        ("DIP = 60 deg", "DIP = 120 deg", "dip must lie in"),
    ],
)
def test_bad_fsp(old, new, message):
    with pytest.raises(FormatError, match=message):
        parse_fsp(changed("fsp", old, new), source="s.fsp")


def test_the_reference_point_is_read_and_not_guessed():
    text = TEXTS["fsp"]
    centre = parse_fsp(text.replace("given for top-center", "given for center"))
    np.testing.assert_allclose(centre.fault.centroids, MODEL.fault.sources[:, :3], atol=1e-3)
    np.testing.assert_allclose(parse_fsp(text).fault.centroids, MODEL.fault.centroids, atol=1e-3)
    silent = "\n".join(line for line in text.splitlines() if "Coordinates are given" not in line)
    found = parse_fsp(silent)
    np.testing.assert_allclose(found.fault.centroids, MODEL.fault.centroids, atol=1e-3)
    assert any("does not say what coordinates mean" in note for note in found.notes)
    mute = "\n".join(line for line in silent.splitlines() if "Z2top" not in line and "Htop" not in line)
    mute = mute.replace("% Mech", "% Mech : STRK = 20 DIP = 60 RAKE = -60\n% X")
    with pytest.raises(FormatError, match="say it with reference="):
        parse_fsp(mute)
    np.testing.assert_allclose(
        parse_fsp(mute, reference="top-centre").fault.centroids, MODEL.fault.centroids, atol=1e-3
    )


def test_files_of_the_wrong_kind(tmp_path):
    path = tmp_path / "thing"
    path.write_bytes(b"\x89HDF\r\n\0\0\0")
    with pytest.raises(FormatError, match="is binary"):
        read_slip_model(path)
    path.write_text(" \n")
    with pytest.raises(FormatError, match="is empty"):
        read_slip_model(path)
    path.write_text("Dear reader,\nthis is a letter.\n")
    with pytest.raises(FormatError, match=r"thing: no known slip-model format \(first line 'Dear reader,'\)"):
        read_slip_model(path)
    with pytest.raises(FileNotFoundError):
        read_slip_model(tmp_path / "nothing.csv")


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_file_cut_off_anywhere_is_refused_or_whole(name):
    parse = next(format.parse for format in formats() if format.name == name)
    text = TEXTS[name].rstrip()
    for length in range(len(text) - 1, 0, -max(1, len(text) // 97)):
        try:
            found = parse(text[:length])
        except FormatError:
            continue
        # a table cut between rows or blocks, or inside its last number, cannot be told from a shorter one
        assert (
            name in ("csv", "relax", "fsp", "vtk", "gmsh", "coulomb", "gmt", "inv", "seg", "usgs-param")
            and found.fault.n_patches <= 6
        )


def only_format_errors(parse, text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            model = parse(text)
        except FormatError:
            return
    assert np.isfinite(model.moment) and np.isfinite(model.fault.centroids).all()


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=300))
@pytest.mark.parametrize("format", formats(), ids=lambda format: format.name)
def test_any_text_is_a_model_or_a_format_error(format, text):
    only_format_errors(format.parse, text)


_TOKENS = st.sampled_from(
    ["nan", "inf", "-1", "0", "1e308", "1e-308", "999", "-99", "91", "1e400", "x", "", "%", "#", "{", "null", ",", "\n"]
)


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("format", WRITTEN, ids=lambda format: format.name)
def test_a_damaged_file_is_a_model_or_a_format_error(format, data):
    text = TEXTS[format.name]
    for _ in range(data.draw(st.integers(1, 4))):
        first = data.draw(st.integers(0, len(text)))
        last = data.draw(st.integers(first, min(len(text), first + 12)))
        text = text[:first] + data.draw(_TOKENS | st.text(max_size=6)) + text[last:]
    only_format_errors(format.parse, text)


def test_an_fsp_whose_patches_do_not_fill_its_segment_is_refused():
    lines = [line for line in TEXTS["fsp"].splitlines() if not line.startswith("% Dx =")]
    text = "\n".join(lines)
    np.testing.assert_allclose(parse_fsp(text).fault.areas, 4e6)
    with pytest.raises(FormatError, match=r"6 patches of Dx = 2 by Dz = 2 km do not fill LEN = 60 by WID = 4 km"):
        parse_fsp(text.replace("% LEN = 6 km", "% LEN = 60 km"))
    with pytest.raises(FormatError, match="Dx = 0, Dz = 2 km must be greater than 0"):
        parse_fsp(text.replace("Dx = 2 km", "Dx = 0 km"))


def test_an_fsp_without_rake_column_takes_the_header_s():
    rows = []
    for line in TEXTS["fsp"].splitlines():
        tokens = line.split()
        keep = line.replace(" RAKE SF_MOMENT", "") if line.startswith("%") else " ".join(tokens[:6])
        rows.append(keep)
    found = parse_fsp("\n".join(rows))
    np.testing.assert_allclose(found.rake, MODEL.rake, atol=1e-3)
    assert any("from the header" in note for note in found.notes)
    with pytest.raises(FormatError, match="no column SF_MOMENT"):
        parse_fsp("\n".join(rows), rigidity="file")
    with pytest.raises(FormatError, match="rigidity 'layers' is unknown"):
        parse_fsp(TEXTS["fsp"], rigidity="layers")
    with pytest.raises(FormatError, match="reference 'bottom' is unknown"):
        parse_fsp(TEXTS["fsp"], reference="bottom")
    with pytest.raises(FormatError, match="no rows of patches"):
        parse_fsp("% FINITE-SOURCE RUPTURE MODEL\n")


def test_rigidity_by_patch_comes_back_from_the_moments_of_an_fsp():
    stiff = np.linspace(20e9, 60e9, 6)
    layered = SlipModel(MODEL.fault, MODEL.slip, frame=MODEL.frame, rigidity=stiff)
    text = next(format for format in formats() if format.name == "fsp").write(layered)
    np.testing.assert_allclose(parse_fsp(text, rigidity="file").rigidity, stiff, rtol=1e-8)


def test_tables_with_impossible_grids_deviations_or_properties():
    table = TEXTS["csv"]
    header, first = table.splitlines()[:2]
    assert header.endswith("row,column") and first.endswith("0,0")
    with pytest.raises(FormatError, match="row must hold whole numbers from 0"):
        parse_csv(table.replace(first, first[:-3] + "0.5,0"))
    deviating = "\n".join(line + (",strike_slip_sd_m" if k == 0 else ",-0.1") for k, line in enumerate(table.split()))
    with pytest.raises(FormatError, match="standard deviation is negative"):
        parse_csv(deviating)
    with pytest.raises(FormatError, match="the table has no rows"):
        parse_csv(header + "\n")
    with pytest.raises(FormatError, match="longitude must lie in"):
        parse_csv(table.replace(",30.0", ",3000.0").replace(",29.9", ",2999.9"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"FeatureCollection"', '"FeatureCollection', "no valid JSON .* cut off"),
        ('"features":[', '"features":[{"type":"FeatureCollection"},', "feature 0 has no properties"),
        ('"dip_slip_m"', '"dipslip"', "columns dip_slip_m are missing"),
        ('"depth_km":', '"depth_km":null,"old":', "depth_km is 'None'"),
    ],
)
def test_bad_geojson(old, new, message):
    parse = next(format for format in formats() if format.name == "geojson").parse
    with pytest.raises(FormatError, match=message):
        parse(changed("geojson", old, new), source="slip.geojson")
    before, _, after = TEXTS["geojson"].rpartition('"width_km"')
    with pytest.raises(FormatError, match="feature 5 lacks the property 'width_km'"):
        parse(f'{before}"height_km"{after}')


def test_a_fault_of_other_than_rectangles_is_refused_by_formats_of_rectangles():
    class Triangles:
        """Just enough of a segment of another kind."""

        name = "mesh"
        n_patches = 1
        sources = np.zeros((1, 3, 3))
        areas = np.ones(1)

    model = SlipModel(Fault((Triangles(),)), np.zeros((1, 3)), frame=MODEL.frame)
    with pytest.raises(FormatError, match="segment 'mesh' is no rectangular one"):
        next(format for format in formats() if format.name == "relax").write(model)
    mixed = Fault((*MODEL.fault.segments, Triangles()))
    with pytest.raises(ValueError, match="mixes kinds of patches"):
        mixed.sources  # noqa: B018
