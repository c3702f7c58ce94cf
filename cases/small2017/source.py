"""Twins of three small earthquakes: what they are, what two tracks see of them, and the posterior of their source.

Every number that decides stands in capitals below and was set before the draws of the page. No mechanism of these
events could be found published, so the twins' planes are made up; depths are such that the peaks along the line of
sight are the published 5 to 13 mm.
"""

from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.special import logsumexp
from scipy.stats import multivariate_t

from geoslip.downsample import NoiseModel, Observations, Scene, cell_observations, look_vector, model_quadtree
from geoslip.faults.frame import LocalFrame
from geoslip.inversion.posterior import GeometryTarget, IntegratedSlip, Normal, Rectangle, Uniform, UniformSource
from geoslip.okada import displacement_field

RIGIDITY = 30e9
STRESS_DROP = 3e6
ATMOSPHERE = NoiseModel(0.012**2, 5e3, 0.001**2)
SIDE, SPACING = 128, 800.0
"""A part of 102 km of a swath of 250 km: less far field tells neither the noise nor the plane beside the step."""
HEADINGS, INCIDENCE = (-13.0, -167.0), 39.0
DATES, CELLS = 20, 120
"""Dates a side of the event, and cells a track."""
EPICENTRE_ERROR, MAGNITUDE_ERROR, STRIKE_ERROR = 3e3, 0.1, 15.0
"""Standard deviations (m, magnitudes, degrees) of what a catalogue says beforehand."""
STRIKE_WINDOW, DIPS, DEEPEST = 60.0, (15.0, 85.0), 20e3
"""Degrees about the catalogue's strike that are searched, since it only tells which of the two planes; degrees; m."""
BATCHES, WIDER, DRAWN, KEPT, PREDICTING = (2500, 1500, 2000), 1.3, 4000, 1000, 30
"""Draws of the prior, then of two distributions fitted to them, this much wider; how many get slip, are kept when the
magnitude has been weighed, and predict."""
ENOUGH, MORE = 100.0, 20
"""As many draws as all must count for, or further batches of the last size follow; how many at most."""
TARGET, SHARE = 0.05, 1.645
"""What the magnitude was to be found within in 90 of 100 draws: so many standard deviations of a normal error."""


@dataclass(frozen=True)
class Event:
    """A twin: magnitude as published; depth (m) of the middle, strike, dip, rake (degrees) made up.

    With ``any_source`` each draw has another depth, dip and rake, from what is known of them beforehand.
    """

    name: str
    magnitude: float
    depth: float
    strike: float
    dip: float
    rake: float
    any_source: bool = False

    @property
    def side(self) -> float:
        """Side of its square, m."""
        return crack_side(self.magnitude)

    @property
    def place(self) -> NDArray:
        """East, north, depth (m), strike and dip (degrees)."""
        return np.array([0.0, 0.0, self.depth, self.strike, self.dip])

    @property
    def slip(self) -> NDArray:
        """Strike and dip slip, m."""
        return slip_vector(self.magnitude, self.rake, self.side)

    def drawn(self, rng: np.random.Generator) -> "Event":
        """The source of one draw."""
        if not self.any_source:
            return self
        depth, dip = rng.uniform(0.5 * self.side, DEEPEST), rng.uniform(*DIPS)
        return replace(self, depth=depth, dip=dip, rake=rng.uniform(-180.0, 180.0))


EVENTS = (
    Event("Kuche 2017", 5.5, 10.8e3, 80.0, 45.0, 90.0),
    Event("Nierong 2016", 5.2, 7.5e3, 30.0, 70.0, 20.0),
    Event("Zhongba 2017", 5.2, 7e3, 175.0, 50.0, -90.0),
)
ANY_SOURCE = replace(EVENTS[1], name="Nierong 2016, any source", any_source=True)
"""Whether stated errors hold on the whole, over all that may have been, is not whether they hold for one source."""
FRAME = LocalFrame(83.4, 42.1)


def moment(magnitude: float) -> float:
    """Seismic moment, N m."""
    return float(10.0 ** (1.5 * magnitude + 9.1))


def crack_side(magnitude: float) -> float:
    """Side (m) of the square of a circular crack's area, at a stress drop of 3 MPa (Eshelby 1957)."""
    return float(np.sqrt(np.pi) * (7.0 * moment(magnitude) / (16.0 * STRESS_DROP)) ** (1.0 / 3.0))


def slip_vector(magnitude: float, rake: float, side: float) -> NDArray:
    """Strike and dip slip (m) on a square."""
    angle = np.deg2rad(rake)
    return moment(magnitude) / (RIGIDITY * side**2) * np.array([np.cos(angle), np.sin(angle)])


