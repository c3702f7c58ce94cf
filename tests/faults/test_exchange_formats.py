"""Slip models that travel: real files of every format, round trips that keep the ground's motion, and bad files."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from geoslip.faults import FormatError, LocalFrame, formats, read_slip_model, write_slip_model
from geoslip.faults.formats import (
    parse_columns,
    parse_coulomb,
    parse_gmt,
    parse_inv,
    parse_kml,
    parse_pscmp,
    parse_seg,
    parse_usgs_geojson,
    parse_usgs_param,
)


def test_what_a_file_does_not_say_is_asked(data_folder: Path) -> None:
    path = data_folder / "slipmodels_relax/elmayor2010/fialko_emc_dlc_format.txt"
    with pytest.raises(FormatError, match="say reference='centre' or 'top-centre'"):
        read_slip_model(path)
    model = read_slip_model(path, reference="top-centre")
    assert model.mw == pytest.approx(7.2, abs=0.1)
    with pytest.raises(FormatError, match="columns has no option colour"):
        read_slip_model(path, colour="red")
    outline = data_folder / "slipmodels_relax/elmayor2010/fault_patches_gmt_format.txt"
    with pytest.raises(FormatError, match="an outline alone is no patch"):
        read_slip_model(outline)
    text = (data_folder / "slipmodels_ridgecrest_usgs/ridgecrest.param").read_text()
    with pytest.raises(FormatError, match="does not say what a row's place is"):
        parse_usgs_param(text.replace("-118.19440       36.32840        0.37340", "-118.2 36.3 0.0"))
    with pytest.raises(FormatError, match="above ground"):
        parse_usgs_param(text, reference="centre")


def test_coulomb_files_read_as_that_program_reads_them(reference_folder: Path) -> None:
    model = read_slip_model(reference_folder / "coulomb_examples" / "simple_receiver_bm.inp")
    source = model.fault.segments[0]
    # right-lateral 1 m and reverse 1 m on an east-west plane that dips south
    assert model.slip[0] == pytest.approx([-1.0, 1.0, 0.0])
    assert (source.strikes[0], source.dips[0]) == pytest.approx((90.0, 80.9))
    assert source.outlines[0, 0] == pytest.approx([-10e3, 0.0, -10e3])
    assert source.outlines[0, 2, 2] == pytest.approx(-20e3)
    assert model.slip[1] == pytest.approx(np.zeros(3))
    assert model.rigidity == pytest.approx(32e9)
    assert model.frame == LocalFrame(-124.5, 40.5)


COULOMB = """two
titles
PR1= .25
E1= 8.0E+05
  #   X-start    Y-start     X-fin      Y-fin   Kode  rt.lat    reverse   dip angle     top      bot
