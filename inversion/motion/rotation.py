"""Does a block turn as one? A rigid motion fitted to horizontal vectors, tested against translation and against strain.

u_e = t_e - w (y - y0), u_n = t_n + w (x - x0), with w in radians, anticlockwise positive, about the weighted middle
(x0, y0) of the vectors; the pole, which does not move, lies at x0 - t_n / w, y0 + t_e / w. Three nested models are
compared by F-tests: translation alone (2 unknowns), rigid (3), and any linear field (6). A block that turns is a gain
of the rigid model over translation that chance does not explain, and no such gain of the linear field over the rigid
one. A shear zone of gamma turns a floating round block within it by gamma / 2, but a field that is itself sheared has
the same rotation and the strain to show for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as f_distribution

from geoslip.downsample.errors import DataError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class BlockFit:
    """A rigid motion and what speaks for it.

    Attributes
    ----------
    angle, angle_sigma : float
        Rotation, degrees, anticlockwise positive.
    translation, translation_sigma : (2,) array
        Of the middle, east and north, m.
    middle, pole : (2,) array
        East and north, m; the pole is infinite without rotation.
    chi2 : float
        Weighted squares that the rigid motion leaves of 2 n data.
    n : int
        Vectors.
    rotation_p, strain_p : float
        Probability that chance alone gains as much: by the rotation over a translation, by strain over a rigid motion.
    shear, shear_azimuth, shear_chi2 : float
        The simple shear (rad, with its translation) that fits best, the azimuth of its plane in degrees, and what it
        leaves.
    variance_reduction : float
        1 - sum of squared residuals over that about the mean vector.
    """

    angle: float
    angle_sigma: float
    translation: Array
    translation_sigma: Array
    middle: Array
    pole: Array
    chi2: float
    n: int
    rotation_p: float
    strain_p: float
    shear: float
    shear_azimuth: float
    shear_chi2: float
    variance_reduction: float

    def turns_as_a_block(self, level: float = 0.01) -> bool:
        """True if rotation is significant at a level and strain is not."""
        return self.rotation_p < level <= self.strain_p


def fit_block(points: ArrayLike, motion: ArrayLike, *, sigma: ArrayLike = 1.0) -> BlockFit:
    """Fit a rigid motion to horizontal vectors.

    Parameters
    ----------
    points : array_like, shape (n, 2)
        East and north, m.
    motion : array_like, shape (n, 2)
        East and north, m.
    sigma : array_like, shape (), (n,) or (n, 2)
        Standard deviation, m; the F-tests need only their ratios, `angle_sigma` their size.

    Returns
    -------
    BlockFit

    Raises
    ------
    DataError
        If there are fewer than four vectors, or they lie in one place.
    """
    place, vectors = np.asarray(points, dtype=float), np.asarray(motion, dtype=float)
    if place.ndim != 2 or place.shape[1] != 2 or vectors.shape != place.shape:
        raise DataError(f"points of shape {place.shape} and motion of shape {vectors.shape}; both must be (n, 2)")
    if len(place) < 4 or not (np.isfinite(place).all() and np.isfinite(vectors).all()):
        raise DataError(f"{len(place)} vectors; a rotation and its tests need at least four finite ones")
    spread = np.broadcast_to(_columns(sigma), vectors.shape)
    weights = 1.0 / spread.mean(axis=1) ** 2
    middle = weights @ place / weights.sum()
    x, y = (place - middle).T
    size = float(np.sqrt((x**2 + y**2).mean()))
    if size == 0.0:
        raise DataError("all vectors lie in one place: nothing tells a rotation from a translation")
    one, zero = np.ones_like(x), np.zeros_like(x)
    columns = {
        "east": (one, zero),
        "north": (zero, one),
        "turn": (-y, x),
        "stretch_e": (x, zero),
        "stretch_n": (zero, y),
        "shear": (y, x),
    }
    whiten = (1.0 / spread).ravel()
    matrix = {name: np.column_stack(pair).ravel() * whiten for name, pair in columns.items()}
    data = vectors.ravel() * whiten

    def left(*names: str) -> tuple[float, NDArray, NDArray]:
        design = np.column_stack([matrix[name] / (1.0 if name in ("east", "north") else size) for name in names])
        found = np.linalg.lstsq(design, data)[0]
        return float(((data - design @ found) ** 2).sum()), found, np.asarray(np.linalg.pinv(design.T @ design))

    still = left("east", "north")[0]
    rigid, found, covariance = left("east", "north", "turn")
    linear = left(*columns)[0]
    n_data = data.size
    turn, turn_sigma = found[2] / size, float(np.sqrt(covariance[2, 2])) / size
    residual = vectors - np.column_stack([found[0] - turn * y, found[1] + turn * x])
    about_mean = ((vectors - vectors.mean(axis=0)) ** 2).sum()
    shear, azimuth, shear_chi2 = _simple_shear(x, y, data, whiten)
    with np.errstate(divide="ignore"):
        pole = middle + np.array([-found[1], found[0]]) / turn
    return BlockFit(
        angle=float(np.rad2deg(turn)),
        angle_sigma=float(np.rad2deg(turn_sigma)),
        translation=found[:2],
        translation_sigma=np.sqrt(np.diag(covariance)[:2]),
        middle=middle,
        pole=pole,
        chi2=rigid,
        n=len(place),
        rotation_p=_probability(still, rigid, 1, n_data - 3),
        strain_p=_probability(rigid, linear, 3, n_data - 6),
        shear=shear,
        shear_azimuth=azimuth,
        shear_chi2=shear_chi2,
        variance_reduction=1.0 - float((residual**2).sum() / about_mean) if about_mean > 0.0 else float("nan"),
    )


def _columns(sigma: ArrayLike) -> Array:
    spread = np.asarray(sigma, dtype=float)
    if not (spread > 0.0).all():
        raise DataError("a standard deviation that is not above 0 m; every vector needs one")
    return spread[:, None] if spread.ndim == 1 else spread


def _probability(before: float, after: float, extra: int, freedom: int) -> float:
    """Probability that `extra` more unknowns of no meaning gain as much (F-test)."""
    if freedom < 1 or after <= 0.0:
        return 0.0 if before > after else 1.0
    return float(f_distribution.sf(max(before - after, 0.0) / extra / (after / freedom), extra, freedom))


def _simple_shear(x: Array, y: Array, data: Array, whiten: Array) -> tuple[float, float, float]:
    """Scan the azimuth of a simple shear u = gamma s (n . dx), s along its plane and n to the right of s."""
    azimuths = np.arange(0.0, 180.0, 1.0)
    s = np.column_stack([np.sin(np.deg2rad(azimuths)), np.cos(np.deg2rad(azimuths))])
    across = np.outer(s[:, 1], x) - np.outer(s[:, 0], y)
    columns = (across[:, :, None] * s[:, None, :]).reshape(azimuths.size, -1) * whiten
    still, _ = np.linalg.qr(np.tile(np.eye(2), (x.size, 1)) * whiten[:, None])
    rest = data - still @ (still.T @ data)
    columns = columns - (columns @ still) @ still.T
    power = (columns**2).sum(axis=1)
    product = columns @ rest
    gain = product**2 / np.maximum(power, 1e-300)
    best = int(np.argmax(gain))
    return float(product[best] / power[best]), float(azimuths[best]), float(rest @ rest - gain[best])


def search_block(
    points: ArrayLike, motion: ArrayLike, *, centres: ArrayLike, radii: ArrayLike, sigma: ArrayLike = 1.0
) -> tuple[Array, float, BlockFit]:
    """Find the disc that turns as a block in a field that is linear outside of it.

    Every centre and radius is tried; the best leaves least of all vectors when those inside move rigidly and those
    outside follow one linear field.

    Parameters
    ----------
    points, motion, sigma
        As in `fit_block`.
    centres : array_like, shape (k, 2)
        East and north, m.
    radii : array_like, shape (m,)
        Metres.

    Returns
    -------
    centre : ndarray, shape (2,)
    radius : float
    fit : BlockFit
        Of the vectors inside.

    Raises
    ------
    DataError
        If no disc holds at least ten vectors and leaves ten outside.
    """
    place, vectors = np.asarray(points, dtype=float), np.asarray(motion, dtype=float)
    spread = np.broadcast_to(_columns(sigma), vectors.shape)
    best: tuple[float, Array, float] | None = None
    for centre in np.asarray(centres, dtype=float):
        away = np.hypot(*(place - centre).T)
        for radius in np.asarray(radii, dtype=float):
            inside = away <= radius
            if not 10 <= inside.sum() <= len(place) - 10:
                continue
            total = _left_by(place[inside], vectors[inside], spread[inside], rigid=True)
            total += _left_by(place[~inside], vectors[~inside], spread[~inside], rigid=False)
            if best is None or total < best[0]:
                best = (total, centre, float(radius))
    if best is None:
        raise DataError("no disc holds ten vectors and leaves ten outside: choose other centres and radii")
    inside = np.hypot(*(place - best[1]).T) <= best[2]
    return best[1], best[2], fit_block(place[inside], vectors[inside], sigma=spread[inside])


def _left_by(place: Array, vectors: Array, spread: Array, *, rigid: bool) -> float:
    x, y = ((place - place.mean(axis=0)) / 1e3).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    pairs = [(one, zero), (zero, one), (-y, x)]
    if not rigid:
        pairs += [(x, zero), (zero, y), (y, x)]
    whiten = (1.0 / spread).ravel()
    design = np.column_stack([np.column_stack(pair).ravel() * whiten for pair in pairs])
    data = vectors.ravel() * whiten
    return float(((data - design @ np.linalg.lstsq(design, data)[0]) ** 2).sum())
