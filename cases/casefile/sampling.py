"""The ``downsample:`` block of a data set."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from geoslip.cases.casefile.base import Block
from geoslip.cases.casefile.units import Length
from geoslip.downsample.sampling.by_name import samplers


def check_method(name: str) -> str:
    """Refuse a sampler that is not there."""
    if name not in samplers():
        raise ValueError(f"there is no sampler {name!r}: choose from {', '.join(samplers())}")
    return name


Method = Annotated[str, AfterValidator(check_method)]
SPLITTING = {
    "uniform": "squares of one size",
    "variance": "residual variance",
    "curvature": "curvature",
    "gradient": "gradient",
    "resolution": "data resolution",
    "model": "residual variance of a first model",
    "distance": "distance to the traces",
}
"""What splits a cell, for people."""
OWN_KEYS = {
    "size": ("uniform",),
    "growth": ("distance",),
    "exponent": ("distance",),
    "residual": ("variance", "model"),
    "importance": ("resolution",),
    "pixel_noise": ("resolution",),
    "expected_slip": ("resolution",),
    "shape": ("resolution",),
    "rounds": ("model",),
}
"""Which methods a key belongs to; the others belong to all, but for threshold."""
TARGETS = {"uniform": "size", "distance": "growth", "resolution": "importance"}
"""What a method has in place of a threshold in metres."""


class Downsample(Block):
    """How a scene becomes observations: what ``method`` makes cells of, and how many.

    ``variance``: a quadtree splits a block by the residual of its pixels about their best plane or mean; ``curvature``:
    by the residual of its parts' means about their best plane, which noise of single pixels hardly moves; ``gradient``:
    by the rise of the displacement across it; ``distance``: by its side against ``growth`` times the distance to the
    mapped traces (m) to the power of ``exponent``; ``uniform``: squares of one ``size``; ``resolution``: cells divided
    while the slip on the case's faults makes a cell's data resolution larger than ``importance`` (0 to 1), for noise of
    ``pixel_noise`` and slip of about ``expected_slip``, in ``shape`` squares or triangles; ``model``: as variance, of
    what a first inversion of uniform cells predicts, repeated until the cells stay, at most ``rounds`` times.

    ``points`` asks for a number of cells; else ``threshold``, or ``size``, ``growth`` and ``importance``, is where
    splitting stops. ``cells`` takes the cells of another data set of the same grid, by its name, or those of a file
    that ``geoslip downsample --save-cells`` wrote.
    """

    method: Method = "variance"
    points: Annotated[int, Field(ge=4, le=100_000)] | None = None
    threshold: Length | None = None
    size: Length | None = None
    growth: Annotated[float, Field(gt=0.0)] | None = None
    exponent: Annotated[float, Field(ge=0.0, le=4.0)] = 1.0
    importance: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    pixel_noise: Annotated[Length, Field(gt=0.0)] = 0.01
    expected_slip: Annotated[Length, Field(gt=0.0)] = 1.0
    shape: Literal["squares", "triangles"] = "squares"
    rounds: Annotated[int, Field(ge=1, le=10)] = 3
    minimum: Length | None = None
    maximum: Length | None = None
    valid_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    residual: Literal["plane", "mean"] = "plane"
    cells: str | None = None

    @property
    def splitting(self) -> str:
        """What splits a block, for people."""
        if self.cells is not None:
            return f"those of {self.cells}"
        return SPLITTING.get(self.method, self.method) + (f", {self.residual}" if self.method == "variance" else "")

    @property
    def target(self) -> float | None:
        """Where splitting stops: metres, or the method's own measure; None where a number of cells is wanted."""
        value: float | None = getattr(self, TARGETS.get(self.method, "threshold"))
        return value

    @property
    def target_written(self) -> bool:
        """True where the case says how fine the cells are to be."""
        return self.points is not None or self.target is not None or self.cells is not None

    @model_validator(mode="after")
    def _one_target(self) -> Downsample:
        own = TARGETS.get(self.method, "threshold")
        if self.threshold is not None and own != "threshold":
            rule = {"size": "side of its squares", "growth": "side of a cell over its distance", "importance": "0 to 1"}
            raise ValueError(f"method {self.method} has no threshold: give {own}, {rule[own]}")
        if self.points is not None and self.target is not None:
            raise ValueError(f"give points (how many cells) or {own} (where splitting stops), not both")
        return self

    @model_validator(mode="after")
    def _keys_of_the_method(self) -> Downsample:
        written = self.model_fields_set
        for key, methods in OWN_KEYS.items():
            if key in written and self.method not in methods:
                raise ValueError(f"{key} belongs to method: {' or '.join(methods)}, this is {self.method}: take it out")
        if self.method == "uniform" and written & {"minimum", "maximum"}:
            raise ValueError("squares of one size have no minimum and maximum: give size or points")
        if self.cells is not None and written - {"cells", "valid_fraction"}:
            raise ValueError("cells are taken as they are: beside them only valid_fraction has a meaning")
        return self
