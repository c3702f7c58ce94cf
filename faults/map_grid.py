"""From coordinates of a map projection, counted about an origin, to a local frame.

Slip models in local kilometres mostly count them on a map's grid: its north is not true north, by half a degree a
hundred kilometres from the zone's middle, which near a fault moves stations from one side to the other.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError

from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.slip import SlipModel
from geoslip.faults.triangular import TriangularSegment
from geoslip.faults.vectors import azimuth_of

#: a map whose areas are off by more than this is not meant for the place
_DISTORTED = 0.02

_Place = Callable[[np.ndarray], np.ndarray]


def from_map_grid(
    model: SlipModel, *, crs: str, origin: tuple[float, float], frame: LocalFrame | None = None
) -> SlipModel:
    """A model whose east and north were counted on a map's grid about an origin, in a local frame.

    Ends of rectangles' top edges and vertices of triangles go to their places; lengths and widths of rectangles stay.

    Parameters
    ----------
    model : SlipModel
        Without a frame.
    crs : str
        The projection, such as "EPSG:32611".
    origin : (float, float)
        Longitude and latitude that east and north count from, degrees.
    frame : LocalFrame, optional
        The new frame; around the origin unless given.

    Returns
    -------
    SlipModel

    Raises
    ------
    ValueError
        If the model has a frame, or the projection is unknown or counts in degrees.
    """
    if model.frame is not None:
        raise ValueError("the model knows its places in degrees: leave the projection out")
    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise ValueError(f"projection {crs!r} is unknown: give one such as EPSG:32611") from error
    if not system.is_projected:
        raise ValueError(f"{crs} counts in degrees: give a projection in metres such as EPSG:32611")
    to_map = Transformer.from_crs("EPSG:4326", system, always_xy=True)
    zero = np.array(to_map.transform(*origin))
    scale = Proj(system).get_factors(*origin).areal_scale
    if not (np.isfinite(zero).all() and abs(scale - 1.0) < _DISTORTED):
        raise ValueError(f"{crs} is not made for longitude {origin[0]:g}, latitude {origin[1]:g}: is it another zone?")
    target = frame or LocalFrame(*origin)

    def place(points: np.ndarray) -> np.ndarray:
        longitude, latitude = to_map.transform(points[:, 0] + zero[0], points[:, 1] + zero[1], direction="INVERSE")
        return np.column_stack([*target.to_local(longitude, latitude), points[:, 2]])

    segments = tuple(_placed(segment, place) for segment in model.fault.segments)
    return replace(model, fault=Fault(segments), frame=target)


def _placed(segment: FaultSegment, place: _Place) -> FaultSegment:
    if isinstance(segment, TriangularSegment):
        return replace(segment, vertices=place(segment.vertices))
    if not isinstance(segment, RectangularSegment):
        raise ValueError(f"segment {segment.name!r} is made of neither rectangles nor triangles")
    outlines = segment.outlines
    start, end = place(outlines[:, 0]), place(outlines[:, 1])
    rectangles = segment.rectangles.copy()
    rectangles[:, :2] = 0.5 * (start + end)[:, :2]
    rectangles[:, 3] = azimuth_of(*(end - start)[:, :2].T)
    return replace(segment, rectangles=rectangles)
