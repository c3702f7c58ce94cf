"""The command line: what each command takes, and which exit code a person or a script sees.

Heavy modules are imported inside the commands, so that ``geoslip --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from geoslip.cases import cli_models

EXIT_DONE, EXIT_OURS, EXIT_INPUT = 0, 1, 2

app = typer.Typer(
    name="geoslip",
    help="From geodetic observations of an earthquake to fault slip with honest uncertainty.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def study_names(incomplete: str) -> list[str]:
    """Give the studies whose names begin so, for the shell to complete; files are completed where there are none."""
    from geoslip.cases.library.find import shipped_studies

    return [name for name in shipped_studies() if name.startswith(incomplete)]


CaseName = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="A case file, or the name of a study that comes along.", autocompletion=study_names
    ),
]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder of the data files; GEOSLIP_DATA otherwise, or the case's folder.")
]
Unit = Annotated[
    str | None,
    typer.Option(help="Unit of the file: m, cm, mm, or rad (then with --wavelength); products know theirs, else m."),
]
Positive = Annotated[
    str | None,
    typer.Option(help="What a positive value means: toward or away (from the satellite); toward if nothing says."),
]
Wavelength = Annotated[str | None, typer.Option(help="Radar wavelength of a phase, such as '55.465763 mm'.")]
Incidence = Annotated[str | None, typer.Option(help="Incidence from the vertical: degrees, or the name of a grid.")]
Heading = Annotated[str | None, typer.Option(help="Flight direction clockwise from north: degrees, or a grid.")]
LookVector = Annotated[
    str | None, typer.Option("--look", help="Look vector 'E,N,U' from the ground to the satellite, or three grids.")
]
Format = Annotated[str, typer.Option(help="Product family; auto tells it from the file.")]
ReaderOption = Annotated[
    list[str] | None,
    typer.Option("--option", help="KEY=VALUE for the product's reader, such as dates=20190704,20190716; repeatable."),
]
DaskAddress = Annotated[
    str | None,
    typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786, for chains and the events of a batch."),
]
Crs = Annotated[str | None, typer.Option(help="Projection where the file names none, such as EPSG:32611.")]


@app.callback(invoke_without_command=True)
def _start(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("geoslip"))
        raise typer.Exit


@app.command()
def run(
    case: CaseName,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; ./NAME-results by default.")] = None,
    data: DataFolder = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")] = False,
    report: Annotated[bool, typer.Option(help="Write report.html and figures.")] = True,
    dask: DaskAddress = None,
) -> None:
    """Run a whole study: read, downsample, invert, report.

    \b
    Example:  geoslip run mycase/case.yml --data ~/insar --out results
              geoslip run mycase/case.yml --dask tcp://10.0.0.5:8786
              geoslip run embedded
    """
    from geoslip.cases.commands.study import run_command

    run_command(case, out=out, data=data, resume=resume, report=report, dask=dask)


@app.command()
def check(case: CaseName, data: DataFolder = None) -> None:
    """Read everything that a run would read, compute nothing long, and say what would happen.

    \b
    Example:  geoslip check mycase/case.yml --data ~/insar
    """
    from geoslip.cases.commands.study import check_command

    check_command(case, data=data)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the new case.")],
    event: Annotated[str | None, typer.Option(help="What happened, where and when: the title.")] = None,
    track: Annotated[
        list[str] | None,
        typer.Option(help="'FILE KEY=VALUE ...': a scene or a table of points, and what it does not say; repeatable."),
    ] = None,
    gnss: Annotated[list[str] | None, typer.Option(help="The same of a table of GNSS offsets; repeatable.")] = None,
    trace: Annotated[
        str | None, typer.Option(help="'LON,LAT LON,LAT ...' or a file; the fault dips to its right.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the study; the folder's name by default.")] = None,
    origin: Annotated[str | None, typer.Option(help="'LON,LAT' of the middle of the fault's upper edge.")] = None,
    strike: Annotated[float | None, typer.Option(help="Strike of the fault, degrees.")] = None,
    dip: Annotated[float | None, typer.Option(help="Dip of the fault, degrees.")] = None,
    length: Annotated[str | None, typer.Option(help="Length of the fault, such as '20 km'.")] = None,
    bottom_depth: Annotated[str | None, typer.Option(help="Depth that it reaches to; 15 km if nothing says.")] = None,
    mechanism: Annotated[
        str | None, typer.Option(help="left-lateral, right-lateral, reverse, normal, or free: the window of rakes.")
    ] = None,
) -> None:
    """Write a case file that runs, of data and a fault that flags name or a terminal is asked for; else a template.

    \b
    Example:  geoslip new mycase --track "los.tif unit=m positive=toward incidence=39 heading=-13" --dip 85
                --event "2019 Ridgecrest, Mw 7.1" --trace "-117.8,35.95 -117.4,35.6" --mechanism right-lateral
              geoslip new mycase --origin=-117.6,35.77 --strike 140 --dip 85
    """
    from geoslip.cases.new.case import Wishes, new_case

    wishes = Wishes(event, name, origin, track or (), gnss or (), trace, strike, dip, length, bottom_depth, mechanism)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    ask = (lambda question: typer.prompt(question, default="", show_default=False)) if terminal else None
    path = new_case(folder, wishes, ask=ask)
    typer.echo(f"{path} written: now `geoslip check {path}`")


@app.command()
def scene(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="GeoTIFF, grid or raw scene.")],
    unit: Unit = None,
    positive: Positive = None,
    wavelength: Wavelength = None,
    incidence: Incidence = None,
    heading: Heading = None,
    look: LookVector = None,
    format: Format = "auto",
    crs: Crs = None,
    option: ReaderOption = None,
    orbit: Annotated[str | None, typer.Option(help="ascending or descending: compared with the look vectors.")] = None,
    gnss: Annotated[Path | None, typer.Option(help="Table of GNSS offsets to compare sign and size with.")] = None,
    gnss_unit: Annotated[str, typer.Option(help="Unit of that table.")] = "mm",
    against: Annotated[Path | None, typer.Option(help="Another track of the same event, read the same way.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Quick-look picture; FILE.png in this folder.")] = None,
) -> None:
    """Show what a reader sees in a scene: size, sign, look vectors, range, gaps, and what looks wrong.

    \b
    Example:  geoslip scene los.tif --positive toward --incidence 39 --heading=-13
              geoslip scene 20190704_20190716.geo.unw.tif --orbit ascending --gnss offsets.csv
              geoslip scene timeseries.h5 --option dates=20190704,20190716
    """
    from geoslip.cases.commands.scene import SceneOptions, scene_command

    options = SceneOptions(unit, positive, wavelength, incidence, heading, look, format, crs, tuple(option or ()))
    scene_command(file, options, picture=picture, orbit=orbit, gnss=gnss, gnss_unit=gnss_unit, against=against)


@app.command()
def downsample(
    file: Annotated[Path, typer.Argument(metavar="SCENE", help="GeoTIFF, grid or raw scene.")],
    out: Annotated[Path, typer.Option(help="Table to write; its covariance goes beside it as .npy.")],
    method: Annotated[
        str, typer.Option(help="Sampler: uniform, variance, curvature, gradient, resolution, model or distance.")
    ] = "variance",
    points: Annotated[int | None, typer.Option(help="About how many cells; 800 if nothing else says.", min=4)] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="KEY=VALUE",
            help="A key of the case file's downsample block, such as 'minimum=400 m'; may be repeated.",
        ),
    ] = None,
    fault: Annotated[
        Path | None, typer.Option(help="Slip model that distance and resolution take the fault of, model the slip too.")
    ] = None,
    noise: Annotated[str, typer.Option(help="Family of the noise, or best.")] = "exponential",
    cells: Annotated[Path | None, typer.Option(help="Take the cells of this file instead.")] = None,
    save_cells: Annotated[Path | None, typer.Option(help="Write the cells for later use (.npz).")] = None,
    unit: Unit = None,
    positive: Positive = None,
    wavelength: Wavelength = None,
    incidence: Incidence = None,
    heading: Heading = None,
    look: LookVector = None,
    format: Format = "auto",
    crs: Crs = None,
    option: ReaderOption = None,
) -> None:
    """Turn one scene into observations: cells with mean value, look vector and full covariance.

    \b
    Example:  geoslip downsample los.tif --points 800 --incidence 39 --heading=-13 --out los.csv
    """
    from geoslip.cases.commands.downsample import Sampling, downsample_command
    from geoslip.cases.commands.scene import SceneOptions

    options = SceneOptions(unit, positive, wavelength, incidence, heading, look, format, crs, tuple(option or ()))
    sampling = Sampling(method, points, tuple(key or ()), fault, noise, cells, save_cells)
    downsample_command(file, options, out=out, sampling=sampling)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN1 RUN2 ...", help="Result folders of the same data.")],
) -> None:
    """Compare fits of the same data by AIC, BIC, ABIC and cross-validated error, as a table.

    \b
    Example:  geoslip compare one-plane-results two-planes-results mesh-results
    """
    from geoslip.cases.output.compare import compare_command

    compare_command(runs)


@app.command()
def decompose(
    case: CaseName,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; ./NAME-components by default.")] = None,
    data: DataFolder = None,
) -> None:
    """Turn the scenes of a case into east, north and up with their uncertainty, as its decompose: block says.

    \b
    Example:  geoslip decompose mycase/case.yml --data ~/insar --out components
    """
    from geoslip.cases.commands.decompose import decompose_command

    decompose_command(case, out=out, data=data)


@app.command()
def batch(
    events: Annotated[Path, typer.Argument(metavar="EVENTS.csv", help="Table of events: columns name and case.")],
    out: Annotated[Path, typer.Option(help="Folder of the results, one folder in it an event.")] = Path("batch"),
    data: DataFolder = None,
    catalogue: Annotated[Path | None, typer.Option(help="Seismic catalogue: QuakeML, ndk or CSV.")] = None,
    dask: DaskAddress = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine.", min=1)] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Keep events that are done; go on with the rest.")] = False,
    report: Annotated[bool, typer.Option(help="Write report.html and figures of each event.")] = True,
) -> None:
    """Run a catalogue of events unattended and compare them with a seismic catalogue; exit 2 where an event failed.

    \b
    Example:  geoslip batch events.csv --catalogue gcmt.ndk --out catalogue --workers 2
              geoslip batch events.csv --dask tcp://10.0.0.5:8786 --resume
    """
    from geoslip.cases.commands.batch import batch_command

    failed = batch_command(
        events, out=out, data=data, catalogue=catalogue, dask=dask, workers=workers, resume=resume, report=report
    )
    if failed:
        raise typer.Exit(EXIT_INPUT)


@app.command()
def cases() -> None:
    """List the studies that come with the toolkit: event, data, what each shows, further cases, how long it takes.

    \b
    Example:  geoslip cases
    """
    from geoslip.cases.commands.study import list_command

    list_command()


cli_models.register(app)


def main() -> None:
    """Run the command line: exit 0 when done, 2 when the input is wrong, 1 when the fault is ours."""
    try:
        app(standalone_mode=False, prog_name="geoslip")
    except typer.Abort:
        sys.exit(EXIT_INPUT)
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing was written under the final name", err=True)
        sys.exit(130)
    except Exception as error:
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # the command itself was misspelt
        error.show()
        return int(error.exit_code)
    if isinstance(error, BrokenPipeError):
        return EXIT_DONE
    from geoslip.cases.errors import CaseError

    if os.environ.get("GEOSLIP_DEBUG"):
        raise error
    if isinstance(error, CaseError):
        count = len(error.mistakes)
        typer.echo(
            f"{count} mistake{'s' if count > 1 else ''} found:" if count > 1 else "a mistake was found:", err=True
        )
        for mistake in error.mistakes:
            typer.echo(f"  {mistake}", err=True)
        return EXIT_INPUT
    typer.echo(f"a fault of geoslip, not of your input: {type(error).__name__}: {error}", err=True)
    typer.echo("please report it with the case file; GEOSLIP_DEBUG=1 shows where it happened", err=True)
    return EXIT_OURS
