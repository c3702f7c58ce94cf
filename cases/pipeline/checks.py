"""Questions that are put to the data and to the answer, and the warnings that they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.units import format_length
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.pipeline.coordinates import advice, fitting_places
from geoslip.downsample.observations import Observations
from geoslip.faults.fault import Fault
from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.inversion import Estimate

Array = NDArray[np.float64]

OUTLYING = 8.0
"""Robust z above which a station is named: this many spreads of the network's own misfits above their median."""
TOO_LARGE = 4.0
"""Chi-square per datum above which the noise is called understated (misfit of twice the stated noise)."""
OTHER_UNIT = 5.0
"""Ratio of a line of sight to the GNSS beside it, or of the GNSS to it, from which on a unit is doubted."""
FEWEST_PAIRS = 6
"""Pairs of a station and a line-of-sight datum below which signs are not compared."""


def check_reach(case: Case, observations: Sequence[Observations], fault: Fault) -> None:
    """Refuse a case whose data are all far from its fault: an origin or a projection is wrong.

    Raises
    ------
    CaseError
        If no datum lies within one fault length plus the depth of the fault's bottom of its patches.
    """
    corners = np.concatenate([np.asarray(outline) for outline in fault.outlines])
    size = float(np.linalg.norm(np.ptp(corners, axis=0)))
    reach = size + float(-corners[:, 2].min())
    tree = cKDTree(fault.centroids[:, :2])
    mistakes: list[Mistake] = []
    nearest = []
    for index, entry in enumerate(observations):
        distance = tree.query(entry.points[:, :2])[0]
        nearest.append(float(distance.min()))
        if nearest[-1] > reach:
            away = format_length(round(nearest[-1], -2))
            rule = (
                f"no datum of '{entry.name}' lies near the fault: the nearest is {away} away,"
                f" and the fault measures {format_length(round(size, -2))}; check the fault's place, the order of"
                " longitude and latitude, and the projection"
            )
            mistakes.append(case.mistake(("data", index), rule))
    if len(mistakes) == len(observations):
        raise CaseError(mistakes)


def few_near(observations: Sequence[Observations], fault: Fault) -> list[str]:
    """Warn of data sets with nothing near the fault although others have."""
    corners = np.concatenate([np.asarray(outline) for outline in fault.outlines])
    reach = float(np.linalg.norm(np.ptp(corners, axis=0))) + float(-corners[:, 2].min())
    tree = cKDTree(fault.centroids[:, :2])
    return [
        f"no datum of {entry.name} lies within {format_length(round(reach, -3))} of the fault"
        for entry in observations
        if float(tree.query(entry.points[:, :2])[0].min()) > reach
    ]


def station_misfits(observations: Observations, residual: Array) -> dict[str, float]:
    """Give each station's misfit sqrt(r' C^-1 r / k) over its k components, C its own block of the covariance."""
    assert observations.station is not None
    rows: dict[str, list[int]] = {}
    for row, station in enumerate(observations.station):
        rows.setdefault(station, []).append(row)
    misfits = {}
    for station, index in rows.items():
        block = observations.covariance[np.ix_(index, index)]
        part = residual[index]
        misfits[station] = float(np.sqrt(part @ np.linalg.solve(block, part) / len(index)))
    return misfits


def outlying_stations(
    observations: Observations, residual: Array, *, model: SlipModel | None = None, poisson: float = 0.25
) -> list[str]:
    """Name GNSS stations that fit far worse than the rest given their standard deviations.

    The robust z of a station is its misfit less the network's median, in units of 1.4826 times the median absolute
    deviation; a station with z above `OUTLYING` is named, the worst first.

    Parameters
    ----------
    observations : Observations
        With station names.
    residual : ndarray, shape (n,)
        Observed less predicted, m.
    model : SlipModel, optional
        Lets the warning say whether one wrong digit in the coordinates would explain it.
    poisson : float
        Poisson's ratio, for that.
    """
    if observations.station is None:
        return []
    misfits = station_misfits(observations, residual)
    values = np.array(list(misfits.values()))
    if values.size < 5:
        return []
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    warnings = []
    for station, misfit in sorted(misfits.items(), key=lambda item: -item[1]):
        z = (misfit - median) / max(spread, 1e-12)
        if z <= OUTLYING or misfit < 3.0:
            break
        remedy = "check its coordinates and its offset"
        if model is not None:
            remedy = advice(fitting_places(observations, station, model, misfit=misfit, poisson=poisson))
        rows = [row for row, name in enumerate(observations.station) if name == station]
        size = float(np.linalg.norm(residual[rows]))
        warnings.append(
            f"{observations.name}: station {station} ({observations.longitude[rows[0]]:.4f},"
            f" {observations.latitude[rows[0]]:.4f}) fits far worse than the rest: {1e3 * size:.0f} mm off,"
            f" {misfit:.0f} times its standard deviations (median of the network {median:.1f}, robust z {z:.0f});"
            f" {remedy}, or leave it out with mask: {{stations: [...]}}"
        )
    return warnings


