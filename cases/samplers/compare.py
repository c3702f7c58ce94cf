"""All samplers on one scene with known slip, at an equal number of cells, over many draws of noise.

    python cases/samplers/compare.py --draws 100 --page docs/samplers.md

What decides stands in capitals below and was set before the first draw. Slip is made on patches of a third of the
inversion's, so that its grid is not favoured; the noise handed to every inversion is the one that was drawn from, so
that samplers alone differ; each inversion chooses its smoothing by ABIC for itself.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.cells import rough_greens
from geoslip.cases.library.published import keep_figures
from geoslip.cases.output.folder import write_block
from geoslip.cases.pipeline.model_cells import SAME, predicted_field
from geoslip.downsample import (
    Cells,
    NoiseModel,
    Scene,
    cell_observations,
    changed_share,
    curvature_quadtree,
    distance_quadtree,
    distance_to_polylines,
    gradient_quadtree,
    look_vector,
    model_quadtree,
    resolution_quadtree,
    synthetic_noise,
    uniform_cells,
    variance_quadtree,
)
from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, cut_uniform, neighbours
from geoslip.inversion import Constraints, Estimate, Problem, laplacian, strength_curve

FRAME = LocalFrame(22.0, 40.0)
SIDE, SPACING = 200, 250.0
LOOK = look_vector(39.0, -13.0)
PLANE = Plane.from_top_centre((-3e3, 0.0), strike=20.0, dip=50.0, length=24e3, width=15e3, depth=500.0)
PATCH, FINER = 1.5e3, 3
RAKE = 100.0
ASPERITIES = ((-5e3, 5e3, 12e3, 8e3, 1.4), (6e3, 9e3, 8e3, 8e3, 1.0))
"""Along strike from the middle and down the dip (m), full axes (m), peak (m)."""
NOISE = NoiseModel(0.010**2, 6e3, 0.002**2)
CELLS, PASSES, STRENGTHS = 225, 3, 10
"""225, because 15 x 15 squares are a number that uniform cells can have."""
NAMES = ("uniform", "variance", "curvature", "gradient", "distance", "resolution", "resolution, triangles", "model")
Cutter = Callable[[Scene], Cells]


def make_fault(size: float) -> Fault:
    """The plane in patches."""
    return Fault((cut_uniform(PLANE, "plane", patch_length=size, patch_width=size),))


def true_slip(fault: Fault) -> NDArray[np.float64]:
    """Slip (n, 3) at the centroids of patches: peak (1 - r^2)^(3/2) on each ellipse."""
    segment = fault.segments[0]
    away = fault.centroids - PLANE.top_centre
    along, down = away @ segment.strike_vectors[0], -(away @ segment.updip_vectors[0])
    amount = np.zeros(fault.n_patches)
    for x, y, length, width, peak in ASPERITIES:
        r2 = ((along - x) / (0.5 * length)) ** 2 + ((down - y) / (0.5 * width)) ** 2
        amount += peak * np.maximum(1.0 - r2, 0.0) ** 1.5
    rake = np.deg2rad(RAKE)
    return np.column_stack([amount * np.cos(rake), amount * np.sin(rake), 0.0 * amount])


def coarse_truth(fine: Fault, coarse: Fault) -> NDArray[np.float64]:
    """Mean of the fine patches' slip over each patch of the inversion."""
    distance = np.linalg.norm(fine.centroids[:, None] - coarse.centroids[None], axis=2)
    owner, slip = distance.argmin(axis=1), true_slip(fine)
    return np.array([slip[owner == k].mean(axis=0) for k in range(coarse.n_patches)])