xxx xxxxxxxxxx
1 0 0 0 10 KODE 1.0 2.0 60.0 1.0 11.0 note
"""


def test_every_kode_means_what_it_means_there() -> None:
    expected = {"100": [-1.0, 2.0, 0.0], "200": [-1.0, 0.0, 2.0], "300": [0.0, 2.0, 1.0]}
    for kode, slip in expected.items():
        assert parse_coulomb(COULOMB.replace("KODE", kode)).slip[0] == pytest.approx(slip)
    net = parse_coulomb(COULOMB.replace("KODE", "100").replace("rt.lat    reverse", "rake    netslip"))
    assert net.rake[0] == pytest.approx(1.0) and net.magnitude[0] == pytest.approx(2.0)


PSCMP = """# a fault of two by one patches
1
1 30.0 20.0 2.0 10.0 6.0 0.0 90.0 2 1 0.0
2.5 3.0 0.5 -1.0 0.0
7.5 3.0 0.0 0.25 0.1
"""
SEG = "# n Vpl x1 x2 x3 Length Width Strike Dip Rake L0 W0 qL qW\n1 2.0 0 0 1000 8000 4000 90 30 90 4000 2000 1 1\n"
INV = "1 1 7 -14281.6 18190.6 -14509.6 4216.9 5490.4 89.90 135.76 -12.0 3.60 0.00\n"
COLUMNS = (
    "longitude (centre of patch), latitude, strike, dip, rake, slip (cm), length (km), top of patch (km), "
    "bottom (km) index\n"
    "20 30 90 30 45 150 2 1 2 7\n"
)


def test_pscmp_signs_and_grid() -> None:
    model = parse_pscmp(PSCMP)
    assert model.slip == pytest.approx(np.array([[0.5, 1.0, 0.0], [0.0, -0.25, 0.1]]))
    assert model.fault.areas == pytest.approx([30e6, 30e6])
    assert model.fault.centroids[:, 1] == pytest.approx([2500.0, 7500.0])
    assert model.fault.centroids[:, 2] == pytest.approx([-5000.0, -5000.0])


def test_a_seg_file_divides_its_rectangles() -> None:
    model = parse_seg(SEG)
    assert model.fault.n_patches == 4
    assert model.fault.areas.sum() == pytest.approx(32e6)
    assert model.fault.outlines[0][0] == pytest.approx([0.0, 0.0, -1000.0])
    lowest = min(outline[:, 2].min() for outline in model.fault.outlines)
    assert lowest == pytest.approx(-3000.0)


@pytest.mark.parametrize(
    ("sizes", "widths", "counts"),
    [
        # rows and numbers of patches worked out by hand by the rule of that program
        ("4000 1000 1 1", [1000.0, 1000.0, 1000.0, 1000.0], [2, 2, 2, 2]),
        ("3000 1500 1 1", [1500.0, 2500.0], [3, 3]),
        ("1000 500 2 2", [500.0, 1000.0, 2500.0], [8, 4, 2]),
        ("9000 9000 1 1", [4000.0], [1]),
    ],
)
def test_a_seg_file_grows_as_its_program_does(sizes: str, widths: list[float], counts: list[int]) -> None:
    model = parse_seg(SEG.replace("4000 2000 1 1", sizes))
    depths, number = np.unique(np.round(model.fault.segments[0].rectangles[:, 2], 6), return_counts=True)
    assert number[::-1].tolist() == counts
    assert -depths[::-1] == pytest.approx(1000.0 + 0.5 * np.cumsum([0.0, *widths[:-1]]))
    assert model.fault.areas.sum() == pytest.approx(32e6)
    geometry = parse_seg(SEG.replace("1 2.0 ", "1 ").replace("4000 2000 1 1", sizes))
    assert np.array_equal(geometry.fault.sources, model.fault.sources) and not geometry.slip.any()


def test_an_inv_row_starts_at_the_top_corner() -> None:
    model = parse_inv(INV)
    assert model.slip[0] == pytest.approx([-0.12, 0.036, 0.0])
    assert model.fault.outlines[0][0] == pytest.approx([-14281.6, 18190.6, -14509.6])


def test_a_table_is_read_by_its_header() -> None:
    model = parse_columns(COLUMNS)
    assert model.fault.names == ("fault 7",)
    assert model.magnitude[0] == pytest.approx(1.5)
    assert model.fault.areas[0] == pytest.approx(2e3 * 2e3)
    assert model.fault.centroids[0] == pytest.approx([0.0, 0.0, -1500.0], abs=1e-6)
    swapped = COLUMNS.replace("strike, dip", "dip, strike").replace("90 30 45", "30 90 45")
    assert parse_columns(swapped).fault.sources == pytest.approx(model.fault.sources)


def test_kmz_is_kml_in_an_archive(tmp_path: Path, data_folder: Path) -> None:
    model = read_slip_model(data_folder / "slipmodels_relax/iran/fialko+05_km.flt", frame=LocalFrame(58.3, 29.0))
    for suffix in (".kml", ".kmz"):
        write_slip_model(tmp_path / f"bam{suffix}", model)
        back = read_slip_model(tmp_path / f"bam{suffix}")
        assert back.frame == model.frame and back.moment == pytest.approx(model.moment, rel=1e-9)
    assert zipfile.ZipFile(tmp_path / "bam.kmz").namelist() == ["doc.kml"]
    with zipfile.ZipFile(tmp_path / "other.kmz", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(FormatError, match="no KML document"):
        read_slip_model(tmp_path / "other.kmz")
    (tmp_path / "cut.kmz").write_bytes((tmp_path / "bam.kmz").read_bytes()[:200])
    with pytest.raises(FormatError, match="damaged"):
        read_slip_model(tmp_path / "cut.kmz")


GMT = "> -Z1.5 rake=90\n20 30 1\n20.1 30 1\n20.1 29.9 5\n20 29.9 5\n"
FFM = (
    '{"type":"FeatureCollection","features":[{"properties":{"slip":1.5,"rake":90,"sf_moment":1e18},"geometry":{"coordinates":'
    "[[[20,30,1000],[20.1,30,1000],[20.1,29.95,5000],[20,29.95,5000],[20,30,1000]]]}}]}"
)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_coulomb, COULOMB.replace("KODE", "400"), "kode 400 is a point source"),
        (parse_coulomb, COULOMB.replace("KODE", "700"), "kode 700 is unknown"),
        (parse_coulomb, COULOMB.replace("KODE", "100").replace(" 1.0 11.0 note", ""), "line 7: 9 values"),
        (parse_coulomb, COULOMB.replace("KODE", "100").replace("1.0 11.0", "11.0 1.0"), "bottom be below the top"),
        (parse_pscmp, PSCMP.replace("7.5 3.0 0.0 0.25 0.1\n", ""), "cut off"),
        (parse_pscmp, PSCMP.replace("7.5 3.0 0.0", "7.5 3.0"), "line 5: 4 values where pos_s"),
        (parse_seg, SEG.replace("4000 2000 1 1", "4000 0 1 1"), "all must be above 0"),
        (parse_seg, SEG.replace("4000 2000 1 1", "4000 1900 1 0.1"), "never fill the width"),
        (parse_seg, SEG.replace("4000 2000 1 1", "0.001 2000 1 1"), "is L0 in metres"),
        (parse_inv, INV.replace(" 3.60 0.00", " 3.60"), "12 values where id segment layer"),
        (parse_inv, INV.replace("89.90", "189.90"), "dip"),
        (
            parse_columns,
            COLUMNS.replace("20 30 90 30 45 150 2 1 2 7", "20 30 90 30 45 150 2 1 2 7\n1 2"),
            "line 3: 2 values",
        ),
        (parse_columns, COLUMNS.replace(" rake,", " foo,"), "columns rake are missing"),
        (parse_columns, COLUMNS.replace("centre of patch", "corner of patch"), "say reference="),
        (parse_gmt, GMT.replace("rake=90", ""), "say rake="),
        (parse_gmt, GMT.replace("-Z1.5", ""), r"no slip \(-Z\)"),
        (parse_gmt, GMT + "20 29.8 5\n20 29.7 5\n", "6 corners"),
        (parse_usgs_geojson, FFM.replace("1000]", "1]").replace("5000]", "5]"), "may be km or m"),
        (parse_usgs_geojson, FFM.replace('"rake":90,', ""), "say rake="),
        (parse_usgs_geojson, FFM[:-10], "is the file cut off"),
        (parse_kml, "<kml><Document></Document></kml>", "no placemark"),
        (parse_kml, "<kml><Document>", "no well-formed KML"),
        (parse_kml, "<!DOCTYPE x [<!ENTITY a 'b'>]><kml/>", "entities"),
    ],
)
def test_bad_files_are_refused(parse, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse(text)


def test_good_versions_of_the_bad_files_are_read() -> None:
    assert parse_gmt(GMT).magnitude[0] == 1.5
    model = parse_usgs_geojson(FFM)
    assert model.moment == pytest.approx(1e18, rel=1e-9)


def test_a_rigidity_that_varies_is_kept_or_refused(data_folder: Path) -> None:
    model = read_slip_model(data_folder / "slipmodels_ridgecrest_usgs/ridgecrest.param")
    kept = {"usgs-geojson", "geojson", "fsp", "usgs-param", "csv", "kml"}
    for format in formats():
        if format.write is None or "rectangles" not in format.holds:
            continue
        if format.name in kept:
            back = format.parse(
                format.write(model), frame=model.frame, **({"unit": "m"} if format.name == "usgs-geojson" else {})
            )
            assert back.moment == pytest.approx(model.moment, rel=1e-6), format.name
        else:
            with pytest.raises(FormatError, match="the rigidity varies"):
                format.write(model)
