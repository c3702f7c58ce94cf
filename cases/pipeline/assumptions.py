"""The table of what the answer rests on: every number that was chosen, and who chose it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geoslip.cases.assemble.data import DatasetReading
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.data import Dataset
from geoslip.cases.casefile.slip import CRITERIA, SegmentSlip, Slip
from geoslip.cases.casefile.units import format_length
from geoslip.cases.pipeline.run import Assumption
from geoslip.downsample.noise.model import NoiseModel
from geoslip.faults.fault import Fault


def assumptions(case: Case, readings: Sequence[DatasetReading], *, fault: Fault) -> list[Assumption]:
    """List the assumptions of a case.

    Parameters
    ----------
    case : Case
        Its written and its default values.
    readings : sequence of DatasetReading
        For what was taken from the data, in the order of the case.
    fault : Fault
        For the notes on its meshes.
    """
    rows = [
        _row(case.elastic, "rigidity", "rigidity", f"{case.elastic.rigidity / 1e9:g} GPa"),
        _row(case.elastic, "poisson", "Poisson's ratio", f"{case.elastic.poisson:g}"),
        *([_row(case.elastic, "engine", "engine for triangles", "cutde")] if case.elastic.engine == "cutde" else []),
        _direction(case.slip),
        _row(case.slip, "maximum", "largest slip", _limit(case.slip.maximum)),
        _row(case.slip, "zero_edges", "slip tapers to zero at", ", ".join(case.slip.zero_edges) or "no edge"),
    ]
    if case.slip.locked_edges:
        rows.append(Assumption("no slip on the patches at", ", ".join(case.slip.locked_edges), "case"))
    if case.slip.moment_at_most is not None:
        rows.append(Assumption("largest moment", f"{case.slip.moment_at_most:.3g} N m", "case"))
    for name, part in case.slip.segments.items():
        if part.rake is not None or part.azimuth is not None:
            what = _direction(part)
            rows.append(Assumption(f"{what.name} on {name}", what.value, "case"))
        if part.maximum is not None:
            rows.append(Assumption(f"largest slip on {name}", format_length(part.maximum), "case"))
        for key in ("zero_edges", "locked_edges"):
            edges = getattr(part, key)
            if edges is not None:
                rows.append(Assumption(f"{key.replace('_', ' ')} of {name}", ", ".join(edges) or "no edge", "case"))
    rows += [
        _row(case.smoothing, "operator", "smoothing operator", case.smoothing.operator),
        _row(case.smoothing, "choose", "smoothing strength", _choice_text(case.smoothing.choose)),
        _row(case.smoothing, "weights", "weights of data sets", case.smoothing.weights.replace("_", " ")),
    ]
    if case.smoothing.toward is not None:
        rows.append(Assumption("smoothed toward", case.smoothing.toward.file, "case"))
    if case.smoothing.stress_drop is not None:
        rows.append(Assumption("stress drop wanted", f"{1e-6 * case.smoothing.stress_drop:g} MPa", "case"))
    if (prior := case.slip.moment_prior) is not None:
        rows.append(Assumption("moment known beforehand", f"{prior.mean:.3g} +- {prior.std:.2g} N m", "case"))
    for key, factor in [*case.smoothing.by_component.items(), *case.smoothing.by_segment.items()]:
        rows.append(Assumption(f"smoothing of {key}", f"{factor:g} times the strength", "case"))
    for pair in case.join:
        rows.append(Assumption("smoothed across", " and ".join(pair), "case"))
    for segment in fault.segments:
        rows += [Assumption(f"mesh of {segment.name}", note, "data") for note in getattr(segment, "notes", ())]
    for entry, reading in zip(case.data, readings):
        rows += _dataset_rows(entry, reading)
    return rows


def _row(block: Any, key: str, name: str, value: str) -> Assumption:
    return Assumption(name, value, "case" if key in block.model_fields_set else "default")


def _direction(block: Slip | SegmentSlip) -> Assumption:
    """The rake or the azimuth that slip may have."""
    if block.azimuth is not None:
        return Assumption("azimuth of the hanging wall's motion", _rake_text(block.azimuth), "case")
    return _row(block, "rake", "rake", _rake_text(block.rake))


def _limit(maximum: float | None) -> str:
    return "no limit" if maximum is None else format_length(maximum)


def _rake_text(rake: Any) -> str:
    if rake == "free":
        return "free"
    low, high = rake
    return f"{low:g}°" if low == high else f"{low:g}° to {high:g}°"


def _choice_text(choice: Any) -> str:
    return CRITERIA.get(choice, f"{choice}")


def _dataset_rows(entry: Dataset, reading: DatasetReading) -> list[Assumption]:
    name = entry.name
    written = "case" if entry.nuisance is not None else "default"
    rows = [Assumption(f"{name}: estimated beside slip", entry.nuisance_kind, written)]
    if entry.positive is not None:
        target = {"toward": "toward the satellite", "away": "away from the satellite"}.get(entry.positive)
        rows.append(Assumption(f"{name}: positive", target or f"{entry.positive} the flight", "case"))
    rows.append(_noise_row(entry, reading))
    if reading.scene is not None:
        points = f"{len(reading.observations)} cells ({entry.downsample.splitting})"
        rows.append(Assumption(f"{name}: downsampled to", points, _downsample_origin(entry)))
    rows += [Assumption(f"{name}: note", note, "data") for note in reading.observations.notes]
    return rows


def _downsample_origin(entry: Dataset) -> str:
    return "case" if entry.downsample.target_written else "default"


def _shape_text(model: NoiseModel) -> str:
    """What is not the plain exponential about a noise."""
    text = "" if model.family == "exponential" else f" ({model.family.replace('_', ' ')})"
    if model.wavelength is not None:
        text += f" with waves of {format_length(model.wavelength)}"
    if model.ratio < 1.0:
        text += f" toward {model.azimuth:.0f} degrees, {model.ratio:.2f} of that across"
    return text


def _found(metres: float) -> str:
    """A length that was estimated, to three digits."""
    return format_length(float(f"{metres:.3g}"))


def _noise_row(entry: Dataset, reading: DatasetReading) -> Assumption:
    noise = entry.noise
    extra = f", times {noise.scale:g}" if noise.scale != 1.0 else ""
    extra += f", floor {format_length(noise.floor)}" if noise.floor else ""
    label = f"{entry.name}: noise"
    if reading.noise is not None and noise.source in ("estimate", "residuals"):
        model, each = reading.noise, "pixel" if noise.source == "estimate" else "point"
        text = (
            f"{_found(model.sill**0.5)} correlated over {_found(model.length)}{_shape_text(model)},"
            f" {_found(model.nugget**0.5)} per {each}"
        )
        said = ", as a first fit leaves over" if noise.source == "residuals" else extra
        return Assumption(label, text + said, "data")
    if noise.source == "columns":
        return Assumption(label, "standard deviations of the file" + extra, "data")
    if noise.covariance is not None:
        return Assumption(label, f"covariance {noise.covariance}" + extra, "case")
    assert noise.sigma is not None
    text = format_length(noise.sigma)
    stated = noise.given()
    assert stated is not None
    correlated = f" correlated over {format_length(stated.length)}{_shape_text(stated)}"
    text += correlated if noise.length is not None else ", uncorrelated"
    return Assumption(label, text + extra, "case")
