"""Offsets of position series at a date: place, order of columns, uncertainty, and files that cannot be used."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoslip.downsample import DataError, read_gnss
from geoslip.downsample.readers._series import Series, modified_julian_day, offset_at
from geoslip.faults.frame import LocalFrame

FRAME = LocalFrame(-117.6, 35.77)
EVENT = "2019-07-06T03:19:53"
STEP = np.array([0.3, -0.2, 0.05])
RATE = np.array([-0.015, 0.020, 0.0]) / 365.25


def positions(rng, days, *, noise=(1e-3, 1e-3, 4e-3)):
    """East, north, up about integers that a reader must not lose."""
    late = (days > 58670.1388).astype(float)[:, None]
    walk = RATE * (days - days[0])[:, None]
    return np.array([5000.4, -321.7, 812.1]) + walk + late * STEP + rng.normal(size=(days.size, 3)) * noise


def mjd_noon(first="2019-01-01", n=230):
    start = date.fromisoformat(first)
    return np.array([(start + timedelta(k) - date(1858, 11, 17)).days for k in range(n)]) + 0.5


def write_tenv3(path, enu, mjd, *, place=True, header=True):
    lines = ["site YYMMMDD yyyy.yyyy __MJD week d reflon _e0(m) __east(m) ____n0(m) _north(m) u0(m) ____up(m) _ant(m) "
             "sig_e(m) sig_n(m) sig_u(m) __corr_en __corr_eu __corr_nu"
             + (" _latitude(deg) _longitude(deg) __height(m)" if place else "")]  # fmt: skip
    for day, (east, north, up) in zip(mjd, enu):
        e0, n0, u0 = np.floor([east, north, up])
        lines.append(
            f"P595 19JUL06 2019.5 {int(day)} 2060 6 -117.6 {e0:.0f} {east - e0:.6f} {n0:.0f} {north - n0:.6f} {u0:.0f} "
            f"{up - u0:.6f} 0.0083 0.0008 0.0009 0.0030 0.01 0.02 0.03" + (" 35.7 -117.4 600.0" if place else "")
        )
    path.write_text("\n".join(lines[0 if header else 1 :]) + "\n")
    return path


def write_pos(path, enu, mjd):
    lines = ["PBO Station Position Time Series. Reference Frame : IGS14", "4-character ID: P595", "Field Description",
             "End Field Description", "*YYYYMMDD HHMMSS JJJJJ.JJJJ X Y Z Sx Sy Sz Rxy Rxz Ryz NLat Elong Height dN dE "
             "dU Sn Se Su Rne Rnu Reu Soln"]  # fmt: skip
    for day, (east, north, up) in zip(mjd, enu - enu[0]):
        lines.append(
            f" 20190706 120000 {day:.4f} -2400000 -4600000 3700000 .001 .002 .002 .5 .5 .5 35.7 242.6 600.0 "
            f"{north:.6f} {east:.6f} {up:.6f} .0009 .0008 .0030 .01 .02 .03 final"
        )
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("write", [write_tenv3, write_pos])
def test_offset_and_place(tmp_path, write):
    mjd = mjd_noon()
    suffix = {"write_tenv3": "P595.tenv3", "write_pos": "P595.pbo.igs14.pos"}[write.__name__]
    path = write(tmp_path / suffix, positions(np.random.default_rng(1), mjd), mjd)
    data = read_gnss(path, frame=FRAME, date=EVENT)
    assert data.station == ("P595",) * 3
    assert (data.longitude[0], data.latitude[0]) == pytest.approx((-117.4, 35.7), abs=1e-9)
    np.testing.assert_allclose(data.values, STEP, atol=4.0 * data.sigma.max())
    assert (np.abs(data.values - STEP) / data.sigma).max() < 3.5
    assert 2e-4 < data.sigma[0] < 1e-3
    assert data.sigma[2] / data.sigma[0] == pytest.approx(4.0, rel=0.25)
    two = read_gnss(path, frame=FRAME, date=EVENT, components=("east", "north"))
    assert len(two) == 2


@pytest.mark.parametrize("trend", [True, False])
def test_stated_uncertainty_is_the_scatter_of_many_series(trend):
    mjd, rng = mjd_noon(), np.random.default_rng(2)
    scores = []
    for _ in range(150):
        noise = positions(rng, mjd) - (0.0 if trend else RATE * (mjd - mjd[0])[:, None])
        series = Series(None, "P595", -117.4, 35.7, mjd, noise, np.full((mjd.size, 3), 1e-6))
        found = offset_at(series, modified_julian_day(EVENT), before=60.0, after=20.0, trend=trend)
        scores.append((found.offset - STEP) / np.sqrt(np.diag(found.covariance)))
    spread = np.std(scores, axis=0)
    assert np.all((spread > 0.85) & (spread < 1.15)), spread


def test_correlated_days_widen_the_uncertainty():
    mjd, rng = mjd_noon(n=500), np.random.default_rng(3)
    when = mjd[250] + 0.3
    scores = []
    for _ in range(100):
        noise = np.zeros((mjd.size, 3))
        kicks = rng.normal(size=noise.shape) * 1e-3
        for k in range(1, mjd.size):
            noise[k] = 0.6 * noise[k - 1] + kicks[k]
        series = Series(None, "X", 0.0, 0.0, mjd, noise, np.full((mjd.size, 3), 1e-6))
        found = offset_at(series, when, before=200.0, after=200.0, trend=False)
        scores.append(found.offset / np.sqrt(np.diag(found.covariance)))
    assert 0.8 < np.std(scores) < 1.25


def test_an_outlying_day_and_the_day_of_the_event_do_not_count(tmp_path):
    mjd = mjd_noon()
    enu = positions(np.random.default_rng(4), mjd)
    clean = read_gnss(write_tenv3(tmp_path / "a.tenv3", enu, mjd), frame=FRAME, date=EVENT)
    enu[np.argmin(np.abs(mjd - modified_julian_day(EVENT)))] += 7.0
    same = read_gnss(write_tenv3(tmp_path / "b.tenv3", enu, mjd), frame=FRAME, date=EVENT)
    np.testing.assert_array_equal(clean.values, same.values)
    enu[100] += 0.5
    robust = read_gnss(write_tenv3(tmp_path / "c.tenv3", enu, mjd), frame=FRAME, date=EVENT)
    np.testing.assert_allclose(robust.values, clean.values, atol=3e-4)


def test_stations_with_too_few_days_are_named(tmp_path):
    mjd = mjd_noon()
    enu = positions(np.random.default_rng(5), mjd)
    whole = write_tenv3(tmp_path / "a.tenv3", enu, mjd)
    short = write_tenv3(tmp_path / "b.tenv3", enu[:150], mjd[:150])
    data = read_gnss([whole, short], frame=FRAME, date=EVENT)
    assert len(data) == 3
    assert any("0 in the 10 after the event" in note for note in data.notes)
    with pytest.raises(DataError, match="no station has an offset"):
        read_gnss(short, frame=FRAME, date=EVENT)


def test_what_is_asked_and_what_is_refused(tmp_path):
    mjd = mjd_noon()
    enu = positions(np.random.default_rng(6), mjd)
    path = write_tenv3(tmp_path / "a.tenv3", enu, mjd)
    for options, message in (
        ({}, "needs the date of the event"),
        ({"date": "6 July"}, "write 2019-07-06"),
        ({"date": EVENT, "unit": "mm"}, "series are in metres"),
        ({"date": EVENT, "sigma": 0.1}, "'sigma' does not apply"),
    ):
        with pytest.raises(DataError, match=message):
            read_gnss(path, frame=FRAME, **options)
    bare = write_tenv3(tmp_path / "bare.tenv3", enu, mjd, place=False)
    with pytest.raises(DataError, match=r"place of P595 is not in the file; give places="):
        read_gnss(bare, frame=FRAME, date=EVENT)
    (tmp_path / "places.csv").write_text("station,longitude,latitude\nP595,-117.4,35.7\nQ1,0,1\n")
    assert len(read_gnss(bare, frame=FRAME, date=EVENT, places=tmp_path / "places.csv")) == 3


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    form=st.sampled_from(["a.tenv3", "a.pos"]),
    changes=st.lists(st.tuples(st.floats(0.0, 0.999), st.integers(0, 255)), max_size=4),
    kept=st.sampled_from([1.0, 0.6, 0.05, 0.0]),
)
def test_damaged_series_give_observations_or_a_message(tmp_path, form, changes, kept):
    mjd = mjd_noon(n=200)
    enu = positions(np.random.default_rng(7), mjd)
    path = (write_tenv3 if form == "a.tenv3" else write_pos)(tmp_path / form, enu, mjd)
    data = bytearray(path.read_bytes())
    for place, byte in changes:
        data[int(place * len(data))] = byte
    path.write_bytes(bytes(data[: int(kept * len(data))]))
    try:
        found = read_gnss(path, frame=FRAME, date=EVENT, format=form.split(".")[1])
    except DataError:
        return
    assert np.isfinite(found.values).all()
