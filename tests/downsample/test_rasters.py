"""GeoTIFF and netCDF grids: place, orientation, sign, gaps, and rasters that cannot be used."""

import h5py
import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Proj
from rasterio.transform import Affine
from scipy.io import netcdf_file

from geoslip.downsample import DataError, look_vector, read_scene, readers

SHAPE = (5, 7)
LOOK = (-0.6, 0.0, 0.8)


def write_tiff(path, values, *, crs="EPSG:32611", transform=None, nodata=None):
    values = np.atleast_3d(values) if values.ndim == 2 else values
    transform = Affine(90.0, 0.0, 400000.0, 0.0, -100.0, 3960000.0) if transform is None else transform
    profile = {"driver": "GTiff", "height": SHAPE[0], "width": SHAPE[1], "count": 1, "dtype": values.dtype}
    with rasterio.open(path, "w", crs=crs, transform=transform, nodata=nodata, **profile) as target:
        target.write(values[:, :, 0], 1)
    return path


def ramp(dtype="float32"):
    return np.arange(35.0).reshape(SHAPE).astype(dtype)


def test_geotiff_place_sign_and_gaps(tmp_path):
    values = ramp()
    values[0, 0], values[1, 1] = -9999.0, np.nan
    path = write_tiff(tmp_path / "t.tif", values, nodata=-9999.0)
    scene = read_scene(path, unit="mm", positive="away", look=LOOK, nodata=2.0)
    assert scene.crs == "EPSG:32611"
    assert (scene.x[0], scene.x[-1]) == (400045.0, 400000.0 + 6.5 * 90.0)
    assert (scene.y[0], scene.y[-1]) == (3959950.0, 3960000.0 - 450.0)
    scale = Proj("EPSG:32611").get_factors(*scene.geographic(400315.0, 3959750.0)).meridional_scale
    assert scene.spacing == pytest.approx((100.0 / scale, 90.0 / scale), rel=1e-7)
    assert not scene.valid[0, 0] and not scene.valid[1, 1] and not scene.valid[0, 2]
    assert scene.valid.sum() == 32
    assert scene.values[4, 6] == pytest.approx(-0.034)


def test_geotiff_companions_as_vectors_and_as_angles(tmp_path):
    path = write_tiff(tmp_path / "d.tif", ramp())
    incidence, azimuth = np.full(SHAPE, 38.0, "f4"), np.full(SHAPE, -12.0, "f4")
    azimuth[2, 2] = np.nan
    vectors = np.moveaxis(look_vector(incidence, azimuth), -1, 0).astype("f4")
    parts = [write_tiff(tmp_path / f"{key}.tif", part) for key, part in zip("enu", vectors)]
    angles = {
        "incidence": write_tiff(tmp_path / "i.tif", incidence),
        "azimuth": write_tiff(tmp_path / "a.tif", azimuth),
    }
    by_vectors, by_angles = read_scene(path, unit="cm", look=parts), read_scene(path, unit="cm", **angles)
    np.testing.assert_allclose(by_vectors.look, by_angles.look, atol=1e-7)
    np.testing.assert_array_equal(by_vectors.valid, by_angles.valid)
    assert not by_vectors.valid[2, 2]
    np.testing.assert_allclose(by_angles.look[:, 0, 0], look_vector(38.0, -12.0), atol=1e-7)
    mixed = read_scene(path, unit="cm", incidence=angles["incidence"], azimuth=-12.0)
    np.testing.assert_allclose(mixed.look[:, 0, 0], look_vector(38.0, -12.0), atol=1e-7)


def test_azimuth_offsets_need_only_a_heading(tmp_path):
    scene = read_scene(write_tiff(tmp_path / "d.tif", ramp() * 0.01), unit="m", kind="azimuth", azimuth=350.0)
    np.testing.assert_allclose(scene.look, [np.sin(np.deg2rad(350.0)), np.cos(np.deg2rad(350.0)), 0.0])


def test_rotated_unplaced_and_foreign_rasters_are_refused(tmp_path):
    rotated = Affine(90.0, 10.0, 4e5, 10.0, -90.0, 4e6)
    cases = [
        ({"crs": None}, {}, "no projection"),
        ({"transform": rotated}, {}, "rotated"),
        ({}, {"band": 2}, "bands count from 1"),
        ({}, {"look": (0.6, 0.0, -0.8)}, "ground to the satellite"),
        ({}, {"look": (0.6, 0.6, 0.8)}, "length"),
        ({}, {"look": None}, "direction of measurement is unknown"),
        ({}, {"unit": "inch"}, "m, cm, mm, rad"),
        ({"transform": Affine(0.1, 0.0, 20.0, 0.0, -0.1, 140.0), "crs": "EPSG:4326"}, {}, "look like metres"),
    ]
    for index, (making, reading, message) in enumerate(cases):
        path = write_tiff(tmp_path / f"{index}.tif", ramp() * 0.01, **making)
        with pytest.raises(DataError, match=message):
            read_scene(path, **({"unit": "m", "look": LOOK} | reading))
    assert read_scene(tmp_path / "0.tif", unit="m", look=LOOK, crs="EPSG:32611").crs == "EPSG:32611"
    assert read_scene(tmp_path / "0.tif", unit="m", look=LOOK, crs="local").crs is None


