"""Write the table of docs/howto/which-smoothing.md: one truth, four kinds of noise, all criteria.

``python docs/which_smoothing.py`` replaces what stands between the page's marks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoslip.cases.output.folder import write_block
from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.inversion import (
    Constraints,
    Problem,
    cross_validate,
    dataset_folds,
    greens_matrix,
    laplacian,
    spatial_folds,
    strength_curve,
)

PAGE = Path(__file__).with_name("howto") / "which-smoothing.md"
SIGMA, LENGTH = 0.01, 8e3
LOOKS = {"ascending": (-0.62, -0.14, 0.77), "descending": (0.62, -0.14, 0.77)}
NOISES = {
    "white, as stated": (False, False, 1.0),
    "correlated, as stated": (True, True, 1.0),
    "correlated, stated as white": (True, False, 1.0),
    "white, three times what is stated": (False, False, 3.0),
}
"""Whether the noise is correlated, whether that is stated, and how many times larger it is than stated."""
DRAWS = 5


def main() -> None:
    """Compute and write the table."""
    rows = []
    for name, kind in NOISES.items():
        found: dict[str, list[tuple[float, float]]] = {}
        for seed in range(DRAWS):
            for criterion, pair in errors(kind, seed=seed).items():
                found.setdefault(criterion, []).append(pair)
        cells = []
        for pairs in found.values():
            strength, error = np.exp(np.mean(np.log(pairs), axis=0))
            cells.append(f"{strength:.2g} x, {error:.2f}")
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
        heads = list(found)
    lines = ["| noise | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads), *rows]
    write_block(PAGE, "table", text="\n".join(lines))


def errors(kind: tuple[bool, bool, float], *, seed: int) -> dict[str, tuple[float, float]]:
    """Each criterion's strength over the best one, and its error of slip over the least on the curve."""
    problem, truth, operator = study(kind, seed=seed)
    curve = strength_curve(problem, operator, constraints=Constraints(rake=(45.0, 135.0)))
    curve = cross_validate(curve, folds=spatial_folds(problem))
    curve = cross_validate(curve, folds=dataset_folds(problem))
    miss = np.array([np.sqrt(np.mean((one.slip_vector - truth) ** 2)) for one in curve.estimates])
    best = int(np.argmin(miss))
    chosen = {name: curve.choose(name).index for name in curve.criteria}
    return {name: (curve.strengths[k] / curve.strengths[best], miss[k] / miss[best]) for name, k in chosen.items()}


def study(kind: tuple[bool, bool, float], *, seed: int) -> tuple[Problem, np.ndarray, object]:
    """Two tracks over a thrust with one round asperity, their noise drawn anew for every seed."""
    correlated, stated, larger = kind
    plane = Plane(east=0.0, north=0.0, up=-1e3, strike=0.0, dip=35.0, length=30e3, width=20e3)
    fault = Fault((cut_uniform(plane, "plane", columns=15, rows=10),))
    rng = np.random.default_rng(seed)
    away = fault.centroids - fault.centroids[5 * 15 + 7]
    bump = 1.5 * np.exp(-np.sum(away**2, axis=1) / (2 * 4e3**2))
    truth = np.concatenate([0.0 * bump, bump])
    data, greens = [], {}
    for name, look in LOOKS.items():
        points = np.column_stack([rng.uniform(-25e3, 35e3, 300), rng.uniform(-30e3, 30e3, 300), np.zeros(300)])
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        full = SIGMA**2 * (0.9 * np.exp(-apart / LENGTH) + 0.1 * np.eye(300))
        white = SIGMA**2 * np.eye(300)
        blank = Observations(
            name=name, kind="los", longitude=np.zeros(300), latitude=np.zeros(300), points=points,
            values=np.zeros(300), directions=np.tile(np.array(look) / np.linalg.norm(look), (300, 1)),
            covariance=full if stated else white,
        )  # fmt: skip
        greens[name] = greens_matrix(blank, fault)
        noise = larger * np.linalg.cholesky(full if correlated else white) @ rng.standard_normal(300)
        data.append(Observations(**{**vars(blank), "values": greens[name] @ truth + noise}))
    operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides", "top"))
    return Problem.build(data, fault, greens=greens), truth, operator


if __name__ == "__main__":
    main()
