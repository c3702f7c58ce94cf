"""What follows from a decomposed field: strain and rotation of the ground, offsets along ruptures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.casefile.decompose import Profile
from geoslip.cases.errors import CaseError
from geoslip.downsample import Scene
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import offset_profile, strain_model

if TYPE_CHECKING:
    from geoslip.cases.decompose.components import ThreeComponents

COMPONENTS = ("east", "north", "up")
_LEAST_SIGMA = 1e-6
"""Metres: a component that is held has no error of its own, and a window needs one."""


def traces_of(fault: Fault, frame: LocalFrame) -> list[NDArray[np.float64]]:
    """Give longitude and latitude of every upper edge of the faults (2, 2)."""
    return [np.column_stack(frame.to_geographic(edge[:, 0], edge[:, 1])) for edge in fault.trace]


def with_strain(result: ThreeComponents, fault: Fault) -> ThreeComponents:
    """Add the gradient of the components that the case's ``strain:`` block asks for.

    Raises
    ------
    CaseError
        If the block gives no window and the decomposition has none, or no window can be filled.
    """
    case = result.case
    if case.strain is None or (case.strain.window is None and result.gradient is not None):
        return result
    if case.strain.window is None:
        rule = "strain of a pixelwise decomposition needs a window, the radius of the planes fitted, such as '1 km'"
        raise CaseError(case.mistake(("strain",), rule))
    grid = result.grid
    fields, sigmas = [], []
    for number, name in enumerate(COMPONENTS):
        direction = np.eye(3)[number]
        fields.append(
            Scene(
                name=name, values=result.values[number], x=grid.x, y=grid.y, look=direction, crs=grid.crs, kind="offset"
            )
        )
        sigmas.append(max(float(np.nanmean(result.sigma[number])), _LEAST_SIGMA))
    try:
        found = strain_model(
            fields, sigmas, radius=case.strain.window, traces=traces_of(fault, result.frame), frame=result.frame
        )
    except ValueError as error:
        raise CaseError(case.mistake(("strain",), str(error))) from error
    return replace(result, gradient=found)


def with_profiles(result: ThreeComponents, fault: Fault) -> ThreeComponents:
    """Add the offsets along the ruptures that the case's ``profile:`` block names.

    Raises
    ------
    CaseError
        If a fault is not there, or a rupture misses the field; with one mistake a profile.
    """
    case, grid, frame = result.case, result.grid, result.frame
    if not case.profile:
        return result
    rows, columns = np.nonzero(np.isfinite(result.values).all(axis=0))
    longitude, latitude = grid.geographic(grid.x[columns], grid.y[rows], frame=frame)
    points = np.column_stack(frame.to_local(longitude, latitude))
    motion = frame.rotate_to_frame(result.values[:, rows, columns].T.astype(float), longitude, latitude)
    sigma = [float(np.nanmedian(part)) for part in result.sigma]
    found, mistakes = [], []
    for index, entry in enumerate(case.profile):
        try:
            profile = offset_profile(
                points,
                motion,
                rupture_line(entry, fault, frame),
                spacing=entry.spacing,
                width=entry.width or entry.spacing,
                gap=entry.gap,
                reach=entry.reach,
                sigma=sigma,
            )
        except ValueError as error:
            mistakes.append(case.mistake(("profile", index), f"profile '{entry.name}': {error}"))
            continue
        found.append((entry, profile))
    if mistakes:
        raise CaseError(mistakes)
    return replace(result, profiles=tuple(found))


def rupture_line(entry: Profile, fault: Fault, frame: LocalFrame) -> NDArray[np.float64]:
    """Give east and north (k, 2) of a profile's rupture, each fault turned so that it goes on from the one before.

    Raises
    ------
    ValueError
        If no fault has a name given.
    """
    if entry.line:
        return np.column_stack(frame.to_local(*np.array(entry.line).T))
    known = [segment.name for segment in fault.segments]
    lines: list[NDArray[np.float64]] = []
    for name in entry.faults:
        if name not in known:
            raise ValueError(f"no fault is called '{name}'; there are {', '.join(known)}")
        edges = fault.segment(name).trace[:, :, :2]
        line = np.concatenate([edges[:, 0], edges[-1:, 1]])
        if lines and np.hypot(*(line[-1] - lines[-1][-1])) < np.hypot(*(line[0] - lines[-1][-1])):
            line = line[::-1]
        lines.append(line)
    joined = np.concatenate(lines)
    return joined[np.concatenate([[True], np.hypot(*np.diff(joined, axis=0).T) > 1.0])]
