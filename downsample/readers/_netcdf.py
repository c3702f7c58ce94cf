"""Reading netCDF and HDF5 without trusting the file: signature, size, then numbers."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from geoslip.downsample.errors import DataError

HDF_SIGNATURE = b"\x89HDF\r\n\x1a\n"
MOST_NUMBERS = 400_000_000
"""A dataset with more numbers is refused before it is read: 20000 x 20000 pixels."""
_DAMAGE = (OSError, ValueError, TypeError, LookupError, RuntimeError, AssertionError, MemoryError, EOFError)
Variables = dict[str, tuple[NDArray, dict[str, Any], tuple[str, ...]]]
"""Name to (numbers, attributes, names of the dimensions)."""


def is_hdf(path: Path) -> bool:
    """Tell whether a file begins as HDF5 (or netCDF-4) does."""
    with path.open("rb") as stream:
        return stream.read(8) == HDF_SIGNATURE


@contextmanager
def open_hdf(path: Path) -> Iterator[h5py.File]:
    """Open an HDF5 file whose length is the one that its header states; damage met inside becomes a `DataError`.

    The library can crash on files that were cut, so their length is compared with the header before it sees them.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    if not is_hdf(path):
        raise DataError(f"{path}: not an HDF5 or netCDF-4 file; it may be truncated or of another format")
    stated, size = _stated_size(path), path.stat().st_size
    if stated is None or size < stated:
        raise DataError(
            f"{path}: {size} bytes, but its header states {stated or 'a size that cannot be read'}: the file is "
            "truncated; copy or download it again"
        )
    try:
        with h5py.File(path, "r") as source:
            yield source
    except DataError:
        raise
    except _DAMAGE as error:
        raise DataError(f"{path}: cannot be read as HDF5 ({error}); it may be damaged: copy it again") from error


def _stated_size(path: Path) -> int | None:
    """End-of-file address in the superblock (HDF5 file format specification, versions 0 to 3)."""
    with path.open("rb") as stream:
        head = stream.read(128)
    if len(head) < 64:
        return None
    version = head[8]
    if version in (0, 1):
        width, start = head[13], 24 + 4 * version
        place = start + 2 * width
    elif version in (2, 3):
        width, start = head[9], 12
        place = start + 2 * width
    else:
        return None
    if width != 8:
        return None
    return int(struct.unpack_from("<Q", head, place)[0])


def dataset(source: h5py.File | h5py.Group, path: Path, name: str) -> NDArray:
    """Read a numerical dataset in native byte order; fill values become NaN in floats.

    Raises
    ------
    DataError
        If it is not there, is no array of numbers, or too large.
    """
    entry = source.get(name)
    if not isinstance(entry, h5py.Dataset):
        known = ", ".join(list(source)[:12])
        raise DataError(f"{path}: no dataset {name!r} in {source.name}; there are {known or 'none'}")
    return read_dataset(entry, path)


def read_dataset(entry: h5py.Dataset, path: Path, *, part: Any = ()) -> NDArray:
    """Read a dataset or a part of it; see `dataset`."""
    if entry.dtype.kind not in "fiu" or entry.size > MOST_NUMBERS:
        raise DataError(f"{path}: {entry.name} holds {entry.size} {entry.dtype}, needed are numbers of a grid")
    stored = np.asarray(entry[part])
    return scaled(stored, dict(entry.attrs))


def scaled(numbers: NDArray, attributes: dict[str, Any]) -> NDArray:
    """Apply scale and offset, and put NaN for the fill values; integers become float64."""
    stored = numbers.astype(numbers.dtype.newbyteorder("="), copy=False)
    values = stored.astype(np.float32 if stored.dtype == np.float32 else np.float64)
    for key in ("_FillValue", "missing_value"):
        if key in attributes:
            values[stored == np.ravel(attributes[key])[0]] = np.nan
    scale, offset = (
        float(np.ravel(attributes.get(key, part))[0]) for key, part in (("scale_factor", 1), ("add_offset", 0))
    )
    return values if (scale, offset) == (1.0, 0.0) else values.astype(np.float64) * scale + offset


def variables(path: Path) -> Variables:
    """Read every variable at the top of a netCDF file, classic or netCDF-4.

    Raises
    ------
    DataError
        If the file is no netCDF, or damaged.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == HDF_SIGNATURE[:4]:
        with open_hdf(path) as source:
            return {key: _hdf_variable(entry, path) for key, entry in source.items() if isinstance(entry, h5py.Dataset)}
    if start[:3] != b"CDF":
        raise DataError(f"{path}: neither classic netCDF nor netCDF-4; name its format")
    try:
        with netcdf_file(path, "r", mmap=False) as source:
            return {
                key: (np.array(entry[()]), dict(entry._attributes), tuple(entry.dimensions))
                for key, entry in source.variables.items()
            }
    except _DAMAGE as error:
        raise DataError(f"{path}: cannot be read as netCDF ({error}); it may be truncated") from error


def _hdf_variable(entry: h5py.Dataset, path: Path) -> tuple[NDArray, dict[str, Any], tuple[str, ...]]:
    names = []
    for axis in range(entry.ndim):
        scales = list(entry.dims[axis].values())
        # A coordinate is its own scale.
        names.append((scales[0].name if scales else entry.name).rsplit("/", 1)[-1])
    if entry.size is not None and entry.size > MOST_NUMBERS:
        raise DataError(f"{path}: {entry.name} states {entry.size} numbers, more than any grid has; it is damaged")
    return entry[()] if entry.ndim else np.zeros(0), dict(entry.attrs), tuple(names)


def text(attribute: Any) -> str:
    """Give a text attribute, stored as bytes or not, alone or in an array of one."""
    one = np.ravel(attribute)[0] if isinstance(attribute, np.ndarray) and attribute.size == 1 else attribute
    return one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
