"""A station with one wrong digit in its coordinates is found, and put where it belongs."""

import numpy as np
import pytest

from geoslip.cases.pipeline.coordinates import advice, fitting_places, one_digit_places
from geoslip.downsample import Observations
from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, cut_uniform
from geoslip.okada import displacement_field


@pytest.fixture(scope="module")
def model() -> SlipModel:
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=80.0, length=40e3, width=15e3)
    fault = Fault((cut_uniform(plane, "f", patch_length=40e3, patch_width=15e3),))
    return SlipModel(fault, np.array([[3.0, 0.0]]), frame=LocalFrame(-116.5, 34.4))


def station(model: SlipModel, place: tuple[float, float], claimed: tuple[float, float]) -> Observations:
    """Offsets of a station at one place that the table puts at another."""
    assert model.frame is not None
    east, north = model.frame.to_local(*place)
    field = displacement_field(np.array([[east, north, 0.0]]), model.fault.sources, model.slip)
    values = model.frame.rotate_from_frame(field, *(np.array([x]) for x in place))[0, :2]
    x, y = (np.full(2, value) for value in claimed)
    local = np.column_stack([*model.frame.to_local(x, y), np.zeros(2)])
    return Observations(
        name="GNSS",
        kind="gnss",
        longitude=x,
        latitude=y,
        points=local,
        values=values,
        directions=model.frame.rotate_to_frame(np.eye(3)[:2], x, y),
        covariance=1e-5 * np.eye(2),
        station=("A", "A"),
    )


def test_one_digit_places_change_one_digit() -> None:
    places = one_digit_places(-118.8819, 34.4394)
    assert [-116.8819, 34.4394] in np.round(places, 4).tolist()
    differences = np.round(np.abs(places - [-118.8819, 34.4394]), 4)
    assert np.all((differences > 0).sum(axis=1) == 1)
    assert np.abs(places[:, 0]).max() <= 180.0


def test_the_right_place_is_found(model: SlipModel) -> None:
    data = station(model, (-116.8819, 34.4394), (-118.8819, 34.4394))
    places = fitting_places(data, "A", model, misfit=40.0)
    assert places[0].longitude == pytest.approx(-116.8819)
    assert places[0].misfit < 0.1
    assert "-116.8819, 34.4394" in advice(places)


def test_a_wrong_offset_is_not_blamed_on_coordinates(model: SlipModel) -> None:
    data = station(model, (-116.8, 34.4), (-116.8, 34.4))
    wrong = Observations(**{**data.__dict__, "values": np.array([5.0, 7.0])})
    assert fitting_places(wrong, "A", model, misfit=100.0) == []
    assert "check its offset" in advice([])
