"""The report: one HTML page that holds everything a careful reader needs to judge a study."""

from __future__ import annotations

from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from geoslip.cases.casefile.slip import CRITERIA
from geoslip.cases.figures import style
from geoslip.cases.output.folder import whole_file
from geoslip.cases.pipeline.posterior import not_converged
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report import html, tables
from geoslip.cases.report.figures import FIT, SLIP, SMOOTHING, TRUTH, UNCERTAINTY, report_figures
from geoslip.cases.report.geometry import GEOMETRY, geometry_section
from geoslip.cases.report.joint import joint_section
from geoslip.cases.report.methods import methods
from geoslip.cases.report.posterior import POSTERIOR, posterior_section
from geoslip.cases.report.stress import STRESS, stress_section
from geoslip.cases.report.trust import TRUST, trust_tables

ASSUMED, METHODS, PROVENANCE = "What was assumed", "Methods, to be pasted", "Provenance"


def write_report(run: StudyRun, folder: str | Path) -> Path:
    """Write ``report.html`` (self-contained) and ``figures/`` (PNG and PDF of every figure in it).

    Parameters
    ----------
    run : StudyRun
        Finished study.
    folder : str or Path
        An existing folder.

    Returns
    -------
    Path
        Of the report, which takes its final name only when it is complete.
    """
    folder = Path(folder)
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    blocks: dict[str, list[str]] = {}
    for entry in report_figures(run):
        png, _ = style.save_figure(entry.figure, figures, name=entry.name)
        width = float(entry.figure.get_size_inches()[0])
        block = html.figure_block(png, name=entry.name, width=width, title=entry.title, caption=entry.caption)
        blocks.setdefault(entry.section, []).append(block)
    path = folder / "report.html"
    with whole_file(path) as partial:
        partial.write_text(report_page(run, blocks), encoding="utf-8")
    return path


def report_page(run: StudyRun, blocks: dict[str, list[str]]) -> str:
    """The page's HTML from a run and its figures' blocks by section."""
    sections = {
        SLIP: [tables.segment_table(run.model), *blocks.get(SLIP, [])],
        TRUTH: [tables.truth_table(run.model, run.truth), *blocks.get(TRUTH, [])] if run.truth is not None else [],
        FIT: [tables.fit_table(run), tables.nuisance_table(run), _notes(run), *blocks.get(FIT, [])],
        SMOOTHING: [html.paragraph(smoothing_sentence(run)), *blocks.get(SMOOTHING, [])],
        GEOMETRY: [*geometry_section(run), *joint_section(run), *blocks.get(GEOMETRY, [])],
        POSTERIOR: [*posterior_section(run), *blocks.get(POSTERIOR, [])],
        UNCERTAINTY: blocks.get(UNCERTAINTY, []),
        TRUST: [*trust_tables(run), *blocks.get(TRUST, [])],
        STRESS: [*stress_section(run), *blocks.get(STRESS, [])],
        ASSUMED: [tables.assumption_table(run)],
        METHODS: _methods(run),
        PROVENANCE: _provenance(run),
    }
    shown = {title: parts for title, parts in sections.items() if parts}
    title = run.case.title or run.case.name
    return _template("report.html").substitute(
        title=escape(title),
        css=_text("report.css"),
        notices=_notices(run),
        lead=html.paragraph(run.case.about, kind="lead") if run.case.about else "",
        cards=tables.headline(run),
        contents=html.contents(list(shown)),
        sections="".join(html.section(title, parts) for title, parts in shown.items()),
        footer=escape(f"Made by geoslip {run.provenance.get('geoslip', '')}".rstrip() + "."),
    )


def smoothing_sentence(run: StudyRun) -> str:
    """Say which strength was used and who chose it."""
    smoothing = run.case.smoothing
    how = f"by the {CRITERIA[smoothing.choose]}" if isinstance(smoothing.choose, str) else "in the case file"
    strength = tables.number(run.estimate.strength)
    said = f"Operator: {smoothing.operator}. Strength {strength}, chosen {how}."
    if run.curve is None:
        return said
    others = [run.curve.choose(name) for name in run.curve.criteria if name != smoothing.choose]
    each = [f"{CRITERIA[other.criterion]} at {tables.number(other.strength)}" for other in others]
    return f"{said} Others would choose: {'; '.join(each)}."


def _notices(run: StudyRun) -> str:
    boxes = []
    if doubts := not_converged(run):
        boxes.append(html.notice("Not converged.", doubts, kind="warning"))
    if run.synthetic:
        boxes.append(html.notice("Synthetic data.", [run.synthetic], kind="synthetic"))
    if others := [text for text in run.warnings if text not in doubts]:
        title = "Warning." if len(others) == 1 else f"{tables.plural(len(others), 'warning')}."
        boxes.append(html.notice(title, others, kind="warning"))
    return "".join(boxes)


def _notes(run: StudyRun) -> str:
    """What readers and masks left out, data set by data set."""
    lines = []
    for data in run.observations:
        for note in data.notes:
            lines.append(note if note.startswith(f"{data.name}:") else f"{data.name}: {note}")
    return html.bullets(lines)


def _methods(run: StudyRun) -> list[str]:
    told = methods(run)
    return [*(html.paragraph(text) for text in told.paragraphs), html.bullets(told.references)]


def _provenance(run: StudyRun) -> list[str]:
    parts = [tables.provenance_table(run)] if run.provenance else []
    if run.timings:
        parts.append(tables.timing_table(run))
    if run.case.source is not None:
        parts.append(html.details("The case file as read", run.case.source.text))
    return parts


def _text(name: str) -> str:
    return resources.files("geoslip.cases.report").joinpath(name).read_text(encoding="utf-8")


def _template(name: str) -> Template:
    return Template(_text(name))
