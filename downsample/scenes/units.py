"""From a file's own unit and sign to metres, positive toward the satellite.

========  =====================================================
unit      meaning
========  =====================================================
m, cm, mm displacement
rad       unwrapped phase; needs the radar wavelength in metres
pixel     offset in pixels; needs the size of a pixel in metres
========  =====================================================
"""

import math

from geoslip.downsample.errors import DataError

LENGTH_UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}
UNITS = (*LENGTH_UNITS, "rad", "pixel")


def displacement_factor(
    unit: str, *, positive: str | None = None, wavelength: float | None = None, pixel_size: float | None = None
) -> float:
    """Give the factor that turns a file's numbers into metres, positive toward the satellite.

    Parameters
    ----------
    unit : {"m", "cm", "mm", "rad", "pixel"}
        Unit of the numbers in the file.
    positive : {"toward", "away"}, optional
        What a positive number means. Default: "toward" for lengths; "away" for phase, because a
        longer path has the larger phase (d = -wavelength * phase / 4 pi).
    wavelength : float, optional
        Radar wavelength in metres, for ``unit="rad"`` only.
    pixel_size : float, optional
        Metres of one pixel of offset, for ``unit="pixel"`` only.

    Returns
    -------
    float
        Metres per file unit, with the sign.

    Raises
    ------
    DataError
        For an unknown unit or sign, or a phase without wavelength.
    """
    if unit not in UNITS:
        raise DataError(f"unit {unit!r} is unknown: use one of {', '.join(UNITS)}")
    if positive not in (None, "toward", "away"):
        raise DataError(f"positive={positive!r} is unknown: say whether a positive number means 'toward' or 'away'")
    if unit == "pixel":
        if pixel_size is None or not 1e-2 < pixel_size < 1e3:
            raise DataError(
                f"pixel_size={pixel_size!r} for offsets in pixels: give the metres of one pixel in the direction of "
                "the offset (Sentinel-1 IW slant range 2.33, azimuth 13.9)"
            )
        return -pixel_size if positive == "away" else pixel_size
    if unit != "rad":
        return -LENGTH_UNITS[unit] if positive == "away" else LENGTH_UNITS[unit]
    if wavelength is None or not 1e-3 < wavelength < 10.0:
        raise DataError(
            f"wavelength={wavelength!r} for a phase in rad: give the radar wavelength in metres "
            "(Sentinel-1 0.0554658, ALOS-2 about 0.2424)"
        )
    scale = wavelength / (4.0 * math.pi)
    return scale if positive == "toward" else -scale
