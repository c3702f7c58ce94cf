"""The ``posterior:`` block of a case file: what is sampled beside the estimate."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field, PlainValidator, model_validator

from geoslip.cases.casefile.base import Block
from geoslip.cases.casefile.units import Angle, Length

SampledStrength = Literal["sampled", "chosen"] | float
Enough = Annotated[float, Field(gt=0.0)] | None


def parse_strength(value: Any) -> SampledStrength:
    """Return how the strength of the smoothing enters the posterior of slip."""
    if value in ("sampled", "chosen"):
        return cast(SampledStrength, value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise ValueError("strength is sampled, chosen (what smoothing chose), or a number above 0")


class SlipSampling(Block):
    """The posterior of slip on the case's faults, within the bounds and with the smoothing of the case.

    The ``strength`` of the smoothing is sampled with slip, held where the ``smoothing`` block chose it (``chosen``),
    or held at a number. ``noise: sampled`` gives each data set an unknown factor of its standard deviations. A draw is
    twenty sweeps over all patches, or more of many, and a trajectory that reflects off the bounds; ``warmup`` draws,
    half of ``draws`` if not given, are thrown away before. The chains go on until every parameter has ``enough``
    effective draws and R-hat is at most 1.01, up to ten times ``draws``; ``enough: null`` ends them at ``draws``.
    """

    draws: Annotated[int, Field(ge=100, le=1_000_000)] = 500
    enough: Enough = 400.0
    chains: Annotated[int, Field(ge=2, le=64)] = 4
    warmup: Annotated[int, Field(ge=0)] | None = None
    method: Literal["hybrid", "gibbs", "reflection"] = "hybrid"
    strength: Annotated[SampledStrength, PlainValidator(parse_strength)] = "sampled"
    noise: Literal["sampled", "given"] = "sampled"


class LengthPrior(Block):
    """What is known beforehand of a length, one of: uniform or log_uniform between two, normal about a mean."""

    uniform: tuple[Length, Length] | None = None
    log_uniform: tuple[Length, Length] | None = None
    normal: tuple[Length, Length] | None = None
    within: tuple[Length, Length] | None = None

    @model_validator(mode="after")
    def _one(self) -> LengthPrior:
        _check_prior(self, ("uniform", "log_uniform", "normal"))
        return self


class AnglePrior(Block):
    """What is known beforehand of an angle, one of: uniform between two, normal or von_mises about a mean."""

    uniform: tuple[Angle, Angle] | None = None
    normal: tuple[Angle, Angle] | None = None
    von_mises: tuple[Angle, Angle] | None = None
    within: tuple[Angle, Angle] | None = None

    @model_validator(mode="after")
    def _one(self) -> AnglePrior:
        _check_prior(self, ("uniform", "normal", "von_mises"))
        return self


def _check_prior(prior: LengthPrior | AnglePrior, kinds: tuple[str, ...]) -> None:
    given = [kind for kind in kinds if getattr(prior, kind) is not None]
    if len(given) != 1:
        raise ValueError(f"a prior is exactly one of {', '.join(kinds)}; here: {', '.join(given) or 'none'}")
    if prior.within is not None and given[0] != "normal":
        raise ValueError(f"within cuts off a normal prior; {given[0]} has limits of its own")


LengthNumber = Length | LengthPrior
AngleNumber = Angle | AnglePrior


class SourcePlane(Block):
    """A rectangle of uniform slip; each number is known, or a prior of what is known of it.

    ``east``, ``north`` and ``depth`` place its centre, or the middle of its top edge, from the case's origin.
    """

    name: str = "fault"
    reference: Literal["centre", "top"] = "centre"
    east: LengthNumber
    north: LengthNumber
    depth: LengthNumber
    strike: AngleNumber
    dip: AngleNumber
    length: LengthNumber
    width: LengthNumber


class SourceBend(Block):
    """A rectangle that continues another: at its bottom ``angle`` is a dip, beyond an end a strike."""

    name: str
    of: str
    side: Literal["bottom", "start", "end"]
    angle: AngleNumber
    extent: LengthNumber


class SourceSlip(Block):
    """Slip of the rectangles: a Gaussian of mean zero integrated out (``std``), or size and rake sampled."""

    std: Length | None = None
    amount: LengthNumber | None = None
    rake: AngleNumber | None = None

    @model_validator(mode="after")
    def _one_way(self) -> SourceSlip:
        if (self.amount is None) != (self.rake is None) or (self.std is None) == (self.amount is None):
            raise ValueError("give std (slip integrated out), or amount and rake (slip sampled)")
        return self


class GeometrySampling(Block):
    """The posterior of the geometry of rectangles of uniform slip, from the same data as the estimate.

    A global search finds the modes, among them both nodal planes; then all are sampled. ``noise: sampled`` gives each
    data set an unknown factor of its standard deviations. The search looks at about ``coarse`` averages of the data.
    The walkers go on until every number has ``enough`` effective draws and R-hat is at most 1.01, up to ten times
    ``draws``; ``enough: null`` ends them at ``draws``.
    """

    planes: Annotated[tuple[SourcePlane, ...], Field(min_length=1)]
    bends: tuple[SourceBend, ...] = ()
    slip: SourceSlip = Field(default_factory=lambda: SourceSlip.model_validate({"std": "10 m"}))
    deepest: Length | None = None
    noise: Literal["sampled", "given"] = "sampled"
    sampler: Literal["emcee", "metropolis", "smc"] = "emcee"
    draws: Annotated[int, Field(ge=16, le=1_000_000)] = 500
    enough: Enough = 400.0
    walkers: Annotated[int, Field(ge=1)] | None = None
    warmup: Annotated[int, Field(ge=0)] | None = None
    generations: Annotated[int, Field(ge=1)] = 300
    coarse: Annotated[int, Field(ge=100)] = 1000


class JointSampling(Block):
    """The posterior of the case's own faults, of rectangles, moved as one, together with slip on them.

    ``dip``, ``strike``, ``east``, ``north`` and ``depth`` are what is known of each change, 0 where the faults are now:
    at least one. Slip has the case's smoothing, with zero-slip edges, and its rakes; a maximum of slip is not sampled.
    It is integrated out, then drawn at ``slips`` of the draws. The evidence is ``corrected`` for rake windows, or
    leaves them out (``ignored``); the summary says what they do to it. ``enough`` is as with ``geometry``. Every peak
    that a search of so many ``generations`` leads to is sampled, with the weight it has.
    """

    dip: AnglePrior | None = None
    strike: AnglePrior | None = None
    east: LengthPrior | None = None
    north: LengthPrior | None = None
    depth: LengthPrior | None = None
    noise: Literal["sampled", "given"] = "sampled"
    strength: Annotated[SampledStrength, PlainValidator(parse_strength)] = "sampled"
    bounds: Literal["corrected", "ignored"] = "corrected"
    draws: Annotated[int, Field(ge=16, le=1_000_000)] = 200
    enough: Enough = 400.0
    walkers: Annotated[int, Field(ge=1)] | None = None
    warmup: Annotated[int, Field(ge=0)] | None = None
    generations: Annotated[int, Field(ge=1)] = 20
    slips: Annotated[int, Field(ge=16, le=100_000)] = 400

    @model_validator(mode="after")
    def _some(self) -> JointSampling:
        if all(getattr(self, name) is None for name in ("dip", "strike", "east", "north", "depth")):
            raise ValueError("joint needs a prior of at least one of dip, strike, east, north, depth")
        return self


class Posterior(Block):
    """What is sampled beside the estimate; nothing where the block is left out."""

    geometry: GeometrySampling | None = None
    slip: SlipSampling | None = None
    joint: JointSampling | None = None