class Comparison:
    """The scene, its fault, and a way to cut for every name."""

    def __init__(self) -> None:
        axis = SPACING * (np.arange(SIDE, dtype=float) - 0.5 * (SIDE - 1))
        blank = Scene(name="S", values=np.zeros((SIDE, SIDE)), x=axis, y=-axis, look=LOOK, crs=None)
        self.blank, self.fault, fine = blank, make_fault(PATCH), make_fault(PATCH / FINER)
        self.field = predicted_field(blank, SlipModel(fine, true_slip(fine), frame=FRAME), frame=FRAME, poisson=0.25)
        self.truth = coarse_truth(fine, self.fault)
        self.operator = laplacian(self.fault, neighbours(self.fault), zero_edges={"plane": ("bottom", "sides")})
        self.constraints = Constraints(rake={"plane": (45.0, 135.0)})
        edges = [np.column_stack(FRAME.to_geographic(edge[:, 0], edge[:, 1])) for edge in self.fault.trace]
        greens = rough_greens(self.fault)
        resolving = partial(resolution_quadtree, greens=greens, frame=FRAME, sigma=0.01, damping=1.0, count=CELLS)
        self.cutters: dict[str, Cutter] = {
            "uniform": partial(uniform_cells, count=CELLS),
            "variance": partial(variance_quadtree, count=CELLS),
            "curvature": partial(curvature_quadtree, count=CELLS),
            "gradient": partial(gradient_quadtree, count=CELLS),
            "distance": partial(
                distance_quadtree, distances=distance_to_polylines(blank, edges, frame=FRAME), count=CELLS
            ),
            "resolution": resolving,
            "resolution, triangles": partial(resolving, shape="triangles"),
        }

    def scene(self, draw: int) -> Scene:
        """The scene with the noise of a draw."""
        rng = np.random.default_rng([2021, draw])
        noise = synthetic_noise((SIDE, SIDE), spacing=(SPACING, SPACING), noise=NOISE, rng=rng)
        return Scene(
            name="S", values=self.field + noise, x=self.blank.x, y=self.blank.y, look=LOOK, crs=None
        )  # fmt: skip

    def invert(self, scene: Scene, cells: Cells) -> Estimate:
        """Slip of some cells, its smoothing by ABIC."""
        data = cell_observations(scene, cells, frame=FRAME, noise=NOISE)
        problem = Problem.build((data,), self.fault, nuisance={"S": "plane"})
        curve = strength_curve(problem, self.operator, strengths=STRENGTHS, constraints=self.constraints)
        return curve.choose("abic").estimate

    def answer(self, name: str, scene: Scene) -> tuple[Estimate, Cells]:
        """Slip and cells of a sampler."""
        if name == "model":
            cells = self.cutters["uniform"](scene)
            for _ in range(PASSES):
                model = self.invert(scene, cells).model(frame=FRAME)
                field = predicted_field(scene, model, frame=FRAME, poisson=0.25)
                last, cells = cells, model_quadtree(scene, predicted=field, count=CELLS)
                if changed_share(last, cells) < SAME:
                    break
        else:
            cells = self.cutters[name](scene)
        return self.invert(scene, cells), cells

    def score(self, name: str, draw: int) -> dict[str, float]:
        """Relative error of slip, relative error of moment, cells, and processor seconds of one draw."""
        scene, start = self.scene(draw), time.process_time()
        estimate, cells = self.answer(name, scene)
        seconds = time.process_time() - start
        away = estimate.slip - self.truth
        areas = self.fault.areas
        size = np.sqrt((self.truth**2).sum(axis=1) @ areas)
        moments = [float(np.linalg.norm(slip, axis=1) @ areas) for slip in (estimate.slip, self.truth)]
        return {
            "slip": float(np.sqrt((away**2).sum(axis=1) @ areas) / size),
            "moment": moments[0] / moments[1] - 1.0,
            "cells": float(cells.n),
            "seconds": seconds,
        }


def table(scores: dict[str, list[dict[str, float]]]) -> list[str]:
    """Rows of the page, the least error of slip first; differences to it are taken draw by draw."""
    slips = {name: np.array([entry["slip"] for entry in found]) for name, found in scores.items()}
    order = sorted(slips, key=lambda name: float(slips[name].mean()))
    head = (
        "| rank | sampler | cells | error of slip | more than the first | bias of moment | scatter of moment"
        " | processor seconds |"
    )
    rows = [head, "|" + "---|" * 8]
    for rank, name in enumerate(order, 1):
        moment = np.array([entry["moment"] for entry in scores[name]])
        cells, seconds = (float(np.mean([entry[key] for entry in scores[name]])) for key in ("cells", "seconds"))
        more = slips[name] - slips[order[0]]
        error = float(more.std(ddof=1)) / np.sqrt(more.size)
        rows.append(
            f"| {rank} | {name} | {cells:.0f} | {100 * slips[name].mean():.1f} % |"
            f" {100 * more.mean():.1f} ± {100 * error:.1f} % | {100 * moment.mean():+.1f} % |"
            f" {100 * moment.std(ddof=1):.1f} % | {seconds:.2f} |"
        )
    return rows


