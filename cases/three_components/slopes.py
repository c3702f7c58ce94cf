"""Motion of published slip models in the frame of slopes, on a terrain that was made up.

No terrain model comes with the data, so the terrain is a sum of waves with random phases whose power falls with the
cube of the wave number: slopes of any aspect, independent of the earthquake. Places where slides are said to be are
made up as well: once anywhere steep, once only where the ground moved down the slope and away from it. The first must
be found to be like random places, the second must not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.three_components.published_fields import Sources, published_sources
from geoslip.inversion import quadrant_shares, slope_components, slope_frame
from geoslip.inversion.motion.slope_frame import QuadrantShares

Array = NDArray[np.float64]
SIDE, STEEP, SLIDES, RELIEF = 121, 10.0, 300, 600.0
"""Pixels of a side, degrees of a steep slope, number of slides, metres of the terrain's standard deviation."""


def made_terrain(spacing: float, rng: np.random.Generator) -> Array:
    """Random terrain (SIDE, SIDE) in metres."""
    wave = np.hypot(np.fft.fftfreq(SIDE, spacing)[:, None], np.fft.fftfreq(SIDE, spacing)[None])
    wave[0, 0] = np.inf
    height = np.fft.ifft2(np.fft.fft2(rng.normal(size=(SIDE, SIDE))) * np.maximum(wave, 1.0 / 20e3) ** -1.5).real
    return np.asarray(RELIEF * height / height.std())


@dataclass(frozen=True)
class Slides:
    """A model's largest motions (m) by direction, and how slides anywhere and those that choose ground lie in it."""

    name: str
    largest: tuple[float, ...]
    anywhere: QuadrantShares
    choosing: QuadrantShares


def studied(data: Path) -> list[Slides]:
    """All published models."""
    rng = np.random.default_rng(20)
    return [slides(sources, rng) for sources in published_sources(data)]


def slides(sources: Sources, rng: np.random.Generator) -> Slides:
    """One model: its motion on made-up ground, and slides on it."""
    east, north = sources.grid(SIDE)
    spacing = float(east[0, 1] - east[0, 0])
    motion = sources.motion(np.column_stack([east.ravel(), north.ravel()])).T.reshape(3, SIDE, SIDE)
    frame = slope_frame(made_terrain(spacing, rng), spacing=(spacing, spacing))
    parts = slope_components(motion, frame)
    steep = frame.slope > STEEP
    down, normal = (np.where(steep, parts[name], np.nan) for name in ("downslope", "normal"))
    known = np.argwhere(np.isfinite(down) & np.isfinite(normal))
    anywhere = known[rng.choice(len(known), SLIDES)]
    chosen = np.array([place for place in known if down[tuple(place)] > 0.0 and normal[tuple(place)] > 0.0])
    chosen = np.concatenate([chosen[rng.choice(len(chosen), SLIDES // 3)], anywhere[: 2 * SLIDES // 3]])
    found = [quadrant_shares(down, normal, places, rng=rng, draws=500) for places in (anywhere, chosen)]
    peaks = [float(np.nanmax(np.abs(parts[name]))) for name in ("normal", "downslope", "cross", "toward", "up")]
    return Slides(sources.name, (float(np.nanmax(np.linalg.norm(motion, axis=0))), *peaks), *found)


def row(model: Slides) -> list[str]:
    """One line of the table."""
    found = (model.anywhere, model.choosing)
    low, high = found[1].interval["++"]
    shares = [f"{100 * one.shares['++']:.0f} %" for one in found]
    return [
        model.name,
        *(f"{peak:.1f}" for peak in model.largest),
        f"{100 * found[0].expected['++']:.0f} % ({100 * low:.0f} to {100 * high:.0f})",
        shares[0] + (" *" if "++" in found[0].unusual() else ""),
        shares[1] + (" *" if "++" in found[1].unusual() else ""),
    ]


def figures(models: Sequence[Slides]) -> dict[str, float]:
    """Models in which slides anywhere are told from random places, and those that choose their ground."""
    return {
        "anywhere_told": float(sum("++" in model.anywhere.unusual() for model in models)),
        "choosing_told": float(sum("++" in model.choosing.unusual() for model in models)),
    }


def table(models: Sequence[Slides]) -> str:
    """The table of the page."""
    head = ["slip model", "largest motion (m)", "normal", "downslope", "cross", "toward aspect", "up"]
    head += ["down and outward: all steep ground (95 % of random draws)", "slides anywhere", "slides that choose it"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(row(model))} |" for model in models]
    return "\n".join(lines)
