"""The ``elastic:``, ``slip:`` and ``smoothing:`` blocks of a case file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, field_validator, model_validator

from geoslip.cases.casefile.base import AzimuthEntry, Block, LonLat, NameList, Place, PlaceEntry, RakeEntry
from geoslip.cases.casefile.units import Length, Moment, Pressure, parse_moment
from geoslip.inversion.smoothing.kinds import operator_kinds

EDGES = ("top", "bottom", "start", "end", "sides")


class Elastic(Block):
    """The half-space, and the ``engine`` that computes the displacement of triangles in it for the inversion.

    ``cutde`` runs on a GPU where there is one, and is less accurate near vertical edges of triangles.
    """

    rigidity: Annotated[Pressure, Field(gt=0.0)] = 30e9
    poisson: Annotated[float, Field(gt=-1.0, lt=0.5)] = 0.25
    engine: Literal["geoslip", "cutde"] = "geoslip"


def check_edges(edges: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Refuse an edge name that means nothing."""
    for edge in edges or ():
        if edge not in EDGES:
            raise ValueError(f"'{edge}' is no edge of a segment: choose from {', '.join(EDGES)}")
    return edges


def one_direction(block: SegmentSlip | Slip) -> None:
    """Refuse a rake and an azimuth in one block."""
    if "rake" in block.model_fields_set and block.azimuth is not None:
        raise ValueError("slip has a rake or an azimuth, not both: leave one out")


def check_polygon(corners: tuple[Place, ...] | None) -> tuple[Place, ...] | None:
    """Refuse a polygon without an inside."""
    if corners is not None and len(corners) < 3:
        raise ValueError("a polygon has three corners or more, each [longitude, latitude]")
    return corners


def parse_interval(value: Any) -> tuple[float, float]:
    """Return the pair of a moment that is given, or of the least and the largest."""
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError("moment is one value, or the pair of the least and the largest")
        low, high = (parse_moment(item) for item in value)
    else:
        low = high = parse_moment(value)
    if not 0.0 < low <= high:
        raise ValueError("moment is above 0, and an interval runs upward")
    return low, high


class SegmentSlip(Block):
    """What one segment does differently from the rest."""

    rake: RakeEntry | None = None
    azimuth: AzimuthEntry | None = None
    minimum: Length | None = None
    maximum: Length | None = None
    not_below: Length | None = None
    zero_edges: NameList | None = None
    locked_edges: NameList | None = None

    _edges = field_validator("zero_edges", "locked_edges")(check_edges)

    @model_validator(mode="after")
    def _direction(self) -> SegmentSlip:
        one_direction(self)
        return self


class MomentPrior(Block):
    """A moment that is known to so and so much, such as a seismological one: it weighs as one datum.

    Only along a rake is a moment linear in slip: where rakes have a window, it counts along the window's middle.
    """

    mean: Annotated[Moment, Field(gt=0.0)]
    std: Annotated[Moment, Field(gt=0.0)]


