"""Quadtrees: conservation, monotony, limits, and cells against a plain recursion."""

import numpy as np
import pytest

from geoslip.downsample import DataError, Scene
from geoslip.downsample.cells.cells import cell_means
from geoslip.downsample.cells.pyramid import residual_pyramid
from geoslip.downsample.sampling.by_name import samplers
from geoslip.downsample.sampling.uniform import uniform_cells
from geoslip.downsample.sampling.variance import variance_quadtree

LOOK = np.array([-0.6, 0.0, 0.8])


def make_scene(shape=(150, 170), *, seed=3, gaps=True, offset=0.0, noise=2e-3, look=LOOK):
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    values = (
        0.3 * np.exp(-((rows - 60.0) ** 2 + (columns - 90.0) ** 2) / 400.0) + noise * rng.normal(size=shape) + offset
    )
    if gaps:
        values[rng.random(shape) < 0.1] = np.nan
        values[20:45, 100:140] = np.nan
    return Scene(name="S", values=values, x=100.0 * columns[0], y=-100.0 * rows[:, 0], look=look, crs=None)


@pytest.mark.parametrize("residual", ["plane", "mean"])
def test_cells_conserve_the_mean_of_the_pixels(residual):
    scene = make_scene(offset=0.7)
    cells = variance_quadtree(scene, threshold=4e-3, valid_fraction=1e-9, residual=residual)
    means = cell_means(scene, cells)
    assert means.pixels.sum() == scene.valid.sum()
    weights = means.pixels / means.pixels.sum()
    assert abs(weights @ means.value - scene.values[scene.valid].mean()) < 1e-12 * 0.7
    rows, columns = np.nonzero(scene.valid)
    assert weights @ means.x == pytest.approx(scene.x[columns].mean(), rel=1e-12)
    assert weights @ means.y == pytest.approx(scene.y[rows].mean(), rel=1e-12)


