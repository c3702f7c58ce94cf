"""A surface level by level: its lines of one depth, how they cross, and where points lie on it."""

import numpy as np

from geoslip.faults.meshing.surface import Surface


def level_line(net: Surface, depth: float) -> np.ndarray:
    """East and north (m, 2) of a surface's columns at a depth; columns are lengthened straight beyond their ends."""
    places = np.empty((net.points.shape[1], 2))
    for column in range(len(places)):
        points = net.points[:, column]
        down = -points[:, 2]
        k = int(np.clip(np.searchsorted(down, depth, side="right") - 1, 0, len(down) - 2))
        while k > 0 and down[k + 1] - down[k] <= 1e-9:
            k -= 1
        step = down[k + 1] - down[k]
        fraction = (depth - down[k]) / step if step > 1e-9 else 0.0
        places[column] = points[k, :2] + fraction * (points[k + 1, :2] - points[k, :2])
    return places


def lengthened(line: np.ndarray, end: int, reach: float) -> np.ndarray:
    """A polyline (m, 2) with its start (0) or end (-1) taken straight on by so many metres."""
    way = line[end] - line[1 if end == 0 else -2]
    point = line[end] + way * reach / np.hypot(*way)
    return np.vstack([point, line]) if end == 0 else np.vstack([line, point])


def crossing_near(one: np.ndarray, other: np.ndarray, near: np.ndarray) -> np.ndarray | None:
    """Where two polylines cross, nearest to a place."""
    way, heading = np.diff(one, axis=0), np.diff(other, axis=0)
    between = other[None, :-1] - one[:-1, None]
    area = way[:, None, 0] * heading[None, :, 1] - way[:, None, 1] * heading[None, :, 0]
    size = np.hypot(*way.T)[:, None] * np.hypot(*heading.T)[None, :]
    safe = np.where(np.abs(area) > 1e-9 * size, area, np.nan)
    on_one = (between[..., 0] * heading[None, :, 1] - between[..., 1] * heading[None, :, 0]) / safe
    on_other = (between[..., 0] * way[:, None, 1] - between[..., 1] * way[:, None, 0]) / safe
    slack = 1e-9
    inside = (on_one >= -slack) & (on_one <= 1.0 + slack) & (on_other >= -slack) & (on_other <= 1.0 + slack)
    if not inside.any():
        return None
    legs = np.nonzero(inside)[0]
    points = one[legs] + on_one[inside][:, None] * way[legs]
    return points[np.argmin(np.hypot(*(points - near).T))]


def on_line(line: np.ndarray, up: float) -> np.ndarray:
    """The point of a line (k, 3) that goes down at a height, m; its last pieces are followed beyond its ends."""
    down = -line[:, 2]
    k = int(np.clip(np.searchsorted(down, -up, side="right") - 1, 0, len(down) - 2))
    point = line[k] + (-up - down[k]) / (down[k + 1] - down[k]) * (line[k + 1] - line[k])
    return np.array([point[0], point[1], up])


def column_of(across: np.ndarray, place: np.ndarray) -> float:
    """Number, with fraction, of the column of a row (m, 2) at a place; beyond the last it counts on."""
    way = np.diff(across, axis=0)
    fraction = np.einsum("mi,mi->m", place - across[:-1], way) / np.einsum("mi,mi->m", way, way)
    held = np.clip(fraction, 0.0, 1.0)
    held[-1] = max(fraction[-1], 0.0)
    distance = np.hypot(*(across[:-1] + held[:, None] * way - place).T)
    leg = int(np.argmin(distance))
    return leg + float(held[leg])


def bend_mask(line: np.ndarray) -> np.ndarray:
    """Whether (k,) a line turns at its points by more than a hundredth of a degree."""
    way = np.diff(line, axis=0)
    way /= np.linalg.norm(way, axis=1)[:, None]
    turned = np.linalg.norm(np.diff(way, axis=0), axis=1) > 2e-4
    return np.concatenate([[False], turned, [False]])


def with_rows(net: Surface, end: int, depths: np.ndarray) -> Surface:
    """A surface with further rows, at these depths down one of its ends."""
    down = -net.points[:, end, 2]
    new = depths[(depths > down[0]) & (depths < down[-1])]
    new = new[np.abs(new[:, None] - down[None, :]).min(axis=1, initial=np.inf) > 1e-6 * (down[-1] - down[0])]
    # flats have no depth of their own: rows are told apart by their number
    row = np.interp(new, down, np.arange(len(down))) if np.all(np.diff(down) > 0.0) else np.empty(0)
    rows = np.sort(np.concatenate([np.arange(len(down)), row]))
    low = np.minimum(rows.astype(int), len(down) - 2)
    part = (rows - low)[:, None, None]
    return Surface((1.0 - part) * net.points[low] + part * net.points[low + 1])


def at_columns(across: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Points (n, 3) of a row (m, 3) at column numbers with fractions, straight on beyond the last."""
    low = np.clip(columns.astype(int), 0, len(across) - 2)
    part = (columns - low)[:, None]
    return (1.0 - part) * across[low] + part * across[low + 1]


def places_on(net: Surface, points: np.ndarray) -> np.ndarray:
    """Distance along strike and down the dip (n, 2) of points that lie on a surface, at their depth."""
    places = np.empty((len(points), 2))
    for k, point in enumerate(points):
        level = level_line(net, -point[2])
        column = float(np.clip(column_of(level, point[:2]), 0.0, len(level) - 1))
        low = min(int(column), len(level) - 2)
        part = column - low
        heights = (1.0 - part) * net.points[:, low, 2] + part * net.points[:, low + 1, 2]
        down = np.interp(-point[2], -heights, net.down)
        knots = net.knots(np.array([down]))[0]
        places[k] = (1.0 - part) * knots[low] + part * knots[low + 1], down
    return places
