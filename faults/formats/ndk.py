"""The ndk format of the global CMT catalogue: five lines an event, place and tensor of the centroid.

After its own description (globalcmt.org, allorder.ndk_explained): line 3 holds time, latitude, longitude and depth of
the centroid, each before its error; line 4 an exponent in two columns and Mrr, Mtt, Mpp, Mrt, Mrp, Mtp in dyne cm,
each before its error; line 5 the scalar moment of the best double couple after the three axes.
"""

import re

import numpy as np

from geoslip.faults.formats.common import number
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.mechanisms import EventMechanism, checked_place, tensor_from_spherical

_DYNE_CM = 1e-7


def is_ndk(text: str) -> bool:
    """Whether the third line of the text is a centroid's."""
    lines = [line for line in text.splitlines()[:8] if line.strip()]
    return len(lines) > 2 and lines[2].lstrip().startswith("CENTROID:")


def parse_ndk(text: str, *, source: str = "text") -> tuple[EventMechanism, ...]:
    """Mechanisms of an ndk file.

    Raises
    ------
    FormatError
        For events of other than five lines, or values that are no numbers.
    """
    lines = [(index, line) for index, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or len(lines) % 5:
        raise FormatError(f"{len(lines)} lines: five belong to each event; is the file cut off?", source=source)
    return tuple(_event(lines[k : k + 5], source) for k in range(0, len(lines), 5))


def _event(lines: list[tuple[int, str]], source: str) -> EventMechanism:
    (_, first), (_, second), (third_line, third), (fourth_line, fourth), (fifth_line, fifth) = lines
    if not third.lstrip().startswith("CENTROID:"):
        raise FormatError("the third line of an event must be its CENTROID", source=source, line=third_line)
    # time, latitude, longitude and depth of the centroid, each with its error
    if "CSF:" in second:
        message = "the event is a single force (CSF), which has no moment tensor: leave it out of the file"
        raise FormatError(message, source=source, line=third_line - 1)
    tokens = third.split(":", 1)[1].split()
    if len(tokens) < 7:
        raise FormatError("CENTROID: eight numbers are needed", source=source, line=third_line)
    latitude, longitude, depth = (number(tokens[k], "centroid", source=source, line=third_line) for k in (2, 4, 6))
    longitude, latitude = checked_place(longitude, latitude, source=source, line=third_line)
    # columns 1 and 2 hold the exponent, which may touch the first component
    tokens = [fourth[:2], *fourth[2:].split()]
    values = [number(token, "a tensor's value", source=source, line=fourth_line) for token in tokens]
    if len(values) != 13 or not 0.0 <= values[0] <= 40.0:
        message = f"{len(values)} values: an exponent, and six components with errors, are needed"
        raise FormatError(message, source=source, line=fourth_line)
    unit = 10.0 ** values[0] * _DYNE_CM
    tensor = tensor_from_spherical(np.array(values[1::2])) * unit
    # a version code of three columns, three axes of value, plunge and azimuth, and the scalar moment
    axes = fifth[3:].split()
    if len(axes) < 10:
        message = f"{len(axes)} values: three axes and the scalar moment are needed"
        raise FormatError(message, source=source, line=fifth_line)
    moment = number(axes[9], "the scalar moment", source=source, line=fifth_line) * unit
    date = re.search(r"\d{4}/\d{2}/\d{2}\s+\d{2}:\d{2}:[\d.]+", first)
    name = second.split()[0] if second.split() else ""
    time = re.sub(r"\s+", "T", date.group(0)) if date else ""
    return EventMechanism(longitude, latitude, 1e3 * depth, tensor, name, time=time, moment=moment)
