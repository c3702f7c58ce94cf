"""How the smoothing strength was chosen: the L-curve with what each criterion would choose, and ABIC along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import place_axes

if TYPE_CHECKING:
    from geoslip.inversion import StrengthCurve

CRITERION_NAMES = {
    "lcurve": "corner", "abic": "ABIC", "gcv": "GCV", "chi2": "noise", "cv": "cross-validation",
    "cv_datasets": "left-out data sets",
}  # fmt: skip


def figure_strength(curve: StrengthCurve, *, chosen: float) -> Figure:
    """Draw misfit against roughness for every strength tried, and ABIC where there is one.

    Parameters
    ----------
    curve : StrengthCurve
    chosen : float
        Strength of the solution that the report shows.

    Returns
    -------
    Figure
    """
    with style.report_style():
        strengths = np.asarray(curve.strengths)
        abic = np.asarray(curve.abic, dtype=float)
        figure = style.new_figure(height=3.9)
        panels = [place_axes(figure, left=left, top=0.35, width=3.9, height=2.95) for left in (0.85, 5.85)]
        _corner(panels[0], curve, strengths=strengths, chosen=chosen)
        if "abic" in curve.criteria:
            _criterion(panels[1], strengths, abic=abic, chosen=chosen)
        else:
            panels[1].set_axis_off()
            panels[1].text(0.0, 0.5, "ABIC is of smoothing by squares only", transform=panels[1].transAxes)
    return figure


def _corner(axes: Axes, curve: StrengthCurve, *, strengths: np.ndarray, chosen: float) -> None:
    roughness, misfit = np.asarray(curve.roughness), np.asarray(curve.misfit)
    axes.loglog(roughness, misfit, "-o", color=style.ACCENT, markersize=4, linewidth=1.3)
    drawn = np.flatnonzero((roughness > 0.0) & (misfit > 0.0))  # even slip has none, as sums of lengths may leave it
    for index in drawn[_apart(np.log10(roughness[drawn]), np.log10(misfit[drawn]))]:
        axes.annotate(
            short(float(strengths[index])), (roughness[index], misfit[index]), xytext=(5, 4),
            textcoords="offset points", fontsize=7.5, color=style.GREY,
        )  # fmt: skip
    best = int(np.argmin(np.abs(np.log(strengths / chosen))))
    axes.plot(roughness[best], misfit[best], "o", color=style.PREDICTED, markersize=9, label=f"chosen: {short(chosen)}")
    _mark_others(axes, curve, best=best)
    axes.set_xlabel("Roughness ‖L m‖² (no unit)")
    axes.set_ylabel("Weighted misfit, chi-square (no unit)")
    axes.set_title("L-curve")
    axes.grid(color=style.LIGHT, linewidth=0.5, which="major")
    axes.legend(loc="upper right")


def _mark_others(axes: Axes, curve: StrengthCurve, *, best: int) -> None:
    """Ring the strengths that the other criteria would choose, one ring for those that agree."""
    names: dict[int, list[str]] = {}
    for criterion in curve.criteria:
        names.setdefault(curve.choose(criterion).index, []).append(CRITERION_NAMES.get(criterion, criterion))
    names.pop(best, None)
    for (index, said), marker in zip(names.items(), "sD^v<>"):
        place = curve.roughness[index], curve.misfit[index]
        axes.plot(*place, marker, color="none", markeredgecolor=style.PREDICTED, markersize=9, label=", ".join(said))


def short(value: float) -> str:
    """A strength in two significant digits, without an exponent where four digits do."""
    return f"{value:.2g}" if not 100.0 <= value < 1e4 else f"{float(f'{value:.2g}'):.0f}"


def _apart(x: np.ndarray, y: np.ndarray, *, spacing: float = 0.13) -> list[int]:
    """Points far enough from each other, in shares of the axes, to carry labels."""
    places = np.column_stack([x / max(np.ptp(x), 1e-9), y / max(np.ptp(y), 1e-9)])
    kept: list[int] = []
    for index, place in enumerate(places):
        if all(np.hypot(*(place - places[other])) > spacing for other in kept):
            kept.append(index)
    return kept


def _criterion(axes: Axes, strengths: np.ndarray, *, abic: np.ndarray, chosen: float) -> None:
    above = abic - np.nanmin(abic)
    axes.semilogx(strengths, above, "-o", color=style.ACCENT, markersize=4, linewidth=1.3)
    lowest = strengths[np.nanargmin(abic)]
    axes.axvline(lowest, color=style.ACCENT, linewidth=1.0, linestyle=":", label=f"lowest ABIC: {short(lowest)}")
    axes.axvline(chosen, color=style.PREDICTED, linewidth=1.2, linestyle="--", label=f"chosen: {short(chosen)}")
    axes.set_yscale("symlog", linthresh=10.0)
    axes.set_ylim(-1.0, 8.0 * max(float(np.nanmax(above)), 10.0))
    axes.set_xlabel("Smoothing strength (no unit)")
    axes.set_ylabel("ABIC above its minimum (no unit)")
    axes.set_title("ABIC")
    axes.grid(color=style.LIGHT, linewidth=0.5)
    axes.legend(loc="upper right")
