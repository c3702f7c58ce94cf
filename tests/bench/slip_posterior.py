"""Sample the bounded slip posterior of posterior_problem.py at one noise level and print one JSON line.

The run goes on until every parameter has 400 effective draws. ``seconds`` is wall-clock, ``cpu_seconds`` what all
threads used together; ESS and R-hat are the worst of all 802 parameters. ``--emcee`` lets the stretch move of 1604
walkers start from draws of ours, in the posterior itself, so that only the move is judged: its autocorrelation is told
by how far the walkers have come from where they began, against the variance of the posterior, and its ESS an hour is
extrapolated from the run's own length.
"""

import argparse
import json
import time

import emcee
import numpy as np
from posterior_problem import make

from geoslip.inversion.posterior import sample_bounded

ENOUGH = 400


def ours(target, *, start, draws):
    """Four chains of the hybrid, as long as every parameter needs."""
    wall, cpu = time.perf_counter(), time.process_time()
    chains = sample_bounded(target, start=start, draws=draws, chains=4, warmup=100, enough=ENOUGH, seed=1)
    return chains, time.perf_counter() - wall, time.process_time() - cpu


def log_density(target, states):
    """Logarithm of the posterior of slip, ln noise scale and ln strength (k, n); minus infinity outside the bounds."""
    x, noise, strength = states[:, : target.n], np.exp(states[:, -2]), np.exp(states[:, -1])
    outside = (x < target.lower).any(axis=1) | (x > target.upper).any(axis=1)
    value = np.full(len(states), -np.inf)
    x, noise, strength = x[~outside], noise[~outside], strength[~outside]
    term = target.terms[0]
    misfit = term.energy - 2.0 * x @ term.right + np.einsum("ki,ki->k", x @ term.normal, x)
    rough = np.einsum("ki,ki->k", x @ target.gram, x)
    volume = target.n * np.log(strength) - term.count * np.log(noise)
    value[~outside] = -0.5 * misfit / noise**2 - 0.5 * strength**2 * rough + volume
    return value


def stretch(target, reference, *, seconds):
    """emcee's default on draws of the posterior: steps, share accepted, and effective draws an hour.

    Of walkers in the posterior, the mean square of how far a parameter comes in t steps is 2 variance (1 - rho(t)); an
    autocorrelation that falls as exp(-t / tau) then makes a walker's t steps worth t / (2 tau) draws.
    """
    states = reference.flat.copy()
    states[:, target.n :] = np.log(states[:, target.n :])
    rng = np.random.default_rng(3)
    walkers = 2 * states.shape[1]
    first = states[rng.choice(len(states), walkers, replace=len(states) < walkers)]
    sampler = emcee.EnsembleSampler(walkers, states.shape[1], lambda where: log_density(target, where), vectorize=True)
    begin, steps, accepted, last = time.process_time(), 0, 0.0, first
    for now in sampler.sample(first, iterations=1_000_000, store=False, skip_initial_state_check=True):
        steps, accepted = steps + 1, accepted + float(np.mean(now.coords[:, 0] != last[:, 0]))
        last = now.coords.copy()
        if time.process_time() - begin > seconds:
            break
    far = ((last - first) ** 2).mean(axis=0) / (2.0 * states.var(axis=0))
    worst = float(np.clip(far, 0.0, 1.0 - 1e-9).min())
    # steps / (2 tau), tau = -steps / ln rho
    effective = walkers * -0.5 * np.log1p(-worst)
    return steps, accepted / steps, effective * 3600.0 / (time.process_time() - begin)


def main():
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, default=0.01, help="m")
    parser.add_argument("--draws", type=int, default=150)
    parser.add_argument("--emcee", type=float, default=0.0, help="processor seconds of the peer")
    options = parser.parse_args()
    target, system = make(options.noise)
    start = system.minimise(1e4).x
    sample_bounded(target, start=start, draws=8, chains=2, warmup=0)
    chains, wall, cpu = ours(target, start=start, draws=options.draws)
    found = {"job": "bounded slip posterior", "noise": options.noise, "seconds": wall, "cpu_seconds": cpu}
    found |= {"ess": float(min(chains.ess_bulk.min(), chains.ess_tail.min())), "r_hat": float(chains.r_hat.max())}
    if options.emcee:
        steps, accepted, hour = stretch(target, chains, seconds=options.emcee)
        found |= {"emcee_steps": steps, "emcee_accepted": accepted, "emcee_ess_an_hour": float(hour)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
