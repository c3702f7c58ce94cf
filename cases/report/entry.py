"""One figure of the report with the words around it."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class ReportFigure:
    """A figure with its file name, its section and the words around it."""

    name: str
    section: str
    title: str
    caption: str
    figure: Figure
