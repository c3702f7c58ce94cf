"""Random rectangles anywhere, against an independent code: two triangular dislocations make one rectangle.

The triangles (cutde, after Nikkhoo and Walter 2015) lose digits next to vertical, so the dips between 85 and 90 degrees
are compared with 50-digit arithmetic instead.
"""

import importlib.util
from pathlib import Path

import cutde.halfspace
import numba
import numpy as np
import pytest

from geoslip.okada import displacement_field

_spec = importlib.util.spec_from_file_location("precise", Path(__file__).with_name("precise.py"))
assert _spec is not None and _spec.loader is not None
precise = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(precise)

POINTS_EACH = 5


def random_rectangles(dips, *, seed):
    """Rectangles with the given dips, a third of them breaking the surface, and points on the ground around each."""
    rng = np.random.default_rng(seed)
    count = len(dips)
    top = np.where((rng.random(count) < 0.33) & (dips > 0), 0.0, 10 ** rng.uniform(1, 4, count))
    length, width = 10 ** rng.uniform(2.5, 5, count), 10 ** rng.uniform(2.5, 4.5, count)
    table = np.column_stack(
        [rng.normal(scale=1e4, size=(count, 2)), -top, rng.uniform(0, 360, count), dips, length, width]
    )
    points = np.zeros((count, POINTS_EACH, 3))
    points[..., :2] = table[:, None, :2] + rng.normal(size=(count, POINTS_EACH, 2)) * (length + width)[:, None, None]
    return table, points, rng.normal(size=(count, 3))


def triangles(table):
    """Both triangles of every rectangle (n, 3, 3), seen from the hanging wall with the corners anticlockwise."""
    sine, cosine = np.sin(np.radians(table[:, 3:5])), np.cos(np.radians(table[:, 3:5]))
    cosine[table[:, 4] == 90, 1] = 0.0
    along = np.column_stack([sine[:, 0], cosine[:, 0], 0 * sine[:, 0]]) * table[:, 5:6] / 2
    down = np.column_stack([cosine[:, 0] * cosine[:, 1], -sine[:, 0] * cosine[:, 1], -sine[:, 1]]) * table[:, 6:7]
    start, end = table[:, :3] - along, table[:, :3] + along
    return np.stack([start, end + down, end], axis=1), np.stack([start, start + down, end + down], axis=1)


def in_axes_of_triangles(table, slip):
    """A horizontal triangle has no strike: cutde then takes north for it, and west for up-dip."""
    strike, flat = np.radians(table[:, 3]), table[:, 4] == 0
    north = slip[:, 0] * np.cos(strike) + slip[:, 1] * np.sin(strike)
    east = slip[:, 0] * np.sin(strike) - slip[:, 1] * np.cos(strike)
    return np.where(flat[:, None], np.column_stack([north, -east, slip[:, 2]]), slip)


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="too many pairs for uncompiled kernels")
def test_two_triangles_make_a_rectangle():
    rng = np.random.default_rng(21)
    dips = np.concatenate([np.zeros(200), np.full(300, 90.0), rng.uniform(1.0, 85.0, 1500)])
    table, points, slip = random_rectangles(dips, seed=22)
    ours = np.concatenate(
        [displacement_field(place, [row], [amount], threads=1) for place, row, amount in zip(points, table, slip)]
    )
    amounts = np.repeat(in_axes_of_triangles(table, slip), POINTS_EACH, axis=0)
    theirs = sum(
        cutde.halfspace.disp(points.reshape(-1, 3), np.repeat(half, POINTS_EACH, axis=0), amounts, 0.25)
        for half in triangles(table)
    )
    assert len(ours) == 10_000
    error, largest = np.abs(ours - theirs).max(axis=1), np.abs(ours).max()
    assert error.max() < 1e-10 * largest


@pytest.mark.parametrize("dip", [1e-6, 89.0, 89.9, 89.99, 89.9999, 90.0])
def test_next_to_horizontal_and_vertical_every_digit_counts(dip):
    table, points, _ = random_rectangles(np.full(30, dip), seed=23)
    for row, place in zip(table, points[:, :1]):
        u = np.array([displacement_field(place, [row], [unit], threads=1)[0] for unit in np.eye(3)])
        exact = precise.precise_surface(place[0], row)
        assert np.abs(u - exact).max() < 1e-12 * max(np.abs(exact).max(), 1e-3)
