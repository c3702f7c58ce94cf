"""What all formats of triangle meshes share: vertices to the local frame, pieces to segments, slip and rake."""

from dataclasses import dataclass, field

import numpy as np

from geoslip.faults.fault import Fault
from geoslip.faults.formats.common import middle_frame
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.frame import LocalFrame
from geoslip.faults.mesh_checks import merged_vertices, pieces, repaired_mesh
from geoslip.faults.slip import SlipModel
from geoslip.faults.triangular import TriangularSegment

#: edges shorter than the first number must be km, longer than the second m; between them the file has to say it
_SURELY_KM, _SURELY_M = 60.0, 200.0


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles of one name as a file holds them: vertices (v, 3) in the file's own axes, and slip if it has any."""

    name: str
    vertices: np.ndarray
    triangles: np.ndarray
    slip: np.ndarray | None = None
    notes: tuple[str, ...] = field(default=())


def fault_of_surfaces(surfaces: list[Surface], *, repair: bool = False) -> tuple[Fault, np.ndarray, tuple[str, ...]]:
    """Segments of surfaces whose vertices are east, north, up (m); slip (n, 3) in their order; and notes.

    A surface in separate pieces makes a segment of each. With `repair` its slip must be None or survive: triangles
    are left out only where there is no slip to lose.
    """
    segments, slips, notes = [], [], []
    for surface in surfaces:
        notes += list(surface.notes)
        points, corners = surface.vertices, np.asarray(surface.triangles)
        slip = np.zeros((len(corners), 3)) if surface.slip is None else surface.slip
        if repair:
            points, mended, more = repaired_mesh(points, corners)
            if len(mended) != len(corners):
                if surface.slip is not None and np.any(slip != 0.0):
                    raise ValueError(
                        f"surface {surface.name!r} has slip on triangles to be left out: repair it by hand"
                    )
                slip = np.zeros((len(mended), 3))
            corners = mended
            notes += [f"{surface.name}: {note}" for note in more]
        points, corners, _, more = merged_vertices(points, corners)
        notes += [f"{surface.name}: {note}" for note in more]
        for name, part in _parts(surface.name, corners):
            segment = TriangularSegment(name, points, corners[part])
            segments.append(segment)
            slips.append(slip[part])
    return Fault(tuple(segments)), np.concatenate(slips), tuple(notes)


def _parts(name: str, corners: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Names and triangle numbers of the pieces of a surface; one where they cannot be told for bad triangles."""
    whole = [(name, np.arange(len(corners)))]
    run = np.sort(np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    if corners.min(initial=0) < 0 or np.unique(run, axis=0, return_counts=True)[1].max(initial=0) > 2:
        return whole
    piece = pieces(corners)
    if piece.max(initial=0) == 0:
        return whole
    return [(f"{name} {number + 1}", np.flatnonzero(piece == number)) for number in range(piece.max() + 1)]


def metres_per_unit(
    vertices: np.ndarray, triangles: np.ndarray, unit: str | None, *, source: str
) -> tuple[float, tuple[str, ...]]:
    """Metres per unit of a mesh's coordinates: as given, else told by the length of its edges; and a note."""
    if unit is not None:
        if unit not in ("m", "km"):
            raise FormatError(f"unit {unit!r} is unknown: it must be 'm' or 'km'", source=source)
        return (1.0 if unit == "m" else 1e3), ()
    at = vertices[triangles]
    typical = float(np.median(np.linalg.norm(at - np.roll(at, -1, axis=1), axis=2)))
    if _SURELY_KM < typical < _SURELY_M:
        raise FormatError(f"edges {typical:g} long may be km or m: say which with unit='km' or 'm'", source=source)
    found = "km" if typical <= _SURELY_KM else "m"
    return (1.0 if found == "m" else 1e3), (f"lengths were taken for {found}, from edges {typical:.4g} long",)


def in_degrees(first: np.ndarray, second: np.ndarray, depth: np.ndarray) -> bool:
    """Whether latitudes, longitudes and depths (m) is what three columns hold: two small, one far larger."""
    small = np.abs(first).max() <= 90.0 and np.abs(second).max() <= 360.0
    flat = max(np.ptp(first), np.ptp(second))
    return bool(small and flat < 40.0 and np.ptp(depth) > 40.0 * max(flat, 1e-9))


def local_vertices(
    longitude: np.ndarray, latitude: np.ndarray, up: np.ndarray, frame: LocalFrame | None
) -> tuple[np.ndarray, LocalFrame]:
    """East, north, up (v, 3) of places in degrees, and the frame they are counted in."""
    frame = frame or middle_frame(longitude, latitude)
    east, north = frame.to_local(longitude, latitude)
    return np.column_stack([east, north, up]), frame


def slip_of_rake(size: np.ndarray, rake: np.ndarray) -> np.ndarray:
    """Strike slip, dip slip and no opening (n, 3) from slip and rake (degrees)."""
    angle = np.deg2rad(rake)
    return np.column_stack([size * np.cos(angle), size * np.sin(angle), np.zeros(len(angle))])


def triangular(model: SlipModel, format_name: str) -> list[tuple[TriangularSegment, slice]]:
    """The model's segments with their slices, refused where one is not made of triangles."""
    parts = []
    for segment, where in zip(model.fault.segments, model.fault.slices.values()):
        if not isinstance(segment, TriangularSegment):
            raise FormatError(f"segment {segment.name!r} is made of rectangles: {format_name} holds triangles only")
        parts.append((segment, where))
    return parts


def model_of_surfaces(
    surfaces: list[Surface],
    *,
    source: str,
    frame: LocalFrame | None,
    rigidity: float,
    name: str,
    notes: tuple[str, ...] = (),
    repair: bool = False,
) -> SlipModel:
    """A slip model (of no slip where the file has none) from surfaces in local east, north, up (m)."""
    with naming(source):
        fault, slip, more = fault_of_surfaces(surfaces, repair=repair)
        if all(surface.slip is None for surface in surfaces):
            more += ("the file holds a surface only: no slip",)
        return SlipModel(fault, slip, frame=frame, rigidity=rigidity, name=name, notes=notes + more)
