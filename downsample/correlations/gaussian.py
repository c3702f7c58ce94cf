"""exp(-x^2): noise so smooth that without a nugget its covariances are singular to working precision."""

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.correlations import Family


def value(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give the correlation."""
    return np.exp(-(x**2))


def slope(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give its derivative."""
    return -2.0 * x * np.exp(-(x**2))


FAMILY = Family("gaussian", value, slope)
