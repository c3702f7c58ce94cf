"""Scattered points in a text table: downsampled lines of sight, azimuth offsets, other offsets."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.model import NoiseModel
from geoslip.downsample.observations import LARGEST_DISPLACEMENT, Observations
from geoslip.downsample.readers._positions import table_covariance, table_directions, table_positions
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._table import Columns, DropRules, Table, drop_rows, is_text, read_table
from geoslip.downsample.scenes.look import flight_direction
from geoslip.downsample.scenes.units import displacement_factor
from geoslip.faults.frame import LocalFrame


def read_points_table(
    path: Path | str,
    *,
    frame: LocalFrame,
    unit: str,
    name: str | None = None,
    kind: str = "los",
    columns: Columns = None,
    positive: str | None = None,
    wavelength: float | None = None,
    sigma: float | None = None,
    covariance: ArrayLike | Path | str | None = None,
    noise: NoiseModel | None = None,
    drop: DropRules | None = None,
    delimiter: str | None = None,
    axis: str | float | None = None,
    **geometry: Any,
) -> Observations:
    """Read displacement at scattered points.

    Parameters
    ----------
    path : path
        Text table, see `geoslip.downsample.readers._table.read_table` for its form.
    frame : LocalFrame
        The case's frame.
    unit : {"m", "cm", "mm", "rad"}
        Of the columns value and sigma.
    name : str, optional
        Default: the file's name without suffix.
    kind : {"los", "azimuth", "offset", "gradient"}
        What was measured; a gradient of a line of sight is in unit per that length unit (m: metres per metre; rad:
        radians per metre).
    columns : sequence, mapping or str, optional
        Names: longitude and latitude (or x and y, metres from the origin), value; where there are: sigma,
        look_east, look_north, look_up, or incidence and heading (or azimuth); any other names for the rest.
    positive, wavelength
        As in `geoslip.downsample.scenes.units.displacement_factor`.
    sigma : float, optional
        Standard deviation of every value, metres.
    covariance : array_like (n, n) or path, optional
        In m^2, a row each row of the file; dropped rows are cut out.
    noise : NoiseModel, optional
        Gives the covariance from the distances.
    drop : mapping, optional
        Rows to leave out, see `geoslip.downsample.readers._table.drop_rows`.
    delimiter : str, optional
        Default: found by itself.
    axis : {"east", "north"} or float, optional
        Direction of a gradient's slope, or its angle clockwise from north in degrees.
    **geometry
        look=(east, north, up), or incidence=, azimuth=, convention=, vertical=, angle_unit= as in
        `geoslip.downsample.scenes.look.look_vector`, where no column says it.

    Returns
    -------
    Observations
        Rows with NaN as value are left out and counted in the notes.

    Raises
    ------
    DataError
        For whatever does not fit, with file and line.
    """
    if kind not in ("los", "azimuth", "offset", "gradient"):
        raise DataError(f"{path}: kind {kind!r} is no table of points; use los, azimuth, offset or gradient")
    if (kind == "gradient") != (axis is not None):
        raise DataError(
            f"{path}: axis (east, north, or degrees clockwise from north) belongs to kind gradient, which needs it"
        )
    factor = displacement_factor(unit, positive=positive, wavelength=wavelength)
    whole = read_table(path, columns=columns, delimiter=delimiter)
    table, notes = drop_rows(whole, drop)
    table, missing = _without_missing(table)
    if len(table) == 0:
        raise DataError(f"{path}: no row with a value is left; check drop rules and missing values")
    longitude, latitude, points = table_positions(table, frame=frame)
    # The slope of a line of sight has the line of sight's own direction.
    directions = table_directions(table, kind="los" if kind == "gradient" else kind, **geometry)
    numbers = table.numbers("value")
    if np.abs(numbers).max() > LARGEST_DISPLACEMENT / abs(factor):
        raise DataError(
            f"{path}: a value of {np.abs(numbers).max():.4g} {unit} is no ground motion: check unit and columns"
        )
    return Observations(
        name=Path(path).stem if name is None else name,
        kind=kind,
        longitude=longitude,
        latitude=latitude,
        points=points,
        values=numbers * factor,
        directions=frame.rotate_to_frame(directions, longitude, latitude),
        covariance=table_covariance(
            table,
            points,
            scale=abs(factor),
            rows=np.isin(whole.lines, table.lines),
            sigma=sigma,
            covariance=covariance,
            noise=noise,
        ),
        gradient_axis=_gradient_axis(axis, frame, longitude, latitude),
        notes=(*notes, *missing),
    )


def _gradient_axis(
    axis: str | float | None, frame: LocalFrame, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    if axis is None:
        return None
    named = {"east": 90.0, "north": 0.0}
    if isinstance(axis, str) and axis not in named:
        raise DataError(f"axis {axis!r} of a gradient: write east, north, or degrees clockwise from north")
    angle = named[axis] if isinstance(axis, str) else float(axis)
    return frame.rotate_to_frame(np.tile(flight_direction(angle), (longitude.size, 1)), longitude, latitude)


def _without_missing(table: Table) -> tuple[Table, list[str]]:
    there = ~np.isnan(table.numbers("value"))
    if there.all():
        return table, []
    return table.keep(there), [
        f"{table.path.name}: {int((~there).sum())} of {len(table)} rows have no value (NaN) and are left out"
    ]


def _recognises(path: Path) -> bool:
    return is_text(path)


READER = Reader(
    name="points_table",
    product="points",
    summary="text table of points with named columns and unit",
    recognises=_recognises,
    read=read_points_table,
    asks=("unit", "positive"),
    rank=-1,
)
