"""The report's tables and large numbers, read from a finished run."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoslip.cases import report_html as html
from geoslip.cases.figures import style
from geoslip.cases.run import StudyRun
from geoslip.faults import SlipModel

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
    text = f"{float(value) + 0.0:.{decimals}f}".replace("-", "−")
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


def headline(run: StudyRun) -> str:
    """The answer in large numbers."""
    model = run.model
    centroid = np.asarray(model.centroid, dtype=float)
    place = ""
    if np.isfinite(centroid).all():
        longitude, latitude = run.frame.to_geographic(centroid[0], centroid[1])
        place = f"{float(longitude):.3f}°, {float(latitude):.3f}°"
    squares = [np.sum(np.asarray(run.estimate.fit(data.name).residual) ** 2) for data in run.observations]
    dof = float(run.estimate.dof)
    reduced = float(run.estimate.chi2) / dof if dof > 0 else np.nan
    return html.cards(
        [
            ("Magnitude", f"Mw {fixed(model.mw, 2)}", moment_text(model.moment)),
            ("Peak slip", fixed(model.peak_slip, 2, unit="m"), _peak_place(model)),
            ("Mean rake", fixed(model.mean_rake, 0) + "°", "moment-weighted"),
            ("Centroid depth", fixed(-centroid[2] / 1000.0, 1, unit="km"), place),
            ("Data", str(sum(len(data) for data in run.observations)), f"{len(squares)} data sets"),
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
        rms = float(fit.rms)
        factor, unit = style.length_unit(rms)
        row = [
            data.name,
            _KINDS.get(data.kind, data.kind),
            str(len(data)),
            number(rms * factor, 3, unit=unit),
            percent(fit.variance_reduction),
            number(float(fit.chi2) / len(data)),
        ]
        if grid:
            row.append(percent(run.grid_scores.get(data.name)))
        row.append(_ramp(run, data.name))
        rows.append(row)
    header = ["Data set", "Kind", "n", "rms residual", "Variance reduction", "Chi-square / n"]
    header += ["On the full grid"] if grid else []
    columns = (0, 1, len(header))
    return html.table(
        [*header, "Estimated beside slip"],
        rows,
        text_columns=columns,
        caption="Variance reduction is 1 - sum r² / sum d², with the co-estimated offset or plane counted as model.",
    )


_KINDS = {"los": "line of sight", "azimuth": "azimuth offset", "gnss": "GNSS", "offset": "offset"}


def _ramp(run: StudyRun, name: str) -> str:
    nuisance = run.problem.block(name).nuisance
    values = run.estimate.fit(name).nuisance
    parts = []
    for key, unit in zip(nuisance.names, nuisance.units, strict=True):
        value = 1000.0 * float(values[key])
        parts.append(f"{key} {fixed(value, 1 if unit == 'm' else 3)} {unit.replace('m', 'mm', 1)}")
    return "; ".join(parts) or "nothing"


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
    origins = {"case": "case file", "default": "toolkit's default", "data": "estimated from the data"}
    rows = [[entry.name, entry.value, origins.get(entry.origin, entry.origin)] for entry in run.assumptions]
    return html.table(["What", "Value", "From"], rows, text_columns=(0, 1, 2))


def timing_table(run: StudyRun) -> str:
    """Wall time of each step."""
    rows = [[name, fixed(seconds, 2, unit="s")] for name, seconds in run.timings.items()]
    return html.table(["Step", "Wall time"], rows)


def provenance_table(run: StudyRun) -> str:
    """Version, seed, hashes: what is needed to get the same numbers again."""
    rows = [[key, text] for key, value in run.provenance.items() for text in [_plain(value)] if text]
    return html.table(["Item", "Value"], rows, text_columns=(0, 1))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(_plain(item) for item in value)
    return "" if value is None else str(value)
