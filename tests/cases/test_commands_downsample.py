"""``geoslip downsample`` on a raster made here: every sampler, its options, and cells used again."""

import csv
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoslip.cases.commands.downsample import Sampling, downsample_command
from geoslip.cases.commands.scene import SceneOptions
from geoslip.cases.errors import CaseError
from geoslip.downsample import NoiseModel, samplers, synthetic_noise
from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, cut_uniform
from geoslip.faults.formats import write_slip_model

OPTIONS = SceneOptions(incidence="39", heading="-13")


def write(path: Path, values: np.ndarray) -> Path:
    profile = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "float32"}
    transform = rasterio.Affine(0.002, 0.0, 30.0, 0.0, -0.002, 41.0)
    with rasterio.open(path, "w", crs="EPSG:4326", transform=transform, nodata=np.nan, **profile) as target:
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


@pytest.fixture
def slip_file(tmp_path: Path) -> Path:
    frame = LocalFrame(30.16, 40.86)
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=50.0, length=8e3, width=6e3, depth=1.5e3)
    fault = Fault((cut_uniform(plane, "main", patch_length=2e3, patch_width=2e3),))
    slip = np.zeros((fault.n_patches, 3))
    slip[:, 1] = 1.0
    write_slip_model(tmp_path / "slip.csv", SlipModel(fault, slip, frame=frame))
    return tmp_path / "slip.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_cells_keep_the_mean_and_carry_a_covariance(raster: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    downsample_command(raster, OPTIONS, out=out, sampling=Sampling(points=200))
    rows = rows_of(out)
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


@pytest.mark.parametrize("method", samplers())
def test_every_sampler_is_at_hand(raster: Path, slip_file: Path, tmp_path: Path, method: str) -> None:
    out = tmp_path / "cells.csv"
    downsample_command(raster, OPTIONS, out=out, sampling=Sampling(method, 150, fault=slip_file))
    assert abs(len(rows_of(out)) - 150) <= 30
    assert np.linalg.eigvalsh(np.load(out.with_suffix(".npy"))).min() > 0.0


@pytest.mark.parametrize(
    ("method", "keys", "least", "most"),
    [
        ("variance", ("threshold=2 cm", "minimum=400 m", "residual=mean"), 20, 3000),
        ("uniform", ("size=3 km",), 90, 130),
        ("distance", ("growth=0.4", "exponent=1.2"), 20, 3000),
        ("resolution", ("importance=0.2", "shape=triangles", "expected_slip=50 cm", "minimum=500 m"), 20, 3000),
        ("model", ("threshold=1 cm", "maximum=6 km"), 20, 3000),
    ],
)
def test_options_reach_the_sampler(
    raster: Path, slip_file: Path, tmp_path: Path, method: str, keys: tuple[str, ...], least: int, most: int
) -> None:
    out = tmp_path / "cells.csv"
    downsample_command(raster, OPTIONS, out=out, sampling=Sampling(method, keys=keys, fault=slip_file))
    assert least <= len(rows_of(out)) <= most


def test_cells_are_saved_and_used_again(raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    saved = tmp_path / "cells.npz"
    downsample_command(raster, OPTIONS, out=first, sampling=Sampling(points=90, save_cells=saved, noise="best"))
    downsample_command(raster, OPTIONS, out=second, sampling=Sampling(cells=saved))
    for ours, theirs in zip(rows_of(first), rows_of(second), strict=True):
        assert ours["value"] == theirs["value"] and ours["pixels"] == theirs["pixels"]
    assert "noise" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sampling", "rule"),
    [
        (Sampling("magic"), "no such sampler; choose from"),
        (Sampling("model"), "need that model"),
        (Sampling("distance"), "needs a fault"),
        (Sampling("uniform", keys=("minimum=1 km",)), "no minimum and maximum"),
        (Sampling(keys=("minimum",)), "KEY=VALUE"),
        (Sampling(keys=("minimum=400",)), "carry its unit"),
        (Sampling(keys=("colour=red",)), "Extra inputs"),
        (Sampling(noise="pink"), "no such family of noise"),
        (Sampling(points=10**5), "there can be"),
    ],
)
def test_orders_that_cannot_be_followed(raster: Path, tmp_path: Path, sampling: Sampling, rule: str) -> None:
    with pytest.raises(CaseError, match=rule):
        downsample_command(raster, OPTIONS, out=tmp_path / "x.csv", sampling=sampling)
