"""A plane or a curved surface through relocated hypocentres, and how well they fix it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.meshing.surface import Surface
from geoslip.faults.plane import Plane
from geoslip.faults.vectors import azimuth_of, strike_vector, updip_vector

#: distances beyond this many robust standard deviations count nothing (Tukey's biweight, 95 % efficient)
_TUKEY = 4.685

#: fraction of the weighted hypocentres left beyond each side of the plane's outline
_TAIL = 0.01


@dataclass(frozen=True, eq=False)
class HypocentreFit:
    """A surface through hypocentres.

    Parameters
    ----------
    plane : Plane
        The plane that fits best; its outline holds the hypocentres that count.
    strike_sd, dip_sd : float
        Standard deviations of its strike and dip, degrees.
    offset_sd : float
        Standard deviation of its position at right angles to itself, at the hypocentres' middle, m.
    scatter : float
        Robust standard deviation of the hypocentres' distances from the surface, m.
    weights : numpy.ndarray, (n,)
        How much each hypocentre counted, 0..1.
    surface : Surface
        The plane, or the curved surface.
    surface_sd : numpy.ndarray, (rows, columns)
        Standard deviation of the surface's position at right angles to the plane, at each point of its net, m.
    """

    plane: Plane
    strike_sd: float
    dip_sd: float
    offset_sd: float
    scatter: float
    weights: np.ndarray
    surface: Surface
    surface_sd: np.ndarray


def fit_hypocentres(points: ArrayLike, *, degree: int = 1, seed: int = 0) -> HypocentreFit:
    """Fit a plane (degree 1) or a curved surface (degree 2 or 3) to hypocentres, robustly.

    The plane with the least median distance among those through 500 random triples starts a fit of least squared
    distances at right angles, with Tukey's weights renewed until they stay; a curved surface adds a polynomial of
    position on that plane. Uncertainties are the asymptotic ones of this M-estimate (the sandwich of Huber 1967); what
    the choice among triples adds is not in them.

    Parameters
    ----------
    points : array_like, (n, 3)
        East, north, up, m.
    degree : int
        1, 2 or 3.
    seed : int
        Of the random triples.

    Raises
    ------
    ValueError
        If there are fewer than 10 hypocentres, one is above ground or not finite, or they lie on a line.
    """
    places = np.asarray(points, dtype=float)
    if places.ndim != 2 or places.shape[1] != 3 or len(places) < 10:
        raise ValueError(f"hypocentres have shape {places.shape}: ten or more of (east, north, up) are needed")
    if not np.isfinite(places).all() or places[:, 2].max() > 0.0:
        wrong = np.flatnonzero(~np.isfinite(places).all(axis=1) | (places[:, 2] > 0.0))
        raise ValueError(
            f"hypocentre {wrong[0]} at {places[wrong[0]].tolist()} m is not in the ground: up must be <= 0"
        )
    if degree not in (1, 2, 3):
        raise ValueError(f"degree {degree} must be 1 (a plane), 2 or 3")
    middle, normal, weights = _robust_plane(places, np.random.default_rng(seed))
    strike = float(azimuth_of(-normal[1], normal[0]))
    dip = float(np.rad2deg(np.arctan2(np.hypot(normal[0], normal[1]), normal[2])))
    axes = np.stack([strike_vector(strike), -updip_vector(strike, dip), normal])
    along, down, away = ((places - middle) @ axes.T).T
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    size = max(np.abs(along).max(), np.abs(down).max())
    design = _polynomial(along / size, down / size, powers)
    for _ in range(50):
        coefficients = np.linalg.lstsq(design * np.sqrt(weights)[:, None], away * np.sqrt(weights), rcond=None)[0]
        residual = away - design @ coefficients
        updated, scatter = _tukey(residual)
        if np.abs(updated - weights).max() < 1e-6:
            break
        weights = updated
    if weights.sum() <= 2 * len(powers):
        raise ValueError("too few hypocentres lie near one surface: take a lower degree, or select them first")
    covariance = _covariance(design, residual, scatter)
    # the plane's own: position and the two tilts, of which one turns the dip and one the strike
    flat = np.column_stack([np.ones(len(along)), along / size, down / size])
    tilt = _covariance(flat, residual, scatter)
    box = [_between(values, weights) for values in (along, down)]
    plane, top, bottom = _outlined(middle, axes, strike, dip, box)
    surface, spread = _curved(middle, axes, (box[0], (top, bottom)), size, powers, coefficients, covariance)
    return HypocentreFit(
        plane=plane,
        strike_sd=float(np.rad2deg(np.sqrt(tilt[1, 1]) / size / max(np.sin(np.deg2rad(dip)), 1e-3))),
        dip_sd=float(np.rad2deg(np.sqrt(tilt[2, 2]) / size)),
        offset_sd=float(np.sqrt(tilt[0, 0])),
        scatter=scatter,
        weights=weights,
        surface=surface,
        surface_sd=spread,
    )


def _robust_plane(places: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middle, upward unit normal and weights: least median of squares, then reweighted orthogonal least squares."""
    triples = places[np.array([rng.choice(len(places), 3, replace=False) for _ in range(500)])]
    normals = np.cross(triples[:, 1] - triples[:, 0], triples[:, 2] - triples[:, 0])
    size = np.linalg.norm(normals, axis=1)
    extent = np.linalg.norm(np.ptp(places, axis=0))
    if size.max() < 1e-6 * extent**2:
        raise ValueError("the hypocentres lie on one line: no plane is fixed by them")
    usable = size > 1e-3 * size.max()
    normals, first = normals[usable] / size[usable, None], triples[usable, 0]
    distance = np.abs(normals @ places.T - np.einsum("ki,ki->k", normals, first)[:, None])
    best = int(np.argmin(np.median(distance, axis=1)))
    middle, normal = first[best], normals[best]
    weights = _tukey((places - middle) @ normal)[0]
    for _ in range(50):
        middle = np.average(places, axis=0, weights=weights)
        _, spread, axes = np.linalg.svd(np.sqrt(weights)[:, None] * (places - middle), full_matrices=False)
        if spread[1] < 1e-6 * spread[0]:
            raise ValueError("the hypocentres lie on one line: no plane is fixed by them")
        normal = axes[2]
        updated = _tukey((places - middle) @ normal)[0]
        if np.abs(updated - weights).max() < 1e-6:
            break
        weights = updated
    return middle, -normal if normal[2] < 0.0 else normal, weights


