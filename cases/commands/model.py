"""What ``geoslip forward`` and ``geoslip convert`` do."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.output.folder import whole_file
from geoslip.cases.output.results import write_table
from geoslip.cases.progress import Reporter, reporter_for_stream
from geoslip.faults.formats import FormatError, read_slip_model, write_slip_model
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

Array = NDArray[np.float64]
_HOW = "; on the command line that is --option KEY=VALUE"
MOST_GRID_POINTS = 20_000_000
"""A larger grid is taken for a mistake in its spacing."""
FARTHEST = 3e6
"""Metres: nobody asks what an earthquake does so far away, where a flat Earth says nothing."""


@dataclass(frozen=True)
class Asked:
    """What a command is told of a slip model's file beyond what the file says.

    Parameters
    ----------
    origin : str, optional
        "LON,LAT" that its local coordinates count from.
    crs : str, optional
        Projection whose grid they count on; true north otherwise.
    options : list of str
        "KEY=VALUE" for the format's reader.
    rigidity : float, optional
        GPa.
    """

    origin: str | None = None
    crs: str | None = None
    options: Sequence[str] = ()
    rigidity: float | None = None


def read_model(path: Path, *, asked: Asked) -> SlipModel:
    """Read a slip model for a command.

    Raises
    ------
    CaseError
        If it is not there, of no known format, broken, or does not say what has to be asked.
    """
    place = parse_numbers(asked.origin, 2, "--origin", "LON,LAT") if asked.origin else None
    try:
        frame = LocalFrame(*place) if place else None
    except ValueError as error:
        raise CaseError(Mistake(str(error), "--origin", asked.origin or "")) from error
    if asked.crs is not None and frame is None:
        rule = "the grid of a projection needs the origin that the file counts from: give --origin=LON,LAT too"
        raise CaseError(Mistake(rule, "--crs", asked.crs))
    if asked.rigidity is not None and not asked.rigidity > 0.0:
        raise CaseError(Mistake("rigidity is above 0 GPa; 30 is usual", "--rigidity", f"{asked.rigidity:g}"))
    stiffness = None if asked.rigidity is None else 1e9 * asked.rigidity
    options: dict[str, Any] = dict(_option(text) for text in asked.options)
    try:
        return read_slip_model(path, frame=frame, crs=asked.crs, rigidity=stiffness, **options)
    except FormatError as error:
        hint = (
            "; on the command line that is --option KEY=VALUE"
            if re.search(r"\bsay \w+=|with \w+='", str(error))
            else ""
        )
        raise CaseError(Mistake(f"{error}{hint}")) from error
    except OSError as error:
        rule = f"the slip model cannot be read: {error.strerror}; check the path"
        if path.is_dir():
            rule = f"this is a folder: name the slip model's file in it, such as {path / 'slip.csv'}"
        raise CaseError(Mistake(rule, key=str(path))) from error


def _option(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    key = key.strip().replace("-", "_")
    if not equals or not key or key in ("frame", "crs", "rigidity", "source"):
        rule = "what a file does not say is written KEY=VALUE, such as unit=km (--origin and --crs are their own)"
        raise CaseError(Mistake(rule, "--option", text))
    if key == "rake":
        return key, parse_numbers(value, 1, "--option rake", "DEGREES")[0]
    return key, value.strip().lower() == "true" if key == "repair" else value.strip()


def parse_numbers(text: str, count: int, option: str, form: str) -> list[float]:
    """Give the numbers of an option such as ``LON,LAT`` or ``W/E/S/N/STEP``.

    Raises
    ------
    CaseError
        If they are not so many numbers.
    """
    parts = text.replace("/", ",").split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != count or not np.isfinite(numbers).all():
        wanted = "a number is wanted" if count == 1 else f"{count} numbers are wanted"
        raise CaseError(Mistake(f"{wanted}, written {form} (with = after the option)", option, text))
    return numbers


def forward_command(
    path: Path,
    *,
    out: Path,
    points: Path | None,
    grid: str | None,
    poisson: float,
    strain: bool,
    asked: Asked,
) -> None:
    """Write the displacement of a slip model at points or on a grid."""
    if (points is None) == (grid is None):
        raise CaseError(Mistake("say where: --points FILE, or --grid=WEST/EAST/SOUTH/NORTH/SPACING, one of them"))
    if not -1.0 < poisson < 0.5:
        raise CaseError(Mistake("Poisson's ratio lies between -1 and 0.5; 0.25 is usual", "--poisson", f"{poisson:g}"))
    model = read_model(path, asked=asked)
    if model.frame is None:
        rule = "this model does not say where on Earth it lies: give --origin=LON,LAT of its local coordinates"
        raise CaseError(Mistake(rule, key=str(path)))
    places = grid_points(grid) if grid is not None else table_points(points)
    refuse_far_places(model, places, option="--grid" if points is None else "--points", text=grid or str(points))
    reporter = reporter_for_stream()
    try:
        names, columns = forward_field(model, places, poisson=poisson, strain=strain, reporter=reporter)
        with reporter.step("writing"):
            write_whole(out, names, columns)
    finally:
        reporter.close()
    for note in model.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{len(places)} points of a model of Mw {model.mw:.2f} in {out}")


def forward_field(
    model: SlipModel, places: Array, *, poisson: float = 0.25, strain: bool = False, reporter: Reporter | None = None
) -> tuple[list[str], Array]:
    """Compute displacement, and strain where asked, in true east, north and up.

    Parameters
    ----------
    model : SlipModel
        With a frame.
    places : ndarray, shape (n, 3)
        Longitude, latitude (degrees) and depth (m).
    poisson : float
        Poisson's ratio.
    strain : bool
        Add exx, eyy, ezz, exy, exz, eyz in the axes of the model's frame.
    reporter : Reporter, optional
        Hears of the progress.

    Returns
    -------
    list of str
        Names of the columns.
    ndarray, shape (n, 6 or 12)
        lon, lat, depth_km, east_m, north_m, up_m and the strains.
    """
    from geoslip.inversion.forward import model_displacement, model_gradient

    assert model.frame is not None
    longitude, latitude, depth = places.T
    east, north = model.frame.to_local(longitude, latitude)
    points = np.column_stack([east, north, -depth])
    with (reporter or Reporter()).step("displacement") as report:
        if strain:
            field, gradient = model_gradient(model, points, poisson=poisson, progress=report)
        else:
            field = model_displacement(model, points, poisson=poisson, progress=report)
    names = ["lon", "lat", "depth_km", "east_m", "north_m", "up_m"]
    columns = [longitude, latitude, 1e-3 * depth, *model.frame.rotate_from_frame(field, longitude, latitude).T]
    if strain:
        from geoslip.okada.stress import strain as strain_tensor

        tensor = strain_tensor(gradient)
        for i, j, name in ((0, 0, "exx"), (1, 1, "eyy"), (2, 2, "ezz"), (0, 1, "exy"), (0, 2, "exz"), (1, 2, "eyz")):
            names.append(name)
            columns.append(tensor[:, i, j])
    return names, np.column_stack(columns)


def grid_points(grid: str) -> Array:
    """Longitude, latitude (degrees) and depth 0 of the nodes of a grid WEST/EAST/SOUTH/NORTH/SPACING."""
    west, east, south, north, step = parse_numbers(grid, 5, "--grid", "WEST/EAST/SOUTH/NORTH/SPACING")
    if not (west < east and south < north and step > 0.0):
        rule = "west is less than east, south less than north, and the spacing above 0, all in degrees"
        raise CaseError(Mistake(rule, "--grid", grid))
    size = ((east - west) / step + 1) * ((north - south) / step + 1)
    if size > MOST_GRID_POINTS:
        raise CaseError(Mistake(f"{size:.3g} points are too many: take a larger spacing (in degrees)", "--grid", grid))
    longitude = west + step * np.arange(int((east - west) / step + 1e-9) + 1)
    latitude = south + step * np.arange(int((north - south) / step + 1e-9) + 1)
    x, y = (part.ravel() for part in np.meshgrid(longitude, latitude))
    return np.column_stack([x, y, np.zeros(x.size)])


def refuse_far_places(model: SlipModel, places: Array, *, option: str, text: str) -> None:
    """Refuse places that are all so far from a model that longitude and latitude must have been taken for each other.

    Raises
    ------
    CaseError
        If the nearest lies beyond `FARTHEST` from the middle of the model's patches, or one is not on Earth.
    """
    assert model.frame is not None
    east, north = model.fault.centroids[:, :2].mean(axis=0)
    middle = [float(part) for part in model.frame.to_geographic(east, north)]
    try:
        away = np.hypot(*LocalFrame(*middle).to_local(places[:, 0], places[:, 1]))
    except ValueError as error:
        raise CaseError(Mistake(str(error), option, text)) from error
    if away.min() > FARTHEST:
        rule = (
            f"the nearest place is {1e-3 * away.min():.0f} km from the model, which lies at {middle[0]:.2f},"
            f"{middle[1]:.2f}: longitude comes first, then latitude"
        )
        raise CaseError(Mistake(rule, option, text))


def table_points(path: Path | None) -> Array:
    """Longitude, latitude (degrees) and depth (m) of the rows of a table."""
    from geoslip.downsample.readers._table import read_table

    assert path is not None
    try:
        table = read_table(path)
        longitude, latitude = table.numbers("longitude"), table.numbers("latitude")
        depth = 1e3 * table.numbers("depth_km") if "depth_km" in table.names else np.zeros(len(table))
    except ValueError as error:
        rule = str(error).split("; name ")[0].split(": name them")[0]
        hint = "; the table of --points begins with a line that names its columns, lon, lat and maybe depth_km"
        raise CaseError(Mistake(rule + ("" if rule == str(error) else hint))) from error
    if (depth < 0.0).any():
        rule = f"a depth of {1e-3 * depth.min():g} km lies above ground: depths are positive downward"
        raise CaseError(Mistake(rule, key=str(path)))
    return np.column_stack([longitude, latitude, depth])


def write_whole(out: Path, names: list[str], columns: Array) -> None:
    """Write a table that is there whole or not at all."""
    try:
        with whole_file(out) as partial:
            write_table(partial, names, columns)
    except OSError as error:
        rule = f"the table cannot be written ({error.strerror}): choose another place with --out"
        raise CaseError(Mistake(rule, key=str(out))) from error


def convert_command(source: Path, target: Path, *, asked: Asked, form: str | None = None) -> None:
    """Write a slip model in the format of another file's suffix, or in the one named."""
    model = read_model(source, asked=asked)
    try:
        with whole_file(target) as partial:
            write_slip_model(partial, model, format=form)
            for beside in target.parent.glob(f"{glob.escape(partial.stem)}.*"):  # the vertices of a .tri file
                if beside != partial:
                    beside.replace(beside.with_name(beside.name.removeprefix(".partial-")))
    except FormatError as error:
        rule = str(error).replace(str(partial), str(target)).replace("or say format=", "or say which with --to")
        raise CaseError(Mistake(rule)) from error
    except OSError as error:
        rule = f"the model cannot be written ({error.strerror}): choose another place"
        raise CaseError(Mistake(rule, key=str(target))) from error
    for note in model.notes:
        typer.echo(f"note: {note}", err=True)
    count, segments = model.fault.n_patches, len(model.fault.segments)
    parts = "1 segment" if segments == 1 else f"{segments} segments"
    typer.echo(f"{target}: {count} patches in {parts}, Mw {model.mw:.2f}")
