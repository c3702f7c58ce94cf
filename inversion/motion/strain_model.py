"""East, north and up with their horizontal gradients from windows: the strain model with variance components.

All pixels of all fields within a window share one displacement and one gradient at its middle, d = l . (u + H dx), as
in SISTEM (Guglielmino et al. 2011) and SM-VCE (Liu et al. 2018); the noise of each field is found in the window itself
by Helmert's variance components. On a surface without relief the derivative along the vertical cannot be seen, so H has
the two horizontal columns and a window nine unknowns. A window ends where a rupture crosses it: pixels whose segment to
the middle meets a trace are not taken. GNSS vectors join the windows around them, whichever their size, each with a
weight that falls with its distance d from the middle as exp(-d / d0) over its standard deviation (SISTEM).

The standard deviations are those of white noise: pixels whose noise is correlated over the window share less
information than they number, and for those the errors are too small by the square root of that factor.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.mask import distance_to_polylines
from geoslip.inversion.motion.components import require_common_grid
from geoslip.inversion.motion.strain import SurfaceStrain, surface_strain
from geoslip.inversion.motion.strain_kernel import strain_rows

if TYPE_CHECKING:
    from geoslip.downsample import Observations, Scene
    from geoslip.faults.frame import LocalFrame

_FEWEST = 12
"""Pixels of a field in a window below which its variance is not re-estimated."""
_FLOOR = 0.04
"""Least variance component, in units of the variance given: 0.2 in standard deviation."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StrainField:
    """Displacement and gradient on a grid.

    Attributes
    ----------
    x, y, crs
        As in `Scene`.
    components : (3, ny, nx) array
        East, north, up, m.
    gradient : (3, 2, ny, nx) array
        Derivatives of east, north, up (first axis) along east and north (second axis), m / m.
    variance : (3, ny, nx) array
        Of the components, m^2.
    covariance : (3, ny, nx) array
        en, eu, nu of the components, m^2.
    gradient_variance : (3, 2, ny, nx) array
    gradient_covariance : (6, ny, nx) array
        Of the pairs of (du_e/de, du_e/dn, du_n/de, du_n/dn), first with second, third, fourth, second with third, ...
    field_sigma : (k, ny, nx) array
        Standard deviation of each field's pixels as the windows found it, m.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    crs: str | None
    components: NDArray[np.float32]
    gradient: NDArray[np.float32]
    variance: NDArray[np.float32]
    covariance: NDArray[np.float32]
    gradient_variance: NDArray[np.float32]
    gradient_covariance: NDArray[np.float32]
    field_sigma: NDArray[np.float32]

    @property
    def sigma(self) -> NDArray[np.float32]:
        """Standard deviations of the components (3, ny, nx), m."""
        return np.sqrt(self.variance)

    def strain(self) -> SurfaceStrain:
        """Give the strain and rotation of the surface with their standard deviations."""
        covariance = np.empty((4, 4, *self.components.shape[1:]))
        for i in range(4):
            covariance[i, i] = self.gradient_variance[i // 2, i % 2]
        pairs = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
        for (i, j), part in zip(pairs, self.gradient_covariance):
            covariance[i, j] = covariance[j, i] = part
        return surface_strain(self.gradient[:2], covariance=covariance)


def strain_model(
    fields: Sequence[Scene],
    sigmas: Sequence[float],
    *,
    radius: float,
    components_of_variance: bool = True,
    traces: Sequence[ArrayLike] = (),
    frame: LocalFrame | None = None,
    gnss: Observations | None = None,
    gnss_decay: float | None = None,
    rounds: int = 10,
    threads: int | None = None,
) -> StrainField:
    """Estimate displacement and gradient at every pixel from the window around it.

    Parameters
    ----------
    fields : sequence of Scene
        On one grid, three directions at least; two with GNSS.
    sigmas : sequence of float
        Standard deviation of each field's pixels, m; with variance components a first guess.
    radius : float
        Of the window, m; three to seven pixels.
    components_of_variance : bool
        Estimate each field's variance in each window (SM-VCE), else keep `sigmas`.
    traces : sequence of array_like (n, 2)
        Longitude and latitude of ruptures that windows do not reach across.
    frame : LocalFrame, optional
        Needed with traces and with GNSS.
    gnss : Observations, optional
        Rows of GNSS vectors. With variance components a window raises their standard deviations by a common factor
        where they do not fit, as where the field bends between them and the window; it never lowers them.
    gnss_decay : float, optional
        Distance d0 over which a vector's weight falls by e, m; beyond three of them it is not used. Default: `radius`.
    rounds : int
        Most rounds of the variance components.
    threads : int, optional
        Default: all processors.

    Returns
    -------
    StrainField
        NaN where a window has too few pixels.

    Raises
    ------
    DataError
        If grids differ, the window holds fewer than nine pixels, or no window can be solved.
    """
    fields = list(fields)
    require_common_grid(fields, len(list(sigmas)), 3 if gnss is None else 2)
    variances = np.square(np.asarray(sigmas, dtype=float))
    if not (variances > 0.0).all():
        raise DataError(f"standard deviations {list(sigmas)}: each must be above 0 m")
    step_y, step_x = fields[0].spacing
    offsets, positions = _window(fields[0], radius)
    barriers, near = _barriers(fields[0], traces, frame, radius)
    shape = fields[0].values.shape
    values = np.stack([field.values for field in fields]).astype(np.float32, copy=False)
    look = _directions(fields)
    state, inverse = np.empty((9, *shape), np.float32), np.empty((18, *shape), np.float32)
    spreads = np.empty((len(fields), *shape), np.float32)
    settings = np.array([float(components_of_variance), float(rounds), float(_FEWEST), _FLOOR])
    toward = [float(np.sign(axis[1] - axis[0])) / radius for axis in (fields[0].x, fields[0].y)]
    steps = np.array([step_x, step_y, *toward, radius if gnss_decay is None else gnss_decay])
    vectors = _vectors(fields[0], gnss, frame, steps[4])

    def work(start: int) -> None:
        rows = np.array([start, min(start + 8, shape[0])])
        strain_rows(
            values, look, variances, rows, near, offsets, positions, barriers, vectors, steps, settings,
            state, inverse, spreads,
        )  # fmt: skip

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(work, range(0, shape[0], 8)))
    if not np.isfinite(state[0]).any():
        raise DataError(
            "no window can be solved: the directions of the fields lie near one plane, or they do not overlap; add "
            "azimuth offsets or another pass"
        )
    return StrainField(
        x=fields[0].x,
        y=fields[0].y,
        crs=fields[0].crs,
        components=state[:3],
        gradient=_scaled(state[3:6], state[6:9], radius),
        variance=inverse[:3],
        covariance=inverse[9:12],
        gradient_covariance=np.asarray(inverse[12:] / np.float32(radius**2), dtype=np.float32),
        gradient_variance=_scaled(inverse[3:6], inverse[6:9], radius**2),
        field_sigma=np.sqrt(spreads),
    )


def _scaled(along_east: NDArray, along_north: NDArray, by: float) -> NDArray[np.float32]:
    return np.asarray(np.stack([along_east, along_north], axis=1) / np.float32(by), dtype=np.float32)


def _window(field: Scene, radius: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows and columns of a round window, and east and north in radii."""
    step_y, step_x = field.spacing
    down, right = int(radius / step_y), int(radius / step_x)
    row, column = (part.ravel() for part in np.mgrid[-down : down + 1, -right : right + 1])
    inside = np.hypot(row * step_y, column * step_x) <= radius * (1.0 + 1e-9)
    row, column = row[inside], column[inside]
    if row.size < 9:
        raise DataError(
            f"a window of radius {radius:g} m holds {row.size} pixels of {step_x:.0f} x {step_y:.0f} m; at least nine "
            "are needed"
        )
    east = column * step_x * np.sign(field.x[1] - field.x[0]) / radius
    north = row * step_y * np.sign(field.y[1] - field.y[0]) / radius
    return np.column_stack([row, column]), np.column_stack([east, north])