def _tukey(residual: np.ndarray) -> tuple[np.ndarray, float]:
    """Biweights (n,) and the robust standard deviation (from the median absolute deviation)."""
    centred = residual - np.median(residual)
    scale = max(1.4826 * float(np.median(np.abs(centred))), 1e-9)
    return np.maximum(1.0 - (centred / (_TUKEY * scale)) ** 2, 0.0) ** 2, scale


def _covariance(design: np.ndarray, residual: np.ndarray, scale: float) -> np.ndarray:
    """Covariance of the coefficients of an M-estimate with Tukey's biweight (the sandwich of its two matrices)."""
    ratio = (residual - np.median(residual)) / (_TUKEY * scale)
    near = np.abs(ratio) < 1.0
    influence = np.where(near, residual * (1.0 - ratio**2) ** 2, 0.0)
    slope = np.where(near, (1.0 - ratio**2) * (1.0 - 5.0 * ratio**2), 0.0)
    bread = np.linalg.inv(design.T @ (slope[:, None] * design))
    covariance = bread @ (design.T @ (influence[:, None] ** 2 * design)) @ bread
    return covariance * len(design) / (len(design) - design.shape[1])


def _between(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    low, high = np.interp([_TAIL, 1.0 - _TAIL], share, values[order])
    return float(low), float(high)


def _outlined(
    middle: np.ndarray, axes: np.ndarray, strike: float, dip: float, box: list[tuple[float, float]]
) -> tuple[Plane, float, float]:
    """The plane's rectangle over the hypocentres, cut at the ground, and its upper and lower edge on the plane, m."""
    (start, end), (top, bottom) = box
    ground = middle[2] / -axes[1, 2] if axes[1, 2] < -1e-6 else -np.inf
    # down counts along axes[1], which descends: up = middle + down * axes[1, 2]
    top = max(top, ground)
    point = middle + 0.5 * (start + end) * axes[0] + top * axes[1]
    point[2] = min(point[2], 0.0)
    return (
        Plane.from_top_centre(point, strike=strike, dip=dip, length=end - start, width=bottom - top),
        top,
        bottom,
    )


def _curved(
    middle: np.ndarray,
    axes: np.ndarray,
    box: tuple[tuple[float, float], tuple[float, float]],
    size: float,
    powers: list[tuple[int, int]],
    coefficients: np.ndarray,
    covariance: np.ndarray,
) -> tuple[Surface, np.ndarray]:
    """The polynomial surface over a rectangle of the plane, cut at the ground, and its standard deviation."""
    flat = len(powers) == 3
    columns, rows = (2, 2) if flat else (41, 21)
    along = np.linspace(*box[0], columns)
    down = np.linspace(*box[1], 401)

    def lifted(along: np.ndarray, down: np.ndarray) -> np.ndarray:
        away = _polynomial(along / size, down / size, powers) @ coefficients
        return middle + np.column_stack([along, down, away]) @ axes

    net, places = np.empty((rows, columns, 3)), np.empty((rows, columns, 2))
    for column, place in enumerate(along):
        height = lifted(np.full(len(down), place), down)[:, 2]
        buried = np.flatnonzero(height <= 0.0)
        if not buried.size:
            raise ValueError("the fitted surface is above ground: select the hypocentres of the fault first")
        below = np.linspace(down[buried[0]], down[-1], rows)
        places[:, column] = np.column_stack([np.full(rows, place), below])
        net[:, column] = lifted(np.full(rows, place), below)
    scaled = places.reshape(-1, 2) / size
    design = _polynomial(scaled[:, 0], scaled[:, 1], powers)
    spread = np.sqrt(np.einsum("ni,ij,nj->n", design, covariance, design)).reshape(rows, columns)
    return Surface(net), spread


def _polynomial(along: np.ndarray, down: np.ndarray, powers: list[tuple[int, int]]) -> np.ndarray:
    return np.column_stack([along**i * down**j for i, j in powers])
