"""Every script of the gallery runs as it stands and draws something; none is longer than a screen."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

SCRIPTS = sorted((Path(__file__).resolve().parents[1] / "docs" / "gallery").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_makes_its_picture(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, picture = script.read_text(encoding="utf-8"), tmp_path / "picture.png"
    assert len(text.splitlines()) < 40
    assert text.startswith('"""') and ":" in text.splitlines()[0]
    monkeypatch.setattr("sys.argv", [str(script), str(picture)])
    runpy.run_path(str(script), run_name="__main__")
    pixels = imread(picture)[..., :3]
    assert min(pixels.shape[:2]) > 200
    assert 0.02 < np.mean(np.any(pixels < 0.97, axis=2)) < 0.98


def test_there_are_some() -> None:
    assert len(SCRIPTS) >= 6
