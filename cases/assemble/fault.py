"""From the ``faults:`` block to segments of patches in the local frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geoslip.cases.assemble.places import place_in_frame
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.fault import DRAWN, FaultEntry
from geoslip.cases.casefile.mesh import Junction
from geoslip.cases.errors import CaseError
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.meshing.sizes import EdgeLength
from geoslip.faults.patches import cut_growing, cut_rows, cut_uniform
from geoslip.faults.plane import Plane
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.segment import RectangularSegment

MOST_PATCHES = 20_000
"""A fault of more patches is taken for a slip of the unit of their size: its matrices would not fit into memory."""


def build_plane(entry: FaultEntry, frame: LocalFrame) -> Plane:
    """Make one segment's plane in the local frame.

    Strikes of the case file count from true north at the segment; in the frame they differ by the convergence of
    the meridians there.

    Parameters
    ----------
    entry : FaultEntry
        Validated entry.
    frame : LocalFrame
        The case's frame.

    Returns
    -------
    Plane

    Raises
    ------
    ValueError
        If the plane reaches above ground or has no extent.
    """
    reference = entry.reference
    assert entry.dip is not None
    top_depth = entry.top_depth or 0.0
    width = _width(entry, top_depth)
    if reference == "trace" and entry.trace is not None:
        points = [place_in_frame(place, frame) for place in entry.trace]
        return Plane.from_trace(points, dip=entry.dip, width=width, top_depth=top_depth)
    if reference == "corners" and entry.corners is not None:
        start, end = (np.array(place_in_frame(place, frame)) for place in entry.corners)
        along = end - start
        strike = math.degrees(math.atan2(along[0], along[1])) % 360.0
        length = float(np.hypot(*along))
        middle = 0.5 * (start + end)
        return Plane.from_top_centre(middle, strike=strike, dip=entry.dip, length=length, width=width, depth=top_depth)
    east, north = place_in_frame(getattr(entry, reference), frame)
    longitude, latitude = frame.to_geographic(east, north)
    assert entry.strike is not None and entry.length is not None
    strike = (entry.strike - float(frame.meridian_convergence(longitude, latitude))) % 360.0
    make = {
        "centre": Plane.from_centre,
        "top_centre": Plane.from_top_centre,
        "top_corner": Plane.from_top_corner,
    }[reference]
    depth = entry.depth if reference == "centre" else top_depth
    return make((east, north), strike=strike, dip=entry.dip, length=entry.length, width=width, depth=depth or 0.0)


def _width(entry: FaultEntry, top_depth: float) -> float:
    if entry.width is not None:
        return entry.width
    assert entry.bottom_depth is not None
    top = top_depth if entry.depth is None else entry.depth
    assert entry.dip is not None
    sine = math.sin(math.radians(entry.dip))
    if sine < 1e-6:
        raise ValueError("a horizontal plane has no bottom_depth: give its width instead")
    height = entry.bottom_depth - top
    if height <= 0.0:
        raise ValueError(f"bottom_depth {entry.bottom_depth:g} m lies above the segment's own depth {top:g} m")
    return height / sine * (2.0 if entry.depth is not None else 1.0)


def cut_plane(plane: Plane, entry: FaultEntry) -> RectangularSegment:
    """Cut a plane into the patches that its entry asks for."""
    wanted = entry.patches
    assert wanted is not None
    if wanted.growth > 1.0:
        assert wanted.length is not None
        return cut_growing(
            plane, entry.name, patch_length=wanted.length, patch_width=wanted.width, growth=wanted.growth
        )
    columns = wanted.along or max(1, round(plane.length / (wanted.length or plane.length)))
    width = wanted.width or wanted.length or plane.length / columns
    rows = wanted.down or max(1, round(plane.width / width))
    if columns * rows > MOST_PATCHES:
        raise ValueError(
            f"{columns} x {rows} patches are more than {MOST_PATCHES}: make them larger, or check their unit"
        )
    if wanted.along or wanted.down:
        return cut_rows(plane, entry.name, widths=np.full(rows, plane.width / rows), columns=np.full(rows, columns))
    return cut_uniform(plane, entry.name, patch_length=wanted.length, patch_width=wanted.width)


def build_segment(
    entry: FaultEntry, frame: LocalFrame, *, roots: Sequence[Path] = (), resolved: EdgeLength | None = None
) -> FaultSegment:
    """Make one segment: a plane cut into rectangles, a mesh made here or a mesh read from a file.

    Parameters
    ----------
    entry : FaultEntry
    frame : LocalFrame
    roots : sequence of Path
        Folders for the relative names of mesh files.
    resolved : callable, optional
        Edge length by what the data resolve, for a mesh that asks for it.

    Raises
    ------
    ValueError
        What the entry asks for cannot be made.
    """
    if entry.mesh is None:
        return cut_plane(build_plane(entry, frame), entry)
    from geoslip.cases.assemble.mesh import make_meshes, read_mesh

    if entry.mesh.file is not None:
        return read_mesh(entry, frame, roots=roots)
    return make_meshes([entry], [_plane_of_mesh(entry, frame)], frame, roots=roots, resolved=resolved)[0]


def _plane_of_mesh(entry: FaultEntry, frame: LocalFrame) -> Plane | None:
    return None if entry.reference in ("trace", *DRAWN) else build_plane(entry, frame)


def build_segments(
    entries: Sequence[FaultEntry],
    frame: LocalFrame,
    *,
    junctions: Sequence[Junction] = (),
    roots: Sequence[Path] = (),
    resolved: EdgeLength | None = None,
) -> tuple[tuple[FaultSegment, ...], list[tuple[int, str]]]:
    """Make segments, those that meet together; with the number and the fault of each entry that cannot be made."""
    meeting = {name for junction in junctions for name in junction.between}
    made: dict[str, FaultSegment] = {}
    wrong: list[tuple[int, str]] = []
    for index, entry in enumerate(entries):
        if entry.name not in meeting:
            try:
                made[entry.name] = build_segment(entry, frame, roots=roots, resolved=resolved)
            except ValueError as error:
                wrong.append((index, f"segment '{entry.name}': {error}"))
    together = [entry for entry in entries if entry.name in meeting]
    if together:
        from geoslip.cases.assemble.mesh import make_meshes

        try:
            planes = [_plane_of_mesh(entry, frame) for entry in together]
            meshes = make_meshes(together, planes, frame, junctions=junctions, roots=roots, resolved=resolved)
            made |= {part.name: part for part in meshes}
        except ValueError as error:
            wrong.append((entries.index(together[0]), f"segments that meet: {error}"))
    return tuple(made[entry.name] for entry in entries if entry.name in made), wrong


def build_fault(
    case: Case, frame: LocalFrame, *, roots: Sequence[Path] = (), resolved: EdgeLength | None = None
) -> Fault:
    """Make the case's fault; every segment that cannot be made is named.

    Parameters
    ----------
    case : Case
    frame : LocalFrame
    roots : sequence of Path
        Folders for the relative names of mesh files.
    resolved : callable, optional
        Edge length by what the data resolve, for meshes that ask for it.

    Raises
    ------
    CaseError
        With one mistake a segment.
    """
    segments, wrong = build_segments(case.faults, frame, junctions=case.junctions, roots=roots, resolved=resolved)
    if wrong:
        raise CaseError([case.mistake(("faults", index), rule) for index, rule in wrong])
    return Fault(segments)
