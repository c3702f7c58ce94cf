"""Readers, one file a product family; a module here that holds a `READER` is found by itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geoslip.downsample.observations import Observations
from geoslip.downsample.readers._registry import Reader, choose_reader, readers
from geoslip.downsample.scenes.scene import Scene

__all__ = ["Reader", "read_gnss", "read_points", "read_scene", "readers"]


def read_scene(path: Path | str, *, format: str = "auto", **options: Any) -> Scene:
    """Read a grid of displacement with its look vectors.

    Parameters
    ----------
    path : path
        File of the displacement (or phase).
    format : str
        Name of a reader, see ``readers("scene")``; "auto" recognises the file.
    **options
        What the reader asks: unit, positive, wavelength, look or incidence and azimuth, crs, nodata, ...

    Returns
    -------
    Scene
        Metres, positive toward the satellite, checked.

    Raises
    ------
    DataError
        If the file is missing, not what it should be, or its sign and geometry make no sense.
    """
    return choose_reader(path, product="scene", format=format).read(Path(path), **options)


def read_points(path: Path | str, *, format: str = "auto", **options: Any) -> Observations:
    """Read displacement at scattered points (already downsampled, or offsets).

    Parameters
    ----------
    path : path
        File of the points.
    format : str
        Name of a reader, see ``readers("points")``; "auto" recognises the file.
    **options
        What the reader asks, see `geoslip.downsample.readers.points_table.read_points_table`.

    Returns
    -------
    Observations
        Metres, checked.

    Raises
    ------
    DataError
        If the file is missing or not what it should be.
    """
    return choose_reader(path, product="points", format=format).read(Path(path), **options)


def read_gnss(path: Path | str | Sequence[Path | str], *, format: str = "auto", **options: Any) -> Observations:
    """Read GNSS offsets, of one file or as the sum of several, station by station.

    Parameters
    ----------
    path : path or sequence of paths
        Several files are added (a foreshock's and a mainshock's offsets, say).
    format : str
        Name of a reader, see ``readers("gnss")``; "auto" recognises the first file.
    **options
        What the reader asks, see `geoslip.downsample.readers.gnss_table.read_gnss_table`.

    Returns
    -------
    Observations
        Metres, rows station by station, checked.

    Raises
    ------
    DataError
        If a file is missing or not what it should be.
    """
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(part) for part in path]
    return choose_reader(paths[0], product="gnss", format=format).read(paths, **options)
