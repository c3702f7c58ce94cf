"""From arrays of a raster and its companions to a checked scene: what the raster readers share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.look import flight_direction, look_vector
from geoslip.downsample.scene import Scene
from geoslip.downsample.units import displacement_factor

Companion = float | Path | str
LookOption = Sequence[Companion] | None


@dataclass(frozen=True)
class Raster:
    """One band with its grid."""

    path: Path
    values: NDArray[np.floating]
    x: NDArray
    y: NDArray
    crs: str | None


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """How the direction of measurement was given: look vectors, or two angles; each a number or a raster.

    Parameters
    ----------
    look : sequence of three numbers or paths, optional
        East, north, up.
    incidence, azimuth : number or path, optional
        Angles, read as `convention`, `vertical` and `angle_unit` say (`geoslip.downsample.look.look_vector`).
    """

    look: LookOption = None
    incidence: Companion | None = None
    azimuth: Companion | None = None
    convention: str = "heading"
    vertical: str = "incidence"
    angle_unit: str = "deg"


def assemble_scene(
    raster: Raster,
    geometry: Geometry,
    *,
    read_companion: Callable[[Path], Raster],
    unit: str,
    positive: str | None,
    wavelength: float | None,
    name: str | None,
    kind: str = "los",
    nodata: float | None = None,
) -> Scene:
    """Give a scene in metres, positive toward the satellite, with one unit vector a pixel or one for all.

    Parameters
    ----------
    raster : Raster
        In the file's own unit.
    geometry : Geometry
        Numbers or companion files on the same grid.
    read_companion : callable
        Path -> Raster.
    unit, positive, wavelength
        As in `geoslip.downsample.units.displacement_factor`.
    name : str or None
        None: the file's name without suffix.
    kind : str
        As in `Scene`.
    nodata : float, optional
        Value that stands for no data, in the file's unit.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If something is missing, of another shape or place, or makes no sense.
    """
    factor = displacement_factor(unit, positive=positive, wavelength=wavelength)
    dtype = np.float32 if raster.values.dtype == np.float32 else np.float64
    values: NDArray = raster.values.astype(dtype, copy=True)
    if nodata is not None and np.isfinite(nodata):
        values[values == dtype(nodata)] = np.nan
    values[~np.isfinite(values)] = np.nan
    look = _look(raster, geometry, read_companion, kind=kind)
    if look.ndim == 3:
        empty = ~np.isfinite(look).all(axis=0) | (look == 0.0).all(axis=0)
        values[empty] = np.nan
        look = np.where(empty, np.nan, look)
    return Scene(
        name=raster.path.stem if name is None else name,
        values=np.asarray(values * factor, dtype=dtype),
        x=raster.x,
        y=raster.y,
        look=look,
        crs=raster.crs,
        kind=kind,
    )


def _look(
    raster: Raster, geometry: Geometry, read_companion: Callable[[Path], Raster], *, kind: str
) -> NDArray[np.floating]:
    def array(companion: Companion) -> NDArray[np.floating] | float:
        if isinstance(companion, str | Path):
            return _same_grid(raster, read_companion(Path(companion)))
        return float(companion)

    if geometry.look is not None:
        if len(geometry.look) != 3:
            raise DataError(f"{raster.path}: look has {len(geometry.look)} parts, needed are three: east, north, up")
        parts = [array(part) for part in geometry.look]
        if all(isinstance(part, float) for part in parts):
            return np.array(parts, dtype=float)
        return np.stack([np.broadcast_to(part, raster.values.shape) for part in parts])
    if geometry.azimuth is None or (geometry.incidence is None and kind == "los"):
        raise DataError(
            f"{raster.path}: the direction of measurement is unknown; give look= (east, north, up as numbers or "
            "files), or incidence= and azimuth= (numbers or files) with the azimuth's convention"
        )
    if kind != "los":
        vectors = flight_direction(array(geometry.azimuth))
    else:
        assert geometry.incidence is not None
        vectors = look_vector(
            array(geometry.incidence),
            array(geometry.azimuth),
            convention=geometry.convention,
            vertical=geometry.vertical,
            angle_unit=geometry.angle_unit,
        )
    return vectors if vectors.ndim == 1 else np.ascontiguousarray(np.moveaxis(vectors, -1, 0))


def _same_grid(raster: Raster, companion: Raster) -> NDArray[np.floating]:
    remedy = "resample it to the grid of the displacement"
    if companion.values.shape != raster.values.shape:
        raise DataError(
            f"{companion.path}: shape {companion.values.shape}, but {raster.path.name} has {raster.values.shape}; "
            f"{remedy}"
        )
    for axis in ("x", "y"):
        ours, theirs = getattr(raster, axis), getattr(companion, axis)
        if np.abs(ours - theirs).max() > 0.5 * abs(ours[1] - ours[0]):
            raise DataError(f"{companion.path}: its {axis} coordinates are not those of {raster.path.name}; {remedy}")
    return companion.values
