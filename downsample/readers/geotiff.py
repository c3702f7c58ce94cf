"""GeoTIFF and other single-band rasters that GDAL reads, with companions for the direction of measurement."""

from pathlib import Path
from typing import Any

from geoslip.downsample.readers._gdal import read_band
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import scene_request
from geoslip.downsample.scenes.scene import Scene


def read_geotiff(path: Path | str, *, band: int = 1, **options: Any) -> Scene:
    """Read a GeoTIFF of displacement or phase.

    Parameters
    ----------
    path : path
        The displacement.
    band : int
        Of the displacement, from 1; companions are read from their first band.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; ``unit`` is needed. A file's own projection is never
        overridden; ``nodata`` comes besides the value that the file names.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the file has no projection or a rotated one, a companion does not fit, or nothing makes sense.
    """
    request = scene_request(Path(path), options)

    def read_companion(file: Path) -> Raster:
        return read_band(file, crs=request.crs)

    return assemble_scene(read_band(Path(path), band=band, crs=request.crs), request, read_companion=read_companion)


def _recognises(path: Path) -> bool:
    return path.suffix.lower() in (".tif", ".tiff", ".vrt")


READER = Reader(
    name="geotiff",
    product="scene",
    summary="GeoTIFF, with look vectors or angles as companions or numbers",
    recognises=_recognises,
    read=read_geotiff,
    asks=("unit", "positive"),
)
