"""Questions to data and answer: outlying stations, signs, reach."""

from dataclasses import replace

import numpy as np
import pytest

from geoslip.cases.casefile.case import Case
from geoslip.cases.errors import CaseError
from geoslip.cases.pipeline.checks import (
    OUTLYING,
    check_reach,
    few_near,
    outlying_stations,
    sign_against_gnss,
    station_misfits,
    understated_noise,
)
from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform


def observations(name: str, kind: str, points: np.ndarray, values: np.ndarray, directions: np.ndarray) -> Observations:
    n = len(values)
    stations = tuple(f"S{row // 2:02d}" for row in range(n)) if kind == "gnss" else None
    return Observations(
        name=name,
        kind=kind,
        longitude=np.zeros(n),
        latitude=np.zeros(n),
        points=np.column_stack([points, np.zeros(n)]),
        values=values,
        directions=directions,
        covariance=4e-6 * np.eye(n),
        station=stations,
    )


def case(check_sign: bool = True) -> Case:
    noise = {"sigma": "2 mm"}
    return Case.model_validate(
        {
            "name": "x",
            "origin": [0.0, 0.0],
            "data": [
                {
                    "name": "track",
                    "kind": "los",
                    "file": "t",
                    "unit": "m",
                    "positive": "toward",
                    "noise": noise,
                    "check_sign": check_sign,
                },
                {"name": "GNSS", "kind": "gnss", "file": "g", "unit": "m", "noise": noise},
            ],
            "faults": [
                {
                    "name": "f",
                    "top_centre": [0.0, 0.0],
                    "strike": 0,
                    "dip": 90,
                    "length": "10 km",
                    "width": "10 km",
                    "patches": {"length": "5 km"},
                }
            ],
        }
    )


@pytest.fixture
def pair() -> tuple[Observations, Observations]:
    """A track and stations at the same places, of one shear motion."""
    generator = np.random.default_rng(1)
    places = generator.uniform(-20e3, 20e3, (15, 2))
    motion = np.column_stack([np.tanh(places[:, 1] / 5e3), 0.3 * np.tanh(places[:, 0] / 5e3)])
    look = np.array([0.6, -0.1, 0.793725])
    track = observations("track", "los", places, motion @ look[:2] + 0.05, np.tile(look, (15, 1)))
    axes = np.tile(np.eye(3)[:2], (15, 1))
    gnss = observations("GNSS", "gnss", np.repeat(places, 2, axis=0), motion.ravel(), axes)
    return track, gnss


def fault() -> Fault:
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=90.0, length=10e3, width=10e3)
    return Fault((cut_uniform(plane, "f", patch_length=5e3),))


def test_station_misfit_is_in_standard_deviations(pair: tuple[Observations, Observations]) -> None:
    residual = np.full(30, 2e-3)
    assert list(station_misfits(pair[1], residual).values()) == pytest.approx([1.0] * 15)


def test_only_the_blunder_is_named(pair: tuple[Observations, Observations]) -> None:
    residual = np.random.default_rng(2).normal(0.0, 2e-3, 30)
    assert outlying_stations(pair[1], residual) == []
    residual[14:16] += 0.1
    named = outlying_stations(pair[1], residual)
    assert len(named) == 1
    assert "station S07" in named[0] and "check its coordinates" in named[0]


def test_a_network_that_fits_badly_throughout_has_no_outlier(pair: tuple[Observations, Observations]) -> None:
    residual = 0.05 * np.random.default_rng(3).standard_normal(30)
    assert outlying_stations(pair[1], residual) == []
    assert OUTLYING > 5.0


def test_reversed_sign_is_a_mistake_and_right_sign_is_not(pair: tuple[Observations, Observations]) -> None:
    track, gnss = pair
    assert sign_against_gnss(case(), [track, gnss]) == ([], [])
    reversed_track = replace(track, values=-track.values)
    mistakes, _ = sign_against_gnss(case(), [reversed_track, gnss])
    assert len(mistakes) == 1
    assert "write positive: away" in mistakes[0].rule
    assert sign_against_gnss(case(check_sign=False), [reversed_track, gnss]) == ([], [])


def test_disagreement_is_a_warning(pair: tuple[Observations, Observations]) -> None:
    track, gnss = pair
    shuffled = replace(track, values=np.random.default_rng(4).permutation(track.values))
    mistakes, warnings = sign_against_gnss(case(), [shuffled, gnss])
    assert not mistakes
    assert len(warnings) == 1 and "hardly agrees" in warnings[0]


@pytest.mark.parametrize(("factor", "size"), [(1e-3, "1/1"), (1e3, "1")])
def test_another_unit_than_the_gnss_is_a_warning(
    pair: tuple[Observations, Observations], factor: float, size: str
) -> None:
    track, gnss = pair
    mistakes, warnings = sign_against_gnss(case(), [replace(track, values=factor * track.values), gnss])
    assert not mistakes
    assert len(warnings) == 1 and f"is {size}" in warnings[0] and "check the unit of both" in warnings[0]
    assert sign_against_gnss(case(), [replace(track, values=1.5 * track.values), gnss]) == ([], [])


def test_far_data_are_refused_when_all_are_far(pair: tuple[Observations, Observations]) -> None:
    away = [replace(entry, points=entry.points + [300e3, 0.0, 0.0]) for entry in pair]
    check_reach(case(), pair, fault())
    check_reach(case(), [pair[0], away[1]], fault())
    assert few_near([pair[0], away[1]], fault()) == ["no datum of GNSS lies within 24 km of the fault"]
    with pytest.raises(CaseError, match="lies near the fault"):
        check_reach(case(), away, fault())


def test_understated_noise_is_said() -> None:
    class Fit:
        name, n, chi2 = "track", 100, 2500.0

    class Estimate:
        fits = (Fit(),)

    (warning,) = understated_noise(Estimate())  # type: ignore[arg-type]
    assert "5.0 times" in warning
    Fit.chi2 = 110.0
    assert understated_noise(Estimate()) == []  # type: ignore[arg-type]
