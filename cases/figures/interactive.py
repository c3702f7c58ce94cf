"""A slip model to turn with the mouse: one page that needs no network, drawn by plotly (an extra)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import segment_rim
from geoslip.cases.figures.slip_3d import view_azimuth

if TYPE_CHECKING:
    from geoslip.faults import SlipModel

SHADES = 12
"""Steps in which the colour scale is handed on; plotly interpolates between them."""


def page_of_slip(model: SlipModel) -> str:
    """A whole HTML page: patches coloured by slip, the hanging wall's motion, and what lies under the mouse.

    Parameters
    ----------
    model : SlipModel

    Returns
    -------
    str
        About 5 MB, most of it plotly's own script; it grows by about 0.5 kB a patch.

    Raises
    ------
    ModuleNotFoundError
        Without the extra ``interactive``.
    """
    import plotly.graph_objects as go

    figure = go.Figure([_patches(model, go), *_rims(model, go), *_arrows(model, go)])
    figure.update_layout(
        title={"text": f"{model.name or 'Slip'}, Mw {model.mw:.2f}{_said_of_place(model)}"}, scene=_scene(model),
        font={"family": "sans-serif", "color": style.INK}, margin={"l": 0, "r": 0, "t": 50, "b": 0}, showlegend=False,
    )  # fmt: skip
    return str(figure.to_html(include_plotlyjs=True, full_html=True, config={"displaylogo": False, "responsive": True}))


def _scene(model: SlipModel) -> dict[str, Any]:
    """Axes in km of one scale, none shorter than a third of the longest, seen as in the report's picture."""
    corners = 1e-3 * np.concatenate([np.asarray(outline) for outline in model.fault.outlines])
    middle, size = 0.5 * (corners.min(axis=0) + corners.max(axis=0)), np.ptp(corners, axis=0)
    half = 0.55 * np.maximum(size, size.max() / 3.0)
    lowest, highest = middle - half, middle + half
    lowest[2], highest[2] = min(lowest[2], -2.0 * half[2]), max(0.0, float(corners[:, 2].max()))
    lengths = highest - lowest
    ratio = 1.5 * lengths / lengths.max()
    azimuth = np.radians(view_azimuth(model))
    scene: dict[str, Any] = {
        "aspectmode": "manual",
        "aspectratio": dict(zip("xyz", ratio.tolist(), strict=True)),
        "camera": {"eye": {"x": 2.1 * np.sin(azimuth), "y": 2.1 * np.cos(azimuth), "z": 1.0}},
    }
    for number, name in enumerate(("East", "North", "Up")):
        scene["xyz"[number] + "axis"] = {
            "title": {"text": f"{name} (km)"}, "range": [float(lowest[number]), float(highest[number])],
            "backgroundcolor": "white", "gridcolor": style.LIGHT, "zerolinecolor": style.GREY,
        }  # fmt: skip
    return scene


def _said_of_place(model: SlipModel) -> str:
    if model.frame is None:
        return ""
    return f"; distances from {model.frame.longitude:.3f}°, {model.frame.latitude:.3f}°"


def _patches(model: SlipModel, go: Any) -> Any:
    """Every patch as a fan of triangles with corners of its own, so that colours and words belong to it alone."""
    outlines = [1e-3 * np.asarray(corners) for corners in model.fault.outlines]
    sides = np.array([len(corners) for corners in outlines])
    first = np.cumsum(sides) - sides
    fans = [start + np.array([[0, k, k + 1] for k in range(1, n - 1)]) for start, n in zip(first, sides, strict=True)]
    triangles = np.concatenate(fans)
    names = np.repeat(model.fault.names, [segment.n_patches for segment in model.fault.segments])
    words = [
        f"{name}<br>slip {size:.2f} m, rake {rake:.0f}°<br>depth {-depth:.1f} km"
        for name, size, rake, depth in zip(
            names, model.magnitude, model.rake, 1e-3 * model.fault.centroids[:, 2], strict=True
        )
    ]
    corners = np.concatenate(outlines)
    shades = [[k / SHADES, _hex(style.SLIP_MAP(k / SHADES))] for k in range(SHADES + 1)]
    return go.Mesh3d(
        x=corners[:, 0], y=corners[:, 1], z=corners[:, 2], i=triangles[:, 0], j=triangles[:, 1], k=triangles[:, 2],
        intensity=np.repeat(model.magnitude, sides - 2), intensitymode="cell", colorscale=shades, cmin=0.0,
        cmax=style.slip_limit(model.magnitude), colorbar={"title": {"text": "Slip (m)"}, "thickness": 14, "len": 0.6},
        hovertext=np.repeat(words, sides), hoverinfo="text", flatshading=True,
        lighting={"ambient": 1.0, "diffuse": 0.0, "specular": 0.0, "fresnel": 0.0},
    )  # fmt: skip


def _hex(colour: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])


def _line(go: Any, points: np.ndarray, *, width: float) -> Any:
    return go.Scatter3d(
        x=points[:, 0], y=points[:, 1], z=points[:, 2], mode="lines", line={"color": style.INK, "width": width},
        hoverinfo="skip",
    )  # fmt: skip


def _rims(model: SlipModel, go: Any) -> list[Any]:
    rims = [segment_rim(segment) for segment in model.fault.segments]
    return [_line(go, 1e-3 * rim, width=3) for rim in rims if rim is not None]


def _arrows(model: SlipModel, go: Any) -> list[Any]:
    """Motion of the hanging wall from the middle of each patch that slips; the longest is 1.6 patches long."""
    fault = model.fault
    motion = model.slip[:, :1] * fault.strike_vectors + model.slip[:, 1:2] * fault.updip_vectors
    length = np.linalg.norm(motion, axis=1)
    moves = length > 0.1 * length.max(initial=1e-9)
    side = 1e-3 * float(np.sqrt(np.median(fault.areas)))
    start = 1e-3 * fault.centroids[moves]
    tip = start + 1.6 * side / length.max(initial=1e-9) * motion[moves]
    gap = np.full_like(start, np.nan)
    towards = motion[moves] / length[moves, None]
    heads = go.Cone(
        x=tip[:, 0], y=tip[:, 1], z=tip[:, 2], u=towards[:, 0], v=towards[:, 1], w=towards[:, 2], anchor="tip",
        sizemode="raw", sizeref=0.35 * side, colorscale=[[0, style.INK], [1, style.INK]], showscale=False,
        hoverinfo="skip",
    )  # fmt: skip
    return [_line(go, np.stack([start, tip, gap], axis=1).reshape(-1, 3), width=2), heads]
