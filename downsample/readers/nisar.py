"""NISAR geocoded unwrapped interferograms (GUNW): recognised, and refused with what to do instead.

The readers that exist take opposite signs for its phase and for the azimuth of its line-of-sight vectors, and the
product's own description did not settle it, so nothing is guessed here.
"""

from pathlib import Path
from typing import Any

import h5py

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._netcdf import is_hdf, open_hdf
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.scenes.scene import Scene


def read_nisar(path: Path | str, **options: Any) -> Scene:
    """Refuse a NISAR GUNW product.

    Raises
    ------
    DataError
        Always; the message says how the user can say what the product leaves open.
    """
    raise DataError(
        f"{path}: a NISAR GUNW product; the sign of its phase and of its line-of-sight vectors is not settled among "
        "its readers. Export unwrappedPhase as a GeoTIFF and read it with format: geotiff, unit: rad, wavelength, "
        "positive (compare with GNSS: geoslip scene --gnss) and look as you know them"
    )


def _recognises(path: Path) -> bool:
    if path.suffix != ".h5" or not is_hdf(path):
        return False
    try:
        with open_hdf(path) as source:
            return isinstance(source.get("science/LSAR/GUNW") or source.get("science/SSAR/GUNW"), h5py.Group)
    except DataError:
        return False


READER = Reader(
    name="nisar",
    product="scene",
    summary="NISAR GUNW: recognised, but its signs are not settled",
    recognises=_recognises,
    read=read_nisar,
    rank=2,
)
