"""Rate of dislocs' stress by rectangles (displacement, stress and strain at once), summed; needs dislocs.

Prints one JSON line with the processor seconds (of one thread, as dislocs has only one), the least of several runs.
"""

import json
import time

import dislocs
import numpy as np

POINTS, PATCHES, REPEATS = 2048, 20, 9


def main() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(-4e4, 4e4, (POINTS, 2)), -rng.uniform(10, 2e4, POINTS)])
    patches = np.column_stack(
        [
            rng.uniform(-1e4, 1e4, (PATCHES, 2)),
            -rng.uniform(0, 1e4, PATCHES),
            np.full((PATCHES, 2), 1500.0),
            np.full(PATCHES, 30.0),
            np.full(PATCHES, 60.0),
            np.tile([1.0, 0.5, 0.0], (PATCHES, 1)),
        ]
    )
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        dislocs.rde(points, patches, 30e9, 0.25)
        seconds.append(time.process_time() - start)
    print(json.dumps({"job": "stress_coulomb", "pairs": POINTS * PATCHES, "seconds": min(seconds)}))


if __name__ == "__main__":
    main()
