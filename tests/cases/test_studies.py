"""The real studies, each held to its published figures; the tables of their pages come from the same rows."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.assemble.fault import build_fault
from geoslip.cases.casefile.read import read_case
from geoslip.cases.library import studies
from geoslip.cases.library.find import find_case
from geoslip.cases.library.published import (
    PublishedRow,
    Score,
    figure,
    keep_figures,
    markdown,
    read_published,
    score,
)
from geoslip.cases.library.scoreboard import code_digest, kept_outcomes
from geoslip.cases.library.side_by_side import run_apart
from geoslip.cases.library.studies import needed_cases, published_studies, run_study, write_scores
from geoslip.cases.output.stress import stress_summary
from geoslip.cases.pipeline.stress import run_stress
from geoslip.faults import LocalFrame, SlipModel

SUMMARY = {"mw": 7.0, "datasets": [{"name": "T64", "variance_reduction": 0.97}], "empty": None}


def test_figures_are_found_by_path_and_by_name() -> None:
    assert figure(SUMMARY, "mw") == 7.0
    assert figure(SUMMARY, "datasets.T64.variance_reduction") == 0.97
    assert math.isnan(figure(SUMMARY, "empty"))


def test_a_path_that_leads_nowhere_says_what_there_was() -> None:
    with pytest.raises(KeyError, match="no 'T65'; there is: T64"):
        figure(SUMMARY, "datasets.T65.variance_reduction")


def test_a_row_divides_by_another_case_and_fails_outside_its_window() -> None:
    row = PublishedRow("ratio", "mw", (1.3, math.inf), case="b", over="a")
    found = score([row], {"a": [SUMMARY], "b": [{"mw": 8.4}]})[0]
    assert found.values == pytest.approx((1.2,))
    assert not found.passed
    assert "**missed**" in markdown([found])
    assert "at least 1.3" in markdown([found])


def test_an_angle_is_counted_upward_where_its_window_crosses_180() -> None:
    row = PublishedRow("rake", "rake", (135.0, 225.0), unit="degrees")
    assert [score([row], {"case": [{"rake": rake}]})[0].passed for rake in (170.0, -170.0, 10.0, -90.0)] == [1, 1, 0, 0]


def test_a_figure_that_is_not_a_number_is_a_miss() -> None:
    assert not Score(PublishedRow("x", "empty", (0.0, 1.0)), (math.nan,), ((0.0, 1.0),)).passed


def test_a_published_number_is_held_to_the_interval_that_a_run_states() -> None:
    row = PublishedRow("published dip", 47.0, ("dip.low", "dip.high"), unit="degrees")
    summary = {"dip": {"low": 46.0, "high": 59.0}, "provenance": {"minutes": 2.5}}
    found = score([row], {"case": [summary]})[0]
    assert found.passed and "| stated: 46 degrees to 59 degrees | 47 degrees | within |" in markdown([found])
    assert not score([row], {"case": [{"dip": {"low": 48.0, "high": 59.0}}]})[0].passed
    assert score([PublishedRow("time", "provenance.minutes", (-math.inf, 10.0))], {"case": [summary]})[0].passed


def test_a_row_over_seeds_counts_those_within_their_own_stated_interval() -> None:
    row = PublishedRow("truth in the interval", "truth.mw", ("mw.low", "mw.high"), seeds=10)
    runs = [{"truth": {"mw": 6.6}, "mw": {"low": 6.5, "high": 6.7}} for _ in range(10)]
    runs[3]["mw"] = {"low": 6.62, "high": 6.7}
    found = score([row], {"case": runs})[0]
    assert (found.inside, found.passed) == (9, True)
    assert "6.6 to 6.6; 9 of 10 seeds within" in markdown([found])
    runs[4]["mw"] = {"low": 6.62, "high": 6.7}
    assert not score([row], {"case": runs})[0].passed


def test_a_row_of_one_seed_takes_the_first_of_many() -> None:
    row = PublishedRow("magnitude", "mw", (6.9, 7.1))
    assert score([row], {"case": [SUMMARY, {"mw": 8.0}]})[0].values == (7.0,)


def test_an_incomplete_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "published.yml"
    path.write_text("- {quantity: magnitude, of: mw}\n")
    with pytest.raises(ValueError, match="row 1 is no published figure"):
        read_published(path)


def test_the_table_replaces_only_what_stands_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- scores -->\nold\n<!-- /scores -->\nafter\n")
    write_scores(page, [Score(PublishedRow("magnitude", "mw", (6.9, 7.1)), (7.0,), ((6.9, 7.1),))])
    text = page.read_text()
    assert "old" not in text
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "| magnitude |" in text


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match="has no block"):
        write_scores(page, [])
    assert page.read_text() == "nothing\n"


def test_five_real_studies_are_held_to_published_figures() -> None:
    assert {"ridgecrest2019", "landers1992", "laquila2009", "thessaly2021", "hovsgol2021"} <= set(published_studies())


LONG = {"gorkha2015", "embedded", "peru2019", "menyuan2022", "haiti2021"}
"""Studies whose full runs take minutes: `make studies` holds them to their figures, tests a quicker form of them."""
SCRIPTED = {"kaikoura2016", "three_components", "small2017", "catalogue2022", "samplers"}
"""Studies without a case file: their scripts have tests of their own."""
LEFT_OUT = {"geometry", "joint", "stress", "stress_true", "one_profile.py"}
"""Cases that sample geometry for minutes, or invert a study once more: likewise."""


@pytest.mark.parametrize("name", sorted(set(published_studies()) - LONG - SCRIPTED))
def test_study_meets_its_published_figures(
    name: str, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one seed of a twin's noise; whether the truth lies in nine of ten stated intervals is for `make studies`
    rows = [
        replace(row, seeds=1)
        for row in published_studies()[name]
        if row.seeds == 1 or not isinstance(row.window[0], str)
    ]
    assert needed_cases(rows)
    monkeypatch.setattr(studies, "published_studies", lambda: {name: tuple(rows)})
    scores = run_study(name, out=tmp_path, data=data_folder, leave_out=LEFT_OUT)
    missed = [f"{item.row.quantity}: {item.values} outside {item.windows}" for item in scores if not item.passed]
    assert not missed, "\n".join(missed)


def test_landers_stress_meets_its_published_figures(data_folder: Path) -> None:
    # its source is a published model, so that any estimate will do
    case = read_case(find_case("landers1992/stress"))
    frame = LocalFrame(*case.origin)
    fault = build_fault(case, frame)
    estimate = SlipModel(fault, np.zeros((fault.n_patches, 3)), frame=frame)
    summary = {"stress": stress_summary(run_stress(case, estimate, roots=[data_folder]))}
    rows = [row for row in published_studies()["landers1992"] if row.case == "stress"]
    assert len(rows) == 3
    assert all(item.passed for item in score(rows, {"stress": [summary]}))


def test_a_script_and_kept_figures_are_scored_as_cases_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "library" / "scripted2099"
    place.mkdir(parents=True)
    (place / "make.py").write_text(
        "import json, pathlib, sys\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1])\n"
        "(out / 'summary.json').write_text(json.dumps([{'mw': 6.0}, {'mw': 6.5}]))\n"
        "(out / 'lengths.md').write_text('a table')\n"
    )
    keep_figures(place / "long.json", {"depth": {"rms": 1.05}}, by="make long")
    (place / "published.yml").write_text(
        "- {quantity: magnitude, case: make.py, of: mw, seeds: 2, share: 0.5, window: [5.9, 6.1]}\n"
        "- {quantity: depth, case: long.json, of: depth.rms, window: [0.9, 1.1]}\n"
    )
    page = place / "README.md"
    page.write_text("# Made by a script\n<!-- scores -->\n<!-- /scores -->\n<!-- lengths -->\n<!-- /lengths -->\n")
    monkeypatch.setenv("GEOSLIP_CASES", str(place.parent))
    studies.run_and_keep("scripted2099", out=tmp_path / "runs", data=None)
    (outcome,) = kept_outcomes(tmp_path / "runs")
    assert outcome.title == "Made by a script"
    assert [one.inside for one in outcome.scores] == [1, 1] and outcome.passed == 2
    (place.parent / "library").mkdir()
    studies.publish(outcome, out=tmp_path / "runs", pages=place.parent, board=tmp_path / "board.md")
    assert "6 to 6.5; 1 of 2 seeds within" in page.read_text() and "\na table\n" in page.read_text()
    assert f"depth (kept from `make long` on {date.today().isoformat()})" in (tmp_path / "board.md").read_text()


def test_studies_run_side_by_side_and_one_that_stops_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"good2099": "{}", "bad2099": "not json"}.items():
        place = tmp_path / "library" / name
        place.mkdir(parents=True)
        (place / "kept.json").write_text(text)
        (place / "README.md").write_text(f"# {name}\n")
        (place / "published.yml").write_text("- {quantity: x, case: kept.json, of: 1, window: [0, 2]}\n")
    monkeypatch.setenv("GEOSLIP_CASES", str(tmp_path / "library"))
    ended = dict(run_apart(["bad2099", "good2099"], out=tmp_path / "runs", data=None, jobs=2))
    assert ended == {"good2099": True, "bad2099": False}
    (outcome,) = kept_outcomes(tmp_path / "runs")
    assert (outcome.name, outcome.code) == ("good2099", code_digest())
    assert "JSONDecodeError" in (tmp_path / "runs" / "bad2099" / "log.txt").read_text()


def test_a_synthetic_study_is_run_with_other_noise_for_every_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [replace(row, seeds=2) for row in published_studies()["peru2019"] if row.of == "mw"]
    monkeypatch.setattr(studies, "published_studies", lambda: {"peru2019": tuple(rows)})
    (found,) = run_study("peru2019", out=tmp_path)
    assert len(set(found.values)) == 2
    assert found.inside == 2
