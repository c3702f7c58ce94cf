"""Which faults made the data of the Haiti twin: ten draws of the noise, judged by ABIC and by cross-validation.

``python -m geoslip.cases.haiti2021.tell_apart [--draws 10] [--out DIR]`` prints the table of the study's page; into
the folder go that table and, in summary.json, what `published.yml` holds. Ten draws on three models take triangles of
`EDGE`, longer than those of the cases.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.cases.assemble.slip import build_constraints
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.mesh import Mesh
from geoslip.cases.casefile.read import read_case
from geoslip.cases.output.results import write_json
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.uncertainty import moment_deviation
from geoslip.faults.neighbours import Adjacency, neighbours
from geoslip.inversion import comparable_abic, cross_validate, laplacian, solve, spatial_folds, strength_curve
from geoslip.inversion.smoothing.directions import common_directions

HERE = Path(__file__).parent
MODELS = {"bend": "case.yml", "one plane": "one_plane.yml", "two planes": "two_planes.yml"}
FOLDS = 10
EDGE = 4e3
"""Edges of the draws' triangles, m."""


@dataclass(frozen=True)
class Draw:
    """What one draw of the noise says: both criteria by model, and the slip's step at the junction.

    The steps are those of the truth, of slip smoothed across the junction and of slip smoothed on either side of it,
    as `step_at_junction` has them; the answer is what the bend's slip comes to, as `answer` has it.
    """

    abic: dict[str, float]
    prediction: dict[str, float]
    steps: tuple[float, float, float]
    answer: dict[str, Any] = field(default_factory=dict)


def run_draw(number: int) -> Draw:
    """Make the data with a noise of this number and invert them on each of the models."""
    abic, prediction = {}, {}
    steps, found = (np.nan, np.nan, np.nan), {}
    for name, file in MODELS.items():
        case = coarser(read_case(HERE / file))
        run = run_case(case.model_copy(update={"seed": case.seed + number}))
        abic[name] = float(comparable_abic(run.estimate.system, [run.estimate.strength])[0])
        prediction[name] = prediction_error(run)
        if run.truth is not None:
            steps, found = junction_steps(run), answer(run)
    return Draw(abic, prediction, steps, found)


def answer(run: StudyRun) -> dict[str, Any]:
    """Magnitude, peaks (m) and rakes (degrees) of the segments, the formal 95 % of the moment (N m), and the truth."""
    assert run.truth is not None
    model = run.model
    spread = 1.96 * (moment_deviation(model) or np.nan)
    parts = [
        {"name": part.name, "peak_slip_m": part.peak_slip, "mean_rake_deg": part.mean_rake}
        for part in model.per_segment()
    ]
    formal = {"low": model.moment - spread, "high": model.moment + spread}
    return {"mw": model.mw, "segments": parts, "formal": formal, "truth": {"moment_nm": run.truth.moment}}


def coarser(case: Case, *, edge: float = EDGE) -> Case:
    """The case on triangles with edges of one length, m, the truth's made finer as the case says."""
    assert case.synthetic is not None
    mesh = Mesh.model_validate({"edge": f"{edge:g} m"})
    faults, true = (
        tuple(entry.model_copy(update={"mesh": mesh}) for entry in entries)
        for entries in (case.faults, case.synthetic.faults)
    )
    return case.model_copy(update={"faults": faults, "synthetic": case.synthetic.model_copy(update={"faults": true})})


def prediction_error(run: StudyRun) -> float:
    """Chi-square a datum of blocks of ground held out, at the best of five strengths about the one that ABIC chose."""
    system = run.estimate.system
    strengths = [factor * run.estimate.strength for factor in (0.25, 0.5, 1.0, 2.0, 4.0)]
    curve = strength_curve(system.problem, system.operator, strengths=strengths, constraints=system.constraints)
    curve = cross_validate(curve, folds=spatial_folds(system.problem, folds=FOLDS))
    return float(np.nanmin(curve.cross_validation["cv"].score))


