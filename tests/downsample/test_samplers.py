"""All samplers: what any of them must keep, and what each is for."""

from functools import partial

import numpy as np
import pytest

from geoslip.downsample import (
    DataError,
    NoiseModel,
    Scene,
    cell_means,
    cell_observations,
    changed_share,
    curvature_quadtree,
    distance_quadtree,
    distance_to_polylines,
    gradient_quadtree,
    model_quadtree,
    samplers,
    uniform_cells,
    variance_quadtree,
)
from geoslip.downsample.cells.block_shape import shape_pyramid
from geoslip.downsample.scenes.scene import PixelSpacing
from geoslip.faults.frame import LocalFrame

LOOK = np.array([-0.6, 0.0, 0.8])
SHAPE = (150, 170)
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]]
BUMP = 0.3 * np.exp(-((ROWS - 60.0) ** 2 + (COLUMNS - 90.0) ** 2) / 400.0)
DISTANCES = 100.0 * np.hypot(ROWS - 60.0, np.maximum(np.abs(COLUMNS - 90.0) - 30.0, 0.0))


def make_scene(values=BUMP, *, seed=3, noise=2e-3, gaps=True, offset=0.0):
    rng = np.random.default_rng(seed)
    values = values + noise * rng.normal(size=values.shape) + offset
    if gaps:
        values[np.random.default_rng(1).random(values.shape) < 0.1] = np.nan
        values[20:45, 100:140] = np.nan
    rows, columns = values.shape
    return Scene(name="S", values=values, x=100.0 * np.arange(columns), y=-100.0 * np.arange(rows), look=LOOK, crs=None)


QUADTREES = {
    "variance": variance_quadtree,
    "curvature": curvature_quadtree,
    "gradient": gradient_quadtree,
    "distance": partial(distance_quadtree, distances=DISTANCES),
    "model": partial(model_quadtree, predicted=BUMP),
}
every_quadtree = pytest.mark.parametrize("name", QUADTREES)


def test_all_are_found_by_name_and_are_those_of_the_door():
    found = samplers()
    assert set(QUADTREES) <= set(found)
    assert all(found[name].__name__ == f"{name}_quadtree" for name in QUADTREES)


@every_quadtree
def test_the_mean_of_the_pixels_is_kept(name):
    scene = make_scene(offset=0.7)
    cells = QUADTREES[name](scene, count=150, valid_fraction=1e-9)
    means = cell_means(scene, cells)
    assert means.pixels.sum() == scene.valid.sum()
    assert abs(means.pixels @ means.value / means.pixels.sum() - scene.values[scene.valid].mean()) < 1e-12
    assert cells.method == name


@every_quadtree
def test_the_number_of_cells_is_monotone_in_the_threshold(name):
    scene = make_scene()
    numbers = [QUADTREES[name](scene, threshold=t).n for t in np.geomspace(1e-4, 10.0, 25)]
    assert (np.diff(numbers) <= 0).all()
    assert numbers[0] > 10 * numbers[-1]


@every_quadtree
def test_a_wanted_number_within_limits_of_size_and_share(name):
    scene = make_scene()
    cells = QUADTREES[name](scene, count=200, minimum_size=200.0, maximum_size=3200.0, valid_fraction=0.6)
    assert abs(cells.n - 200) <= (20 if name == "distance" else 4)
    sides = np.array([np.ptp(outline, axis=0) for outline in cells.outlines])
    assert sides.min() >= 200.0 - 1e-6
    assert sides.max() <= 3200.0 + 1e-6
    assert (cell_means(scene, cells).pixels >= 0.6 * np.prod(sides / 100.0, axis=1) - 1e-6).all()
    again = QUADTREES[name](
        scene,
        threshold=cells.parameters["side_over_distance" if name == "distance" else "threshold_m"],
        minimum_size=200.0,
        maximum_size=3200.0,
        valid_fraction=0.6,
    )
    np.testing.assert_array_equal(again.labels, cells.labels)


@every_quadtree
def test_threshold_zero_is_a_grid_of_the_smallest_cells(name):
    scene = make_scene(noise=2e-3, gaps=False)
    limits = {"minimum_size": 500.0, "maximum_size": 4000.0, "valid_fraction": 0.1}
    finest = QUADTREES[name](scene, threshold=0.0, **limits)
    coarsest = QUADTREES[name](scene, threshold=np.inf, **limits)
    assert coarsest.n == 4 * 5
    assert finest.n == 30 * 34 if name != "model" else finest.n > 500


@every_quadtree
def test_cells_hand_over_a_positive_definite_covariance(name):
    scene = make_scene()
    noise = NoiseModel(sill=4e-6, length=2000.0, nugget=4e-6)
    observations = cell_observations(
        scene, QUADTREES[name](scene, count=120), frame=LocalFrame(30.0, 40.0), noise=noise
    )
    assert np.linalg.eigvalsh(observations.covariance).min() > 0.0


