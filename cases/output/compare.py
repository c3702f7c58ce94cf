"""Criteria by which fits of the same data are compared: geometry, number of planes, mesh, operator.

| criterion | value                                                                                           |
|-----------|--------------------------------------------------------------------------------------------------|
| AIC       | chi-square + ln |C| + 2 k, k the numbers that the data determine (resolved slip and nuisance)     |
| BIC       | chi-square + ln |C| + k ln n                                                                      |
| ABIC      | -2 ln of the likelihood with slip integrated out (geoslip.inversion.comparable_abic)              |
| CV error  | chi-square a datum of data held out, at the strength that predicts best; 1 where noise alone misses |

|C| counts because scales of the noise change it. Smaller is better; differences of 10 are decisive by Akaike's and
Jeffreys' rules of thumb where the noise is known, which it hardly ever is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

from geoslip.cases.errors import CaseError, Mistake

if TYPE_CHECKING:
    from geoslip.cases.pipeline.run import StudyRun

HEADS = ("run", "n", "k", "chi2/n", "AIC", "BIC", "ABIC", "CV error", "Mw", "peak (m)")


def information(run: StudyRun) -> dict[str, Any]:
    """What the comparison needs of a run, for summary.json."""
    from geoslip.inversion import SingularProblemError, comparable_abic

    estimate, problem = run.estimate, run.problem
    k = estimate.uncertainty.effective_parameters + problem.n_nuisance
    noise = sum(
        block.whitener.log_determinant - block.n_data * np.log(problem.weight(block)) for block in problem.blocks
    )
    deviance = estimate.chi2 + float(noise)
    try:
        abic = float(comparable_abic(estimate.system, [estimate.strength])[0]) + float(noise)
    except (SingularProblemError, ValueError):
        # no strength, or an operator that smooths nothing: no ABIC
        abic = float("nan")
    scores = {} if run.curve is None else run.curve.cross_validation
    return {
        "n": problem.n_data,
        "k": k,
        "aic": deviance + 2.0 * k,
        "bic": deviance + k * float(np.log(problem.n_data)),
        "abic": abic,
        "cv_error": float(np.nanmin(scores["cv"].score)) if "cv" in scores else float("nan"),
    }


def comparison(summaries: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Rows of the table, in the order given; the smallest of each criterion is 0 and the others what they have more.

    Parameters
    ----------
    summaries : dict of str to dict
        Content of summary.json by the run's name.

    Raises
    ------
    ValueError
        Fewer than two runs, a run of an older version, or runs of other data.
    """
    if len(summaries) < 2:
        raise ValueError("a comparison needs two runs or more: name their result folders")
    for name, one in summaries.items():
        if "information" not in one:
            raise ValueError(f"{name}: its summary.json has no criteria to compare: run the case again")
    data = {name: {part["name"]: part["n"] for part in one["datasets"]} for name, one in summaries.items()}
    first = next(iter(data))
    for name, sets in data.items():
        if sets != data[first]:
            raise ValueError(
                f"{name} fits other data than {first} ({_sizes(sets)} against {_sizes(data[first])}): criteria compare"
                " fits of the same data only; run both cases with one list of data and one sampling"
            )
    least = {
        key: min((_number(one["information"][key]) for one in summaries.values()), default=np.nan)
        for key in ("aic", "bic", "abic")
    }
    return [_row(name, one, least) for name, one in summaries.items()]


def compare_command(folders: Sequence[Path]) -> None:
    """Print the table of the runs in some result folders, as Markdown."""
    summaries = {}
    for folder in folders:
        path = folder / "summary.json"
        if not path.is_file():
            missing = "holds no summary.json" if folder.is_dir() else "is no folder"
            raise CaseError(Mistake(f"{missing}: give result folders of geoslip run", str(folder)))
        summaries[str(folder)] = json.loads(path.read_text(encoding="utf-8"))
    try:
        rows = comparison(summaries)
    except ValueError as error:
        raise CaseError(str(error)) from error
    typer.echo("| " + " | ".join(HEADS) + " |")
    typer.echo("|" + "---|" * len(HEADS))
    for row in rows:
        typer.echo("| " + " | ".join(row) + " |")
    typer.echo("AIC, BIC and ABIC are counted from the smallest; CV error is there where the case asks for cv.")


def _sizes(sets: Mapping[str, int]) -> str:
    return ", ".join(f"{n} of {name}" for name, n in sets.items())


def _number(value: Any) -> float:
    return float("inf") if value is None else float(value)


def _row(name: str, one: Mapping[str, Any], least: Mapping[str, float]) -> tuple[str, ...]:
    info = one["information"]

    def more(key: str) -> str:
        value = _number(info[key])
        return f"{value - least[key]:.1f}" if np.isfinite(value) else "-"

    error = info["cv_error"]
    return (
        name,
        str(info["n"]),
        f"{info['k']:.1f}",
        f"{one['diagnostics']['chi2'] / info['n']:.3g}",
        more("aic"),
        more("bic"),
        more("abic"),
        "-" if error is None else f"{error:.4g}",
        f"{one['mw']:.2f}",
        f"{one['peak_slip_m']:.2f}",
    )
