"""From a ``faults:`` entry with a mesh to a segment of triangles in the local frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.cases.assemble.places import place_in_frame
from geoslip.cases.casefile.base import Place
from geoslip.cases.casefile.fault import FaultEntry
from geoslip.cases.casefile.mesh import DepthGrid, DipPiece, DipSection, Hypocentres, Junction, Mesh
from geoslip.cases.library.find import resolve
from geoslip.downsample.readers._table import read_table
from geoslip.faults.formats import read_slip_model
from geoslip.faults.formats.depth_grid import read_depth_grid
from geoslip.faults.frame import LocalFrame
from geoslip.faults.meshing import (
    DipProfile,
    Surface,
    fit_hypocentres,
    graded,
    mesh_surface,
    mesh_surfaces,
    surface_from_contours,
    surface_from_grid,
    surface_from_trace,
)
from geoslip.faults.meshing.sizes import EdgeLength
from geoslip.faults.patches import cut_rows
from geoslip.faults.plane import Plane
from geoslip.faults.triangular import TriangularSegment

FLAT = 1e-6
"""Sine of the dip below which a piece of a profile never gets deeper."""


def read_mesh(entry: FaultEntry, frame: LocalFrame, *, roots: Sequence[Path]) -> TriangularSegment:
    """Read the mesh that an entry names.

    Parameters
    ----------
    entry : FaultEntry
        With ``mesh: {file: ...}``.
    frame : LocalFrame
        Where the file has longitudes and latitudes, its vertices are put into this frame.
    roots : sequence of Path
        Folders for relative names of files.

    Raises
    ------
    ValueError
        A file that is not there, is no mesh, or holds several surfaces or rectangles.
    """
    mesh = entry.mesh
    assert mesh is not None and mesh.file is not None
    path = resolve(mesh.file, roots)
    if not path.is_file():
        raise ValueError(f"the file '{mesh.file}' of its mesh is not there: give the folder that holds it with --data")
    options: dict[str, Any] = {"repair": True} if mesh.repair else {}
    options |= {key: value for key in ("unit", "crs") if (value := getattr(mesh, key)) is not None}
    model = read_slip_model(path, format=mesh.format, frame=frame, **options)
    segments = model.fault.segments
    if len(segments) != 1 or not isinstance(segments[0], TriangularSegment):
        names = ", ".join(segment.name for segment in segments)
        raise ValueError(f"{path.name} holds {names}: a mesh is one surface of triangles; split the file")
    return segments[0].renamed(entry.name)


def make_meshes(
    entries: Sequence[FaultEntry],
    planes: Sequence[Plane | None],
    frame: LocalFrame,
    *,
    junctions: Sequence[Junction] = (),
    roots: Sequence[Path] = (),
    resolved: EdgeLength | None = None,
) -> tuple[TriangularSegment, ...]:
    """Make meshes that entries describe, with shared vertices where they meet.

    Parameters
    ----------
    entries : sequence of FaultEntry
        With ``mesh: {edge: ...}``; if they meet, all with the same edges.
    planes : sequence of Plane or None
        The plane of each entry; None below a trace or between contours.
    frame : LocalFrame
        The case's frame.
    junctions : sequence of Junction
        Which of them meet.
    roots : sequence of Path
        Folders for the relative names of grids.
    resolved : callable, optional
        What the data resolve, for entries that ask for it; without it their edges are between the two that they give.

    Raises
    ------
    ValueError
        Traces or contours that cross, a surface that folds or reaches above ground, surfaces that do not meet, or
        edges that differ between surfaces that do.
    """
    made = [make_surface(entry, frame, plane=plane, roots=roots) for entry, plane in zip(entries, planes)]
    surfaces = {entry.name: surface for entry, (surface, _) in zip(entries, made)}
    notes = {entry.name: said for entry, (_, said) in zip(entries, made)}
    sizes = {_sizes(entry) for entry in entries}
    if len(sizes) > 1:
        said = "; ".join(f"{entry.name}: {_mesh(entry).edge:g} m" for entry in entries)
        raise ValueError(f"segments that meet share their vertices, so their meshes need the same edges, here {said}")
    length = _edge_length(_mesh(entries[0]), resolved)
    if len(surfaces) == 1:
        return tuple(mesh_surface(surfaces[name], name, edge=length).noted(notes[name]) for name in surfaces)
    blends = [junction.blend for junction in junctions if junction.blend is not None]
    pairs = [junction.between for junction in junctions]
    fault = mesh_surfaces(surfaces, edge=length, junctions=pairs, blend=max(blends) if blends else None)
    return tuple(part.noted(notes[part.name]) for part in fault.segments if isinstance(part, TriangularSegment))


def make_surface(
    entry: FaultEntry, frame: LocalFrame, *, plane: Plane | None, roots: Sequence[Path] = ()
) -> tuple[Surface, tuple[str, ...]]:
    """Give the surface of an entry and notes on it: its plane, below its trace, or through what draws it.

    Raises
    ------
    ValueError
        A trace or contours that cross, a surface that folds or reaches above ground, hypocentres that make none.
    """
    if plane is not None:
        whole = cut_rows(plane, entry.name, widths=np.array([plane.width]), columns=np.array([1]))
        return Surface(whole.outlines[0][[[0, 1], [3, 2]]]), ()
    if entry.contours is not None:
        lines = [(line.depth, _in_frame(line.line, frame)) for line in entry.contours]
        return surface_from_contours(lines), ()
    if entry.depth_grid is not None:
        return _gridded(entry.depth_grid, frame, roots), ()
    if entry.hypocentres is not None:
        return _fitted(entry.hypocentres, frame, roots)
    assert entry.trace is not None
    return surface_from_trace(_in_frame(entry.trace, frame), _profiles(entry)), ()


def _fitted(wanted: Hypocentres, frame: LocalFrame, roots: Sequence[Path]) -> tuple[Surface, tuple[str, ...]]:
    """The surface through hypocentres, with a note on how well they fix it."""
    path = resolve(wanted.file, roots)
    if not path.is_file():
        raise ValueError(f"the hypocentres '{wanted.file}' are not there: give the folder that holds them with --data")
    table = read_table(path, columns=wanted.columns)
    longitude, latitude, depth = (table.numbers(name) for name in ("longitude", "latitude", "depth"))
    east, north = frame.to_local(longitude, latitude)
    fit = fit_hypocentres(
        np.column_stack([east, north, -depth * {"m": 1.0, "km": 1e3}[wanted.unit]]), degree=wanted.degree
    )
    note = (
        f"through {len(depth)} hypocentres, which scatter by {fit.scatter:.0f} m about it: the plane's strike "
        f"{fit.plane.strike:.1f} (standard deviation {fit.strike_sd:.1f}), dip {fit.plane.dip:.1f} "
        f"({fit.dip_sd:.1f}) degrees, place {fit.offset_sd:.0f} m"
    )
    return fit.surface, (note,)


def _gridded(grid: DepthGrid, frame: LocalFrame, roots: Sequence[Path]) -> Surface:
    path = resolve(grid.file, roots)
    if not path.is_file():
        raise ValueError(f"the depth grid '{grid.file}' is not there: give the folder that holds it with --data")
    longitude, latitude, up = read_depth_grid(path, crs=grid.crs, unit=grid.unit)
    east, north = frame.to_local(longitude, latitude)
    return surface_from_grid(east, north, up, depths=grid.depths)


def _in_frame(places: Sequence[Place], frame: LocalFrame) -> np.ndarray:
    return np.array([place_in_frame(place, frame) for place in places])


def _mesh(entry: FaultEntry) -> Mesh:
    assert entry.mesh is not None
    return entry.mesh


def _sizes(entry: FaultEntry) -> tuple[float, float, float, str]:
    mesh = _mesh(entry)
    assert mesh.edge is not None
    return mesh.edge, mesh.growth, mesh.largest or np.inf, mesh.by


def _edge_length(mesh: Mesh, resolved: EdgeLength | None) -> EdgeLength:
    """The wanted length of edges at points: by depth, or by what the data resolve where that is known already."""
    assert mesh.edge is not None
    if mesh.by == "depth":
        return graded(mesh.edge, growth=mesh.growth, largest=mesh.largest or np.inf)
    shortest, longest = mesh.edge, mesh.largest
    assert longest is not None
    if resolved is None:
        return graded(float(np.sqrt(shortest * longest)))
    return lambda points: np.clip(resolved(points), shortest, longest)


def _profiles(entry: FaultEntry) -> DipProfile | list[tuple[float, DipProfile]]:
    top = entry.top_depth or 0.0
    if entry.profiles is not None:
        return [(section.at, _section(section, top)) for section in entry.profiles]
    if entry.profile is not None or entry.listric is not None:
        return _section(entry, top)
    assert entry.dip is not None
    return DipProfile.constant(entry.dip, width=entry.width, bottom_depth=entry.bottom_depth, top_depth=top)


def _section(shape: FaultEntry | DipSection, top_depth: float) -> DipProfile:
    if shape.listric is not None:
        return DipProfile.varying([point.depth for point in shape.listric], [point.dip for point in shape.listric])
    assert shape.profile is not None
    return _profile(shape.profile, top_depth)


def _profile(pieces: Sequence[DipPiece], top_depth: float) -> DipProfile:
    """The section of straight pieces; where one goes to a depth, its width follows."""
    widths, depth = [], top_depth
    for piece in pieces:
        sine = float(np.sin(np.deg2rad(piece.dip)))
        if piece.width is None:
            assert piece.to is not None
            if sine < FLAT:
                raise ValueError("a flat piece of the profile goes to no depth: give its width")
            if piece.to <= depth:
                raise ValueError(f"a piece of the profile goes to {piece.to:g} m, above its own top at {depth:g} m")
            widths.append((piece.to - depth) / sine)
            depth = piece.to
        else:
            widths.append(piece.width)
            depth += piece.width * sine
    return DipProfile.steps([piece.dip for piece in pieces], widths=widths, top_depth=top_depth)
