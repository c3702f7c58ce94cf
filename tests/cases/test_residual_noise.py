"""Noise from residuals: the rule finds the noise that was put in, and its place in the case file is checked."""

from pathlib import Path

import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.pipeline.study import run_case


def with_noise(folder: Path, noise: str) -> Path:
    path = folder / "case.yml"
    text = path.read_text()
    for old, new in (
        ("noise: {sigma: 3 mm}", f"noise: {noise}"),
        ("noise: columns", "noise: columns\n    mask: {stations: [S04]}"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return path


def test_the_left_over_is_the_noise_that_was_put_in(study_folder: Path) -> None:
    run = run_case(read_case(with_noise(study_folder, "residuals")))
    # a smooth first fit leaves a little of the signal over, too
    assert run.observations[0].sigma == pytest.approx(3e-3, rel=0.25)
    assert run.observations[1].sigma == pytest.approx(2e-3)
    assert run.model.moment == pytest.approx(30e9 * 20e3 * 12e3, rel=0.15)
    row = next(row for row in run.assumptions if row.name == "track: noise")
    assert row.origin == "data"
    assert "first fit" in row.value


def test_scale_and_floor_are_heeded(study_folder: Path) -> None:
    run = run_case(read_case(with_noise(study_folder, "{source: residuals, scale: 2, floor: 8 mm}")))
    assert run.observations[0].sigma == pytest.approx(10e-3, rel=0.1)


def test_gnss_has_no_field_of_residuals(study_folder: Path) -> None:
    path = study_folder / "case.yml"
    path.write_text(path.read_text().replace("noise: columns", "noise: residuals", 1))
    with pytest.raises(CaseError, match="needs a field of points"):
        read_case(path)
