"""A processor-hour of Metropolis on the slip posterior, with steps that no user has; prints one JSON line.

The posterior is that of posterior_problem.py. The random walk begins with a draw of it, and its steps have its
covariance. Their size is 2.38 / sqrt(n) (Gelman, Roberts & Gilks 1996), which suits a Gaussian without bounds, times
the factor that makes one step in four accepted: at the full size most steps end outside the bounds.
"""

import argparse
import json
import time

import numpy as np
from posterior_problem import make
from slip_posterior import log_density, ours

from geoslip.inversion.posterior import Chains

EVERY = 500
"""Steps from one stored state to the next."""
WANTED = 0.234
"""Share of steps accepted at which a random walk of many parameters goes fastest (Roberts, Gelman & Gilks 1997)."""
TUNED_BY = 200
"""Steps after which the size is chosen anew while it is tuned."""
FAR = 0.2
"""Standard deviations of the posterior by which a mean is plainly off it."""


class Walk:
    """A random walk with steps of a covariance, from one state (n,) of the parameters whose prior is uniform."""

    def __init__(self, target, states):
        n = states.shape[1]
        self.target, self.rng, self.scale = target, np.random.default_rng(2), 1.0
        self.factor = np.linalg.cholesky(np.cov(states.T) + 1e-12 * np.diag(states.var(axis=0))) * 2.38 / np.sqrt(n)
        self.now = states[-1]
        self.here = log_density(target, self.now[None])[0]

    def step(self):
        """Take one step or stay; whether it was taken."""
        there = self.now + self.scale * (self.factor @ self.rng.standard_normal(len(self.now)))
        value = log_density(self.target, there[None])[0]
        taken = np.log(self.rng.random()) < value - self.here
        if taken:
            self.now, self.here = there, value
        return taken

    def tune(self, rounds=100):
        """Choose the size of steps, round by round with less weight (Robbins & Monro 1951)."""
        for number in range(1, rounds + 1):
            accepted = np.mean([self.step() for _ in range(TUNED_BY)])
            self.scale *= np.exp(3.0 * (accepted - WANTED) / np.sqrt(number))

    def go(self, seconds):
        """Walk for so many processor seconds: stored states, steps, and the share that was accepted."""
        kept, accepted, steps, begin = [], 0, 0, time.process_time()
        while time.process_time() - begin < seconds:
            accepted += self.step()
            steps += 1
            if steps % EVERY == 0:
                kept.append(self.now)
        return np.array(kept), steps, accepted / steps


def main():
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, default=0.05, help="m")
    parser.add_argument("--seconds", type=float, default=3600.0, help="processor seconds of the walk, its tuning apart")
    options = parser.parse_args()
    target, system = make(options.noise)
    chains, _, _ = ours(target, start=system.minimise(1e4).x, draws=300)
    truth = chains.flat.copy()
    truth[:, target.n :] = np.log(truth[:, target.n :])
    walk = Walk(target, truth)
    walk.tune()
    kept, steps, accepted = walk.go(options.seconds)
    found = Chains(kept[None], chains.names)
    off = np.abs(kept.mean(axis=0) - truth.mean(axis=0)) / truth.std(axis=0)
    print(
        json.dumps(
            {
                "job": "bounded slip posterior, Metropolis",
                "noise": options.noise,
                "seconds": options.seconds,
                "steps": steps,
                "scale": walk.scale,
                "accepted": accepted,
                "ess": float(min(found.ess_bulk.min(), found.ess_tail.min())),
                "ess_median": float(np.median(found.ess_bulk)),
                "r_hat": float(found.r_hat.max()),
                "share_off": float((off > FAR).mean()),
            }
        )
    )


if __name__ == "__main__":
    main()
