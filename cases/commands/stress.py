"""What ``geoslip stress`` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from geoslip.cases.commands.model import (
    Asked,
    grid_points,
    parse_numbers,
    read_model,
    refuse_far_places,
    table_points,
    write_whole,
)
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.progress import Reporter, reporter_for_stream
from geoslip.faults.slip import SlipModel
from geoslip.inversion.model_stress import coulomb_at_places, coulomb_on_model
from geoslip.okada.coulomb import CoulombChange, Friction
from geoslip.okada.medium import Medium

Array = NDArray[np.float64]
_NAMES = ["lon", "lat", "depth_km", "shear_mpa", "normal_mpa", "coulomb_mpa", "rake_deg"]


@dataclass(frozen=True)
class Rock:
    """What the command is told of the medium and of friction: see `Medium` and `Friction`."""

    friction: float
    skempton: float | None
    pore: Any
    rigidity: float
    poisson: float

    def read(self) -> tuple[Friction, Medium]:
        """Check the numbers.

        Raises
        ------
        CaseError
            If one is outside its range.
        """
        try:
            return Friction(self.friction, self.skempton, self.pore), Medium(self.rigidity, self.poisson)
        except ValueError as error:
            raise CaseError(Mistake(str(error))) from error


@dataclass(frozen=True)
class Receivers:
    """What the command is told of the receivers, as its options have it."""

    plane: str | None
    model: Path | None
    points: Path | None
    grid: str | None
    depths: str
    rake: str


def stress_command(path: Path, *, receivers: Receivers, rock: Rock, out: Path, asked: Asked) -> None:
    """Write the Coulomb stress change that a slip model makes."""
    if (receivers.plane is None) == (receivers.model is None):
        raise CaseError(Mistake("say on what: --receiver=STRIKE/DIP/RAKE or --on MODEL2, one of them"))
    friction, medium = rock.read()
    model = read_model(path, asked=asked)
    if model.frame is None:
        rule = "this model does not say where on Earth it lies: give --origin=LON,LAT of its local coordinates"
        raise CaseError(Mistake(rule, key=str(path)))
    reporter = reporter_for_stream()
    try:
        options = {"friction": friction, "medium": medium}
        if receivers.model is not None:
            places, change = _on_patches(model, receivers.model, receivers.rake, options, asked, reporter)
        else:
            places, change = _on_planes(model, receivers, options, reporter)
        parts = (1e-6 * change.shear, 1e-6 * change.normal, 1e-6 * change.coulomb, change.rake)
        with reporter.step("writing"):
            write_whole(out, _NAMES, np.column_stack([places * [1.0, 1.0, 1e-3], *parts]))
    except ValueError as error:
        raise CaseError(Mistake(str(error))) from error
    finally:
        reporter.close()
    sound = change.coulomb[np.isfinite(change.coulomb)]
    if sound.size < change.coulomb.size:
        typer.echo(
            f"note: {change.coulomb.size - sound.size} places lie on a patch that slips and have no stress", err=True
        )
    spread = f"{1e-6 * sound.min():.4g} to {1e-6 * sound.max():.4g} MPa" if sound.size else "no value"
    typer.echo(f"Coulomb stress change at {change.coulomb.size} places, {spread}, in {out}")


def _on_patches(
    model: SlipModel, path: Path, rake: str, options: dict[str, Any], asked: Asked, reporter: Reporter
) -> tuple[Array, CoulombChange]:
    """The centres of another model's patches: longitude, latitude, depth (m)."""
    other = _receiving(path, asked)
    if other.frame is None:
        rule = "this model does not say where on Earth it lies: give --origin=LON,LAT of its local coordinates"
        raise CaseError(Mistake(rule, key=str(path)))
    angle = rake if rake in ("own", "largest") else parse_numbers(rake, 1, "--rake", "own, largest or DEGREES")[0]
    with reporter.step("stress") as report:
        change = coulomb_on_model(model, other, rake=angle, progress=report, **options)
    centres = other.fault.centroids
    return np.column_stack([*other.frame.to_geographic(centres[:, 0], centres[:, 1]), -centres[:, 2]]), change


def _receiving(path: Path, asked: Asked) -> SlipModel:
    """The model that receives; what was asked of the first file holds for it only where it does not say."""
    try:
        model = read_model(path, asked=Asked())
    except CaseError:
        return read_model(path, asked=asked)
    return model if model.frame is not None else read_model(path, asked=asked)


def _on_planes(
    model: SlipModel, receivers: Receivers, options: dict[str, Any], reporter: Reporter
) -> tuple[Array, CoulombChange]:
    """Receivers of one orientation at points or on a grid."""
    if (receivers.points is None) == (receivers.grid is None):
        raise CaseError(Mistake("say where: --points FILE, or --grid=WEST/EAST/SOUTH/NORTH/SPACING, one of them"))
    assert receivers.plane is not None and model.frame is not None
    head, _, last = receivers.plane.replace(",", "/").rpartition("/")
    largest = last.strip() == "largest"
    text, form = (head, "STRIKE/DIP/largest") if largest else (receivers.plane, "STRIKE/DIP/RAKE")
    numbers = parse_numbers(text, 2 if largest else 3, "--receiver", form)
    levels = [1e3 * float(part) for part in _depths(receivers.depths)]
    places = table_points(receivers.points) if receivers.grid is None else grid_points(receivers.grid)
    option, given = ("--grid", receivers.grid) if receivers.grid is not None else ("--points", str(receivers.points))
    refuse_far_places(model, places, option=option, text=given)
    several = np.array(levels) if receivers.grid is not None else None
    with reporter.step("stress") as report:
        change, places[:, 2] = coulomb_at_places(
            model, places, strike=numbers[0], dip=numbers[1], rake="largest" if largest else numbers[2],
            depths=several, progress=report, **options,
        )  # fmt: skip
    return places, change


def _depths(text: str) -> list[float]:
    depths = parse_numbers(text, text.count(",") + text.count("/") + 1, "--depths", "KM,KM,...")
    if min(depths) < 0.0:
        raise CaseError(Mistake("depths are positive downward, in km", "--depths", text))
    return depths
