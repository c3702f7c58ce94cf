"""From the coordinates of a mesh file to the local frame: what the file and the caller say, and what is asked."""

import re
from dataclasses import replace

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geoslip.faults.formats.common import middle_frame, number
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.triangles import Surface, metres_per_unit, model_of_surfaces
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.slip import SlipModel

#: coordinates further than this from a frame's origin are those of a map projection, m
_MAP = 2e6


def about(model: SlipModel) -> list[str]:
    """Lines "key = value" that say where a model's frame is and how stiff its ground.

    Raises
    ------
    FormatError
        If the rigidity varies, which mesh files have no place for.
    """
    if np.ndim(model.rigidity) != 0:
        raise FormatError("the rigidity varies: mesh files hold one for all patches; use csv or geojson")
    lines = []
    if model.frame is not None:
        lines.append(f"origin_lon_lat = {model.frame.longitude!r} {model.frame.latitude!r}")
    return [*lines, f"rigidity_pa = {model.rigidity!r}"]


def placed_model(
    surfaces: list[Surface],
    text: str,
    *,
    source: str,
    frame: LocalFrame | None,
    rigidity: float | None,
    unit: str | None,
    crs: str | None,
    repair: bool,
    name: str,
) -> SlipModel:
    """A slip model from surfaces in the axes of a file (x east, y north, z up), as its text and the caller say.

    Parameters
    ----------
    surfaces : list of Surface
    text, source : str
        The file; `about`'s lines in it are obeyed.
    frame : LocalFrame, optional
        Frame of the model; without `crs`, the one the file's coordinates are counted in.
    rigidity : float, optional
        Pa.
    unit : str, optional
        'm' or 'km', where the file does not say.
    crs : str, optional
        Map projection of the file's coordinates ("EPSG:32645").
    repair : bool
        Turn flipped triangles round and leave degenerate and duplicate ones out.
    name : str
        Of the model.

    Raises
    ------
    FormatError
        If units or coordinates cannot be told, or the triangles make no fault.
    """
    origin, stiffness = _stated(text, "origin_lon_lat", 2, source), _stated(text, "rigidity_pa", 1, source)
    notes: tuple[str, ...] = ()
    whole = np.concatenate([surface.vertices for surface in surfaces])
    starts = np.cumsum([0] + [len(surface.vertices) for surface in surfaces])
    corners = np.concatenate([s.triangles + start for s, start in zip(surfaces, starts)])
    if corners.min() < 0 or corners.max() >= len(whole):
        raise FormatError(f"a triangle names a vertex outside the file's {len(whole)}", source=source)
    scale, more = (1.0, ()) if origin and unit is None else metres_per_unit(whole, corners, unit, source=source)
    notes += more
    if scale != 1.0:
        surfaces = [replace(surface, vertices=surface.vertices * scale) for surface in surfaces]
        whole = whole * scale
    with naming(source):
        if crs is not None:
            surfaces, frame = _projected(surfaces, whole, crs, frame)
        elif origin:
            frame, own = frame or LocalFrame(*origin), LocalFrame(*origin)
            if own != frame:
                surfaces = [replace(s, vertices=_moved(s.vertices, own, frame)) for s in surfaces]
        elif np.abs(whole[:, :2]).max() > _MAP:
            raise FormatError(
                f"coordinates reach {np.abs(whole[:, :2]).max():.7g} m, as those of a map projection: say which with "
                "crs='EPSG:...'",
                source=source,
            )
        return model_of_surfaces(
            surfaces,
            source=source,
            frame=frame,
            rigidity=rigidity or (stiffness[0] if stiffness else DEFAULT_RIGIDITY),
            name=name,
            notes=notes,
            repair=repair,
        )


def _moved(points: np.ndarray, own: LocalFrame, frame: LocalFrame) -> np.ndarray:
    return np.column_stack([*frame.to_local(*own.to_geographic(points[:, 0], points[:, 1])), points[:, 2]])


def _projected(
    surfaces: list[Surface], whole: np.ndarray, crs: str, frame: LocalFrame | None
) -> tuple[list[Surface], LocalFrame]:
    """Surfaces from a map projection to a frame, around their middle unless given."""
    try:
        turned = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
    except CRSError as error:
        raise ValueError(f"crs {crs!r} is no coordinate system: write it as 'EPSG:32645'") from error
    frame = frame or middle_frame(*turned.transform(whole[:, 0], whole[:, 1]))
    placed = []
    for surface in surfaces:
        east, north = frame.to_local(*turned.transform(surface.vertices[:, 0], surface.vertices[:, 1]))
        placed.append(replace(surface, vertices=np.column_stack([east, north, surface.vertices[:, 2]])))
    return placed, frame


def _stated(text: str, key: str, count: int, source: str) -> list[float] | None:
    found = re.search(rf"\b{key}\s*[=:]\s*([^;\n]*)", text)
    if not found:
        return None
    tokens = found.group(1).split()
    if len(tokens) != count:
        raise FormatError(f"{key} has {len(tokens)} values, must have {count}", source=source)
    return [number(token, key, source=source) for token in tokens]
