"""Slip-model file formats, one file each, told apart by what a file holds and written by what it is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geoslip.faults.formats.common import read_text
from geoslip.faults.formats.csv import format_csv, is_csv, parse_csv
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.fsp import is_fsp, parse_fsp
from geoslip.faults.formats.fsp_writer import format_fsp
from geoslip.faults.formats.geojson import format_geojson, is_geojson, parse_geojson
from geoslip.faults.formats.gmsh import format_gmsh, is_gmsh, parse_gmsh
from geoslip.faults.formats.gocad import format_gocad, is_gocad, parse_gocad
from geoslip.faults.formats.relax import format_relax, is_relax, parse_relax
from geoslip.faults.formats.unicycle import format_unicycle, format_vertices, is_unicycle, parse_unicycle
from geoslip.faults.formats.vtk import format_vtk, is_vtk, parse_vtk
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

__all__ = [
    "FORMATS",
    "Format",
    "FormatError",
    "format_csv",
    "format_fsp",
    "format_geojson",
    "format_gmsh",
    "format_gocad",
    "format_relax",
    "format_unicycle",
    "format_vtk",
    "parse_csv",
    "parse_fsp",
    "parse_geojson",
    "parse_gmsh",
    "parse_gocad",
    "parse_relax",
    "parse_unicycle",
    "parse_vtk",
    "read_slip_model",
    "write_slip_model",
]


@dataclass(frozen=True)
class Format:
    """A format: its name, the suffixes of its files, and the functions that know, read and write its text.

    `holds` says which patches it can hold; `beside` writes further files of the same name: their text by suffix.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[str], bool]
    parse: Callable[..., SlipModel]
    write: Callable[[SlipModel], str]
    holds: tuple[str, ...] = ("rectangles",)
    beside: Mapping[str, Callable[[SlipModel], str]] = field(default_factory=dict)


BOTH, MESH = ("rectangles", "triangles"), ("triangles",)

#: tried in this order on reading; a new format is one file and one entry here
FORMATS = (
    Format("geojson", (".geojson", ".json"), is_geojson, parse_geojson, format_geojson, BOTH),
    Format("fsp", (".fsp",), is_fsp, parse_fsp, format_fsp),
    Format("csv", (".csv",), is_csv, parse_csv, format_csv, BOTH),
    Format("relax", (".flt", ".dat"), is_relax, parse_relax, format_relax),
    Format("gocad", (".ts",), is_gocad, parse_gocad, format_gocad, MESH),
    Format("vtk", (".vtk",), is_vtk, parse_vtk, format_vtk, MESH),
    Format("gmsh", (".msh",), is_gmsh, parse_gmsh, format_gmsh, MESH),
    Format("unicycle", (".tri",), is_unicycle, parse_unicycle, format_unicycle, MESH, {".ned": format_vertices}),
)


def read_slip_model(
    path: str | Path,
    *,
    format: str | None = None,
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    **options: object,
) -> SlipModel:
    """Read a slip model; its format is told by what the file holds.

    Parameters
    ----------
    path : str or pathlib.Path
    format : str, optional
        Name of the format, to overrule what the content shows.
    frame : LocalFrame, optional
        Frame for the model; the file's own or one around its patches unless given.
    rigidity : float, optional
        Pa; what the file states for itself, else 30 GPa, unless given.
    **options
        What the format's own reader asks further, such as `unit` ('m' or 'km') where a file does not state it.

    Returns
    -------
    SlipModel
        Its `notes` say what had to be assumed.

    Raises
    ------
    FormatError
        If the file is of no known format, or not what its format asks for.
    OSError
        If it cannot be opened.
    """
    text = read_text(path)
    found = next((f for f in FORMATS if f.matches(text)), None) if format is None else _named(format)
    if found is None:
        known = ", ".join(f.name for f in FORMATS)
        first = text.strip().splitlines()[0].strip()[:60]
        message = f"no known slip-model format (first line {first!r}): known are {known}; is it the right file?"
        raise FormatError(message, source=str(path))
    return found.parse(text, source=str(path), frame=frame, rigidity=rigidity, **options)


def write_slip_model(path: str | Path, model: SlipModel, *, format: str | None = None) -> None:
    """Write a slip model in the format of the file's suffix, or in the one named.

    Raises
    ------
    FormatError
        If the suffix is unknown or the format cannot hold the model.
    OSError
        If the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    found = next((f for f in FORMATS if suffix in f.suffixes), None) if format is None else _named(format)
    if found is None:
        known = ", ".join(f"{f.suffixes[0]} ({f.name})" for f in FORMATS)
        raise FormatError(
            f"suffix {suffix!r} names no slip-model format: use {known}, or say format=", source=str(path)
        )
    text, others = found.write(model), {suffix: write(model) for suffix, write in found.beside.items()}
    Path(path).write_text(text, encoding="utf-8")
    for suffix, other in others.items():
        Path(path).with_suffix(suffix).write_text(other, encoding="utf-8")


def _named(name: str) -> Format:
    for known in FORMATS:
        if known.name == name:
            return known
    raise FormatError(f"format {name!r} is unknown: known are {', '.join(f.name for f in FORMATS)}")
