"""Offsets and planes between tracks, from where they see the same ground and from GNSS.

Each field is d_k = l_k . u + p_k(x) + e_k with p_k an offset or a plane. Where more fields overlap than there are
components, u is eliminated pixel by pixel: with P the weights, the residual of a least-squares u is Q (d - p) with
Q = P - P G (G^T P G)^-1 G^T P, and the coefficients of all p_k minimise the sum of (d - p)^T Q (d - p). Combinations
that look like motion (an offset of every field by l_k . c) leave no residual; only GNSS vectors fix them, and without
GNSS they stay as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError

if TYPE_CHECKING:
    from geoslip.downsample import Observations, Scene
    from geoslip.faults.frame import LocalFrame

_MOST_PIXELS = 4000


@dataclass(frozen=True, eq=False, kw_only=True)
class Reference:
    """What was found between the tracks.

    Attributes
    ----------
    fields : tuple of Scene
        Referenced: less their offset or plane.
    coefficients : (k, 1 or 3) array
        Offset (m), and rise (m) over the width and over the height of the common grid.
    standard_deviations : like coefficients
        NaN for what nothing determines.
    undetermined : int
        Combinations that nothing determines; they were left at 0.
    """

    fields: tuple[Scene, ...]
    coefficients: NDArray[np.float64]
    standard_deviations: NDArray[np.float64]
    undetermined: int


def reference_tracks(
    fields: Sequence[Scene],
    sigmas: Sequence[float],
    *,
    kind: str = "offset",
    gnss: Observations | None = None,
    frame: LocalFrame | None = None,
    radius: float = 500.0,
) -> Reference:
    """Find and take out what differs between tracks beside motion.

    Parameters
    ----------
    fields : sequence of Scene
        On one grid.
    sigmas : sequence of float
        Standard deviation of each field's pixels, m. Neighbouring pixels share their noise, so standard deviations of
        the coefficients count one pixel out of each block of the grid.
    kind : {"offset", "plane"}
        What each field gets.
    gnss : Observations, optional
        Vectors of stations; fix the fields absolutely.
    frame : LocalFrame, optional
        Needed with GNSS.
    radius : float
        Metres about a station over which pixels are averaged.

    Returns
    -------
    Reference

    Raises
    ------
    DataError
        If neither overlap nor GNSS says anything.
    """
    fields, spread = list(fields), np.asarray(sigmas, dtype=float)
    if kind not in ("offset", "plane"):
        raise DataError(f"a reference of kind {kind!r}; known are offset, plane")
    n_terms = 1 if kind == "offset" else 3
    size = n_terms * len(fields)
    normal, right = np.zeros((size, size)), np.zeros(size)
    _add_overlap(fields, spread, n_terms, normal, right)
    if gnss is not None:
        if frame is None:
            raise DataError("referencing to GNSS needs the local frame of its points")
        _add_gnss(fields, spread, n_terms, gnss, frame, radius, normal, right)
    scale = float(np.trace(normal))
    if scale <= 0.0:
        raise DataError(
            "nothing ties the fields together: nowhere do more of them overlap than there are components, and no GNSS "
            "station lies among them"
        )
    values, vectors = np.linalg.eigh(normal)
    known = values > 1e-9 * scale
    part = vectors[:, known]
    coefficients = part @ ((part.T @ right) / values[known])
    variance = (part**2 / values[known]).sum(axis=1)
    hidden = (vectors[:, ~known] ** 2).sum(axis=1) > 1e-6
    terms = _terms(fields[0], n_terms)
    coefficients = coefficients.reshape(len(fields), n_terms)
    referenced = [
        replace(field, values=(field.values - np.tensordot(row, terms, axes=1)).astype(field.values.dtype))
        for field, row in zip(fields, coefficients)
    ]
    deviations = np.where(hidden, np.nan, np.sqrt(variance)).reshape(coefficients.shape)
    return Reference(
        fields=tuple(referenced),
        coefficients=coefficients,
        standard_deviations=deviations,
        undetermined=int((~known).sum()),
    )


def _terms(field: Scene, n_terms: int) -> NDArray[np.float64]:
    """One, and coordinates from -1/2 to 1/2 along columns and rows, as grids (n_terms, ny, nx)."""
    shape = field.values.shape
    row, column = np.mgrid[: shape[0], : shape[1]]
    grids = [np.ones(shape), column / max(shape[1] - 1, 1) - 0.5, row / max(shape[0] - 1, 1) - 0.5]
    return np.stack(grids[:n_terms])


def _look_at(field: Scene, rows: NDArray, columns: NDArray) -> NDArray[np.float64]:
    if field.look.ndim == 1:
        return np.broadcast_to(field.look, (rows.size, 3)).astype(float)
    return field.look[:, rows, columns].T.astype(float)


def _add_overlap(fields: list[Scene], spread: NDArray, n_terms: int, normal: NDArray, right: NDArray) -> None:
    seen = np.sum([field.valid for field in fields], axis=0)
    rows, columns = np.nonzero(seen >= 3)
    step = max(1, rows.size // _MOST_PIXELS)
    rows, columns = rows[::step], columns[::step]
    if rows.size == 0:
        return
    look = np.stack([_look_at(field, rows, columns) for field in fields], axis=1)
    data = np.stack([field.values[rows, columns].astype(float) for field in fields], axis=1)
    terms = _terms(fields[0], n_terms)[:, rows, columns].T
    for pixel in range(rows.size):
        there = np.flatnonzero(np.isfinite(data[pixel]))
        root = 1.0 / spread[there]
        design = look[pixel, there] * root[:, None]
        # The left null space of the weighted design: what no motion can make.
        left, singular, _ = np.linalg.svd(design)
        rank = int((singular > 1e-3 * singular[0]).sum())
        rest = left[:, rank:]
        if rest.shape[1] == 0:
            continue
        matrix = np.zeros((rest.shape[1], len(fields) * n_terms))
        for number, k in enumerate(there):
            matrix[:, k * n_terms : (k + 1) * n_terms] = np.outer(rest[number] * root[number], terms[pixel])
        normal += matrix.T @ matrix
        right += matrix.T @ (rest.T @ (data[pixel, there] * root))


def _add_gnss(
    fields: list[Scene],
    spread: NDArray,
    n_terms: int,
    gnss: Observations,
    frame: LocalFrame,
    radius: float,
    normal: NDArray,
    right: NDArray,
) -> None:
    names = gnss.station if gnss.station is not None else tuple(str(row) for row in range(len(gnss)))
    labels = np.array(names, dtype=object).astype(str)
    grid = _terms(fields[0], n_terms)
    for station in dict.fromkeys(names):
        rows = np.flatnonzero(labels == station)
        if rows.size < 2:
            continue
        directions = gnss.directions[rows]
        inverse = np.linalg.pinv(directions)
        motion, covariance = inverse @ gnss.values[rows], inverse @ gnss.covariance[np.ix_(rows, rows)] @ inverse.T
        blind = np.eye(3) - inverse @ directions
        for k, field in enumerate(fields):
            window = _around(field, gnss.longitude[rows[0]], gnss.latitude[rows[0]], frame, radius)
            if window is None:
                continue
            inside = np.isfinite(field.values[window])
            if not inside.any():
                continue
            turned = frame.rotate_to_frame(
                np.mean(_look_at(field, *(part.ravel() for part in np.mgrid[window])), axis=0),
                gnss.longitude[rows[0]],
                gnss.latitude[rows[0]],
            )
            if np.linalg.norm(blind @ turned) > 0.2 and rows.size < 3:
                # A station without up says nothing of a steep line of sight.
                continue
            values = field.values[window][inside].astype(float)
            weight = 1.0 / (spread[k] ** 2 + float(turned @ covariance @ turned))
            row = np.zeros(len(fields) * n_terms)
            row[k * n_terms : (k + 1) * n_terms] = [part[window][inside].mean() for part in grid]
            normal += weight * np.outer(row, row)
            right += weight * row * (values.mean() - float(turned @ motion))


def _around(
    field: Scene, longitude: float, latitude: float, frame: LocalFrame, radius: float
) -> tuple[slice, slice] | None:
    x, y = field.coordinates(longitude, latitude, frame=frame)
    column = float((x - field.x[0]) / (field.x[1] - field.x[0]))
    row = float((y - field.y[0]) / (field.y[1] - field.y[0]))
    if not (0 <= row <= field.y.size - 1 and 0 <= column <= field.x.size - 1):
        return None
    down, right = max(1, int(radius / field.spacing.y)), max(1, int(radius / field.spacing.x))
    return (
        slice(max(0, round(row) - down), round(row) + down + 1),
        slice(max(0, round(column) - right), round(column) + right + 1),
    )
