"""Quantities with units as a case file writes them: '2 km', '30 GPa', '1e19 N m', 'Mw 7.1'.

A bare number is refused, for nobody can tell whether 2 means metres or kilometres; zero is zero in every unit.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator

LENGTHS = {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3}
PRESSURES = {"Pa": 1.0, "kPa": 1e3, "bar": 1e5, "MPa": 1e6, "GPa": 1e9}
MOMENTS = {"N m": 1.0, "Nm": 1.0, "dyn cm": 1e-7}
ANGLES = {"deg": 1.0, "degrees": 1.0, "°": 1.0, "rad": 180.0 / math.pi}

_QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*?)?\s*$")


def _parse(value: Any, units: dict[str, float], *, what: str, example: str) -> float:
    known = ", ".join(units)
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{what} is a number with its unit, such as '{example}'")
    if isinstance(value, (int, float)):
        if value == 0:
            return 0.0
        raise ValueError(
            f"{what} must carry its unit, for a bare {value:g} could mean any of {known}: write it as '{example}'"
        )
    match = _QUANTITY.match(str(value))
    if match is None:
        raise ValueError(f"{what} is a number with its unit ({known}), such as '{example}'")
    number, unit = float(match.group(1)), match.group(2)
    if not math.isfinite(number):
        raise ValueError(f"{what} is a finite number with its unit, such as '{example}'")
    if unit is None:
        if number == 0:
            return 0.0
        raise ValueError(
            f"{what} must carry its unit, for a bare {match.group(1)} could mean any of {known}: write '{example}'"
        )
    unit = " ".join(unit.replace("*", " ").split())
    if unit not in units:
        raise ValueError(f"'{unit}' is no unit of {what.removeprefix('a ')} known here: use one of {known}")
    return number * units[unit]


def parse_length(value: Any) -> float:
    """Length in metres from text such as ``'2 km'``; ValueError for a bare number or an unknown unit."""
    return _parse(value, LENGTHS, what="a length", example="2 km")


def parse_pressure(value: Any) -> float:
    """Elastic modulus or stress in pascals from text such as ``'30 GPa'``."""
    return _parse(value, PRESSURES, what="a modulus or stress", example="30 GPa")


def parse_moment(value: Any) -> float:
    """Seismic moment in newton-metres from ``'4.2e19 N m'`` or a magnitude ``'Mw 7.0'``."""
    if isinstance(value, str) and value.strip().lower().startswith("mw"):
        try:
            magnitude = float(value.strip()[2:].strip(" =:"))
        except ValueError:
            raise ValueError("a moment is written '4.2e19 N m' or as a magnitude, 'Mw 7.0'") from None
        return float(10.0 ** (1.5 * magnitude + 9.1))
    return _parse(value, MOMENTS, what="a moment", example="4.2e19 N m")


def parse_angle(value: Any) -> float:
    """Angle in degrees; a bare number is taken as degrees, the one unit of angles in this toolkit."""
    if isinstance(value, bool) or value is None:
        raise ValueError("an angle is a number of degrees")
    if isinstance(value, (int, float)):
        number = float(value)
    else:
        try:
            number = float(str(value))
        except ValueError:
            number = _parse(value, ANGLES, what="an angle", example="45 deg")
    if not math.isfinite(number):
        raise ValueError("an angle is a finite number of degrees")
    return number


def format_length(metres: float) -> str:
    """Length for people: the unit in which the number is between 1 and 1000."""
    size = abs(metres)
    for unit, factor in (("km", 1e3), ("m", 1.0), ("cm", 1e-2), ("mm", 1e-3)):
        if size >= factor:
            return f"{metres / factor:.6g} {unit}"
    return f"{metres * 1e3:.6g} mm" if size else "0 m"


Length = Annotated[float, BeforeValidator(parse_length)]
Pressure = Annotated[float, BeforeValidator(parse_pressure)]
Moment = Annotated[float, BeforeValidator(parse_moment)]
Angle = Annotated[float, BeforeValidator(parse_angle)]