def _directions(fields: list[Scene]) -> NDArray[np.float64]:
    if all(field.look.ndim == 1 for field in fields):
        return np.stack([field.look for field in fields])[:, :, None, None].astype(float)
    shape = fields[0].values.shape
    result = np.empty((len(fields), 3, *shape))
    for k, field in enumerate(fields):
        result[k] = field.look[:, None, None] if field.look.ndim == 1 else field.look
    return result


def _vectors(field: Scene, gnss: Observations | None, frame: LocalFrame | None, decay: float) -> NDArray[np.float64]:
    """Rows of GNSS as the kernel takes them: metres from the first pixel, value, variance, true direction."""
    if gnss is None:
        return np.zeros((0, 7))
    if frame is None or not decay > 0.0:
        raise DataError(f"GNSS in windows needs the local frame (frame=) and a gnss_decay above 0 m, not {decay:g}")
    x, y = field.coordinates(gnss.longitude, gnss.latitude, frame=frame)
    column = (x - field.x[0]) / (field.x[1] - field.x[0]) * field.spacing.x
    row = (y - field.y[0]) / (field.y[1] - field.y[0]) * field.spacing.y
    directions = frame.rotate_from_frame(gnss.directions, gnss.longitude, gnss.latitude)
    return np.column_stack([column, row, gnss.values, gnss.sigma**2, directions])


def _barriers(
    field: Scene, traces: Sequence[ArrayLike], frame: LocalFrame | None, radius: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Segments of the ruptures in metres from the first pixel, and the pixels whose windows may meet one."""
    if len(list(traces)) == 0:
        return np.zeros((0, 4)), np.zeros(field.values.shape, dtype=bool)
    if frame is None:
        raise DataError("traces need the local frame; give frame=")
    segments = []
    for trace in traces:
        places = np.asarray(trace, dtype=float)
        x, y = field.coordinates(places[:, 0], places[:, 1], frame=frame)
        column = (x - field.x[0]) / (field.x[1] - field.x[0]) * field.spacing.x
        row = (y - field.y[0]) / (field.y[1] - field.y[0]) * field.spacing.y
        segments.append(np.column_stack([column[:-1], row[:-1], column[1:], row[1:]]))
    return np.concatenate(segments), distance_to_polylines(field, traces, frame=frame) <= radius
