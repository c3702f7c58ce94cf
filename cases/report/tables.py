"""The report's tables and large numbers, read from a finished run."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoslip.cases.figures import style
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report import html
from geoslip.cases.report.uncertainty import moment_deviation
from geoslip.faults import SlipModel
from geoslip.inversion import DatasetFit

NOTHING = "–"


def number(value: Any, digits: int = 3, *, unit: str = "") -> str:
    """Print a number with ``digits`` significant digits; what is missing or not finite as a dash."""
    if value is None or not np.isfinite(float(value)):
        return NOTHING
    text = _significant(float(value), digits)
    return f"{text} {unit}" if unit else text


def _significant(value: float, digits: int) -> str:
    if value == 0.0:
        return "0"
    exponent = int(np.floor(np.log10(abs(value))))
    if exponent >= 6 or exponent < -4:
        mantissa = f"{value / 10.0**exponent:.{digits - 1}f}"
        return f"{mantissa}e{exponent}".replace("-", "−")
    return f"{value:.{max(digits - 1 - exponent, 0)}f}".replace("-", "−")


def fixed(value: Any, decimals: int, *, unit: str = "") -> str:
    """Print a number with ``decimals`` decimals; what is missing or not finite as a dash."""
    if value is None or not np.isfinite(float(value)):
        return NOTHING
    text = f"{round(float(value), decimals) + 0.0:.{decimals}f}".replace("-", "−")
    return f"{text} {unit}" if unit else text


def moment_text(moment: float) -> str:
    """Moment in N m, in powers of ten."""
    if not moment > 0.0:
        return "0 N m"
    exponent = int(np.floor(np.log10(moment)))
    superscript = str(exponent).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{moment / 10.0**exponent:.2f} × 10{superscript} N m"


def percent(share: Any) -> str:
    """A share as per cent with one decimal."""
    return NOTHING if share is None or not np.isfinite(float(share)) else f"{100.0 * float(share):.1f} %"


def coordinates(longitude: float, latitude: float) -> str:
    """A place in degrees, with letters for the hemispheres."""
    longitude = (longitude + 180.0) % 360.0 - 180.0
    east, north = "W" if longitude < 0.0 else "E", "S" if latitude < 0.0 else "N"
    return f"{abs(latitude):.3f}°{north}, {abs(longitude):.3f}°{east}"


def plural(count: int, word: str) -> str:
    """Count things."""
    return f"{count} {word}" + ("" if count == 1 else "s")


def headline(run: StudyRun) -> str:
    """The answer in large numbers."""
    model = run.model
    spread = moment_deviation(model)
    moment = (
        moment_text(model.moment)
        if spread is None
        else f"{moment_text(model.moment)}, ± {percent(spread / model.moment)} formal (noise only)"
    )
    centroid = np.asarray(model.centroid, dtype=float)
    place = ""
    if np.isfinite(centroid).all():
        longitude, latitude = run.frame.to_geographic(centroid[0], centroid[1])
        place = coordinates(float(longitude), float(latitude))
    dof = float(run.estimate.dof)
    reduced = float(run.estimate.chi2) / dof if dof > 0 else np.nan
    return html.cards(
        [
            ("Magnitude", f"Mw {fixed(model.mw, 2)}", moment),
            ("Peak slip", fixed(model.peak_slip, 2, unit="m"), _peak_place(model)),
            ("Mean rake", fixed(model.mean_rake, 0) + "°", "moment-weighted"),
            ("Centroid depth", fixed(-centroid[2] / 1000.0, 1, unit="km"), place),
            ("Data", str(sum(len(data) for data in run.observations)), plural(len(run.observations), "data set")),
            ("Chi-square / dof", number(reduced), f"{number(run.estimate.chi2, 4)} / {dof:.0f}"),
        ]
    )


def _peak_place(model: SlipModel) -> str:
    peak = int(np.argmax(model.magnitude))
    depth = -float(np.asarray(model.fault.centroids)[peak, 2]) / 1000.0
    name = model.fault.segments[int(model.fault.segment_index[peak])].name
    return f"{name}, {depth:.1f} km deep" if len(model.fault.segments) > 1 else f"{depth:.1f} km deep"


def fit_table(run: StudyRun) -> str:
    """How well each data set is fitted."""
    grid = bool(run.grid_scores)
    rows = []
    for data in run.observations:
        fit = run.estimate.fit(data.name)
        factor, unit = (1e6, "µm/m") if data.kind == "gradient" else style.length_unit(fit.rms)
        row = [
            data.name,
            _KINDS.get(data.kind, data.kind),
            str(fit.n),
            number(fit.rms * factor, unit=unit),
            _reduction(fit),
            number(fit.chi2 / fit.n),
            number(fit.scale),
        ]
        rows.append(row + ([percent(run.grid_scores.get(data.name))] if grid else []))
    header = ["Data set", "Kind", "n", "rms residual", "Variance reduction", "Chi-square / n", "Sigma scale"]
    return html.table(
        header + (["Reduction on the full grid"] if grid else []),
        rows,
        text_columns=(0, 1),
        caption="Variance reduction is 1 − Σ r² / Σ d², the offset or plane estimated beside slip counted as model.",
    )


def _reduction(fit: DatasetFit) -> str:
    """Variance reduction, and by component for GNSS."""
    parts = ", ".join(f"{name} {percent(share)}" for name, share in fit.by_direction.items())
    return percent(fit.variance_reduction) + (f" ({parts})" if len(fit.by_direction) > 1 else "")


_KINDS = {
    "los": "line of sight",
    "azimuth": "azimuth offset",
    "gnss": "GNSS",
    "offset": "offset",
    "gradient": "slope of the line of sight",
}


def nuisance_table(run: StudyRun) -> str:
    """Offsets and planes that were estimated beside slip; empty where there are none."""
    fits = [run.estimate.fit(data.name) for data in run.observations]
    fits = [fit for fit in fits if fit.nuisance]
    names = list(dict.fromkeys((name, fit.units[name]) for fit in fits for name in fit.nuisance))
    if not names:
        return ""
    rows = [
        [fit.name]
        + [
            fixed(1000.0 * fit.nuisance[name], 1 if unit == "m" else 3) if fit.units.get(name) == unit else NOTHING
            for name, unit in names
        ]
        for fit in fits
    ]
    header = ["Estimated beside slip", *(f"{name} ({'m' + unit})" for name, unit in names)]
    return html.table(
        header, rows, caption="Offsets hold at the middle of each data set; slopes are per km from there."
    )


def segment_table(model: SlipModel) -> str:
    """What each segment contributed."""
    rows = [
        [
            part.name,
            str(part.n_patches),
            fixed(part.area / 1e6, 0, unit="km²"),
            fixed(part.mw, 2),
            moment_text(part.moment),
            fixed(part.strike, 1) + "°",
            fixed(part.dip, 1) + "°",
            fixed(part.mean_rake, 0) + ("°" if np.isfinite(part.mean_rake) else ""),
            fixed(part.peak_slip, 2, unit="m"),
            fixed(part.depth_of_peak / 1000.0, 1, unit="km"),
        ]
        for part in model.per_segment()
    ]
    header = ["Segment", "Patches", "Area", "Mw", "Moment", "Strike", "Dip", "Mean rake", "Peak slip", "Depth of peak"]
    return html.table(header, rows)


def truth_table(model: SlipModel, truth: SlipModel) -> str:
    """Estimate beside truth, for a synthetic study."""
    difference = np.asarray(model.slip)[:, :2] - np.asarray(truth.slip)[:, :2]
    rms = np.sqrt(np.average((difference**2).sum(axis=1), weights=model.fault.areas))
    scale = np.sqrt(np.average(truth.magnitude**2, weights=truth.fault.areas))
    turn = (model.mean_rake - truth.mean_rake + 180.0) % 360.0 - 180.0
    depth, true_depth = -float(model.centroid[2]) / 1000.0, -float(truth.centroid[2]) / 1000.0
    rows = [
        ["Magnitude Mw", fixed(truth.mw, 2), fixed(model.mw, 2), fixed(model.mw - truth.mw, 2)],
        [
            "Moment",
            moment_text(truth.moment),
            moment_text(model.moment),
            fixed((model.moment / max(truth.moment, 1e-30) - 1.0) * 100.0, 1, unit="%"),
        ],
        [
            "Peak slip",
            fixed(truth.peak_slip, 2, unit="m"),
            fixed(model.peak_slip, 2, unit="m"),
            fixed(model.peak_slip - truth.peak_slip, 2, unit="m"),
        ],
        ["Mean rake", fixed(truth.mean_rake, 1) + "°", fixed(model.mean_rake, 1) + "°", fixed(turn, 1) + "°"],
        [
            "Centroid depth",
            fixed(true_depth, 2, unit="km"),
            fixed(depth, 2, unit="km"),
            fixed(depth - true_depth, 2, unit="km"),
        ],
        ["rms of slip over the fault", fixed(scale, 3, unit="m"), NOTHING, f"{fixed(rms, 3)} m (rms of difference)"],
    ]
    return html.table(["Quantity", "True", "Estimated", "Difference"], rows)


def assumption_table(run: StudyRun) -> str:
    """What the answer rests on, and where each choice came from."""
    origins = {"case": "case file", "default": "toolkit's default", "data": "the data"}
    rows = [[entry.name, entry.value, origins.get(entry.origin, entry.origin)] for entry in run.assumptions]
    return html.table(["What", "Value", "From"], rows, text_columns=(0, 1, 2), kind="prose")


def timing_table(run: StudyRun) -> str:
    """Wall time of each step."""
    rows = [[name, fixed(seconds, 2, unit="s")] for name, seconds in run.timings.items()]
    return html.table(["Step", "Wall time"], rows)


def provenance_table(run: StudyRun) -> str:
    """Version, seed, hashes: what is needed to get the same numbers again."""
    told = {key: _plain(value) for key, value in run.provenance.items() if not key.startswith("timings")}
    rows = [[key.replace("_", " "), text] for key, text in told.items() if text]
    return html.table(["Item", "Value"], rows, text_columns=(0, 1), kind="prose")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(_plain(item) for item in value)
    return "" if value is None else str(value)