def rectangle(place: NDArray, side: float) -> NDArray:
    """Row of okada's sources for a square with its middle at east, north, depth (m), strike and dip (degrees)."""
    east, north, depth, strike, dip = place
    s, d = np.deg2rad([strike, dip])
    half = 0.5 * side
    return np.array(
        [[
            east - half * np.cos(d) * np.cos(s), north + half * np.cos(d) * np.sin(s), -depth + half * np.sin(d),
            strike, dip, side, side,
        ]]
    )  # fmt: skip


def blank_scenes() -> list[Scene]:
    """Two tracks of constant look over the epicentre."""
    axis = SPACING * (np.arange(SIDE, dtype=float) - 0.5 * (SIDE - 1))
    look = [look_vector(INCIDENCE, heading) for heading in HEADINGS]
    shape = (SIDE, SIDE)
    return [
        Scene(name=f"track {k}", values=np.zeros(shape), x=axis, y=-axis, look=part, crs=None)
        for k, part in enumerate(look)
    ]


def predicted(scene: Scene, places: NDArray, side: float, slips: NDArray) -> NDArray:
    """Displacement of every pixel along its look vector, metres: the mean over places (k, 5) and their slips (k, 2)."""
    x, y = np.meshgrid(scene.x, scene.y)
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    places, slips = np.atleast_2d(places), np.atleast_2d(slips)
    sources = np.concatenate([rectangle(place, side) for place in places])
    field = displacement_field(points, sources, np.column_stack([slips, np.zeros(len(slips))]) / len(slips))
    return np.asarray(field @ scene.look).reshape(x.shape)


def along(points: NDArray, directions: NDArray, place: NDArray, side: float, slip: NDArray) -> NDArray:
    """Displacement (n,) along directions at points, metres."""
    field = displacement_field(points, rectangle(place, side), np.array([[*slip, 0.0]]))
    return np.asarray((field * directions).sum(axis=1))


def least_errors(event: Event, *, dates: int = DATES) -> NDArray:
    """Least standard deviations of an unbiased answer: Mw, east, north, depth (m), strike, dip, rake (degrees).

    The inverse of Fisher's information for the cells of the true field, the noise of the stack known, a plane a track.
    """
    noise = ATMOSPHERE.scaled(2.0 / dates)
    truth = np.array([event.magnitude, *event.place, event.rake])
    steps = np.array([0.01, 50.0, 50.0, 50.0, 0.5, 0.5, 0.5])
    slopes, planes, inverse = [], [], []
    for scene in blank_scenes():
        field = predicted(scene, event.place, event.side, event.slip)
        data = cell_observations(scene, model_quadtree(scene, predicted=field, count=CELLS), frame=FRAME, noise=noise)

        def at(numbers: NDArray, data: Observations = data) -> NDArray:
            slip = slip_vector(numbers[0], numbers[6], event.side)
            return along(data.points, data.directions, numbers[1:6], event.side, slip)

        moved = [(at(truth + step) - at(truth - step)) / (2.0 * step.max()) for step in np.diag(steps)]
        slopes.append(np.column_stack(moved))
        planes.append(np.column_stack([np.ones(len(data)), 1e-4 * data.points[:, :2]]))
        inverse.append(np.linalg.inv(data.covariance))
    design = np.column_stack([np.concatenate(slopes), block_diag(*planes)])
    scale = np.append(steps, np.ones(3 * len(planes)))
    information = (design * scale).T @ block_diag(*inverse) @ (design * scale)
    return np.asarray(steps * np.sqrt(np.diagonal(np.linalg.inv(information))[:7]))


def dates_needed(event: Event) -> int:
    """How many dates a side bring the least error of Mw down to what 90 of 100 draws within TARGET ask for."""
    return int(np.ceil(DATES * (SHARE * least_errors(event)[0] / TARGET) ** 2))


@dataclass(frozen=True)
class Catalogue:
    """What a catalogue says of the event: epicentre (m) and magnitude with errors, and which plane."""

    epicentre: NDArray
    magnitude: float
    strike: float

    @property
    def amount(self) -> float:
        """Slip (m) of the magnitude on the square of its size."""
        return float(np.hypot(*slip_vector(self.magnitude, 0.0, crack_side(self.magnitude))))

    def source(self) -> UniformSource:
        """A square of the magnitude's size, its place as the catalogue knows it, slip of about its size beforehand."""
        side = crack_side(self.magnitude)
        (east, north), strike = self.epicentre, self.strike
        each = EPICENTRE_ERROR / np.sqrt(2.0)
        square = Rectangle(
            east=Normal(east, each), north=Normal(north, each), depth=Uniform(0.5 * side, DEEPEST),
            strike=Uniform(strike - STRIKE_WINDOW, strike + STRIKE_WINDOW), dip=Uniform(*DIPS),
            length=side, width=side,
        )  # fmt: skip
        return UniformSource(parts=(square,), slip=IntegratedSlip(std=self.amount))

    def log_ratio(self, slip: NDArray) -> NDArray:
        """Log density (k,) of slip vectors (k, 2) of the catalogue's magnitude, of any rake, over that of `source`.

        The Gaussian of `source` is there to be integrated out; it finds large slip likelier than the catalogue does.
        """
        size = np.hypot(*slip.T) / self.amount
        away = np.log10(size) / (1.5 * MAGNITUDE_ERROR)
        return np.asarray(-0.5 * away**2 - 2.0 * np.log(size) + 0.5 * size**2)


