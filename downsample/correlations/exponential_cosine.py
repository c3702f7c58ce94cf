"""exp(-x) cos(waves x): noise that comes back with the other sign, as behind mountains (Sudhaus & Jonsson 2009).

In the plane it is a covariance only while waves <= 1 (Yaglom 1987: tan(pi / 4) in two dimensions), so a wavelength is
at least 2 pi lengths. The shift of the cosine that some codes fit is left out: with it the largest covariance is no
longer the variance.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.correlations import Family


def value(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give the correlation."""
    return np.exp(-x) * np.cos(waves * x)


def slope(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give its derivative."""
    return -np.exp(-x) * (np.cos(waves * x) + waves * np.sin(waves * x))


FAMILY = Family("exponential_cosine", value, slope, wavy=True)
