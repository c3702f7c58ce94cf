"""``geoslip scene`` on rasters made here."""

from pathlib import Path

import numpy as np
import product_files
import pytest
import rasterio

from geoslip.cases.commands.scene import SceneOptions, describe_scene, open_scene, scene_command
from geoslip.cases.errors import CaseError
from geoslip.downsample import NoiseModel, synthetic_noise

ANGLES = {"incidence": "39", "heading": "-13"}


def write(path: Path, values: np.ndarray, crs: str | None = "EPSG:4326") -> Path:
    profile = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "float32"}
    transform = rasterio.Affine(0.002, 0.0, 30.0, 0.0, -0.002, 41.0)
    with rasterio.open(path, "w", crs=crs, transform=transform, nodata=np.nan, **profile) as target:
        target.write(values.astype(np.float32), 1)
    return path


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    noise = NoiseModel(1e-4, 3e3, 4e-6)
    values = synthetic_noise((150, 160), spacing=(222.0, 168.0), noise=noise, rng=np.random.default_rng(3))
    y, x = np.mgrid[:150, :160]
    values += 0.3 * np.exp(-((x - 80) ** 2 + (y - 70) ** 2) / 150.0)
    values[:20, :20] = np.nan
    return write(tmp_path / "los.tif", values)


def test_scene_is_described(raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "look.png"
    scene_command(raster, SceneOptions(**ANGLES), picture=picture)
    text = capsys.readouterr().out
    assert "150 rows x 160 columns" in text
    assert "row 0 is north" in text
    assert "valid        98.3 %" in text
    assert "ascending" in text and "flying toward 347 degrees" in text
    assert "warning" not in text
    assert picture.stat().st_size > 1000


def test_suspicious_scene_is_warned_of(tmp_path: Path) -> None:
    y, x = np.mgrid[:60, :60]
    ramp = write(tmp_path / "ramp.tif", 0.002 * x + 0.001 * y)
    scene = open_scene(ramp, SceneOptions(**ANGLES))
    assert any("a plane rises by 177 mm" in line for line in describe_scene(scene))
    step = write(tmp_path / "step.tif", np.where(x > 30, 0.8, 0.0) + 0.001 * y)
    assert any("unwrapping error" in line for line in describe_scene(open_scene(step, SceneOptions(**ANGLES))))
    steep = SceneOptions(incidence="5", heading="-13")
    assert any("unusual" in line for line in describe_scene(open_scene(step, steep)))


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({}, "direction of measurement is unknown"),
        ({"look": "1,2"}, "three numbers or three grids"),
        ({"look": "0.6,0.1,-0.79"}, "up"),
        ({**ANGLES, "unit": "rad"}, "wavelength"),
        ({**ANGLES, "unit": "rad", "wavelength": "55"}, "must carry its unit"),
        ({**ANGLES, "unit": "feet"}, "unit"),
    ],
)
def test_wrong_options_are_refused(raster: Path, options: dict[str, str], rule: str) -> None:
    with pytest.raises(CaseError, match=rule):
        open_scene(raster, SceneOptions(**options))


def test_raster_without_projection(tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.tif", np.ones((20, 20)) + np.eye(20), crs=None)
    with pytest.raises(CaseError, match="projection"):
        open_scene(bare, SceneOptions(**ANGLES))


def test_raster_of_nothing(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.tif", np.full((20, 20), np.nan))
    with pytest.raises(CaseError, match="every pixel is NaN"):
        open_scene(empty, SceneOptions(**ANGLES))


def test_product_is_understood_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = product_files.licsar(tmp_path, product_files.truth())
    scene_command(path, SceneOptions(others=("least_coherence=0.5",)), picture=tmp_path / "p.png", orbit="ascending")
    text = capsys.readouterr().out
    assert "understood   LiCSAR: rad, positive away from the satellite, wavelength 0.0554658 m, no data where 0" in text
    assert "look vectors from" in text
    assert "ascending right-looking" not in text
    scene_command(path, SceneOptions(), picture=tmp_path / "p.png", orbit="descending")
    assert "descending right-looking track needs positive ones" in capsys.readouterr().out
    with pytest.raises(CaseError, match="KEY=VALUE"):
        scene_command(path, SceneOptions(others=("least_coherence",)), picture=None)


def test_dates_of_a_series_by_option(tmp_path: Path) -> None:
    path, _ = product_files.mintpy_series(tmp_path, product_files.truth())
    scene = open_scene(path, SceneOptions(others=("dates=20190704,20190716",)))
    assert any("displacement from 20190704 to 20190716" in line for line in describe_scene(scene))
    with pytest.raises(CaseError, match="name two of them"):
        open_scene(path, SceneOptions())


@pytest.fixture
def dip_slip(tmp_path: Path) -> tuple[Path, Path]:
    """A lobe of motion toward the satellite in the north and away in the south, with GNSS up offsets of the same."""
    y, x = np.mgrid[:100, :100]
    up = 0.4 * np.exp(-((x - 40) ** 2 + (y - 25) ** 2) / 300.0) - 0.2 * np.exp(-((x - 60) ** 2 + (y - 75) ** 2) / 300.0)
    rows = ["station,longitude,latitude,east,north,up,sigma_east,sigma_north,sigma_up"]
    for number, (row, column) in enumerate([(25, 40), (20, 50), (75, 60), (80, 50), (50, 50), (10, 90), (90, 10)]):
        place = f"{30.0 + 0.002 * (column + 0.5)},{41.0 - 0.002 * (row + 0.5)}"
        rows.append(f"S{number},{place},0,0,{1e3 * up[row, column]:.3f},2,2,2")
    (tmp_path / "gnss.csv").write_text("\n".join(rows))
    return write(tmp_path / "los.tif", 0.777 * up), tmp_path / "gnss.csv"


def test_scene_against_gnss(dip_slip: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, gnss = dip_slip
    picture = tmp_path / "p.png"
    scene_command(path, SceneOptions(**ANGLES), picture=picture, gnss=gnss)
    good = capsys.readouterr().out
    assert "7 stations lie in the scene" in good and "contradicts" not in good
    assert float(good.split("slope ")[1].split(",")[0]) == pytest.approx(1.0, abs=0.05)
    scene_command(path, SceneOptions(**ANGLES, positive="away"), picture=picture, gnss=gnss)
    assert "its sign contradicts the GNSS" in capsys.readouterr().out
    with rasterio.open(path) as source:
        values = source.read(1)
    flipped = write(tmp_path / "flipped.tif", values[::-1])
    scene_command(flipped, SceneOptions(**ANGLES), picture=picture, gnss=gnss)
    assert "lies upside down (rows run the other way)" in capsys.readouterr().out


def test_scene_against_another_track(
    dip_slip: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = dip_slip
    with rasterio.open(path) as source:
        other = write(tmp_path / "other.tif", -source.read(1))
    scene_command(path, SceneOptions(**ANGLES), picture=tmp_path / "p.png", against=other)
    assert "the sign of one is wrong" in capsys.readouterr().out


def test_phase_read_as_metres_is_warned_of(tmp_path: Path) -> None:
    y, x = np.mgrid[:60, :60]
    phase = write(tmp_path / "phase.tif", 60.0 * np.exp(-((x - 30) ** 2 + (y - 30) ** 2) / 200.0))
    lines = describe_scene(open_scene(phase, SceneOptions(**ANGLES)))
    assert any("phase in rad taken for metres looks like this: --unit rad" in line for line in lines)
    sideways = open_scene(phase, SceneOptions(incidence="39", heading="77"))
    assert any("convention of the azimuth angle" in line for line in describe_scene(sideways))
