"""Calibration of the posterior of bounded slip: one synthetic source, and what the page says of all. A second each."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from geometry import network
from ranks import RANKS
from scipy.special import ndtr, ndtri

from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.inversion import Constraints, Operator, Problem, laplacian
from geoslip.inversion.posterior import LogUniform, sample_slip
from geoslip.inversion.posterior.slip import NOISE_RANGE

SIDE = 4
"""Patches along strike and down dip."""
WATCHED = (0, 5, 10, 15)
"""Patches whose slip is ranked, along a diagonal."""
SLIP = (0.05, 5.0)
"""Sizes of slip, m, between which the strength lets it be."""
SWEEPS = 500


@cache
def fault() -> tuple[Fault, Operator]:
    """Sixteen patches that dip at 40 degrees, and their smoothing; slip tapers at all edges but the top."""
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=40.0, length=16e3, width=12e3, depth=1e3)
    patches = Fault((cut_uniform(plane, "plane", columns=SIDE, rows=SIDE),))
    return patches, laplacian(patches, neighbours(patches), zero_edges=("bottom", "sides"))


def draw_slip(gram: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A draw of exp(-x' H x / 2) above zero: Gibbs sweeps by the inverse distribution, no code of the sampler's."""
    deviation = np.diag(gram) ** -0.5
    x = deviation * np.abs(generator.standard_normal(len(gram)))
    for _ in range(SWEEPS):
        for j in range(len(x)):
            mean = x[j] - (gram[j] @ x) * deviation[j] ** 2
            upper = ndtr(mean / deviation[j])
            x[j] = max(0.0, mean - deviation[j] * ndtri(upper * generator.uniform()))
    return x


def rank_one(seed: int) -> dict[str, Any]:
    """Rank of the truth among 99 draws, by quantity, for one synthetic source; and how its chains ended."""
    generator = np.random.default_rng([seed, 21])
    patches, operator = fault()
    constraints = Constraints(rake=(0.0, 90.0))
    data = network(generator)
    greens = Problem.build([data], patches, nuisance={"points": "offset"}).blocks[0].greens
    gram = operator.matrix.T @ operator.matrix
    gram = np.asarray(gram.todense() if hasattr(gram, "todense") else gram)
    # uniform logarithms, as the posterior takes them
    typical = float(np.median(np.diag(gram) ** -0.5))
    prior = LogUniform(typical / SLIP[1], typical / SLIP[0])
    strength = prior.low * (prior.high / prior.low) ** generator.uniform()
    noise = NOISE_RANGE[0] * (NOISE_RANGE[1] / NOISE_RANGE[0]) ** generator.uniform()
    slip = draw_slip(gram, generator) / strength
    values = greens @ slip + 0.01 + noise * np.linalg.cholesky(data.covariance) @ generator.standard_normal(len(data))
    problem = Problem.build(
        [replace(data, values=values)], patches, nuisance={"points": "offset"}, greens={"points": greens}
    )
    posterior = sample_slip(
        problem, operator, constraints=constraints, strength=prior, sample_noise=True, draws=300, enough=400, seed=seed
    )
    chosen = generator.permutation(len(posterior.strength))[:RANKS]
    components = slip.reshape(2, -1)
    moment = float(np.hypot(*components) @ patches.areas)
    ranks = {"strength": np.sum(posterior.strength[chosen] < strength)}
    ranks["noise scale"] = np.sum(posterior.noise_scales["points"][chosen] < noise)
    ranks["moment"] = np.sum(posterior.moments[chosen] < moment * constraints.rigidity)
    for number in WATCHED:
        for which, name in enumerate(("strike slip", "dip slip")):
            draws = posterior.samples[chosen, number, which]
            ranks[f"{name} of patch {number}"] = np.sum(draws < components[which, number])
    return {
        "seed": seed,
        "converged": posterior.chains.converged,
        "ranks": {name: int(rank) for name, rank in ranks.items()},
    }


def section(done: list[dict[str, Any]]) -> list[str]:
    """What the page says of the sources."""
    converged = sum(one["converged"] for one in done)
    return [
        "## Slip on patches, within bounds",
        "",
        f"{len(done)} sources: {SIDE * SIDE} patches with strike and dip slip that must be positive, drawn with the",
        "smoothing as prior at a drawn strength, under the same network with noise of a drawn scale, from a thirtieth",
        "to thirty times what the data state. Strength and noise scale are sampled too, the offset is integrated out.",
        f"{converged} of {len(done)} had converged (R-hat up to 1.01, 400 effective draws); all count.",
        "",
    ]
