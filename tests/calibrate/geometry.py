"""Calibration of the posterior of geometry: one synthetic source, and what the page says of all. Some seconds each."""

from dataclasses import replace
from typing import Any

import numpy as np
from ranks import RANKS

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.inversion.posterior import (
    GeometryTarget,
    IntegratedSlip,
    LogUniform,
    Rectangle,
    Uniform,
    UniformSource,
    sample_geometry,
    search_geometry,
)

TRIES: tuple[dict[str, Any], ...] = (
    {"sampler": "emcee", "draws": 200, "warmup": 200},
    {"sampler": "smc", "draws": 1000, "walkers": 4},
)
"""How each posterior is sampled: the second way where the chains of the first have not converged."""
NOISE = LogUniform(0.5, 2.0)
STD = 1.0


def source() -> UniformSource:
    """The prior: a plane of unknown place, depth, strike, dip and length under a network of 12 by 12 km."""
    plane = Rectangle(
        east=Uniform(-5e3, 5e3), north=Uniform(-5e3, 5e3), depth=Uniform(4e3, 8e3), strike=Uniform(0.0, 360.0),
        dip=Uniform(20.0, 80.0), length=LogUniform(4e3, 12e3), width=4e3,
    )  # fmt: skip
    return UniformSource(parts=(plane,), slip=IntegratedSlip(std=STD))


def network(generator: np.random.Generator, *, n: int = 60) -> Observations:
    """Points seen from two sides, with correlated noise; the values are still zero."""
    points = np.column_stack([generator.uniform(-12e3, 12e3, (n, 2)), np.zeros(n)])
    look = np.where(np.arange(n)[:, None] % 2 == 0, [-0.61, -0.14, 0.78], [0.61, -0.14, 0.78])
    look = look / np.linalg.norm(look, axis=1)[:, None]
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = 3e-3**2 * np.exp(-apart / 4e3) + 1e-3**2 * np.eye(n)
    zero = np.zeros(n)
    return Observations(
        name="points", kind="los", longitude=zero, latitude=zero, points=points, values=zero, directions=look,
        covariance=covariance,
    )  # fmt: skip


def rank_one(seed: int) -> dict[str, Any]:
    """Rank of the truth among 99 draws, by quantity, for one synthetic source; and how its chains ended."""
    generator = np.random.default_rng([seed, 20])
    data = network(generator)
    choices: dict[str, Any] = {"nuisance": {"points": "offset"}, "noise": NOISE}
    target = GeometryTarget([data], source(), **choices)
    place = target.draw_prior(generator, 1)
    slip = STD * generator.standard_normal(2)
    greens = okada.greens_matrix(data.points, data.directions, target.source.rectangles(target.natural(place))[0])
    scale = float(target.scales(place)[0, 0])
    noise = scale * np.linalg.cholesky(data.covariance) @ generator.standard_normal(len(data))
    data = replace(data, values=greens @ slip + 0.01 + noise)
    found = search_geometry([data], source(), **choices, generations=20, seed=seed)
    for way in TRIES:
        posterior = sample_geometry([data], source(), **choices, **way, search=found, seed=seed)
        if posterior.chains.converged:
            break
    chosen = generator.permutation(len(posterior.places))[:RANKS]
    truth = dict(zip(target.names, target.natural(place)[0])) | {"strike slip": slip[0], "dip slip": slip[1]}
    values = dict(zip(posterior.target.names, posterior.values[chosen].T))
    values |= {"strike slip": posterior.slip[chosen, 0, 0], "dip slip": posterior.slip[chosen, 0, 1]}
    values["strike"] = values["strike"] % 360.0
    ranks = {name: int(np.sum(values[name] < value)) for name, value in truth.items()}
    return {"seed": seed, "converged": posterior.chains.converged, "sampler": way["sampler"], "ranks": ranks}


def section(done: list[dict[str, Any]]) -> list[str]:
    """What the page says of the sources."""
    again, converged = sum(one["sampler"] == "smc" for one in done), sum(one["converged"] for one in done)
    return [
        "## Geometry, slip integrated out",
        "",
        f"{len(done)} sources: a plane of unknown place, depth, strike (the whole circle), dip, length and slip under",
        "60 points with correlated noise of unknown scale and an unknown offset; some are so faint that they are",
        f"hardly found. Each is sampled by emcee; of {again}, whose chains had not converged, smc took the place.",
        f"In the end {converged} of {len(done)} had converged (R-hat up to 1.01, 400 effective draws); all count.",
        "",
    ]
