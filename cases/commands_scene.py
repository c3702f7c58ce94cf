"""What ``geoslip scene`` and ``geoslip downsample`` do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer

from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.output import write_table
from geoslip.cases.units import parse_length
from geoslip.downsample.readers import read_scene
from geoslip.downsample.scene import Scene
from geoslip.faults.frame import LocalFrame


@dataclass(frozen=True)
class SceneOptions:
    """How to read a scene, as the command line gives it."""

    unit: str = "m"
    positive: str = "toward"
    wavelength: str | None = None
    incidence: str | None = None
    heading: str | None = None
    look: str | None = None
    format: str = "auto"
    crs: str | None = None

    def reader_options(self) -> dict[str, Any]:
        """Give the reader's options.

        Raises
        ------
        CaseError
            If an option is not what it should be.
        """
        options: dict[str, Any] = {"format": self.format, "unit": self.unit, "positive": self.positive}
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
        return read_scene(path, **options.reader_options())
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


def scene_command(path: Path, options: SceneOptions, *, picture: Path | None) -> None:
    """Say what a reader sees in a scene."""
    scene = open_scene(path, options)
    typer.echo("\n".join(describe_scene(scene)))
    if picture is None:
        picture = Path(f"{path.stem}.png")
    draw_scene(scene, picture)
    typer.echo(f"picture: {picture}")


def describe_scene(scene: Scene) -> list[str]:
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
    return lines + [f"  warning: {warning}" for warning in scene_warnings(scene)]


def _pass_of(east: float, north: float) -> str:
    heading = np.degrees(np.arctan2(north, -east)) % 360.0
    kind = "ascending" if heading < 90.0 or heading > 270.0 else "descending"
    return f"as of a right-looking satellite flying toward {heading:.0f} degrees, {kind}"


def scene_warnings(scene: Scene) -> list[str]:
    """Give what looks wrong in a scene: too few pixels, a ramp, a look that no satellite has, jumps."""
    warnings = []
    facts = scene.summary()
    if facts["valid_fraction"] < 0.2:
        warnings.append("less than a fifth of the pixels hold data: check the no-data value and the mask")
    up = facts["mean_look"][2]
    if scene.kind == "los" and not 0.5 < up < 0.97:
        warnings.append(f"an up component of {up:.2f} is unusual for a radar satellite (0.6 to 0.95): check the angles")
    if max(abs(facts["minimum_m"]), abs(facts["maximum_m"])) > 20.0:
        warnings.append("displacement beyond 20 m: check the unit")
    rows, columns = np.nonzero(scene.valid)
    values = scene.values[rows, columns].astype(float)
    matrix = np.column_stack(
        [np.ones(values.size), rows / max(scene.y.size - 1, 1) - 0.5, columns / max(scene.x.size - 1, 1) - 0.5]
    )
    coefficients = np.linalg.lstsq(matrix, values, rcond=None)[0]
    ramp = float(np.abs(coefficients[1:]).sum())
    residual = values - matrix @ coefficients
    if ramp > 2.0 * float(residual.std()) and ramp > 0.02:
        warnings.append(f"a plane rises by {1e3 * ramp:.0f} mm over the scene: estimate it with nuisance: plane")
    jump = _largest_jump(scene)
    if jump > 0.5:
        warnings.append(f"neighbouring pixels differ by up to {jump:.2f} m: a rupture, or an unwrapping error")
    return warnings


def _largest_jump(scene: Scene) -> float:
    steps = [np.abs(np.diff(scene.values, axis=axis)) for axis in (0, 1)]
    finite = [step[np.isfinite(step)] for step in steps]
    return max((float(step.max()) for step in finite if step.size), default=0.0)


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


def downsample_command(path: Path, options: SceneOptions, *, out: Path, method: str, points: int) -> None:
    """Cut a scene into cells and write them with their covariance."""
    from geoslip.downsample.samplers import samplers

    known = samplers()
    if method not in known:
        raise CaseError(Mistake(f"there is no such sampler; choose from {', '.join(known)}", "--method", method))
    scene = open_scene(path, options)
    frame = scene_frame(scene)
    try:
        observations, noise = cells_of_scene(scene, frame, method=method, points=points)
    except ValueError as error:
        raise CaseError(Mistake(str(error), key=str(path))) from error
    true = frame.rotate_from_frame(observations.directions, observations.longitude, observations.latitude)
    counts = observations.sample_count if observations.sample_count is not None else np.ones(len(observations))
    rows = zip(observations.longitude, observations.latitude, observations.values, observations.sigma, *true.T, counts)
    names = ["longitude", "latitude", "value", "sigma", "look_east", "look_north", "look_up", "pixels"]
    covariance = out.with_suffix(".npy")
    try:
        partial = out.with_name(f".{out.name}.partial")
        write_table(partial, names, rows)
        with out.with_name(f".{covariance.name}.partial").open("wb") as stream:
            np.save(stream, observations.covariance)
        os.replace(out.with_name(f".{covariance.name}.partial"), covariance)
        os.replace(partial, out)
    except OSError as error:
        rule = f"the table cannot be written ({error.strerror}): choose another place with --out"
        raise CaseError(Mistake(rule, key=str(out))) from error
    typer.echo(
        f"{out}: {len(observations)} cells; noise {1e3 * noise.sill**0.5:.1f} mm correlated over"
        f" {1e-3 * noise.length:.1f} km, {1e3 * noise.nugget**0.5:.1f} mm a pixel; covariance in {covariance}"
    )


def cells_of_scene(scene: Scene, frame: LocalFrame, *, method: str, points: int) -> Any:
    """Give observations and the noise that was estimated from the quieter half of a scene."""
    from geoslip.downsample import cell_observations, covariogram, fit_exponential
    from geoslip.downsample.samplers import samplers

    strong = np.abs(scene.values - np.nanmedian(scene.values))
    noise = fit_exponential(covariogram(scene, mask=strong > np.nanquantile(strong, 0.5)))
    cells = samplers()[method](scene, count=points)
    return cell_observations(scene, cells, frame=frame, noise=noise), noise
