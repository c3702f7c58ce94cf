"""What looks wrong in a scene: a ramp, odd angles, rows upside down against GNSS, a sign that another track denies."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.observations import Observations
from geoslip.downsample.scenes.geometry import compare_with_gnss
from geoslip.downsample.scenes.scene import Scene
from geoslip.faults.frame import LocalFrame

_MOST_PIXELS = 40_000
SAME_VIEW = 0.9
"""Tracks whose look vectors have at least this product see nearly the same motion, so their signs can be compared."""


def check_ramp(scene: Scene) -> list[str]:
    """Warn of a plane across the scene that outweighs what is left without it."""
    rows, columns, values = _some_pixels(scene)
    matrix = np.column_stack(
        [np.ones(values.size), rows / max(scene.y.size - 1, 1) - 0.5, columns / max(scene.x.size - 1, 1) - 0.5]
    )
    coefficients = np.linalg.lstsq(matrix, values)[0]
    ramp = float(np.abs(coefficients[1:]).sum())
    residual = float((values - matrix @ coefficients).std())
    if ramp <= max(2.0 * residual, 0.02):
        return []
    return [f"a plane rises by {1e3 * ramp:.0f} mm over the scene: estimate it with nuisance: plane"]


def check_angles(scene: Scene) -> list[str]:
    """Warn of look vectors that no radar satellite has."""
    if scene.kind != "los":
        return []
    east, north, up = scene.summary()["mean_look"]
    warnings = []
    if not 0.5 < up < 0.97:
        warnings.append(f"an up component of {up:.2f} is unusual for a radar satellite (0.6 to 0.95): check the angles")
    if abs(north) > 1.5 * abs(east):
        warnings.append(
            f"the look vector points {'north' if north > 0.0 else 'south'} rather than east or west ({east:+.2f} east, "
            f"{north:+.2f} north), but satellites fly nearly along meridians: check the convention of the azimuth angle"
        )
    return warnings


def check_rows_against_gnss(scene: Scene, gnss: Observations, *, frame: LocalFrame) -> list[str]:
    """Warn where a scene fits GNSS offsets far better with its rows or columns turned round.

    Parameters
    ----------
    scene : Scene
        Lines of sight.
    gnss : Observations
        Offsets in the same frame.
    frame : LocalFrame
        The frame.

    Returns
    -------
    list of str
        One warning, or none; nothing is said below six stations.
    """
    as_read = _correlation(scene, gnss, frame)
    if not np.isfinite(as_read) or as_read > 0.6:
        return []
    turned = {
        "upside down (rows run the other way)": replace(scene, values=scene.values[::-1], look=_turned(scene, 1)),
        "mirrored (columns run the other way)": replace(scene, values=scene.values[:, ::-1], look=_turned(scene, 2)),
    }
    for how, other in turned.items():
        found = _correlation(other, gnss, frame)
        if found > 0.9 and found > as_read + 0.4:
            return [
                f"{scene.name}: lies {how}: against the GNSS of {gnss.name} its correlation is {as_read:.2f} as read "
                f"and {found:.2f} turned; check the corner and the signs of the spacings"
            ]
    return []


def check_against_track(scene: Scene, other: Scene, *, frame: LocalFrame) -> list[str]:
    """Compare a scene with another track where both have pixels.

    Two views tell of a wrong sign only if they are nearly the same; for others, which see different parts of one
    motion, the note says so.

    Parameters
    ----------
    scene, other : Scene
        Lines of sight of the same event.
    frame : LocalFrame
        For scenes without projection.

    Returns
    -------
    list of str
        One line.
    """
    rows, columns, values = _some_pixels(scene)
    longitude, latitude = scene.geographic(scene.x[columns], scene.y[rows], frame=frame)
    x, y = other.coordinates(longitude, latitude, frame=frame)
    column = np.rint((x - other.x[0]) / (other.x[1] - other.x[0])).astype(int)
    row = np.rint((y - other.y[0]) / (other.y[1] - other.y[0])).astype(int)
    inside = (row >= 0) & (row < other.y.size) & (column >= 0) & (column < other.x.size)
    theirs = np.full(values.size, np.nan)
    theirs[inside] = other.values[row[inside], column[inside]]
    both = np.isfinite(theirs)
    if both.sum() < 30:
        return [f"{scene.name} and {other.name} share {int(both.sum())} pixels: too few to compare"]
    product = float(np.dot(scene.summary()["mean_look"], other.summary()["mean_look"]))
    correlation = float(np.corrcoef(values[both], theirs[both])[0, 1])
    said = f"{scene.name} and {other.name}: correlation {correlation:.2f} where they overlap"
    if product < SAME_VIEW:
        return [f"{said}; their lines of sight differ (l1 . l2 = {product:.2f}), so this says nothing of the sign"]
    if correlation < -0.5:
        return [f"warning: {said} although they look nearly the same way: the sign of one is wrong"]
    return [said]


def sparse_pixels(scene: Scene, *, frame: LocalFrame, most: int = 1500) -> Observations:
    """Give about `most` single pixels of a scene as observations of unit variance: for comparisons, not inversion.

    Their covariance is a full matrix, so `most` is to stay at a few thousand.
    """
    pixels = scene.pixels(frame=frame, step=max(1, int(np.sqrt(scene.values.size / (2 * most)))))
    order = np.arange(len(pixels.values))[:: max(1, len(pixels.values) // most)]
    points = pixels.points[order]
    longitude, latitude = frame.to_geographic(points[:, 0], points[:, 1])
    return Observations(
        name=scene.name,
        kind=scene.kind,
        longitude=longitude,
        latitude=latitude,
        points=points,
        values=pixels.values[order],
        directions=pixels.directions[order],
        covariance=np.eye(len(order)),
    )


def _some_pixels(scene: Scene) -> tuple[NDArray, NDArray, NDArray]:
    """Rows, columns and values of at most `_MOST_PIXELS` valid pixels, evenly taken."""
    rows, columns = np.nonzero(scene.valid)
    step = max(1, rows.size // _MOST_PIXELS)
    rows, columns = rows[::step], columns[::step]
    return rows, columns, scene.values[rows, columns].astype(float)


def _turned(scene: Scene, axis: int) -> NDArray[np.floating]:
    return scene.look if scene.look.ndim == 1 else np.flip(scene.look, axis=axis)


def _correlation(scene: Scene, gnss: Observations, frame: LocalFrame) -> float:
    """Of the scene at the stations with the projected offsets; NaN if fewer than six stations lie in it."""
    los = sparse_pixels(scene, frame=frame)
    spread = float(np.hypot(*np.ptp(los.points[:, :2], axis=0)))
    found = compare_with_gnss(los, gnss, radius=max(0.05 * spread, 2e3), most=3)
    return found.correlation if found.n_stations >= 6 else float("nan")
