"""The prediction error in a case file: a fault put wrong by what was said fits within the errors, and all is told."""

import json
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import write_run
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.tables import assumption_table


def changed(folder: Path, asked: str, *, dip: int = 60, extra: str = "") -> Path:
    path = folder / "case.yml"
    text = path.read_text().replace("    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n", 1)
    text = text.replace("dip: 60", f"dip: {dip}").replace("choose: abic, count: 8", "choose: 3e2")
    asked = f"prediction_error: {asked}\n" if asked else ""
    (folder / f"changed{dip}.yml").write_text(f"{text}{asked}{extra}")
    return folder / f"changed{dip}.yml"


def misfit(run: StudyRun) -> float:
    return run.estimate.chi2 / sum(len(entry) for entry in run.observations)


def test_a_fault_put_wrong_by_what_was_said_fits_within_the_errors(study_folder: Path, tmp_path: Path) -> None:
    right = run_case(read_case(changed(study_folder, "")))
    wrong = run_case(read_case(changed(study_folder, "", dip=45)))
    asked = "{dip: 15, east: 500 m, poisson: 0.03, rigidity: 0.15}"
    run = run_case(read_case(changed(study_folder, asked, dip=45)))
    assert misfit(right) < 1.2 and misfit(wrong) > 1.4 and misfit(run) < 1.2
    assert np.nanmean(run.estimate.standard_deviations) > np.nanmean(wrong.estimate.standard_deviations)
    for data, plain in zip(run.observations, wrong.observations):
        more = np.linalg.eigvalsh(data.covariance - plain.covariance)
        assert more[-3] > 1e-3 * more[-1] and abs(more[:-3]).max() < 1e-9 * more[-1], "not three numbers' worth"

    write_run(run, tmp_path / "out")
    found = json.loads((tmp_path / "out" / "summary.json").read_text())["prediction_error"]
    assert found["std"]["dip_deg"] == 15.0 and found["std"]["east_km"] == 0.5 and found["std"]["north_km"] == 0.0
    # d Mw = 2/3 d log10 M0
    assert found["mw_std_of_rigidity"] == pytest.approx(2.0 / 3.0 * np.log10(1.15), rel=0.1)
    track = found["datasets"][0]
    assert track["name"] == "track" and track["noise_std_m"] == pytest.approx(3e-3)
    missed = np.diagonal(run.observations[0].covariance) - 9e-6
    assert track["prediction_std_m"] == pytest.approx(np.sqrt(missed.mean()))
    rows = {entry.name: (entry.value, entry.origin) for entry in run.assumptions}
    assert rows["dip uncertain by"] == ("15°", "case")
    assert rows["track: prediction error"][0].endswith("rms, beside 3 mm of noise")
    assert "rigidity uncertain by" in assumption_table(run) and "15 %, 0.04 of the magnitude" in assumption_table(run)
    assert wrong.prediction is None


def test_rigidity_alone_changes_nothing_but_the_moment_told(study_folder: Path) -> None:
    plain = run_case(read_case(changed(study_folder, "")))
    run = run_case(read_case(changed(study_folder, "{rigidity: 0.1}")))
    np.testing.assert_array_equal(run.estimate.slip, plain.estimate.slip)
    assert run.prediction.magnitude_std == pytest.approx(0.029, abs=0.001)


def test_triangles_are_refused_unless_rigidity_stands_alone(study_folder: Path) -> None:
    for asked in ("{dip: 5}", "{poisson: 0.02}", "{rigidity: 0.1}"):
        path = changed(study_folder, asked)
        path.write_text(path.read_text().replace("patches: {length: 4 km}", "mesh: {edge: 5 km}"))
        if asked == "{rigidity: 0.1}":
            assert run_case(read_case(path)).prediction.missed == {}
            continue
        with pytest.raises(CaseError, match=r"uncertain triangles .* rigidity alone, or rectangles"):
            run_case(read_case(path))


GEOMETRY = """posterior: {geometry: {planes: [{east: 0 km, north: 0 km, depth: 5 km, strike: 30,
  dip: {uniform: [30, 80]}, length: 16 km, width: 9 km}]}}
"""


@pytest.mark.parametrize(
    ("asked", "extra", "words"),
    [
        ("{}", "", "at least one standard deviation above 0"),
        ("{dip: 0}", "", "at least one standard deviation above 0"),
        ("{dip: -2}", "", r"prediction_error\.dip"),
        ("{dip: 200}", "", r"prediction_error\.dip"),
        ("{east: 3}", "", "must carry its unit"),
        ("{poisson: 0.4}", "", r"prediction_error\.poisson"),
        ("{rigidity: 30}", "", r"prediction_error\.rigidity"),
        ("{rake: 5}", "", r"prediction_error\.rake"),
        ("{dip: 5}", GEOMETRY, r"posterior\.geometry samples what dip here would count a second time"),
    ],
)
def test_what_makes_no_sense_is_refused(study_folder: Path, asked: str, extra: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        run_case(read_case(changed(study_folder, asked, extra=extra)))
