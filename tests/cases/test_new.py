"""``geoslip new`` writes a case of what flags or answers say, and that case is checked and run as it is."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from geoslip.cases.assemble.synthetic import make_data, refined_fault, true_model
from geoslip.cases.casefile.read import parse_case, read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.new.case import Wishes, new_case
from geoslip.cases.new.entries import short_name, trace_places
from geoslip.faults import LocalFrame

TRUTH = """
name: truth
origin: [30, 40]
seed: 1
synthetic:
  notice: Made for a test.
  faults: &plane
    - {name: plane, trace: [[30, 39.9], [30, 40.1]], dip: 60, top_depth: 0 km, width: 14 km, patches: {length: 1 km}}
  slip: [{segment: plane, peak: 1.5 m, rake: -90, down: 6 km, along: 0, length: 16 km, width: 10 km}]
  scenes:
    - {file: asc.tif, heading: -12, incidence: [36, 42], west: 29.7, east: 30.4, south: 39.7, north: 40.3,
       spacing: 0.01, noise: {sigma: 5 mm, length: 5 km, nugget: 2 mm}, ramp: [0 mm, 0 mm, 0 mm]}
  gnss: [{file: gnss.csv, sigma: [2 mm, 2 mm, 5 mm], stations: {A: [30.1, 40.0], B: [29.9, 40.05], C: [30.2, 39.9]}}]
data: [{name: GNSS, kind: gnss, file: gnss.csv, unit: mm, noise: columns}]
faults: *plane
slip: {rake: free}
smoothing: {choose: abic}
"""
TRACK = "asc.tif unit=m positive=toward look=asc.E.tif,asc.N.tif,asc.U.tif"
TRACE = "30.0,39.9 30.0,40.1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A folder with a simulated scene, its look vectors and a table of GNSS offsets; the magnitude behind them."""
    case, frame, folder = parse_case(TRUTH), LocalFrame(30.0, 40.0), tmp_path_factory.mktemp("made")
    make_data(case, frame, folder)
    return folder, true_model(case, refined_fault(case, frame), frame).mw


