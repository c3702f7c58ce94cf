"""The Green's matrix: its layout, what it refuses, and that threads and interruption do no harm."""

import numba
import numpy as np
import pytest

from geoslip.okada import displacement_field, greens_matrix
from geoslip.okada.surface import BLOCK

needs_the_jit = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="too many pairs for uncompiled kernels")


def sources(count, rng):
    position = np.column_stack([rng.normal(scale=1e4, size=(count, 2)), -rng.uniform(0, 1e4, count)])
    return np.column_stack(
        [
            position,
            rng.uniform(0, 360, count),
            rng.choice([0.0, 30.0, 75.0, 89.0, 90.0], count),
            np.full((count, 2), 2e3),
        ]
    )


def unit_vectors(count, rng):
    vectors = rng.normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


def points(count, rng, *, deep=()):
    place = np.column_stack([rng.normal(scale=2e4, size=(count, 2)), np.zeros(count)])
    place[list(deep), 2] = -3000.0
    return place


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(5)
    place = points(BLOCK + 37, rng, deep=(0, 3, BLOCK + 36))
    return place, unit_vectors(len(place), rng), sources(7, rng)


def test_columns_are_components_times_sources(case):
    place, directions, rectangles = case
    matrix = greens_matrix(place, directions, rectangles, components=("strike", "dip", "opening"))
    assert matrix.shape == (len(place), 21)
    assert matrix.flags.f_contiguous
    for component in range(3):
        for source in (0, 6):
            slip = np.zeros((7, 3))
            slip[source, component] = 1.0
            u = displacement_field(place, rectangles, slip)
            column = matrix[:, component * 7 + source]
            np.testing.assert_allclose(column, np.einsum("ij,ij->i", u, directions), atol=1e-15)


def test_components_come_in_the_order_asked_for(case):
    place, directions, rectangles = case
    every = greens_matrix(place, directions, rectangles, components=("strike", "dip", "opening"))
    some = greens_matrix(place, directions, rectangles, components=["opening", "strike"])
    np.testing.assert_array_equal(some, np.hstack([every[:, 14:], every[:, :7]]))
    default = greens_matrix(place, directions, rectangles)
    np.testing.assert_array_equal(default, every[:, :14])


def test_out_is_filled_and_returned(case):
    place, directions, rectangles = case
    out = np.full((len(place), 14), np.nan, order="F")
    assert greens_matrix(place, directions, rectangles, out=out) is out
    np.testing.assert_array_equal(out, greens_matrix(place, directions, rectangles))
    with pytest.raises(ValueError, match="Fortran-ordered"):
        greens_matrix(place, directions, rectangles, out=np.empty((len(place), 14)))
    with pytest.raises(ValueError, match=r"shape \(293, 14\)"):
        greens_matrix(place, directions, rectangles, out=np.empty((1, 14), order="F"))


def test_neither_threads_nor_neighbours_change_a_row(case):
    place, directions, rectangles = case
    matrix = greens_matrix(place, directions, rectangles, threads=1)
    np.testing.assert_array_equal(greens_matrix(place, directions, rectangles, threads=3), matrix)
    rows = [1, 3, 5, BLOCK + 3]
    alone = greens_matrix(place[rows], directions[rows], rectangles)
    np.testing.assert_allclose(alone, matrix[rows], rtol=0, atol=1e-15)


def test_arguments_are_left_as_they_were(case):
    before = [array.copy() for array in case]
    greens_matrix(*case)
    for array, copy in zip(case, before):
        np.testing.assert_array_equal(array, copy)


def test_reciprocity_of_strike_and_mirror():
    """A vertical strike-slip fault moves mirrored points in mirrored ways: north antisymmetric across it."""
    place = points(50, np.random.default_rng(2))
    mirrored = place * [-1.0, 1.0, 1.0]
    fault = [[0.0, 0.0, -500.0, 0.0, 90.0, 8e3, 6e3]]
    north = np.tile([0.0, 1.0, 0.0], (50, 1))
    left = greens_matrix(place, north, fault, components=["strike"])
    right = greens_matrix(mirrored, north, fault, components=["strike"])
    np.testing.assert_allclose(left, -right, atol=1e-15)


