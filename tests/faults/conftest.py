"""Small surfaces of triangles for the tests."""

from collections.abc import Callable

import numpy as np
import pytest


def make_sheet(
    columns: int, rows: int, *, strike: float = 30.0, dip: float = 40.0, size: float = 1000.0, top: float = 500.0
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles of a plane of equal right triangles, row by row from the top."""
    along = np.array([np.sin(np.deg2rad(strike)), np.cos(np.deg2rad(strike)), 0.0])
    level = np.array([along[1], -along[0], 0.0])
    down = np.cos(np.deg2rad(dip)) * level + np.array([0.0, 0.0, -np.sin(np.deg2rad(dip))])
    i, j = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1))
    vertices = size * (i.reshape(-1, 1) * along + j.reshape(-1, 1) * down) - np.array([0.0, 0.0, top])
    number = np.arange((columns + 1) * (rows + 1)).reshape(rows + 1, columns + 1)
    a, b, c, d = (x.ravel() for x in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]))
    triangles = np.stack([np.stack([a, d, b], 1), np.stack([b, d, c], 1)], axis=1).reshape(-1, 3)
    return vertices, triangles


@pytest.fixture(scope="session")
def sheet() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Makes vertices and triangles of a plane of equal right triangles."""
    return make_sheet
