"""Displacement of slip models of any patches: the sum over segments, and the same as the Green's matrix says."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from geoslip.faults import Fault, Plane, SlipModel, TriangularSegment, cut_uniform
from geoslip.inversion import greens_matrix, model_displacement, model_gradient
from geoslip.okada import displacement_field


@pytest.fixture(scope="module")
def mixed():
    plane = Plane(east=0.0, north=0.0, up=-1e3, strike=30.0, dip=60.0, length=8e3, width=6e3)
    corners = np.array([[0, 0], [6e3, 0], [6e3, 5e3], [0, 5e3], [3e3, 2e3]], dtype=float)
    vertices = np.column_stack([corners, -3e3 - 0.2 * corners[:, 0]])
    fault = Fault(
        (
            cut_uniform(plane, "plane", patch_length=4e3),
            TriangularSegment("mesh", vertices, Delaunay(corners).simplices),
        )
    )
    slip = np.random.default_rng(8).normal(size=(fault.n_patches, 3)) * [1.0, 1.0, 0.0]
    slip[1] = 0.0
    return SlipModel(fault, slip)


def test_the_field_is_what_the_greens_matrix_says(mixed, twin):
    data = twin.observations("los", "los", n=15, seed=4)
    matrix = greens_matrix(data, mixed.fault)
    field = model_displacement(mixed, data.points)
    expected = matrix @ np.asarray(mixed.slip)[:, :2].T.ravel()
    np.testing.assert_allclose(np.sum(field * data.directions, axis=1), expected, atol=1e-13)


def test_segments_add_up_and_progress_ends_at_one(mixed):
    points = np.random.default_rng(1).uniform(-9e3, 9e3, (12, 3)) * [1.0, 1.0, 0.0]
    heard = []
    field, slopes = model_gradient(mixed, points, progress=heard.append)
    parts = [
        displacement_field(points, segment.sources, mixed.slip[mixed.fault.slices[segment.name]])
        for segment in mixed.fault.segments
    ]
    np.testing.assert_allclose(field, sum(parts), atol=1e-14)
    assert heard[-1] == pytest.approx(1.0)
    step = 5.0
    east = (model_displacement(mixed, points + [step, 0, 0]) - model_displacement(mixed, points - [step, 0, 0])) / (
        2 * step
    )
    np.testing.assert_allclose(slopes[:, :, 0], east, atol=1e-8)


def test_the_other_engine_gives_the_same_matrix_and_an_unknown_one_is_refused(mixed, twin):
    data = twin.observations("los", "los", n=15, seed=4)
    ours, theirs = (greens_matrix(data, mixed.fault, engine=engine) for engine in ("geoslip", "cutde"))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    with pytest.raises(ValueError, match="geoslip, cutde"):
        greens_matrix(data, mixed.fault, engine="fortran")
