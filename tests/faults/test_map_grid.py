"""Models counted on a map's grid: the same places and directions, and what is refused."""

import numpy as np
import pytest
from pyproj import Geod

from geoslip.faults import FormatError, LocalFrame, RectangularSegment, SlipModel, read_slip_model
from geoslip.faults.fault import Fault
from geoslip.faults.map_grid import from_map_grid
from geoslip.faults.triangular import TriangularSegment

ORIGIN = (-116.27, 34.594993)
FLT = "1 1.0 0.0 0.0 0.0 20.0 10.0 0.0 90.0 180.0\n2 1.0 50.0 -40.0 1.0 20.0 10.0 30.0 60.0 0.0\n"


def test_grid_north_is_turned_by_the_grid_s_convergence(tmp_path) -> None:
    path = tmp_path / "model_km.flt"
    path.write_text(FLT)
    model = read_slip_model(path, frame=LocalFrame(*ORIGIN), crs="EPSG:32611")
    # at 34.595 N, 0.73 degrees east of the zone's middle, grid north lies east of true north by 0.73 sin(34.595)
    assert model.fault.segments[0].strikes[0] == pytest.approx(0.73 * np.sin(np.deg2rad(34.595)), abs=2e-3)
    start = model.fault.outlines[0][0]
    # the length stays: the map's 20 km are 20.007 on the ground, and either end gives half of that
    assert start == pytest.approx([0.0, 0.0, 0.0], abs=4.0)
    plain = read_slip_model(path, frame=LocalFrame(*ORIGIN))
    assert model.moment == pytest.approx(plain.moment, rel=1e-12)
    assert np.array_equal(model.fault.dips, plain.fault.dips)
    # the second rectangle's corner against the geodesic: 64 km away the scale of the map is 0.9996 to 0.9998
    longitude, latitude = model.frame.to_geographic(*model.fault.outlines[1][0][:2])
    distance = Geod(ellps="WGS84").inv(*ORIGIN, longitude, latitude)[2]
    assert distance == pytest.approx(np.hypot(50e3, 40e3) / 0.9997, rel=3e-4)


def test_triangles_go_with_their_vertices() -> None:
    corners = np.array([[0.0, 0.0, -1e3], [5e3, 0.0, -1e3], [0.0, -5e3, -4e3]])
    segment = TriangularSegment("mesh", corners, np.array([[0, 2, 1]]))
    model = SlipModel(Fault((segment,)), np.array([[1.0, 0.5, 0.0]]))
    placed = from_map_grid(model, crs="EPSG:32611", origin=ORIGIN)
    assert placed.fault.segments[0].vertices[:, 2] == pytest.approx(corners[:, 2])
    turned = placed.fault.segments[0].vertices[1] - placed.fault.segments[0].vertices[0]
    assert np.rad2deg(np.arctan2(turned[1], turned[0])) == pytest.approx(-0.4145, abs=2e-3)


@pytest.mark.parametrize(
    ("crs", "origin", "message"),
    [
        ("EPSG:1", ORIGIN, "is unknown"),
        ("EPSG:4326", ORIGIN, "counts in degrees"),
        ("EPSG:32611", (64.0, 0.0), "another zone"),
    ],
)
def test_what_is_refused(crs, origin, message) -> None:
    rectangle = RectangularSegment("one", np.array([[0.0, 0.0, 0.0, 0.0, 90.0, 2e4, 1e4]]))
    model = SlipModel(Fault((rectangle,)), np.array([[1.0, 0.0, 0.0]]))
    with pytest.raises(ValueError, match=message):
        from_map_grid(model, crs=crs, origin=origin)


def test_a_grid_needs_an_origin_and_no_degrees(tmp_path, data_folder) -> None:
    path = tmp_path / "model_km.flt"
    path.write_text(FLT)
    with pytest.raises(FormatError, match="give a frame beside the crs"):
        read_slip_model(path, crs="EPSG:32611")
    param = data_folder / "slipmodels_ridgecrest_usgs/ridgecrest.param"
    with pytest.raises(FormatError, match="leave the projection out"):
        read_slip_model(param, frame=LocalFrame(*ORIGIN), crs="EPSG:32611")
