"""GMT psmeca tables: rows of longitude, latitude, depth (km) and a mechanism in one of three conventions.

| convention | columns after the place |
|---|---|
| a (Aki & Richards) | strike dip rake magnitude |
| c (global CMT) | strike dip rake of both planes, mantissa and exponent of the moment in dyn cm |
| m (moment tensor) | mrr mtt mff mrt mrf mtf, exponent in dyn cm |

Two columns for where to plot, and a name, may follow. The number of columns tells the convention.
"""

import numpy as np

from geoslip.faults.formats.common import number
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.mechanisms import (
    EventMechanism,
    checked_place,
    spherical_from_tensor,
    tensor_from_spherical,
)
from geoslip.faults.mechanism import mechanism_tensor
from geoslip.faults.moment import moment_of_magnitude

_COLUMNS = {"a": 7, "m": 10, "c": 11}
_DYNE_CM = 1e-7


def is_meca(text: str) -> bool:
    """Whether the first row begins with as many numbers as one of the conventions has."""
    for line in text.splitlines():
        tokens = line.split("#")[0].split()
        if tokens and tokens[0] != ">":
            return _leading(tokens) >= min(_COLUMNS.values())
    return False


def parse_meca(text: str, *, source: str = "text", convention: str | None = None) -> tuple[EventMechanism, ...]:
    """Mechanisms of a psmeca table.

    Parameters
    ----------
    text, source : str
        The table and its file's name.
    convention : str, optional
        'a', 'c' or 'm'; by the number of columns unless given.

    Raises
    ------
    FormatError
        For a number of columns that fits none or two of the conventions, or a place off the globe.
    """
    if convention not in (None, *_COLUMNS):
        raise FormatError(f"convention {convention!r} is unknown: it must be 'a', 'c' or 'm'", source=source)
    events = []
    for index, line in enumerate(text.splitlines(), start=1):
        tokens = line.split("#")[0].split()
        if not tokens or tokens[0] == ">":
            continue
        kind = convention or _convention(_leading(tokens), source, index)
        need = _COLUMNS[kind]
        if len(tokens) < need:
            raise FormatError(f"{len(tokens)} values: convention {kind} needs {need}", source=source, line=index)
        values = [number(token, "a value", source=source, line=index) for token in tokens[:need]]
        longitude, latitude = checked_place(values[0], values[1], source=source, line=index)
        rest = tokens[need:]
        plotted = 2 if len(rest) >= 2 and _leading(rest) >= 2 else 0
        name = " ".join(rest[plotted:])
        events.append(EventMechanism(longitude, latitude, 1e3 * values[2], _tensor(kind, values, source, index), name))
    if not events:
        raise FormatError("no rows: the file holds no mechanisms", source=source)
    return tuple(events)


def format_meca(events: tuple[EventMechanism, ...]) -> str:
    """A psmeca table in the convention of moment tensors (-Sm), which loses nothing."""
    lines = ["# lon lat depth(km) mrr mtt mff mrt mrf mtf exp(dyn cm) plot_lon plot_lat name"]
    for event in events:
        components = spherical_from_tensor(event.tensor) / _DYNE_CM
        exponent = int(np.floor(np.log10(np.abs(components).max())))
        numbers = " ".join(f"{value:.12g}" for value in components / 10.0**exponent)
        place = f"{event.longitude:.10g} {event.latitude:.10g}"
        lines.append(f"{place} {event.depth / 1e3:.10g} {numbers} {exponent} {place} {event.name}".rstrip())
    return "\n".join(lines) + "\n"


def _leading(tokens: list[str]) -> int:
    """How many numbers a row begins with."""
    count = 0
    for token in tokens:
        try:
            float(token)
        except ValueError:
            break
        count += 1
    return count


def _convention(count: int, source: str, line: int) -> str:
    found = [kind for kind, need in _COLUMNS.items() if count in (need, need + 2)]
    if len(found) != 1:
        message = f"{count} numbers fit none or two of psmeca's conventions: say convention='a', 'c' or 'm'"
        raise FormatError(message, source=source, line=line)
    return found[0]


def _tensor(kind: str, values: list[float], source: str, line: int) -> np.ndarray:
    if kind == "m":
        return tensor_from_spherical(np.array(values[3:9])) * 10.0 ** _exponent(values[9], source, line) * _DYNE_CM
    if not 0.0 <= values[4] <= 90.0:
        raise FormatError(f"dip {values[4]:g} must lie in 0..90 degrees", source=source, line=line)
    if kind == "c":
        moment = values[9] * 10.0 ** _exponent(values[10], source, line) * _DYNE_CM
    else:
        moment = float(moment_of_magnitude(values[6]))
    return mechanism_tensor(values[3], values[4], values[5]) * moment


def _exponent(value: float, source: str, line: int) -> float:
    if not 0.0 <= value <= 40.0:
        raise FormatError(f"exponent {value:g} of a moment in dyn cm must lie in 0..40", source=source, line=line)
    return value
