"""A batch: one folder an event, failures isolated and listed, resumed, compared, and run on Dask."""

import csv
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geoslip.cases.batch.events import Outcome, Task, alone, read_events, run_event, run_on_dask
from geoslip.cases.batch.seismic import double_couple
from geoslip.cases.batch.table import compare, moment_profile, write_batch
from geoslip.cases.cli import app
from geoslip.cases.errors import CaseError
from geoslip.faults.formats.mechanisms import EventMechanism

HEAD = "name,case,lon,lat,depth_km,mw,strike,dip,rake\n"


@pytest.fixture
def catalogue(study_folder: Path) -> Path:
    """Three events: one that runs, one whose data are missing, one whose case is wrong."""
    text = (study_folder / "case.yml").read_text().replace("choose: abic, count: 8", "choose: 2e3")
    (study_folder / "good.yml").write_text(text)
    (study_folder / "lost.yml").write_text(text.replace("track.txt", "lost.txt"))
    (study_folder / "wrong.yml").write_text(text.replace("dip: 60", "dip: 160"))
    events = study_folder / "events.csv"
    events.write_text(HEAD + "good,good.yml,30.0,40.1,12,6.5,30,60,0\nlost,lost.yml,,,,,,,\nwrong,wrong.yml,,,,,,,\n")
    return events


def run(*options: object):
    return CliRunner().invoke(app, ["batch", *map(str, options), "--no-report"])


def test_failures_stay_with_their_events(catalogue: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = run(catalogue, "--out", out)
    assert told.exit_code == 2 and "1 of 3 events done" in told.stdout
    assert "warning: failed: lost, wrong" in told.stderr
    held = json.loads((out / "batch.json").read_text())
    assert "lost.txt" in held["failures"]["lost"] and "dip" in held["failures"]["wrong"]
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["good"]
    with (out / "events.csv").open(newline="") as stream:
        rows = {row["name"]: row for row in csv.DictReader(stream)}
    good, summary = rows["good"], json.loads((out / "good" / "summary.json").read_text())
    assert (good["status"], rows["lost"]["status"], rows["wrong"]["mw"]) == ("done", "failed", "")
    np.testing.assert_allclose(float(good["mw_difference"]), summary["mw"] - 6.5, rtol=1e-6)
    np.testing.assert_allclose(float(good["depth_shift_km"]), summary["centroid"]["depth_km"] - 12.0, rtol=1e-6)
    # 0.1 degrees of latitude from the fault's middle to the catalogue's centroid, less the fault's lean to the east
    assert 8.0 < float(good["centroid_shift_km"]) < 16.0 and 90.0 < float(good["shift_azimuth_deg"]) < 200.0
    assert float(good["kagan_deg"]) < 15.0
    with (out / "moment_by_depth.csv").open(newline="") as stream:
        profile = [float(row["total_nm"]) for row in csv.DictReader(stream)]
    np.testing.assert_allclose(sum(profile), summary["moment_nm"], rtol=1e-6)
    np.testing.assert_allclose(profile, moment_profile(out / "good" / "slip.csv"), rtol=1e-6)
    assert profile[0] == 0.0, "the fault begins at 1 km"


def test_a_resumed_batch_keeps_what_is_done(catalogue: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(catalogue, "--out", out)
    before = (out / "good" / "provenance.json").stat().st_mtime_ns
    mended = (catalogue.parent / "wrong.yml").read_text().replace("dip: 160", "dip: 60")
    (catalogue.parent / "wrong.yml").write_text(mended)
    told = run(catalogue, "--out", out, "--resume")
    assert "2 of 3 events done" in told.stdout and "good" in told.stdout and "kept" in told.stdout
    assert (out / "good" / "provenance.json").stat().st_mtime_ns == before
    assert (out / "wrong" / "summary.json").is_file()


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("", "no events"),
        ("a,\n", "needs a name and a case"),
        ("a,good.yml\na,good.yml\n", "there twice"),
        ("../a,good.yml\n", "becomes a folder"),
        ("a,good.yml,1,2,3,,,,\n", "numbers in all of lon, lat"),
    ],
)
def test_a_wrong_table_is_refused_before_anything_runs(catalogue: Path, rows: str, complaint: str) -> None:
    catalogue.write_text(HEAD + rows)
    with pytest.raises(CaseError, match=complaint):
        read_events(catalogue)


def test_an_event_is_looked_up_in_the_catalogue(catalogue: Path) -> None:
    seismic = catalogue.with_name("seismic.csv")
    seismic.write_text("id,lon,lat,depth_km,mw,strike,dip,rake\nA1,30,40,8,6.4,30,60,0\n")
    catalogue.write_text("name,case,event\ngood,good.yml,A1\n")
    assert read_events(catalogue, catalogue=seismic)[1]["good"].mw == pytest.approx(6.4)
    catalogue.write_text("name,case,event\ngood,good.yml,A2\n")
    with pytest.raises(CaseError, match=r"events\.csv:2 -- event 'A2' is not in the catalogue"):
        read_events(catalogue, catalogue=seismic)


