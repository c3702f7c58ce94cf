"""1 - 3 x / 2 + x^3 / 2 up to x = 1, then 0: the overlap of two balls; the length is the range itself."""

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.correlations import Family


def value(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give the correlation."""
    near = np.minimum(x, 1.0)
    return 1.0 - 1.5 * near + 0.5 * near**3


def slope(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give its derivative."""
    return 1.5 * (np.minimum(x, 1.0) ** 2 - 1.0)


FAMILY = Family("spherical", value, slope)
