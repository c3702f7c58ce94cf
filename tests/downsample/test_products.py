"""Every product gives the same displacement, the same look vectors and the same place."""

import h5py
import numpy as np
import product_files as products
import pytest
from product_files import ROWS, WRITERS, truth
from pyproj import Geod

from geoslip.downsample import DataError, read_scene, readers


@pytest.mark.parametrize("heading", [-12.6, -167.0])
@pytest.mark.parametrize("product", WRITERS)
def test_displacement_direction_and_place(tmp_path, product, heading):
    t = truth(heading)
    path, options = WRITERS[product](tmp_path, t)
    scene = read_scene(path, **options)
    x, y = products.metres() if scene.crs == "EPSG:32636" else products.degrees()
    values, look = (scene.values, scene.look) if scene.y[0] > scene.y[-1] else (scene.values[::-1], scene.look)
    if scene.y[0] < scene.y[-1]:
        look = look if look.ndim == 1 else look[:, ::-1]
        np.testing.assert_allclose(scene.y, y[::-1], atol=1e-9)
    else:
        np.testing.assert_allclose(scene.y, y, atol=1e-6)
    np.testing.assert_allclose(scene.x, x, atol=1e-6)
    np.testing.assert_array_equal(np.isfinite(values), np.isfinite(t.displacement))
    np.testing.assert_allclose(values, t.displacement, atol=2e-7)
    if product == "roi_pac":
        np.testing.assert_allclose(look, t.look[:, 0, 7], atol=1e-7)
    else:
        there = np.isfinite(values)
        np.testing.assert_allclose(look[:, there], t.look[:, there], atol=3e-6)
    assert scene.notes, "what was understood is said"


@pytest.mark.parametrize("product", WRITERS)
def test_recognised_by_its_own_reader_alone(tmp_path, product):
    path, _ = WRITERS[product](tmp_path, truth())
    first = next(reader for reader in readers("scene").values() if reader.recognises(path))
    assert first.name == product.split()[0]


@pytest.mark.parametrize("product", ["licsar", "hyp3", "aria", "opera", "mintpy series"])
def test_pixels_of_low_coherence_are_left_out(tmp_path, product):
    path, options = WRITERS[product](tmp_path, truth())
    scene = read_scene(path, least_coherence=0.5, **options)
    assert not scene.valid[:, :3].any()
    assert scene.valid[:, 3:].sum() == np.isfinite(truth().displacement[:, 3:]).sum()


@pytest.mark.parametrize("product", ["hyp3", "aria"])
def test_connected_components_are_kept_by_number_or_size(tmp_path, product):
    path, _ = WRITERS[product](tmp_path, truth())
    assert not read_scene(path, keep_components="largest").valid[:, :5].any()
    assert not read_scene(path, keep_components=[2]).valid[:, 5:].any()
    with pytest.raises(DataError, match=r"no component 7; there are 1 \(\d+ pixels\), 2"):
        read_scene(path, keep_components=[7])


def test_kite_scene_in_metres_lies_where_its_corner_says(tmp_path):
    t = truth()
    path, _ = products.kite(tmp_path, t, spacing="meter")
    scene = read_scene(path)
    longitude, latitude = scene.geographic(scene.x[[0, -1]], scene.y[[0, -1]])
    x, y = products.degrees()
    assert (longitude[0], latitude[0]) == pytest.approx((x[0], y[-1]), abs=1e-9)
    away = Geod(ellps="WGS84").inv(longitude[0], latitude[0], longitude[1], latitude[1])[2]
    assert away == pytest.approx(90.0 * np.hypot(ROWS - 1, products.COLUMNS - 1), rel=1e-6)
    np.testing.assert_allclose(scene.values[::-1], t.displacement, atol=1e-7)


def test_angles_of_aria_depend_on_the_height(tmp_path):
    path, _ = products.aria(tmp_path, truth())
    up = [read_scene(path, height=height).look[2, 5, 5] for height in (0.0, 1500.0)]
    raised = np.rad2deg(np.arccos(up[1])) - np.rad2deg(np.arccos(up[0]))
    assert raised == pytest.approx(0.3, abs=2e-3)


def test_binary_table_of_sat_look(tmp_path):
    t = truth()
    path, _ = products.gmtsar(tmp_path, t)
    rows = np.loadtxt(tmp_path / "topo.lltn")
    (tmp_path / "topo.lltn").unlink()
    rows.astype("<f4").tofile(tmp_path / "look.bin")
    scene = read_scene(path)
    np.testing.assert_allclose(scene.look[:, 4, 4], t.look[:, ROWS - 5, 4], atol=2e-5)


# What a product does not say is asked, and what contradicts it is refused.


