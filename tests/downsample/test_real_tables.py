"""The published files: counts, units, signs and traps that their descriptions name."""

import numpy as np
import pytest

from geoslip.downsample import read_gnss, read_points, read_scene, require_positive_definite
from geoslip.faults.frame import LocalFrame

RIDGECREST = LocalFrame(-117.599, 35.77)


@pytest.mark.parametrize(
    ("name", "count", "east_sign"),
    [("t64_asc_edit", 1959, -1), ("t65_asc_alos2_new", 1940, -1), ("t66_asc_alos2", 1976, -1), ("t71_des", 2008, 1)],
)
def test_ridgecrest_lines_of_sight(data_folder, name, count, east_sign):
    path = data_folder / "2019_ridgecrest_xu" / f"{name}.lltnde"
    observations = read_points(path, frame=RIDGECREST, unit="mm", sigma=0.01)
    assert len(observations) == count
    assert (np.sign(observations.directions[:, 0]) == east_sign).all()
    assert 0.5 < np.abs(observations.values).max() < 1.5


def test_ridgecrest_gnss_of_both_shocks(data_folder):
    folder = data_folder / "2019_ridgecrest_xu"
    paths = [folder / "GPS64_new.lldet", folder / "GPS71_new.lldet"]
    observations = read_gnss(paths, frame=RIDGECREST, unit="mm")
    assert len(observations) == 3 * 92
    assert observations.values[0] == pytest.approx(0.109 + 0.51959)
    assert observations.sigma[0] == pytest.approx(np.hypot(3.29e-3, 3.41e-3))


def test_ridgecrest_azimuth_offsets_in_metres(data_folder):
    path = data_folder / "2019_ridgecrest_xu" / "t65_mai.llde"
    options = {"frame": RIDGECREST, "unit": "m", "kind": "azimuth", "azimuth": 349.25}
    observations = read_points(path, drop={"sigma": ">= 0.1"}, **options)
    assert observations.sigma.max() < 0.1
    assert "rows dropped by sigma: >= 0.1" in observations.notes[0]
    assert observations.directions[:, 1].min() > 0.98


def test_laquila_covariances_are_positive_definite(data_folder):
    folder = data_folder / "2009_laquila_beat"
    columns = {"longitude": "lon_deg", "latitude": "lat_deg", "value": "los_m"}
    columns |= {"incidence": "incidence_deg", "heading": "heading_deg"}
    for track, count, lowest in (("ascxn", 205, -0.236), ("dscxn", 214, -0.267)):
        observations = read_points(
            folder / f"Laquila_{track}.csv",
            frame=LocalFrame(13.35, 42.3),
            unit="m",
            columns=columns,
            covariance=folder / f"Laquila_{track}_cov_m2.npy",
        )
        assert len(observations) == count
        assert observations.values.min() == pytest.approx(lowest, abs=1e-3)
        require_positive_definite(observations.covariance, what=track)
        # BEAT's own formula: E = -sin i sin(h - 270), N = -sin i cos(h - 270).
        assert (observations.directions[:, 0] < 0).all() == (track == "ascxn")


def test_hovsgol_in_both_units(data_folder):
    folder, frame = data_folder / "2021_hovsgol", LocalFrame(100.4, 51.3)
    options = {"frame": frame, "columns": ("latitude", "longitude", "value"), "incidence": 33.9736, "azimuth": -164.583}
    fine = read_points(folder / "mengu2021DT04_downsampled.txt", unit="cm", sigma=0.01, **options)
    coarse = read_points(folder / "menggu_dt04_downsampled.txt", unit="m", sigma=0.01, **options)
    assert (len(fine), len(coarse)) == (3653, 1592)
    assert fine.values.min() == pytest.approx(-0.216, abs=1e-3)
    assert fine.values.max() == pytest.approx(0.077, abs=1e-3)
    np.testing.assert_allclose(fine.directions.mean(axis=0), [0.539, -0.149, 0.829], atol=6e-3)


def test_landers_without_the_rows_of_another_order(data_folder):
    columns = ("station", "longitude", "latitude", "east", "north", "sigma_east", "sigma_north", "source")
    observations = read_gnss(
        data_folder / "gnss_1992_landers" / "landers_coseis.dat",
        frame=LocalFrame(-116.27, 34.595),
        unit="cm",
        columns=columns,
        drop={"source": "Wdowinski*"},
    )
    assert len(set(observations.station)) == 91
    assert "7 of 98 rows dropped" in observations.notes[0]
    assert any("VNDP and WIDE have the same coordinates" in note for note in observations.notes)


def test_gorkha_tables(data_folder):
    folder, frame = data_folder / "2015_gorkha_geodef", LocalFrame(84.7, 28.2)
    columns = {"longitude": "lon", "latitude": "lat", "value": "uLOS", "sigma": "sigLOS"}
    columns |= {"look_east": "losE", "look_north": "losN", "look_up": "losU"}
    los = read_points(folder / "t048_insar_for_geodef.dat", frame=frame, unit="m", columns=columns)
    assert len(los) == 756
    names = ("longitude", "latitude", "east", "north", "up", "sigma_east", "sigma_north", "sigma_up")
    gnss = read_gnss(folder / "aria_offsets_for_geodef.dat", frame=frame, unit="m", columns=names)
    assert len(gnss) == 39
    assert gnss.values.min() == pytest.approx(-1.83)


def test_maule_look_vectors_are_means_and_stay_so(data_folder):
    frame = LocalFrame(-72.733, -35.909)
    observations = read_points(data_folder / "2010_maule_xu" / "asc.lltnde", frame=frame, unit="cm", sigma=0.02)
    lengths = np.linalg.norm(observations.directions, axis=1)
    assert 3e-4 < np.abs(lengths - 1.0).max() < 4e-4


def test_thessaly_grid(data_folder):
    path = data_folder / "2021_thessaly_greece" / "greece.unw"
    scene = read_scene(path, unit="m", positive="away", incidence=40.0, azimuth=-10.0)
    assert scene.values.shape == (801, 801)
    assert scene.valid.mean() == pytest.approx(0.944, abs=1e-3)
    assert scene.values[scene.valid].min() == pytest.approx(-0.476, abs=1e-3)
    assert (scene.x[0], scene.x[-1], scene.y[0], scene.y[-1]) == (-40000.0, 40000.0, -40000.0, 40000.0)
    assert scene.summary()["mean_look"][0] < 0
