"""Rate of displacement with all nine gradients at depth: the summed field of strike and dip slip.

`--dip` sets another dip, `--gain` times two threads against one.
"""

import numpy as np
from clock import options, tell, timed

from geoslip.okada import gradient_field


def main() -> None:
    arguments = options(__doc__, points=4096, patches=200, dip=60.0)
    rng = np.random.default_rng(1)
    points = np.column_stack(
        [rng.uniform(-4e4, 4e4, (arguments.points, 2)), -rng.uniform(10, 2e4, arguments.points)],
    )
    patches = np.column_stack(
        [
            rng.uniform(-1e4, 1e4, (arguments.patches, 2)),
            -rng.uniform(0, 1e4, arguments.patches),
            np.full(arguments.patches, 30.0),
            np.full(arguments.patches, arguments.dip),
            np.full((arguments.patches, 2), 1500.0),
        ]
    )
    slip = np.tile([1.0, 0.5, 0.0], (arguments.patches, 1))
    found = timed(lambda threads: gradient_field(points, patches, slip, threads=threads), arguments)
    tell("depth_field", pairs=arguments.points * arguments.patches, **found)


if __name__ == "__main__":
    main()
