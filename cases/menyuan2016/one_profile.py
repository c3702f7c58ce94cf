"""The thrust of 2016 and the strike slip of 2022 on one profile across the Lenglongling fault, from their twins.

    python -m geoslip.cases.menyuan2016.one_profile --out FOLDER --picture docs/menyuan2016_profile.png

Both twins are inverted as their case files say, without what those ask of uncertainty. The profile runs along the
normal to the Lenglongling fault, through the epicentre of 2022; every row of patches is drawn where it lies on it, in
the colour of its mean slip over the event's largest, and both mechanisms as seen from the profile's side.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from geoslip.cases.batch.projected import OnSection, project_seismicity
from geoslip.cases.batch.seismic import Seismicity
from geoslip.cases.casefile.posterior import Posterior
from geoslip.cases.casefile.read import read_case
from geoslip.cases.casefile.trust import Uncertainty
from geoslip.cases.figures import style
from geoslip.cases.figures.beachball import fill_beachball
from geoslip.cases.figures.maps import place_axes
from geoslip.cases.library.find import find_case
from geoslip.cases.output.results import write_json
from geoslip.cases.pipeline.study import run_case
from geoslip.faults import LocalFrame, RectangularSegment, SlipModel

EVENTS = {"2022": "embedded", "2016": "menyuan2016"}
STRIKE = 106.0
"""Degrees, of the Lenglongling fault."""
MIDDLE = (101.26, 37.77)
"""The epicentre of 2022, degrees."""
HALF, WITHIN, DEEPEST = 20e3, 60e3, 20.0
"""m to either side, m along the fault that count, km drawn."""


def answer(name: str) -> SlipModel:
    """The slip of a twin."""
    case = read_case(find_case(name))
    return run_case(case.model_copy(update={"uncertainty": Uncertainty(), "posterior": Posterior()})).model


def ends() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """South-western and north-eastern end of the profile, m east and north of its middle."""
    across = np.deg2rad(STRIKE - 90.0)
    way = HALF * np.array([np.sin(across), np.cos(across)])
    return -way, way


def projected(models: dict[str, SlipModel], frame: LocalFrame) -> OnSection:
    """Centroids and mechanisms of the events on the profile."""
    places, tensors = [], []
    for model in models.values():
        assert model.frame is not None
        east, north, up = np.asarray(model.centroid)
        longitude, latitude = model.frame.to_geographic(east, north)
        places.append([float(longitude), float(latitude), -up])
        tensors.append(model.moment_tensor)
    events = Seismicity(np.array(places), np.array([model.mw for model in models.values()]), np.array(tensors))
    return project_seismicity(events, *ends(), frame=frame, within=WITHIN)


def rows_of(model: SlipModel, frame: LocalFrame) -> list[tuple[NDArray[np.float64], float]]:
    """Across the profile and depth (2, 2) of each row's upper and lower edge, m, and its mean slip, m."""
    assert model.frame is not None
    start, end = ends()
    along = (end - start) / np.hypot(*(end - start))
    found = []
    for segment in model.fault.segments:
        assert isinstance(segment, RectangularSegment) and segment.row is not None
        sizes = model.magnitude[model.fault.slices[segment.name]]
        for row in np.unique(segment.row):
            here = segment.row == row
            corners = segment.outlines[here].reshape(-1, 4, 3)
            edges = np.stack([corners[:, :2].mean(axis=(0, 1)), corners[:, 2:].mean(axis=(0, 1))])
            east, north = frame.to_local(*model.frame.to_geographic(edges[:, 0], edges[:, 1]))
            across = (np.column_stack([east, north]) - start) @ along
            mean = float(np.average(sizes[here], weights=segment.areas[here]))
            found.append((np.column_stack([across, -edges[:, 2]]), mean))
    return found


def figures(models: dict[str, SlipModel], frame: LocalFrame) -> dict[str, Any]:
    """What `published.yml` holds: how far apart the events are, and rake and depth of each."""
    centroids = {}
    for name, model in models.items():
        assert model.frame is not None
        east, north, up = np.asarray(model.centroid)
        centroids[name] = np.array([*frame.to_local(*model.frame.to_geographic(east, north)), up], dtype=float)
    told: dict[str, Any] = {"apart_km": 1e-3 * float(np.hypot(*(centroids["2022"] - centroids["2016"])[:2]))}
    for name, model in models.items():
        edges, _ = max(rows_of(model, frame), key=lambda item: item[1])
        told[name] = {
            "mw": model.mw,
            "rake_deg": model.mean_rake,
            "depth_of_largest_mean_km": 1e-3 * float(edges[:, 1].mean()),
        }
    return told


def table(told: dict[str, Any]) -> str:
    """The table of the page."""
    lines = ["| earthquake | Mw | mean rake (degrees) | depth of the largest mean slip (km) |", "|---|---|---|---|"]
    for name in EVENTS:
        one = told[name]
        lines.append(f"| {name} | {one['mw']:.2f} | {one['rake_deg']:.0f} | {one['depth_of_largest_mean_km']:.1f} |")
    return "\n".join([*lines, "", f"The centroids lie {told['apart_km']:.0f} km apart."])


def picture(models: dict[str, SlipModel], events: OnSection, frame: LocalFrame) -> Figure:
    """Both events on the profile."""
    width = 7.6
    scale = width / (2e-3 * HALF)
    with style.report_style():
        figure = style.new_figure(width + 2.0, DEEPEST * scale + 1.1)
        axes = place_axes(figure, left=0.7, top=0.35, width=width, height=DEEPEST * scale)
        norm = Normalize(0.0, 1.0)
        for number, (name, model) in enumerate(models.items()):
            rows = rows_of(model, frame)
            most = max(mean for _, mean in rows)
            for edges, mean in rows:
                axes.plot(*(1e-3 * edges.T), color=style.INK, linewidth=9.0, solid_capstyle="butt")
                axes.plot(
                    *(1e-3 * edges.T), color=style.SLIP_MAP(norm(mean / most)), linewidth=7.5, solid_capstyle="butt"
                )
            size, left = 0.75, 0.9 + number * (width - 1.15)
            small = place_axes(figure, left=left, top=0.55, width=size, height=size, zorder=30)
            fill_beachball(small, events.tensors[number], colour=style.INK)
            small.text(0.0, -1.2, f"{name}, Mw {model.mw:.1f}", ha="center", va="top", fontsize=9.0)
        axes.set(xlim=(0.0, 2e-3 * HALF), ylim=(DEEPEST, 0.0))
        axes.set_xlabel("Distance across the Lenglongling fault, south-west to north-east (km)")
        axes.set_ylabel("Depth (km)")
        bar = place_axes(figure, left=width + 0.85, top=0.35, width=0.14, height=2.4)
        style.colour_bar(figure, bar, cmap=style.SLIP_MAP, norm=norm, label="Mean slip over the largest of its event")
    return figure


def main() -> None:
    """Invert both, write table, figures and picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, help="folder of the table, the picture and summary.json")
    parser.add_argument("--data", type=Path, help="not needed: the data are made here")
    parser.add_argument("--picture", type=Path, help="in docs/")
    options = parser.parse_args()
    frame = LocalFrame(*MIDDLE)
    models = {name: answer(study) for name, study in EVENTS.items()}
    told = figures(models, frame)
    print(table(told))
    if options.picture is not None:
        picture(models, projected(models, frame), frame).savefig(options.picture, dpi=130)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "profile.md").write_text(table(told) + "\n", encoding="utf-8")
        write_json(options.out / "summary.json", told)


if __name__ == "__main__":
    main()
