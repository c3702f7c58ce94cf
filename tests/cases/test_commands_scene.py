"""``geoslip scene`` and ``geoslip downsample`` on rasters made here."""

import csv
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoslip.cases.commands_scene import SceneOptions, describe_scene, downsample_command, open_scene, scene_command
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


def test_cells_keep_the_mean_and_carry_a_covariance(raster: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    downsample_command(raster, SceneOptions(**ANGLES), out=out, method="variance", points=200)
    with out.open() as stream:
        rows = list(csv.DictReader(stream))
    covariance = np.load(tmp_path / "cells.npy")
    assert covariance.shape == (len(rows), len(rows))
    assert np.linalg.eigvalsh(covariance).min() > 0.0
    assert 100 < len(rows) < 300
    assert float(rows[0]["sigma"]) == pytest.approx(covariance[0, 0] ** 0.5, rel=1e-6)
    with rasterio.open(raster) as source:
        values = source.read(1).astype(float)
    pixels = np.array([float(row["pixels"]) for row in rows])
    mean = np.average([float(row["value"]) for row in rows], weights=pixels)
    assert pixels.sum() <= np.isfinite(values).sum()
    assert mean == pytest.approx(np.nanmean(values), abs=2e-3)
    assert not list(tmp_path.glob(".*"))


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


def test_unknown_sampler(raster: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no such sampler; choose from"):
        downsample_command(raster, SceneOptions(**ANGLES), out=tmp_path / "x.csv", method="magic", points=100)
