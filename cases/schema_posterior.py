"""The ``posterior:`` block of a case file: what is sampled beside the estimate."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field, PlainValidator

from geoslip.cases.schema_base import Block

SampledStrength = Literal["sampled", "chosen"] | float


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
    ten sweeps over all patches; ``warmup`` draws, half of ``draws`` if not given, are thrown away before.
    """

    draws: Annotated[int, Field(ge=100, le=1_000_000)] = 1000
    chains: Annotated[int, Field(ge=2, le=64)] = 4
    warmup: Annotated[int, Field(ge=0)] | None = None
    method: Literal["hybrid", "gibbs", "reflection"] = "hybrid"
    strength: Annotated[SampledStrength, PlainValidator(parse_strength)] = "sampled"
    noise: Literal["sampled", "given"] = "sampled"


class Posterior(Block):
    """What is sampled beside the estimate; nothing where the block is left out."""

    slip: SlipSampling | None = None