def test_no_points_or_no_sources_give_an_empty_matrix(case):
    place, directions, rectangles = case
    assert greens_matrix(place[:0], directions[:0], rectangles).shape == (0, 14)
    assert greens_matrix(place, directions, np.empty((0, 7))).shape == (len(place), 0)


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_rises_to_one(case, threads):
    seen = []
    greens_matrix(*case, progress=seen.append, threads=threads)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
    assert all(0.0 <= fraction <= 1.0 for fraction in seen)


@needs_the_jit
@pytest.mark.parametrize("threads", [1, 2])
def test_an_interruption_ends_the_computation(threads):
    rng = np.random.default_rng(3)
    place = points(4000, rng)
    calls = []

    def interrupt(fraction):
        calls.append(fraction)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        greens_matrix(place, unit_vectors(4000, rng), sources(2000, rng), progress=interrupt, threads=threads)
    assert len(calls) == 1
    assert calls[0] < 0.9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": [[0.0, 0.0, 5.0]]}, "up = 5 m, but the half-space ends at up = 0"),
        ({"points": [[0.0, np.nan, 0.0]]}, "coordinates must be finite"),
        ({"points": [[0.0, 0.0]]}, r"must be \(n, 3\)"),
        ({"directions": [[0.0, 0.0, 2.0]]}, "length 2, but must be a unit vector"),
        ({"directions": [[0.0, 0.0, 1.0]] * 2}, "there are 1 points"),
        ({"sources": [[0, 0, 1.0, 0, 45, 10, 10]]}, "top edge must not be above ground"),
        ({"sources": [[0, 0, -1.0, 0, 91, 10, 10]]}, r"dip must lie in \[0, 90\]"),
        ({"sources": [[0, 0, -1.0, 0, -1, 10, 10]]}, r"dip must lie in \[0, 90\]"),
        ({"sources": [[0, 0, -1.0, 0, 45, 0, 10]]}, "length and width must be positive"),
        ({"sources": [[0, 0, -1.0, 0, 45, 10, -3]]}, "length and width must be positive"),
        ({"sources": [[0, 0, -1.0, np.nan, 45, 10, 10]]}, "must be finite"),
        ({"sources": [[0, 0, -1.0, 0, 45, 10]]}, "a row of 7 numbers"),
        ({"poisson": 0.5}, "0 <= poisson < 0.5"),
        ({"poisson": -0.1}, "0 <= poisson < 0.5"),
        ({"components": ["rake"]}, "each once"),
        ({"components": ["dip", "dip"]}, "each once"),
        ({"components": []}, "each once"),
        ({"threads": 0}, "threads is 0, but must be at least 1"),
    ],
)
def test_bad_input_is_refused_with_value_rule_and_remedy(change, message):
    good = {
        "points": [[0.0, 0.0, 0.0]],
        "directions": [[0.0, 0.0, 1.0]],
        "sources": [[0.0, 0.0, -1.0, 0.0, 45.0, 10.0, 10.0]],
    }
    arguments = good | change
    place, directions = arguments.pop("points"), arguments.pop("directions")
    with pytest.raises(ValueError, match=message):
        greens_matrix(place, directions, arguments.pop("sources"), **arguments)


def test_a_top_edge_above_ground_by_rounding_breaks_the_surface():
    place, up = [[100.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]
    row = [0.0, 0.0, 0.0, 0.0, 60.0, 1000.0, 1000.0]
    nudged = [0.0, 0.0, 1e-10, *row[3:]]
    np.testing.assert_array_equal(greens_matrix(place, up, [nudged]), greens_matrix(place, up, [row]))
