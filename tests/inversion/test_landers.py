"""Real data through every step: GNSS offsets of the 1992 Landers earthquake on the Wald & Heaton segments."""

import numpy as np
import pytest

from geoslip.downsample import read_gnss
from geoslip.faults import Fault, LocalFrame, Plane, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, laplacian, strength_curve

COLUMNS = ["station", "longitude", "latitude", "east", "north", "sigma_east", "sigma_north", "source"]
TRACES = {
    "Camp Rock-Emerson": ((-116.46417, 34.44789), (-116.71522, 34.69743)),
    "Homestead Valley": ((-116.41573, 34.30571), (-116.54317, 34.5251)),
    "Johnson Valley": ((-116.42087, 34.09351), (-116.44746, 34.36316)),
}


def segments(frame):
    """Three vertical planes of 15 km width, patches of 3 by 2.5 km."""
    for name, ends in TRACES.items():
        east, north = frame.to_local(*np.array(ends).T)
        along = np.array([np.ptp(east) * np.sign(east[1] - east[0]), np.ptp(north)])
        strike = np.rad2deg(np.arctan2(*along)) % 360.0
        plane = Plane.from_top_centre(
            (east.mean(), north.mean()), strike=strike, dip=90.0, length=np.hypot(*along), width=15e3
        )
        yield cut_uniform(plane, name, patch_length=3e3, patch_width=2.5e3)


@pytest.fixture(scope="module")
def landers(data_folder):
    frame = LocalFrame(-116.5, 34.4)
    gnss = read_gnss(
        data_folder / "gnss_1992_landers" / "landers_coseis.dat", frame=frame, unit="cm", name="GNSS",
        columns=COLUMNS, drop={"source": "Wdowinski*"},
    )  # fmt: skip
    fault = Fault(tuple(segments(frame)))
    problem = Problem.build([gnss], fault)
    operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
    return strength_curve(problem, operator, constraints=Constraints(rake=(135.0, 225.0)))


def test_abic_explains_the_offsets_with_the_known_magnitude(landers):
    choice = landers.choose("abic")
    assert choice.warnings == ()
    model = choice.estimate.model()
    assert choice.estimate.variance_reduction >= 0.94
    assert 7.17 <= model.mw <= 7.32
    assert 135.0 <= abs(model.mean_rake) <= 180.0
    # the stated errors are far too small for an elastic half-space and three planes, and the criterion knows it
    assert landers.noise_scale[choice.index] > 2.0


def test_every_estimate_is_optimal_and_right_lateral(landers):
    for estimate in landers.estimates:
        assert estimate.kkt < 1e-8
        assert (estimate.slip[:, 0] <= 1e-12).all()
        assert (np.abs(estimate.slip[:, 1]) <= np.abs(estimate.slip[:, 0]) + 1e-9).all()
