"""Products in a case file: what need not be written, what must, and masks and trends by the case."""

from pathlib import Path

import numpy as np
import product_files
import pytest
from pydantic import ValidationError

from geoslip.cases.assemble.scene import read_dataset_scene
from geoslip.cases.casefile.data import Dataset
from geoslip.faults import Fault, Plane, cut_uniform
from geoslip.faults.frame import LocalFrame

FRAME = LocalFrame(30.0075, 40.994)


@pytest.fixture
def fault() -> Fault:
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=60.0, length=300.0, width=200.0, depth=100.0)
    return Fault((cut_uniform(plane, "s", rows=1, columns=1),))


def entry(**keys: object) -> Dataset:
    return Dataset.model_validate({"name": "T", "kind": "los", "noise": "estimate", **keys})


def test_product_knows_unit_and_sign(tmp_path: Path, fault: Fault) -> None:
    truth = product_files.truth()
    product_files.licsar(tmp_path, truth)
    file = "interferograms/20190704_20190716/20190704_20190716.geo.unw.tif"
    scene, notes = read_dataset_scene(entry(file=file, format="licsar"), FRAME, fault, [tmp_path])
    np.testing.assert_allclose(scene.values, truth.displacement, atol=2e-7)
    assert notes[0].startswith("T: LiCSAR: rad, positive away from the satellite")
    masked, _ = read_dataset_scene(
        entry(file=file, format="licsar", mask={"least_coherence": 0.5}), FRAME, fault, [tmp_path]
    )
    assert not masked.valid[:, :3].any() and masked.valid[:, 3:].any()
    flat, notes = read_dataset_scene(entry(file=file, format="licsar", detrend="offset"), FRAME, fault, [tmp_path])
    assert any("taken out, fitted to" in note for note in notes)
    shift = (scene.values - flat.values)[scene.valid]
    assert np.ptp(shift) < 1e-6 and abs(shift.mean()) > 1e-3


def test_options_of_the_reader(tmp_path: Path, fault: Fault) -> None:
    truth = product_files.truth()
    product_files.mintpy_series(tmp_path, truth)
    wanted = entry(file="timeseries.h5", format="mintpy", options={"dates": ["20190704", "20190716"]})
    scene, notes = read_dataset_scene(wanted, FRAME, fault, [tmp_path])
    np.testing.assert_allclose(scene.values, truth.displacement, atol=2e-7)
    assert "T: displacement from 20190704 to 20190716" in notes


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({}, "write the unit of the file's numbers"),
        ({"unit": "m"}, "needs its sign"),
        ({"format": "isce2"}, "needs its sign"),
        ({"format": "geotiff", "unit": "rad", "positive": "away"}, "needs the radar wavelength"),
    ],
)
def test_what_must_be_written(keys: dict[str, object], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        entry(file="x", **keys)
