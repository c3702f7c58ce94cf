"""The scoreboard: every shipped study that is held to published figures, each figure, and whether it was met."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geoslip.cases.library.find import HERE
from geoslip.cases.library.published import PublishedRow, Score, markdown
from geoslip.cases.output.folder import whole_file

KEPT = "scores.json"


@dataclass(frozen=True)
class Outcome:
    """What a study scored when it was last run.

    Parameters
    ----------
    name : str
        Shipped study.
    title : str
        Its event.
    seconds : float
        Time that its cases took with their reports, s.
    scores : sequence of Score
    code : str
        Digest of the code that ran it.
    """

    name: str
    title: str
    seconds: float
    scores: Sequence[Score]
    code: str = ""

    @property
    def passed(self) -> int:
        """Number of figures that lie in their windows."""
        return sum(score.passed for score in self.scores)


def code_digest() -> str:
    """Return a digest of all code and all case files of the five rooms; data files are not in it."""
    digest = hashlib.sha256()
    for room in ("okada", "faults", "downsample", "inversion", "cases"):
        for path in sorted((HERE.parent / room).rglob("*")):
            if path.suffix in (".py", ".yml", ".json") and path.name != "seconds.json":
                digest.update(str(path.relative_to(HERE.parent)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def keep_outcome(folder: Path, outcome: Outcome) -> None:
    """Write what a study scored into its folder of runs, whole or not at all."""
    scores = [asdict(score) for score in outcome.scores]
    kept = {
        "name": outcome.name,
        "title": outcome.title,
        "seconds": outcome.seconds,
        "scores": scores,
        "code": outcome.code,
    }
    place = folder / outcome.name
    place.mkdir(parents=True, exist_ok=True)
    with whole_file(place / KEPT) as partial:
        partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def kept_outcomes(folder: Path) -> list[Outcome]:
    """Read what every study scored that was run into a folder, in order of their names."""
    outcomes = []
    for path in sorted(folder.glob(f"*/{KEPT}")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        scores = [_score(one) for one in kept["scores"]]
        outcomes.append(Outcome(kept["name"], kept["title"], kept["seconds"], scores, kept.get("code", "")))
    return outcomes


def _score(kept: dict[str, Any]) -> Score:
    row = PublishedRow(**{**kept["row"], "window": tuple(kept["row"]["window"])})
    windows = tuple((low, high) for low, high in kept["windows"])
    return Score(row, tuple(kept["values"]), windows, kept.get("kept", ""))


def scoreboard(outcomes: Sequence[Outcome]) -> str:
    """Give the page: first a line a study, then every figure of each."""
    figures, passed = sum(len(outcome.scores) for outcome in outcomes), sum(outcome.passed for outcome in outcomes)
    lines = [
        "# Scoreboard",
        "",
        "Made by `make studies`. Each study is held to published figures, or, where its data are made from published"
        " source parameters, to those; a window says how far ours may lie from them. Of"
        f" {figures} figures {passed} lie in their windows; a study's own page explains each that does not."
        " Figures said to be kept are those of a command that takes too long for `make studies`, of the day told.",
        "",
        "| study | event | figures | within | seconds |",
        "|---|---|---|---|---|",
    ]
    for outcome in outcomes:
        cells = (
            f"[{outcome.name}](studies/{outcome.name}.md)",
            outcome.title,
            str(len(outcome.scores)),
            str(outcome.passed),
            "kept" if all(score.kept for score in outcome.scores) else f"{outcome.seconds:.0f}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    for outcome in outcomes:
        lines += ["", f"## {outcome.title}", "", markdown(outcome.scores)]
    return "\n".join(lines) + "\n"
