"""Rate of the Green's matrix at the surface: two slips, projected on the line of sight.

`--dip` sets another dip, `--gain` times two threads against one.
"""

import numpy as np
from clock import options, tell, timed

from geoslip.okada import greens_matrix


def main() -> None:
    arguments = options(__doc__, points=4096, patches=600, dip=60.0)
    rng = np.random.default_rng(1)
    points = np.zeros((arguments.points, 3))
    points[:, :2] = rng.uniform(-4e4, 4e4, (arguments.points, 2))
    directions = np.tile([-0.6, -0.14, 0.78], (arguments.points, 1))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    patches = np.column_stack(
        [
            rng.uniform(-1e4, 1e4, (arguments.patches, 2)),
            -rng.uniform(0, 1e4, arguments.patches),
            np.full(arguments.patches, 30.0),
            np.full(arguments.patches, arguments.dip),
            np.full((arguments.patches, 2), 1500.0),
        ]
    )
    out = np.empty((arguments.points, 2 * arguments.patches), order="F")
    found = timed(lambda threads: greens_matrix(points, directions, patches, threads=threads, out=out), arguments)
    tell("surface_matrix", pairs=arguments.points * arguments.patches, **found)


if __name__ == "__main__":
    main()
