"""Rate, and peak memory, of Coulomb stress change on a fixed receiver: strike and dip slip on many patches.

Prints one JSON line. The seconds are processor seconds, the least of several runs after a first that compiles;
`--wall` gives wall-clock seconds instead, `--threads 2` two threads. `megabytes` is the most memory the process held.
"""

import argparse
import json
import resource
import time

import numpy as np

from geoslip.okada.stress_field import coulomb_field


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wall", action="store_true")
    parser.add_argument("--points", type=int, default=5000)
    parser.add_argument("--patches", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    points = np.column_stack(
        [rng.uniform(-4e4, 4e4, (arguments.points, 2)), -rng.uniform(10, 2e4, arguments.points)],
    )
    patches = np.column_stack(
        [
            rng.uniform(-1e4, 1e4, (arguments.patches, 2)),
            -rng.uniform(0, 1e4, arguments.patches),
            np.full(arguments.patches, 30.0),
            np.full(arguments.patches, 60.0),
            np.full((arguments.patches, 2), 1500.0),
        ]
    )
    models = [(patches, np.tile([1.0, 0.5, 0.0], (arguments.patches, 1)))]
    clock = time.perf_counter if arguments.wall else time.process_time
    coulomb_field(points[:10], models, strike=330.0, dip=90.0, rake=180.0, threads=1)
    seconds = []
    for _ in range(arguments.repeats):
        start = clock()
        coulomb_field(points, models, strike=330.0, dip=90.0, rake=180.0, threads=arguments.threads)
        seconds.append(clock() - start)
    result = {"job": "stress_coulomb", "pairs": arguments.points * arguments.patches, "seconds": min(seconds)}
    print(json.dumps({**result, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0}))


if __name__ == "__main__":
    main()
