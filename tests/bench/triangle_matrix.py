"""Rate of the Green's matrix of triangles: three slips, projected on the line of sight.

Prints one JSON line. The seconds are processor seconds, the least of several runs after a first that compiles;
`--wall` gives wall-clock seconds instead, `--threads 2` two threads, `--depth 2e4` points down to there.
"""

import argparse
import json
import time

import numpy as np
from triangle_geometries import triangles

from geoslip.okada import greens_matrix


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wall", action="store_true")
    parser.add_argument("--depth", type=float, default=0.0)
    parser.add_argument("--points", type=int, default=4096)
    parser.add_argument("--patches", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    points = np.zeros((arguments.points, 3))
    points[:, :2] = rng.uniform(-4e4, 4e4, (arguments.points, 2))
    points[:, 2] = -arguments.depth * rng.random(arguments.points)
    directions = np.tile([-0.6, -0.14, 0.78], (arguments.points, 1))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    patches, slips = triangles(arguments.patches, rng), ("strike", "dip", "opening")
    out = np.empty((arguments.points, 3 * arguments.patches), order="F")
    clock = time.perf_counter if arguments.wall else time.process_time
    seconds = []
    for _ in range(arguments.repeats + 1):
        start = clock()
        greens_matrix(points, directions, patches, components=slips, threads=arguments.threads, out=out)
        seconds.append(clock() - start)
    pairs = arguments.points * arguments.patches
    print(json.dumps({"job": "triangle_matrix", "pairs": pairs, "seconds": min(seconds[1:])}))


if __name__ == "__main__":
    main()
