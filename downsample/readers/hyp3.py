"""ASF HyP3, GAMMA and ISCE2 bursts: ``_unw_phase.tif`` or ``_los_disp.tif`` with ``_lv_theta.tif`` and ``_lv_phi.tif``.

Phase in rad, positive away from the satellite if the reference is the older date (HyP3's rule); the displacement map is
in metres, positive toward it. lv_theta is the elevation above the horizontal and lv_phi the direction to the satellite,
anticlockwise from east, both in rad, 0 where there are no data.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._gdal import read_band
from geoslip.downsample.readers._raster import assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import SceneRequest, first_file, needed_file, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

WAVELENGTH = 0.055465763
"""Of Sentinel-1, metres, as HyP3 prints it."""
_ENDINGS = {"_unw_phase": ("rad", "away"), "_los_disp": ("m", "toward")}


def read_hyp3(path: Path | str, **options: Any) -> Scene:
    """Read a HyP3 interferogram; companions of the same job are sought beside it.

    Parameters
    ----------
    path : path
        ``*_unw_phase.tif`` or ``*_los_disp.tif``.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign and no-data are the product's.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If a companion is missing, or the reference is the later date, for which the sign is asked.
    """
    path = Path(path)
    ending = next((end for end in _ENDINGS if path.stem.endswith(end)), None)
    if ending is None:
        raise DataError(f"{path}: HyP3 files that are read end in _unw_phase.tif or _los_disp.tif")
    unit, positive = _ENDINGS[ending]
    job = path.stem.removesuffix(ending)
    request = scene_request(path, options)
    known = positive if unit == "m" or _reference_is_older(path.stem, request) else None
    request = of_product(path, request, product="HyP3", unit=unit, positive=known, wavelength=WAVELENGTH, nodata=0.0)
    if not request.has_direction and request.kind == "los":
        angles = [
            needed_file(path, [f"{job}_lv_{part}.tif"], what=f"lv_{part}", option="look=, or incidence= and azimuth=")
            for part in ("theta", "phi")
        ]
        request = replace(
            request,
            incidence=angles[0],
            azimuth=angles[1],
            convention="east_ccw",
            vertical="elevation",
            angle_unit="rad",
        ).noted("look vectors from lv_theta (elevation, rad) and lv_phi (anticlockwise from east, rad)")
    request = request.filled(
        coherence=first_file(path, [f"{job}_corr.tif"]), components=first_file(path, [f"{job}_conncomp.tif"])
    )
    return assemble_scene(read_band(path, crs=request.crs), request, read_companion=read_band)


def _reference_is_older(stem: str, request: SceneRequest) -> bool:
    dates = re.findall(r"(?<!\d)(\d{8})(?:T\d{6})?(?!\d)", stem)
    if len(dates) >= 2 and dates[0] > dates[1] and request.positive is None:
        raise DataError(
            f"{stem}: its reference date {dates[0]} is later than {dates[1]}, so a positive phase means motion "
            "toward the satellite from the older to the later date; confirm it with positive: toward, or give away"
        )
    return not (len(dates) >= 2 and dates[0] > dates[1])


def _recognises(path: Path) -> bool:
    return path.suffix == ".tif" and any(path.stem.endswith(end) for end in _ENDINGS)


READER = Reader(
    name="hyp3",
    product="scene",
    summary="HyP3 (GAMMA or ISCE2 burst) _unw_phase.tif or _los_disp.tif with lv_theta, lv_phi",
    recognises=_recognises,
    read=read_hyp3,
    rank=2,
)
