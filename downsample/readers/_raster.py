"""From arrays of a raster and its companions to a checked scene: what all readers of scenes share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._request import SceneRequest
from geoslip.downsample.scenes.look import flight_direction, look_vector
from geoslip.downsample.scenes.scene import Scene
from geoslip.downsample.scenes.units import displacement_factor

_WRAPPED = 0.02
"""Phase that ends this close to -pi and pi (rad) on both sides, and jumps between them, is taken for wrapped."""
_BLOCK = 256
"""Rows whose angles are turned into vectors at a time."""


@dataclass(frozen=True)
class Raster:
    """One band with its grid; `x` and `y` are pixel centres."""

    path: Path
    values: NDArray[Any]
    x: NDArray
    y: NDArray
    crs: str | None


def assemble_scene(raster: Raster, request: SceneRequest, *, read_companion: Callable[[Path], Raster]) -> Scene:
    """Give a scene in metres, positive toward the satellite, with one unit vector a pixel or one for all.

    Parameters
    ----------
    raster : Raster
        In the file's own unit.
    request : SceneRequest
        Unit, sign, direction and masks.
    read_companion : callable
        Path -> Raster.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If something is missing, of another shape or place, or makes no sense.
    """
    if request.unit is None:
        raise DataError(f"{raster.path}: the unit is not said and the format has none; give unit= m, cm, mm or rad")
    factor = displacement_factor(
        request.unit, positive=request.positive, wavelength=request.wavelength, pixel_size=request.pixel_size
    )
    dtype = np.float32 if raster.values.dtype == np.float32 else np.float64
    values: NDArray = raster.values.astype(dtype, copy=True)
    if request.nodata is not None and np.isfinite(request.nodata):
        values[values == dtype(request.nodata)] = np.nan
    values[~np.isfinite(values)] = np.nan
    _refuse_wrapped(raster.path, values, request.unit)
    values[_masked(raster, request, read_companion)] = np.nan
    look = _look(raster, request, read_companion)
    if look.ndim == 3:
        empty = ~np.isfinite(look[0]) | ~np.isfinite(look[1]) | ~np.isfinite(look[2])
        empty |= (look[0] == 0.0) & (look[1] == 0.0) & (look[2] == 0.0)
        values[empty] = np.nan
        look[:, empty] = np.nan
    values *= dtype(factor)
    return Scene(
        name=raster.path.stem if request.name is None else request.name,
        values=values,
        x=raster.x,
        y=raster.y,
        look=look,
        crs=raster.crs,
        kind=request.kind,
        notes=request.notes,
    )


def _refuse_wrapped(path: Path, values: NDArray, unit: str) -> None:
    """Refuse numbers that run from -pi to pi and jump between the two, whatever unit they are said to have."""
    with np.errstate(invalid="ignore"):
        low, high = np.nanmin(values, initial=np.inf), np.nanmax(values, initial=-np.inf)
    if abs(low + np.pi) > _WRAPPED or abs(high - np.pi) > _WRAPPED:
        return
    jumps = np.abs(np.diff(values, axis=1))
    jumps = jumps[np.isfinite(jumps)]
    share = float((jumps > 4.0).mean()) if jumps.size else 0.0
    if share > 0.002:
        raise DataError(
            f"{path}: the numbers run from {low:.3f} to {high:.3f} and {share:.1%} of neighbours jump by nearly 2 pi: "
            f"this is wrapped phase, not unit {unit!r} of displacement; unwrap it first and read the unwrapped file"
        )


def _masked(raster: Raster, request: SceneRequest, read_companion: Callable[[Path], Raster]) -> NDArray[np.bool_]:
    remove = np.zeros(raster.values.shape, dtype=bool)
    if request.least_coherence is not None:
        if request.coherence is None:
            raise DataError(f"{raster.path}: least_coherence is given, but no coherence was found; give coherence=")
        coherence = _on_grid(raster, request.coherence, read_companion)
        highest = float(np.nanmax(coherence, initial=0.0))
        if highest > 1.01:
            raise DataError(
                f"{raster.path}: a coherence up to {highest:.4g}, but it lies between 0 and 1; rescale the file"
            )
        remove |= ~(coherence >= request.least_coherence)
    if request.keep_components is not None:
        if request.components is None:
            raise DataError(f"{raster.path}: keep_components is given, but no components; give components=")
        labels = _on_grid(raster, request.components, read_companion)
        remove |= ~np.isin(labels, _wanted_components(raster, labels, request.keep_components))
    return remove


def _wanted_components(raster: Raster, labels: NDArray, wanted: Any) -> NDArray:
    there = np.isfinite(labels) & (labels > 0) & np.isfinite(raster.values)
    numbers, counts = np.unique(labels[there], return_counts=True)
    known = ", ".join(f"{number:g} ({count} pixels)" for number, count in zip(numbers[:10], counts))
    if isinstance(wanted, str):
        if wanted != "largest" or numbers.size == 0:
            raise DataError(
                f"{raster.path}: components {wanted!r}: write 'largest' or numbers out of {known or 'none'}"
            )
        return numbers[[int(np.argmax(counts))]]
    for number in wanted:
        if number not in numbers:
            raise DataError(f"{raster.path}: there is no component {number}; there are {known or 'none'}")
    return np.asarray(list(wanted), dtype=float)


def _look(raster: Raster, request: SceneRequest, read_companion: Callable[[Path], Raster]) -> NDArray[np.floating]:
    def array(companion: Any) -> NDArray[np.floating] | float:
        if isinstance(companion, str | Path | Raster):
            return _on_grid(raster, companion, read_companion)
        return float(companion)

    if request.look is not None:
        if len(request.look) != 3:
            raise DataError(f"{raster.path}: look has {len(request.look)} parts, needed are three: east, north, up")
        parts = [array(part) for part in request.look]
        if all(isinstance(part, float) for part in parts):
            return np.array(parts, dtype=float)
        return np.stack([np.broadcast_to(part, raster.values.shape) for part in parts])
    if request.azimuth is None or (request.incidence is None and request.kind == "los"):
        raise DataError(
            f"{raster.path}: the direction of measurement is unknown; give look= (east, north, up as numbers or "
            "files), or incidence= and azimuth= (numbers or files) with the azimuth's convention"
        )
    azimuth = array(request.azimuth)
    if request.kind != "los":
        vectors = flight_direction(azimuth)
        return vectors if vectors.ndim == 1 else np.ascontiguousarray(np.moveaxis(vectors, -1, 0))
    return _vectors(raster, request, array(request.incidence), azimuth)


def _vectors(
    raster: Raster, request: SceneRequest, incidence: NDArray | float, azimuth: NDArray | float
) -> NDArray[np.floating]:
    names = {
        "convention": request.convention or "heading",
        "vertical": request.vertical or "incidence",
        "angle_unit": request.angle_unit or "deg",
    }
    if np.ndim(incidence) == 0 and np.ndim(azimuth) == 0:
        return look_vector(incidence, azimuth, **names)
    shape = raster.values.shape
    both = [np.broadcast_to(part, shape) for part in (incidence, azimuth)]
    single = all(np.asarray(part).dtype == np.float32 or np.ndim(part) == 0 for part in (incidence, azimuth))
    result = np.empty((3, *shape), dtype=np.float32 if single else np.float64)
    for start in range(0, shape[0], _BLOCK):
        rows = slice(start, start + _BLOCK)
        try:
            block = look_vector(both[0][rows], both[1][rows], **names)
        except DataError as error:
            raise DataError(f"{raster.path}: {error}") from error
        result[:, rows] = np.moveaxis(block, -1, 0)
    # Both angles zero is how lv_theta and lv_phi say that they have none.
    result[:, (both[0] == 0.0) & (both[1] == 0.0)] = np.nan
    return result


def _on_grid(raster: Raster, companion: Any, read_companion: Callable[[Path], Raster]) -> NDArray[np.floating]:
    """Give a companion's numbers, pixel by pixel of the raster; rows or columns that run the other way are turned."""
    other = companion if isinstance(companion, Raster) else read_companion(Path(companion))
    remedy = "resample it to the grid of the displacement"
    if other.values.shape != raster.values.shape:
        raise DataError(
            f"{other.path}: shape {other.values.shape}, but {raster.path.name} has {raster.values.shape}; {remedy}"
        )
    values = other.values
    for number, axis in ((1, "x"), (0, "y")):
        ours, theirs = getattr(raster, axis), getattr(other, axis)
        limit = 0.5 * abs(ours[1] - ours[0])
        if np.abs(ours - theirs).max() > limit:
            if np.abs(ours - theirs[::-1]).max() > limit:
                raise DataError(f"{other.path}: its {axis} coordinates are not those of {raster.path.name}; {remedy}")
            values = np.flip(values, axis=number)
    return values
