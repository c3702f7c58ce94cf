"""The slip model: a fault, the slip on its patches, and how well that is known."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.mechanism import FocalMechanism, focal_mechanism
from geoslip.faults.moment import DEFAULT_RIGIDITY, magnitude_of_moment, patch_moment_tensors, tensor_moment
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.triangular import TriangularSegment
from geoslip.faults.vectors import azimuth_of, strike_vector


@dataclass(frozen=True)
class SegmentSummary:
    """What one segment contributed; angles in degrees, moment in N m, lengths in m.

    Strike and dip are means over area, the rake is that of the moment-weighted mean slip (NaN without slip), and
    depth_of_peak is the depth of the centre of the patch with the largest slip.
    """

    name: str
    n_patches: int
    area: float
    moment: float
    mw: float
    strike: float
    dip: float
    mean_rake: float
    peak_slip: float
    depth_of_peak: float


@dataclass(frozen=True, eq=False)
class SlipModel:
    """Slip on the patches of a fault.

    Parameters
    ----------
    fault : Fault
    slip : array_like, (n, 3) or (n, 2)
        Strike slip (left-lateral positive), dip slip (reverse positive), opening, m; two columns mean no opening.
    frame : LocalFrame, optional
        The frame of the fault's coordinates; without one the model has no longitude and latitude.
    rigidity : float or array_like (n,)
        Pa.
    poisson : float
        Poisson's ratio; it enters the moment tensor of opening only.
    covariance : array_like, (c n, c n), optional
        Of the slip components in m^2: all strike slips, then all dip slips, then (c = 3) all openings.
    name : str
    notes : tuple of str
        What had to be assumed when the model was read from a file.

    Raises
    ------
    ValueError
        If sizes do not fit, a slip is not finite, or the rigidity is not positive.
    """

    fault: Fault
    slip: np.ndarray
    frame: LocalFrame | None = field(default=None, kw_only=True)
    rigidity: float | np.ndarray = field(default=DEFAULT_RIGIDITY, kw_only=True)
    poisson: float = field(default=0.25, kw_only=True)
    covariance: np.ndarray | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slip", _checked_slip(self.slip, self.fault.n_patches))
        object.__setattr__(self, "rigidity", _checked_rigidity(self.rigidity, self.fault.n_patches))
        if not 0.0 <= self.poisson < 0.5:
            raise ValueError(f"Poisson's ratio {self.poisson} must lie in 0 <= nu < 0.5")
        if self.covariance is not None:
            object.__setattr__(self, "covariance", _checked_covariance(self.covariance, self.fault.n_patches))

    @property
    def magnitude(self) -> np.ndarray:
        """Size of the shear slip (n,), m; opening is left out."""
        return np.hypot(self.slip[:, 0], self.slip[:, 1])

    @property
    def rake(self) -> np.ndarray:
        """Rake (n,), degrees in -180..180; NaN where there is no shear slip."""
        return _rake_of(self.slip[:, 0], self.slip[:, 1])

    @property
    def mean_rake(self) -> float:
        """Rake of the mean slip weighted by rigidity and area, degrees; NaN when nothing slipped."""
        weight = self.rigidity * self.fault.areas
        return float(_rake_of(weight @ self.slip[:, 0], weight @ self.slip[:, 1]))

    @property
    def peak_slip(self) -> float:
        """Largest shear slip, m."""
        return float(self.magnitude.max())

    @property
    def moments(self) -> np.ndarray:
        """Moment of the shear slip of each patch (n,), rigidity times area times slip, N m."""
        return self.rigidity * self.fault.areas * self.magnitude

    @property
    def moment(self) -> float:
        """Scalar sum of the patches' moments, N m."""
        return float(self.moments.sum())

    @property
    def mw(self) -> float:
        """Moment magnitude of the scalar sum; -inf when nothing slipped."""
        return float(magnitude_of_moment(self.moment))

    @property
    def slip_vectors(self) -> np.ndarray:
        """Motion of the hanging wall relative to the footwall (n, 3), east, north, up, m."""
        fault = self.fault
        axes = np.stack([fault.strike_vectors, fault.updip_vectors, fault.normals], axis=1)
        return np.einsum("nc,nci->ni", self.slip, axes)

    @property
    def moment_tensor(self) -> np.ndarray:
        """Sum of the patches' moment tensors (3, 3), east, north, up, N m; opening included."""
        fault = self.fault
        tensors = patch_moment_tensors(
            fault.normals, self.slip_vectors, fault.areas, rigidity=self.rigidity, poisson=self.poisson
        )
        return tensors.sum(axis=0)

    @property
    def tensor_moment(self) -> float:
        """Scalar moment of the summed tensor, N m: the scalar sum less what differing mechanisms cancel."""
        return float(tensor_moment(self.moment_tensor))

    def focal_mechanism(self) -> FocalMechanism:
        """Nodal planes and axes of the summed tensor, the plane nearest to the fault's mean plane first.

        Raises
        ------
        ValueError
            If nothing slipped.
        """
        normal = self.moments @ self.fault.normals
        steepness, reach = normal[2], float(np.hypot(normal[0], normal[1]))
        mean_plane = float(azimuth_of(-normal[1], normal[0])), float(np.rad2deg(np.arctan2(reach, steepness)))
        return focal_mechanism(self.moment_tensor, reference=mean_plane)

    @property
    def centroid(self) -> np.ndarray:
        """Mean position (3,) weighted by moment, m; NaN when nothing slipped."""
        moments = self.moments
        total = moments.sum()
        if total == 0.0:
            return np.full(3, np.nan)
        return moments @ self.fault.centroids / total

    @property
    def standard_deviations(self) -> np.ndarray:
        """Standard deviations (n, 3) of the slip components, m; NaN where none was estimated."""
        deviations = np.full(self.slip.shape, np.nan)
        if self.covariance is not None:
            n = self.fault.n_patches
            spread = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
            deviations[:, : len(spread) // n] = spread.reshape(-1, n).T
        return deviations

    def per_segment(self) -> tuple[SegmentSummary, ...]:
        """One summary for each segment, in order."""
        return tuple(self._summary(name, where) for name, where in self.fault.slices.items())

    def _summary(self, name: str, where: slice) -> SegmentSummary:
        segment = self.fault.segment(name)
        areas, slip = segment.areas, self.slip[where]
        weight = self.moments[where].sum()
        stiffness = np.broadcast_to(self.rigidity, self.fault.areas.shape)[where] * areas
        size = self.magnitude[where]
        peak = int(np.argmax(size))
        return SegmentSummary(
            name=name,
            n_patches=segment.n_patches,
            area=float(areas.sum()),
            moment=float(weight),
            mw=float(magnitude_of_moment(weight)),
            strike=_mean_strike(segment),
            dip=float(segment.dips[0] if np.ptp(segment.dips) == 0.0 else np.average(segment.dips, weights=areas)),
            mean_rake=float(_rake_of(stiffness @ slip[:, 0], stiffness @ slip[:, 1])),
            peak_slip=float(size[peak]),
            depth_of_peak=float(-segment.centroids[peak, 2]),
        )

    def segment_model(self, name: str) -> "SlipModel":
        """The model of one segment alone, with its part of the covariance."""
        where = self.fault.slices[self.fault.segment(name).name]
        rigidity = self.rigidity if np.ndim(self.rigidity) == 0 else np.asarray(self.rigidity)[where]
        covariance = None
        if self.covariance is not None:
            n = self.fault.n_patches
            parts = len(self.covariance) // n
            index = np.concatenate([np.arange(n)[where] + part * n for part in range(parts)])
            covariance = self.covariance[np.ix_(index, index)]
        fault = Fault((self.fault.segment(name),))
        return replace(self, fault=fault, slip=self.slip[where], rigidity=rigidity, covariance=covariance)


def _rake_of(strike_slip: ArrayLike, dip_slip: ArrayLike) -> np.ndarray:
    along, up = np.asarray(strike_slip, dtype=float), np.asarray(dip_slip, dtype=float)
    # adding 0.0 turns -0.0 into 0.0, so that a rake of 180 is never written -180
    rake = np.rad2deg(np.arctan2(up + 0.0, along + 0.0))
    return np.where((along == 0.0) & (up == 0.0), np.nan, rake)


def _mean_strike(segment: FaultSegment) -> float:
    """Strike of the mean direction along strike; of a surface of triangles, of its mean plane.

    Where triangles are nearly level their own strikes scatter, and where they lean past vertical they turn round.
    """
    strikes, areas = segment.strikes, segment.areas
    if np.ptp(strikes) == 0.0:
        return float(strikes[0] % 360.0)
    if isinstance(segment, TriangularSegment):
        mean = (segment.facing * areas) @ segment.normals
        level = np.hypot(mean[0], mean[1])
        if level > 1e-9 * np.linalg.norm(mean):
            east, north = (mean if mean[2] >= 0.0 else -mean)[:2]
            return float(azimuth_of(-north, east))
    return float(azimuth_of(*(areas @ strike_vector(strikes)[:, :2])))


def _checked_slip(slip: np.ndarray, n_patches: int) -> np.ndarray:
    given = np.asarray(slip, dtype=float)
    if given.ndim != 2 or given.shape[0] != n_patches or given.shape[1] not in (2, 3):
        raise ValueError(
            f"slip has shape {given.shape}, must be ({n_patches}, 3): strike slip, dip slip, opening of each patch"
        )
    table = np.zeros((n_patches, 3))
    table[:, : given.shape[1]] = given
    wrong = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if wrong.size:
        raise ValueError(f"slip of patch {wrong[0]} is {table[wrong[0]].tolist()}: every component must be finite")
    table.setflags(write=False)
    return table


def _checked_rigidity(rigidity: float | np.ndarray, n_patches: int) -> float | np.ndarray:
    values = np.array(rigidity, dtype=float, copy=True)
    if values.shape not in ((), (n_patches,)):
        raise ValueError(f"rigidity has shape {values.shape}, must be one number or ({n_patches},), Pa")
    if not (np.isfinite(values).all() and np.all(values > 0.0)):
        raise ValueError(f"rigidity {values.min():g} Pa must be finite and greater than 0")
    values.setflags(write=False)
    return float(values) if values.ndim == 0 else values


def _checked_covariance(covariance: np.ndarray, n_patches: int) -> np.ndarray:
    matrix = np.asarray(covariance, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] not in (2 * n_patches, 3 * n_patches):
        raise ValueError(
            f"covariance has shape {matrix.shape}, must be square over {2 * n_patches} (strike, dip) or "
            f"{3 * n_patches} (strike, dip, opening) slip components"
        )
    return matrix
