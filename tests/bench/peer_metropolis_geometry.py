"""Metropolis in the manner of GBIS (Bagnardi & Hooper 2018), written for this comparison.

All ten numbers are stepped at once, uniformly within step sizes that a sensitivity test renews during the first 10000
steps so that each alone lowers the probability by 0.5^(1/n); misfit by the inverse covariance. In the peer's favour all
steps are scaled together until a quarter is taken, which the sensitivity test alone does not reach; it is started at
the truth, so that annealing is not needed; and the tuning does not count.
"""

import numpy as np
from geometry_problem import SLIP, TRUTH, clock, observations, report, source

import geoslip.okada as okada
from geoslip.inversion.posterior import GeometryTarget

TUNING, DRAWS, EVERY = 20_000, 40_000, 1000

data = observations()
target = GeometryTarget([data], source(sampled=True), nuisance={"points": "none"})
inverse = np.linalg.inv(data.covariance)
limits = target.prior.search_limits
limits[7:9] = -20.0, 20.0


def log_density(place):
    """Posterior of one place up to a constant."""
    if np.any(place < limits[:, 0]) or np.any(place > limits[:, 1]):
        return -np.inf
    numbers = target.natural(place[None])
    plane = target.source.rectangles(numbers)
    if not target.source.allowed(plane)[0]:
        return -np.inf
    left = data.values - okada.greens_matrix(data.points, data.directions, plane[0], threads=1) @ numbers[0, 7:9]
    return -0.5 * float(left @ (inverse @ left)) / numbers[0, 9] ** 2 - len(left) * place[9]


def sensitivity(place, here, step):
    """Step sizes that lower the probability by 0.5^(1/n) each."""
    wanted = np.log(2.0) / len(place)
    for number in range(len(place)):
        for _ in range(3):
            moved = place.copy()
            moved[number] += step[number]
            fall = abs(here - log_density(moved))
            step[number] *= float(np.clip(np.sqrt(wanted / max(fall, 1e-6)), 0.1, 10.0)) if np.isfinite(fall) else 0.1
    return step


generator = np.random.default_rng(2)
place = target.work(np.array([[*TRUTH.values(), *SLIP, 1.0]]))[0]
here, step, factor, taken = log_density(place), 1e-3 * np.ptp(limits, axis=1), 1.0, 0
draws, begin = np.empty((DRAWS, 10)), clock()
for number in range(-TUNING, DRAWS):
    if number < -TUNING // 2 and number % EVERY == 0:
        step = sensitivity(place, here, step)
    elif number < 0 and number % 100 == 0:
        factor, taken = factor * float(np.exp(taken / 100 - 0.25)), 0
    if number == 0:
        begin = clock()
    proposed = place + factor * step * generator.uniform(-1.0, 1.0, 10)
    there = log_density(proposed)
    if np.log(generator.uniform()) < there - here:
        place, here, taken = proposed, there, taken + 1
    if number >= 0:
        draws[number] = place
report("geometry, Metropolis", draws[None], seconds=clock() - begin)
