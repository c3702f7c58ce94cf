"""The files of a finished study: summary.json, slip in three formats, the fit, and provenance."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.cases.assemble.geometry import correlations, geometry_summary, mode_summaries, searched_modes
from geoslip.cases.assemble.joint import joint_summary
from geoslip.cases.output.compare import information
from geoslip.cases.output.posterior import write_draws, write_geometry_draws, write_sampled_slip
from geoslip.cases.output.source import source_summary
from geoslip.cases.pipeline.posterior import chain_diagnostics, slip_posterior_summary
from geoslip.cases.pipeline.rim import rim_slip, rim_summary
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.trust import trust_summary
from geoslip.faults.slip import SlipModel


def write_run(run: StudyRun, folder: str | Path) -> None:
    """Write everything but the report into a folder.

    Parameters
    ----------
    run : StudyRun
        Finished study.
    folder : str or Path
        Made where it is missing; gets summary.json, slip.csv, slip.geojson, slip.fsp (for triangles slip.tri with
        slip.ned, for triangles beside rectangles neither, since no such format holds both), fit/NAME.csv, case.yml and
        provenance.json.
    """
    from geoslip.cases.output.stress import write_stress
    from geoslip.faults.formats import write_slip_model

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "summary.json", summary(run))
    write_slip_table(folder / "slip.csv", run.model)
    if run.slip_posterior is not None:
        write_sampled_slip(folder / "slip.csv", run.model, posterior=run.slip_posterior)
        write_draws(folder / "posterior.nc", run.slip_posterior)
    if run.geometry_posterior is not None:
        write_geometry_draws(folder / "geometry.nc", run.geometry_posterior)
    if run.joint_posterior is not None:
        write_geometry_draws(folder / "joint.nc", run.joint_posterior)
    for suffix in exchange_suffixes(run.model):
        write_slip_model(folder / f"slip.{suffix}", run.model)
    if run.stress is not None:
        write_stress(folder / "stress", run.stress)
    if run.truth is not None:
        write_slip_table(folder / "truth.csv", run.truth)
    (folder / "fit").mkdir(exist_ok=True)
    for observations in run.observations:
        write_fit(folder / "fit" / f"{file_name(observations.name)}.csv", run, observations.name)
    if run.case.source is not None:
        (folder / "case.yml").write_text(run.case.source.text, encoding="utf-8")
    write_json(folder / "provenance.json", run.provenance)


def exchange_suffixes(model: SlipModel) -> tuple[str, ...]:
    """Suffixes of the files that hold a model's slip for other programs."""
    triangles = {segment.outlines.shape[1] == 3 for segment in model.fault.segments}
    return ("geojson", *({(False,): ("fsp",), (True,): ("tri",)}.get(tuple(triangles), ())))


