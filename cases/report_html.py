"""Small builders of HTML: every text is escaped here, so that no case file can break the page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from html import escape

from matplotlib.figure import Figure

from geoslip.cases.figures import style

LARGEST_SVG = 350_000
"""Bytes; a figure whose SVG is larger is embedded as PNG, which is smaller and draws faster."""
PNG_DPI = 170


def paragraph(text: str, *, kind: str = "") -> str:
    """One paragraph of plain text, of a CSS class where ``kind`` names one."""
    return f"<p{_class(kind)}>{escape(text)}</p>"


def notice(title: str, lines: Sequence[str], *, kind: str) -> str:
    """A coloured box: a title, and one line or a list."""
    head = f"<strong>{escape(title)}</strong>"
    if len(lines) == 1:
        body = f" <span>{escape(lines[0])}</span>"
    else:
        body = "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
    return f'<div class="notice {escape(kind)}" role="note">{head}{body}</div>'


def cards(entries: Sequence[tuple[str, str, str]]) -> str:
    """Large numbers in a row: (name, value, remark) each."""
    items = []
    for name, value, remark in entries:
        below = f'<span class="remark">{escape(remark)}</span>' if remark else ""
        items.append(f'<div class="card"><span class="name">{escape(name)}</span><b>{escape(value)}</b>{below}</div>')
    return f'<div class="cards">{"".join(items)}</div>'


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "", text_columns: Sequence[int] = (0,)
) -> str:
    """A table that scrolls sideways where the screen is narrow.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences of str
        Cells as they shall be read; numbers already formatted.
    caption : str
    text_columns : sequence of int
        Columns set flush left; all others hold numbers and are set flush right.
    """

    def cell(tag: str, text: str, column: int) -> str:
        kind = "" if column in text_columns else "number"
        if tag == "td" and column == 0:
            return f'<th scope="row"{_class(kind)}>{escape(text)}</th>'
        scope = ' scope="col"' if tag == "th" else ""
        return f"<{tag}{scope}{_class(kind)}>{escape(text)}</{tag}>"

    head = "".join(cell("th", text, column) for column, text in enumerate(header))
    body = "".join("<tr>" + "".join(cell("td", text, c) for c, text in enumerate(row)) + "</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="wide" tabindex="0"><table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def image(figure: Figure) -> tuple[str, int]:
    """A figure as a data URI, SVG where that stays small, and its width at 100 % in pixels."""
    with style.report_style():
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": "geoslip"})
        data, kind = stream.getvalue(), "svg+xml"
        if len(data) > LARGEST_SVG:
            stream = io.BytesIO()
            figure.savefig(stream, format="png", dpi=PNG_DPI, metadata={"Software": "geoslip"})
            data, kind = stream.getvalue(), "png"
    width = round(96 * float(figure.get_size_inches()[0]))
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}", width


def figure_block(figure: Figure, *, name: str, title: str, caption: str) -> str:
    """A figure with its caption; it scrolls sideways where the screen is too narrow to read it."""
    source, width = image(figure)
    return (
        f'<figure id="{anchor(name)}"><div class="wide" tabindex="0"><img src="{source}" width="{width}" '
        f'alt="{escape(title, quote=True)}" loading="lazy"></div>'
        f"<figcaption><b>{escape(title)}.</b> {escape(caption)}</figcaption></figure>"
    )


def section(title: str, parts: Sequence[str]) -> str:
    """A section under a heading that the list of contents links to."""
    return f'<section id="{anchor(title)}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def contents(titles: Sequence[str]) -> str:
    """Links to the sections."""
    links = "".join(f'<a href="#{anchor(title)}">{escape(title)}</a>' for title in titles)
    return f'<nav aria-label="Contents">{links}</nav>'


def details(summary: str, text: str) -> str:
    """Plain text that opens on a click."""
    return f"<details><summary>{escape(summary)}</summary><pre>{escape(text)}</pre></details>"


def anchor(title: str) -> str:
    """A title as an identifier."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "part"


def _class(kind: str) -> str:
    return f' class="{escape(kind, quote=True)}"' if kind else ""
