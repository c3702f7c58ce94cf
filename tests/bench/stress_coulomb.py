"""Rate, and peak memory, of Coulomb stress change on a fixed receiver: strike and dip slip on many patches.

`--gain` times two threads against one; `megabytes` is the most memory the process held.
"""

import resource

import numpy as np
from clock import options, tell, timed

from geoslip.okada.stress_field import coulomb_field


def main() -> None:
    arguments = options(__doc__, points=5000, patches=500)
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

    def change(places: np.ndarray, threads: int) -> None:
        coulomb_field(places, models, strike=330.0, dip=90.0, rake=180.0, threads=threads)

    found = timed(
        lambda threads: change(points, threads), arguments, warm=lambda threads: change(points[:1000], threads)
    )
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    tell("stress_coulomb", pairs=arguments.points * arguments.patches, **found, megabytes=held)


if __name__ == "__main__":
    main()
