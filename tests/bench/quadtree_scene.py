"""The scene that quadtree and covariance are timed on, for our scripts and kite's alike: numpy only."""

import numpy as np

NOISE = (1e-4, 5e3, 0.0)
"""Sill (m^2), e-folding length (m) and nugget (m^2) of the covariance."""
SPACING = 100.0


def displacement(side: int) -> np.ndarray:
    """A lobe toward and one away from the satellite with 1 mm of noise and a corner without data, float32."""
    y, x = np.mgrid[:side, :side] / side
    lobe = 0.3 * np.exp(-((y - 0.45) ** 2 + (x - 0.55) ** 2) / 0.008)
    values = lobe - 0.2 * np.exp(-((y - 0.5) ** 2 + (x - 0.38) ** 2) / 0.01)
    values += 1e-3 * np.random.default_rng(0).normal(size=values.shape)
    values[: side // 5, : side // 6] = np.nan
    return values.astype(np.float32)
