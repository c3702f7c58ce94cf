"""One band of a raster that GDAL reads, with its grid."""

import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._raster import Raster


def read_band(path: Path, *, band: int = 1, crs: str | None = None) -> Raster:
    """Read a band; no-data values that the file names become NaN.

    Parameters
    ----------
    path : Path
        GeoTIFF or another raster with a place on the ground.
    band : int
        From 1.
    crs : str, optional
        Only where the file names none; "local": metres about the case's origin.

    Returns
    -------
    Raster
        float32 where the file is, float64 else.

    Raises
    ------
    DataError
        If the file cannot be read, is complex, rotated, or has no place or projection.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                if not 1 <= band <= source.count:
                    raise DataError(f"{path}: band {band}, but the file has {source.count}; bands count from 1")
                _refuse_short(path, source)
                masked = source.read(band, masked=True)
                transform, own_crs = source.transform, source.crs
    except (RasterioError, UnicodeDecodeError, MemoryError) as error:
        raise DataError(
            f"{path}: cannot be read as a raster ({error}); it may be truncated or of another format"
        ) from error
    if masked.dtype.kind == "c":
        raise DataError(f"{path}: band {band} is complex; unwrap the interferogram first")
    if transform.is_identity:
        raise DataError(f"{path}: the raster has no place on the ground (no geotransform); geocode it first")
    if transform.b != 0.0 or transform.d != 0.0:
        raise DataError(f"{path}: the raster is rotated; resample it to rows and columns along its axes")
    if own_crs is None and crs is None:
        raise DataError(f"{path}: the raster has no projection; name it with crs= (as EPSG:4326, or local)")
    own = own_crs.to_string() if own_crs is not None else None if crs == "local" else crs
    dtype = np.float32 if masked.dtype == np.float32 else np.float64
    values = masked.astype(dtype).filled(np.nan)
    x = transform.c + transform.a * (np.arange(values.shape[1]) + 0.5)
    y = transform.f + transform.e * (np.arange(values.shape[0]) + 0.5)
    return Raster(path, values, x, y, own)


def _refuse_short(path: Path, source: rasterio.DatasetReader) -> None:
    """Refuse a raw raster that is shorter than its header says: GDAL reads zeros for what is missing."""
    needed = source.width * source.height * sum(np.dtype(kind).itemsize for kind in source.dtypes)
    if source.driver == "ENVI" and path.stat().st_size < needed:
        raise DataError(
            f"{path}: {path.stat().st_size} bytes, but its header asks {needed}; the file is truncated: copy it again"
        )
