"""Noise with a given spectrum, such as that of the turbulent troposphere."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from geoslip.downsample.errors import DataError

Spectrum = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def troposphere_spectrum(wavenumber: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the power of a turbulent troposphere at wavenumbers in cycles per metre, up to a factor.

    Hanssen (2001, section 4.7): in a profile k^-5/3 above 2 km of wavelength, k^-8/3 between 0.5 and 2 km and k^-2/3
    below; in the plane each exponent is one lower. Pieces meet at their limits.
    """
    k = np.maximum(wavenumber, 1e-12)
    long, short = 1.0 / 2000.0, 1.0 / 500.0
    middle = (k / long) ** (-11.0 / 3.0)
    fine = (short / long) ** (-11.0 / 3.0) * (k / short) ** (-5.0 / 3.0)
    return np.where(k < long, (k / long) ** (-8.0 / 3.0), np.where(k < short, middle, fine))


def spectral_noise(
    shape: tuple[int, int],
    *,
    spacing: tuple[float, float],
    spectrum: Spectrum,
    sigma: float,
    rng: np.random.Generator,
    longest: float | None = None,
) -> NDArray[np.float64]:
    """Draw noise on a regular grid with a given spectrum.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    spacing : tuple of float
        Metres between rows and between columns.
    spectrum : function
        Power in the plane at wavenumbers in cycles per metre, any factor; such as `troposphere_spectrum`.
    sigma : float
        Standard deviation over the periodic field, twice as long as the grid, that the grid is cut from, metres.
    rng : numpy.random.Generator
        Source of randomness.
    longest : float, optional
        Metres; waves longer than this get no power. Default: those of the field itself.

    Returns
    -------
    ndarray, shape (ny, nx)
        Metres. The field's mean is 0, the grid's is not.

    Raises
    ------
    DataError
        If the spectrum is negative, not finite or empty, or sigma is not positive.
    """
    if not sigma > 0.0:
        raise DataError(f"spectral noise: sigma {sigma} must be a standard deviation above 0, metres")
    sides = tuple(next_fast_len(2 * n, real=True) for n in shape)
    rows, columns = np.fft.fftfreq(sides[0], spacing[0]), np.fft.rfftfreq(sides[1], spacing[1])
    wavenumber = np.hypot(rows[:, None], columns)
    power = np.zeros(wavenumber.shape)
    used = wavenumber > (0.0 if longest is None else 1.0 / longest)
    used[0, 0] = False
    power[used] = spectrum(wavenumber[used])
    if not (np.isfinite(power).all() and power.min() >= 0.0 and power.max() > 0.0):
        raise DataError("spectral noise: the spectrum must be finite, nowhere negative and somewhere above 0")
    # Columns 1 .. n/2 of the half spectrum stand for two columns of the whole.
    twice = np.full(columns.size, 2.0)
    twice[0] = 1.0
    if sides[1] % 2 == 0:
        twice[-1] = 1.0
    variance = float((power * twice).sum()) / (sides[0] * sides[1])
    field = irfft2(rfft2(rng.standard_normal(sides)) * np.sqrt(power), sides)[: shape[0], : shape[1]]
    return np.asarray(field * (sigma / np.sqrt(variance)))
