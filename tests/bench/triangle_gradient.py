"""Rate of displacement with all nine gradients at depth by triangles: the summed field of a slip model.

`--gain` times two threads against one.
"""

import numpy as np
from clock import options, tell, timed
from triangle_geometries import triangles

from geoslip.okada import gradient_field


def main() -> None:
    arguments = options(__doc__, points=4096, patches=100)
    rng = np.random.default_rng(1)
    points = np.column_stack(
        [rng.uniform(-4e4, 4e4, (arguments.points, 2)), -rng.uniform(10, 2e4, arguments.points)],
    )
    patches, slip = triangles(arguments.patches, rng), np.tile([1.0, 0.5, 0.2], (arguments.patches, 1))
    found = timed(lambda threads: gradient_field(points, patches, slip, threads=threads), arguments)
    tell("triangle_gradient", pairs=arguments.points * arguments.patches, **found)


if __name__ == "__main__":
    main()
