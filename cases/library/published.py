"""What was published of an earthquake, and how near a run comes: the rows of a study's ``published.yml``.

Each row names a figure of summary.json by its path, the window it must fall in and where that window comes from::

    - {quantity: moment magnitude, of: mw, published: "7.06 to 7.10", source: "Yang et al. 2021", window: [7.00, 7.12]}
    - {quantity: east, of: datasets.GNSS.by_direction.east, window: [0.97, 1]}
    - {quantity: misfit ratio, case: reversed, of: diagnostics.chi2, over: free, window: [1.3, .inf]}

Lists in a path are entered by the ``name`` of their items; ``over`` divides by the same figure of another case. The
ends of a window may be paths too, such as those of a stated interval; ``of`` may then be a published number, which the
interval is to hold. Paths that begin with ``provenance`` lead into provenance.json. A row with ``seeds: 10`` speaks of
a synthetic case run with ten seeds of its noise: in nine of ten of them (``share``) the figure must lie in its window.

``case`` may name a script of the study too, ``volume.py``, which writes a ``summary.json`` of its own, or a list of
them, one a seed; or figures,
``twins.json``, that a command too long for ``make studies`` last kept beside the page (`keep_figures`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    of : str or float
        Path into summary.json, steps divided by dots; a list is entered by the name of an item. Or a published number.
    window : (float or str, float or str)
        Least and largest accepted value, or the paths where the summary states them.
    case : str
        Case file of the study, without suffix; or a script, or kept figures, with it.
    over : str, optional
        Another case of the study, whose figure divides this one.
    published : str
        The published value as its source states it; empty where the window rests on another fit.
    source : str
        Where the published value or the window comes from.
    unit : str
        "%" multiplies by 100 for print; anything else is printed behind the number.
    seeds : int
        Number of noise seeds to run a synthetic case with.
    share : float
        Least share of the seeds whose figure must lie in the window.
    """

    quantity: str
    of: str | float
    window: tuple[float | str, float | str]
    case: str = "case"
    over: str | None = None
    published: str = ""
    source: str = ""
    unit: str = ""
    seeds: int = 1
    share: float = 0.9


@dataclass(frozen=True)
class Score:
    """A row with what was found.

    Parameters
    ----------
    row : PublishedRow
    values : tuple of float
        The figure, one a seed.
    windows : tuple of (float, float)
        What each must lie in.
    kept : str
        Command that made the figures and its day, where they were kept from an earlier run of it.
    """

    row: PublishedRow
    values: tuple[float, ...]
    windows: tuple[tuple[float, float], ...]
    kept: str = ""

    @property
    def inside(self) -> int:
        """Number of figures that lie in their windows."""
        return sum(low <= value <= high for value, (low, high) in zip(self.values, self.windows))

    @property
    def passed(self) -> bool:
        """Whether enough figures lie in their windows."""
        return self.inside >= self.row.share * len(self.values)


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
            low, high = (end if isinstance(end, str) else float(end) for end in row["window"])
            found.append(PublishedRow(**{**row, "window": (low, high)}))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path}: row {number + 1} is no published figure ({error}): it needs quantity, of and window"
            ) from error
    return tuple(found)


def keep_figures(path: Path, figures: Mapping[str, Any], *, by: str) -> None:
    """Keep figures beside a study's page, with the command that made them and the day.

    Parameters
    ----------
    path : Path
        JSON file, which rows name as their ``case``.
    figures : mapping
        As a summary.json has them.
    by : str
        Command, such as ``make samplers``.
    """
    kept = {"kept": {"by": by, "on": date.today().isoformat()}, **figures}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


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


def score(rows: Sequence[PublishedRow], summaries: Mapping[str, Sequence[Summary]]) -> tuple[Score, ...]:
    """Look every row up in the summaries of a study's cases.

    Parameters
    ----------
    rows : sequence of PublishedRow
    summaries : mapping
        Case file's name without suffix to the contents of its summary.json, one a seed.
    """
    scores = []
    for row in rows:
        runs = summaries[row.case][: row.seeds]
        others: Sequence[Summary | None] = [None] * len(runs) if row.over is None else summaries[row.over][: row.seeds]
        windows = tuple((_end(run, row.window[0]), _end(run, row.window[1])) for run in runs)
        values = tuple(_value(row, run, over) for run, over in zip(runs, others))
        kept = runs[0].get("kept")
        scores.append(Score(row, values, windows, f"`{kept['by']}` on {kept['on']}" if kept else ""))
    return tuple(scores)


def _value(row: PublishedRow, summary: Summary, over: Summary | None) -> float:
    if not isinstance(row.of, str):
        return float(row.of)
    value = figure(summary, row.of)
    if over is not None:
        value /= figure(over, row.of)
    if row.unit == "degrees" and _end(summary, row.window[1]) > 180.0 and value < 0.0:
        value += 360.0  # a window across 180 counts upward
    return value


def _end(summary: Summary, end: float | str) -> float:
    return figure(summary, end) if isinstance(end, str) else end


def markdown(scores: Sequence[Score]) -> str:
    """Give the scores as a Markdown table."""
    lines = ["| quantity | published | source | window | found | |", "|---|---|---|---|---|---|"]
    common = {item.row.case for item in scores}
    for item in scores:
        row, origin = item.row, _origin(item)
        told = item.kept or (row.case != "case" and len(common) > 1)
        name = f"{row.quantity} ({origin})" if told else row.quantity
        verdict = "within" if item.passed else "**missed**"
        cells = (name, row.published, row.source, _window(item), _found(item), verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _origin(item: Score) -> str:
    if item.kept:
        return f"kept from {item.kept}"
    return f"`{item.row.case}`" if Path(item.row.case).suffix else f"`{item.row.case}.yml`"


def _number(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.1f} %"
    return f"{value:.4g}" + (f" {unit}" if unit else "")


def _found(item: Score) -> str:
    row, count = item.row, len(item.values)
    if count == 1:
        return _number(item.values[0], row.unit)
    least, largest = _number(min(item.values), "%" if row.unit == "%" else ""), _number(max(item.values), row.unit)
    return f"{least} to {largest}; {item.inside} of {count} seeds within"


def _window(item: Score) -> str:
    row = item.row
    low, high = item.windows[0]
    if isinstance(row.window[0], str):
        stated = f"{_number(low, row.unit)} to {_number(high, row.unit)}"
        return f"stated: {stated}" if len(item.values) == 1 else "its stated interval"
    if math.isinf(high) or (row.unit == "%" and high >= 1.0):
        return f"at least {_number(low, row.unit)}"
    if math.isinf(low):
        return f"at most {_number(high, row.unit)}"
    return f"{_number(low, '') if row.unit != '%' else _number(low, '%')} to {_number(high, row.unit)}"
