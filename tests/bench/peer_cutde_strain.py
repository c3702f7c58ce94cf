"""Rate of cutde's strain by triangles at depth in float64, summed for one slip a triangle.

Prints one JSON line with the processor seconds of one thread, the least of several runs.
"""

import json
import time

import numpy as np
from cutde import halfspace
from triangle_geometries import triangles

POINTS, PATCHES, REPEATS = 512, 50, 5


def main() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(-4e4, 4e4, (POINTS, 2)), -rng.uniform(10, 2e4, POINTS)])
    patches, slip, seconds = triangles(PATCHES, rng), np.tile([1.0, 0.5, 0.2], (PATCHES, 1)), []
    for _ in range(REPEATS):
        start = time.process_time()
        halfspace.strain_free(points, patches, slip, 0.25)
        seconds.append(time.process_time() - start)
    print(json.dumps({"job": "triangle_gradient", "pairs": POINTS * PATCHES, "seconds": min(seconds)}))


if __name__ == "__main__":
    main()