def file_name(name: str) -> str:
    """Give a data set's name as a file name that every system takes."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name).strip(".") or "data"


def write_json(path: Path, content: Any) -> None:
    """Write JSON that every parser reads: what is not finite becomes null."""
    path.write_text(json.dumps(_clean(content), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if isinstance(value, np.ndarray):
        return _clean(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value


def summary(run: StudyRun) -> dict[str, Any]:
    """Give the content of summary.json.

    Returns
    -------
    dict
        ``moment_nm`` is the scalar sum over patches, ``moment_tensor_nm`` the scalar moment of the summed tensor, N m.
    """
    from geoslip.cases.output.stress import stress_summary

    model, frame = run.model, run.frame
    at_rim = rim_slip(model)
    centroid = np.asarray(model.centroid, dtype=float)
    longitude, latitude = frame.to_geographic(centroid[0], centroid[1])
    from geoslip.inversion import redundancy

    left = redundancy(run.estimate)
    return {
        "name": run.case.name,
        "synthetic": run.synthetic or None,
        "mw": model.mw,
        "moment_nm": model.moment,
        "moment_tensor_nm": model.tensor_moment,
        "moment_tensor_enu_nm": model.moment_tensor,
        "peak_slip_m": model.peak_slip,
        "mean_rake_deg": model.mean_rake,
        "centroid": {"lon": longitude, "lat": latitude, "depth_km": -1e-3 * centroid[2]},
        "segments": [
            {
                "name": part.name,
                "mw": part.mw,
                "moment_nm": part.moment,
                "strike_deg": part.strike,
                "dip_deg": part.dip,
                "mean_rake_deg": part.mean_rake,
                "peak_slip_m": part.peak_slip,
                "depth_of_peak_km": 1e-3 * part.depth_of_peak,
                "rim_slip_m": at_rim[part.name],
            }
            for part in model.per_segment()
        ],
        "datasets": [_dataset(run, observations.name, left=left) for observations in run.observations],
        "smoothing": {
            "operator": run.case.smoothing.operator,
            "chosen_by": run.case.smoothing.choose if isinstance(run.case.smoothing.choose, str) else "case",
            "strength": run.estimate.strength,
            "criteria": _criteria(run),
        },
        "geometry": {} if run.geometry_posterior is None else geometry_summary(run.geometry_posterior),
        "locked_edges": rim_summary(run.locked_rim),
        "source": {} if run.geometry_posterior is None else source_summary(run.geometry_posterior, frame),
        "diagnostics": _diagnostics(run),
        "information": information(run),
        "prediction_error": {} if run.prediction is None else run.prediction.summary(),
        "uncertainty": trust_summary(run.trust) if run.trust is not None else {},
        "stress": {} if run.stress is None else stress_summary(run.stress),
        "posterior": _posterior(run),
        "truth": _truth(run),
        "warnings": list(run.warnings),
    }


def _diagnostics(run: StudyRun) -> dict[str, Any]:
    found: dict[str, Any] = {"chi2": run.estimate.chi2, "dof": run.estimate.dof}
    sampled = [one for one in (run.slip_posterior, run.geometry_posterior, run.joint_posterior) if one is not None]
    if sampled:
        chains = [chain_diagnostics(one) for one in sampled]
        found["rhat_max"] = max(one["rhat_max"] for one in chains)
        found["ess_min"] = min(one["ess_min"] for one in chains)
    if run.geometry_posterior is not None:
        found["log_evidence"] = run.geometry_posterior.log_evidence
    return found


def _posterior(run: StudyRun) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if run.slip_posterior is not None:
        found["slip"] = slip_posterior_summary(run.slip_posterior)
    if run.joint_posterior is not None:
        found["joint"] = joint_summary(run.joint_posterior)
    if run.geometry_posterior is not None:
        chains = run.geometry_posterior.chains
        found["geometry"] = {
            "converged": chains.converged,
            "chains": chains.draws.shape[0],
            "draws": chains.draws.shape[1],
            **chain_diagnostics(run.geometry_posterior),
            "modes": mode_summaries(run.geometry_posterior),
            "searched": searched_modes(run.geometry_posterior),
            "correlation": correlations(run.geometry_posterior),
        }
    return found


def _criteria(run: StudyRun) -> dict[str, Any]:
    """What each criterion would choose, and why that may not be trusted."""
    choices = [run.curve.choose(name) for name in run.curve.criteria] if run.curve is not None else []
    return {one.criterion: {"strength": one.strength, "warnings": list(one.warnings)} for one in choices}


def _dataset(run: StudyRun, name: str, *, left: Mapping[str, float]) -> dict[str, Any]:
    fit = run.estimate.fit(name)
    entry: dict[str, Any] = {
        "name": name,
        "n": len(fit.residual),
        "rms_m": fit.rms,
        "variance_reduction": fit.variance_reduction,
        "sigma_scale": run.problem.scales.get(name, 1.0),
        "ramp": fit.nuisance,
        "chi2": fit.chi2,
        "redundancy": left[name],
        "chi2_over_redundancy": fit.chi2 / left[name] if left[name] > 0.0 else None,
        "by_direction": dict(fit.by_direction),
    }
    if name in run.grid_scores:
        entry["variance_reduction_grid"] = run.grid_scores[name]
    return entry


def _truth(run: StudyRun) -> dict[str, Any] | None:
    if run.truth is None:
        return None
    difference = run.model.slip[:, :2] - run.truth.slip[:, :2]
    areas = run.model.fault.areas
    return {
        "mw": run.truth.mw,
        "moment_nm": run.truth.moment,
        "peak_slip_m": run.truth.peak_slip,
        "mean_rake_deg": run.truth.mean_rake,
        "rms_slip_difference_m": float(np.sqrt(np.average((difference**2).sum(axis=1), weights=areas))),
    }


def write_table(path: Path, names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table of text and numbers with six to nine significant digits."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.9g}" if math.isfinite(value) else ""
    return str(value)


def write_slip_table(path: Path, model: SlipModel) -> None:
    """Write the slip of every patch as the format csv of the faults room does, with standard deviations if known."""
    from geoslip.faults.formats import write_slip_model

    write_slip_model(path, model)


def write_fit(path: Path, run: StudyRun, name: str) -> None:
    """Write one data set: place, observed, predicted (with its ramp), residual, sigma, direction of measurement."""
    observations = next(entry for entry in run.observations if entry.name == name)
    fit = run.estimate.fit(name)
    true = run.frame.rotate_from_frame(observations.directions, observations.longitude, observations.latitude)
    names = ["lon", "lat", "observed_m", "predicted_m", "residual_m", "sigma_m", "east", "north", "up"]
    columns: list[Any] = [
        observations.longitude,
        observations.latitude,
        observations.values,
        fit.predicted,
        fit.residual,
        observations.sigma,
        *true.T,
    ]
    if observations.station is not None:
        names.append("station")
        columns.append(observations.station)
    write_table(path, names, zip(*columns))
