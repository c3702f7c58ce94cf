"""GeoTIFF and other single-band rasters that GDAL reads, with companions for the direction of measurement."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._raster import Geometry, Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.scene import Scene


def read_geotiff(
    path: Path | str,
    *,
    unit: str,
    band: int = 1,
    crs: str | None = None,
    positive: str | None = None,
    wavelength: float | None = None,
    nodata: float | None = None,
    name: str | None = None,
    kind: str = "los",
    **geometry: Any,
) -> Scene:
    """Read a GeoTIFF of displacement or phase.

    Parameters
    ----------
    path : path
        The displacement.
    unit : {"m", "cm", "mm", "rad"}
        Of the displacement.
    band : int
        Of the displacement, from 1; companions are read from their first band.
    crs : str, optional
        Only where the file has none ("local": metres about the case's origin); a file's own projection is never
        overridden.
    positive, wavelength
        As in `geoslip.downsample.units.displacement_factor`.
    nodata : float, optional
        Value that stands for no data, besides NaN and the one the file names (LiCSAR and HyP3: 0).
    name, kind
        As in `Scene`.
    **geometry
        look=(east, north, up) or incidence= and azimuth=, each a number or a GeoTIFF on the same grid, with
        convention=, vertical=, angle_unit= (`geoslip.downsample.look.look_vector`).

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the file has no projection or a rotated one, a companion does not fit, or nothing makes sense.
    """

    def read_companion(file: Path) -> Raster:
        return _read_band(file, 1, crs)

    return assemble_scene(
        _read_band(Path(path), band, crs),
        Geometry(**geometry),
        read_companion=read_companion,
        unit=unit,
        positive=positive,
        wavelength=wavelength,
        name=name,
        kind=kind,
        nodata=nodata,
    )


def _read_band(path: Path, band: int, crs: str | None) -> Raster:
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                if not 1 <= band <= source.count:
                    raise DataError(f"{path}: band {band}, but the file has {source.count}; bands count from 1")
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


def _recognises(path: Path) -> bool:
    return path.suffix.lower() in (".tif", ".tiff", ".vrt")


READER = Reader(
    name="geotiff",
    product="scene",
    summary="GeoTIFF, with look vectors or angles as companions or numbers",
    recognises=_recognises,
    read=read_geotiff,
)
