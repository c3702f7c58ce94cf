"""Focal mechanisms: nodal planes, axes and angles of a moment tensor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.moment import magnitude_of_moment, patch_moment_tensors, tensor_moment
from geoslip.faults.vectors import azimuth_of, normal_vector, strike_vector, updip_vector


@dataclass(frozen=True)
class NodalPlane:
    """Strike (0..360), dip (0..90) and rake (-180..180], degrees."""

    strike: float
    dip: float
    rake: float


@dataclass(frozen=True)
class Axis:
    """A principal axis: azimuth (0..360) and plunge below the horizontal (0..90), degrees."""

    azimuth: float
    plunge: float


@dataclass(frozen=True)
class FocalMechanism:
    """The double couple nearest to a moment tensor.

    Attributes
    ----------
    planes : tuple of two NodalPlane
        The steeper of the two is not singled out: the first is the one nearest to `reference` where one was given,
        otherwise the one whose strike is smaller.
    pressure, null, tension : Axis
        P, B and T axes.
    moment : float
        ||M|| / sqrt(2) of the whole tensor, N m.
    double_couple : float
        1 - 2 abs(e2) / max(abs(e1), abs(e3)) of the deviatoric eigenvalues: 1 for a double couple, 0 for a pure CLVD.
    isotropic : float
        Trace / 3, N m.
    """

    planes: tuple[NodalPlane, NodalPlane]
    pressure: Axis
    null: Axis
    tension: Axis
    moment: float
    double_couple: float
    isotropic: float

    @property
    def mw(self) -> float:
        """Moment magnitude of the tensor's scalar moment."""
        return float(magnitude_of_moment(self.moment))


def focal_mechanism(tensor: ArrayLike, *, reference: tuple[float, float] | None = None) -> FocalMechanism:
    """Nodal planes and axes of a moment tensor.

    Parameters
    ----------
    tensor : array_like, (3, 3)
        Symmetric, east, north, up, N m.
    reference : (strike, dip), optional
        Put the nodal plane whose normal is nearest to this plane's first.

    Returns
    -------
    FocalMechanism

    Raises
    ------
    ValueError
        If the tensor is not symmetric and finite, or has no deviatoric part.

    Notes
    -----
    With eigenvectors T and P of the largest and smallest eigenvalue, normal and slip of the two planes are
    (T + P) / sqrt(2) and (T - P) / sqrt(2) and the other way round (Aki & Richards 2002, section 4.3).
    """
    matrix = _checked_tensor(tensor)
    isotropic = float(np.trace(matrix) / 3.0)
    deviatoric = matrix - isotropic * np.eye(3)
    values, vectors = np.linalg.eigh(deviatoric)
    largest = float(np.abs(values).max())
    if largest <= 1e-12 * np.abs(matrix).max() or largest == 0.0:
        raise ValueError("the moment tensor has no deviatoric part: without shear slip there is no focal mechanism")
    p_axis, b_axis, t_axis = vectors.T
    summed, difference = (t_axis + p_axis) / np.sqrt(2.0), (t_axis - p_axis) / np.sqrt(2.0)
    planes = sorted((_plane_of(summed, difference), _plane_of(difference, summed)), key=lambda plane: plane.strike)
    if reference is not None:
        wanted = normal_vector(*reference)
        planes.sort(key=lambda plane: -abs(float(normal_vector(plane.strike, plane.dip) @ wanted)))
    return FocalMechanism(
        planes=(planes[0], planes[1]),
        pressure=_axis_of(p_axis),
        null=_axis_of(b_axis),
        tension=_axis_of(t_axis),
        moment=float(tensor_moment(matrix)),
        double_couple=float(1.0 - 2.0 * abs(values[1]) / largest),
        isotropic=isotropic,
    )


def mechanism_tensor(strike: float, dip: float, rake: float, *, moment: float = 1.0) -> np.ndarray:
    """Moment tensor (3, 3) in east, north, up of a double couple given by one plane (degrees) and its moment."""
    angle = np.deg2rad(rake)
    slip = np.cos(angle) * strike_vector(strike) + np.sin(angle) * updip_vector(strike, dip)
    return moment * patch_moment_tensors(normal_vector(strike, dip)[None], slip[None], np.ones(1), rigidity=1.0)[0]


def auxiliary_plane(strike: float, dip: float, rake: float) -> NodalPlane:
    """The other nodal plane of a double couple (degrees)."""
    angle = np.deg2rad(rake)
    slip = np.cos(angle) * strike_vector(strike) + np.sin(angle) * updip_vector(strike, dip)
    return _plane_of(slip, normal_vector(strike, dip))


def kagan_angle(first: ArrayLike, second: ArrayLike) -> float:
    """Smallest rotation in degrees (0..120) that turns the double couple of one tensor into that of another.

    Kagan (1991); of the four right-handed frames of axes the one with the smallest turn counts.
    """
    frames = []
    for tensor in (first, second):
        matrix = _checked_tensor(tensor)
        vectors = np.linalg.eigh(matrix)[1]
        frames.append(vectors * np.array([1.0, 1.0, np.sign(np.linalg.det(vectors))]))
    flips = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    traces = [np.trace((frames[0] * flip) @ frames[1].T) for flip in flips]
    return float(np.rad2deg(np.arccos(np.clip(0.5 * (max(traces) - 1.0), -1.0, 1.0))))


def _checked_tensor(tensor: ArrayLike) -> np.ndarray:
    matrix = np.asarray(tensor, dtype=float)
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
        raise ValueError(f"moment tensor of shape {matrix.shape} must be a finite (3, 3) matrix in east, north, up")
    if np.abs(matrix - matrix.T).max() > 1e-9 * np.abs(matrix).max():
        raise ValueError("the moment tensor is not symmetric: M[i, j] must equal M[j, i]")
    return 0.5 * (matrix + matrix.T)


def _plane_of(normal: np.ndarray, slip: np.ndarray) -> NodalPlane:
    """Strike, dip and rake of a plane from its normal and the slip of the side that normal points to."""
    if normal[2] < -1e-12 or (abs(normal[2]) <= 1e-12 and normal[0] < 0.0):
        # the same mechanism seen from the other side; a vertical plane is given the strike below 180 degrees
        normal, slip = -normal, -slip
    dip = float(np.rad2deg(np.arctan2(np.hypot(normal[0], normal[1]), max(normal[2], 0.0))))
    strike = float(azimuth_of(-normal[1], normal[0])) if dip > 1e-9 else 0.0
    rake = np.rad2deg(np.arctan2(slip @ updip_vector(strike, dip), slip @ strike_vector(strike)))
    return NodalPlane(strike, dip, float(rake) if rake > -180.0 + 1e-12 else 180.0)


def _axis_of(vector: np.ndarray) -> Axis:
    down = vector if vector[2] <= 0.0 else -vector
    plunge = float(np.rad2deg(np.arctan2(-down[2], np.hypot(down[0], down[1]))))
    return Axis(azimuth=float(azimuth_of(down[0], down[1])), plunge=plunge)
