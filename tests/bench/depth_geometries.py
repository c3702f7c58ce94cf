"""Ten thousand random rectangles and points, ours beside others: largest differences of displacement and strain.

    python tests/bench/depth_geometries.py cases cases.npz          # make the geometries
    PEER_PYTHON tests/bench/depth_geometries.py peer cases.npz peer.npz   # in an environment with pyrocko, numpy<2
    python tests/bench/depth_geometries.py triangles cases.npz peer.npz   # or by cutde, two triangles a rectangle
    python tests/bench/depth_geometries.py exact cases.npz peer.npz       # or in forty digits, two points each: minutes
    python tests/bench/depth_geometries.py compare cases.npz peer.npz

Dips 0, 89.99 and 90 and surface-breaking rectangles are among them; a quarter of the points lies on the ground. The
last step prints one JSON line a group: differences over the largest value of each geometry's own points. No peer in
float64 holds its digits at every dip; the forty digits tell who is right.
"""

import json
import sys
from pathlib import Path

import numpy as np

GEOMETRIES, POINTS = 10_000, 8
GROUPS = {"any dip": None, "dip 0": 0.0, "dip 89.99": 89.99, "dip 90": 90.0}


def make() -> dict[str, np.ndarray]:
    """Geometries: group, rectangle (top-edge centre), slip, points, all lengths in metres."""
    rng = np.random.default_rng(1992)
    group = rng.integers(0, 4, GEOMETRIES)
    dip = np.where(group == 0, rng.uniform(1.0, 85.0, GEOMETRIES), np.array([np.nan, 0.0, 89.99, 90.0])[group])
    length, width = 10 ** rng.uniform(3.0, 4.7, (2, GEOMETRIES))
    top = np.where((rng.random(GEOMETRIES) < 0.3) & (dip > 0), 0.0, rng.uniform(100.0, 2e4, GEOMETRIES))
    rectangle = np.column_stack(
        [rng.uniform(-1e4, 1e4, (GEOMETRIES, 2)), -top, rng.uniform(0.0, 360.0, GEOMETRIES), dip, length, width]
    )
    points = rng.uniform(-1.0, 1.0, (GEOMETRIES, POINTS, 3)) * (3.0 * np.maximum(length, width))[:, None, None]
    points[..., 2] = -np.abs(points[..., 2])
    points[:, : POINTS // 4, 2] = 0.0
    return {"group": group, "rectangle": rectangle, "slip": rng.normal(size=(GEOMETRIES, 3)), "points": points}


def ours(cases: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Displacement and gradient by geoslip, (geometries, points, 3) and (geometries, points, 3, 3)."""
    from geoslip.okada import gradient_field

    fields = [
        gradient_field(points, row[None], slip[None], threads=1)
        for points, row, slip in zip(cases["points"], cases["rectangle"], cases["slip"])
    ]
    return np.array([u for u, _ in fields]), np.array([g for _, g in fields])


def peer(cases: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The same by pyrocko: north, east, down, and slip as its strike, dip, opening."""
    from pyrocko.modelling import okada_ext

    turn = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])  # north, east, down to east, north, up
    displacement, gradient = [], []
    for points, row, slip in zip(cases["points"], cases["rectangle"], cases["slip"]):
        source = [row[1], row[0], -row[2], row[3], row[4], -0.5 * row[5], 0.5 * row[5], -row[6], 0.0]
        result = okada_ext.okada(
            np.array([source]), slip[None], points @ turn, 30e9, 30e9, nthreads=1, rotate_sdn=0, stack_sources=1
        ).reshape(len(points), 12)
        displacement.append(result[:, :3] @ turn.T)
        gradient.append(turn @ result[:, 3:].reshape(-1, 3, 3) @ turn.T)
    return np.array(displacement), np.array(gradient)


def triangles(cases: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The same by cutde, the strain in place of the gradient."""
    from cutde import halfspace

    from geoslip.okada.rectangles import sine_cosine

    displacement, six = [], []
    (ss, s), (cs, c) = zip(*(sine_cosine(cases["rectangle"][:, k]) for k in (3, 4)))
    for k, (points, row, slip) in enumerate(zip(cases["points"], cases["rectangle"], cases["slip"])):
        along = 0.5 * row[5] * np.array([ss[k], cs[k], 0.0])
        updip = np.array([-cs[k] * c[k], ss[k] * c[k], s[k]])
        a, b, down = row[:3] - along, row[:3] + along, -row[6] * updip
        corners = np.array([[a, b + down, b], [a, a + down, b + down]])
        if row[4] == 0.0:  # the slip axes of a level triangle are cutde's own
            displacement.append(np.full((POINTS, 3), np.nan))
            six.append(np.full((POINTS, 3, 3), np.nan))
            continue
        args = points, corners, np.tile(slip, (2, 1)), 0.25
        displacement.append(halfspace.disp_free(*args))
        six.append(halfspace.strain_free(*args)[:, [0, 3, 4, 3, 1, 5, 4, 5, 2]].reshape(-1, 3, 3))
    return np.array(displacement), np.array(six)


def exact(cases: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The same in forty digits, for the first and the last point of each geometry; NaN for the others."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "okada"))
    from precise_depth import rectangle_field

    result = np.full((GEOMETRIES, POINTS, 12), np.nan)
    for k, (points, row, slip) in enumerate(zip(cases["points"], cases["rectangle"], cases["slip"])):
        for i in (0, POINTS - 1):
            result[k, i] = slip @ rectangle_field(points[i], row, poisson=0.25, digits=40)
    return result[..., :3], result[..., 3:].reshape(GEOMETRIES, POINTS, 3, 3)


def strain(gradient: np.ndarray) -> np.ndarray:
    """Symmetric part, which does not depend on the order of the indices."""
    return 0.5 * (gradient + np.swapaxes(gradient, -1, -2))


def compare(cases: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    """Print differences by group."""
    u, gradient = ours(cases)
    e, other_e = strain(gradient), strain(other["gradient"])
    known = np.isfinite(other["u"]).all(axis=2)
    error_u = np.abs(u - other["u"]).max(axis=2) / np.abs(u).max(axis=(1, 2))[:, None]
    error_e = np.abs(e - other_e).max(axis=(2, 3)) / np.abs(e).max(axis=(1, 2, 3))[:, None]
    for number, name in enumerate(GROUPS):
        mine = known & (cases["group"] == number)[:, None]
        report: dict = {"group": name, "points": int(mine.sum())}
        for what, error in (("displacement", error_u[mine]), ("strain", error_e[mine])):
            if error.size:
                report[what] = {"largest": float(error.max()), "median": float(np.median(error))}
        print(json.dumps(report))


def main() -> None:
    step, *files = sys.argv[1:]
    if step == "cases":
        np.savez(files[0], **make())
        return
    cases = dict(np.load(files[0]))
    if step == "compare":
        compare(cases, dict(np.load(files[1])))
        return
    u, gradient = {"peer": peer, "triangles": triangles, "exact": exact}[step](cases)
    np.savez(files[1], u=u, gradient=gradient)


if __name__ == "__main__":
    main()
