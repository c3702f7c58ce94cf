"""Masks: which pixels of a scene or rows of observations lie near a trace or inside a polygon."""

from collections.abc import Sequence

import numpy as np
import shapely
from numba import njit
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import Observations
from geoslip.downsample.scenes.scene import Scene
from geoslip.faults.frame import LocalFrame


def near_polylines(
    target: Scene | Observations, polylines: Sequence[ArrayLike], *, distance: float, frame: LocalFrame
) -> NDArray[np.bool_]:
    """Tell what lies nearer than a distance to mapped traces.

    Parameters
    ----------
    target : Scene or Observations
        What is to be masked.
    polylines : sequence of array_like, each of shape (k, 2)
        Longitude and latitude in degrees; one point alone is a point.
    distance : float
        Metres.
    frame : LocalFrame
        The case's frame.

    Returns
    -------
    ndarray of bool, shape (ny, nx) or (n,)
        True where it is nearer: hand it to `Scene.mask`, or its opposite to `Observations.select`. In a scene the
        pixel spacing is taken as constant, which is right to 1 % for scenes of one degree.

    Raises
    ------
    DataError
        If there is no polyline or the distance is negative.
    """
    if not (np.isfinite(distance) and distance >= 0.0):
        raise DataError(f"a distance of {distance} m to the traces must be a number of metres, 0 or larger")
    return distance_to_polylines(target, polylines, frame=frame) < distance


def distance_to_polylines(
    target: Scene | Observations, polylines: Sequence[ArrayLike], *, frame: LocalFrame
) -> NDArray[np.float64]:
    """Give the distance in metres of every pixel (ny, nx) or row (n,) to the nearest of several polylines."""
    segments = []
    for polyline in polylines:
        x, y = _places(target, polyline, frame)
        ends = np.column_stack([x, y])
        following = ends[1:] if len(ends) > 1 else ends
        segments.append(np.column_stack([ends[: len(following)], following]))
    if not segments:
        raise DataError("no trace is given to measure the distance to; give at least one list of [longitude, latitude]")
    x, y = _target_places(target)
    shape = np.broadcast_shapes(x.shape, y.shape)
    flat_x, flat_y = (np.ascontiguousarray(np.broadcast_to(part, shape)).ravel() for part in (x, y))
    return _distance(flat_x, flat_y, np.concatenate(segments)).reshape(shape)


def inside_polygon(target: Scene | Observations, polygon: ArrayLike, *, frame: LocalFrame) -> NDArray[np.bool_]:
    """Tell what lies inside a polygon.

    Parameters
    ----------
    target : Scene or Observations
        What is to be masked.
    polygon : array_like, shape (k, 2)
        Longitude and latitude of its corners, degrees; it need not be closed.
    frame : LocalFrame
        The case's frame.

    Returns
    -------
    ndarray of bool, shape (ny, nx) or (n,)

    Raises
    ------
    DataError
        If there are fewer than three corners or the outline crosses itself.
    """
    corners_x, corners_y = _places(target, polygon, frame)
    if corners_x.size < 3:
        raise DataError(f"a polygon of {corners_x.size} corners has no inside; give at least three")
    area = shapely.Polygon(np.column_stack([corners_x, corners_y]))
    if not area.is_valid:
        raise DataError(f"the polygon is not simple ({shapely.is_valid_reason(area)}); list its corners in order")
    shapely.prepare(area)
    x, y = _target_places(target)
    return np.asarray(shapely.contains_xy(area, *np.broadcast_arrays(x, y)))


def _places(target: Scene | Observations, places: ArrayLike, frame: LocalFrame) -> tuple[NDArray, NDArray]:
    """Metres, in the frame for observations, from the first pixel for a scene."""
    pairs = np.atleast_2d(np.asarray(places, dtype=float))
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.isfinite(pairs).all():
        raise DataError(f"places of shape {pairs.shape}: give pairs of finite numbers [longitude, latitude]")
    if isinstance(target, Observations):
        return frame.to_local(pairs[:, 0], pairs[:, 1])
    x, y = target.coordinates(pairs[:, 0], pairs[:, 1], frame=frame)
    return _scene_metres(target, x, y)


def _target_places(target: Scene | Observations) -> tuple[NDArray, NDArray]:
    if isinstance(target, Observations):
        return target.points[:, 0], target.points[:, 1]
    return _scene_metres(target, target.x[None, :], target.y[:, None])


def _scene_metres(scene: Scene, x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    step_x = abs(scene.x[-1] - scene.x[0]) / (scene.x.size - 1)
    step_y = abs(scene.y[-1] - scene.y[0]) / (scene.y.size - 1)
    return (x - scene.x[0]) / step_x * scene.spacing.x, (y - scene.y[0]) / step_y * scene.spacing.y


@njit(cache=True, nogil=True)
def _distance(x, y, segments):  # type: ignore[no-untyped-def]
    """Distance of points to the nearest segment (x0, y0, x1, y1)."""
    out = np.empty(x.size)
    for k in range(x.size):
        least = np.inf
        for s in range(segments.shape[0]):
            ax, ay = segments[s, 0], segments[s, 1]
            ux, uy = segments[s, 2] - ax, segments[s, 3] - ay
            px, py = x[k] - ax, y[k] - ay
            length = ux * ux + uy * uy
            along = 0.0 if length == 0.0 else min(1.0, max(0.0, (px * ux + py * uy) / length))
            dx, dy = px - along * ux, py - along * uy
            least = min(least, dx * dx + dy * dy)
        out[k] = np.sqrt(least)
    return out
