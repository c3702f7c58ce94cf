"""Slip of the 2015 Gorkha earthquake on a published mesh of nearly flat triangles, at one smoothing strength."""

from pathlib import Path

import numpy as np

from geoslip.cases.casefile.data import Noise
from geoslip.cases.casefile.read import read_case
from geoslip.cases.library.find import find_case
from geoslip.cases.pipeline.rim import rim_slip
from geoslip.cases.pipeline.study import run_case

STRENGTH = 1190.0
NOISE = {"sigma": "6.2 cm", "length": "111 km", "nugget": "3.7 cm"}


def test_gorkha_on_the_published_mesh(data_folder: Path):
    """The case with the noise and the strength that its full run finds, which takes minutes, given."""
    case = read_case(find_case("gorkha2015"))
    data = (case.data[0], case.data[1].model_copy(update={"noise": Noise(**NOISE)}))
    smoothing = case.smoothing.model_copy(update={"choose": STRENGTH})
    run = run_case(case.model_copy(update={"data": data, "smoothing": smoothing}), data=data_folder)
    gnss, track = (run.estimate.fit(name) for name in ("GNSS", "T048"))
    assert gnss.by_direction["north"] >= 0.97 and gnss.by_direction["up"] >= 0.97 and gnss.by_direction["east"] >= 0.93
    assert track.variance_reduction >= 0.93
    assert 7.77 <= run.model.mw <= 7.97
    assert 6.0 <= run.model.peak_slip <= 9.5
    assert 10e3 <= -run.fault.centroids[np.argmax(run.model.magnitude), 2] <= 16e3
    # the locked rim does not slip, and the data do not ask that it should
    assert rim_slip(run.model)["MHT"] == 0.0
    assert run.locked_rim.abic_rise < 2.0 and run.locked_rim.misfit_rise < 3.84
    assert 0.0 < run.locked_rim.free_slip["MHT"] < 0.1 * run.model.peak_slip
    moved = run.model.slip_vectors[run.model.magnitude > 1e-3]
    azimuth = np.rad2deg(np.arctan2(moved[:, 0], moved[:, 1])) % 360.0
    np.testing.assert_allclose(azimuth, 194.0, atol=1.5)  # clockwise from the frame's north
