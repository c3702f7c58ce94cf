"""Peak memory of a 10 000 x 10 000 scene of float32 from pixels to observations: quadtree, means and covariance.

Prints one JSON line with the peak in GB, that of the whole process.
"""

import argparse
import json
import resource

import numpy as np
from quadtree_scene import NOISE

from geoslip.downsample import NoiseModel, Scene, cell_observations, variance_quadtree
from geoslip.faults.frame import LocalFrame


def large_displacement(side: int) -> np.ndarray:
    """A lobe with 1 mm of noise, made row by row."""
    values, rng = np.empty((side, side), dtype=np.float32), np.random.default_rng(0)
    x = np.arange(side) / side - 0.55
    for row in range(side):
        lobe = 0.3 * np.exp(-((row / side - 0.45) ** 2 + x**2) / 0.008)
        values[row] = lobe + 1e-3 * rng.standard_normal(side, dtype=np.float32)
    values[: side // 5, : side // 6] = np.nan
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=10_000)
    side = parser.parse_args().side
    axis = 20.0 * np.arange(side)
    scene = Scene(name="S", values=large_displacement(side), x=axis, y=axis, look=np.array([-0.6, 0.0, 0.8]), crs=None)
    cells = variance_quadtree(scene, count=1500)
    cell_observations(scene, cells, frame=LocalFrame(20.0, 40.0), noise=NoiseModel(*NOISE))
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"job": "large_scene_memory", "cells": cells.n, "gigabytes": 1e-9 * peak}))


if __name__ == "__main__":
    main()
