"""exp(-x): the usual choice for the troposphere; with a cusp at 0 and, in the plane, a spectrum of k^-3."""

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.correlations import Family


def value(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give the correlation."""
    return np.exp(-x)


def slope(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give its derivative."""
    return -np.exp(-x)


FAMILY = Family("exponential", value, slope, even=True)