@pytest.mark.filterwarnings("ignore")
def test_dask_runs_the_same(catalogue: Path, tmp_path: Path, cluster) -> None:
    cases, _ = read_events(catalogue)
    tasks = [Task(name, case, tmp_path / name, report=False) for name, case in cases.items()]
    found = {outcome.name: outcome for outcome in run_on_dask(tasks, address=cluster.scheduler_address)}
    assert [bool(found[name].error) for name in ("good", "lost", "wrong")] == [False, True, True]
    here = run_event(Task("good", cases["good"], tmp_path / "here", report=False))
    assert isinstance(here, Outcome) and not here.error
    assert (tmp_path / "good" / "slip.csv").read_text() == (tmp_path / "here" / "slip.csv").read_text()


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_dies_in_the_middle_leaves_the_rest_to_be_resumed(
    tmp_path: Path, cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def event(task: Task) -> Outcome:
        time.sleep(0.0 if task.name == "e0" else 3.0)
        return Outcome(task.name, task.folder)

    monkeypatch.setattr("geoslip.cases.batch.events.run_event", event)
    tasks = [Task(f"e{number}", "", tmp_path / f"e{number}") for number in range(3)]
    running = run_on_dask(tasks, address=cluster.scheduler_address)
    first = next(running)
    cluster.scheduler.loop.add_callback(cluster.scheduler.close)
    rest = list(running)
    assert {first.name, *(outcome.name for outcome in rest)} == {"e0", "e1", "e2"}
    assert not first.error
    assert all("scheduler or its workers died" in outcome.error and "--resume" in outcome.error for outcome in rest)


def test_a_scheduler_that_does_not_answer_is_told(catalogue: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(CaseError, match="no Dask scheduler answers"):
        list(run_on_dask([Task("a", "b", tmp_path)], address="tcp://127.0.0.1:9"))


def test_a_batch_that_was_killed_goes_on_from_what_is_done(catalogue: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = catalogue.parent
    catalogue.write_text(HEAD + "a,good.yml,,,,,,,\nlost,lost.yml,,,,,,,\nb,slow.yml,,,,,,,\nc,good.yml,,,,,,,\n")
    # sampling that would take minutes: the batch is killed in the middle of it
    slow = (folder / "good.yml").read_text() + "posterior: {slip: {draws: 100000}}\n"
    (folder / "slow.yml").write_text(slow)
    command = [sys.executable, "-m", "geoslip.cases", "batch", str(catalogue), "--out", str(out), "--no-report"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as batch:
        while not (out / ".b.partial").is_dir():
            assert batch.poll() is None
            time.sleep(0.05)
        batch.kill()
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == [".b.partial", "a"]
    before = (out / "a" / "provenance.json").stat().st_mtime_ns
    (folder / "slow.yml").write_text((folder / "good.yml").read_text())
    told = run(catalogue, "--out", out, "--resume")
    assert "3 of 4 events done" in told.stdout and "warning: failed: lost" in told.stderr
    assert (out / "a" / "provenance.json").stat().st_mtime_ns == before
    assert not (out / ".b.partial").exists()
    texts = {(out / name / "slip.csv").read_text() for name in ("a", "b", "c")}
    assert len(texts) == 1


def test_a_second_worker_waits_for_the_first_at_an_event(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with alone(tmp_path / "event"):
            order.append("second")

    waiting = threading.Thread(target=second)
    with alone(tmp_path / "event"):
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_sampled_source_is_compared_with_its_spread(tmp_path: Path) -> None:
    spread = {"mean": 5.0, "std": 0.5, "q025": 4.0, "q975": 6.0}
    tensor = double_couple(30.0, 60.0, 90.0, mw=6.0)
    summary = {
        "centroid": {"lon": 0.0, "lat": 0.0, "depth_km": 99.0},
        "source": {
            "lon": spread | {"mean": 30.0}, "lat": spread | {"mean": 40.0}, "depth_km": spread,
            "mw": spread | {"mean": 6.0, "std": 0.1}, "moment_tensor_enu_nm": tensor.tolist(),
            "moment_by_depth_nm": {"mean": [1e18, 2e18], "std": [3e17, 4e17]},
        },
        "geometry": {"rake deg": {"mean": 90.0}}, "diagnostics": {"ess_min": 500.0}, "warnings": [],
    }  # fmt: skip
    event = EventMechanism(30.0, 40.0, 9e3, double_couple(40.0, 60.0, 90.0, mw=6.1), "e")
    row = compare(summary, event)
    assert (row["depth_km"], row["depth_std_km"], row["depth_q975_km"]) == (5.0, 0.5, 6.0)
    assert row["depth_shift_km"] == -4.0 and row["centroid_shift_km"] < 1e-6 and 5.0 < row["kagan_deg"] < 10.0
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / "summary.json").write_text(json.dumps(summary))
    write_batch(tmp_path, [Outcome(folder.name, folder) for folder in folders], seismic={"one": event})
    with (tmp_path / "moment_by_depth.csv").open(newline="") as stream:
        profile = [[float(row[key]) for key in ("total_nm", "total_std_nm", "one")] for row in csv.DictReader(stream)]
    np.testing.assert_allclose(profile, [[2e18, np.sqrt(2) * 3e17, 1e18], [4e18, np.sqrt(2) * 4e17, 2e18]])
