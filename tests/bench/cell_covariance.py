"""Time of the full covariance of a quadtree's cells: 340 of 500 x 500 pixels, or with --side 2000 1500.

Prints one JSON line with the processor seconds of all threads together, the least of several runs after one that
compiles; --wall gives wall-clock seconds, which count others' work on the machine too.
"""

import argparse
import json
import time

import numpy as np
from quadtree_scene import NOISE, SPACING, displacement

from geoslip.downsample import NoiseModel, Scene, cell_covariance, variance_quadtree


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=500)
    parser.add_argument("--cells", type=int, default=340)
    parser.add_argument("--wall", action="store_true")
    options = parser.parse_args()
    axis = SPACING * np.arange(options.side)
    values = displacement(options.side)
    scene = Scene(name="S", values=values, x=axis, y=axis, look=np.array([-0.6, 0.0, 0.8]), crs=None)
    cells = variance_quadtree(scene, count=options.cells, residual="mean")
    clock, seconds = time.perf_counter if options.wall else time.process_time, []
    for _ in range(6):
        start = clock()
        cell_covariance(cells, scene, noise=NoiseModel(*NOISE))
        seconds.append(clock() - start)
    print(json.dumps({"job": "cell_covariance", "cells": cells.n, "seconds": min(seconds[1:])}))


if __name__ == "__main__":
    main()
