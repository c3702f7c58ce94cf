"""An earthquake with its focal mechanism, as catalogues hold it."""

from dataclasses import dataclass, field

import numpy as np

from geoslip.faults.formats.errors import FormatError
from geoslip.faults.mechanism import FocalMechanism, focal_mechanism
from geoslip.faults.moment import magnitude_of_moment, tensor_moment


@dataclass(frozen=True, eq=False)
class EventMechanism:
    """An earthquake's place and moment tensor.

    Parameters
    ----------
    longitude, latitude : float
        Degrees.
    depth : float
        m, positive down.
    tensor : numpy.ndarray, (3, 3)
        Moment tensor in east, north, up, N m.
    name, time : str
        As the file has them; empty where it has none.
    moment : float, optional
        Scalar moment that the catalogue gives, N m. It may be that of the best double couple, which is less than the
        tensor's. By default the tensor's.
    """

    longitude: float
    latitude: float
    depth: float
    tensor: np.ndarray
    name: str = ""
    time: str = field(default="", kw_only=True)
    moment: float | None = field(default=None, kw_only=True)

    @property
    def mw(self) -> float:
        """Moment magnitude."""
        return float(magnitude_of_moment(tensor_moment(self.tensor) if self.moment is None else self.moment))

    @property
    def mechanism(self) -> FocalMechanism:
        """Nodal planes and axes."""
        return focal_mechanism(self.tensor)


def tensor_from_spherical(components: np.ndarray) -> np.ndarray:
    """Tensor (3, 3) in east, north, up from mrr, mtt, mpp, mrt, mrp, mtp (up, south, east), units kept.

    After Aki & Richards 2002, box 4.4: r is up, theta (t) south, phi (p) east.
    """
    mrr, mtt, mpp, mrt, mrp, mtp = np.asarray(components, dtype=float)
    return np.array([[mpp, -mtp, mrp], [-mtp, mtt, -mrt], [mrp, -mrt, mrr]])


def spherical_from_tensor(tensor: np.ndarray) -> np.ndarray:
    """Components mrr, mtt, mpp, mrt, mrp, mtp of a tensor (3, 3) in east, north, up."""
    return np.array([tensor[2, 2], tensor[1, 1], tensor[0, 0], -tensor[1, 2], tensor[0, 2], -tensor[0, 1]])


def checked_place(longitude: float, latitude: float, *, source: str, line: int | None = None) -> tuple[float, float]:
    """Longitude in -180..180 and latitude, refused where they are off the globe."""
    if not (-180.0 <= longitude <= 360.0 and -90.0 <= latitude <= 90.0):
        message = f"longitude {longitude:g}, latitude {latitude:g} are off the globe: are the columns swapped?"
        raise FormatError(message, source=source, line=line)
    return longitude - 360.0 if longitude > 180.0 else longitude, latitude