def understated_noise(estimate: Estimate) -> list[str]:
    """Warn of data sets whose misfit the stated noise cannot explain, and of noise that explains too much."""
    warnings = []
    for fit in estimate.fits:
        ratio = fit.chi2 / fit.n
        if ratio > TOO_LARGE:
            warnings.append(
                f"{fit.name}: the misfit is {np.sqrt(ratio):.1f} times what its noise allows (chi-square per datum"
                f" {ratio:.3g}): the noise, the geometry or the elastic model is too simple here, and the formal"
                " standard deviations of slip are too small"
            )
    return warnings


def sign_against_gnss(
    case: Case, observations: Sequence[Observations], *, radius: float = 10e3
) -> tuple[list[Mistake], list[str]]:
    """Compare lines of sight with the GNSS of the same case, projected on them.

    For each station with a datum within `radius`, the station's vector is projected on the datum's direction. A clear
    negative slope means that the sign is the other way round; data of a radar track have a free offset, so both sides
    are taken about their medians.

    Returns
    -------
    mistakes : list of Mistake
        Data sets whose sign contradicts the GNSS.
    warnings : list of str
        Data sets that hardly agree with it, or in pattern but not in size.
    """
    vectors = _station_vectors(observations)
    mistakes: list[Mistake] = []
    warnings: list[str] = []
    for index, entry in enumerate(observations):
        if entry.kind not in ("los", "azimuth") or not case.data[index].check_sign or not vectors:
            continue
        measured, projected = _pairs(entry, vectors, radius)
        if measured.size < FEWEST_PAIRS:
            continue
        measured, projected = measured - np.median(measured), projected - np.median(projected)
        signal = float(np.linalg.norm(projected))
        if signal == 0.0 or float(np.linalg.norm(measured)) == 0.0:
            continue
        slope = float(measured @ projected) / signal**2
        correlation = float(measured @ projected) / (signal * float(np.linalg.norm(measured)))
        if correlation < -0.6 and slope < -0.3:
            other = {"toward": "away", "away": "toward", "along": "against", "against": "along"}
            written = case.data[index].positive or ""
            rule = (
                f"the sign of '{entry.name}' contradicts the GNSS of this case: over {measured.size} stations within"
                f" {format_length(radius)} its slope against their projected offsets is {slope:.2f} (correlation"
                f" {correlation:.2f}); write positive: {other.get(written, 'the other way')}, or check the look vectors"
            )
            mistakes.append(case.mistake(("data", index, "positive"), rule))
        elif correlation > 0.6 and not 1.0 / OTHER_UNIT < slope < OTHER_UNIT:
            than = f"{slope:.0f} times" if slope > 1.0 else f"1/{1.0 / slope:.0f} of"
            warnings.append(
                f"{entry.name} has the pattern of the GNSS nearby, but is {than} its size ({measured.size} stations"
                f" within {format_length(radius)}): check the unit of both"
            )
        elif correlation < 0.3 and np.ptp(projected) > 0.1:
            warnings.append(
                f"{entry.name} hardly agrees with the GNSS nearby (correlation {correlation:.2f} over {measured.size}"
                " stations): check its sign, unit, look vectors and dates"
            )
    return mistakes, warnings


def _station_vectors(observations: Sequence[Observations]) -> list[tuple[Array, Array]]:
    """Give (place, vector in the frame) of each station that has at least east and north."""
    vectors = []
    for entry in observations:
        if entry.kind != "gnss" or entry.station is None:
            continue
        names = np.array(entry.station, dtype=object).astype(str)
        for station in dict.fromkeys(entry.station):
            rows = np.flatnonzero(names == station)
            if rows.size >= 2:
                vectors.append((entry.points[rows[0], :2], entry.values[rows] @ entry.directions[rows]))
    return vectors


def _pairs(entry: Observations, vectors: list[tuple[Array, Array]], radius: float) -> tuple[Array, Array]:
    tree = cKDTree(entry.points[:, :2])
    measured, projected = [], []
    for place, vector in vectors:
        distance, row = tree.query(place)
        if distance <= radius:
            measured.append(entry.values[row])
            projected.append(float(vector @ entry.directions[row]))
    return np.array(measured), np.array(projected)
