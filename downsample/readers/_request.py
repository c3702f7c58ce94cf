"""What a user says of a scene beside its file, and what a product's documentation says in the user's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from geoslip.downsample.errors import DataError


@dataclass(frozen=True, kw_only=True)
class SceneRequest:
    """Options that every reader of scenes takes.

    Parameters
    ----------
    unit : {"m", "cm", "mm", "rad", "pixel"}, optional
        Of the numbers in the file; a product that says its own need not be told.
    positive : {"toward", "away"}, optional
        What a positive number means ("toward": along the flight, for azimuth offsets).
    wavelength : float, optional
        Radar wavelength in metres, for phase.
    pixel_size : float, optional
        Metres on the ground or in range of one pixel of offset, for ``unit="pixel"``.
    nodata : float, optional
        Value that stands for no data, in the file's unit, besides NaN.
    name : str, optional
        Default: the file's name without suffix.
    kind : str
        As in `geoslip.downsample.Scene`.
    crs : str, optional
        Only where the file names none; "local": metres about the case's origin.
    look : sequence of three numbers, files or grids, optional
        East, north, up.
    incidence, azimuth : number, file or grid, optional
        Angles, read as `convention`, `vertical` and `angle_unit` say (`geoslip.downsample.scenes.look.look_vector`).
    coherence, components : file or grid, optional
        Coherence, and the numbers of the connected components of unwrapping, on the same grid.
    least_coherence : float, optional
        Pixels of a lower coherence are left out.
    keep_components : sequence of int or "largest", optional
        Pixels of other components are left out.
    """

    unit: str | None = None
    positive: str | None = None
    wavelength: float | None = None
    pixel_size: float | None = None
    nodata: float | None = None
    name: str | None = None
    kind: str = "los"
    crs: str | None = None
    look: Sequence[Any] | None = None
    incidence: Any = None
    azimuth: Any = None
    convention: str | None = None
    vertical: str | None = None
    angle_unit: str | None = None
    coherence: Any = None
    components: Any = None
    least_coherence: float | None = None
    keep_components: Sequence[int] | str | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_direction(self) -> bool:
        """True if the user said along which direction the file measures."""
        return self.look is not None or self.incidence is not None or self.azimuth is not None

    def filled(self, **facts: Any) -> SceneRequest:
        """Give the request with facts in the places that are empty."""
        return replace(self, **{key: value for key, value in facts.items() if getattr(self, key) is None})

    def noted(self, *notes: str) -> SceneRequest:
        """Give the request with further notes on what was understood."""
        return replace(self, notes=(*self.notes, *notes))


def scene_request(path: Path, options: Mapping[str, Any]) -> SceneRequest:
    """Turn a reader's options into a request.

    Raises
    ------
    DataError
        If there is an option that no reader of scenes takes.
    """
    known = {field.name for field in fields(SceneRequest)} - {"notes"}
    unknown = sorted(set(options) - known)
    if unknown:
        raise DataError(
            f"{path}: option {unknown[0]!r} is unknown to this reader; beside its own it takes "
            f"{', '.join(sorted(known))}"
        )
    return SceneRequest(**options)


def of_product(
    path: Path,
    request: SceneRequest,
    *,
    product: str,
    unit: str,
    positive: str | None = None,
    wavelength: float | None = None,
    nodata: float | None = None,
) -> SceneRequest:
    """Fill in what a product's documentation says, and refuse a user who says otherwise.

    Parameters
    ----------
    path : Path
        For messages.
    request : SceneRequest
        As the user wrote it.
    product : str
        Its name, for messages and notes.
    unit, positive, wavelength, nodata
        As the product has them; None: not known, so the user's word stands.

    Returns
    -------
    SceneRequest
        With a note that says how the numbers were understood.

    Raises
    ------
    DataError
        If the user's unit or sign contradicts the product's.
    """
    for key, fact in (("unit", unit), ("positive", positive)):
        said = getattr(request, key)
        if said is not None and fact is not None and said != fact:
            raise DataError(
                f"{path}: {key}: {said} contradicts {product}, whose files are {key}: {fact}; take the line out, "
                "or name another format (geotiff, grid, raw_grid) if this is not the product as it was distributed"
            )
    result = request.filled(unit=unit, positive=positive, wavelength=wavelength, nodata=nodata)
    way = {"toward": "toward", "away": "away from"}.get(result.positive or "")
    sign = f", positive {way} the satellite" if way and request.kind == "los" else ""
    said = f"{product}: {result.unit}{sign}"
    if result.unit == "rad" and result.wavelength is not None:
        said += f", wavelength {result.wavelength:.6g} m"
    if result.nodata is not None:
        said += f", no data where {result.nodata:g}"
    return result.noted(said)


def first_file(path: Path, patterns: Sequence[str]) -> Path | None:
    """Give the one file that the first pattern with any finds, counted from the folder of `path`; None for none.

    Raises
    ------
    DataError
        If that pattern finds several: which of them belongs to `path` is the user's to say.
    """
    for pattern in patterns:
        found = sorted(file for file in path.parent.glob(pattern) if file.is_file() and file != path)
        if len(found) > 1:
            names = ", ".join(file.name for file in found[:4])
            raise DataError(f"{path}: {len(found)} files fit {pattern} ({names}): name the one that belongs to it")
        if found:
            return found[0]
    return None


def needed_file(path: Path, patterns: Sequence[str], *, what: str, option: str) -> Path:
    """Give the one file that the first pattern with any finds.

    Raises
    ------
    DataError
        If there is none or several; the message says what was looked for and which option names it.
    """
    found = first_file(path, patterns)
    if found is None:
        raise DataError(
            f"{path}: {what} not found (looked for {', '.join(patterns)} from {path.parent}); put the file there, or "
            f"give {option}"
        )
    return found
