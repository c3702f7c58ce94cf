"""What was published of an earthquake, and how near a run comes: the rows of a study's ``published.yml``.

Each row names a figure of summary.json by its path, the window it must fall in and where that window comes from::

    - {quantity: moment magnitude, of: mw, published: "7.06 to 7.10", source: "Yang et al. 2021", window: [7.00, 7.12]}
    - {quantity: east, of: datasets.GNSS.by_direction.east, window: [0.97, 1]}
    - {quantity: misfit ratio, case: reversed, of: diagnostics.chi2, over: free, window: [1.3, .inf]}

Lists in a path are entered by the ``name`` of their items; ``over`` divides by the same figure of another case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Summary = Mapping[str, Any]


@dataclass(frozen=True)
class PublishedRow:
    """One figure that a study is held to.

    Parameters
    ----------
    quantity : str
        What it is, in words.
    of : str
        Path into summary.json, steps divided by dots; a list is entered by the name of an item.
    window : (float, float)
        Least and largest accepted value.
    case : str
        Case file of the study, without suffix.
    over : str, optional
        Another case of the study, whose figure divides this one.
    published : str
        The published value as its source states it; empty where the window rests on another fit.
    source : str
        Where the published value or the window comes from.
    unit : str
        "%" multiplies by 100 for print; anything else is printed behind the number.
    """

    quantity: str
    of: str
    window: tuple[float, float]
    case: str = "case"
    over: str | None = None
    published: str = ""
    source: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Score:
    """A row with the figure that was found."""

    row: PublishedRow
    value: float

    @property
    def passed(self) -> bool:
        """Whether the figure lies in its window."""
        return self.row.window[0] <= self.value <= self.row.window[1]


def read_published(path: str | Path) -> tuple[PublishedRow, ...]:
    """Read the rows of a ``published.yml``.

    Raises
    ------
    ValueError
        A row with a key that is not one of `PublishedRow`, or without one that it needs.
    """
    rows = YAML(typ="safe").load(Path(path).read_text(encoding="utf-8"))
    found = []
    for number, row in enumerate(rows):
        try:
            low, high = row["window"]
            found.append(PublishedRow(**{**row, "window": (float(low), float(high))}))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path}: row {number + 1} is no published figure ({error}): it needs quantity, of and window"
            ) from error
    return tuple(found)


def figure(summary: Summary, path: str) -> float:
    """Figure of a summary by its path, such as ``datasets.T64.variance_reduction``.

    Raises
    ------
    KeyError
        The path leads nowhere; the message says at which step and what there was.
    """
    node: Any = summary
    for step in path.split("."):
        items = {item.get("name"): item for item in node} if isinstance(node, Sequence) else node
        if not isinstance(items, Mapping) or step not in items:
            there = ", ".join(map(str, items)) if isinstance(items, Mapping) else repr(items)
            raise KeyError(f"{path}: there is no {step!r}; there is: {there}")
        node = items[step]
    return math.nan if node is None else float(node)


def score(rows: Sequence[PublishedRow], summaries: Mapping[str, Summary]) -> tuple[Score, ...]:
    """Look every row up in the summaries of a study's cases.

    Parameters
    ----------
    rows : sequence of PublishedRow
    summaries : mapping
        Case file's name without suffix to the content of its summary.json.
    """
    scores = []
    for row in rows:
        value = figure(summaries[row.case], row.of)
        if row.over is not None:
            value /= figure(summaries[row.over], row.of)
        if row.unit == "degrees" and row.window[1] > 180.0 and value < 0.0:
            value += 360.0  # a window across 180 counts upward
        scores.append(Score(row, value))
    return tuple(scores)


def markdown(scores: Sequence[Score]) -> str:
    """Give the scores as a Markdown table."""
    lines = ["| quantity | published | source | window | found | |", "|---|---|---|---|---|---|"]
    for item in scores:
        row = item.row
        name = row.quantity if row.case == "case" else f"{row.quantity} (`{row.case}.yml`)"
        verdict = "within" if item.passed else "**missed**"
        cells = (name, row.published, row.source, _window(row), _number(item.value, row.unit), verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.1f} %"
    return f"{value:.4g}" + (f" {unit}" if unit else "")


def _window(row: PublishedRow) -> str:
    low, high = row.window
    if math.isinf(high) or (row.unit == "%" and high >= 1.0):
        return f"at least {_number(low, row.unit)}"
    return f"{_number(low, '') if row.unit != '%' else _number(low, '%')} to {_number(high, row.unit)}"
