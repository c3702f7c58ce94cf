"""Where the trace of the east-dipping plane lies: the place across strike at which ABIC is smallest.

    python cases/hovsgol2021/place_trace.py --data DIR

Strike and dip are published; the place is not. As Fukahata & Wright (2008, GJI 173, 353) choose a dip, every place is
given its own best smoothing and the places are compared by ABIC, which weighs fit against the freedom it takes; neither
moment nor rake is looked at. The noise is that of the points away from the lake, the same for every place.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from geoslip.cases.assemble.smoothing import build_operator
from geoslip.cases.casefile.read import read_case
from geoslip.cases.pipeline.study import prepare_case
from geoslip.downsample import NoiseModel, fit_exponential, point_covariance, point_covariogram
from geoslip.faults import Fault, Plane, cut_uniform
from geoslip.inversion import Problem, strength_curve

AWAY = np.arange(0.0, 32e3, 2e3)
"""Metres from the epicentre, up the dip, at which the trace is tried."""
FAR = 0.8
"""The noise comes from the points beyond this quantile of distance from the epicentre."""


def far_noise(points: np.ndarray, values: np.ndarray) -> NoiseModel:
    """Exponential noise of the farthest fifth of the points, after a plane."""
    distance = np.hypot(points[:, 0], points[:, 1])
    far = distance > np.quantile(distance, FAR)
    basis = np.column_stack([np.ones(far.sum()), points[far, :2]])
    left = values[far] - basis @ np.linalg.lstsq(basis, values[far])[0]
    return fit_exponential(point_covariogram(points[far], left))


def main() -> None:
    """Print ABIC at every place, and the place in degrees."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder of the data; GEOSLIP_DATA otherwise")
    case = read_case(Path(__file__).with_name("case.yml"))
    study = prepare_case(case, data=parser.parse_args().data)
    track = study.readings[0].observations
    noise = far_noise(track.points, track.values)
    track = replace(track, covariance=point_covariance(track.points, noise=noise))
    sill, nugget = 1e3 * noise.sill**0.5, 1e3 * noise.nugget**0.5
    print(f"noise: {sill:.1f} mm over {1e-3 * noise.length:.1f} km, {nugget:.1f} mm a point")
    entry = case.faults[0]
    assert entry.strike is not None and entry.dip is not None
    assert entry.length is not None and entry.width is not None
    up_dip = np.deg2rad(entry.strike - 90.0)
    for away in AWAY:
        place = away * np.sin(up_dip), away * np.cos(up_dip)
        plane = Plane.from_top_centre(
            place, strike=entry.strike, dip=entry.dip, length=entry.length, width=entry.width, depth=0.0
        )
        fault = Fault((cut_uniform(plane, entry.name, patch_length=2e3),))
        problem = Problem.build((track,), fault, nuisance={track.name: "plane"})
        curve = strength_curve(problem, build_operator(case, fault))
        longitude, latitude = study.frame.to_geographic(*place)
        print(f"{1e-3 * away:5.0f} km  {longitude:8.3f} {latitude:7.3f}  ABIC {curve.abic.min():10.1f}", flush=True)


if __name__ == "__main__":
    main()
