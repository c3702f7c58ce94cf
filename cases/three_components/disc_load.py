"""A disc of load on elastic ground, seen from two tracks and turned into east and up.

The twin of a lake that rises: a uniform pressure on a disc of the lake's area presses the ground down by 4 mm a year at
its middle. Closed forms of the surface displacement (Johnson 1985, Contact Mechanics, section 3.4): at the middle
2 (1 - nu^2) p a / E, at the edge 2 / pi of it, and inward by (1 - 2 nu)(1 + nu) p r / (2 E) below the load.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ellipe, ellipk

from geoslip.downsample import NoiseModel, Scene, look_vector, synthetic_noise
from geoslip.inversion import North, decompose

Array = NDArray[np.float64]
RADIUS = 27.5e3
"""Metres: a disc of 2400 km^2."""
SINKING = 4e-3
"""Metres a year at the middle."""
POISSON = 0.25
SIDE, SPACING = 161, 1e3
NOISE = NoiseModel(0.4e-3**2, 8e3, 0.3e-3**2)
"""Of a stacked rate: 0.4 mm a year correlated over 8 km and 0.3 mm a year a pixel."""
GEOMETRY = {"ascending": (39.0, -13.0), "descending": (39.0, -167.0)}
NORTH_SIGMA = 0.4e-3


def disc_displacement(distance: ArrayLike, *, radius: float, middle: float, poisson: float) -> tuple[Array, Array]:
    """Give radial (outward) and vertical (up) displacement of the surface under a uniform disc of pressure.

    Parameters
    ----------
    distance : array_like
        From the middle, m.
    radius : float
        Of the disc, m.
    middle : float
        How far the middle sinks, m, positive.
    poisson : float

    Returns
    -------
    radial, up : ndarray
    """
    r = np.asarray(distance, dtype=float) / radius
    inside, outside = np.minimum(r, 1.0), np.maximum(r, 1.0)
    bowl = ellipe(inside**2)
    away = outside * (ellipe(outside**-2) - (1.0 - outside**-2) * ellipk(outside**-2 * (1.0 - 1e-15)))
    up = -2.0 / np.pi * middle * np.where(r <= 1.0, bowl, away)
    inward = middle * (1.0 - 2.0 * poisson) / (4.0 * (1.0 - poisson)) * np.where(r <= 1.0, r, 1.0 / outside)
    return -inward, np.asarray(up)


def decomposed(seed: int = 0) -> tuple[Array, Array, Array, Array]:
    """Make both tracks and decompose them; give truth (3, ny, nx), components, their errors, and distances (ny, nx)."""
    axis = SPACING * (np.arange(SIDE, dtype=float) - 0.5 * (SIDE - 1))
    east, north = np.meshgrid(axis, -axis)
    distance = np.hypot(east, north)
    radial, up = disc_displacement(distance, radius=RADIUS, middle=SINKING, poisson=POISSON)
    share = radial / np.maximum(distance, 1.0)
    truth = np.stack([share * east, share * north, up])
    rng, fields = np.random.default_rng(seed), []
    for name, angles in GEOMETRY.items():
        look = look_vector(*angles)
        values = np.einsum("i,ijk->jk", look, truth)
        values = values + synthetic_noise((SIDE, SIDE), spacing=(SPACING, SPACING), noise=NOISE, rng=rng)
        fields.append(Scene(name=name, values=values, x=axis, y=-axis, look=look, crs=None))
    sigma = float(np.sqrt(NOISE.variance))
    found = decompose(fields, [sigma, sigma], north=North(treatment="held", value=0.0, sigma=NORTH_SIGMA))
    return truth, found.components.astype(float), found.sigma.astype(float), distance


def figures(draws: int = 10) -> dict[str, float]:
    """Draws whose up at the middle lies within twice its stated error, and the scatter of errors over stated ones."""
    runs = [decomposed(seed) for seed in range(draws)]
    truth, _, sigma, distance = runs[0]
    middle = distance <= 2e3
    off = [abs(float(np.mean((run[1] - truth)[2][middle]))) for run in runs]
    return {
        "draws_within": float(sum(one <= 1.96 * sigma[2][middle].mean() for one in off)),
        "scatter_over_stated": float(np.std([((run[1] - run[0]) / run[2])[[0, 2]] for run in runs])),
    }


def table(draws: int = 10) -> str:
    """Closed and found up at the middle, the edge and beyond, as means over rings and draws of the noise."""
    rings = {"middle (within 2 km)": (0.0, 2e3), "edge (within 1 km of it)": (RADIUS - 1e3, RADIUS + 1e3)}
    rings |= {"two radii out": (2.0 * RADIUS - 1e3, 2.0 * RADIUS + 1e3)}
    runs = [decomposed(seed) for seed in range(draws)]
    truth, _, sigma, distance = runs[0]
    lines = [
        "| where | closed form (mm a year) | found, mean of ten draws | scatter of the draws |",
        "|---|---|---|---|",
    ]
    for name, (low, high) in rings.items():
        ring = (distance >= low) & (distance <= high)
        means = np.array([run[1][2][ring].mean() for run in runs])
        closed = truth[2][ring].mean()
        lines.append(f"| {name} | {1e3 * closed:.2f} | {1e3 * means.mean():.2f} | {1e3 * means.std(ddof=1):.2f} |")
    score = np.concatenate([((run[1] - run[0]) / run[2])[[0, 2]].ravel() for run in runs])
    bias = np.mean([run[1][2] - run[0][2] for run in runs], axis=0)
    north, south = truth[1] < -0.9 * np.abs(truth[1]).max(), truth[1] > 0.9 * np.abs(truth[1]).max()
    lines += [
        "",
        f"Errors of east and up over their stated sizes scatter by {score.std():.2f}. Neglected north tilts up:"
        f" where the ground moves {1e3 * np.abs(truth[1]).max():.2f} mm a year toward the load, up is wrong by"
        f" {1e3 * bias[north].mean():+.2f} mm a year north of it and by {1e3 * bias[south].mean():+.2f} south of it.",
        f"The stated error of up is {1e3 * sigma[2].mean():.2f} mm a year.",
    ]
    return "\n".join(lines)
