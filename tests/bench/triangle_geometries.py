"""The triangles that our scripts and those of peers share; no peer needs geoslip for them."""

import numpy as np


def triangles(count: int, rng: np.random.Generator) -> np.ndarray:
    """Triangles of about 1500 m below an area of 20 km by 20 km, of every shape."""
    centre = np.column_stack([rng.uniform(-1e4, 1e4, (count, 2)), -rng.uniform(2e3, 1e4, count)])
    return centre[:, None] + rng.uniform(-1e3, 1e3, (count, 3, 3))
