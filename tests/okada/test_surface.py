"""Okada (1985) at the surface: limits of physics, published tables, 50-digit arithmetic."""

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from geoslip.okada import displacement_field
from geoslip.okada.surface import STEEP_COSINE

_spec = importlib.util.spec_from_file_location("precise", Path(__file__).with_name("precise.py"))
assert _spec is not None and _spec.loader is not None
precise = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(precise)

EAST_NORTH_UP = np.eye(3)
STEEP_DIP = float(np.degrees(np.arccos(STEEP_COSINE)))


def rectangle(*, x=0.0, y=0.0, d=4.0, dip=70.0, length=3.0, width=2.0):
    """A rectangle of Okada's frame (strike east, origin above the lower edge's start, d its depth) as a row."""
    sine, cosine = np.sin(np.radians(dip)), np.cos(np.radians(dip))
    return [x + length / 2, y + width * cosine, -(d - width * sine), 90.0, dip, length, width]


def unit_displacement(points, row, *, poisson=0.25):
    """Displacement (n, 3 components, 3) per unit slip."""
    place = np.zeros((len(points), 3))
    place[:, :2] = np.asarray(points)[:, :2]
    each = [displacement_field(place, [row], [unit], poisson=poisson, threads=1) for unit in np.eye(3)]
    return np.stack(each, axis=1)


def infinite(dip, top, width):
    return [0.0, 0.0, -top, 0.0, dip, 1e10, width]


def test_vertical_strike_slip_fault_of_infinite_length():
    distance = np.array([1.0, 5.0, 20.0])
    points = np.column_stack([np.r_[-distance, distance], np.zeros(6)])
    u = unit_displacement(points, infinite(90.0, 0.0, 10.0))[:, 0]
    expected = -np.arctan(10.0 / distance) / np.pi
    np.testing.assert_allclose(u[:, 1], np.r_[expected, -expected], atol=1e-14)
    np.testing.assert_allclose(u[:, [0, 2]], 0.0, atol=1e-14)


@pytest.mark.parametrize("dip", [5.0, 30.0, 60.0, 85.0, 89.9])
def test_thrust_of_infinite_length_that_breaks_the_surface(dip):
    depth = 10.0
    sine, cosine = np.sin(np.radians(dip)), np.cos(np.radians(dip))
    east = np.array([-20.0, -2.6795, 3.0, 12.3205, 40.0])
    zeta = (east - depth / np.tan(np.radians(dip))) / depth
    turn = np.arctan(zeta) - np.pi / 2 * np.sign(east)
    horizontal = (cosine * turn + (sine - zeta * cosine) / (1 + zeta**2)) / np.pi
    vertical = -(sine * turn + (cosine + zeta * sine) / (1 + zeta**2)) / np.pi
    u = unit_displacement(np.column_stack([east, 0 * east]), infinite(dip, 0.0, depth / sine))[:, 1]
    np.testing.assert_allclose(u[:, 0], horizontal, atol=1e-9)
    np.testing.assert_allclose(u[:, 2], vertical, atol=1e-9)


def test_okada_1985_table_2(reference_folder):
    with open(reference_folder / "okada85_checklist" / "okada1985_table2.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    for entry in rows:
        x, y, d, dip, length, width = (float(entry[key]) for key in ("x", "y", "d", "dip_deg", "L", "W"))
        # Case 4 has dip -90 and d = 4: the fault with dip 90 whose lower edge is at 6, slipping the other way.
        sign = -1.0 if dip < 0 and entry["mode"] != "tensile" else 1.0
        component = ("strike", "dip", "tensile").index(entry["mode"])
        row = rectangle(d=d, dip=abs(dip), length=length, width=width)
        u = sign * unit_displacement([[x, y]], row)[0, component]
        for value, printed in zip(u, (entry["ux"], entry["uy"], entry["uz"])):
            assert abs(value) < 1e-16 if printed == "0" else f"{value:.3E}" == f"{float(printed):.3E}"


def test_values_computed_by_independent_codes(reference_folder):
    values = json.loads((reference_folder / "values.json").read_text(encoding="utf-8"))
    case2 = unit_displacement([[2.0, 3.0]], rectangle())[0]
    for component, name in enumerate(("c2ss", "c2ds", "c2ts")):
        np.testing.assert_allclose(case2[component], values["okada85"][name], atol=1e-16)
    case = values["rect30_40"]
    row = [*case["top_center_EN"], -case["top"], case["strike"], case["dip"], case["L"], case["W"]]
    u = unit_displacement(case["obs"], row)
    for component, name in enumerate(("ss", "ds", "ts")):
        np.testing.assert_allclose(u[:, component], case[name], atol=2e-15)


@pytest.mark.parametrize("dip", [0.0, 1e-6, 0.1, 20.0, 45.0, 70.0, STEEP_DIP - 1e-9, STEEP_DIP + 1e-9])
def test_gentle_dips_against_50_digits(dip):
    assert worst_error(dip, seed=1) < 1e-12


@pytest.mark.parametrize("dip", [85.0, 89.0, 89.9, 89.99, 89.9999, 90.0])
def test_steep_dips_against_50_digits(dip):
    assert worst_error(dip, seed=2) < 1e-12


def worst_error(dip, *, seed):
    """Largest error over the largest displacement, for buried and surface-breaking faults anywhere."""
    rng = np.random.default_rng(seed)
    worst = 0.0
    for top in (0.0, 137.0, 9000.0):
        length, width = 10 ** rng.uniform(2.5, 4.5, 2)
        row = np.array([*rng.normal(scale=1e4, size=2), -top, rng.uniform(0, 360), dip, length, width])
        points = row[:2] + rng.normal(size=(8, 2)) * (length + width)
        worst = max(worst, error_against_50_digits(points, row, poisson=rng.uniform(0.0, 0.49)))
    return worst


def error_against_50_digits(points, row, *, poisson=0.25):
    u = unit_displacement(points, row, poisson=poisson)
    exact = np.array([precise.precise_surface(point, row, poisson) for point in points])
    # A horizontal fault on the ground itself moves nothing but the points on it: there the error stands alone.
    return np.abs(u - exact).max() / (np.abs(exact).max() or 1.0)


@pytest.mark.parametrize("top", [0.0, 1.0, 512.0])
@pytest.mark.parametrize("dip", [0.0, 0.5, 30.0, 80.0, 89.9999, 90.0])
def test_points_next_to_and_on_the_extensions_of_edges(dip, top):
    # Strike 90 and round numbers: no rounding of the coordinates hides an error of the kernel.
    row = [0.0, 0.0, -top, 90.0, dip, 1024.0, 512.0]
    x, y = np.meshgrid([-3000.0, -512.0, 512.0, 512.0 + 2.0**-10], [-1024.0, -512.0, -1.0, 0.0, 2.0**-10, 100.0])
    points = np.column_stack([x.ravel(), y.ravel()])
    x, y = points.T
    on_fault = (top == 0) & (np.abs(x) <= 512) & (y <= 0) & (y >= (-512 if dip == 0 else 0))
    assert error_against_50_digits(points[~on_fault], row) < 1e-12
    assert np.isnan(unit_displacement(points[on_fault], row)).all()
