"""``geoslip convert`` and ``forward``: what a file does not say is asked for, and given by options."""

import sys
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases import cli
from geoslip.faults import read_slip_model

FLT = "1 1.0 -10 0 0 20 10 0 90 0\n2 1.0 12 0 0 6 10 0 90 0\n"


@pytest.fixture
def geoslip(monkeypatch, capsys):
    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["geoslip", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, " ".join(err.split())

    return command


def test_units_that_a_file_does_not_say(geoslip, tmp_path: Path) -> None:
    source, target = tmp_path / "slip.flt", tmp_path / "slip.inp"
    source.write_text(FLT.replace(" 20 10 ", " 100 80 ").replace(" 6 10 ", " 100 80 "))
    code, _, err = geoslip("convert", source, target)
    assert code == 2 and "may be km or m" in err and "--option KEY=VALUE" in err
    assert not list(tmp_path.glob("*slip.inp"))
    assert geoslip("convert", source, target, "--option", "unit=m")[0] == 0
    assert read_slip_model(target).fault.areas == pytest.approx([8e3, 8e3])


def test_a_reference_corner_that_a_file_does_not_say(geoslip, tmp_path: Path, data_folder: Path) -> None:
    source = data_folder / "slipmodels_relax/elmayor2010/fialko_emc_dlc_format.txt"
    code, _, err = geoslip("convert", source, tmp_path / "emc.geojson")
    assert code == 2 and "reference='centre' or 'top-centre'" in err
    assert geoslip("convert", source, tmp_path / "emc.geojson", "--option", "reference=top-centre")[0] == 0
    assert geoslip("convert", source, tmp_path / "emc.kml", "--option", "reference=corner")[0] == 2


def test_a_grid_and_its_origin(geoslip, tmp_path: Path) -> None:
    source, target = tmp_path / "slip_km.flt", tmp_path / "slip.csv"
    source.write_text(FLT)
    assert "origin that the file counts from" in geoslip("convert", source, target, "--crs", "EPSG:32611")[2]
    place = ("--origin=-116.27,34.594993", "--crs", "EPSG:32611", "--rigidity", "40")
    code, _, err = geoslip("convert", source, target, *place)
    assert code == 0, err
    model = read_slip_model(target)
    assert np.all(model.rigidity == 40e9)
    longitude, latitude = model.frame.to_geographic(*model.fault.centroids[0, :2])
    assert (longitude, latitude) == pytest.approx((-116.27, 34.594993), abs=1e-4)
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n-116.2,34.6\n")
    code, _, err = geoslip("forward", source, "--points", points, "--out", tmp_path / "field.csv", *place[:3])
    assert code == 0, err


def test_a_format_by_name_and_files_beside(geoslip, tmp_path: Path, data_folder: Path) -> None:
    source = tmp_path / "slip_km.flt"
    source.write_text(FLT)
    code, _, err = geoslip("convert", source, tmp_path / "slip.txt", "--origin=20,40", "--to", "pscmp")
    assert code == 0, err
    assert read_slip_model(tmp_path / "slip.txt").mw == pytest.approx(read_slip_model(source).mw)
    assert geoslip("convert", data_folder / "2015_gorkha_geodef/qiu+15_1.tri", tmp_path / "gorkha.tri")[0] == 0
    assert {path.name for path in tmp_path.glob("*gorkha*")} == {"gorkha.tri", "gorkha.ned"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--option", "colour=red"], "has no option colour"),
        (["--option", "unit"], "written KEY=VALUE"),
        (["--option", "unit=furlong"], "'furlong' is unknown"),
        (["--rigidity", "0"], "above 0 GPa"),
        (["--to", "word"], "format 'word' is unknown"),
        (["--origin=200,400"], "outside -90..90"),
    ],
)
def test_what_is_refused(geoslip, tmp_path: Path, options, message) -> None:
    source = tmp_path / "slip_km.flt"
    source.write_text(FLT)
    code, _, err = geoslip("convert", source, tmp_path / "slip.flt", *options)
    assert code == 2, err
    assert message in err
