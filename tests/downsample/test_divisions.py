"""Triangles beside squares for the resolution sampler, and cells kept in files."""

from pathlib import Path

import numpy as np
import pytest

from geoslip.downsample import (
    DataError,
    Scene,
    cell_means,
    cells_on,
    read_cells,
    resolution_quadtree,
    samplers,
    uniform_cells,
    variance_quadtree,
    write_cells,
)
from geoslip.downsample.cells.dividing import Triangles
from geoslip.faults.frame import LocalFrame

FRAME = LocalFrame(30.0, 40.0)


def make_scene(shape=(90, 110), *, spacing=(100.0, 80.0), gaps=True, seed=3):
    rng = np.random.default_rng(seed)
    values = 0.01 * rng.normal(size=shape)
    if gaps:
        values[rng.random(shape) < 0.1] = np.nan
        values[50:70, 20:60] = np.nan
    x, y = spacing[1] * np.arange(shape[1]), -spacing[0] * np.arange(shape[0])
    return Scene(name="S", values=values, x=x, y=y, look=np.array([-0.6, 0.0, 0.8]), crs=None)


def near_the_middle(points, directions):
    """Ten made-up parameters that are seen best around (4 km, -4 km)."""
    away = np.hypot(points[:, 0] - 4e3, points[:, 1] + 4e3)[:, None]
    return np.exp(-away / 2e3) * np.cos(points[:, :1] / 500.0 * np.arange(1, 11))


def triangles(scene, **options):
    return resolution_quadtree(
        scene, greens=near_the_middle, frame=FRAME, sigma=0.02, shape="triangles", **{"minimum_size": 300.0, **options}
    )


def test_triangles_keep_the_mean_and_are_triangles():
    scene = make_scene()
    cells = triangles(scene, count=150, valid_fraction=1e-9)
    means = cell_means(scene, cells)
    assert abs(cells.n - 150) <= 1
    assert means.pixels.sum() == scene.valid.sum()
    assert abs(means.pixels @ means.value / means.pixels.sum() - scene.values[scene.valid].mean()) < 1e-12
    whole = [number for number, outline in enumerate(cells.outlines) if len(outline) == 3]
    assert len(whole) > 80
    for number in whole:
        a, b, c = cells.outlines[number]
        if abs((b - a) @ (c - a)) > 1e-6 * ((b - a) @ (b - a)):
            continue
        # Every pixel lies in its triangle, or on its rim. (One cut at the edge may have three corners as well.)
        rows, columns = np.nonzero(cells.labels == number)
        places = np.column_stack([scene.x[columns], scene.y[rows]]) - a
        share = np.linalg.solve(np.column_stack([b - a, c - a]), places.T)
        assert share.min() > -1e-9
        assert share.sum(axis=0).max() < 1.0 + 1e-9


def test_small_triangles_lie_where_the_parameters_are_seen():
    cells = triangles(make_scene(gaps=False), count=200)
    # Triangles that reach beyond the scene are cut at its edge.
    corners = np.concatenate(cells.outlines)
    assert corners.min(axis=0) == pytest.approx([-40.0, -8950.0])
    assert corners.max(axis=0) == pytest.approx([8760.0, 50.0])
    whole = [outline for outline in cells.outlines if len(outline) == 3]
    sides = np.array([np.sqrt(0.5 * abs(np.linalg.det([b - a, c - a]))) for a, b, c in whole])
    away = np.array([np.hypot(*(outline.mean(axis=0) - (4e3, -4e3))) for outline in whole])
    assert sides.min() >= 300.0 - 1e-6
    assert away[sides < 1.5 * sides.min()].mean() < 0.5 * away[sides > 2.5 * sides.min()].mean()


def test_limits_of_triangles():
    scene = make_scene()
    division = Triangles(scene, minimum_size=400.0, maximum_size=1600.0, valid_fraction=0.5)
    assert division.levels == 5
    assert division.largest == pytest.approx(1600.0)
    waiting, finest = division.start(), []
    while waiting:
        part = waiting.pop()
        if part.level == 0:
            finest.append(part)
        else:
            waiting += division.parts(part)
    pixels = np.concatenate([part.pixels for part in finest])
    assert len(np.unique(pixels)) == len(pixels)
    assert min(part.pixels.size for part in finest) >= 0.5 * 400.0**2 / 8000.0
    with pytest.raises(DataError, match="below the pixel"):
        triangles(scene, count=50, minimum_size=50.0)
    with pytest.raises(DataError, match="below the minimum"):
        triangles(scene, count=50, maximum_size=200.0)
    with pytest.raises(DataError, match="squares, triangles"):
        resolution_quadtree(scene, greens=near_the_middle, frame=FRAME, count=50, shape="hexagons")
    with pytest.raises(DataError, match="there can be"):
        triangles(scene, count=5000)


# Cells used again -------------------------------------------------------------------------------------------------


def test_cells_come_back_from_their_file(tmp_path: Path):
    scene = make_scene()
    for cells in (variance_quadtree(scene, count=80), triangles(scene, count=60)):
        write_cells(tmp_path / "cells.npz", cells, scene=scene)
        again = read_cells(tmp_path / "cells.npz", scene=scene)
        np.testing.assert_array_equal(again.labels, cells.labels)
        for ours, theirs in zip(again.outlines, cells.outlines, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert (again.method, dict(again.parameters)) == (cells.method, dict(cells.parameters))


def test_another_data_set_of_the_grid_takes_the_same_cells():
    scene = make_scene(gaps=False)
    cells = uniform_cells(scene, size=1000.0)
    other = make_scene(gaps=True, seed=9)
    shared = cells_on(other, cells)
    assert shared.n < cells.n
    for number in (0, shared.n // 2, shared.n - 1):
        was = np.unique(cells.labels[shared.labels == number])
        assert was.size == 1
        assert (shared.labels == number).sum() == (other.valid & (cells.labels == was[0])).sum()
        np.testing.assert_array_equal(shared.outlines[number], cells.outlines[was[0]])
    assert cell_means(other, shared).pixels.min() >= 0.5 * 100


def test_cells_that_do_not_fit(tmp_path: Path):
    scene, path = make_scene(), tmp_path / "cells.npz"
    cells = uniform_cells(scene, size=1000.0)
    write_cells(path, cells, scene=scene)
    moved = Scene(name="M", values=scene.values, x=scene.x + 500.0, y=scene.y, look=scene.look, crs=None)
    with pytest.raises(DataError, match="another grid"):
        read_cells(path, scene=moved)
    with pytest.raises(DataError, match="pixels of shape"):
        cells_on(make_scene((80, 110)), cells)
    empty = scene.mask(cells.labels >= 0)
    with pytest.raises(DataError, match="none of"):
        cells_on(empty, cells)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match="cannot be read as cells"):
        read_cells(path, scene=scene)
    np.savez(path, other=1)
    with pytest.raises(DataError, match="cannot be read as cells"):
        read_cells(path, scene=scene)


# What cannot be cut -----------------------------------------------------------------------------------------------


def test_a_scene_in_one_cell_and_more_cells_than_pixels():
    scene = make_scene((8, 8), gaps=False)
    one = variance_quadtree(scene, threshold=np.inf, minimum_size=800.0, maximum_size=800.0)
    assert one.n == 1
    assert cell_means(scene, one).pixels[0] == 64
    for name in ("variance", "curvature", "gradient"):
        with pytest.raises(DataError, match="there can be"):
            samplers()[name](scene, count=65)
    with pytest.raises(DataError, match="64 valid pixels"):
        uniform_cells(scene, count=65)
