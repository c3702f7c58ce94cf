"""Rate of pyrocko's rectangular dislocations at depth with gradients, strike slip only; needs pyrocko and numpy<2.

Prints one JSON line with the processor seconds of one thread, the least of several runs.
"""

import json
import time

import numpy as np
from pyrocko.modelling import okada_ext

POINTS, PATCHES, REPEATS = 2048, 20, 15


def main() -> None:
    rng = np.random.default_rng(1)
    # Receivers and sources as north, east, depth; sources then strike, dip, al1, al2, aw1, aw2.
    receivers = np.column_stack([rng.uniform(-4e4, 4e4, (POINTS, 2)), rng.uniform(10, 2e4, POINTS)])
    patches = np.column_stack(
        [
            rng.uniform(-1e4, 1e4, (PATCHES, 2)),
            rng.uniform(2e3, 1e4, PATCHES),
            np.full(PATCHES, 30.0),
            np.full(PATCHES, 60.0),
            *(np.full(PATCHES, side) for side in (-750.0, 750.0, -750.0, 750.0)),
        ]
    )
    slip = np.tile([1.0, 0.0, 0.0], (PATCHES, 1))
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        okada_ext.okada(patches, slip, receivers, 30e9, 30e9, nthreads=1, rotate_sdn=0, stack_sources=1)
        seconds.append(time.process_time() - start)
    print(json.dumps({"job": "depth_field", "pairs": POINTS * PATCHES, "seconds": min(seconds)}))


if __name__ == "__main__":
    main()
