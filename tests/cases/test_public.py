"""The room's public names, for scripts."""

import json
from pathlib import Path

import pytest

import geoslip.cases as cases


def test_every_public_name_is_there() -> None:
    for name in cases.__all__:
        assert getattr(cases, name).__name__ == name
    assert set(cases.__all__) <= set(dir(cases))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cases.nothing


def test_a_script_can_do_what_a_run_does(study_folder: Path, tmp_path: Path) -> None:
    run = cases.run_case(cases.read_case(study_folder / "case.yml"))
    cases.write_run(run, tmp_path / "results")
    summary = json.loads((tmp_path / "results" / "summary.json").read_text())
    assert summary["mw"] == pytest.approx(run.model.mw)
