"""Masks of scenes and observations agree with each other and with plain geometry."""

import numpy as np
import pytest
import shapely

from geoslip.downsample import (
    DataError,
    NoiseModel,
    Scene,
    cell_observations,
    distance_to_polylines,
    inside_polygon,
    near_polylines,
    uniform_cells,
)
from geoslip.faults.frame import LocalFrame

FRAME = LocalFrame(20.05, 40.05)
LOOK = np.array([-0.6, 0.0, 0.8])
TRACE = [[20.02, 40.03], [20.06, 40.05], [20.08, 40.09]]


def local_scene():
    x = 100.0 * np.arange(-60, 61)
    y = -100.0 * np.arange(-50, 51)
    return Scene(name="S", values=np.zeros((101, 121)), x=x, y=y, look=LOOK, crs=None)


def geographic_scene(crs="EPSG:4326"):
    x, y = 20.0 + 5e-3 * np.arange(20), 40.1 - 5e-3 * np.arange(20)
    return Scene(name="S", values=np.zeros((20, 20)), x=x, y=y, look=LOOK, crs=crs)


def test_distance_to_a_trace_in_a_local_scene():
    scene = local_scene()
    east, north = FRAME.to_local(*np.array(TRACE).T)
    line = shapely.LineString(np.column_stack([east, north]))
    x, y = np.meshgrid(scene.x, scene.y)
    expected = shapely.distance(line, shapely.points(x, y))
    np.testing.assert_allclose(distance_to_polylines(scene, [TRACE], frame=FRAME), expected, atol=1e-6)
    parts = [[TRACE[0]], TRACE[1:]]
    apart = shapely.distance(shapely.MultiPoint([line.coords[0]]), shapely.points(x, y))
    rest = shapely.distance(shapely.LineString(line.coords[1:]), shapely.points(x, y))
    np.testing.assert_allclose(distance_to_polylines(scene, parts, frame=FRAME), np.minimum(apart, rest), atol=1e-6)


def test_scenes_and_observations_are_masked_alike():
    scene = geographic_scene()
    cells = uniform_cells(scene, size=557.0)
    observations = cell_observations(scene, cells, frame=FRAME, noise=NoiseModel(0.0, 1.0, 1e-6))
    by_scene = distance_to_polylines(scene, [TRACE], frame=FRAME)[cells.labels >= 0]
    order = np.argsort(cells.labels[cells.labels >= 0])
    by_row = distance_to_polylines(observations, [TRACE], frame=FRAME)
    np.testing.assert_allclose(by_scene[order], by_row, rtol=2e-3, atol=5.0)
    polygon = [[20.0113, 40.0102], [20.0709, 40.0211], [20.0517, 40.0907]]
    by_scene = inside_polygon(scene, polygon, frame=FRAME)
    # Edges straight in longitude and latitude are not quite straight in the frame: few points lie between.
    differ = by_scene[cells.labels >= 0][order] != inside_polygon(observations, polygon, frame=FRAME)
    assert differ.mean() < 0.005
    area = shapely.Polygon(polygon).area / 5e-3**2
    assert by_scene.sum() == pytest.approx(area, rel=0.1)


def test_masked_pixels_are_gone_and_the_scene_is_not_changed():
    scene = local_scene()
    near = near_polylines(scene, [TRACE], distance=1000.0, frame=FRAME)
    masked = scene.mask(near)
    np.testing.assert_array_equal(masked.valid, ~near)
    assert scene.valid.all()


def test_projected_scenes_know_their_places():
    scene = geographic_scene()
    longitude, latitude = scene.geographic(*scene.coordinates([20.05], [40.05]))
    assert (longitude[0], latitude[0]) == pytest.approx((20.05, 40.05))
    x = 400000.0 + 100.0 * np.arange(10)
    utm = Scene(name="U", values=np.zeros((10, 10)), x=x, y=x + 4e6, look=LOOK, crs="EPSG:32634")
    back = utm.coordinates(*utm.geographic(x, x + 4e6))
    np.testing.assert_allclose(back, (x, x + 4e6), atol=1e-4)
    pixels = utm.pixels(frame=LocalFrame(*(float(part[0]) for part in utm.geographic(x[:1], x[:1] + 4e6))))
    np.testing.assert_allclose(pixels.points[0], 0.0, atol=1e-6)
    # UTM's scale at 100 km from its central meridian is 0.9997.
    assert np.hypot(*pixels.points[1, :2]) == pytest.approx(100.0 / 0.9997, abs=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda scene: near_polylines(scene, [TRACE], distance=-1.0, frame=FRAME), "0 or larger"),
        (lambda scene: near_polylines(scene, [], distance=1.0, frame=FRAME), "no trace"),
        (lambda scene: near_polylines(scene, [[1.0, 2.0, 3.0]], distance=1.0, frame=FRAME), "pairs"),
        (lambda scene: inside_polygon(scene, TRACE[:2], frame=FRAME), "at least three"),
        (lambda scene: inside_polygon(scene, [[0, 0], [1, 1], [0, 1], [1, 0]], frame=FRAME), "not simple"),
        (lambda scene: scene.mask(np.zeros((2, 2))), "mask of shape"),
        (lambda scene: scene.geographic(0.0, 0.0), "give the local frame"),
        (lambda scene: scene.coordinates(20.0, 40.0), "give the local frame"),
    ],
)
def test_messages(call, message):
    with pytest.raises(DataError, match=message):
        call(local_scene())
