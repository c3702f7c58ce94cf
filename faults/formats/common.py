"""What all readers and writers of slip models share: numbers, places, and patches near the ground."""

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np

from geoslip.faults.fault import Fault
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.slip import SlipModel
from geoslip.faults.triangular import TriangularSegment
from geoslip.faults.vectors import updip_vector

#: a patch whose top edge is above ground by less than this fraction of its width is lowered to the ground, and noted
ROUNDED_ABOVE_GROUND = 0.01

#: no length, place, slip or rigidity in a file is larger than this in any unit: beyond, a file is of another kind
_LARGEST = 1e12

#: a document larger than this, unpacked, is refused, bytes
_LARGEST_MEMBER = 500_000_000


def read_text(path: str | Path) -> str:
    """The text of a file, or of the KML document in a KMZ archive; bytes that are no UTF-8 are replaced.

    Raises
    ------
    FormatError
        If the file is binary or empty.
    OSError
        If it cannot be opened.
    """
    data = Path(path).read_bytes()
    if data.startswith(b"PK\x03\x04"):
        data = _unzipped(data, str(path))
    if b"\0" in data[:65536]:
        raise FormatError("the file is binary: a text file with a slip model is needed", source=str(path))
    text = data.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise FormatError("the file is empty", source=str(path))
    return text


def write_zipped(path: str | Path, text: str, *, member: str) -> None:
    """Write a text as the one member of a zip archive, the same bytes for the same text."""
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member), text, compress_type=zipfile.ZIP_DEFLATED)


def _unzipped(data: bytes, source: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".kml")]
            if not found or found[0].file_size > _LARGEST_MEMBER:
                raise FormatError("the archive holds no KML document of reasonable size", source=source)
            return archive.read(found[0])
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
        raise FormatError(f"the archive is damaged ({str(error)[:60]})", source=source) from error


def number(token: object, label: str, *, source: str, line: int | None = None, largest: float = _LARGEST) -> float:
    """A finite number from a token of a file, or a FormatError that names it."""
    try:
        value = float(token)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = np.nan
    if not np.isfinite(value) or abs(value) > largest or isinstance(token, bool):
        raise FormatError(f"{label} is {str(token)[:40]!r}: a finite number is needed", source=source, line=line)
    return value


