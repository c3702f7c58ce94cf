"""Cutting a plane into patches."""

import numpy as np

from geoslip.faults.plane import Plane
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.vectors import strike_vector, updip_vector


def cut_uniform(
    plane: Plane,
    name: str,
    *,
    patch_length: float | None = None,
    patch_width: float | None = None,
    columns: int | None = None,
    rows: int | None = None,
) -> RectangularSegment:
    """Equal patches: as near as can be to a length and width, or in given numbers.

    Parameters
    ----------
    plane : Plane
    name : str
        Name of the segment.
    patch_length, patch_width : float, optional
        Wanted size, m; the plane is divided by the whole number nearest to it. patch_width defaults to patch_length.
    columns, rows : int, optional
        Number along strike and down the dip, instead of a size.

    Returns
    -------
    RectangularSegment
        Row by row from the top, each row from the start of strike.

    Raises
    ------
    ValueError
        If size and number are both given or both missing, or are not positive.
    """
    n_columns = _count("columns", columns, "patch_length", patch_length, plane.length)
    if rows is None and patch_width is None and patch_length is not None:
        patch_width = patch_length
    n_rows = _count("rows", rows, "patch_width", patch_width, plane.width)
    return cut_rows(plane, name, widths=np.full(n_rows, plane.width / n_rows), columns=np.full(n_rows, n_columns))


def cut_growing(
    plane: Plane,
    name: str,
    *,
    patch_length: float,
    patch_width: float | None = None,
    growth: float = 1.2,
    largest: float | None = None,
) -> RectangularSegment:
    """Patches that grow with depth: each row is `growth` times as wide as the one above, and its patches as long.

    The number of rows is the one whose widths add up nearest to the plane's; all are then scaled by one factor so
    that they tile it exactly. Each row has its own whole number of columns.

    Parameters
    ----------
    plane : Plane
    name : str
        Name of the segment.
    patch_length, patch_width : float
        Size in the top row, m; patch_width defaults to patch_length.
    growth : float
        Factor from row to row, >= 1.
    largest : float, optional
        Patches grow to this length and width at most, m.

    Raises
    ------
    ValueError
        If a size is not positive or growth is less than 1.
    """
    first = patch_length if patch_width is None else patch_width
    for label, value in (("patch_length", patch_length), ("patch_width", first)):
        if not (np.isfinite(value) and value > 0.0):
            raise ValueError(f"{label} {value} m must be a number greater than 0")
    if not (np.isfinite(growth) and growth >= 1.0):
        raise ValueError(f"growth {growth} must be 1 or more: patches grow with depth because resolution falls")
    widths = [min(first, largest or np.inf)]
    while sum(widths) < plane.width:
        widths.append(min(first * growth ** len(widths), largest or np.inf))
    without_last = sum(widths[:-1])
    if without_last > 0.0 and plane.width - without_last < sum(widths) - plane.width:
        widths.pop()
    lengths = np.minimum(patch_length * growth ** np.arange(len(widths)), largest or np.inf)
    columns = np.maximum(1, np.round(plane.length / lengths)).astype(int)
    return cut_rows(plane, name, widths=np.array(widths) * (plane.width / sum(widths)), columns=columns)


def cut_rows(plane: Plane, name: str, *, widths: np.ndarray, columns: np.ndarray) -> RectangularSegment:
    """Patches from the width of each row (m, from the top; they must add up to the plane's) and its columns."""
    if len(widths) != len(columns) or np.min(widths) <= 0.0 or np.min(columns) < 1:
        raise ValueError("each row needs a width greater than 0 m and at least one column")
    if abs(np.sum(widths) - plane.width) > 1e-9 * plane.width:
        raise ValueError(f"row widths add up to {np.sum(widths):g} m, must be the plane's {plane.width:g} m")
    along, up_dip = strike_vector(plane.strike), updip_vector(plane.strike, plane.dip)
    below = np.concatenate([[0.0], np.cumsum(widths)[:-1]])
    tables, row, column = [], [], []
    for i, (down, width, n) in enumerate(zip(below, widths, columns)):
        offset = ((np.arange(n) + 0.5) / n - 0.5) * plane.length
        table = np.empty((n, 7))
        table[:, :3] = plane.top_centre - down * up_dip + offset[:, None] * along
        table[:, 3:] = plane.strike, plane.dip, plane.length / n, width
        tables.append(table)
        row.append(np.full(n, i))
        column.append(np.arange(n))
    return RectangularSegment(name, np.vstack(tables), np.concatenate(row), np.concatenate(column))


def _count(number_name: str, number: int | None, size_name: str, size: float | None, extent: float) -> int:
    if (number is None) == (size is None):
        raise ValueError(f"give either {number_name} or {size_name}, and not both")
    if number is not None:
        if int(number) != number or number < 1:
            raise ValueError(f"{number_name} {number} must be a whole number, 1 or more")
        return int(number)
    assert size is not None
    if not (np.isfinite(size) and size > 0.0):
        raise ValueError(f"{size_name} {size} m must be a number greater than 0")
    return max(1, round(extent / size))
