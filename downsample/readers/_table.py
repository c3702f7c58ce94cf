"""Text tables with named columns: what the table readers share."""

import csv
import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError

Columns = str | Sequence[str] | Mapping[str, str | int] | None
DropRules = Mapping[str, str | int | Sequence[str | int]]

LAYOUTS: dict[str, tuple[str, ...]] = {
    "lltnde": ("longitude", "latitude", "topography", "look_east", "look_north", "look_up", "value", "weight"),
    "llde": ("longitude", "latitude", "value", "sigma"),
    "lldet": ("longitude", "latitude", "east", "north", "up", "sigma_east", "sigma_north", "sigma_up", "topography"),
}
ALIASES = {"lon": "longitude", "lat": "latitude", "site": "station", "lon_deg": "longitude", "lat_deg": "latitude"}
IGNORED = "-"


@dataclass(frozen=True)
class Table:
    """Rows of text with column names, and the line each row stood on."""

    path: Path
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.names and name != IGNORED

    def text(self, name: str) -> list[str]:
        """Give a column as it stands in the file."""
        if name not in self:
            known = ", ".join(column for column in self.names if column != IGNORED)
            raise DataError(f"{self.path}: no column {name!r}; the columns are {known}: name them with columns=")
        index = self.names.index(name)
        return [row[index] for row in self.rows]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Give a column as numbers; 'nan' is NaN, infinity is refused."""
        result = np.empty(len(self))
        for row, word in enumerate(self.text(name)):
            number = _number(word)
            if number is None or np.isinf(number):
                raise DataError(
                    f"{self.path}, line {self.lines[row]}: column {name} holds {word!r}, needed is a number"
                )
            result[row] = number
        return result

    def keep(self, rows: NDArray[np.bool_]) -> "Table":
        """Give the table with the rows where the mask is True."""
        chosen = np.flatnonzero(rows)
        return Table(
            self.path, self.names, tuple(self.rows[row] for row in chosen), tuple(self.lines[row] for row in chosen)
        )


def read_table(path: Path | str, *, columns: Columns = None, delimiter: str | None = None) -> Table:
    """Read a text table with a fixed number of columns.

    Parameters
    ----------
    path : path
        Lines that start with ``#`` or ``%`` are comments; the last comment before the data, or the first
        line if it holds no number, may be a header.
    columns : sequence, mapping, str or None
        Names of all columns in file order ("-" leaves one out); or a mapping from our names to the header's
        names or to column numbers from 1; or the name of a layout (`LAYOUTS`); None takes the file's header.
    delimiter : str, optional
        Default: the one of comma, semicolon, tab and blanks that finds most numbers.

    Returns
    -------
    Table
        With the names that `columns` gives.

    Raises
    ------
    DataError
        If the file is missing, is not text, is empty, has rows of unequal length, or names do not fit.
    """
    path = Path(path)
    lines, comments = _content(path)
    separator = _best_separator([words for _, words in lines[:20]]) if delimiter is None else delimiter
    rows = [(number, _split(text, separator)) for number, text in lines]
    header: tuple[str, ...] | None = None
    if rows and not any(_number(word) is not None for word in rows[0][1]):
        header = rows.pop(0)[1]
    if not rows:
        raise DataError(f"{path}: no row of numbers; check that this is the right file")
    width = len(rows[0][1])
    for number, row in rows:
        if len(row) != width:
            raise DataError(
                f"{path}, line {number}: {len(row)} columns, but line {rows[0][0]} has {width}; mend the row"
            )
    if header is None:
        fitting = [words for words in (_split(text, separator) for text in comments) if len(words) == width]
        header = fitting[-1] if fitting else None
    names = _column_names(path, columns, header=header, width=width)
    return Table(path, names, tuple(row for _, row in rows), tuple(number for number, _ in rows))


def is_text(path: Path) -> bool:
    """Tell whether a file begins as text does."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    # A character may be cut at the end of what was read.
    return b"\x00" not in start and "\ufffd" not in start[:-4].decode("utf-8", errors="replace")


def drop_rows(table: Table, rules: DropRules | None, *, label: str | None = None) -> tuple[Table, list[str]]:
    """Leave out rows by number or by what a column says.

    Parameters
    ----------
    table : Table
        Not changed.
    rules : mapping
        Column name to one rule or several: a text pattern (``Wdowinski*``) or a comparison in the file's own
        unit (``> 0.1``, ``<= 5``); the key ``rows`` takes row numbers counted from 1 without header.
    label : str, optional
        Column that names the rows in the note.

    Returns
    -------
    Table
        The rows that are left.
    list of str
        One note a rule: how many rows it dropped, and which.

    Raises
    ------
    DataError
        If a rule matches no row, because it then does not do what its writer meant.
    """
    kept, notes = np.ones(len(table), dtype=bool), []
    for column, given in (rules or {}).items():
        for rule in [given] if isinstance(given, str | int) else given:
            hit = _matches(table, column, rule)
            if not hit.any():
                raise DataError(
                    f"{table.path}: the drop rule {column}: {rule!r} matches none of {len(table)} rows; "
                    "mend it or leave it out"
                )
            kept &= ~hit
            which = [
                table.text(label)[row] if label in table.names else f"line {table.lines[row]}"
                for row in np.flatnonzero(hit)
            ]
            shown = ", ".join(which[:10]) + (", ..." if len(which) > 10 else "")
            notes.append(
                f"{table.path.name}: {int(hit.sum())} of {len(table)} rows dropped by {column}: {rule} ({shown})"
            )
    return table.keep(kept), notes


