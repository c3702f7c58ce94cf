"""Rate of displacement with all nine gradients at depth by triangles: the summed field of a slip model.

Prints one JSON line. The seconds are processor seconds, the least of several runs after a first that compiles;
`--wall` gives wall-clock seconds instead, `--threads 2` two threads.
"""

import argparse
import json
import time

import numpy as np
from triangle_geometries import triangles

from geoslip.okada import gradient_field


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wall", action="store_true")
    parser.add_argument("--points", type=int, default=4096)
    parser.add_argument("--patches", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    points = np.column_stack(
        [rng.uniform(-4e4, 4e4, (arguments.points, 2)), -rng.uniform(10, 2e4, arguments.points)],
    )
    patches, slip = triangles(arguments.patches, rng), np.tile([1.0, 0.5, 0.2], (arguments.patches, 1))
    clock = time.perf_counter if arguments.wall else time.process_time
    seconds = []
    for _ in range(arguments.repeats + 1):
        start = clock()
        gradient_field(points, patches, slip, threads=arguments.threads)
        seconds.append(clock() - start)
    pairs = arguments.points * arguments.patches
    print(json.dumps({"job": "triangle_gradient", "pairs": pairs, "seconds": min(seconds[1:])}))


if __name__ == "__main__":
    main()
