"""ISCE2 geocoded interferograms: ``filt_topophase.unw.geo`` with ``.xml`` or ``.vrt`` and ``los.rdr.geo``.

Two bands, amplitude and unwrapped phase, line by line; 0 where there are no data. The phase is that of the reference
less that of the secondary date: positive away from the satellite if the reference is the older date, toward it if it is
the newer, which the file does not say. Its companion holds incidence from the vertical and direction to the
satellite, anticlockwise from north, in degrees.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._flat import FlatGrid, header_number
from geoslip.downsample.readers._raster import Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import needed_file, of_product, scene_request
from geoslip.downsample.scenes.scene import Scene

_TYPES = {"FLOAT": "f4", "DOUBLE": "f8", "FLOAT32": "f4", "FLOAT64": "f8"}
_ASK = (
    "ISCE2 does not write which date is the reference: give positive: away if it is the older, positive: toward if it "
    "is the newer"
)


def read_isce2(path: Path | str, *, band: int = 2, los: Path | str | None = None, **options: Any) -> Scene:
    """Read the unwrapped phase of a geocoded ISCE2 interferogram.

    Parameters
    ----------
    path : path
        ``filt_topophase.unw.geo``.
    band : int
        The phase, from 1.
    los : path, optional
        ``los.rdr.geo``; sought beside the file.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; ``positive`` and ``wavelength`` are asked.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the sign or the wavelength is not given, a header is missing, or a file does not fit its header.
    """
    path = Path(path)
    request = scene_request(path, options)
    if request.positive is None:
        raise DataError(f"{path}: {_ASK}")
    if request.wavelength is None:
        raise DataError(f"{path}: ISCE2's headers have no wavelength; give it in metres (Sentinel-1 0.0554658)")
    request = of_product(path, request, product="ISCE2", unit="rad", nodata=0.0)
    if not request.has_direction and request.kind == "los":
        file = Path(los) if los is not None else needed_file(path, ["los.rdr.geo"], what="los.rdr.geo", option="los=")
        request = replace(request, incidence=_read(file, 1), azimuth=_read(file, 2), convention="north_ccw").noted(
            f"angles from {file.name}, azimuth anticlockwise from north"
        )
    return assemble_scene(_read(path, band), request, read_companion=lambda file: _read(file, 1))


def _read(path: Path, band: int) -> Raster:
    for suffix, parse in ((".xml", _from_xml), (".vrt", _from_vrt)):
        header = path.with_name(path.name + suffix)
        if header.is_file():
            try:
                tree = ElementTree.parse(header)
            except ElementTree.ParseError as error:
                raise DataError(f"{header}: not well-formed XML ({error}); it may be truncated") from error
            return parse(header, tree.getroot()).read(path, band=band)
    raise DataError(f"{path}: neither {path.name}.xml nor {path.name}.vrt is beside it; copy the header too")


def _from_xml(header: Path, root: ElementTree.Element) -> FlatGrid:
    """ISCE2's own header; the start of a coordinate is the outer corner, as in the .vrt that ISCE2 writes of it."""
    given = _properties(root)
    for number, axis in ((1, "x"), (2, "y")):
        component = next((part for part in root.iter("component") if part.get("name") == f"coordinate{number}"), None)
        for key, value in _properties(component).items() if component is not None else ():
            given[f"{axis}_{key}"] = value
    if "x_startingvalue" not in given:
        raise DataError(f"{header}: no coordinate1: the file is not geocoded; read the .geo file")
    steps = [header_number(given, f"{axis}_delta", source=header) for axis in "xy"]
    starts = [header_number(given, f"{axis}_startingvalue", source=header) for axis in "xy"]
    kind = given.get("data_type", "FLOAT").strip("'\"").upper()
    if kind not in _TYPES:
        raise DataError(f"{header}: numbers of type {kind}; read are {', '.join(sorted(_TYPES))}")
    order = "<" if given.get("byte_order", "l").strip("'\"").lower().startswith("l") else ">"
    return FlatGrid(
        rows=int(header_number(given, "length", source=header, whole=True)),
        columns=int(header_number(given, "width", source=header, whole=True)),
        corner_x=starts[0] + 0.5 * steps[0],
        corner_y=starts[1] + 0.5 * steps[1],
        x_spacing=steps[0],
        y_spacing=steps[1],
        crs="EPSG:4326",
        bands=int(float(given.get("number_bands", "1"))),
        interleave=given.get("scheme", "BIL").strip("'\"").upper(),
        dtype=order + _TYPES[kind],
    )


def _properties(element: ElementTree.Element | None) -> dict[str, str]:
    """Direct children ``<property name=...><value>...</value></property>``, names in lower case."""
    found: dict[str, str] = {}
    for entry in element.findall("property") if element is not None else ():
        value = (entry.findtext("value") or "").strip()
        if entry.get("name") and value:
            found[str(entry.get("name")).lower()] = value
    return found


def _from_vrt(header: Path, root: ElementTree.Element) -> FlatGrid:
    """GDAL's raw raster: size, corner and order from the VRT, so that GDAL need not follow the file's path."""
    given = {"length": root.get("rasterYSize") or "", "width": root.get("rasterXSize") or ""}
    place = (root.findtext("GeoTransform") or "").split(",")
    bands = root.findall("VRTRasterBand")
    if len(place) != 6 or not bands or not all(given.values()):
        raise DataError(f"{header}: no GeoTransform, size or bands; the file is not geocoded or the header is damaged")
    numbers = {f"g{index}": word.strip() for index, word in enumerate(place)}
    x0, dx, _, y0, _, dy = (header_number(numbers, f"g{index}", source=header) for index in range(6))
    kind = _TYPES.get((bands[0].get("dataType") or "").upper())
    if kind is None:
        raise DataError(f"{header}: numbers of type {bands[0].get('dataType')!r}; read are Float32 and Float64")
    columns = int(header_number(given, "width", source=header, whole=True))
    offsets = [int(band.findtext("ImageOffset") or 0) for band in bands]
    size = int(kind[1])
    apart = offsets[1] - offsets[0] if len(offsets) > 1 else size * columns
    layout = {size: "BIP", size * columns: "BIL"}.get(apart, "BSQ")
    big = (bands[0].findtext("ByteOrder") or "LSB").upper() == "MSB"
    return FlatGrid(
        rows=int(header_number(given, "length", source=header, whole=True)),
        columns=columns,
        corner_x=x0 + 0.5 * dx,
        corner_y=y0 + 0.5 * dy,
        x_spacing=dx,
        y_spacing=dy,
        crs="EPSG:4326",
        bands=len(bands),
        interleave=layout,
        dtype=(">" if big else "<") + kind,
    )


def _recognises(path: Path) -> bool:
    return path.name.endswith(".unw.geo")


READER = Reader(
    name="isce2",
    product="scene",
    summary="ISCE2 geocoded .unw.geo with .xml or .vrt and los.rdr.geo",
    recognises=_recognises,
    read=read_isce2,
    asks=("positive",),
    rank=2,
)
