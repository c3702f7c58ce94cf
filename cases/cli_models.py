"""The commands that take a slip model in any format: forward, stress, convert, view."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Origin = Annotated[str | None, typer.Option(help="'LON,LAT' that a file's local coordinates count from.")]
Crs = Annotated[str | None, typer.Option(help="Projection whose grid they count on, such as EPSG:32611.")]
ReaderOption = Annotated[
    list[str] | None,
    typer.Option("--option", help="KEY=VALUE for what a file does not say, such as unit=km or reference=centre."),
]


def forward(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A slip model in any readable format.")],
    out: Annotated[Path, typer.Option(help="Table to write: lon, lat, east_m, north_m, up_m.")],
    points: Annotated[Path | None, typer.Option(help="Table with columns lon, lat and optionally depth_km.")] = None,
    grid: Annotated[str | None, typer.Option(help="'WEST/EAST/SOUTH/NORTH/SPACING' in degrees.")] = None,
    origin: Origin = None,
    crs: Crs = None,
    option: ReaderOption = None,
    poisson: Annotated[float, typer.Option(help="Poisson's ratio.")] = 0.25,
    strain: Annotated[bool, typer.Option("--strain", help="Add the six strain components.")] = False,
) -> None:
    """Displacement (and strain) that a slip model makes at points or on a grid.

    \b
    Example:  geoslip forward slip.fsp --grid=-118.5/-117/35/36.5/0.02 --out field.csv
    """
    from geoslip.cases.commands.model import Asked, forward_command

    asked = Asked(origin, crs, option or [])
    forward_command(model, out=out, points=points, grid=grid, poisson=poisson, strain=strain, asked=asked)


def stress(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A slip model in any readable format.")],
    out: Annotated[Path, typer.Option(help="Table to write: shear_mpa, normal_mpa, coulomb_mpa at every place.")],
    receiver: Annotated[str | None, typer.Option(help="'STRIKE/DIP/RAKE' in degrees; RAKE may be 'largest'.")] = None,
    on: Annotated[
        Path | None, typer.Option(metavar="MODEL2", help="Slip model whose patches are the receivers.")
    ] = None,
    points: Annotated[Path | None, typer.Option(help="Table with columns lon, lat and optionally depth_km.")] = None,
    grid: Annotated[str | None, typer.Option(help="'WEST/EAST/SOUTH/NORTH/SPACING' in degrees.")] = None,
    depths: Annotated[str, typer.Option(help="Depths of the grid, 'KM,KM,...'; of several the largest change.")] = "0",
    rake: Annotated[str, typer.Option(help="With --on: 'own' rakes of MODEL2, 'largest', or degrees.")] = "own",
    friction: Annotated[float, typer.Option(help="Coefficient of friction, effective without --skempton.")] = 0.4,
    skempton: Annotated[float | None, typer.Option(help="Skempton's coefficient, 0 to 1.")] = None,
    pore: Annotated[str, typer.Option(help="What makes pore pressure: 'isotropic' or 'apparent'.")] = "isotropic",
    rigidity: Annotated[float, typer.Option(help="Rigidity in GPa.")] = 30.0,
    poisson: Annotated[float, typer.Option(help="Poisson's ratio.")] = 0.25,
    origin: Origin = None,
    crs: Crs = None,
    option: ReaderOption = None,
) -> None:
    """Coulomb stress change that a slip model makes on receiver planes, or on the patches of another model.

    \b
    Example:  geoslip stress slip.fsp --receiver=330/90/180 --grid=-117/-116/34/35/0.02 --depths=7.5 --out cfs.csv
    Example:  geoslip stress landers.csv --on hector.csv --out on-hector.csv
    """
    from geoslip.cases.commands.model import Asked
    from geoslip.cases.commands.stress import Receivers, Rock, stress_command

    rock = Rock(friction=friction, skempton=skempton, pore=pore, rigidity=1e9 * rigidity, poisson=poisson)
    wanted = Receivers(plane=receiver, model=on, points=points, grid=grid, depths=depths, rake=rake)
    stress_command(model, receivers=wanted, rock=rock, out=out, asked=Asked(origin, crs, option or []))


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A slip model in any readable format.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="New file; its suffix says the format.")],
    origin: Origin = None,
    crs: Crs = None,
    option: ReaderOption = None,
    rigidity: Annotated[float | None, typer.Option(help="Rigidity in GPa, to overrule the file's.")] = None,
    to: Annotated[str | None, typer.Option(help="Format of OUT, where its suffix does not say.")] = None,
) -> None:
    """Write a slip model in another format: fsp, param, kml, gmt, Coulomb .inp, pscmp, .flt, .seg, .tri, vtk, gocad ...

    \b
    Example:  geoslip convert slip.fsp slip.geojson
    Example:  geoslip convert landers_km.flt landers.csv --origin=-116.27,34.594993 --crs EPSG:32611
    Example:  geoslip convert emc.txt emc.inp --option reference=top-centre
    """
    from geoslip.cases.commands.model import Asked, convert_command

    convert_command(source, target, asked=Asked(origin, crs, option or [], rigidity), form=to)


def view(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A slip model in any readable format.")],
    out: Annotated[Path, typer.Option(help="Page to write.")] = Path("slip.html"),
    origin: Origin = None,
    crs: Crs = None,
    option: ReaderOption = None,
) -> None:
    """A page on which a slip model can be turned and read patch by patch; it needs no network (extra: interactive).

    \b
    Example:  geoslip view myquake/slip.csv --out slip.html
    """
    from geoslip.cases.commands.model import Asked
    from geoslip.cases.commands.view import view_command

    view_command(model, out=out, asked=Asked(origin, crs, option or []))


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (forward, stress, convert, view):
        app.command()(command)
