"""Slip-model file formats, told apart by what a file holds and written by what it is called.

Each is one module of this folder that holds a `FORMAT`, or of another distribution under the entry point
``geoslip.formats``.
"""

from inspect import signature
from pathlib import Path

from geoslip.faults.formats.columns import parse_columns
from geoslip.faults.formats.common import read_text, write_zipped
from geoslip.faults.formats.coulomb import format_coulomb, parse_coulomb
from geoslip.faults.formats.csv import format_csv, parse_csv
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.fsp import parse_fsp
from geoslip.faults.formats.fsp_writer import format_fsp
from geoslip.faults.formats.geojson import format_geojson, parse_geojson
from geoslip.faults.formats.gmsh import format_gmsh, parse_gmsh
from geoslip.faults.formats.gmt import format_gmt, parse_gmt
from geoslip.faults.formats.gocad import format_gocad, parse_gocad
from geoslip.faults.formats.inv import format_inv, parse_inv
from geoslip.faults.formats.kml import format_kml, parse_kml
from geoslip.faults.formats.pscmp import format_pscmp, parse_pscmp
from geoslip.faults.formats.registry import Format, formats
from geoslip.faults.formats.relax import format_relax, parse_relax
from geoslip.faults.formats.seg import format_seg, parse_seg
from geoslip.faults.formats.unicycle import format_unicycle, parse_unicycle
from geoslip.faults.formats.usgs_geojson import format_usgs_geojson, parse_usgs_geojson
from geoslip.faults.formats.usgs_param import format_usgs_param, parse_usgs_param
from geoslip.faults.formats.vtk import format_vtk, parse_vtk
from geoslip.faults.frame import LocalFrame
from geoslip.faults.map_grid import from_map_grid
from geoslip.faults.slip import SlipModel

__all__ = [
    "Format",
    "FormatError",
    "format_coulomb",
    "format_csv",
    "format_fsp",
    "format_geojson",
    "format_gmsh",
    "format_gmt",
    "format_gocad",
    "format_inv",
    "format_kml",
    "format_pscmp",
    "format_relax",
    "format_seg",
    "format_unicycle",
    "format_usgs_geojson",
    "format_usgs_param",
    "format_vtk",
    "formats",
    "parse_columns",
    "parse_coulomb",
    "parse_csv",
    "parse_fsp",
    "parse_geojson",
    "parse_gmsh",
    "parse_gmt",
    "parse_gocad",
    "parse_inv",
    "parse_kml",
    "parse_pscmp",
    "parse_relax",
    "parse_seg",
    "parse_unicycle",
    "parse_usgs_geojson",
    "parse_usgs_param",
    "parse_vtk",
    "read_slip_model",
    "write_slip_model",
]


def read_slip_model(
    path: str | Path,
    *,
    format: str | None = None,
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    crs: str | None = None,
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
    crs : str, optional
        Projection, such as "EPSG:32611", whose grid a file's local coordinates are counted on about the origin of
        `frame`; without it they count along the axes of `frame`. Formats that hold map coordinates take it as theirs.
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
    found = next((f for f in formats() if f.matches(text)), None) if format is None else _named(format)
    if found is not None:
        unknown = sorted(set(options) - set(signature(found.parse).parameters))
        if unknown:
            raise FormatError(f"{found.name} has no option {', '.join(unknown)}", source=str(path))
    if found is None:
        known = ", ".join(f.name for f in formats())
        first = text.strip().splitlines()[0].strip()[:60]
        message = f"no known slip-model format (first line {first!r}): known are {known}; is it the right file?"
        raise FormatError(message, source=str(path))
    if crs is None or "crs" in signature(found.parse).parameters:
        options |= {} if crs is None else {"crs": crs}
        return found.parse(text, source=str(path), frame=frame, rigidity=rigidity, **options)
    if frame is None:
        message = "the file's coordinates count from an origin that it does not name: give a frame beside the crs"
        raise FormatError(message, source=str(path))
    model = found.parse(text, source=str(path), rigidity=rigidity, **options)
    with naming(str(path)):
        return from_map_grid(model, crs=crs, origin=(frame.longitude, frame.latitude))


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
    found = next((f for f in formats() if suffix in f.suffixes), None) if format is None else _named(format)
    if found is None:
        known = ", ".join(f"{f.suffixes[0]} ({f.name})" for f in formats() if f.suffixes)
        raise FormatError(
            f"suffix {suffix!r} names no slip-model format: use {known}, or say format=", source=str(path)
        )
    if found.write is None:
        raise FormatError(f"{found.name} can be read only: write csv or geojson", source=str(path))
    text, others = found.write(model), {suffix: write(model) for suffix, write in found.beside.items()}
    if suffix == ".kmz":
        write_zipped(path, text, member="doc.kml")
    else:
        Path(path).write_text(text, encoding="utf-8")
    for suffix, other in others.items():
        Path(path).with_suffix(suffix).write_text(other, encoding="utf-8")


def _named(name: str) -> Format:
    for known in formats():
        if known.name == name:
            return known
    raise FormatError(f"format {name!r} is unknown: known are {', '.join(f.name for f in formats())}")
