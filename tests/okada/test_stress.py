"""Strain, stress and elastic constants: the textbook relations."""

import numpy as np
import pytest

from geoslip.okada.medium import Medium
from geoslip.okada.stress import invariants, strain, stress, traction


def test_rotation_makes_neither_strain_nor_stress():
    rotation = np.array([[0, 1.0, -2.0], [-1.0, 0, 3.0], [2.0, -3.0, 0]])
    assert not strain(rotation).any()
    assert not stress(rotation).any()


def test_pressure_follows_the_bulk_modulus():
    medium = Medium(rigidity=2.0, poisson=0.3)
    assert stress(0.1 * np.eye(3), medium=medium) == pytest.approx(0.3 * medium.bulk * np.eye(3))


def test_pulled_bar_follows_young_and_poisson():
    medium = Medium(rigidity=2.0, poisson=0.3)
    pulled = stress(np.diag([1.0, -0.3, -0.3]), medium=medium)
    assert pulled == pytest.approx(np.diag([medium.young, 0.0, 0.0]), abs=1e-14)


def test_simple_shear_and_traction():
    gradient = np.zeros((4, 3, 3))
    gradient[:, 0, 2] = 1e-6
    tensor = stress(gradient)
    assert tensor[:, 0, 2] == pytest.approx(30e3)
    assert traction(tensor, [0, 0, 1.0]) == pytest.approx(np.tile([30e3, 0, 0], (4, 1)))


def test_arguments_are_left_alone():
    gradient = np.arange(9.0).reshape(3, 3)
    stress(gradient)
    assert gradient.tolist() == np.arange(9.0).reshape(3, 3).tolist()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        strain([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"normal has shape"):
        traction(np.eye(3), 1.0)
    with pytest.raises(ValueError, match="rigidity is -1"):
        Medium(rigidity=-1.0)
    with pytest.raises(ValueError, match=r"poisson is 0\.5"):
        Medium(poisson=0.5)


def test_invariants_do_not_turn_with_the_axes():
    tensor = np.diag([3.0, -1.0, 1.0])
    rng = np.random.default_rng(2)
    turned, _ = np.linalg.qr(rng.normal(size=(5, 3, 3)))
    every = np.einsum("nij,jk,nlk->nil", turned, tensor, turned)
    trace, second, shear = invariants(every)
    np.testing.assert_allclose(trace, 3.0)
    np.testing.assert_allclose(second, 4.0)  # deviator 2, -2, 0
    np.testing.assert_allclose(shear, 2.0)
    assert np.isnan(invariants(np.full((3, 3), np.nan))[2])
