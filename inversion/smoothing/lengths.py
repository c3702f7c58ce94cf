"""Correlation lengths of slip, from the size of the fault."""

from __future__ import annotations

MECHANISMS = {
    "strike-slip": ((1860.0, 0.34), (-390.0, 0.44)),
    "dip-slip": ((1100.0, 0.31), (580.0, 0.35)),
}
"""Offset (m) and slope of the lengths along strike and along dip."""


def correlation_lengths(length: float, width: float, *, mechanism: str) -> tuple[float, float]:
    """Von Karman correlation lengths along strike and dip (Mai & Beroza 2002, JGR 107(B11), 2308, table 2).

    Strike slip: 1.86 km + 0.34 length and -0.39 km + 0.44 width; dip slip: 1.10 km + 0.31 length and 0.58 km + 0.35
    width. Regressed on earthquakes of magnitude 5.7 to 8, whose length and width are those of the rupture.

    Parameters
    ----------
    length, width : float
        Of the rupture, m.
    mechanism : {"strike-slip", "dip-slip"}

    Returns
    -------
    along_strike, along_dip : float
        m.

    Raises
    ------
    ValueError
        Another mechanism, or a fault so small that a length is not positive.
    """
    if mechanism not in MECHANISMS:
        raise ValueError(f"mechanism {mechanism!r} is unknown: use one of {', '.join(MECHANISMS)}")
    (a, b), (c, d) = MECHANISMS[mechanism]
    along, down = a + b * length, c + d * width
    if not min(along, down) > 0.0:
        raise ValueError(
            f"a {mechanism} fault of {length:.4g} m by {width:.4g} m is too small for the regression (correlation "
            f"lengths {along:.4g} m and {down:.4g} m): give the lengths"
        )
    return along, down
