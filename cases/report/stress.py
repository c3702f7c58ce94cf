"""The report's section on the Coulomb stress change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize

from geoslip.cases.figures import stress as draw
from geoslip.cases.figures import style
from geoslip.cases.figures.trust import figure_maps
from geoslip.cases.output.results import file_name
from geoslip.cases.output.stress import receiver_figures
from geoslip.cases.report import html
from geoslip.cases.report.entry import ReportFigure
from geoslip.cases.report.tables import number

if TYPE_CHECKING:
    from geoslip.cases.casefile.stress import Stress
    from geoslip.cases.pipeline.run import StudyRun
    from geoslip.cases.pipeline.stress import StressFound

STRESS = "Coulomb stress change"


def stress_section(run: StudyRun) -> list[str]:
    """What was computed, and a table of the receivers."""
    found, asked = run.stress, run.case.stress
    if found is None or asked is None:
        return []
    pore = "" if asked.skempton is None else f" and Skempton's coefficient {asked.skempton:g} ({asked.pore})"
    name = found.source.name or run.case.name
    rigidity = 1e-9 * run.case.elastic.rigidity
    said = (
        f"Slip of {name} (Mw {found.source.mw:.2f}) in a half-space of rigidity {rigidity:g} GPa, friction "
        f"{asked.friction:g}{pore}. Positive brings a receiver closer to slip; a positive normal stress unclamps."
    )
    rows = []
    for one in found.receivers:
        figures = receiver_figures(one)
        names = ("coulomb_mpa", "shear_mpa", "normal_mpa", "least_mpa", "largest_mpa")
        share = f"{100 * figures['positive']:.0f} %" if np.isfinite(figures["positive"]) else ""
        rows.append([one.name, *(number(figures[key]) for key in names), share])
    head = ["receiver", "mean (MPa)", "shear", "normal", "least", "largest", "area that gains"]
    return [html.paragraph(said), *([html.table(head, rows)] if rows else [])]


def stress_figures(run: StudyRun) -> Iterator[ReportFigure]:
    """Map, section, and the patches of every receiver."""
    found, asked = run.stress, run.case.stress
    if found is None or asked is None:
        return
    limit = draw.stress_limit(found)
    if found.map is not None and asked.map is not None:
        plane = _plane(asked.map.strike, asked.map.dip, asked.map.rake)
        depths = ", ".join(f"{1e-3 * depth:g}" for depth in asked.map.depths)
        largest = "the largest over depths of" if len(asked.map.depths) > 1 else "at a depth of"
        yield ReportFigure(
            "stress_map",
            STRESS,
            "Map",
            f"Change on planes of {plane}, {largest} {depths} km. Black: what slips; blue: receivers"
            + ("; dashed: the section." if found.section is not None else "."),
            draw.figure_stress_map(found, frame=run.frame, limit=limit),
        )
    if found.section is not None and asked.map is not None:
        plane = _plane(asked.map.strike, asked.map.dip, asked.map.rake)
        yield ReportFigure(
            "stress_section",
            STRESS,
            "Section",
            f"Change on planes of {plane} down a vertical section; distance counts from its start. No exaggeration."
            + _said_of(found, asked),
            draw.figure_stress_section(found, limit=limit),
        )
    for one in found.receivers:
        if one.model is not None:
            norm = Normalize(-limit, limit)
            maps = [
                (title, 1e-6 * values, style.DISPLACEMENT_MAP, norm, "Stress (MPa)")
                for title, values in (("Coulomb", one.change.coulomb), ("shear", one.change.shear))
            ]
            yield ReportFigure(
                f"stress_on_{file_name(one.name)}",
                STRESS,
                f"On {one.name}",
                "Change at the centres of patches: friction and shear together, and shear alone.",
                figure_maps(one.model, maps),
            )


def _said_of(found: StressFound, asked: Stress) -> str:
    if found.seismicity is None or asked.section is None or asked.section.seismicity is None:
        return ""
    within, count = 1e-3 * asked.section.seismicity.within, len(found.seismicity.across)
    return (
        f" Circles and beachballs, larger with magnitude: the {count} earthquakes within {within:g} km; the beachballs"
        " show the half behind the section."
    )


def _plane(strike: float, dip: float, rake: float | str) -> str:
    direction = "the rake of the largest change" if isinstance(rake, str) else f"rake {rake:g}°"
    return f"strike {strike:g}°, dip {dip:g}° and {direction}"
