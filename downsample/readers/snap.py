"""ESA SNAP, terrain-corrected: BEAM-DIMAP (``NAME.dim`` with ``NAME.data``).

A band of displacement (PhaseToDisplacement: m, positive toward the satellite) or of unwrapped phase (rad, positive
away), the primary date being the earlier; 0 where there are no data. SNAP writes no look vectors: the incidence is a
band, the heading a number of the metadata.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._gdal import read_band
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import SceneRequest, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

LIGHT = 299_792_458.0
_INCIDENCE = ("incidenceanglefromellipsoid", "incidenceangle", "incident_angle")
"""Starts of the names of bands with the incidence from the vertical; the local one, from the slope, is not used."""


def read_snap(path: Path | str, *, variable: str | None = None, **options: Any) -> Scene:
    """Read a band of a terrain-corrected SNAP product.

    Parameters
    ----------
    path : path
        ``NAME.dim``.
    variable : str, optional
        Name of the band; default: the only one whose name starts with ``displacement`` or ``Unw``.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign, wavelength and heading are the product's,
        ``incidence`` is needed where the product has no such band.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the metadata or a band is missing, or the product is not map-projected.
    """
    path = Path(path)
    request = scene_request(path, options)
    root = _metadata(path)
    bands = _bands(path)
    chosen = _choose(path, bands, variable)
    facts = {entry.get("name"): (entry.text or "").strip() for entry in root.iter("MDATTR")}
    if chosen.lower().startswith("unw"):
        request = of_product(path, request, product="SNAP", unit="rad", positive="away", nodata=0.0)
        if request.wavelength is None:
            megahertz = _number(path, facts, "radar_frequency", "wavelength=")
            request = replace(request, wavelength=LIGHT / (megahertz * 1e6))
    elif chosen.lower().startswith("displacement"):
        request = of_product(path, request, product="SNAP", unit="m", positive="toward", nodata=0.0)
    elif request.unit is None or request.positive is None:
        raise DataError(f"{path}: band {chosen} is neither displacement nor Unw...; give unit and positive for it")
    if request.look is None and request.kind == "los":
        request = _with_angles(path, request, bands, facts)
    return assemble_scene(read_band(bands[chosen], crs=request.crs), request, read_companion=read_band)


def _metadata(path: Path) -> ElementTree.Element:
    try:
        return ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, OSError) as error:
        raise DataError(f"{path}: not well-formed XML ({error}); it may be truncated") from error


def _bands(path: Path) -> dict[str, Path]:
    folder = path.with_suffix(".data")
    found = {file.stem: file for file in sorted(folder.glob("*.img"))}
    if not found:
        raise DataError(f"{path}: no bands (.img) in {folder}; copy the .data folder beside the .dim file")
    return found


def _choose(path: Path, bands: dict[str, Path], variable: str | None) -> str:
    if variable is not None:
        if variable not in bands:
            raise DataError(f"{path}: no band {variable!r}; there are {', '.join(bands)}")
        return variable
    likely = [name for name in bands if name.lower().startswith(("displacement", "unw"))]
    if len(likely) != 1:
        raise DataError(
            f"{path}: {len(likely)} bands of displacement or unwrapped phase; name one of {', '.join(bands)} with "
            "variable="
        )
    return likely[0]


def _with_angles(
    path: Path, request: SceneRequest, bands: dict[str, Path], facts: dict[str | None, str]
) -> SceneRequest:
    if request.incidence is None:
        file = next((file for name, file in bands.items() if name.lower().startswith(_INCIDENCE)), None)
        if file is None:
            raise DataError(
                f"{path}: no band of the incidence from the ellipsoid; run Range-Doppler terrain correction with it, "
                "or give incidence= in degrees"
            )
        raster: Raster = read_band(file, crs=request.crs)
        request = replace(request, incidence=raster).noted(f"incidence from the band {file.stem}")
    if request.azimuth is None:
        heading = _number(path, facts, "centre_heading", "azimuth= (the heading)")
        request = replace(request, azimuth=heading, convention="heading").noted(f"heading {heading:g} degrees")
    return request


def _number(path: Path, facts: dict[str | None, str], key: str, option: str) -> float:
    try:
        number = float(facts[key])
    except (KeyError, ValueError):
        raise DataError(f"{path}: the metadata have no number {key}; give {option}") from None
    if not 0.0 < abs(number) < 1e6:
        raise DataError(f"{path}: {key} is {number:g} in the metadata, which stands for unknown; give {option}")
    return number


def _recognises(path: Path) -> bool:
    return path.suffix == ".dim"


READER = Reader(
    name="snap",
    product="scene",
    summary="SNAP BEAM-DIMAP .dim with .data",
    recognises=_recognises,
    read=read_snap,
    rank=1,
)