@every_quadtree
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either threshold"),
        ({"threshold": 0.1, "count": 5}, "either threshold"),
        ({"threshold": -1.0}, "threshold -1.0"),
        ({"threshold": 0.1, "valid_fraction": 0.0}, "valid_fraction"),
        ({"threshold": 0.1, "minimum_size": 20.0}, "below the pixel"),
        ({"count": 10**6}, "there can be"),
    ],
)
def test_messages(name, options, message):
    with pytest.raises(DataError, match=message):
        QUADTREES[name](make_scene(), **options)


# Curvature and gradient -------------------------------------------------------------------------------------------


def plain_parts(values, rows, columns):
    """Means of 4 x 4 parts of the first block, by numpy."""
    part = values[:rows, :columns].reshape(4, rows // 4, 4, columns // 4)
    return part.mean(axis=(1, 3))


def test_curvature_and_gradient_are_those_of_part_means_by_least_squares():
    values = np.random.default_rng(2).normal(size=(64, 64)) + 5.0
    parts = plain_parts(values, 32, 32)
    i, j = np.indices((4, 4))
    plane = np.column_stack([np.ones(16), i.ravel(), j.ravel()])
    left = parts.ravel() - plane @ np.linalg.lstsq(plane, parts.ravel())[0]
    spacing = PixelSpacing(100.0, 50.0)
    curvature = shape_pyramid(values, block=(2, 2), levels=5, spacing=spacing, kind="curvature")
    assert curvature.residuals[4][0, 0] == pytest.approx(np.sqrt((left**2).sum() / 13.0), rel=1e-10)
    across, along = np.diff(parts, axis=1) / (8 * 50.0), np.diff(parts, axis=0) / (8 * 100.0)
    slope = np.sqrt((across**2).mean() + (along**2).mean())
    gradient = shape_pyramid(values, block=(2, 2), levels=5, spacing=spacing, kind="gradient")
    assert gradient.residuals[4][0, 0] == pytest.approx(3200.0 * slope, rel=1e-10)
    assert all((part == 4 ** (1 + level)).all() for level, part in enumerate(gradient.counts))


def test_a_ramp_splits_by_gradient_and_not_by_curvature():
    ramp = make_scene(1e-3 * ROWS - 5e-4 * COLUMNS, noise=0.0)
    assert curvature_quadtree(ramp, threshold=1e-6).n == curvature_quadtree(ramp, threshold=np.inf).n
    # A block of 16 pixels rises by 16 mm along one axis and 8 mm along the other: 17.9 mm.
    rows, columns = np.mgrid[:160, :160]
    square = make_scene(1e-3 * rows - 5e-4 * columns, noise=0.0, gaps=False)
    assert [gradient_quadtree(square, threshold=t).n for t in (17.8e-3, 18e-3)] == [400, 100]


def test_a_dome_and_a_step_in_the_middle_of_a_block_are_seen():
    dome = np.exp(-((ROWS[:64, :64] - 31.5) ** 2 + (COLUMNS[:64, :64] - 31.5) ** 2) / 200.0)
    step = np.where(COLUMNS[:64, :64] < 32, 0.0, 1.0)
    for field in (dome, step):
        for kind in ("curvature", "gradient"):
            pyramid = shape_pyramid(field, block=(1, 1), levels=7, spacing=PixelSpacing(1.0, 1.0), kind=kind)
            assert pyramid.residuals[6][0, 0] > 0.1


def test_noise_hardly_moves_the_curvature_of_large_blocks():
    flat = np.zeros((512, 512))
    scene = make_scene(flat, noise=5e-3, gaps=False)
    assert curvature_quadtree(scene, threshold=2e-3).n == 16
    assert variance_quadtree(scene, threshold=2e-3).n > 5000


def test_parts_on_a_line_leave_the_slope_across_it_free():
    for keep in (COLUMNS == 30, ROWS == 7):
        values = np.where(keep, 0.01 * ROWS - 0.02 * COLUMNS, np.nan)
        pyramid = shape_pyramid(values, block=(1, 1), levels=8, spacing=PixelSpacing(9.0, 5.0), kind="curvature")
        assert max(part.max() for part in pyramid.residuals) < 1e-12


def test_an_unknown_shape_is_refused():
    with pytest.raises(DataError, match="'curvature' or 'gradient'"):
        shape_pyramid(BUMP, block=(1, 1), levels=2, spacing=PixelSpacing(1.0, 1.0), kind="colour")


# Distance ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.5])
def test_no_cell_is_longer_than_its_distance_allows(exponent):
    scene = make_scene()
    growth = 0.3 * 3000.0 ** (1.0 - exponent)
    cells = distance_quadtree(scene, distances=DISTANCES, exponent=exponent, threshold=growth)
    sides = np.array([np.ptp(outline, axis=0).max() for outline in cells.outlines])
    nearest = np.array([DISTANCES[cells.labels == cell].min() for cell in range(cells.n)])
    large = sides > 100.0 + 1e-6
    assert large.any()
    # The nearest pixel of a block may be without data, so this distance is at least the one that decided.
    assert (sides <= growth * np.hypot(nearest, 50.0) ** exponent + 1e-6)[large].all()
    assert sides[nearest < 200.0].max() < 0.3 * sides.max()


def test_distance_cells_do_not_look_at_values():
    first, second = make_scene(seed=1), make_scene(0.0 * BUMP, seed=2)
    labels = [distance_quadtree(scene, distances=DISTANCES, count=100).labels for scene in (first, second)]
    np.testing.assert_array_equal(*labels)


def test_distances_to_a_trace_serve_as_they_come():
    scene = make_scene()
    frame = LocalFrame(30.0, 40.0)
    trace = np.column_stack(frame.to_geographic(np.array([6000.0, 12000.0]), np.array([-6000.0, -6000.0])))
    distances = distance_to_polylines(scene, [trace], frame=frame)
    cells = distance_quadtree(scene, distances=distances, count=150)
    np.testing.assert_allclose(distances, DISTANCES, atol=1.0)
    assert cells.parameters["exponent"] == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give distances="),
        ({"distances": DISTANCES[:5]}, "distances of shape"),
        ({"distances": DISTANCES - 10.0}, "0 or larger"),
        ({"distances": np.full(SHAPE, np.nan)}, "finite"),
        ({"distances": DISTANCES, "exponent": -1.0}, "exponent -1.0"),
    ],
)
def test_distances_that_cannot_be(options, message):
    with pytest.raises(DataError, match=message):
        distance_quadtree(make_scene(), count=50, **options)


