"""Synthetic noise with a given covariance, exact by circulant embedding (Dietrich & Newsam 1997)."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.model import NoiseModel

_LARGEST = 2**26
"""Pixels of the periodic field that noise is cut from."""


def synthetic_noise(
    shape: tuple[int, int],
    *,
    spacing: tuple[float, float],
    noise: NoiseModel,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw noise on a regular grid.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    spacing : tuple of float
        Metres between rows and between columns; negative where rows run south or columns west, which only an
        anisotropic noise can tell.
    noise : NoiseModel
        Its covariance.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (ny, nx)
        Metres. The periodic field that it is cut from is so much larger than the grid that no distance is met
        the short way round.

    Raises
    ------
    DataError
        If the correlation length is so long that this field would not fit into memory.
    """
    field = np.sqrt(noise.nugget) * rng.standard_normal(shape)
    if noise.sill == 0.0:
        return field
    sides, amplitude = _embedding(tuple(shape), tuple(spacing), noise)
    return field + irfft2(rfft2(rng.standard_normal(sides)) * amplitude, sides)[: shape[0], : shape[1]]


@lru_cache(maxsize=4)
def _embedding(
    shape: tuple[int, int], spacing: tuple[float, float], noise: NoiseModel
) -> tuple[tuple[int, int], NDArray[np.float64]]:
    """Sides of the periodic field and the amplitude of its waves; kept for the next draw, as of a time series."""
    for margin in (6.0, 12.0, 24.0):
        # Beyond the grid's own reach the covariance must fall to nearly nothing before it comes back.
        high, wide = (
            next_fast_len(2 * n + int(np.ceil(margin * noise.length / abs(step))), real=True)
            for n, step in zip(shape, spacing)
        )
        if high * wide > _LARGEST:
            break
        # Offsets that wrap round: 0, 1, ..., -2, -1 steps.
        rows, columns = (np.fft.fftfreq(n, 1.0 / n) * step for n, step in zip((high, wide), spacing))
        power = rfft2(noise.correlated_at(columns, rows[:, None])).real
        if power.min() > -1e-6 * power.max():
            return (high, wide), np.sqrt(np.maximum(power, 0.0))
    raise DataError(
        f"synthetic noise: a length of {noise.length:g} m needs too large a field for pixels of"
        f" {min(abs(step) for step in spacing):g} m; "
        "use coarser pixels or a shorter length"
    )