class Slip(Block):
    """What slip may be: rake free, fixed or within a window; at most so large; zero at named edges.

    At ``zero_edges`` slip tapers: it is zero on the edge itself, by the smoothing. At ``locked_edges`` no patch on the
    edge slips at all.

    On a surface so flat that its strike means little, ``azimuth`` stands for the rake: the direction, clockwise from
    true north, in which the hanging wall moves, fixed or a window.

    Patches slip only where their centre lies ``within`` a polygon and ``not_below`` a depth. ``decay`` lets slip never
    grow with depth; ``equal`` names pairs of segments (or one with itself) whose patches slip equally where they share
    an edge; ``minimum`` is for a fixed rake. ``moment`` is the scalar moment, or the pair of its least and largest.
    """

    rake: RakeEntry = "free"
    azimuth: AzimuthEntry | None = None
    minimum: Length | None = None
    maximum: Length | None = None
    within: Annotated[tuple[PlaceEntry, ...] | None, AfterValidator(check_polygon)] = None
    not_below: Length | None = None
    decay: bool = False
    equal: tuple[tuple[str, str], ...] = ()
    zero_edges: NameList = ()
    locked_edges: NameList = ()
    moment: Annotated[tuple[float, float], BeforeValidator(parse_interval)] | None = None
    moment_at_most: Moment | None = None
    moment_prior: MomentPrior | None = None
    segments: dict[str, SegmentSlip] = Field(default_factory=dict)

    _edges = field_validator("zero_edges", "locked_edges")(check_edges)

    @model_validator(mode="after")
    def _direction(self) -> Slip:
        one_direction(self)
        return self

    def unlocked(self) -> Slip:
        """The same rules with no edge locked."""
        own = {name: part.model_copy(update={"locked_edges": None}) for name, part in self.segments.items()}
        return self.model_copy(update={"locked_edges": (), "segments": own})

    @field_validator("maximum", "moment_at_most")
    @classmethod
    def _above_zero(cls, value: float | None) -> float | None:
        if value is not None and value <= 0.0:
            raise ValueError("a limit on slip or moment is above 0")
        return value

    @model_validator(mode="after")
    def _one_moment(self) -> Slip:
        if self.moment is not None and self.moment_at_most is not None:
            raise ValueError("moment gives its largest value itself: leave moment_at_most out")
        return self


CRITERIA = {
    "lcurve": "corner of the L-curve",
    "abic": "smallest ABIC",
    "gcv": "smallest generalised cross-validation",
    "chi2": "strongest that misses by no more than the noise",
    "cv": "smallest error of prediction of blocks of ground held out",
    "cv_datasets": "smallest error of prediction of whole data sets held out",
}
"""What a strength can be chosen by, in words."""

Criterion = Literal["lcurve", "abic", "gcv", "chi2", "cv", "cv_datasets"]
Choice = Criterion | float


