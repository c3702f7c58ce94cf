"""x K1(x) (Whittle 1954, eq. 63): what a plane driven by white noise relaxes to; round at 0 but for x^2 log x."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import k0, k1

from geoslip.downsample.correlations import Family


def value(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give the correlation."""
    safe = np.maximum(x, 1e-12)
    return np.where(x > 1e-12, safe * k1(safe), 1.0)


def slope(x: NDArray[np.float64], waves: float) -> NDArray[np.float64]:
    """Give its derivative, -x K0(x)."""
    safe = np.maximum(x, 1e-12)
    return np.where(x > 1e-12, -safe * k0(safe), 0.0)


FAMILY = Family("bessel", value, slope, even=True)
