"""Kite scenes: ``NAME.npz`` with ``NAME.yml``.

Displacement in m, positive toward the satellite; theta is the elevation above the horizontal and phi the direction to
the satellite, anticlockwise from east, both in rad. Rows run from south to north, from the corner llLon, llLat.
"""

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

_NUMBERS = ("llLat", "llLon", "dE", "dN")


def read_kite(path: Path | str, **options: Any) -> Scene:
    """Read a scene that kite saved.

    Parameters
    ----------
    path : path
        ``NAME.npz``, or ``NAME.yml`` beside it.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; unit, sign, place and angles are the scene's.

    Returns
    -------
    Scene
        In degrees, or in metres of an azimuthal equidistant projection about the corner.

    Raises
    ------
    DataError
        If one of the two files is missing, damaged, or without what is needed.
    """
    path = Path(path)
    arrays, frame = path.with_suffix(".npz"), path.with_suffix(".yml")
    for file in (arrays, frame):
        if not file.is_file():
            raise DataError(f"{file}: no such file; a kite scene is a .npz and a .yml of the same name")
    request = of_product(path, scene_request(path, options), product="kite", unit="m", positive="toward")
    displacement, theta, phi = _arrays(arrays)
    place = _place(frame)
    rows, columns = displacement.shape
    metres = place["spacing"] == "meter"
    x0, y0 = (0.0, 0.0) if metres else (float(place["llLon"]), float(place["llLat"]))
    x = x0 + float(place["dE"]) * np.arange(columns)
    y = y0 + float(place["dN"]) * np.arange(rows)
    crs = "EPSG:4326"
    if metres:
        crs = f"+proj=aeqd +lon_0={place['llLon']} +lat_0={place['llLat']} +datum=WGS84 +units=m +type=crs"
    if not request.has_direction:
        angles = {
            "incidence": Raster(arrays, theta, x, y, crs),
            "azimuth": Raster(arrays, phi, x, y, crs),
            "convention": "east_ccw",
            "vertical": "elevation",
            "angle_unit": "rad",
        }
        request = request.filled(**angles).noted("theta as elevation, phi anticlockwise from east, rows northward")
    return assemble_scene(
        Raster(arrays, displacement, x, y, crs), request, read_companion=lambda file: _no_companion(file, arrays)
    )


def _no_companion(file: Path, path: Path) -> Raster:
    raise DataError(f"{file}: {path.name} is a kite scene and takes no companions; take the option out")


def _arrays(path: Path) -> list[NDArray[np.floating]]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            found = [np.asarray(archive[f"arr_{number}"]) for number in range(3)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, MemoryError) as error:
        raise DataError(f"{path}: no kite scene ({error}); it may be truncated") from error
    except Exception as error:
        # Damaged archives raise what zlib and struct have, without a common class.
        raise DataError(f"{path}: damaged ({type(error).__name__}: {error}); save the scene again") from error
    if found[0].ndim != 2 or any(part.dtype.kind != "f" for part in found):
        raise DataError(f"{path}: arrays of shape {[part.shape for part in found]}; needed are three grids of floats")
    return [np.broadcast_to(part, found[0].shape) if part.ndim == 0 else part for part in found]


def _place(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    given = {key: value.strip("'\"") for key, value in re.findall(r"^\s*(\w+):[ \t]+(\S+)[ \t]*$", text, re.MULTILINE)}
    for key in _NUMBERS:
        try:
            if not np.isfinite(float(given[key])):
                raise ValueError
        except (KeyError, ValueError):
            raise DataError(f"{path}: {key} is {given.get(key, 'missing')}; needed is a number in frame:") from None
    given.setdefault("spacing", "meter" if abs(float(given["dE"])) >= 0.5 else "degree")
    if given["spacing"] not in ("meter", "degree"):
        raise DataError(f"{path}: spacing: {given['spacing']}; known are meter and degree")
    return given


def _recognises(path: Path) -> bool:
    return path.suffix in (".npz", ".yml") and path.with_suffix(".npz").is_file() and path.with_suffix(".yml").is_file()


READER = Reader(
    name="kite",
    product="scene",
    summary="kite scene .npz with .yml",
    recognises=_recognises,
    read=read_kite,
    rank=1,
)