def parse_choice(value: Any) -> Choice:
    """Return how the smoothing strength is chosen: a criterion's name or the strength itself."""
    if isinstance(value, str) and value in CRITERIA:
        return cast(Criterion, value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise ValueError("choose the smoothing by " + ", ".join(CRITERIA) + ", or give its strength as a number above 0")


def check_operator(name: str) -> str:
    """Refuse an operator that is not there."""
    if name not in operator_kinds():
        raise ValueError(f"there is no operator {name!r}: choose from {', '.join(operator_kinds())}")
    return name


OperatorName = Annotated[str, AfterValidator(check_operator)]


class Scales(Block):
    """How ``weights: variance_components`` scales the data sets' standard deviations.

    ``bounds`` are the smallest and the largest scale. ``form`` counts a data set's data (counted), what the slip leaves
    of them (simplified), or solves for all scales at once (rigorous). ``prior`` is how many data the given noise is
    worth, which keeps a small data set from being switched off. ``groups`` names data sets that share one scale,
    ``fixed`` those that keep theirs.
    """

    bounds: tuple[Annotated[float, Field(gt=0.0)], Annotated[float, Field(gt=0.0)]] = (0.2, 5.0)
    form: Literal["counted", "simplified", "rigorous"] = "simplified"
    prior: Annotated[float, Field(ge=0.0)] = 0.0
    groups: dict[str, NameList] = Field(default_factory=dict)
    fixed: NameList = ()

    @field_validator("bounds")
    @classmethod
    def _ascending(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not value[0] < value[1]:
            raise ValueError("bounds are the smallest and the largest scale, in this order")
        return value


class Toward(Block):
    """A slip model's file, in any format that ``geoslip convert`` reads, whose slip is taken where patches are near.

    Local coordinates of the file count from ``origin``, along the grid of ``crs`` where it is given. A place of the
    fault takes the slip of the nearest patch within ``reach``, by default the root of that patch's area, and zero
    beyond.
    """

    file: str
    origin: LonLat | None = None
    crs: str | None = None
    reach: Annotated[Length, Field(gt=0.0)] | None = None

    @model_validator(mode="after")
    def _anchored(self) -> Toward:
        if self.crs is not None and self.origin is None:
            raise ValueError("crs needs the origin that the file counts from")
        return self


def named_file(value: Any) -> Any:
    """Let a file's name stand for a block with it."""
    return {"file": value} if isinstance(value, str) else value


class Smoothing(Block):
    """How rough slip may be, and what decides it.

    The operators von_karman (``hurst``) and matern (``smoothness``) take their correlation lengths along strike and dip
    from ``correlation``, or by the size of each segment and its ``mechanism``; over segments that ``join`` names they
    go on, by straight distances, and end with the others.

    ``total_variation`` sums jumps of slip, not their squares, so that slip comes in blocks; ``sparsity`` sums slip, so
    that few patches slip: these two know no ABIC and no GCV. ``stress_drop`` keeps the stress drop small, or near one
    that is given under the same key.

    Any of them acts ``toward`` the slip of a model where that is named: on what slip departs from it by.

    Data sets weigh as their noise is given, or, with ``weights: variance_components``, by the ``scales`` at which each
    misses by as much as its noise says.

    ``by_component`` (strike, dip) and ``by_segment`` multiply the strength for what they name.

    L-curve, ABIC, GCV and chi2 are always computed; cross-validation, which solves anew for every fold, where it
    chooses or is named in ``compare``.
    """

    operator: OperatorName = "laplacian"
    toward: Annotated[Toward, BeforeValidator(named_file)] | None = None
    stress_drop: Annotated[Pressure, Field(ge=0.0)] | None = None
    mechanism: Literal["strike-slip", "dip-slip"] | None = None
    correlation: tuple[Length, Length] | None = None
    hurst: Annotated[float, Field(gt=0.0, le=1.0)] = 0.75
    smoothness: Annotated[float, Field(gt=0.0, le=5.0)] = 1.5
    by_component: dict[Literal["strike", "dip"], Annotated[float, Field(gt=0.0)]] = Field(default_factory=dict)
    by_segment: dict[str, Annotated[float, Field(gt=0.0)]] = Field(default_factory=dict)
    choose: Annotated[Choice, PlainValidator(parse_choice)] = "lcurve"
    strengths: tuple[Annotated[float, Field(gt=0.0)], ...] | None = None
    count: Annotated[int, Field(ge=5, le=200)] = 20
    compare: tuple[Literal["cv", "cv_datasets"], ...] = ()
    weights: Literal["given", "variance_components"] = "given"
    scales: Scales = Field(default_factory=Scales)
    folds: Annotated[int, Field(ge=2, le=50)] = 5

    @model_validator(mode="after")
    def _lengths(self) -> Smoothing:
        given = [key for key in ("mechanism", "correlation") if getattr(self, key) is not None]
        covariance = "lengths" in operator_kinds()[self.operator].takes
        if covariance and len(given) != 1:
            raise ValueError(f"{self.operator} takes its lengths from exactly one of mechanism and correlation")
        if not covariance and given:
            raise ValueError(f"{given[0]} is for the operator von_karman: leave it out, or change the operator")
        if self.correlation is not None and min(self.correlation) <= 0.0:
            raise ValueError("correlation lengths are above 0")
        return self

    @model_validator(mode="after")
    def _fitting(self) -> Smoothing:
        if self.stress_drop is not None and self.operator != "stress_drop":
            raise ValueError("stress_drop is for the operator stress_drop: leave it out, or change the operator")
        if not operator_kinds()[self.operator].squares:
            if self.choose in ("abic", "gcv"):
                raise ValueError(
                    f"{self.choose} is of smoothing by squares: choose the strength of {self.operator} by lcurve, "
                    "chi2, cv or cv_datasets, or give it"
                )
            if self.weights == "variance_components":
                raise ValueError(f"variance components need a smoothing by squares, and {self.operator} is none")
        return self

    @model_validator(mode="after")
    def _upward(self) -> Smoothing:
        if self.strengths is not None and (
            len(self.strengths) < 5 or any(b <= a for a, b in zip(self.strengths, self.strengths[1:]))
        ):
            raise ValueError("strengths are at least five numbers that grow, or are left out for an automatic range")
        return self