@pytest.fixture
def scene(made: tuple[Path, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, in which the commands run."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEOSLIP_DATA", raising=False)
    return tmp_path


def answers(*given: str) -> Callable[[str], str]:
    """Somebody at a terminal, who is asked as often as there are answers."""
    rest = list(given)

    def ask(question: str) -> str:
        assert rest, f"asked once too often: {question}"
        return rest.pop(0)

    return ask


def test_what_flags_say_is_checked_and_run(geoslip, scene: Path, made: tuple[Path, float]) -> None:
    flags = ["--event", "2099 Nowhere, Mw 6.4", "--track", TRACK, "--gnss", "gnss.csv unit=mm", "--trace", TRACE]
    code, out, err = geoslip("new", "mine", *flags, "--dip", "60", "--mechanism", "normal")
    assert code == 0, err
    assert "geoslip check mine/case.yml" in out
    code, out, err = geoslip("check", "mine/case.yml")
    assert code == 0, err
    assert "asc" in out and "gnss" in out
    code, out, err = geoslip("run", "mine/case.yml", "--out", "results")
    assert code == 0, err
    summary = json.loads((scene / "results" / "summary.json").read_text())
    assert summary["mw"] == pytest.approx(made[1], abs=0.1)
    assert -110.0 < summary["mean_rake_deg"] < -70.0
    assert {"fringes_asc.png", "fringes_asc.pdf", "slip_plan.pdf"} <= {
        path.name for path in (scene / "results" / "figures").iterdir()
    }
    report = (scene / "results" / "report.html").read_text()
    assert "Jonsson, S., Zebker, H." in report and "2099 Nowhere, Mw 6.4" in report


def test_data_on_the_fault_are_found_by_the_check(geoslip, scene: Path) -> None:
    new_case(scene / "mine", Wishes(tracks=[TRACK + " mask={}"], trace=TRACE, dip=60.0))
    code, _, err = geoslip("check", "mine/case.yml")
    assert code == 2
    assert "lie on the fault itself" in err and "data[0]" in err


def test_without_a_terminal_everything_missing_is_said_at_once(geoslip, scene: Path) -> None:
    code, _, err = geoslip("new", "mine", "--track", "asc.tif unit=m", "--track", "none.tif")
    assert code == 2
    assert "positive=... incidence=... heading=..." in err
    assert "none.tif" in err and "no such file" in err
    assert "--origin, --strike, --dip, --length are missing" in err
    assert not (scene / "mine").exists()


def test_a_terminal_is_asked_for_what_is_missing(scene: Path) -> None:
    ask = answers("2099 Nowhere", "asc.tif unit=m", "", "", TRACE, "60", "normal", "toward", "39", "-12")
    case = read_case(new_case(scene / "deep" / "mine", ask=ask))
    assert case.title == "2099 Nowhere"
    assert case.data[0].look.incidence == 39.0
    assert (scene / "deep" / "mine" / case.data[0].file).samefile(scene / "asc.tif")
    assert case.slip.rake == (-135.0, -45.0)


def test_a_terminal_that_names_no_data_gets_the_template(scene: Path) -> None:
    path = new_case(scene / "mine", ask=answers("", "", ""))
    assert "# A geoslip case." in path.read_text()


def test_a_fault_without_a_trace(scene: Path) -> None:
    wishes = Wishes(tracks=[TRACK], origin="30.06,40", strike=0.0, dip=60.0, length="20 km", bottom_depth="12 km")
    segment = read_case(new_case(scene / "mine", wishes)).faults[0]
    assert segment.length == 20e3 and segment.bottom_depth == 12e3
    assert segment.patches.length == 1e3


def test_a_product_brings_its_sign_and_a_table_is_asked_for_its_columns(scene: Path) -> None:
    (scene / "points.txt").write_text("40.0 30.1 1.5\n40.1 30.2 2.5\n")
    with pytest.raises(CaseError, match=r"unit=\.\.\. positive=\.\.\. columns=\.\.\. incidence=\.\.\. heading"):
        new_case(scene / "mine", Wishes(tracks=["points.txt"], trace=TRACE, dip=60.0))
    spec = "points.txt unit=cm positive=toward columns=latitude,longitude,value incidence=34 heading=-165"
    entry = read_case(new_case(scene / "mine", Wishes(tracks=[spec], trace=TRACE, dip=60.0))).data[0]
    assert entry.columns == ("latitude", "longitude", "value")
    assert entry.noise.source == "residuals"


@pytest.mark.parametrize(
    ("wishes", "rule"),
    [
        (Wishes(tracks=["asc.tif unit"], trace=TRACE, dip=60.0), "KEY=VALUE"),
        (Wishes(tracks=[TRACK], trace="30,40", dip=60.0), "two places or more"),
        (Wishes(tracks=[TRACK], trace=TRACE, dip=60.0, mechanism="oblique"), "choose from left-lateral"),
        (Wishes(tracks=[TRACK], trace=TRACE, dip=120.0), "outside 0 to 90"),
        (Wishes(tracks=[TRACK], trace=TRACE, dip=60.0, bottom_depth="12"), "unit"),
        (Wishes(tracks=[TRACK + " format=neither"], trace=TRACE, dip=60.0), "no format 'neither'"),
        (Wishes(tracks=[TRACK + " colour=red"], trace=TRACE, dip=60.0), "colour"),
    ],
)
def test_what_is_wrong_is_refused(scene: Path, wishes: Wishes, rule: str) -> None:
    with pytest.raises(CaseError, match=rule):
        new_case(scene / "mine", wishes)
    assert not (scene / "mine").exists()


def test_traces_in_files(tmp_path: Path) -> None:
    rows, line = tmp_path / "trace.txt", tmp_path / "trace.geojson"
    rows.write_text("# lon lat\n30.0 39.9\n30.05 40.0\n30.0 40.1\n")
    line.write_text('{"type": "LineString", "coordinates": [[30.0, 39.9], [30.05, 40.0, 0.0], [30.0, 40.1]]}')
    places = [[30.0, 39.9], [30.05, 40.0], [30.0, 40.1]]
    assert trace_places(str(rows)) == trace_places(str(line)) == trace_places("30,39.9 30.05,40 30,40.1") == places
    assert trace_places("-117.8,35.95 -117.4,35.6") == [[-117.8, 35.95], [-117.4, 35.6]]


def test_scenes_of_one_name_are_told_apart_by_their_folders(geoslip, scene: Path) -> None:
    for folder in ("T57", "T166"):
        (scene / folder).mkdir()
        for part in ("", ".E", ".N", ".U"):
            shutil.copy(scene / f"asc{part}.tif", scene / folder / f"asc{part}.tif")
    tracks = [TRACK.replace("asc", f"{folder}/asc") for folder in ("T57", "T166")]
    new_case(scene / "two", Wishes(tracks=[*tracks, f"{TRACK} name=third"], trace=TRACE, dip=60.0))
    assert [entry.name for entry in read_case(scene / "two" / "case.yml").data] == ["T57_asc", "T166_asc", "third"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("20190704_20190716.geo.unw.tif", "20190704_20190716"),
        ("S1AA_20190704T015206_20190716T015207_VVP012_INT80_G_ueF_7A3C_unw_phase.tif", "20190704-20190716"),
        ("los_ll.grd", "los_ll"),
    ],
)
def test_a_product_of_a_long_name_is_called_by_its_dates(name: str, short: str) -> None:
    assert short_name(Path(name)) == short


def test_mistakes_name_the_flag_while_there_is_no_file(geoslip, scene: Path) -> None:
    (scene / "gps.txt").write_text("A 30.1 40.0 5 6 7\n")
    track = f"{TRACK} wavelenght=5cm"
    code, _, err = geoslip("new", "mine", "--track", track, "--trace", TRACE, "--dip", "95")
    assert code == 2
    assert "--track asc.tif: wavelenght: 5cm -- there is no key 'wavelenght' here; did you mean 'wavelength'?" in err
    assert "--dip: 95" in err and "case.yml" not in err
    flags = ["new", "mine", "--trace", TRACE, "--dip", "60"]
    code, _, err = geoslip(*flags, "--gnss", "gps.txt unit=mm", "--track", ".")
    assert code == 2
    assert "such as station,longitude,latitude,east,north,up" in err and "this is a folder" in err
    code, _, err = geoslip(*flags, "--gnss", "gps.txt unit=mm columns=site,lon,lat,up,a,b")
    assert code == 2 and "columns=..." in err
    code, _, err = geoslip(*flags, "--gnss", "gps.txt unit=mm columns=site,lon,lat,de,dn,du noise='{sigma: 2 mm}'")
    assert code == 0, err
