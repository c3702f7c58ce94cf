"""A processor-hour of emcee on the slip posterior of posterior_problem.py, begun as users begin; prints one JSON line.

The walkers begin in a ball about the best slip within the bounds, at the strength of least ABIC, as emcee's
documentation advises. The ball is kind: as wide in each parameter as the posterior is, which a user does not know.
What the second half of the run holds is then judged in three ways: by emcee's own rule (50 autocorrelation times), by
R-hat with each walker a chain, and against the posterior as draws of ours know it. A run that is cut short goes on
from the file it keeps.
"""

import argparse
import json
import time
from pathlib import Path

import emcee
import numpy as np
from posterior_problem import make
from slip_posterior import log_density, ours

from geoslip.inversion import strength_curve
from geoslip.inversion.posterior import Chains

EVERY = 100
"""Steps from one stored state to the next."""
STORED = 48
"""Walkers whose way is stored."""
SAVED_EVERY = 120.0
"""Processor seconds."""
FAR = 0.2
"""Standard deviations of the posterior by which a mean is plainly off it."""


def first_guess(target, system):
    """Best slip within the bounds at the strength of least ABIC, ln of the noise scale that fits it, ln strength."""
    curve = strength_curve(system.problem, system.operator, constraints=system.constraints)
    strength = curve.choose("abic").strength
    x = system.minimise(strength).x
    term = target.terms[0]
    return np.concatenate([x, [0.5 * np.log(term.chi_square(x) / term.count), np.log(strength)]])


class Walk:
    """The stretch move from a ball (walkers, n), what is stored of it, and the processor seconds that it took."""

    def __init__(self, target, ball, keep):
        self.target, self.places, self.keep = target, ball, keep
        self.random = np.random.RandomState(3).get_state()
        self.kept, self.means, self.spreads, self.steps, self.seconds = [], [], [], 0, 0.0
        if keep is not None and keep.is_file():
            with np.load(keep) as stored:
                self.kept, self.means, self.spreads = (list(stored[name]) for name in ("kept", "means", "spreads"))
                self.steps, self.seconds, self.places = int(stored["steps"]), float(stored["seconds"]), stored["places"]
                position, has_gauss, cached = stored["random"].tolist()
                self.random = ("MT19937", stored["keys"], int(position), int(has_gauss), cached)

    def go_on(self, seconds):
        """Walk until so many processor seconds are spent in all."""
        while self.seconds < seconds:
            self.leg(min(SAVED_EVERY, seconds - self.seconds))
            if self.keep is not None:
                self.save()

    def leg(self, seconds):
        """Walk for so many processor seconds."""
        walkers, n = self.places.shape
        sampler = emcee.EnsembleSampler(walkers, n, lambda where: log_density(self.target, where), vectorize=True)
        sampler.random_state = self.random
        begin = time.process_time()
        for now in sampler.sample(self.places, iterations=10**9, store=False, skip_initial_state_check=True):
            self.steps += 1
            if self.steps % EVERY == 0:
                self.kept.append(now.coords[:STORED].astype(np.float32))
                self.means.append(now.coords.mean(axis=0))
                self.spreads.append(now.coords.std(axis=0))
            if time.process_time() - begin > seconds:
                break
        self.seconds += time.process_time() - begin
        self.places, self.random = now.coords.copy(), now.random_state

    def save(self):
        """Write what a run needs to go on."""
        _, keys, position, has_gauss, cached = self.random
        half = self.keep.with_suffix(".half.npz")
        np.savez(
            half, kept=self.kept, means=self.means, spreads=self.spreads, steps=self.steps, seconds=self.seconds,
            places=self.places, keys=keys, random=np.array([position, has_gauss, cached]),
        )  # fmt: skip
        half.replace(self.keep)


def judge(walk, truth):
    """What the second half of a walk is worth, the worst parameter each time."""
    kept, means, spreads = np.array(walk.kept), np.array(walk.means), np.array(walk.spreads)
    steps, half = walk.steps, len(kept) // 2
    late = kept[half:].astype(float)
    tau = EVERY * emcee.autocorr.integrated_time(late, quiet=True, tol=0)
    chains = Chains(late.swapaxes(0, 1), tuple(str(number) for number in range(late.shape[2])))
    far = np.abs(means - truth.mean(axis=0)) / truth.std(axis=0)
    off = np.abs(means[half:].mean(axis=0) - truth.mean(axis=0)) / truth.std(axis=0)
    wide = np.sqrt((spreads[half:] ** 2).mean(axis=0) + means[half:].var(axis=0)) / truth.std(axis=0)
    return {
        "tau": float(tau.max()),
        "chain_in_tau": float(steps / tau.max()),
        "r_hat": float(chains.r_hat.max()),
        "r_hat_median": float(np.median(chains.r_hat)),
        "off_first": float(far[0].max()),
        "off_last": float(far[-1].max()),
        "share_off": float((off > FAR).mean()),
        "width": float(np.median(wide)),
    }


def main():
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, default=0.05, help="m")
    parser.add_argument("--seconds", type=float, default=3600.0, help="processor seconds of emcee")
    parser.add_argument("--keep", type=Path, help="file (.npz) for the stored walkers and where they stand")
    options = parser.parse_args()
    target, system = make(options.noise)
    chains, _, _ = ours(target, start=system.minimise(1e4).x, draws=300)
    truth = chains.flat.copy()
    truth[:, target.n :] = np.log(truth[:, target.n :])
    size = (2 * truth.shape[1], truth.shape[1])
    ball = first_guess(target, system) + truth.std(axis=0) * np.random.default_rng(3).standard_normal(size)
    # a walker may not start outside the bounds: those beyond come back by as much
    ball[:, : target.n] = target.lower + np.abs(ball[:, : target.n] - target.lower)
    walk = Walk(target, ball, options.keep)
    walk.go_on(options.seconds)
    found = {"job": "bounded slip posterior, emcee", "noise": options.noise, "seconds": walk.seconds}
    found |= {"walkers": len(ball), "steps": walk.steps}
    print(json.dumps(found | judge(walk, truth)))


if __name__ == "__main__":
    main()
