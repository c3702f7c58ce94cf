"""The second engine for triangles agrees with ours through the same arguments."""

import os
import sys

import numpy as np
import pytest

from geoslip.okada import displacement_field, gradient_field, greens_matrix, strain
from geoslip.okada.cutde_engine import cutde_displacement_field, cutde_greens_matrix, cutde_strain_field

SEED = np.random.default_rng(5)
TRIANGLES = SEED.uniform(-2e3, 2e3, (6, 3, 3)) - [0.0, 0.0, 5e3]
POINTS = np.column_stack([SEED.uniform(-8e3, 8e3, (20, 2)), -SEED.uniform(0.0, 2e3, 20) * (np.arange(20) % 2)])
SLIP = SEED.normal(size=(6, 3))
ALONG = np.tile([-0.6, 0.0, 0.8], (20, 1))

needs_the_jit = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="long without the JIT")


@needs_the_jit
def test_both_engines_give_the_same_matrix_and_fields(monkeypatch):
    monkeypatch.setattr("geoslip.okada.cutde_engine._NUMBERS_AT_ONCE", 9 * 6 * 7)  # three pieces of points
    fractions = []
    other = cutde_greens_matrix(POINTS, ALONG, TRIANGLES, components=("dip", "opening"), progress=fractions.append)
    ours = greens_matrix(POINTS, ALONG, TRIANGLES, components=("dip", "opening"))
    np.testing.assert_allclose(other, ours, rtol=0, atol=1e-12)
    assert fractions == [0.35, 0.7, 1.0]
    np.testing.assert_allclose(
        cutde_displacement_field(POINTS, TRIANGLES, SLIP), displacement_field(POINTS, TRIANGLES, SLIP), atol=1e-12
    )
    gradient = gradient_field(POINTS, TRIANGLES, SLIP)[1]
    got = cutde_strain_field(POINTS, TRIANGLES, SLIP)
    np.testing.assert_allclose(got, strain(gradient), rtol=0, atol=1e-10 * np.abs(gradient).max())


def test_the_order_of_the_vertices_changes_nothing():
    turned = TRIANGLES[:, [1, 0, 2]]
    np.testing.assert_allclose(
        cutde_displacement_field(POINTS, turned, SLIP), cutde_displacement_field(POINTS, TRIANGLES, SLIP), atol=1e-12
    )


def test_a_missing_cutde_and_points_above_ground_are_told(monkeypatch):
    with pytest.raises(ValueError, match="up = 0"):
        cutde_displacement_field([[0.0, 0.0, 1.0]], TRIANGLES, SLIP)
    monkeypatch.setitem(sys.modules, "cutde", None)
    with pytest.raises(ImportError, match="pip install cutde"):
        cutde_displacement_field(POINTS, TRIANGLES, SLIP)