@dataclass(frozen=True)
class Answer:
    """Draws of the posterior: Mw and place (k, 6), slip (k, 2); the square's side (m); how many draws they count as."""

    numbers: NDArray
    slip: NDArray
    side: float
    effective: float

    def field(self, scene: Scene) -> NDArray:
        """What it predicts of a scene: the mean of some draws' fields."""
        return predicted(scene, self.numbers[:PREDICTING, 1:], self.side, self.slip[:PREDICTING])

    def entry(self, event: Event) -> list[float]:
        """Errors of the medians; whether the 95 % intervals hold the truth; standard deviations."""
        truth = np.array([event.magnitude, *event.place])
        low, middle, high = np.quantile(self.numbers, [0.025, 0.5, 0.975], axis=0)
        within = (low <= truth) & (truth <= high)
        return [*(middle - truth), *within.astype(float), *self.numbers.std(axis=0), self.effective]


def _around(places: NDArray, logs: NDArray, rng: np.random.Generator) -> Any:
    """A t distribution with the mean and covariance of places (k, n) of these log weights, this much WIDER.

    Where nearly all weight lies on fewer places than a volume takes, weights are flattened until there is one.
    """
    while True:
        weights = np.exp(logs - logsumexp(logs))
        mean = weights @ places
        spread = (weights * (places - mean).T) @ (places - mean)
        try:
            return multivariate_t(mean, WIDER**2 * spread, df=5, seed=rng)
        except np.linalg.LinAlgError:
            logs = 0.5 * logs


def posterior(tracks: list[Observations], known: Catalogue, rng: np.random.Generator) -> Answer:
    """The posterior of the source, its slip and a plane a track integrated out, by adaptive importance sampling.

    Draws of the prior first, then twice or more of a t distribution with the mean and covariance found so far; all are
    weighed by the mixture that they come from (Veach & Guibas 1995, balance heuristic).
    """
    target = GeometryTarget(tracks, known.source(), nuisance={track.name: "plane" for track in tracks}, noise=1.0)
    places = target.work(target.draw_prior(rng, BATCHES[0]))
    logs = target.log_likelihood(places)
    proposals: list[tuple[int, Any]] = [(len(places), target.log_prior)]
    for turn in count():
        drawn = logsumexp([np.log(number) + density(places) for number, density in proposals], axis=0)
        weighed = logs + target.log_prior(places) - drawn
        weights = np.exp(weighed - logsumexp(weighed))
        further = turn - len(BATCHES) + 1
        if further >= MORE or (further >= 0 and 1.0 / np.sum(weights**2) >= ENOUGH):
            break
        batch = BATCHES[min(turn + 1, len(BATCHES) - 1)]
        around = _around(places, weighed, rng)
        more = around.rvs(batch)
        inside = np.isfinite(target.log_prior(more))
        found = np.full(batch, -np.inf)
        found[inside] = target.log_likelihood(more[inside])
        places, logs = np.concatenate([places, more]), np.append(logs, found)
        proposals.append((batch, around.logpdf))
    chosen = places[rng.choice(len(places), DRAWN, p=weights)]
    mean, precision = target.conditional_slip(chosen)
    upper = np.linalg.cholesky(precision).transpose(0, 2, 1)
    slip = mean + np.linalg.solve(upper, rng.standard_normal(mean.shape)[:, :, None])[:, :, 0]
    ratio = known.log_ratio(slip)
    ratio = np.exp(ratio - logsumexp(ratio))
    kept = rng.choice(DRAWN, KEPT, p=ratio)
    chosen, slip = chosen[kept], slip[kept]
    side = crack_side(known.magnitude)
    magnitude = (np.log10(RIGIDITY * side**2 * np.hypot(*slip.T)) - 9.1) / 1.5
    effective = float(1.0 / (np.sum(weights**2) * np.sum(ratio**2) * DRAWN))
    return Answer(np.column_stack([magnitude, target.natural(chosen)]), slip, side, effective)
