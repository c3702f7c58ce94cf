"""Checks that warn instead of refuse: geometry against the orbit, sign against GNSS, jumps."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import theilslopes

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import Observations
from geoslip.downsample.scenes.scene import Scene

_FEWEST_JUMPS = 5
"""Pairs of pixels below which a jump is taken for the tail of the noise."""


class GnssComparison(NamedTuple):
    """LOS against projected GNSS: stations used, robust slope and offset (m) of LOS on GNSS, correlation.

    `projected` and `observed` (m) are the values of the stations named in `stations`.
    """

    n_stations: int
    slope: float
    offset: float
    correlation: float
    stations: tuple[str, ...]
    projected: NDArray[np.float64]
    observed: NDArray[np.float64]


def check_orbit(target: Scene | Observations, *, orbit: str) -> list[str]:
    """Compare the east component of the look vectors with the orbit's direction.

    Parameters
    ----------
    target : Scene or Observations
        Lines of sight.
    orbit : {"ascending", "descending"}
        Of a right-looking satellite: ascending tracks look from the west (l east < 0), descending from the east.

    Returns
    -------
    list of str
        Warnings; empty if all is well.

    Raises
    ------
    DataError
        For an unknown orbit.
    """
    if orbit not in ("ascending", "descending"):
        raise DataError(f"orbit {orbit!r} is unknown: use 'ascending' or 'descending'")
    if isinstance(target, Observations):
        east = target.directions[:, 0]
    else:
        east = np.atleast_1d(target.look[0] if target.look.ndim == 1 else target.look[0][target.valid])
    expected = -1.0 if orbit == "ascending" else 1.0
    wrong = float((expected * east < 0.0).mean())
    if wrong == 0.0:
        return []
    return [
        f"{target.name}: l has an east component of {np.median(east):+.2f} ({wrong:.0%} of the wrong sign) but an "
        f"{orbit} right-looking track needs {'negative' if expected < 0 else 'positive'} ones; check the convention "
        "of the azimuth angle, or whether the antenna looked left"
    ]


def compare_with_gnss(los: Observations, gnss: Observations, *, radius: float = 5e3, most: int = 5) -> GnssComparison:
    """Project GNSS offsets on the line of sight of the nearest points and compare.

    Parameters
    ----------
    los : Observations
        Lines of sight or other single components.
    gnss : Observations
        Stations with two or three components; a missing up component counts as 0.
    radius : float
        Metres; points farther from a station are not used.
    most : int
        At most this many points are averaged at a station.

    Returns
    -------
    GnssComparison
        Slope and offset by Theil and Sen, NaN below four stations. Two interferometric dates and a GNSS offset
        need not span the same time: a slope of 1.1 is no fault, one of -1 is.
    """
    names = gnss.station if gnss.station is not None else tuple(str(row) for row in range(len(gnss)))
    tree = cKDTree(los.points[:, :2])
    stations, projected, observed = [], [], []
    for station in dict.fromkeys(names):
        rows = [row for row, name in enumerate(names) if name == station]
        distance, near = tree.query(gnss.points[rows[0], :2], k=min(most, len(los)))
        near = np.atleast_1d(near)[np.atleast_1d(distance) <= radius]
        if near.size == 0:
            continue
        motion = np.linalg.lstsq(gnss.directions[rows], gnss.values[rows])[0]
        stations.append(station)
        projected.append(float(los.directions[near].mean(axis=0) @ motion))
        observed.append(float(np.median(los.values[near])))
    x, y = np.array(projected), np.array(observed)
    slope = offset = correlation = np.nan
    if x.size >= 4 and x.std() > 0.0 and y.std() > 0.0:
        slope, offset = (float(part) for part in theilslopes(y, x)[:2])
        correlation = float(np.corrcoef(x, y)[0, 1])
    return GnssComparison(len(stations), slope, offset, correlation, tuple(stations), x, y)


def check_sign_against_gnss(los: Observations, gnss: Observations, *, radius: float = 5e3) -> list[str]:
    """Warn where lines of sight contradict GNSS offsets in sign or in size.

    Parameters
    ----------
    los, gnss, radius
        As in `compare_with_gnss`.

    Returns
    -------
    list of str
        Warnings; empty if the two agree, or too few stations moved to tell.
    """
    found = compare_with_gnss(los, gnss, radius=radius)
    if found.n_stations < 4 or not np.isfinite(found.correlation):
        return []
    # Without a signal well above the noise of both, a correlation says nothing.
    if found.projected.std() < 3.0 * float(np.median(gnss.sigma)):
        return []
    numbers = f"slope {found.slope:.2f}, correlation {found.correlation:.2f} at {found.n_stations} stations"
    if found.correlation < -0.5 or (found.correlation < 0.0 and found.slope < -0.3):
        return [
            f"{los.name}: its sign contradicts the GNSS of {gnss.name} ({numbers}); say positive: away (or toward), "
            "and check that l points from the ground to the satellite"
        ]
    if found.correlation > 0.7 and not 0.3 < found.slope < 3.0:
        return [f"{los.name}: its size does not fit the GNSS of {gnss.name} ({numbers}); check the unit of both"]
    if found.correlation < 0.3:
        return [f"{los.name}: hardly follows the GNSS of {gnss.name} ({numbers}); check geometry, dates and positions"]
    return []


def check_jumps(scene: Scene, *, limit: float = 0.02) -> list[str]:
    """Warn of steps between neighbouring pixels that look like unwrapping errors (or the rupture itself).

    Parameters
    ----------
    scene : Scene
        Not yet downsampled.
    limit : float
        Metres; half a wavelength is 0.028 for C band, 0.12 for L band. Steps must also exceed ten times the
        usual difference of neighbours.

    Returns
    -------
    list of str
        One warning with the number of such pairs, their usual size and where most of them lie; or none.
    """
    steps, rows, columns = [], [], []
    for axis in (0, 1):
        difference = np.abs(np.diff(scene.values.astype(float), axis=axis))
        usual = float(np.nanmedian(difference)) if np.isfinite(difference).any() else 0.0
        found = np.nonzero(difference > max(limit, 10.0 * usual))
        steps.append(difference[found])
        rows.append(found[0])
        columns.append(found[1])
    sizes, row, column = np.concatenate(steps), np.concatenate(rows), np.concatenate(columns)
    if sizes.size < _FEWEST_JUMPS:
        return []
    middle_x, middle_y = scene.x[int(np.median(column))], scene.y[int(np.median(row))]
    return [
        f"{scene.name}: {sizes.size} neighbouring pixels differ by more than {max(limit, 0.0) * 100:.0f} cm (median "
        f"{np.median(sizes) * 100:.1f} cm, around x {middle_x:.5g}, y {middle_y:.5g}): a surface rupture, or an "
        "unwrapping error that should be mended or masked"
    ]
