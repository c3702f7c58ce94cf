"""Coordinate Gibbs sweeps of a truncated Gaussian, and the exact draws of its scales.

The density is exp(-1/2 (x' N x - 2 b' x + a^2 x' H x)) between bounds. Given all others, one coordinate is a normal
number between two bounds; the gradients N x - b and H x are kept up to date by a column each, so that a sweep costs
q (q + nonzeros of a column of H) and is bound by memory.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

kernel: Any = njit(cache=True, nogil=True, error_model="numpy")

GAMMA_TRIES = 50
"""Gamma draws tried for one inside its bounds, before a slice takes over."""
FLAT_ENOUGH = 2.0
"""Interval around the mode, in standard deviations, up to which uniform proposals are taken."""
STEEP = 0.5
"""Standard deviations from the mode beyond which exponential proposals are taken."""


@kernel
def truncated_normal(low: float, high: float, generator: Any) -> float:
    """Draw a standard normal number between two bounds, each of which may be infinite.

    By rejection, with proposals after Robert (1995, Statistics and Computing 5, 121-125); at least about a quarter
    of them is accepted wherever the bounds lie.
    """
    if low + high < 0.0:
        return -_right_of_centre(-high, -low, generator)
    return _right_of_centre(low, high, generator)


@kernel
def _right_of_centre(low: float, high: float, generator: Any) -> float:
    if low >= STEEP:
        # truncated exponential of rate `low`, right to the last digit however far out
        span = -math.expm1(-low * (high - low))
        while True:
            step = -math.log1p(-span * generator.random()) / low
            if generator.random() <= math.exp(-0.5 * step * step):
                return min(low + step, high)
    if high - low <= FLAT_ENOUGH:
        top = max(low, 0.0)
        while True:
            value = low + (high - low) * generator.random()
            if generator.random() <= math.exp(0.5 * (top * top - value * value)):
                return value
    while True:
        value = generator.standard_normal()
        if low <= value <= high:
            return value


@kernel
def truncated_gamma(shape: float, rate: float, low: float, high: float, current: float, generator: Any) -> float:
    """Renew a number with density t^(shape - 1) exp(-rate t) between positive bounds.

    A gamma draw if one falls inside; else a slice (Neal 2003, Annals of Statistics 31, 705-767, section 4) of ln t
    that starts at the current value. Both leave the density as it is, and which is taken does not depend on `current`.
    """
    if low == high:
        return low
    if rate > 0.0:
        for _ in range(GAMMA_TRIES):
            value = generator.standard_gamma(shape) / rate
            if low <= value <= high:
                return value
    place = math.log(min(max(current, low), high))
    level = shape * place - rate * math.exp(place) - generator.standard_exponential()
    left, right = math.log(low), math.log(high)
    while True:
        value = left + (right - left) * generator.random()
        if shape * value - rate * math.exp(value) >= level:
            return min(max(math.exp(value), low), high)
        if value < place:
            left = value
        else:
            right = value


@kernel
def gibbs_sweeps(
    sweeps: int,
    x: Any,
    data_gradient: Any,
    rough_gradient: Any,
    normal: Any,
    pointer: Any,
    index: Any,
    value: Any,
    rough_diagonal: Any,
    lower: Any,
    upper: Any,
    right: Any,
    strength: float,
    strength_range: Any,
    normaliser: Any,
    generator: Any,
) -> float:
    """Sweep over all coordinates, renewing the strength in two ways after each sweep.

    Parameters
    ----------
    sweeps : int
    x, data_gradient, rough_gradient : (q,) array
        The state and its gradients N x - b and H x, renewed in place.
    normal : (q, q) array
        N, symmetric.
    pointer, index, value : array
        Columns of H, compressed.
    rough_diagonal, lower, upper, right : (q,) array
        The last is b.
    strength : float
        a.
    strength_range : (2,) array
        Where ln a is uniform beforehand; equal ends hold it.
    normaliser : (m,) array
        ln Z(a) of the prior at ln a evenly spaced over the range; none on a cone, where it is -q ln a.
    generator : numpy.random.Generator

    Returns
    -------
    float
        The new strength.
    """
    q = x.size
    for _ in range(sweeps):
        square = strength * strength
        for j in range(q):
            if lower[j] == upper[j]:
                continue
            precision = normal[j, j] + square * rough_diagonal[j]
            deviation = 1.0 / math.sqrt(precision)
            mean = x[j] - (data_gradient[j] + square * rough_gradient[j]) / precision
            drawn = truncated_normal((lower[j] - mean) / deviation, (upper[j] - mean) / deviation, generator)
            new = min(max(mean + deviation * drawn, lower[j]), upper[j])
            change = new - x[j]
            x[j] = new
            column = normal[j]
            for i in range(q):
                data_gradient[i] += change * column[i]
            for k in range(pointer[j], pointer[j + 1]):
                rough_gradient[index[k]] += change * value[k]
        strength = renew_strength(x, rough_gradient, strength, strength_range, normaliser, generator)
        strength = slide(
            x, data_gradient, rough_gradient, lower, upper, right, strength, strength_range, normaliser, generator
        )
    return strength


@kernel
def renew_strength(
    x: Any, rough_gradient: Any, strength: float, strength_range: Any, normaliser: Any, generator: Any
) -> float:
    """Renew the strength a given x, whose prior has the density exp(-a^2 x' H x / 2) / Z(a).

    On a cone 1 / Z goes as a^q, and a^2 is gamma with shape q / 2 and rate x' H x / 2; else a slice of ln a.
    """
    if strength_range[0] == strength_range[1]:
        return strength
    rate = 0.5 * max(0.0, np.dot(x, rough_gradient))
    if normaliser.size == 0:
        low, high = strength_range[0] ** 2, strength_range[1] ** 2
        return math.sqrt(truncated_gamma(0.5 * x.size, rate, low, high, strength * strength, generator))
    left, right = math.log(strength_range[0]), math.log(strength_range[1])
    first, last, place = left, right, min(max(math.log(strength), left), right)
    level = -rate * math.exp(2.0 * place) - tabulated(normaliser, first, last, place) - generator.standard_exponential()
    while True:
        value = left + (right - left) * generator.random()
        if -rate * math.exp(2.0 * value) - tabulated(normaliser, first, last, value) >= level:
            return math.exp(value)
        if value < place:
            left = value
        else:
            right = value


@kernel
def tabulated(table: Any, first: float, last: float, place: float) -> float:
    """Value of a table at evenly spaced places from first to last, straight between them."""
    where = (place - first) / (last - first) * (table.size - 1)
    index = min(max(int(where), 0), table.size - 2)
    share = where - index
    return table[index] + share * (table[index + 1] - table[index])


@kernel
def slide(
    x: Any,
    data_gradient: Any,
    rough_gradient: Any,
    lower: Any,
    upper: Any,
    right: Any,
    strength: float,
    strength_range: Any,
    normaliser: Any,
    generator: Any,
) -> float:
    """Move x along its ray from zero and the strength against it, x -> c x and a -> a / c, by a slice of ln c.

    The density of ln c is exp(-1/2 (c^2 x' N x - 2 c b' x)) c^q / Z(a / c): roughness stays, and on a cone the volume
    c^q and Z cancel.
    Where data say little about x, its size is tied to the strength, and drawing one given the other hardly moves
    either; this move goes along the tie (Yu & Meng 2011, J. Comput. Graph. Stat. 20, 531-570).

    Parameters
    ----------
    x, data_gradient, rough_gradient : (q,) array
        The state and its gradients, renewed in place.
    lower, upper : (q,) array
        Between which x stays.
    right : (q,) array
        b.
    strength : float
    strength_range : (2,) array
        Equal ends hold it, and x with it.
    normaliser : (m,) array
        As in gibbs_sweeps.
    generator : numpy.random.Generator

    Returns
    -------
    float
        The new strength.
    """
    if strength_range[0] == strength_range[1]:
        return strength
    linear = np.dot(right, x)
    square = max(0.0, np.dot(data_gradient, x) + linear)
    first, last, now = math.log(strength_range[0]), math.log(strength_range[1]), math.log(strength)
    left, far = now - last, now - first
    free = 0.0
    if normaliser.size > 0:
        left, far = _room_on_ray(x, lower, upper, left, far)
        for i in range(x.size):
            free += 1.0 if lower[i] < upper[i] else 0.0
        if left >= far:
            return strength
    level = linear - 0.5 * square - generator.standard_exponential()
    if normaliser.size > 0:
        level -= tabulated(normaliser, first, last, now)
    while True:
        place = left + (far - left) * generator.random()
        c = math.exp(place)
        value = c * linear - 0.5 * c * c * square
        if normaliser.size > 0:
            value += free * place - tabulated(normaliser, first, last, now - place)
        if value >= level:
            break
        if place < 0.0:
            left = place
        else:
            far = place
    for i in range(x.size):
        x[i] *= c
        data_gradient[i] = c * (data_gradient[i] + right[i]) - right[i]
        rough_gradient[i] *= c
        if normaliser.size > 0:
            x[i] = min(max(x[i], lower[i]), upper[i])
    return min(max(strength / c, strength_range[0]), strength_range[1])


@kernel
def _room_on_ray(x: Any, lower: Any, upper: Any, left: float, far: float) -> Any:
    """Shorten a range of ln c that holds 0 so that c x stays between the bounds."""
    for i in range(x.size):
        nearer, farther = (lower[i], upper[i]) if x[i] > 0.0 else (upper[i], lower[i])
        if x[i] != 0.0:
            if nearer / x[i] > 0.0:
                left = max(left, min(0.0, math.log(nearer / x[i])))
            if farther / x[i] < math.inf:
                far = min(far, max(0.0, math.log(farther / x[i])))
    return left, far
