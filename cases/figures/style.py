"""What every figure shares: fonts, sizes, colour maps, colour scales, and how a figure is saved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure

PAGE_WIDTH = 10.0
"""Width of a full figure in inches: 960 px in the report at 100 %."""

INK = "#1b1f24"
GREY = "#6b7480"
LIGHT = "#c9ced6"
OBSERVED = "#1b1f24"
PREDICTED = "#d1495b"
ACCENT = "#0b6e99"

SEGMENT_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a6d3b", "#5b5f97", "#999999")
"""Okabe and Ito's colours with three more, told apart by the colour-blind; repeated beyond nine segments."""

DISPLACEMENT_MAP = matplotlib.colormaps["RdBu_r"].with_extremes(bad="#e6e8eb")


def _slip_map() -> Colormap:
    """Magma turned round, from white (no slip) to a dark that still shows arrows drawn on it."""
    share = np.linspace(0.0, 1.0, 256)
    colours = matplotlib.colormaps["magma_r"](0.9 * share)
    white = np.clip(1.0 - share / 0.2, 0.0, 1.0)[:, None]
    return ListedColormap(white + (1.0 - white) * colours, name="slip").with_extremes(bad="#e6e8eb")


SLIP_MAP = _slip_map()
FRINGE_MAP = matplotlib.colormaps["twilight"].with_extremes(bad="#9aa1ab")
"""Cyclic; no data are darker than its palest colour."""
SIGMA_MAP = matplotlib.colormaps["viridis"].with_extremes(bad="#e6e8eb")
RESOLUTION_MAP = matplotlib.colormaps["cividis"].with_extremes(bad="#e6e8eb")

_SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.5,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "text.color": INK,
    "figure.facecolor": "white",
    "figure.dpi": 96,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "geoslip",
    "pdf.fonttype": 3,
    "axes.formatter.useoffset": False,
}


@contextmanager
def report_style() -> Iterator[None]:
    """Draw and save with the report's fonts and lines, whatever the user's own matplotlib settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)  # type: ignore[arg-type,unused-ignore]
        yield


def new_figure(width: float = PAGE_WIDTH, height: float = 5.0) -> Figure:
    """Make an empty figure of ``width`` by ``height`` inches that needs no screen and no pyplot."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def displacement_limit(*values: np.ndarray, share: float = 99.5) -> float:
    """Half-width of a colour scale symmetric about zero that holds ``share`` per cent of all values (same unit)."""
    finite = np.concatenate([np.abs(part[np.isfinite(part)]).ravel() for part in values])
    if finite.size == 0:
        return 1.0
    limit = float(np.percentile(finite, share))
    return limit if limit > 0.0 else max(float(finite.max()), 1e-12)


def slip_limit(*values: np.ndarray) -> float:
    """Upper end of a slip colour scale: the largest finite value, rounded up to two significant digits."""
    finite = np.concatenate([part[np.isfinite(part)].ravel() for part in values])
    largest = float(finite.max()) if finite.size else 0.0
    if largest <= 0.0:
        return 1.0
    step = 10.0 ** (np.floor(np.log10(largest)) - 1.0)
    return float(np.ceil(round(largest / step, 6)) * step)


def length_unit(limit: float) -> tuple[float, str]:
    """Pick the unit that suits lengths up to ``limit`` metres: factor to multiply by, and its name."""
    if limit >= 1.0:
        return 1.0, "m"
    if limit >= 0.01:
        return 100.0, "cm"
    return 1000.0, "mm"


def round_length(value: float) -> float:
    """Round ``value`` down to 1, 2 or 5 times a power of ten, for scale bars and scale arrows."""
    if not value > 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * max(step for step in (1.0, 2.0, 5.0) if step <= value / power * (1.0 + 1e-9)))


def colour_bar(
    figure: Figure, axes: Axes, *, cmap: Colormap, norm: Normalize, label: str, shown: Sequence[np.ndarray] = ()
) -> Colorbar:
    """Fill ``axes`` with one thin colour bar, with an arrow at an end beyond which what is ``shown`` goes."""
    low, high = norm.vmin or 0.0, norm.vmax or 0.0
    room = 1e-9 * (high - low)
    under = any(bool((np.ma.masked_invalid(values) < low - room).any()) for values in shown)
    over = any(bool((np.ma.masked_invalid(values) > high + room).any()) for values in shown)
    extend = "both" if under and over else "min" if under else "max" if over else "neither"
    bar = figure.colorbar(ScalarMappable(norm=norm, cmap=cmap), cax=axes, label=label, extend=extend)
    bar.outline.set_linewidth(0.5)  # type: ignore[operator]
    return bar


def save_figure(figure: Figure, folder: Path, *, name: str, dpi: int = 170) -> tuple[Path, Path]:
    """Write ``name.png`` and ``name.pdf`` under ``folder`` without a date, so that equal runs give equal files."""
    png, pdf = folder / f"{name}.png", folder / f"{name}.pdf"
    with report_style():
        figure.savefig(png, dpi=dpi, metadata={"Software": "geoslip"})
        figure.savefig(pdf, dpi=dpi, metadata={"CreationDate": None, "Creator": "geoslip"})
    return png, pdf