def figures(scores: dict[str, list[dict[str, float]]]) -> dict[str, object]:
    """What `published.yml` holds: how much less than uniform cells each sampler errs, over the difference's error."""
    slips = {name: np.array([entry["slip"] for entry in found]) for name, found in scores.items()}
    less = {name: slips["uniform"] - slip for name, slip in slips.items() if name != "uniform"}
    surely = {name: float(part.mean() / (part.std(ddof=1) / np.sqrt(part.size))) for name, part in less.items()}
    return {"draws": len(slips["uniform"]), "less_than_uniform": surely}


def draw_picture(task: Comparison, path: Path) -> None:
    """Cells of every sampler over the first draw, and the slip they give beside the truth."""
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 15.0), layout="constrained")
    axes = figure.subplots(5, 4).ravel()
    scene = task.scene(0)
    extent = (1e-3 * scene.x[0], 1e-3 * scene.x[-1], 1e-3 * scene.y[-1], 1e-3 * scene.y[0])
    columns = round(PLANE.length / PATCH)
    rows = task.fault.n_patches // columns
    peak = 1.1 * float(np.linalg.norm(task.truth, axis=1).max())

    def show_slip(panel, slip, title):  # type: ignore[no-untyped-def]
        amount = np.linalg.norm(slip, axis=1).reshape(rows, columns)
        sides = (0.0, 1e-3 * PLANE.length, 1e-3 * PLANE.width, 0.0)
        image = panel.imshow(amount, extent=sides, vmin=0.0, vmax=peak, cmap="magma_r")
        panel.set_title(title, fontsize=9)
        panel.set_xlabel("km along strike", fontsize=8)
        panel.set_ylabel("km down the dip", fontsize=8)
        panel.tick_params(labelsize=7)
        return image

    def show_map(panel, title, alpha):  # type: ignore[no-untyped-def]
        image = panel.imshow(1e2 * scene.values, extent=extent, cmap="RdBu_r", vmin=-30, vmax=30, alpha=alpha)
        panel.set_title(title, fontsize=9)
        panel.set_xlabel("km east", fontsize=8)
        panel.set_ylabel("km north", fontsize=8)
        panel.tick_params(labelsize=7)
        return image

    image = show_map(axes[0], "the scene, first draw", 1.0)
    figure.colorbar(image, ax=axes[0], label="cm toward the satellite", shrink=0.6)
    image = show_slip(axes[1], task.truth, "the slip")
    figure.colorbar(image, ax=axes[1], label="m", shrink=0.6)
    for spare in axes[2:4]:
        spare.set_axis_off()
    for k, name in enumerate(NAMES):
        estimate, cells = task.answer(name, scene)
        panel, beside = axes[4 + 2 * k], axes[5 + 2 * k]
        show_map(panel, f"{name}: {cells.n} cells", 0.5)
        panel.add_collection(
            PolyCollection([1e-3 * outline for outline in cells.outlines], facecolor="none", edgecolor="black", lw=0.4)
        )
        show_slip(beside, estimate.slip, f"{name}: slip")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)


def main() -> None:
    """Run the draws, write table and picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--page", type=Path, help="page whose table between its marks is written anew")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--figures", type=Path, help="compare.json, for the scoreboard")
    parser.add_argument("--keep", type=Path, help="JSON of every draw; draws in it are not made again")
    parser.add_argument("--only-kept", action="store_true", help="make no draw: table and picture of those kept")
    options = parser.parse_args()
    task = Comparison()
    scores: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
    if options.keep and options.keep.exists():
        scores |= json.loads(options.keep.read_text())
    for name in () if options.only_kept else NAMES:
        task.answer(name, task.scene(0))
    for draw in range(0 if options.only_kept else options.draws):
        for name in NAMES:
            if len(scores[name]) <= draw:
                scores[name].append(task.score(name, draw))
        if options.keep:
            options.keep.write_text(json.dumps(scores))
    rows = table({name: found[: options.draws] for name, found in scores.items()})
    print("\n".join(rows))
    if options.page:
        said = f"{min(options.draws, len(scores[NAMES[0]]))} draws of noise.\n\n" + "\n".join(rows)
        write_block(options.page, "table", text=said)
    if options.figures:
        made = {name: found[: options.draws] for name, found in scores.items()}
        keep_figures(options.figures, figures(made), by="make samplers")
    if options.picture:
        draw_picture(task, options.picture)


if __name__ == "__main__":
    main()