def _matches(table: Table, column: str, rule: str | int) -> NDArray[np.bool_]:
    if column == "rows":
        hit = np.zeros(len(table), dtype=bool)
        if str(rule).isdecimal() and 1 <= int(rule) <= len(table):
            hit[int(rule) - 1] = True
        return hit
    comparison = re.fullmatch(r"\s*(<=|>=|<|>)\s*(\S+)\s*", str(rule))
    limit = _number(comparison[2]) if comparison else None
    if comparison is None or limit is None:
        return np.array([fnmatch.fnmatchcase(word, str(rule)) for word in table.text(column)], dtype=bool)
    numbers = table.numbers(column)
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[comparison[1]]
    return np.asarray(compare(numbers, limit))


def _content(path: Path) -> tuple[list[tuple[int, str]], list[str]]:
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file (byte {error.start} is no UTF-8); name its format") from error
    lines: list[tuple[int, str]] = []
    comments: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(" \r\n\f\v")
        if stripped.startswith(("#", "%")):
            if not lines:
                comments.append(stripped.lstrip("#% "))
        elif stripped.strip():
            lines.append((number, stripped))
    if not lines:
        raise DataError(f"{path}: the file is empty")
    return lines, comments


def _split(text: str, separator: str) -> tuple[str, ...]:
    if separator.isspace() and separator != "\t":
        return tuple(text.split())
    try:
        return tuple(word.strip() for word in next(csv.reader([text], delimiter=separator)))
    except (csv.Error, StopIteration):
        return tuple(word.strip() for word in text.split(separator))


def _best_separator(texts: list[str]) -> str:
    def numbers_found(separator: str) -> int:
        return sum(_number(word) is not None for text in texts for word in _split(text, separator))

    return max((",", ";", "\t", " "), key=numbers_found)


def _column_names(path: Path, columns: Columns, *, header: tuple[str, ...] | None, width: int) -> tuple[str, ...]:
    if header is not None and len(header) != width:
        raise DataError(f"{path}: the header names {len(header)} columns, the rows have {width}; mend the header")
    if columns is None:
        suffix = path.suffix.removeprefix(".").lower()
        if suffix in LAYOUTS and header is None:
            return _column_names(path, suffix, header=header, width=width)
        if header is None:
            raise DataError(f"{path}: no header; name its {width} columns with columns=")
        return _unique(path, tuple(ALIASES.get(name.lower(), name.lower()) for name in header))
    if isinstance(columns, str):
        if columns not in LAYOUTS:
            raise DataError(
                f"{path}: layout {columns!r} is unknown: use one of {', '.join(LAYOUTS)} or name the columns"
            )
        columns = LAYOUTS[columns]
    if isinstance(columns, Mapping):
        return _mapped_names(path, columns, header=header, width=width)
    if len(columns) != width:
        raise DataError(f"{path}: {len(columns)} column names for {width} columns; use '-' for a column to be left out")
    return _unique(path, tuple(str(name) for name in columns))


def _mapped_names(
    path: Path, columns: Mapping[str, str | int], *, header: tuple[str, ...] | None, width: int
) -> tuple[str, ...]:
    names = [IGNORED] * width if header is None else [name if name not in columns else IGNORED for name in header]
    for role, column in columns.items():
        if isinstance(column, int):
            if not 1 <= column <= width:
                raise DataError(f"{path}: column {column} for {role}, but the columns are numbered 1 to {width}")
            names[column - 1] = role
        elif header is not None and column in header:
            names[header.index(column)] = role
        else:
            known = (
                "the file has no header: give column numbers" if header is None else f"known are {', '.join(header)}"
            )
            raise DataError(f"{path}: no column {column!r} for {role}; {known}")
    return _unique(path, tuple(names))


def _unique(path: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name != IGNORED and names.count(name) > 1:
            raise DataError(f"{path}: two columns are called {name!r}; name the columns with columns=")
    return names


def _number(word: str) -> float | None:
    """Read one number, with a Fortran exponent too; None for anything else."""
    if "_" in word:
        return None
    try:
        return float(word)
    except ValueError:
        pass
    if re.fullmatch(r"[-+]?[\d.]+[dD][-+]?\d+", word):
        try:
            return float(word.lower().replace("d", "e"))
        except ValueError:
            return None
    return None
