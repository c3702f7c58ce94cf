"""Two earthquakes on one profile: a row lies where its patches do, and a mechanism is seen from the profile's side."""

import numpy as np
import pytest

from geoslip.cases.menyuan2016.one_profile import HALF, MIDDLE, STRIKE, figures, projected, rows_of
from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, cut_uniform


def event(frame: LocalFrame, *, off: float, strike: float, dip: float, slip: tuple[float, float]) -> SlipModel:
    """One row of slip, the second of three, on a plane so far (m) north-east of the profile's middle."""
    across = np.deg2rad(STRIKE - 90.0)
    plane = Plane.from_top_centre(
        (off * np.sin(across), off * np.cos(across)), strike=strike, dip=dip, length=20e3, width=9e3, depth=1e3
    )
    segment = cut_uniform(plane, "plane", columns=5, rows=3)
    moved = np.where(segment.row[:, None] == 1, [*slip, 0.0], 0.0)
    return SlipModel(Fault((segment,)), moved, frame=frame)


def test_rows_and_mechanisms_on_the_profile() -> None:
    frame = LocalFrame(*MIDDLE)
    steep = event(frame, off=0.0, strike=STRIKE, dip=90.0, slip=(2.0, 0.0))
    thrust = event(LocalFrame(MIDDLE[0] + 0.1, MIDDLE[1]), off=0.0, strike=STRIKE + 180.0, dip=45.0, slip=(0.0, 1.0))
    edges, mean = rows_of(steep, frame)[1]
    np.testing.assert_allclose(edges, [[HALF, 4e3], [HALF, 7e3]], atol=5.0)
    assert mean == pytest.approx(2.0)
    told = figures({"2022": steep, "2016": thrust}, frame)
    # 0.1 degrees of longitude, and 4.5 km down the thrust's dip, which points to north-east
    down = 4.5 * np.cos(np.pi / 4) * np.array([np.sin(np.deg2rad(16.0)), np.cos(np.deg2rad(16.0))])
    assert told["apart_km"] == pytest.approx(np.hypot(8.81 + down[0], down[1]), abs=0.03)
    assert told["2016"]["depth_of_largest_mean_km"] == pytest.approx(1.0 + 4.5 * np.sin(np.pi / 4), abs=0.01)
    seen = projected({"2022": steep, "2016": thrust}, frame).tensors
    # strike slip along the way of the reader's look: motion toward and away, none within the section
    strike_slip, reverse = (part / np.abs(part).max() for part in seen)
    assert np.abs(strike_slip[:2, :2]).max() < 1e-6 and abs(strike_slip[0, 2]) == pytest.approx(1.0)
    np.testing.assert_allclose(np.diag(reverse), [-1.0, 1.0, 0.0], atol=0.01)
