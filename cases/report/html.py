"""Small builders of HTML: every text is escaped here, so that no case file can break the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path


def paragraph(text: str, *, kind: str = "") -> str:
    """One paragraph of plain text, of a CSS class where ``kind`` names one."""
    return f"<p{_class(kind)}>{escape(text)}</p>"


def bullets(lines: Sequence[str]) -> str:
    """A list; nothing where there is nothing to list."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def notice(title: str, lines: Sequence[str], *, kind: str) -> str:
    """A coloured box: a title, and one line or a list."""
    head = f"<strong>{escape(title)}</strong>"
    if len(lines) == 1:
        body = f" <span>{escape(lines[0])}</span>"
    else:
        body = bullets(lines)
    return f'<div class="notice {escape(kind)}" role="note">{head}{body}</div>'


def cards(entries: Sequence[tuple[str, str, str]]) -> str:
    """Large numbers in a row: (name, value, remark) each."""
    items = []
    for name, value, remark in entries:
        below = f'<span class="remark">{escape(remark)}</span>' if remark else ""
        items.append(f'<div class="card"><span class="name">{escape(name)}</span><b>{escape(value)}</b>{below}</div>')
    return f'<div class="cards">{"".join(items)}</div>'


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str = "",
    text_columns: Sequence[int] = (0,),
    kind: str = "",
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
    kind : str
        "prose" lets long cells break into lines.
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
    inside = f"{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide" tabindex="0"><table{_class(kind)}>{inside}</table></div>'


def figure_block(png: Path, *, name: str, width: float, title: str, caption: str) -> str:
    """A saved picture with its title and caption; it scrolls sideways where the screen is too narrow to read it.

    Parameters
    ----------
    png : Path
        Embedded as a data URI, so that the page needs no other file.
    name : str
        Identifier that links may point at.
    width : float
        In inches, 96 pixels each at 100 %.
    title, caption : str

    Returns
    -------
    str
    """
    source = "data:image/png;base64," + base64.b64encode(png.read_bytes()).decode("ascii")
    picture = f'<img src="{source}" width="{round(96.0 * width)}" alt="{escape(title, quote=True)}">'
    return (
        f'<figure id="figure-{anchor(name)}"><h3>{escape(title)}</h3><div class="wide" tabindex="0">{picture}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
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
