"""ROI_PAC geocoded interferograms: ``geo_*.unw`` with ``.unw.rsc``.

Two bands, amplitude and unwrapped phase in rad, line by line, little-endian; 0 where there are no data. Others' readers
disagree on the sign; it follows from the order of the dates: older-newer in DATE12 means positive away from the
satellite, newer-older positive toward it, and without DATE12 it is asked.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._flat import FlatGrid, header_lines, header_number
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import of_product, scene_request
from geoslip.downsample.scenes.scene import Scene


def read_roi_pac(path: Path | str, *, header: Path | str | None = None, **options: Any) -> Scene:
    """Read the unwrapped phase of a geocoded ROI_PAC interferogram.

    Parameters
    ----------
    path : path
        ``geo_*.unw``.
    header : path, optional
        Default: the file's name with ``.rsc`` added.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; ``positive`` is asked where DATE12 does not tell.
        Without ``incidence`` the mean of LOOK_REF1 to 4 stands for it, which is up to 3 degrees too small: the look
        angle is counted at the satellite.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the header lacks something, the sign is not known, or the file does not fit its header.
    """
    path = Path(path)
    file = path.with_name(path.name + ".rsc") if header is None else Path(header)
    if not file.is_file():
        raise DataError(f"{file}: no such file; the header of {path.name} is needed")
    given = header_lines(file)
    request = scene_request(path, options)
    sign = _sign(given.get("date12", ""))
    if sign is None and request.positive is None:
        raise DataError(
            f"{file}: no DATE12 that tells the order of the dates, and readers of ROI_PAC disagree on the sign: give "
            "positive: away (phase of the older less the newer date) or positive: toward"
        )
    request = of_product(path, request, product="ROI_PAC", unit="rad", positive=sign, nodata=0.0)
    if request.wavelength is None:
        request = replace(request, wavelength=header_number(given, "wavelength", source=file))
    if not request.has_direction and request.kind == "los":
        heading = header_number(given, "heading_deg", source=file)
        corners = [header_number(given, f"look_ref{corner}", source=file) for corner in (1, 2, 3, 4)]
        request = replace(request, incidence=float(np.mean(corners)), azimuth=heading, convention="heading").noted(
            f"one look vector from HEADING_DEG {heading:g} and the mean look angle {np.mean(corners):.2f} degrees, "
            "which stands for the incidence (up to 3 degrees larger): give incidence for an exact one"
        )
    grid = _grid(given, file)
    raster = grid.read(path, band=2)

    def read_companion(companion: Path) -> Raster:
        return replace(grid, bands=1).read(companion)

    return assemble_scene(raster, request, read_companion=read_companion)


def _grid(given: dict[str, str], file: Path) -> FlatGrid:
    if "x_first" not in given:
        raise DataError(f"{file}: no X_FIRST: the file is in radar coordinates; read the geocoded geo_*.unw")
    step_x, step_y = (header_number(given, key, source=file) for key in ("x_step", "y_step"))
    if "utm" in given.get("projection", "").lower() or not given.get("x_unit", "degrees").startswith("degree"):
        raise DataError(f"{file}: coordinates in {given.get('x_unit')!r}; read are degrees: convert it to GeoTIFF")
    return FlatGrid(
        rows=int(header_number(given, "file_length", source=file, whole=True)),
        columns=int(header_number(given, "width", source=file, whole=True)),
        corner_x=header_number(given, "x_first", source=file) + 0.5 * step_x,
        corner_y=header_number(given, "y_first", source=file) + 0.5 * step_y,
        x_spacing=step_x,
        y_spacing=step_y,
        crs="EPSG:4326",
        bands=2,
    )


def _sign(date12: str) -> str | None:
    """Sign by the order of two dates YYMMDD or YYYYMMDD; two-digit years below 70 are in this century."""
    found = re.fullmatch(r"(\d{6}|\d{8})-(\d{6}|\d{8})", date12.split()[0] if date12 else "")
    if found is None:
        return None
    dates = [(word if len(word) == 8 else ("20" if word < "70" else "19") + word) for word in found.groups()]
    return None if dates[0] == dates[1] else "away" if dates[0] < dates[1] else "toward"


def _recognises(path: Path) -> bool:
    return path.suffix == ".unw" and path.with_name(path.name + ".rsc").is_file()


READER = Reader(
    name="roi_pac",
    product="scene",
    summary="ROI_PAC geocoded .unw with .rsc",
    recognises=_recognises,
    read=read_roi_pac,
    rank=2,
)
