"""Damaged and misunderstood files of every product: a checked scene or a message, never another error."""

import shutil

import numpy as np
import product_files as products
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from product_files import WRITERS, truth

from geoslip.downsample import DataError, read_scene

HDF = ("aria", "opera", "mintpy series", "mintpy velocity")
"""Only cut, never changed inside: the HDF5 library itself may crash on wrong bytes that its header does not show."""


@pytest.mark.parametrize("product", WRITERS)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.95])
def test_truncated_files_are_refused(tmp_path, product, share):
    path, options = WRITERS[product](tmp_path, truth())
    if product.startswith("snap"):
        path = next(path.with_suffix(".data").glob("[dU]*.img"))
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    whole = tmp_path / "S1_disp_TC.dim" if product.startswith("snap") else path
    with pytest.raises(DataError):
        read_scene(whole, format=product.split()[0], **options)


@pytest.mark.parametrize("product", [name for name in WRITERS if name not in HDF])
def test_a_scene_or_a_message(tmp_path_factory, product):
    folder = tmp_path_factory.mktemp("fuzz")
    path, options = WRITERS[product](folder, truth())
    texts = [file for file in folder.rglob("*") if file.suffix in (".rsc", ".xml", ".vrt", ".yml", ".dem_par", ".hdr")]
    files = [path, *texts]
    saved = folder / "saved"
    saved.mkdir()
    for file in files:
        shutil.copy(file, saved / file.name)

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        which=st.integers(0, len(files) - 1),
        changes=st.lists(st.tuples(st.floats(0.0, 0.999), st.integers(0, 255)), max_size=4),
        kept=st.sampled_from([1.0, 1.0, 0.7, 0.1]),
    )
    def damaged(which, changes, kept):
        file = files[which]
        data = bytearray((saved / file.name).read_bytes())
        for place, byte in changes:
            data[int(place * len(data))] = byte
        file.write_bytes(bytes(data[: int(kept * len(data))]))
        try:
            scene = read_scene(path, format=product.split()[0], **options)
        except DataError:
            return
        else:
            assert scene.valid.any() and scene.values.shape == (scene.y.size, scene.x.size)
        finally:
            shutil.copy(saved / file.name, file)

    damaged()


def test_degrees_taken_for_radians_and_the_other_way(tmp_path):
    t = truth()
    path, _ = products.hyp3(tmp_path, t)
    job = path.name.removesuffix("_unw_phase.tif")
    products.tif(tmp_path / f"{job}_lv_theta.tif", 90.0 - t.incidence, utm=True)
    with pytest.raises(DataError, match=r"lies between 0 and 90; check its unit \(deg or rad\)"):
        read_scene(path)
    tif = products.tif(tmp_path / "los.tif", t.displacement)
    radians = products.tif(tmp_path / "incidence.tif", np.deg2rad(t.incidence))
    with pytest.raises(DataError, match="look like radians; give angle_unit='rad'"):
        read_scene(tif, unit="m", incidence=radians, azimuth=-12.0)
    assert read_scene(tif, unit="m", incidence=radians, azimuth=np.deg2rad(-12.0), angle_unit="rad").valid.any()


@pytest.mark.parametrize("unit", ["rad", "m"])
def test_wrapped_phase_is_refused_whatever_it_is_called(tmp_path, unit):
    row, column = np.mgrid[:60, :60]
    wrapped = np.angle(np.exp(1j * (0.3 * row + 0.2 * column)))
    path = products.tif(tmp_path / "diff.tif", wrapped)
    with pytest.raises(DataError, match=r"wrapped phase, not unit '(rad|m)' of displacement; unwrap it first"):
        read_scene(path, unit=unit, wavelength=products.C_BAND, look=(-0.6, 0.0, 0.8))


def test_companion_with_rows_the_other_way_is_turned(tmp_path):
    t = truth()
    t.incidence += 0.5 * np.arange(products.ROWS)[:, None]
    path, _ = products.gmtsar(tmp_path, t)
    southward = products.tif(tmp_path / "d.tif", t.displacement)
    x, y = products.degrees()
    from scipy.io import netcdf_file

    with netcdf_file(tmp_path / "incidence.grd", "w") as file:
        for key, numbers in (("lat", y), ("lon", x)):
            file.createDimension(key, numbers.size)
            file.createVariable(key, "d", (key,))[:] = numbers
        file.createVariable("z", "f", ("lat", "lon"))[:] = t.incidence
    # The displacement grid runs northward, its companion southward.
    scene = read_scene(path, incidence=tmp_path / "incidence.grd", azimuth=t.heading)
    np.testing.assert_allclose(scene.look[2, ::-1][np.isfinite(t.displacement)],
                               t.look[2][np.isfinite(t.displacement)], atol=1e-6)  # fmt: skip
    assert southward.is_file()


def test_several_companions_are_asked_about(tmp_path):
    path, _ = products.licsar(tmp_path, truth())
    other = tmp_path / "metadata" / "999A_05410_202020.geo.E.tif"
    shutil.copy(tmp_path / "metadata" / "064A_05410_202020.geo.E.tif", other)
    with pytest.raises(DataError, match=r"2 files fit .* name the one that belongs to it"):
        read_scene(path)
