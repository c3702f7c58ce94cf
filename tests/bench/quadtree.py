"""Time of a quadtree about the mean with the means of its cells, on 2000 x 2000 pixels.

Prints one JSON line with the processor seconds, the least of several runs after one that compiles.
"""

import argparse
import json
import time

import numpy as np
from quadtree_scene import SPACING, displacement

from geoslip.downsample import Scene, cell_means, variance_quadtree


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=800)
    parser.add_argument("--wall", action="store_true")
    options = parser.parse_args()
    values = displacement(2000)
    axis = SPACING * np.arange(2000)
    seconds = []
    for _ in range(6):
        scene = Scene(name="S", values=values, x=axis, y=axis, look=np.array([-0.6, 0.0, 0.8]), crs=None)
        clock = time.perf_counter if options.wall else time.process_time
        start = clock()
        cells = variance_quadtree(scene, count=options.cells, minimum_size=1600.0, residual="mean")
        cell_means(scene, cells)
        seconds.append(clock() - start)
    print(json.dumps({"job": "quadtree", "cells": cells.n, "seconds": min(seconds[1:])}))


if __name__ == "__main__":
    main()
