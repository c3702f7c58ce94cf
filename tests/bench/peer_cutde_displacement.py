"""Rate of cutde's matrix of displacement by triangles in float64: three components, three slips a pair.

Prints one JSON line with the processor seconds of one thread, the least of several runs.
"""

import json
import time

import numpy as np
from cutde import halfspace
from triangle_geometries import triangles

POINTS, PATCHES, REPEATS = 1024, 50, 5


def main() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(-4e4, 4e4, (POINTS, 2)), np.zeros(POINTS)])
    patches, seconds = triangles(PATCHES, rng), []
    for _ in range(REPEATS):
        start = time.process_time()
        halfspace.disp_matrix(points, patches, 0.25)
        seconds.append(time.process_time() - start)
    print(json.dumps({"job": "triangle_matrix", "pairs": POINTS * PATCHES, "seconds": min(seconds)}))


if __name__ == "__main__":
    main()
