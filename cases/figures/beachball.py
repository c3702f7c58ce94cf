"""The focal mechanism of a moment tensor, lower hemisphere, equal area."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import HALO, place_axes


def radiation(moment_tensor: np.ndarray, *, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """P-wave polarity pattern on the unit disc of a lower-hemisphere equal-area projection.

    Parameters
    ----------
    moment_tensor : (3, 3) array
        East, north, up axes; any unit.
    x, y : arrays of one shape
        Place on the disc, east and north, radius at most 1 (r = sqrt(2) sin(i / 2), i from the downward vertical).

    Returns
    -------
    array of that shape
        l . M . l for the ray direction l: positive where the first motion is compressional.
    """
    radius_squared = np.minimum(x**2 + y**2, 1.0)
    horizontal = np.sqrt(2.0 - radius_squared)
    rays = np.stack([x * horizontal, y * horizontal, radius_squared - 1.0], axis=-1)
    return np.asarray(np.einsum("...i,ij,...j->...", rays, moment_tensor, rays))


def fill_beachball(axes: Axes, moment_tensor: np.ndarray, *, colour: str = style.ACCENT) -> None:
    """Fill compressional quadrants on axes that run from -1 to 1."""
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    radius = np.linspace(0.0, 1.0, 121)
    x, y = radius[:, None] * np.sin(angle), radius[:, None] * np.cos(angle)
    pattern = radiation(moment_tensor, x=x, y=y)
    axes.add_patch(Circle((0.0, 0.0), 1.0, facecolor="white", edgecolor="none", zorder=1))
    largest = float(np.abs(pattern).max())
    if largest > 0.0:
        axes.contourf(x, y, pattern / largest, levels=[0.0, 2.0], colors=[colour], zorder=2)
    axes.add_patch(Circle((0.0, 0.0), 1.0, facecolor="none", edgecolor=style.INK, linewidth=0.9, zorder=3))
    axes.set_xlim(-1.04, 1.04)
    axes.set_ylim(-1.04, 1.04)
    axes.set_aspect("equal")
    axes.axis("off")


def draw_beachball(
    figure: Figure, moment_tensor: np.ndarray, *, left: float, top: float, size: float, label: str
) -> None:
    """Set a beachball of ``size`` inches at a place given in inches from the figure's upper left corner."""
    axes = place_axes(figure, left=left, top=top, width=size, height=size, zorder=30)
    fill_beachball(axes, moment_tensor)
    axes.text(0.0, -1.15, label, ha="center", va="top", fontsize=9.5, weight="bold", path_effects=HALO)
