"""Offset fields: which component, its sign, its direction on the map, and pixels for metres."""

import numpy as np
import product_files as products
import pytest
from pyproj import Proj

from geoslip.downsample import DataError, read_scene, samplers
from geoslip.downsample.scenes.look import flight_direction, look_vector

SHAPE = (products.ROWS, products.COLUMNS)


def field(tmp_path, **options):
    numbers = np.arange(180.0).reshape(SHAPE)
    return products.tif(tmp_path / "offsets.tif", 0.01 * numbers, -0.02 * numbers, numbers / 180.0, **options)


def test_azimuth_and_range(tmp_path):
    path = field(tmp_path)
    along = read_scene(
        path, format="offsets", component="azimuth", band=1, unit="m", positive="away", azimuth=-13.0
    )  # fmt: skip
    assert along.kind == "azimuth"
    np.testing.assert_allclose(along.values[3, 4], -0.49, rtol=1e-6)
    np.testing.assert_allclose(along.look, flight_direction(-13.0))
    ranges = read_scene(
        path, format="offsets", component="range", band=2, unit="pixel", pixel_size=2.33, positive="away",
        incidence=39.0, azimuth=-13.0,
    )  # fmt: skip
    assert ranges.kind == "los"
    np.testing.assert_allclose(ranges.values[3, 4], 2.33 * 0.98, rtol=1e-6)
    np.testing.assert_allclose(ranges.look, look_vector(39.0, -13.0))
    assert set(samplers())


@pytest.mark.parametrize("component", ["east", "north"])
def test_optical_offsets_along_the_axes_of_the_map(tmp_path, component):
    path = field(tmp_path)
    scene = read_scene(path, format="offsets", component=component, unit="m")
    assert scene.kind == "offset"
    np.testing.assert_allclose(scene.look, [1, 0, 0] if component == "east" else [0, 1, 0])
    np.testing.assert_allclose(scene.values[3, 4], 0.49 if component == "east" else -0.98, rtol=1e-6)


def test_grid_north_of_a_projection_is_turned_to_true_north(tmp_path):
    import rasterio
    from rasterio.transform import Affine

    path = tmp_path / "utm.tif"
    east = 300_000.0
    with rasterio.open(path, "w", driver="GTiff", height=SHAPE[0], width=SHAPE[1], count=2, dtype="float32",
                       crs="EPSG:32636", transform=Affine(80, 0, east, 0, -80, 4.5e6)) as target:  # fmt: skip
        target.write(np.ones((2, *SHAPE), "f4"))
    north = read_scene(path, format="offsets", component="north", unit="m")
    middle = north.geographic(float(north.x.mean()), float(north.y.mean()))
    # West of the central meridian grid north lies west of true north.
    turned = Proj("EPSG:32636").get_factors(*middle).meridian_convergence
    np.testing.assert_allclose(north.look, flight_direction(turned), atol=2e-6)
    assert north.look[0] < 0.0
    assert abs(turned) > 1.0
    along = read_scene(path, format="offsets", component="east", unit="m")
    assert np.dot(along.look, north.look) == pytest.approx(0.0, abs=1e-6)


def test_pixels_of_low_quality_are_left_out(tmp_path):
    scene = read_scene(field(tmp_path), format="offsets", component="east", unit="m", quality_band=3, least_quality=0.5)
    assert scene.valid.sum() == 90


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "name one of azimuth, range, east, north"),
        ({"component": "azimuth"}, "differ in the order of their bands"),
        ({"component": "azimuth", "band": 1}, "differ in the sign of azimuth offsets"),
        ({"component": "east", "unit": "pixel"}, "give the metres of one pixel"),
        ({"component": "east", "unit": None}, "the unit is not said"),
        ({"component": "range", "band": 1, "positive": "away"}, "direction of measurement is unknown"),
    ],
)
def test_what_is_asked(tmp_path, options, message):
    with pytest.raises(DataError, match=message):
        read_scene(field(tmp_path), format="offsets", **({"unit": "m"} | options))
