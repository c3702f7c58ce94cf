"""GNSS offsets in text tables; several files are added station by station."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import LARGEST_DISPLACEMENT, Observations, require_positive_definite
from geoslip.downsample.readers._positions import require_sigmas, table_positions
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._stations import COMPONENTS, SAME_PLACE, Stations, shared_places, station_observations
from geoslip.downsample.readers._table import ALIASES, Columns, DropRules, Table, drop_rows, is_text, read_table
from geoslip.downsample.scenes.units import LENGTH_UNITS
from geoslip.faults.frame import LocalFrame

HEADINGS = {
    "name": "station", "code": "station", "sta": "station", "stn": "station",
    "e": "east", "n": "north", "u": "up", "de": "east", "dn": "north", "du": "up",
    "se": "sigma_east", "sn": "sigma_north", "su": "sigma_up",
    "sig_e": "sigma_east", "sig_n": "sigma_north", "sig_u": "sigma_up",
    "sigma_e": "sigma_east", "sigma_n": "sigma_north", "sigma_u": "sigma_up",
}  # fmt: skip
"""What tables of offsets call their columns."""
USUAL = ("station", "longitude", "latitude", "east", "north", "up", "sigma_east", "sigma_north", "sigma_up")


def offsets_table(path: Path | str, *, columns: Columns = None, delimiter: str | None = None) -> Table:
    """Read a table of GNSS offsets as text, its columns under the names of `read_gnss_table`.

    Raises
    ------
    DataError
        As of `geoslip.downsample.readers._table.read_table`.
    """
    table = read_table(path, columns=columns, delimiter=delimiter)
    if isinstance(columns, Mapping):  # who maps some columns means no others
        return table
    meant = [HEADINGS.get(name.lower(), ALIASES.get(name.lower(), name)) for name in table.names]
    return replace(
        table, names=tuple(name if meant.count(new) > 1 else new for name, new in zip(table.names, meant, strict=True))
    )


def read_gnss_table(
    paths: Path | str | Sequence[Path | str],
    *,
    frame: LocalFrame,
    unit: str,
    name: str | None = None,
    columns: Columns = None,
    components: Sequence[str] | None = None,
    drop: DropRules | None = None,
    delimiter: str | None = None,
    sigma: float | None = None,
) -> Observations:
    """Read offsets of GNSS stations, east, north and, where there is one, up.

    Parameters
    ----------
    paths : path or sequence of paths
        Files of one form; offsets and variances of the same station are added. Stations that are not in all
        files are left out and named in the notes.
    frame : LocalFrame
        The case's frame.
    unit : {"m", "cm", "mm"}
        Of offsets and standard deviations.
    name : str, optional
        Default: the first file's name without suffix.
    columns : sequence, mapping or str, optional
        Names: longitude, latitude, east, north; where there are: station, up, sigma_east, sigma_north, sigma_up,
        correlation_east_north, correlation_east_up, correlation_north_up (or covariance_..., in unit squared).
    components : sequence of {"east", "north", "up"}, optional
        Default: those that the files have.
    drop : mapping, optional
        Rows to leave out, see `geoslip.downsample.readers._table.drop_rows`; each rule must match in one of the files.
    delimiter : str, optional
        Default: found by itself.
    sigma : float, optional
        Standard deviation of every component in metres, where no column says it.

    Returns
    -------
    Observations
        Rows station by station, components in the order east, north, up; full covariance.

    Raises
    ------
    DataError
        For whatever does not fit, with file, line and station.
    """
    if unit not in LENGTH_UNITS:
        raise DataError(f"unit {unit!r} is unknown for GNSS offsets: use one of {', '.join(LENGTH_UNITS)}")
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    notes: list[str] = []
    total: Stations | None = None
    tables, dropped = _drop_from_all(
        [offsets_table(path, columns=columns, delimiter=delimiter) for path in files], drop
    )
    notes += dropped
    for table in tables:
        chosen = _components(table, components)
        stations, further = _read_stations(
            table, frame=frame, factor=LENGTH_UNITS[unit], components=chosen, sigma=sigma
        )
        notes += further
        total = stations if total is None else _add(total, stations, notes)
    if total is None or len(total.names) == 0:
        raise DataError(f"{', '.join(map(str, files))}: no station is left; check drop rules and file names")
    notes += shared_places(total)
    label = files[0].stem if name is None else name
    return station_observations(total, components=chosen, frame=frame, name=label, notes=tuple(notes))


def _drop_from_all(tables: list[Table], drop: DropRules | None) -> tuple[list[Table], list[str]]:
    """Follow each rule in every file that has such rows."""
    notes: list[str] = []
    left = list(tables)
    for column, given in (drop or {}).items():
        for rule in [given] if isinstance(given, str | int) else given:
            complaint, followed = None, False
            for index, table in enumerate(tables):
                try:
                    kept, told = drop_rows(table, {column: rule}, label="station")
                except DataError as error:
                    complaint = error
                    continue
                followed = True
                notes += told
                left[index] = left[index].keep(np.isin(left[index].lines, kept.lines))
            if complaint is not None and not followed:
                raise complaint
    return left, notes


def _components(table: Table, wanted: Sequence[str] | None) -> tuple[str, ...]:
    present = tuple(component for component in COMPONENTS if component in table)
    if wanted is None:
        if "east" not in present or "north" not in present:
            raise DataError(
                f"{table.path}: the columns {', '.join(table.names)} hold no east and north; name them in order with"
                f" columns, such as [{', '.join(USUAL)}]"
            )
        return present
    for component in wanted:
        if component not in COMPONENTS:
            raise DataError(f"component {component!r} is unknown: use east, north, up")
        table.text(component)
    if not wanted:
        raise DataError("components=[]: name at least one of east, north, up")
    return tuple(component for component in COMPONENTS if component in wanted)


def _read_stations(
    table: Table, *, frame: LocalFrame, factor: float, components: tuple[str, ...], sigma: float | None
) -> tuple[Stations, list[str]]:
    if len(table) == 0:
        raise DataError(f"{table.path}: no row is left; check the drop rules")
    there = np.all([~np.isnan(table.numbers(component)) for component in components], axis=0)
    notes = []
    if not there.all():
        notes.append(f"{table.path.name}: {int((~there).sum())} stations without an offset (NaN) are left out")
        table = table.keep(there)
        if len(table) == 0:
            raise DataError(f"{table.path}: no station has an offset in {', '.join(components)}")
    longitude, latitude, _ = table_positions(table, frame=frame)
    numbers = np.column_stack([table.numbers(component) for component in components])
    if np.abs(numbers).max() > LARGEST_DISPLACEMENT / factor:
        raise DataError(
            f"{table.path}: an offset of {np.abs(numbers).max():.4g} is no ground motion: check unit and columns"
        )
    if "station" in table:
        names = tuple(table.text("station"))
    else:
        names = tuple(f"{lon:.4f} {lat:.4f}" for lon, lat in zip(longitude, latitude))
    _refuse_duplicates(table, names)
    covariances = _covariances(table, names, factor=factor, components=components, sigma=sigma)
    return Stations(table.path, names, longitude, latitude, numbers * factor, covariances), notes


def _refuse_duplicates(table: Table, names: tuple[str, ...]) -> None:
    first: dict[str, int] = {}
    for row, station in enumerate(names):
        if station in first:
            raise DataError(
                f"{table.path}: station {station} stands on line {table.lines[first[station]]} and on line "
                f"{table.lines[row]}; drop one of them (drop: rows, or a column's value)"
            )
        first[station] = row


def _covariances(
    table: Table, names: tuple[str, ...], *, factor: float, components: tuple[str, ...], sigma: float | None
) -> NDArray[np.float64]:
    n, c = len(table), len(components)
    deviations = np.empty((n, c))
    for index, component in enumerate(components):
        if f"sigma_{component}" in table:
            deviations[:, index] = table.numbers(f"sigma_{component}") * factor
        elif sigma is not None:
            deviations[:, index] = sigma
        else:
            raise DataError(f"{table.path}: no column sigma_{component}; name it with columns= or give sigma=")
    require_sigmas(deviations.ravel(), what=str(table.path))
    result = np.zeros((n, c, c))
    result[:, range(c), range(c)] = deviations**2
    for i in range(c):
        for j in range(i + 1, c):
            pair = f"{components[i]}_{components[j]}"
            if f"covariance_{pair}" in table:
                off = table.numbers(f"covariance_{pair}") * factor**2
            elif f"correlation_{pair}" in table:
                off = table.numbers(f"correlation_{pair}") * deviations[:, i] * deviations[:, j]
            else:
                continue
            result[:, i, j] = result[:, j, i] = off
    for station, matrix in zip(names, result):
        require_positive_definite(matrix, what=f"{table.path}, station {station}")
    return result


def _add(first: Stations, second: Stations, notes: list[str]) -> Stations:
    if first.offsets.shape[1] != second.offsets.shape[1]:
        raise DataError(f"{first.path} and {second.path} do not have the same components; choose with components=")
    by_name = {station: row for row, station in enumerate(second.names)}
    partner = np.full(len(first.names), -1, dtype=np.int64)
    for row, station in enumerate(first.names):
        if station in by_name:
            partner[row] = by_name[station]
            continue
        away = np.hypot(second.longitude - first.longitude[row], second.latitude - first.latitude[row])
        if away.min() < SAME_PLACE:
            partner[row] = int(np.argmin(away))
    rows = np.flatnonzero(partner >= 0)
    lost = [first.names[row] for row in np.flatnonzero(partner < 0)]
    lost += [second.names[row] for row in sorted(set(range(len(second.names))) - set(partner[rows].tolist()))]
    if lost:
        notes.append(f"{len(lost)} stations are not in all files and are left out: {', '.join(lost)}")
    found = partner[rows]
    apart = np.hypot(second.longitude[found] - first.longitude[rows], second.latitude[found] - first.latitude[rows])
    if apart.size and apart.max() > 1e-2:
        station = first.names[rows[int(np.argmax(apart))]]
        raise DataError(f"station {station} lies {apart.max():.3g} degrees apart in {first.path} and {second.path}")
    return Stations(
        second.path,
        tuple(first.names[row] for row in rows),
        first.longitude[rows],
        first.latitude[rows],
        first.offsets[rows] + second.offsets[partner[rows]],
        first.covariances[rows] + second.covariances[partner[rows]],
    )


def _recognises(path: Path) -> bool:
    return is_text(path)


READER = Reader(
    name="gnss_table",
    product="gnss",
    summary="text table of GNSS offsets with named columns and unit",
    recognises=_recognises,
    read=read_gnss_table,
    asks=("unit",),
    rank=-1,
)
