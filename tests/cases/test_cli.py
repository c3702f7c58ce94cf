"""The commands: exit codes, messages, files; results only under their final name when they are whole."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geoslip.cases.library.find import study_seconds

COMMANDS = ["run", "check", "new", "scene", "downsample", "forward", "convert", "cases"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(geoslip, name: str) -> None:
    code, out, _ = geoslip(name, "--help")
    assert code == 0
    assert "Example:" in out
    assert f"geoslip {name}" in out


def test_help_does_not_import_what_is_heavy() -> None:
    program = (
        "import sys; sys.argv = ['geoslip', '--help']\n"
        "from geoslip.cases import cli\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'scipy', 'numba', 'matplotlib', 'pydantic', 'rasterio', 'pyproj'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("words", "completed"),
    [("geoslip ru", ["run"]), ("geoslip run la", ["landers1992", "laquila2009"]), ("geoslip new --tr", ["--track"])],
)
def test_the_shell_completes_commands_studies_and_flags(
    geoslip, monkeypatch: pytest.MonkeyPatch, words: str, completed: list[str]
) -> None:
    monkeypatch.setenv("_GEOSLIP_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    _, out, _ = geoslip()
    assert out.split()[: len(completed)] == completed


def test_studies_are_listed_with_event_data_and_further_cases(geoslip) -> None:
    _, out, _ = geoslip("cases")
    laquila = out[out.index("laquila2009") :].split("maule2010 ")[0]
    # How long a study takes is measured anew by every `make studies`: the list must say what was measured last.
    minutes = max(1, round(study_seconds()["laquila2009"] / 60))
    assert "2009 L'Aquila, Italy, Mw 6.3" in laquila
    assert f"data: 2 los, measured; {minutes} min with all its cases" in laquila
    assert "Two Envisat tracks" in laquila and "also: laquila2009/geometry" in laquila
    assert "2 los, 1 gnss, synthetic" in out and "haiti2021/twin" not in out


def test_run_writes_everything(geoslip, study_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    code, text, _ = geoslip("run", study_folder / "case.yml", "--out", out, "--no-report")
    assert code == 0
    assert "Mw 6." in text and str(out) in text
    names = {path.name for path in out.iterdir()}
    assert {
        "summary.json",
        "slip.csv",
        "slip.geojson",
        "slip.fsp",
        "case.yml",
        "provenance.json",
    } <= names
    assert {path.name for path in (out / "fit").iterdir()} == {"track.csv", "GNSS.csv"}
    assert (out / "case.yml").read_text() == (study_folder / "case.yml").read_text()
    check_summary(json.loads((out / "summary.json").read_text()))
    with (out / "fit" / "track.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert ",".join(list(rows[0])[:9]) == "lon,lat,observed_m,predicted_m,residual_m,sigma_m,east,north,up"
    for row in rows[:5]:
        assert float(row["observed_m"]) - float(row["predicted_m"]) == pytest.approx(float(row["residual_m"]), abs=1e-9)
        assert float(row["east"]) == pytest.approx(0.6, abs=1e-5)
    provenance = json.loads((out / "provenance.json").read_text())
    assert len(provenance["data"]["track.txt"]["sha256"]) == 64
    assert provenance["timings_s"]["Green's matrices"] >= 0.0


def check_summary(summary: dict) -> None:
    keys = "name mw moment_nm moment_tensor_nm peak_slip_m mean_rake_deg centroid segments datasets smoothing geometry"
    assert set(f"{keys} diagnostics warnings".split()) <= set(summary)
    assert summary["moment_nm"] >= summary["moment_tensor_nm"] > 0.0
    assert set(summary["centroid"]) == {"lon", "lat", "depth_km"}
    segment = "name mw moment_nm strike_deg dip_deg mean_rake_deg peak_slip_m depth_of_peak_km"
    assert set(segment.split()) <= set(summary["segments"][0])
    assert {"name", "n", "rms_m", "variance_reduction", "sigma_scale", "ramp"} <= set(summary["datasets"][0])
    assert summary["smoothing"]["chosen_by"] == "abic"
    assert summary["diagnostics"]["chi2"] > 0.0


def test_slip_table_reads_back_and_makes_the_same_field(geoslip, study_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    assert geoslip("run", study_folder / "case.yml", "--out", out, "--no-report")[0] == 0
    places = tmp_path / "places.csv"
    places.write_text("lon,lat\n30.1,40.1\n29.9,39.95\n")
    fields = []
    for name in ("slip.csv", "slip.geojson"):
        code, _, err = geoslip("forward", out / name, "--points", places, "--out", tmp_path / "field.csv")
        assert code == 0, err
        with (tmp_path / "field.csv").open() as stream:
            fields.append([float(row["east_m"]) for row in csv.DictReader(stream)])
    assert fields[0] == pytest.approx(fields[1], rel=1e-5)
    code, text, _ = geoslip("convert", out / "slip.csv", tmp_path / "slip.flt")
    assert code == 0 and "patches" in text


def test_check_says_what_a_run_would_do(geoslip, study_folder: Path) -> None:
    code, text, _ = geoslip("check", study_folder / "case.yml")
    assert code == 0
    assert "272 values" in text and "15 patches" in text and "abic" in text


def test_wrong_input_exits_2_with_the_place(geoslip, study_folder: Path, tmp_path: Path) -> None:
    path = study_folder / "case.yml"
    path.write_text(path.read_text().replace("dip: 60", "dipp: 60"))
    code, _, err = geoslip("run", path, "--out", tmp_path / "results")
    assert code == 2
    assert "case.yml:23" in err and "a mistake was found" in err and "did you mean 'dip'" in err
    assert not (tmp_path / "results").exists()
    assert not list(tmp_path.glob(".*"))


def test_output_that_cannot_be_written_exits_2(geoslip, study_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = geoslip("run", study_folder / "case.yml", "--out", tmp_path / "file" / "out")
    assert code == 2
    assert "--out" in err


def test_unknown_case_lists_the_studies(geoslip) -> None:
    code, _, err = geoslip("run", "nowhere1999")
    assert code == 2
    assert "embedded" in err and "geoslip new" in err


def test_misspelt_command_exits_2(geoslip) -> None:
    code, _, err = geoslip("rnu")
    assert code == 2 and "No such command" in err


def test_our_own_faults_exit_1(geoslip, study_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoslip.cases.commands.study.prepare_case", lambda *a, **k: 1 / 0)
    monkeypatch.delenv("GEOSLIP_DEBUG", raising=False)
    code, _, err = geoslip("check", study_folder / "case.yml")
    assert code == 1
    assert "a fault of geoslip" in err


def test_new_case_is_sound_but_for_its_data(geoslip, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    code, _, err = geoslip("new", folder, "--origin=30,40", "--strike", "20")
    assert code == 0, err
    code, _, err = geoslip("check", folder / "case.yml")
    assert code == 2
    assert err.count("is not in") == 2 and "3 mistakes" not in err
    code, _, err = geoslip("new", folder)
    assert code == 2 and "not overwritten" in err
    code, _, err = geoslip("new", tmp_path / "other", "--dip", "200")
    assert code == 2 and "outside 0 to 90" in err
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["--grid=1/2/3"], "5 numbers"),
        (["--grid=2/1/3/4/0.1"], "west is less than east"),
        (["--grid=1/2/3/4/0.000001"], "too many"),
        (["--grid=39/41/-30/-29/0.5"], "longitude comes first, then latitude"),
        (["--grid=39/41/100/101/0.5"], "latitude 100.0 is outside"),
        ([], "say where"),
    ],
)
def test_forward_refuses_what_is_no_grid(geoslip, tmp_path: Path, arguments: list[str], rule: str) -> None:
    model = tmp_path / "slip.flt"
    model.write_text(
        "# n slip x1 x2 x3 length width strike dip rake\n# origin_lon_lat = 30 40\n1 1.0 0 0 2 10 5 30 60 0\n"
    )
    code, _, err = geoslip("forward", model, *arguments, "--out", tmp_path / "field.csv")
    assert code == 2
    assert rule in err
    assert not (tmp_path / "field.csv").exists()


def test_killed_run_leaves_nothing_under_the_final_name_and_resumes(study_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    program = (
        "import sys, time\n"
        "from geoslip.cases import cli\n"
        "from geoslip.cases.pipeline import study\n"
        "study.provenance = lambda *a, **k: time.sleep(60)\n"
        f"sys.argv = ['geoslip', 'run', {str(study_folder / 'case.yml')!r}, '--out', {str(out)!r}, '--no-report']\n"
        "cli.main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cache = tmp_path / ".results.partial" / ".cache"
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and len(list(cache.glob("greens-*.npy"))) < 2:
        time.sleep(0.1)
    time.sleep(0.5)
    process.kill()
    process.wait()
    assert not out.exists()
    assert len(list(cache.glob("greens-*.npy"))) == 2
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "geoslip.cases",
            "run",
            study_folder / "case.yml",
            "--out",
            out,
            "--resume",
            "--no-report",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (out / "summary.json").exists()
    assert not cache.exists()
