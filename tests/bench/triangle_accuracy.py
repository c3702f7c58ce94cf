"""Errors of the triangles' displacement and gradients at every dip against many digits; writes a Markdown page.

``python tests/bench/triangle_accuracy.py --page docs/triangle_accuracy.md`` takes some minutes: the many digits do.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from cutde import halfspace
from numpy.typing import NDArray

from geoslip.okada import displacement_field, gradient_field, triangle_bases

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "okada"))
import precise_triangle

DIPS = (0.0, 10.0, 30.0, 60.0, 78.4, 78.6, 85.0, 89.0, 89.9, 89.99, 89.999, 89.9999, 90.0)
TOPS = (0.0, -500.0)
GROUPS = (
    "at the ground",
    "above vertices and edges",
    "1 m from vertices and edges",
    "on their extensions",
    "at depth",
    "60 km away",
)
POISSON = 0.25

HEAD = f"""# Accuracy of triangular dislocations

Made by `make accuracy` (`tests/bench/triangle_accuracy.py`). A triangle of 4 km by 3 km, one edge along strike and one
down the dip, reaching the ground or 500 m below it; unit strike slip, dip slip and opening; Poisson's ratio
{POISSON}. Every number is the largest error over the points of its column, against an evaluation with 100 to 130 digits
(`tests/okada/precise_triangle.py`), over the largest value that a field of the three slips has at these points; the
worst of the three slips and of both depths. The last column is the worst that cutde (float64), a transcription of the
original code, does at the same points.

The largest number that is ours is {{worst_plain:.0e}} where no edge is within 0.1 degree of vertical and
{{worst_steep:.0e}} elsewhere.
"""


def element(dip: float, top: float) -> NDArray[np.float64]:
    """A triangle with an edge down the dip; the cosine of 90 degrees is 0."""
    fall, turn = np.radians(dip), np.radians(33.0)
    level = 0.0 if dip == 90.0 else np.cos(fall)
    along = np.array([np.sin(turn), np.cos(turn), 0.0])
    down = 3e3 * np.array([np.cos(turn) * level, -np.sin(turn) * level, -np.sin(fall)])
    start = np.array([300.0, -200.0, top if dip > 0.0 else -500.0])
    return np.array([start, start + 4e3 * along, start + down])


def groups(triangle: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Points for every column of the table."""
    rng = np.random.default_rng(1)
    following = np.roll(triangle, -1, axis=0)
    marks = np.vstack([triangle, 0.5 * (triangle + following)])
    away = rng.normal(size=marks.shape)
    away /= np.linalg.norm(away, axis=1)[:, None]
    beyond = np.vstack([following + 0.4 * (following - triangle), triangle - 0.3 * (following - triangle)])
    deep, far = rng.normal(scale=4e3, size=(6, 3)), rng.normal(size=(6, 3))
    far *= 60e3 / np.linalg.norm(far, axis=1)[:, None]
    far[:3, 2] = 0.0
    columns = [rng.normal(scale=4e3, size=(6, 3)) * [1, 1, 0], marks * [1, 1, 0], marks + away, beyond, deep, far]
    for column in columns[2:]:
        column[:, 2] = -np.abs(column[:, 2])
    return columns


def worst_errors(dip: float) -> NDArray[np.float64]:
    """Worst errors at one dip: displacement and gradient by group, ours and (strain for gradient) cutde's."""
    worst = np.zeros((2, 2, len(GROUPS)))
    for top in TOPS:
        triangle = element(dip, top)
        basis = triangle_bases([triangle])[0]
        ordered = triangle if np.cross(*(triangle[1:] - triangle[0])) @ basis[2] > 0 else triangle[[0, 2, 1]]
        for group, points in enumerate(groups(triangle)):
            on = np.isnan(displacement_field(points, [triangle], [[1.0, 0.0, 0.0]])).any(axis=1)
            points = points[~on]
            if not len(points):
                continue
            other = halfspace.disp_matrix(points, ordered[None], POISSON)[:, :, 0]
            tensor = halfspace.strain_matrix(points, ordered[None], POISSON)[:, :, 0]
            fields: list[list[NDArray[np.float64]]] = []
            for slip in range(3):
                u, gradient = gradient_field(points, [triangle], [np.eye(3)[slip]], poisson=POISSON)
                exact = precise_triangle.half_space_field(points, triangle, basis[slip], POISSON)
                slope = precise_triangle.half_space_gradient(points, triangle, basis[slip], POISSON)
                half = 0.5 * (slope + slope.transpose(0, 2, 1))
                strain = half[:, [0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
                fields.append([exact, slope, u - exact, gradient - slope])
                fields[-1] += [other[:, :, slip] - exact, tensor[:, :, slip] - strain]
            exact, slope, *errors = (np.abs(parts).max() for parts in zip(*fields, strict=True))
            found = np.reshape(errors, (2, 2)) / [exact, slope]
            worst[:, :, group] = np.maximum(worst[:, :, group], found)
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path, help="write the tables into this Markdown page")
    options = parser.parse_args()
    found = {dip: worst_errors(dip) for dip in DIPS}
    # An edge is within 0.1 degree of vertical from 89.9 degrees on, the edge of 89.9 not counted.
    plain = max(found[dip][0].max() for dip in DIPS if dip <= 89.9)
    steep = max(found[dip][0].max() for dip in DIPS if dip > 89.9)
    page = [HEAD.format(worst_plain=plain, worst_steep=steep)]
    for kind, title in enumerate(("Displacement", "Gradients (cutde: strain)")):
        page += [
            f"## {title}",
            "",
            "| dip | " + " | ".join((*GROUPS, "cutde, worst")) + " |",
            "|---" * (len(GROUPS) + 2) + "|",
        ]
        for dip in DIPS:
            numbers = [*found[dip][0, kind], found[dip][1, kind].max()]
            page.append(f"| {dip:g} | " + " | ".join(f"{number:.0e}" for number in numbers) + " |")
        page.append("")
    text = "\n".join(page)
    print(text)
    if options.page is not None:
        options.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