def test_order_of_dates_decides_the_sign_of_roi_pac(tmp_path):
    t = truth()
    path, _ = products.roi_pac(tmp_path, t, date12="DATE12  190716-190704\n")
    np.testing.assert_allclose(read_scene(path).values, -t.displacement, atol=1e-7)
    path, _ = products.roi_pac(tmp_path, t, date12="")
    with pytest.raises(DataError, match=r"no DATE12 .* give positive: away"):
        read_scene(path)
    np.testing.assert_allclose(read_scene(path, positive="away").values, t.displacement, atol=1e-7)


def test_isce2_asks_for_sign_and_wavelength(tmp_path):
    path, options = products.isce2(tmp_path, truth())
    with pytest.raises(DataError, match="positive: away if it is the older, positive: toward if it is the newer"):
        read_scene(path)
    with pytest.raises(DataError, match="no wavelength"):
        read_scene(path, positive="away")
    newer = read_scene(path, **{**options, "positive": "toward"})
    np.testing.assert_allclose(newer.values, -truth().displacement, atol=1e-7)


def test_reference_of_hyp3_that_is_later_is_asked_about(tmp_path):
    path, _ = products.hyp3(tmp_path, truth(), first="20190716", second="20190704")
    with pytest.raises(DataError, match=r"later than 20190704.* give away"):
        read_scene(path)
    assert read_scene(path, positive="toward").valid.any()


def test_aria_whose_name_has_no_dates_is_asked_about(tmp_path):
    path, _ = products.aria(tmp_path, truth(), name="S1-GUNW-renamed.nc")
    with pytest.raises(DataError, match="does not say which date is the reference"):
        read_scene(path)
    np.testing.assert_allclose(read_scene(path, positive="toward").values, truth().displacement, atol=2e-7)


def test_vectors_of_opera_that_point_down_are_refused(tmp_path):
    path, _ = products.opera(tmp_path, truth(), direction=-1.0)
    with pytest.raises(DataError, match="ground to the satellite"):
        read_scene(path)


@pytest.mark.parametrize(
    ("product", "option", "message"),
    [
        ("licsar", {"unit": "m"}, "unit: m contradicts LiCSAR, whose files are unit: rad"),
        ("licsar", {"positive": "toward"}, "positive: toward contradicts LiCSAR"),
        ("mintpy velocity", {"unit": "mm"}, "contradicts MintPy"),
        ("kite", {"positive": "away"}, "contradicts kite"),
        ("gmtsar", {"unit": "cm"}, "contradicts GMTSAR"),
        ("hyp3", {"colour": "red"}, "option 'colour' is unknown"),
        ("roi_pac", {"least_coherence": 0.3}, "no coherence was found"),
        (
            "mintpy series",
            {"dates": ["20190704", "20190717"]},
            "no date 20190717; there are 4, the nearest is 20190716",
        ),
        ("mintpy series", {"dates": None}, "4 dates from 20190610 to 20190728; name two"),
        ("snap", {"variable": "topo"}, "no band 'topo'"),
    ],
)
def test_contradictions(tmp_path, product, option, message):
    path, options = WRITERS[product](tmp_path, truth())
    with pytest.raises(DataError, match=message):
        read_scene(path, **{**options, **option})


@pytest.mark.parametrize(
    ("product", "companion", "message"),
    [
        ("licsar", "metadata/064A_05410_202020.geo.N.tif", "N component of the look vector not found"),
        ("hyp3", "*_lv_phi.tif", "lv_phi not found"),
        ("opera", "*enu.tif", "static layer of the line of sight not found"),
        ("mintpy velocity", "inputs/geometryGeo.h5", r"geometryGeo\.h5 not found"),
        ("isce2", "los.rdr.geo", r"los\.rdr\.geo not found"),
        ("isce2", "filt_topophase.unw.geo.xml", "copy the header too"),
        ("gamma", "20190704.lv_theta", "lv_theta not found"),
        ("gamma", "20190704.slc.par", "no radar_frequency"),
        ("gmtsar", "topo.lltn", "table of SAT_look not found"),
        ("gmtsar phase", "IMG.PRM", "radar_wavelength"),
        ("snap", "S1_disp_TC.data/incidence*.img", "incidence from the ellipsoid"),
        ("kite", "scene.yml", "a .npz and a .yml"),
    ],
)
def test_missing_companions(tmp_path, product, companion, message):
    path, options = WRITERS[product](tmp_path, truth())
    for file in list(tmp_path.glob(companion)):
        file.unlink()
    with pytest.raises(DataError, match=message):
        read_scene(path, format=product.split()[0], **options)


def test_nisar_is_known_but_not_guessed(tmp_path):
    path = tmp_path / "NISAR_L2_GUNW.h5"
    with h5py.File(path, "w") as file:
        file.create_group("science/LSAR/GUNW/grids/frequencyA")
    with pytest.raises(DataError, match=r"not settled among its readers\. Export unwrappedPhase as a GeoTIFF"):
        read_scene(path)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(DataError, match="truncated"):
        read_scene(path)
