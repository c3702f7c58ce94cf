"""The offset of a GNSS position series at a date, with its uncertainty: what the readers of series share.

Model, in each component, over the days from `before` to `after` the event, the day of the event left out:
d(t) = a + v (t - t0) + s H(t - t0), by least squares. The offset's covariance is the residuals' own covariance between
east, north and up, times the element of (G^T G)^-1 that belongs to s, times (1 + r) / (1 - r) for residuals that are
correlated from day to day by r (the variance of a mean of a first-order autoregressive process).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import Observations
from geoslip.downsample.readers._stations import COMPONENTS, Stations, shared_places, station_observations
from geoslip.faults.frame import LocalFrame

_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
FEWEST_DAYS = 5
"""Days needed on each side of the event."""
_OUTLYING = 6.0
"""Days this many robust standard deviations off the first fit are left out of the second."""


@dataclass(frozen=True)
class Series:
    """Daily positions of one station: days (MJD, noon at .5), east, north, up (n, 3) in m and their sigmas (n, 3)."""

    path: Path
    station: str
    longitude: float
    latitude: float
    days: NDArray[np.float64]
    positions: NDArray[np.float64]
    sigmas: NDArray[np.float64]


@dataclass(frozen=True)
class Offset:
    """Offset (3,) in m, covariance (3, 3) in m^2, and what the fit found."""

    offset: NDArray[np.float64]
    covariance: NDArray[np.float64]
    note: str


def modified_julian_day(when: str | date | datetime) -> float:
    """Turn a date, or date and time (ISO, UTC), into a modified Julian day; a date alone means its noon.

    Raises
    ------
    DataError
        If it is neither.
    """
    if isinstance(when, datetime):
        moment = when
    else:
        text = str(when)
        try:
            moment = datetime.fromisoformat(text if "T" in text or " " in text else f"{text}T12:00")
        except ValueError as error:
            raise DataError(f"date {text!r}: write 2019-07-06 or 2019-07-06T03:19:53 (UTC)") from error
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds() / 86400.0


def offset_at(series: Series, when: float, *, before: float, after: float, trend: bool) -> Offset:
    """Fit the offset of a series at a date.

    Parameters
    ----------
    series : Series
        Daily positions.
    when : float
        Modified Julian day of the event.
    before, after : float
        Days that are used on each side.
    trend : bool
        Estimate the rate v; without it the offset is the difference of two means.

    Returns
    -------
    Offset

    Raises
    ------
    DataError
        If there are fewer than `FEWEST_DAYS` days on a side.
    """
    time = series.days - when
    used = (time >= -before) & (time <= after) & (np.abs(time) > 0.5)
    residuals, parameters, variance = None, None, 0.0
    for _ in range(2):
        early, late = int((used & (time < 0)).sum()), int((used & (time > 0)).sum())
        if min(early, late) < FEWEST_DAYS:
            raise DataError(
                f"{series.path}: station {series.station} has {early} days in the {before:g} before and {late} in the "
                f"{after:g} after the event; {FEWEST_DAYS} are needed on each side: widen before= or after=, or leave "
                "the station out"
            )
        terms = [np.ones(used.sum()), time[used] > 0.0] + ([time[used]] if trend else [])
        matrix = np.column_stack(terms).astype(float)
        parameters = np.linalg.lstsq(matrix, series.positions[used])[0]
        residuals = series.positions[used] - matrix @ parameters
        variance = float(np.linalg.inv(matrix.T @ matrix)[1, 1])
        spread = 1.4826 * np.median(np.abs(residuals - np.median(residuals, axis=0)), axis=0)
        good = (np.abs(residuals) <= _OUTLYING * np.maximum(spread, 1e-6)).all(axis=1)
        if good.all():
            break
        used[np.flatnonzero(used)[~good]] = False
    assert residuals is not None and parameters is not None
    scatter = residuals.T @ residuals / max(len(residuals) - matrix.shape[1], 1)
    scatter += np.diag(np.maximum(np.median(series.sigmas[used], axis=0) ** 2 - np.diag(scatter), 0.0))
    correlation = _day_to_day(residuals, series.days[used])
    inflation = (1.0 + correlation) / (1.0 - correlation)
    said = (
        f"{series.station}: {early} days before, {late} after, scatter "
        f"{', '.join(f'{1e3 * part:.1f}' for part in np.sqrt(np.diag(scatter)))} mm, day-to-day correlation "
        f"{correlation:.2f}"
    )
    return Offset(parameters[1], scatter * variance * inflation, said)


def _day_to_day(residuals: NDArray[np.float64], days: NDArray[np.float64]) -> float:
    """Mean lag-1 correlation of the components, between 0 and 0.9."""
    following = np.diff(days) < 1.5
    first, second = residuals[:-1][following], residuals[1:][following]
    power = (residuals**2).mean(axis=0)
    if len(first) < 2 or power.min() <= 0.0:
        return 0.0
    return float(np.clip(((first * second).mean(axis=0) / power).mean(), 0.0, 0.9))


def series_observations(
    all_series: Sequence[Series],
    *,
    frame: LocalFrame,
    date: Any = None,
    before: float = 180.0,
    after: float = 10.0,
    trend: bool = True,
    name: str | None = None,
    components: Sequence[str] | None = None,
    unit: str | None = None,
    **others: Any,
) -> Observations:
    """Give the offsets of several stations at one date as observations.

    Parameters
    ----------
    all_series : sequence of Series
        One a station.
    frame : LocalFrame
        The case's frame.
    date : str
        Of the event, ``2019-07-06`` or with the time (UTC).
    before, after, trend
        As in `offset_at`. The default rests the rate on half a year before and keeps afterslip out.
    name : str, optional
        Default: gnss.
    components : sequence of {"east", "north", "up"}, optional
        Default: all three.
    unit : "m", optional
        Series are in metres; another unit is refused.

    Returns
    -------
    Observations
        Stations with too few days are left out and named in the notes.

    Raises
    ------
    DataError
        If the date is missing, no station is left, or an option does not apply.
    """
    given = sorted(key for key, value in others.items() if value is not None)
    if given:
        raise DataError(f"option {given[0]!r} does not apply to position series; they take date, before, after, trend")
    if unit not in (None, "m"):
        raise DataError(f"unit: {unit}, but position series are in metres; take the line out")
    if date is None:
        raise DataError("a position series needs the date of the event: options: {date: 2019-07-06T03:19}")
    chosen = tuple(part for part in COMPONENTS if components is None or part in components)
    index = [COMPONENTS.index(part) for part in chosen]
    moment, notes, kept, offsets = modified_julian_day(date), [], [], []
    for series in all_series:
        try:
            found = offset_at(series, moment, before=before, after=after, trend=trend)
        except DataError as error:
            notes.append(f"left out: {error}")
            continue
        kept.append(series)
        offsets.append(found)
        notes.append(found.note)
    if not kept or not chosen:
        raise DataError(f"no station has an offset at {date}: {'; '.join(notes) or 'no component is named'}")
    stations = Stations(
        kept[0].path,
        tuple(series.station for series in kept),
        np.array([series.longitude for series in kept]),
        np.array([series.latitude for series in kept]),
        np.array([found.offset[index] for found in offsets]),
        np.array([found.covariance[np.ix_(index, index)] for found in offsets]),
    )
    notes += shared_places(stations)
    return station_observations(stations, components=chosen, frame=frame, name=name or "gnss", notes=tuple(notes))
