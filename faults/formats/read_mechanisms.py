"""Focal mechanisms from a file of any known format, told by what it holds."""

from pathlib import Path

from geoslip.faults.formats.common import read_text
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.meca import is_meca, parse_meca
from geoslip.faults.formats.mechanisms import EventMechanism
from geoslip.faults.formats.ndk import is_ndk, parse_ndk
from geoslip.faults.formats.quakeml import is_quakeml, parse_quakeml


def read_mechanisms(path: str | Path, *, convention: str | None = None) -> tuple[EventMechanism, ...]:
    """Read the focal mechanisms of a file.

    Parameters
    ----------
    path : str or pathlib.Path
    convention : str, optional
        'a', 'c' or 'm', as psmeca's -S, where the number of columns of a table leaves it open.

    Raises
    ------
    FormatError
        If the file is none of psmeca, ndk and QuakeML, or broken.
    OSError
        If it cannot be opened.
    """
    text, source = read_text(path), str(path)
    if is_quakeml(text):
        return parse_quakeml(text, source=source)
    if is_ndk(text):
        return parse_ndk(text, source=source)
    if is_meca(text):
        return parse_meca(text, source=source, convention=convention)
    raise FormatError("no focal mechanisms: a psmeca table, ndk or QuakeML is needed", source=source)
