"""Runs of the same data are compared; the right plane wins, other data are refused."""

import copy
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output.compare import compare_command, comparison
from geoslip.cases.output.results import summary, write_json
from geoslip.cases.pipeline.study import run_case


@pytest.fixture
def pair(study_folder: Path, tmp_path: Path) -> dict[str, dict]:
    """Summaries of the true plane and of one that dips the other way."""
    path = study_folder / "case.yml"
    text = path.read_text().replace("count: 8}", "count: 8, compare: [cv]}")
    found = {}
    for name, strike in (("right", "strike: 30"), ("wrong", "strike: 100")):
        path.write_text(text.replace("strike: 30", strike))
        run = run_case(read_case(path))
        folder = tmp_path / name
        folder.mkdir()
        write_json(folder / "summary.json", summary(run))
        found[name] = summary(run)
    return found


def test_the_true_plane_wins_by_every_criterion(pair: dict[str, dict], tmp_path: Path, capsys) -> None:
    rows = {row[0]: row[1:] for row in comparison(pair)}
    for place in (3, 4, 5):
        assert float(rows["right"][place]) == 0.0
        assert float(rows["wrong"][place]) > 10.0
    assert float(rows["right"][6]) < float(rows["wrong"][6])
    info, chi2 = pair["right"]["information"], pair["right"]["diagnostics"]["chi2"]
    assert info["bic"] - info["aic"] == pytest.approx(info["k"] * (np.log(info["n"]) - 2.0))
    assert info["n"] - info["k"] == pytest.approx(pair["right"]["diagnostics"]["dof"])
    # 3 mm on the track, 2 mm on the stations' components
    noise = 2.0 * (pair["right"]["datasets"][0]["n"] * np.log(3e-3) + pair["right"]["datasets"][1]["n"] * np.log(2e-3))
    assert info["aic"] == pytest.approx(chi2 + noise + 2.0 * info["k"])
    compare_command([tmp_path / "right", tmp_path / "wrong"])
    assert "| ABIC |" in capsys.readouterr().out


def test_what_cannot_be_compared_is_refused(pair: dict[str, dict], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two runs or more"):
        comparison({"right": pair["right"]})
    other = copy.deepcopy(pair["wrong"])
    other["datasets"][0]["n"] -= 1
    with pytest.raises(ValueError, match="fits other data than right"):
        comparison({"right": pair["right"], "wrong": other})
    del other["information"]
    with pytest.raises(ValueError, match="run the case again"):
        comparison({"right": pair["right"], "wrong": other})
    with pytest.raises(CaseError, match="nowhere -- is no folder: give result folders"):
        compare_command([tmp_path / "nowhere", tmp_path / "right"])
    with pytest.raises(CaseError, match=r"holds no summary\.json"):
        compare_command([tmp_path, tmp_path / "right"])
    with pytest.raises(CaseError, match="two runs or more"):
        compare_command([tmp_path / "right"])
