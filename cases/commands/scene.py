"""What ``geoslip scene`` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer

from geoslip.cases.casefile.units import parse_length
from geoslip.cases.errors import CaseError, Mistake
from geoslip.downsample.readers import read_gnss, read_scene
from geoslip.downsample.readers._registry import choose_reader
from geoslip.downsample.scenes.geometry import check_sign_against_gnss, compare_with_gnss
from geoslip.downsample.scenes.scene import Scene
from geoslip.downsample.scenes.understood import check_against_track, check_rows_against_gnss, sparse_pixels
from geoslip.faults.frame import LocalFrame


@dataclass(frozen=True)
class SceneOptions:
    """How to read a scene, as the command line gives it."""

    unit: str | None = None
    positive: str | None = None
    wavelength: str | None = None
    incidence: str | None = None
    heading: str | None = None
    look: str | None = None
    format: str = "auto"
    crs: str | None = None
    others: tuple[str, ...] = ()

    def reader_options(self, path: Path) -> dict[str, Any]:
        """Give the reader's options for a file; a format that does not know its unit and sign gets m and toward.

        Raises
        ------
        CaseError
            If an option is not what it should be.
        """
        options: dict[str, Any] = {"format": self.format, "unit": self.unit, "positive": self.positive}
        asked = choose_reader(path, product="scene", format=self.format).asks
        if {"unit", "positive"} <= set(asked):
            options |= {"unit": self.unit or "m", "positive": self.positive or "toward"}
        for entry in self.others:
            key, equals, value = entry.partition("=")
            if not equals:
                raise CaseError(Mistake("an option of the reader is written KEY=VALUE", "--option", entry))
            options[key.strip()] = _option_value(value)
        if self.wavelength is not None:
            try:
                options["wavelength"] = parse_length(self.wavelength)
            except ValueError as error:
                raise CaseError(Mistake(str(error), "--wavelength", self.wavelength)) from error
        if self.crs is not None:
            options["crs"] = None if self.crs == "local" else self.crs
        if self.look is not None:
            parts = self.look.split(",")
            if len(parts) != 3:
                rule = "a look vector is three numbers or three grids: EAST,NORTH,UP"
                raise CaseError(Mistake(rule, "--look", self.look))
            options["look"] = tuple(_number_or_path(part) for part in parts)
        if self.incidence is not None:
            options["incidence"] = _number_or_path(self.incidence)
        if self.heading is not None:
            options["azimuth"] = _number_or_path(self.heading)
        return options


def _option_value(text: str) -> Any:
    """Give a number, true or false, text, or a list of them for ``a,b``."""
    if "," in text:
        return [_option_value(part) for part in text.split(",")]
    if text in ("true", "false"):
        return text == "true"
    # A date stays text.
    if text.isdigit() and len(text) == 8:
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _number_or_path(text: str) -> float | Path:
    try:
        return float(text)
    except ValueError:
        return Path(text)


def open_scene(path: Path, options: SceneOptions) -> Scene:
    """Read a scene for a command.

    Raises
    ------
    CaseError
        With what the reader says.
    """
    try:
        return read_scene(path, **options.reader_options(path))
    except CaseError:
        raise
    except (ValueError, OSError) as error:
        raise CaseError(Mistake(str(error))) from error


def scene_frame(scene: Scene) -> LocalFrame:
    """Give a local frame around the middle of a scene; a scene in local metres lies around 0, 0."""
    if scene.crs is None:
        return LocalFrame(0.0, 0.0)
    longitude, latitude = scene.geographic(float(np.mean(scene.x)), float(np.mean(scene.y)))
    return LocalFrame(float(longitude), float(latitude))


def scene_command(
    path: Path,
    options: SceneOptions,
    *,
    picture: Path | None,
    orbit: str | None = None,
    gnss: Path | None = None,
    gnss_unit: str = "mm",
    against: Path | None = None,
) -> None:
    """Say what a reader sees in a scene, and whether GNSS offsets or another track agree with it."""
    scene = open_scene(path, options)
    try:
        lines = describe_scene(scene, orbit=orbit)
        if gnss is not None:
            lines += _gnss_lines(scene, gnss, gnss_unit)
        if against is not None:
            other = open_scene(against, options)
            lines += [f"  other track  {line}" for line in check_against_track(scene, other, frame=scene_frame(scene))]
    except CaseError:
        raise
    except ValueError as error:
        raise CaseError(Mistake(str(error))) from error
    typer.echo("\n".join(lines))
    if picture is None:
        picture = Path(f"{path.stem}.png")
    draw_scene(scene, picture)
    typer.echo(f"picture: {picture}")


def _gnss_lines(scene: Scene, path: Path, unit: str) -> list[str]:
    """Compare a scene with a table of GNSS offsets: sign, size, and rows that run the other way."""
    frame = scene_frame(scene)
    gnss = read_gnss(path, frame=frame, unit=unit)
    warnings = check_rows_against_gnss(scene, gnss, frame=frame)
    los = sparse_pixels(scene, frame=frame)
    found = compare_with_gnss(los, gnss)
    said = f"  GNSS         {found.n_stations} stations lie in the scene"
    if np.isfinite(found.slope):
        said += f": slope {found.slope:.2f}, correlation {found.correlation:.2f}"
    warnings = warnings or check_sign_against_gnss(los, gnss)
    return [said] + [f"  warning: {warning}" for warning in warnings]


def describe_scene(scene: Scene, *, orbit: str | None = None) -> list[str]:
    """Give size, place, range, gaps, look vectors and what looks wrong, a line each."""
    facts = scene.summary()
    rows, columns = facts["shape"]
    step_y, step_x = facts["spacing_m"]
    east, north, up = facts["mean_look"]
    incidence = np.degrees(np.arccos(np.clip(up, -1.0, 1.0)))
    lines = [
        f"{facts['name']}: {rows} rows x {columns} columns, pixels of {step_x:.1f} m x {step_y:.1f} m",
        f"  projection   {facts['crs'] or 'none: metres about an origin'}",
        f"  x            {facts['x'][0]:.6g} to {facts['x'][1]:.6g}",
        f"  y            {facts['y'][0]:.6g} to {facts['y'][1]:.6g}, row 0 is "
        + ("north" if scene.y[0] > scene.y[-1] else "south"),
        f"  valid        {100 * facts['valid_fraction']:.1f} % of the pixels",
        f"  range        {facts['minimum_m']:.4f} to {facts['maximum_m']:.4f} m, positive toward the satellite",
        f"  mean         {facts['mean_m']:.4f} m, standard deviation {facts['standard_deviation_m']:.4f} m",
        f"  look vector  east {east:+.4f}, north {north:+.4f}, up {up:+.4f} (incidence {incidence:.1f} degrees)",
        "  geometry     " + _pass_of(east, north),
    ]
    lines += [f"  understood   {note}" for note in scene.notes]
    return lines + [f"  warning: {warning}" for warning in scene_warnings(scene, orbit=orbit)]


def _pass_of(east: float, north: float) -> str:
    heading = np.degrees(np.arctan2(north, -east)) % 360.0
    kind = "ascending" if heading < 90.0 or heading > 270.0 else "descending"
    return f"as of a right-looking satellite flying toward {heading:.0f} degrees, {kind}"


def scene_warnings(scene: Scene, *, orbit: str | None = None) -> list[str]:
    """Give what looks wrong in a scene: too few pixels, odd angles, a ramp, a unit, jumps."""
    from geoslip.downsample import check_angles, check_jumps, check_orbit, check_ramp

    warnings = []
    facts = scene.summary()
    if facts["valid_fraction"] < 0.2:
        warnings.append("less than a fifth of the pixels hold data: check the no-data value and the mask")
    warnings += check_angles(scene)
    if max(abs(facts["minimum_m"]), abs(facts["maximum_m"])) > 20.0:
        warnings.append(
            "displacement beyond 20 m: check the unit (phase in rad taken for metres looks like this: --unit rad)"
        )
    if orbit is not None:
        warnings += check_orbit(scene, orbit=orbit)
    return warnings + check_ramp(scene) + check_jumps(scene)


def draw_scene(scene: Scene, path: Path) -> None:
    """Draw a quick look of a scene.

    Raises
    ------
    CaseError
        If the picture cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 6.0), layout="constrained")
    axes = figure.add_subplot()
    limit = float(np.nanpercentile(np.abs(scene.values), 99.5)) or 1e-3
    extent = (float(scene.x[0]), float(scene.x[-1]), float(scene.y[-1]), float(scene.y[0]))
    geographic = scene.crs == "EPSG:4326"
    aspect = 1.0 / np.cos(np.deg2rad(float(np.mean(scene.y)))) if geographic else 1.0
    image = axes.imshow(scene.values, extent=extent, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect=aspect)
    axes.set_title(scene.name)
    axes.set_xlabel("longitude (degrees)" if geographic else "x (m)")
    axes.set_ylabel("latitude (degrees)" if geographic else "y (m)")
    figure.colorbar(image, ax=axes, label="displacement toward the satellite (m)")
    try:
        figure.savefig(path, dpi=120)
    except (OSError, ValueError) as error:
        rule = f"the picture cannot be written ({error}): choose another place with --picture"
        raise CaseError(Mistake(rule, key=str(path))) from error
