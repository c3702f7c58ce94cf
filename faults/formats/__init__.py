"""Slip-model file formats, one file each, told apart by what a file holds and written by what it is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path

from geoslip.faults.formats.columns import is_columns, parse_columns
from geoslip.faults.formats.common import read_text, write_zipped
from geoslip.faults.formats.coulomb import format_coulomb, is_coulomb, parse_coulomb
from geoslip.faults.formats.csv import format_csv, is_csv, parse_csv
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.fsp import is_fsp, parse_fsp
from geoslip.faults.formats.fsp_writer import format_fsp
from geoslip.faults.formats.geojson import format_geojson, is_geojson, parse_geojson
from geoslip.faults.formats.gmsh import format_gmsh, is_gmsh, parse_gmsh
from geoslip.faults.formats.gmt import format_gmt, is_gmt, parse_gmt
from geoslip.faults.formats.gocad import format_gocad, is_gocad, parse_gocad
from geoslip.faults.formats.inv import format_inv, is_inv, parse_inv
from geoslip.faults.formats.kml import format_kml, is_kml, parse_kml
from geoslip.faults.formats.pscmp import format_pscmp, is_pscmp, parse_pscmp
from geoslip.faults.formats.relax import format_relax, is_relax, parse_relax
from geoslip.faults.formats.seg import format_seg, is_seg, parse_seg
from geoslip.faults.formats.unicycle import format_unicycle, format_vertices, is_unicycle, parse_unicycle
from geoslip.faults.formats.usgs_geojson import format_usgs_geojson, is_usgs_geojson, parse_usgs_geojson
from geoslip.faults.formats.usgs_param import format_usgs_param, is_usgs_param, parse_usgs_param
from geoslip.faults.formats.vtk import format_vtk, is_vtk, parse_vtk
from geoslip.faults.frame import LocalFrame
from geoslip.faults.map_grid import from_map_grid
from geoslip.faults.slip import SlipModel

__all__ = [
    "FORMATS",
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


@dataclass(frozen=True)
class Format:
    """A format: its name, the suffixes of its files, and the functions that know, read and write its text.

    A format that can be read only has no `write`, and one that must be named has no suffix. `holds` says which patches
    it can hold; `beside` writes further files of the same name: their text by suffix.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[str], bool]
    parse: Callable[..., SlipModel]
    write: Callable[[SlipModel], str] | None
    holds: tuple[str, ...] = ("rectangles",)
    beside: Mapping[str, Callable[[SlipModel], str]] = field(default_factory=dict)


BOTH, MESH = ("rectangles", "triangles"), ("triangles",)

#: tried in this order on reading; a new format is one file and one entry here
FORMATS = (
    Format("usgs-geojson", (), is_usgs_geojson, parse_usgs_geojson, format_usgs_geojson, BOTH),
    Format("geojson", (".geojson", ".json"), is_geojson, parse_geojson, format_geojson, BOTH),
    Format("fsp", (".fsp",), is_fsp, parse_fsp, format_fsp),
    Format("usgs-param", (".param",), is_usgs_param, parse_usgs_param, format_usgs_param),
    Format("csv", (".csv",), is_csv, parse_csv, format_csv, BOTH),
    Format("kml", (".kml", ".kmz"), is_kml, parse_kml, format_kml, BOTH),
    Format("gmt", (".gmt",), is_gmt, parse_gmt, format_gmt, BOTH),
    Format("coulomb", (".inp", ".inr"), is_coulomb, parse_coulomb, format_coulomb),
    Format("gocad", (".ts",), is_gocad, parse_gocad, format_gocad, MESH),
    Format("vtk", (".vtk",), is_vtk, parse_vtk, format_vtk, MESH),
    Format("gmsh", (".msh",), is_gmsh, parse_gmsh, format_gmsh, MESH),
    Format("pscmp", (".pscmp",), is_pscmp, parse_pscmp, format_pscmp),
    Format("columns", (), is_columns, parse_columns, None),
    Format("inv", (".inv",), is_inv, parse_inv, format_inv),
    Format("seg", (".seg",), is_seg, parse_seg, format_seg),
    Format("relax", (".flt", ".dat"), is_relax, parse_relax, format_relax),
    Format("unicycle", (".tri",), is_unicycle, parse_unicycle, format_unicycle, MESH, {".ned": format_vertices}),
)


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
    found = next((f for f in FORMATS if f.matches(text)), None) if format is None else _named(format)
    if found is not None:
        unknown = sorted(set(options) - set(signature(found.parse).parameters))
        if unknown:
            raise FormatError(f"{found.name} has no option {', '.join(unknown)}", source=str(path))
    if found is None:
        known = ", ".join(f.name for f in FORMATS)
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
    found = next((f for f in FORMATS if suffix in f.suffixes), None) if format is None else _named(format)
    if found is None:
        known = ", ".join(f"{f.suffixes[0]} ({f.name})" for f in FORMATS if f.suffixes)
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
    for known in FORMATS:
        if known.name == name:
            return known
    raise FormatError(f"format {name!r} is unknown: known are {', '.join(f.name for f in FORMATS)}")
