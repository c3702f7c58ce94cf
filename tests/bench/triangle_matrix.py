"""Rate of the Green's matrix of triangles: three slips, projected on the line of sight.

`--depth 2e4` puts the points down to there, `--gain` times two threads against one.
"""

import numpy as np
from clock import options, tell, timed
from triangle_geometries import triangles

from geoslip.okada import greens_matrix


def main() -> None:
    arguments = options(__doc__, points=4096, patches=200, depth=0.0)
    rng = np.random.default_rng(1)
    points = np.zeros((arguments.points, 3))
    points[:, :2] = rng.uniform(-4e4, 4e4, (arguments.points, 2))
    points[:, 2] = -arguments.depth * rng.random(arguments.points)
    directions = np.tile([-0.6, -0.14, 0.78], (arguments.points, 1))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    patches, slips = triangles(arguments.patches, rng), ("strike", "dip", "opening")
    out = np.empty((arguments.points, 3 * arguments.patches), order="F")
    found = timed(
        lambda threads: greens_matrix(points, directions, patches, components=slips, threads=threads, out=out),
        arguments,
    )
    tell("triangle_matrix", pairs=arguments.points * arguments.patches, **found)


if __name__ == "__main__":
    main()
