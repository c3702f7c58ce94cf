"""The scoreboard: what was kept of every study's last run, and the page made from it."""

from pathlib import Path

from geoslip.cases.library.published import PublishedRow, Score
from geoslip.cases.library.scoreboard import Outcome, keep_outcome, kept_outcomes, scoreboard

MET = Score(PublishedRow("magnitude", "mw", (6.9, 7.1), published="7.0", source="A et al."), (7.05,), ((6.9, 7.1),))
MISSED = Score(PublishedRow("fit", "vr", (0.9, 1.0), unit="%"), (0.8,), ((0.9, 1.0),))


def test_what_is_kept_comes_back_in_order_of_names(tmp_path: Path) -> None:
    outcomes = [Outcome("b2001", "B", 3.0, [MET, MISSED]), Outcome("a2000", "A", 2.0, [MET])]
    for outcome in outcomes:
        keep_outcome(tmp_path, outcome)
    assert kept_outcomes(tmp_path) == outcomes[::-1]


def test_the_page_counts_what_lies_within_and_marks_what_does_not() -> None:
    page = scoreboard([Outcome("b2001", "2001 B, Mw 7", 3.2, [MET, MISSED])])
    assert "Of 2 figures 1 lie in their windows" in page
    assert "| [b2001](studies/b2001.md) | 2001 B, Mw 7 | 2 | 1 | 3 |" in page
    assert page.count("**missed**") == 1
    assert "7.05" in page and "80.0 %" in page
