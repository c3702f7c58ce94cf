"""GAMMA geocoded rasters: big-endian floats with a DEM parameter file, ``lv_theta`` and ``lv_phi``.

Unwrapped phase in rad, positive away from the satellite; 0 where there are no data; the corner in the parameter file is
the centre of the corner pixel. lv_theta is the elevation above the horizontal and lv_phi the direction to the
satellite, anticlockwise from east, both in rad.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._flat import FlatGrid, header_lines, header_number
from geoslip.downsample.readers._raster import assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import SceneRequest, needed_file, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

LIGHT = 299_792_458.0
_DEM_FILES = ["*.dem_par", "*.dem.par", "*dem*.par", "*.dem_seg.par"]
_RADAR_FILES = ["*.slc.par", "*.rslc.par", "*.mli.par", "*.rmli.par", "*.par"]


def read_gamma(
    path: Path | str, *, dem_par: Path | str | None = None, radar_par: Path | str | None = None, **options: Any
) -> Scene:
    """Read a geocoded raster of GAMMA.

    Parameters
    ----------
    path : path
        Unwrapped phase, or a displacement (then give ``unit`` and ``positive``).
    dem_par : path, optional
        DEM parameter file with the size and place of the grid; one beside the raster is sought.
    radar_par : path, optional
        Parameter file with ``radar_frequency``; one beside the raster is sought unless ``wavelength`` is given.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`. Companions default to the files beside the raster
        whose names contain ``lv_theta`` and ``lv_phi``.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If a parameter file or companion is missing, or a file's size does not fit.
    """
    path = Path(path)
    request = scene_request(path, options)
    if (request.unit or "rad") != "rad" and request.positive is None:
        raise DataError(f"{path}: a displacement of GAMMA in {request.unit}; give positive: toward or away too")
    file = Path(dem_par) if dem_par is not None else _dem_par(path)
    if file is None:
        raise DataError(f"{path}: no DEM parameter file beside it ({', '.join(_DEM_FILES)}); give dem_par=")
    grid = _grid(file)
    if request.unit in (None, "rad"):
        request = of_product(path, request, product="GAMMA", unit="rad", positive="away", nodata=0.0)
        if request.wavelength is None:
            request = replace(request, wavelength=_wavelength(path, radar_par))
    else:
        request = request.filled(nodata=0.0)
    if not request.has_direction and request.kind == "los":
        request = _with_angles(path, request)
    return assemble_scene(grid.read(path), request, read_companion=grid.read)


def _with_angles(path: Path, request: SceneRequest) -> SceneRequest:
    # The second pattern leaves parameter files and GeoTIFFs out.
    theta, phi = (
        needed_file(
            path,
            [f"*{name}", f"*{name}.[!pt]*"],
            what=name,
            option="look= or incidence= and azimuth= (with convention=, vertical=, angle_unit=)",
        )
        for name in ("lv_theta", "lv_phi")
    )
    return replace(
        request, incidence=theta, azimuth=phi, convention="east_ccw", vertical="elevation", angle_unit="rad"
    ).noted(f"angles from {theta.name} (elevation, rad) and {phi.name} (anticlockwise from east, rad)")


def _dem_par(path: Path) -> Path | None:
    for pattern in _DEM_FILES:
        for file in sorted(path.parent.glob(pattern)):
            if file.is_file() and "corner_" in file.read_text(encoding="utf-8", errors="replace")[:4000]:
                return file
    return None


def _grid(file: Path) -> FlatGrid:
    if not file.is_file():
        raise DataError(f"{file}: no such file; check dem_par")
    given = header_lines(file)
    geographic = "corner_lat" in given
    keys = (
        ("corner_lon", "corner_lat", "post_lon", "post_lat")
        if geographic
        else ("corner_east", "corner_north", "post_east", "post_north")
    )
    corner_x, corner_y, step_x, step_y = (header_number(given, key, source=file) for key in keys)
    words = given.get("data_format", "REAL*4").upper()
    if "REAL*4" not in words and "FLOAT" not in words:
        raise DataError(f"{file}: data_format {words}; this is the header of another file")
    return FlatGrid(
        rows=int(header_number(given, "nlines", source=file, whole=True)),
        columns=int(header_number(given, "width", source=file, whole=True)),
        corner_x=corner_x,
        corner_y=corner_y,
        x_spacing=step_x,
        y_spacing=step_y,
        crs="EPSG:4326" if geographic else _utm(given, file),
        dtype=">f4",
    )


def _utm(given: dict[str, str], file: Path) -> str:
    if given.get("dem_projection", "").split()[:1] != ["UTM"]:
        raise DataError(
            f"{file}: DEM_projection {given.get('dem_projection', 'missing')}; read are EQA and UTM: export a GeoTIFF "
            "(data2geotiff) instead"
        )
    zone = int(header_number(given, "projection_zone", source=file))
    south = header_number(given, "false_northing", source=file) > 0.0 if "false_northing" in given else False
    return f"EPSG:{(327 if south else 326) * 100 + zone}"


def _wavelength(path: Path, radar_par: Path | str | None) -> float:
    beside = [file for pattern in _RADAR_FILES for file in sorted(path.parent.glob(pattern))]
    for file in beside if radar_par is None else [Path(radar_par)]:
        if not file.is_file():
            raise DataError(f"{file}: no such file; check radar_par")
        given = header_lines(file)
        if "radar_frequency" in given:
            return LIGHT / header_number(given, "radar_frequency", source=file)
    raise DataError(f"{path}: no radar_frequency in a parameter file beside it; give radar_par= or wavelength=")


def _recognises(path: Path) -> bool:
    if path.suffix.lower() in (".par", ".tif", ".rsc", ".xml", ".csv", ".txt", ".h5", ".nc", ".grd", ".npz"):
        return False
    file = _dem_par(path)
    if file is None:
        return False
    given = header_lines(file)
    try:
        cells = float(given["width"].split()[0]) * float(given["nlines"].split()[0])
    except (KeyError, ValueError):
        return False
    return path.stat().st_size == 4 * cells


READER = Reader(
    name="gamma",
    product="scene",
    summary="GAMMA geocoded raster with DEM parameter file, lv_theta, lv_phi",
    recognises=_recognises,
    read=read_gamma,
    rank=1,
)