def lowered_to_ground(rectangles: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Rectangles (n, 7) whose tops stand above ground by rounding, lowered to it; and a note that says so."""
    above = (rectangles[:, 2] > 1e-6) & (rectangles[:, 2] <= ROUNDED_ABOVE_GROUND * rectangles[:, 6])
    if not above.any():
        return rectangles, ()
    lowered = rectangles.copy()
    lowered[above, 2] = 0.0
    note = f"{above.sum()} patches stood up to {rectangles[above, 2].max():.3g} m above ground and were lowered to it"
    return lowered, (note,)


def past_vertical(table: np.ndarray) -> np.ndarray:
    """Rectangles (n, 7) with dips of 90..180 turned to the same planes with dips of 0..90, strike turned by 180."""
    turned = table.copy()
    over = (table[:, 4] > 90.0) & (table[:, 4] <= 180.0)
    turned[over, 3] = (table[over, 3] + 180.0) % 360.0
    turned[over, 4] = 180.0 - table[over, 4]
    return turned


def from_centroids(
    frame: LocalFrame, place: np.ndarray, depth: np.ndarray, shape: np.ndarray, *, at_top: bool = False
) -> np.ndarray:
    """Rectangles (n, 7) in a frame from longitude, latitude (n, 2), depth (n,) in m and shape (n, 4).

    `shape` holds strike (degrees from true north), dip, length and width (m); the places are centres of the patches,
    or of their top edges.
    """
    east, north = frame.to_local(place[:, 0], place[:, 1])
    strike = shape[:, 0] - frame.meridian_convergence(place[:, 0], place[:, 1])
    centre = np.column_stack([east, north, -depth])
    if not at_top:
        centre = centre + 0.5 * shape[:, 3:4] * updip_vector(strike, shape[:, 1])
    return np.column_stack([centre, strike, shape[:, 1:]])


def middle_frame(longitude: np.ndarray, latitude: np.ndarray) -> LocalFrame:
    """A frame around the mean of places in degrees, also across the date line."""
    if np.any(np.abs(latitude) > 90.0) or np.any((longitude < -180.0) | (longitude > 360.0)):
        raise ValueError("longitude must lie in -180..360 and latitude in -90..90 degrees: are the columns swapped?")
    reference = longitude[0]
    east_of = (longitude - reference + 180.0) % 360.0 - 180.0
    mean = (reference + east_of.mean() + 180.0) % 360.0 - 180.0
    return LocalFrame(float(np.round(mean, 6)), float(np.round(latitude.mean(), 6)))


def rectangular(model: SlipModel, format_name: str) -> list[tuple[RectangularSegment, slice]]:
    """The model's segments with their slices, refused where one is not made of rectangles."""
    parts = []
    for segment, where in zip(model.fault.segments, model.fault.slices.values()):
        if not isinstance(segment, RectangularSegment):
            raise FormatError(f"segment {segment.name!r} is no rectangular one: {format_name} holds rectangles only")
        parts.append((segment, where))
    return parts


def required_frame(model: SlipModel, format_name: str) -> LocalFrame:
    """The model's frame, refused where it has none."""
    if model.frame is None:
        raise FormatError(
            f"the model has no frame and so no longitude and latitude, which {format_name} needs: "
            "give SlipModel a LocalFrame"
        )
    return model.frame


def refuse_opening(model: SlipModel, format_name: str) -> None:
    """Refuse a model with opening where the format has slip and rake only."""
    largest = float(np.abs(model.slip[:, 2]).max())
    if largest > 0.0:
        raise FormatError(
            f"the model opens by up to {largest:g} m: {format_name} holds shear slip only; use csv or geojson"
        )


def grouped(names: list[str]) -> dict[str, list[int]]:
    """Row numbers by segment name, in the order in which the names first appear."""
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        groups.setdefault(name, []).append(index)
    return groups


def fault_of_groups(
    groups: dict[str, list[int]],
    rectangles: np.ndarray,
    row: np.ndarray | None = None,
    column: np.ndarray | None = None,
    *,
    corners: np.ndarray | None = None,
) -> tuple[Fault, np.ndarray]:
    """A fault with a segment per group, and the order (n,) in which it takes the table's rows.

    `row` and `column` (n,) hold -1 where they are not known; a segment gets them when it knows all of its own.
    `corners` (n, 3, 3) holds the vertices of triangles, NaN where a patch is a rectangle.

    Raises
    ------
    ValueError
        If a group mixes rectangles and triangles, or its patches make no segment.
    """
    segments: list[FaultSegment] = []
    for name, members in groups.items():
        if corners is not None and not np.isnan(corners[members]).all():
            if np.isnan(corners[members]).any():
                raise ValueError(f"segment {name!r} mixes rectangles and triangles: give each kind its own segment")
            soup = corners[members].reshape(-1, 3)
            segments.append(TriangularSegment(name, soup, np.arange(len(soup)).reshape(-1, 3)))
            continue
        known = (
            row is not None and column is not None and bool(np.all(row[members] >= 0) and np.all(column[members] >= 0))
        )
        grid = (row[members], column[members]) if known and row is not None and column is not None else (None, None)
        segments.append(RectangularSegment(name, rectangles[members], *grid))
    order = np.array([index for members in groups.values() for index in members], dtype=np.int64)
    return Fault(tuple(segments)), order


class Placing(NamedTuple):
    """What a file leaves to its reader: the frame (None where neither side gives one), rigidity (Pa) and a name."""

    frame: LocalFrame | None
    rigidity: float
    name: str


def placing_of(text: str, source: str, *, frame: LocalFrame | None, rigidity: float | None) -> Placing:
    """Frame and rigidity as the caller says, else as geoslip's own writers noted in comments, and the file's name.

    Raises
    ------
    FormatError
        If a note holds other than its numbers.
    """
    origin, stated = tagged(text, "origin_lon_lat", 2, source), tagged(text, "rigidity_pa", 1, source)
    return Placing(
        frame or (LocalFrame(*origin) if origin else None),
        rigidity or (stated[0] if stated else DEFAULT_RIGIDITY),
        title(source),
    )


def title(source: str, otherwise: str = "") -> str:
    """A model's name from its file's; `otherwise` for text that came from no file."""
    return PurePath(source).stem if source != "text" else otherwise


def tagged(text: str, tag: str, count: int, source: str) -> list[float] | None:
    """Numbers after a comment "# tag =", if the file has it."""
    found = re.search(rf"^#\s*{tag}\s*=(.*)$", text, flags=re.MULTILINE)
    if not found:
        return None
    tokens = found.group(1).split()
    if len(tokens) != count:
        raise FormatError(f"{tag} has {len(tokens)} values, must have {count}", source=source)
    return [number(token, tag, source=source) for token in tokens]