def junction_steps(run: StudyRun) -> tuple[float, float, float]:
    """The step of the slip at the junction: true, smoothed across it, smoothed apart."""
    assert run.truth is not None
    joined = neighbours(run.fault)
    edges = dict.fromkeys(run.fault.names, run.case.slip.zero_edges)
    apart = laplacian(run.fault, neighbours(run.fault, join="none"), zero_edges=_but_the_junction(edges))
    constraints = build_constraints(run.case, run.fault, frame=run.frame)
    other = solve(run.problem, apart, strength=run.estimate.strength, constraints=constraints)
    return (
        step_at_junction(run, run.truth.slip, joined=joined),
        step_at_junction(run, run.estimate.slip, joined=joined),
        step_at_junction(run, other.slip, joined=joined),
    )


def _but_the_junction(edges: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Zero edges of segments that are smoothed apart: slip is free at the ends where they meet."""
    free = {"Enriquillo": "start", "Ravine du Sud": "end"}
    return {name: ("bottom", free[name]) if "sides" in sides else sides for name, sides in edges.items()}


def step_at_junction(run: StudyRun, slip: np.ndarray, *, joined: Adjacency) -> float:
    """Slope of slip between neighbours across the junction over that between other neighbours near it, rms by rms.

    Near are those of which one triangle touches the junction. About 1 where slip goes on through it, more where it
    steps.
    """
    turned = (common_directions(run.fault) @ slip[:, :2].T.ravel()).reshape(2, -1)
    first, second = joined.pairs.T
    slope = np.linalg.norm(turned[:, first] - turned[:, second], axis=0) / joined.distance
    at = np.isin(joined.pairs, joined.pairs[joined.across])
    near = at.any(axis=1) & ~joined.across
    return float(np.sqrt(np.mean(slope[joined.across] ** 2) / np.mean(slope[near] ** 2)))


def table(draws: list[Draw]) -> str:
    """Both criteria of every draw less those of the bend, and how often each model is preferred."""
    others = [name for name in MODELS if name != "bend"]
    heads = [f"{what}, {name}" for what in ("ABIC", "prediction error") for name in others]
    lines = ["| draw | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for number, draw in enumerate(draws, start=1):
        cells = [f"{draw.abic[name] - draw.abic['bend']:+.0f}" for name in others]
        cells += [f"{draw.prediction[name] / draw.prediction['bend']:.2f} times" for name in others]
        lines.append(f"| {number} | " + " | ".join(cells) + " |")
    wins = [sum(min(part, key=part.__getitem__) == "bend" for part in parts) for parts in _criteria(draws)]
    true, across, apart = np.mean([draw.steps for draw in draws], axis=0)
    said = f"The bend is preferred by ABIC in {wins[0]} and by cross-validation in {wins[1]} of {len(draws)} draws."
    steps = (
        f"The slope of slip across the junction is {true:.2f} times that between other neighbours near it in the "
        f"truth, {across:.2f} times where slip is smoothed across the junction, and {apart:.2f} times where the "
        "segments are "
        "smoothed apart (means over the draws)."
    )
    return "\n".join([*lines, "", said, "", steps])


def figures(draw: Draw) -> dict[str, Any]:
    """What `published.yml` holds of a draw: the better plane's criteria against the bend's, and the bend's answer."""
    others = [name for name in MODELS if name != "bend"]
    return {
        "abic_more": min(draw.abic[name] for name in others) - draw.abic["bend"],
        "prediction_times": min(draw.prediction[name] for name in others) / draw.prediction["bend"],
        **draw.answer,
    }


def _criteria(draws: list[Draw]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    return [draw.abic for draw in draws], [draw.prediction for draw in draws]


def main() -> None:
    """Print the table; write it and the figures into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10, help="how often the noise is drawn")
    parser.add_argument("--out", type=Path, help="folder of the table and of summary.json")
    parser.add_argument("--data", type=Path, help="not needed: the data are made here")
    options = parser.parse_args()
    draws = []
    for number in range(options.draws):
        draws.append(run_draw(number))
        print(number + 1, draws[-1], flush=True)
    text = table(draws)
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "draws.md").write_text(text + "\n", encoding="utf-8")
        write_json(options.out / "summary.json", [figures(draw) for draw in draws])


if __name__ == "__main__":
    main()