# Preliminary model ------------------------------------------------------------------------------------------------


def test_pure_noise_gives_the_same_cells_as_no_noise():
    quiet, loud = make_scene(noise=0.0), make_scene(0.0 * BUMP, noise=0.05, seed=11)
    first, second = (model_quadtree(scene, predicted=BUMP, count=120) for scene in (quiet, loud))
    np.testing.assert_array_equal(first.labels, second.labels)
    # What the cells hold is what was observed.
    means = cell_means(loud, second)
    assert means.value[0] == pytest.approx(loud.values[second.labels == 0].mean(), rel=1e-12)


def test_without_noise_the_model_cells_are_the_variance_cells():
    scene = make_scene(noise=0.0)
    ours, theirs = model_quadtree(scene, predicted=BUMP, threshold=5e-3), variance_quadtree(scene, threshold=5e-3)
    np.testing.assert_array_equal(ours.labels, theirs.labels)


def test_a_function_may_predict():
    scene = make_scene()
    by_function = model_quadtree(scene, predicted=lambda s: 0.3 * np.ones(s.values.shape) * BUMP, count=90)
    by_array = model_quadtree(scene, predicted=0.3 * BUMP, count=90)
    np.testing.assert_array_equal(by_function.labels, by_array.labels)


def test_the_share_of_changed_cells():
    scene = make_scene()
    cells = model_quadtree(scene, predicted=BUMP, count=120)
    assert changed_share(cells, model_quadtree(scene, predicted=2.0 * BUMP, count=120)) == 0.0
    moved = changed_share(cells, model_quadtree(scene, predicted=np.roll(BUMP, 12, axis=1), count=120))
    assert 0.05 < moved < 1.0
    grid = variance_quadtree(scene, threshold=0.0, minimum_size=300.0)
    assert changed_share(cells, grid) > 0.9
    other = make_scene(BUMP[:100])
    with pytest.raises(DataError, match="cannot be compared"):
        changed_share(cells, variance_quadtree(other, count=50))


def test_predictions_that_cannot_be():
    scene = make_scene()
    hole = BUMP.copy()
    hole[np.nonzero(scene.valid)[0][0], np.nonzero(scene.valid)[1][0]] = np.nan
    for predicted, message in ((None, "give predicted="), (BUMP[:9], "prediction of shape"), (hole, "at 1 valid")):
        with pytest.raises(DataError, match=message):
            model_quadtree(scene, predicted=predicted, count=50)
    with pytest.raises(DataError, match="'plane' or 'mean'"):
        model_quadtree(scene, predicted=BUMP, count=50, residual="median")


# Uniform ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [20, 150, 1000])
def test_squares_come_as_near_to_a_number_as_whole_pixels_allow(count):
    scene = make_scene()
    cells = uniform_cells(scene, count=count)
    others = [uniform_cells(scene, size=100.0 * side).n for side in range(1, 40)]
    assert abs(cells.n - count) == min(abs(n - count) for n in others)
    assert uniform_cells(scene, size=cells.parameters["size_m"]).n == cells.n


def test_squares_of_contradictory_orders():
    scene = make_scene()
    for options, message in (({}, "either size"), ({"size": 1e3, "count": 5}, "either size")):
        with pytest.raises(DataError, match=message):
            uniform_cells(scene, **options)
    sparse = scene.mask(np.random.default_rng(0).random(SHAPE) < 0.9)
    assert uniform_cells(sparse, count=40, valid_fraction=0.05).n > 20
    with pytest.raises(DataError, match="lower valid_fraction"):
        uniform_cells(sparse, count=2, valid_fraction=0.9)
    for count in (0, 10**6):
        with pytest.raises(DataError, match="valid pixels"):
            uniform_cells(scene, count=count)
