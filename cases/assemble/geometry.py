"""From the ``posterior: {geometry: ...}`` block to rectangles with priors, and from draws to what a summary says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoslip.cases.casefile.posterior import AnglePrior, GeometrySampling, LengthPrior

if TYPE_CHECKING:
    from geoslip.inversion.posterior import GeometryPosterior, Prior, UniformSource


def build_source(asked: GeometrySampling) -> UniformSource:
    """Make the rectangles of the block, with their priors.

    Raises
    ------
    ValueError
        Priors that are no distributions or contradict what a fault can be.
    """
    from geoslip.inversion.posterior import Bend, IntegratedSlip, Rectangle, SampledSlip, UniformSource

    planes = [
        Rectangle(
            name=plane.name,
            reference=plane.reference,
            **{number: build_quantity(getattr(plane, number)) for number in Rectangle.NUMBERS},
        )
        for plane in asked.planes
    ]
    bends = [
        Bend(
            name=bend.name,
            of=bend.of,
            side=bend.side,
            angle=build_quantity(bend.angle),
            extent=build_quantity(bend.extent),
        )
        for bend in asked.bends
    ]
    slip = asked.slip
    sampled = slip.amount is not None and slip.rake is not None
    return UniformSource(
        parts=(*planes, *bends),
        slip=SampledSlip(build_quantity(slip.amount), build_quantity(slip.rake))
        if sampled
        else IntegratedSlip(std=slip.std or 10.0),
        deepest=np.inf if asked.deepest is None else asked.deepest,
    )


def build_quantity(entry: float | LengthPrior | AnglePrior | None) -> float | Prior:
    """Give a number, or the distribution that a prior's entry names."""
    from geoslip.inversion.posterior import LogUniform, Normal, Uniform, VonMises

    if entry is None or isinstance(entry, int | float):
        return float(entry or 0.0)
    if entry.uniform is not None:
        return Uniform(*entry.uniform)
    if entry.normal is not None:
        low, high = entry.within or (-np.inf, np.inf)
        return Normal(*entry.normal, low=low, high=high)
    if isinstance(entry, LengthPrior):
        assert entry.log_uniform is not None
        return LogUniform(*entry.log_uniform)
    assert entry.von_mises is not None
    return VonMises(*entry.von_mises)


def geometry_summary(posterior: GeometryPosterior) -> dict[str, dict[str, float]]:
    """Give mean, std and quantiles of each quantity, named with its unit: km, degrees, m for slip."""
    return {
        f"{name}{unit(name)}": {key: value * factor(name) for key, value in entry.items()}
        for name, entry in posterior.summary().items()
    }


def correlations(posterior: GeometryPosterior) -> dict[str, float]:
    """Give the correlation of every pair of quantities over all draws, such as "strike and rake"."""
    names, draws = list(posterior.quantities), np.array([
        near_mean(name, one) for name, one in posterior.quantities.items()
    ])  # fmt: skip
    with np.errstate(invalid="ignore"):
        found = np.corrcoef(draws)
    return {
        f"{names[i]} and {names[j]}": float(found[i, j]) for i in range(len(names)) for j in range(i + 1, len(names))
    }


def mode_summaries(posterior: GeometryPosterior) -> list[dict[str, Any]]:
    """Give each sampled mode its weight by the draws and by importance sampling, and its own summary."""
    weights, shares = posterior.mode_weights, posterior.weighing.shares
    found = []
    for number in np.argsort(-weights, kind="stable").tolist():
        held = bool((posterior.mode == number).sum() > 1)
        named = posterior.summary(number) if held else {}
        entry = {
            f"{name}{unit(name)}": {key: value * factor(name) for key, value in one.items()}
            for name, one in named.items()
        }
        found.append({"weight": float(weights[number]), "weight_by_importance": float(shares[number])} | entry)
    return found


def searched_modes(posterior: GeometryPosterior) -> list[dict[str, Any]]:
    """Give every peak that the search found, with its share by the Gaussian that touches it."""
    return [
        {
            "weight": mode.weight,
            "log_density": mode.log_density,
            "magnitude": mode.magnitude(rigidity=posterior.rigidity),
            "rake_deg": mode.rake(),
        }
        | {f"{name}{unit(name)}": value * factor(name) for name, value in mode.numbers.items()}
        for mode in posterior.search.modes
    ]


def near_mean(name: str, draws: np.ndarray) -> np.ndarray:
    """Angles counted so that they lie around their mean, strikes from 0 to 360."""
    if (kind := name.split(".")[-1]) not in ("strike", "rake", "angle"):
        return draws
    middle = float(np.rad2deg(np.angle(np.exp(1j * np.deg2rad(draws)).mean())))
    middle = middle if kind == "rake" else middle % 360.0
    return middle + (draws - middle + 180.0) % 360.0 - 180.0


LENGTHS = ("east", "north", "depth", "top depth", "length", "width", "extent")
ANGLES = ("strike", "dip", "rake", "angle")


def unit(name: str) -> str:
    """What is written behind a quantity's name."""
    last = name.split(".")[-1]
    return " km" if last in LENGTHS else " deg" if last in ANGLES else " m" if "slip" in last else ""


def axis_label(name: str) -> str:
    """A quantity's name and unit as an axis is labelled, such as "Depth (km)"."""
    said = {" km": " (km)", " deg": " (°)", " m": " (m)"}.get(unit(name.removeprefix("change of ")), "")
    return f"{name[0].upper()}{name[1:]}{said}"


def factor(name: str) -> float:
    """What a quantity is multiplied by to be in that unit."""
    return 1e-3 if name.split(".")[-1] in LENGTHS else 1.0