def test_positions_are_means_of_valid_pixels():
    scene = make_scene()
    cells = variance_quadtree(scene, threshold=4e-3)
    means = cell_means(scene, cells)
    for cell in (0, cells.n // 2, cells.n - 1):
        rows, columns = np.nonzero(cells.labels == cell)
        assert means.x[cell] == pytest.approx(scene.x[columns].mean())
        assert means.y[cell] == pytest.approx(scene.y[rows].mean())
        assert means.value[cell] == pytest.approx(scene.values[rows, columns].mean())
        west, south = cells.outlines[cell].min(axis=0)
        east, north = cells.outlines[cell].max(axis=0)
        assert west < scene.x[columns].min() and east > scene.x[columns].max()
        assert south < scene.y[rows].min() and north > scene.y[rows].max()


@pytest.mark.parametrize("residual", ["plane", "mean"])
def test_the_number_of_cells_is_monotone_in_the_threshold(residual):
    scene = make_scene((90, 100))
    numbers = [variance_quadtree(scene, threshold=t, residual=residual).n for t in np.geomspace(1e-4, 1.0, 20)]
    assert (np.diff(numbers) <= 0).all()
    assert numbers[0] > 10 * numbers[-1]


def test_threshold_zero_and_infinity_are_regular_grids():
    scene = make_scene((128, 128), gaps=False)
    fine = variance_quadtree(scene, threshold=0.0, minimum_size=400.0)
    coarse = variance_quadtree(scene, threshold=np.inf, minimum_size=400.0, maximum_size=3200.0)
    assert (fine.n, coarse.n) == (32 * 32, 4 * 4)
    assert uniform_cells(scene, size=800.0).n == 16 * 16


def plain_recursion(scene, threshold, smallest, largest, valid_fraction):
    """The rule as it is written, with numpy's least squares."""
    found = []

    def visit(top, left, size):
        part = scene.values[top : top + size, left : left + size]
        rows, columns = np.nonzero(np.isfinite(part))
        if rows.size == 0:
            return
        enough = rows.size >= valid_fraction * size * size
        residual = 0.0
        if rows.size > 3:
            plane = np.column_stack([np.ones(rows.size), rows, columns])
            values = part[rows, columns]
            left_over = values - plane @ np.linalg.lstsq(plane, values)[0]
            residual = np.sqrt((left_over**2).sum() / (rows.size - 3))
        if size > smallest and (not enough or residual > threshold):
            for i in (0, size // 2):
                for j in (0, size // 2):
                    if top + i < scene.y.size and left + j < scene.x.size:
                        visit(top + i, left + j, size // 2)
        elif enough:
            found.append((top, left, size))

    for top in range(0, scene.y.size, largest):
        for left in range(0, scene.x.size, largest):
            visit(top, left, largest)
    return found


def test_cells_are_those_of_a_plain_recursion():
    scene = make_scene((90, 70), offset=3.0)
    cells = variance_quadtree(scene, threshold=3e-3, minimum_size=200.0, maximum_size=3200.0)
    expected = plain_recursion(scene, 3e-3, 2, 32, 0.5)
    corners = {(round((50 - outline[0, 1]) / 100), round((50 + outline[0, 0]) / 100)) for outline in cells.outlines}
    assert cells.n == len(expected)
    assert corners == {(top, left) for top, left, _ in expected}


def test_a_wanted_number_of_cells_is_met_as_nearly_as_splits_allow():
    scene = make_scene((100, 110))
    for count in (100, 200, 333):
        cells = variance_quadtree(scene, count=count)
        assert abs(cells.n - count) <= max(3, 0.01 * count)
        again = variance_quadtree(scene, threshold=cells.parameters["threshold_m"])
        np.testing.assert_array_equal(again.labels, cells.labels)
    coarsest = variance_quadtree(scene, threshold=np.inf)
    assert variance_quadtree(scene, count=1).n == coarsest.n
    with pytest.raises(DataError, match="there can be"):
        variance_quadtree(scene, count=20000)
    with pytest.raises(DataError, match="there can be"):
        variance_quadtree(scene, count=0)


def test_residuals_keep_their_digits_under_a_large_offset():
    scene = make_scene((64, 64), gaps=False)
    plain = residual_pyramid(scene.values, block=(1, 1), levels=7, residual="plane")
    shifted = residual_pyramid(scene.values + 4096.0, block=(1, 1), levels=7, residual="plane")
    # Adding 4096 rounds each pixel by up to 4.5e-13; nothing more may be lost.
    for ours, theirs in zip(plain.residuals, shifted.residuals):
        np.testing.assert_allclose(ours, theirs, atol=2e-12)
    assert plain.residuals[-1][0, 0] == pytest.approx(lstsq_residual(scene.values), rel=1e-10)


def lstsq_residual(values):
    rows, columns = np.indices(values.shape).reshape(2, -1)
    plane = np.column_stack([np.ones(rows.size), rows, columns])
    left_over = values.ravel() - plane @ np.linalg.lstsq(plane, values.ravel())[0]
    return np.sqrt((left_over**2).sum() / (rows.size - 3))


def test_a_plane_has_no_residual_even_where_pixels_lie_on_a_line():
    rows, columns = np.mgrid[:64, :64]
    values = 0.01 * rows - 0.02 * columns + 0.5
    line = np.where((columns == 30) | (rows == 7) | (rows == columns), values, np.nan)
    for field in (values, line):
        pyramid = residual_pyramid(field, block=(1, 1), levels=7, residual="plane")
        assert max(part.max() for part in pyramid.residuals) < 1e-7


def test_pixels_that_are_not_square_give_cells_that_nearly_are():
    values = np.random.default_rng(1).normal(size=(80, 160)) * 0.01
    x, y = 10.0 + 0.001 * np.arange(160), 60.0 + 0.001 * np.arange(80)
    scene = Scene(name="S", values=values, x=x, y=y, look=LOOK, crs="EPSG:4326")
    assert scene.spacing.y == pytest.approx(111.4, abs=0.2)
    assert scene.spacing.x == pytest.approx(55.8, abs=0.2)
    cells = uniform_cells(scene, size=450.0)
    assert cells.n == 20 * 20


def test_samplers_are_found_by_name():
    assert {"variance", "uniform"} <= set(samplers())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either threshold"),
        ({"threshold": 0.1, "count": 5}, "either threshold"),
        ({"threshold": -1.0}, "threshold -1.0"),
        ({"threshold": np.nan}, "threshold nan"),
        ({"threshold": 0.1, "valid_fraction": 0.0}, "valid_fraction"),
        ({"threshold": 0.1, "residual": "median"}, "'plane' or 'mean'"),
        ({"threshold": 0.1, "minimum_size": 20.0}, "below the pixel"),
        ({"threshold": 0.1, "minimum_size": 2000.0, "maximum_size": 1000.0}, "below the minimum size"),
    ],
)
def test_messages(options, message):
    with pytest.raises(DataError, match=message):
        variance_quadtree(make_scene(), **options)


def test_cells_of_another_grid_or_of_pixels_without_data_are_refused():
    scene, whole = make_scene(), make_scene(gaps=False)
    cells = variance_quadtree(whole, threshold=4e-3)
    with pytest.raises(DataError, match="pixels without data"):
        cell_means(scene, cells)
    with pytest.raises(DataError, match="another grid"):
        cell_means(make_scene((100, 100)), cells)
    sparse = scene.mask(np.random.default_rng(0).random(scene.values.shape) < 0.9)
    with pytest.raises(DataError, match="lower valid_fraction"):
        uniform_cells(sparse, size=5000.0, valid_fraction=0.9)
