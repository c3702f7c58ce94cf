"""The Kaikoura study's script on a coarse grid: the model's figures, the fields' files, and the stress drop's sign."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from geoslip.cases.library.find import HERE
from geoslip.cases.library.published import read_published, score

FOLDER = HERE / "kaikoura2016"


@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("kaikoura_volume", FOLDER / "volume.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SURFACE_STEP", 2.5e3)
    monkeypatch.setattr(module, "VOLUME_STEP", 20e3)
    monkeypatch.setattr(module, "DEPTHS", module.DEPTHS[:3])
    return module


def test_the_published_model_meets_its_figures(script, data_folder: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["volume.py", "--data", str(data_folder), "--out", str(tmp_path)])
    script.main()
    found = json.loads((tmp_path / "summary.json").read_text())
    scores = score(read_published(FOLDER / "published.yml"), {"volume.py": [found]})
    assert len(scores) == 9 and all(item.passed for item in scores)
    assert found["mw"] == pytest.approx(7.91, abs=0.01) and found["mw_with_slab"] == pytest.approx(7.88, abs=0.01)
    header, *rows = (tmp_path / "volume.csv").read_text().splitlines()
    assert header == "lon,lat,depth_km,shear_mpa,normal_mpa,coulomb_mpa" and len(rows) % 3 == 0
    grid = (tmp_path / "volume.vtk").read_text().splitlines()
    assert grid[4].startswith("DIMENSIONS") and len(grid) == 14 + len(rows)
    assert (tmp_path / "volume.png").stat().st_size > 5000
