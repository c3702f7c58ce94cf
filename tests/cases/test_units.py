"""Quantities carry units; what does not is refused with the reason."""

import math

import pytest

from geoslip.cases.casefile.units import format_length, parse_angle, parse_length, parse_moment, parse_pressure


@pytest.mark.parametrize(
    ("text", "metres"),
    [("2 km", 2000.0), ("350 m", 350.0), ("12mm", 0.012), ("-1.5e1 cm", -0.15), (" .5 km ", 500.0), (0, 0.0)],
)
def test_lengths(text: object, metres: float) -> None:
    assert parse_length(text) == pytest.approx(metres, rel=1e-15)


@pytest.mark.parametrize("value", [2, 2.5, "2", "-3e4"])
def test_bare_number_is_refused_with_reason(value: object) -> None:
    with pytest.raises(ValueError, match=r"must carry its unit.*could mean any of mm, cm, m, km"):
        parse_length(value)


@pytest.mark.parametrize("value", ["2 miles", "2 Km", "km", "two km", "1e400 km", None, True, [2], "1 2 km"])
def test_nonsense_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="length"):
        parse_length(value)


def test_other_quantities() -> None:
    assert parse_pressure("30 GPa") == 30e9
    assert parse_pressure("2 bar") == 2e5
    assert parse_moment("4.2e26 dyn cm") == pytest.approx(4.2e19)
    assert parse_moment("1e19 N m") == 1e19
    assert (2 / 3) * (math.log10(parse_moment("Mw 7.1")) - 9.1) == pytest.approx(7.1)
    assert parse_angle(45) == 45.0
    assert parse_angle("0.5 rad") == pytest.approx(math.degrees(0.5))
    with pytest.raises(ValueError, match="finite"):
        parse_angle(math.inf)
    with pytest.raises(ValueError, match="Mw 7"):
        parse_moment("Mw seven")


@pytest.mark.parametrize("metres", [0.0, 3e-4, 0.012, 0.5, 12.0, 2500.0, -40.0])
def test_format_reads_back(metres: float) -> None:
    assert parse_length(format_length(metres)) == pytest.approx(metres, rel=1e-5)
