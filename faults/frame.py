"""The local frame: metres east and north of an origin, and back."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Geod, Proj

_WGS84 = Geod(ellps="WGS84")


@lru_cache(maxsize=256)
def _projection(longitude: float, latitude: float) -> Proj:
    return Proj(proj="aeqd", lon_0=longitude, lat_0=latitude, ellps="WGS84", units="m")


@dataclass(frozen=True)
class LocalFrame:
    """Azimuthal equidistant frame on the WGS84 ellipsoid: x east, y north, in metres, around an origin.

    Distance and direction from the origin are exact; between two points 300 km away distances are right to 4e-4.
    Away from the origin the frame's y axis is no longer true north: `meridian_convergence` and `rotate_to_frame`
    account for it.

    Parameters
    ----------
    longitude, latitude : float
        The origin, degrees. Longitude may be given as -180..180 or 0..360.

    Raises
    ------
    ValueError
        If the origin is not on the globe.
    """

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.longitude) and -180.0 <= self.longitude <= 360.0):
            raise ValueError(
                f"origin longitude {self.longitude} is outside -180..360 degrees: give [longitude, latitude]"
            )
        if not (np.isfinite(self.latitude) and -90.0 <= self.latitude <= 90.0):
            raise ValueError(f"origin latitude {self.latitude} is outside -90..90 degrees: give [longitude, latitude]")

    def to_local(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """East and north in metres of geographic coordinates in degrees (arrays of one shape; NaN stays NaN).

        Raises
        ------
        ValueError
            If a latitude is outside -90..90 or a longitude outside -180..360 degrees.
        """
        lon, lat = _checked_degrees(longitude, latitude)
        missing = np.isnan(lon) | np.isnan(lat)
        east, north = _projection(self.longitude, self.latitude)(
            np.where(missing, self.longitude, lon), np.where(missing, self.latitude, lat)
        )
        return np.where(missing, np.nan, east), np.where(missing, np.nan, north)

    def to_geographic(self, east: ArrayLike, north: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Longitude (-180..180) and latitude in degrees of local coordinates in metres (arrays of one shape)."""
        x, y = np.broadcast_arrays(np.asarray(east, dtype=float), np.asarray(north, dtype=float))
        missing = ~(np.isfinite(x) & np.isfinite(y))
        longitude, latitude = _projection(self.longitude, self.latitude)(
            np.where(missing, 0.0, x), np.where(missing, 0.0, y), inverse=True
        )
        return np.where(missing, np.nan, longitude), np.where(missing, np.nan, latitude)

    def meridian_convergence(self, longitude: ArrayLike, latitude: ArrayLike) -> np.ndarray:
        """True azimuth of the frame's y axis at a place, degrees clockwise from true north.

        An azimuth counted in the frame is the true azimuth less this angle. The projection keeps the geodesic from
        the origin at its azimuth and stretches only across it, so the angle is the azimuth of that geodesic at the
        place less its azimuth at the origin.
        """
        lon, lat = _checked_degrees(longitude, latitude)
        origin_longitude, origin_latitude = np.full(lon.shape, self.longitude), np.full(lat.shape, self.latitude)
        leaving, back, distance = _WGS84.inv(origin_longitude, origin_latitude, lon, lat)
        arriving = np.asarray(back) + 180.0
        turned = (arriving - np.asarray(leaving) + 180.0) % 360.0 - 180.0
        return np.where(np.asarray(distance) < 1e-3, 0.0, turned)

    def rotate_to_frame(self, vectors: ArrayLike, longitude: ArrayLike, latitude: ArrayLike) -> np.ndarray:
        """Turn vectors given in true east, north, up at their places into the frame's axes.

        Parameters
        ----------
        vectors : array_like, (..., 3)
            True east, north, up components.
        longitude, latitude : array_like, (...)
            Where they stand, degrees.

        Returns
        -------
        numpy.ndarray, (..., 3)
        """
        return _turned(vectors, np.deg2rad(self.meridian_convergence(longitude, latitude)))

    def rotate_from_frame(self, vectors: ArrayLike, longitude: ArrayLike, latitude: ArrayLike) -> np.ndarray:
        """Turn vectors (..., 3) in the frame's axes into true east, north, up at their places."""
        return _turned(vectors, -np.deg2rad(self.meridian_convergence(longitude, latitude)))


def _turned(vectors: ArrayLike, angle: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) whose azimuth is lowered by `angle` (radians)."""
    given = np.asarray(vectors, dtype=float)
    if given.shape[-1:] != (3,):
        raise ValueError(f"vectors have shape {given.shape}: the last axis must hold east, north, up")
    cosine, sine = np.cos(angle), np.sin(angle)
    east, north, up = given[..., 0], given[..., 1], given[..., 2]
    turned_east, turned_north = cosine * east - sine * north, sine * east + cosine * north
    return np.stack([turned_east, turned_north, np.broadcast_to(up, turned_east.shape)], axis=-1)


def _checked_degrees(longitude: ArrayLike, latitude: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.broadcast_arrays(np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    for name, values, low in (("latitude", lat, -90.0), ("longitude", lon, -180.0)):
        high = 90.0 if name == "latitude" else 360.0
        wrong = (values < low) | (values > high)
        if np.any(wrong):
            worst = values[wrong].flat[0]
            raise ValueError(f"{name} {worst} is outside {low:g}..{high:g} degrees: are columns swapped, or in metres?")
    return lon, lat
