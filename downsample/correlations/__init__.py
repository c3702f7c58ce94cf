"""Families of correlation by distance: every module of this package that holds a `FAMILY` is one.

A family is f(x) of the distance in units of its length, f(0) = 1, with its slope f'(x); every one listed here is a
covariance in the plane (no variance of any sum of pixels can come out negative).
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoslip.faults.discovery import discovered

Shape = Callable[[NDArray[np.float64], float], NDArray[np.float64]]


class Family(NamedTuple):
    """One family: its name, f(x, waves), f'(x, waves), whether it has waves (else they are 0), and its tail.

    ``waves`` is the phase in radians that a wave gains over one length: 2 pi length / wavelength. ``even`` says that it
    falls ever more gently, as exp(-x) does; where it falls steeply or turns, far blocks of pixels are split sooner.
    """

    name: str
    value: Shape
    slope: Shape
    wavy: bool = False
    even: bool = False


@cache
def families() -> dict[str, Family]:
    """Give all families by name; do not change the dictionary."""
    found = discovered("geoslip.downsample.correlations", "FAMILY", group="geoslip.correlations")
    return {family.name: family for family in sorted(found, key=lambda family: family.name)}