def test_files_that_are_no_raster(tmp_path):
    path = write_tiff(tmp_path / "whole.tif", ramp())
    data = path.read_bytes()
    (tmp_path / "cut.tif").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.tif").write_text("lon lat\n1 2\n")
    for name in ("cut.tif", "text.tif"):
        with pytest.raises(DataError, match="cannot be read as a raster"):
            read_scene(tmp_path / name, unit="m", look=LOOK)
    with pytest.raises(DataError, match="no such file"):
        read_scene(tmp_path / "none.tif", unit="m", look=LOOK)
    with pytest.raises(DataError, match="every pixel is NaN"):
        read_scene(write_tiff(tmp_path / "nan.tif", np.full(SHAPE, np.nan, "f4")), unit="m", look=LOOK)
    with pytest.raises(DataError, match="no such file"):
        read_scene(path, unit="m", look=(tmp_path / "e.tif", 0.0, 0.8))


def test_a_companion_on_another_grid_is_refused(tmp_path):
    path = write_tiff(tmp_path / "d.tif", ramp())
    moved = Affine(90.0, 0.0, 400900.0, 0.0, -100.0, 3960000.0)
    other = write_tiff(tmp_path / "i.tif", np.full(SHAPE, 38.0, "f4"), transform=moved)
    with pytest.raises(DataError, match="x coordinates are not those"):
        read_scene(path, unit="cm", incidence=other, azimuth=-12.0)


def write_classic(path, values, *, names=("lat", "lon"), units="degrees"):
    with netcdf_file(path, "w") as target:
        for key, numbers in zip(names, (40.0 + 0.1 * np.arange(SHAPE[0]), 20.0 + 0.1 * np.arange(SHAPE[1]))):
            target.createDimension(key, numbers.size)
            variable = target.createVariable(key, "d", (key,))
            variable[:] = numbers
            variable.units = units
        grid = target.createVariable("z", "f", names)
        grid[:] = values
        grid._FillValue = np.float32(-1.0)
    return path


def write_hdf(path, values, *, names=("lat", "lon"), scale=None):
    with h5py.File(path, "w") as target:
        grid = target.create_dataset("z", data=values)
        for axis, (key, size) in enumerate(zip(names, SHAPE)):
            coordinate = target.create_dataset(key, data=(40.0, 20.0)[axis] + 0.1 * np.arange(size))
            coordinate.make_scale(key)
            grid.dims[axis].attach_scale(coordinate)
        if scale is not None:
            grid.attrs["scale_factor"], grid.attrs["add_offset"] = scale
    return path


def test_classic_and_new_grids_agree(tmp_path):
    values = ramp()
    values[3, 3] = -1.0
    classic = read_scene(write_classic(tmp_path / "a.grd", values), unit="mm", look=LOOK)
    values[3, 3] = np.nan
    modern = read_scene(write_hdf(tmp_path / "b.nc", values), unit="mm", look=LOOK)
    np.testing.assert_array_equal(classic.values, modern.values)
    for scene in (classic, modern):
        assert scene.crs == "EPSG:4326"
        assert (scene.y[0], scene.x[0]) == (40.0, 20.0)
        assert scene.values[4, 6] == pytest.approx(0.034)
        assert not scene.valid[3, 3]


def test_scale_and_offset_and_a_grid_with_x_first(tmp_path):
    path = write_hdf(tmp_path / "s.nc", ramp("int16"), scale=(0.5, 1.0))
    assert read_scene(path, unit="mm", look=LOOK).values[0, 1] == pytest.approx(0.0015)
    path = write_hdf(tmp_path / "t.nc", ramp(), names=("lon", "lat"))
    scene = read_scene(path, unit="mm", look=LOOK)
    assert scene.values.shape == SHAPE[::-1]
    assert scene.x[0] == 40.0


def test_grids_that_cannot_be_used(tmp_path):
    path = write_classic(tmp_path / "m.grd", ramp(), names=("y", "x"), units="meter")
    with pytest.raises(DataError, match="no projection"):
        read_scene(path, unit="mm", look=LOOK)
    assert read_scene(path, unit="mm", look=LOOK, crs="local").crs is None
    with pytest.raises(DataError, match="no grid 'los'"):
        read_scene(path, unit="mm", look=LOOK, variable="los")
    data = path.read_bytes()
    (tmp_path / "cut.grd").write_bytes(data[: len(data) - 60])
    (tmp_path / "text.nc").write_text("nothing")
    with pytest.raises(DataError, match=r"cut\.grd"):
        read_scene(tmp_path / "cut.grd", unit="mm", look=LOOK)
    with pytest.raises(DataError, match="neither classic"):
        read_scene(tmp_path / "text.nc", unit="mm", look=LOOK)
    whole = write_hdf(tmp_path / "w.nc", ramp()).read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[:900])
    with pytest.raises(DataError, match="its header states 8428: the file is truncated"):
        read_scene(tmp_path / "cut.nc", unit="mm", look=LOOK)
    with h5py.File(tmp_path / "w.nc", "a") as target:
        target["z2"] = np.zeros(SHAPE)
    with pytest.raises(DataError, match="2 grids"):
        read_scene(tmp_path / "w.nc", unit="mm", look=LOOK)
    with pytest.raises(DataError, match="no coordinate"):
        read_scene(tmp_path / "w.nc", unit="mm", look=LOOK, variable="z2")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 487), st.integers(0, 255)), max_size=5),
    length=st.integers(0, 600),
)
def test_a_damaged_grid_gives_a_scene_or_a_data_error(tmp_path, changes, length):
    path = tmp_path / "damaged.grd"
    data = bytearray(write_classic(path, ramp()).read_bytes())
    for place, byte in changes:
        data[place] = byte
    path.write_bytes(bytes(data[:length]))
    try:
        scene = read_scene(path, unit="mm", look=LOOK)
    except DataError:
        return
    assert scene.valid.any()


def test_readers_are_told_apart_by_what_they_give():
    assert {"geotiff", "grid", "raw_grid"} <= set(readers("scene"))
    assert "points_table" in readers("points") and "gnss_table" in readers("gnss")
