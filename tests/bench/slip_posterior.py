"""Sample the bounded slip posterior of posterior_problem.py at one noise level and print one JSON line.

``seconds`` is wall-clock, ``cpu_seconds`` what all threads used together; ESS and R-hat are the worst of all 802
parameters. With ``--metropolis`` the peer runs instead: a random walk whose steps have the covariance of the posterior
itself, times 2.38^2 / n (Gelman, Roberts & Gilks 1996), which no user has; its ESS an hour is extrapolated from the
run's own length.
"""

import argparse
import json
import time

import numpy as np
from posterior_problem import make

from geoslip.inversion.posterior import Chains, autocorrelation_time, sample_bounded


def ours(target, *, start, draws):
    """Four chains of the hybrid."""
    wall, cpu = time.perf_counter(), time.process_time()
    chains = sample_bounded(target, start=start, draws=draws, chains=4, warmup=draws // 4, seed=1)
    return chains, time.perf_counter() - wall, time.process_time() - cpu


def log_density(target, state):
    """Logarithm of the posterior of slip, ln noise scale and ln strength; minus infinity outside the bounds."""
    x, noise, strength = state[: target.n], np.exp(state[-2]), np.exp(state[-1])
    if (x < target.lower).any() or (x > target.upper).any():
        return -np.inf
    term = target.terms[0]
    misfit = 0.5 * term.chi_square(x) / noise**2
    return -misfit - 0.5 * strength**2 * x @ (target.gram @ x) + target.n * state[-1] - term.count * state[-2]


def metropolis(target, reference, *, seconds):
    """Random-walk Metropolis with the ideal covariance, started in the posterior: draws and the time they took."""
    rng = np.random.default_rng(2)
    states = reference.flat.copy()
    states[:, target.n :] = np.log(states[:, target.n :])
    n = states.shape[1]
    factor = np.linalg.cholesky(np.cov(states.T) + 1e-12 * np.diag(states.var(axis=0))) * 2.38 / np.sqrt(n)
    now = states[-1]
    here, kept, accepted, steps = log_density(target, now), [], 0, 0
    begin = time.process_time()
    while time.process_time() - begin < seconds:
        there = now + factor @ rng.standard_normal(n)
        value = log_density(target, there)
        if np.log(rng.random()) < value - here:
            now, here, accepted = there, value, accepted + 1
        steps += 1
        if steps % 50 == 0:
            kept.append(now)
    return np.array(kept), steps, accepted


def main():
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, default=0.01, help="m")
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--metropolis", type=float, default=0.0, help="processor seconds of the peer")
    options = parser.parse_args()
    target, system = make(options.noise)
    start = system.minimise(1e4).x
    sample_bounded(target, start=start, draws=8, chains=2, warmup=0)
    chains, wall, cpu = ours(target, start=start, draws=options.draws)
    found = {"job": "bounded slip posterior", "noise": options.noise, "seconds": wall, "cpu_seconds": cpu}
    found |= {"ess": float(min(chains.ess_bulk.min(), chains.ess_tail.min())), "r_hat": float(chains.r_hat.max())}
    if options.metropolis:
        kept, steps, accepted = metropolis(target, chains, seconds=options.metropolis)
        moving = Chains(kept[None], chains.names)
        # a chain that has not moved once has an autocorrelation time of at least its own length
        time_of_one = np.nan_to_num(autocorrelation_time(moving.draws), nan=len(kept))
        found |= {
            "metropolis_steps": steps,
            "metropolis_accepted": accepted / steps,
            "metropolis_ess_an_hour": float(len(kept) / time_of_one.max() * 3600.0 / options.metropolis),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
