"""How `make docs` builds these pages: MyST for the text, the rooms' docstrings for the reference."""

import ast
import subprocess
import sys
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

HERE = Path(__file__).resolve().parent

project = "geoslip"
version = release = installed("geoslip")
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
html_theme = "furo"
html_title = "geoslip"
html_math_renderer = "mathml"
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = True
napoleon_google_docstring = False
napoleon_use_rtype = False
# A parameter called n is no reference to the attributes of that name.
suppress_warnings = ["ref.python"]


def _study_pages() -> None:
    """Give every study's page a place in the docs: a page that includes it, so that no text stands twice."""
    folder = HERE / "studies"
    folder.mkdir(exist_ok=True)
    for page in sorted((HERE.parent / "cases").glob("*/README.md")):
        text = f"```{{include}} ../../cases/{page.parent.name}/README.md\n```\n"
        target = folder / f"{page.parent.name}.md"
        if not target.exists() or target.read_text() != text:
            target.write_text(text)


def _gallery() -> None:
    """Run every script of the gallery whose picture is older than it, and show script and picture on one page."""
    lines = ["# Gallery", "", "Each picture is made by the script below it, whole: `python SCRIPT.py PICTURE.png`.", ""]
    for script in sorted((HERE / "gallery").glob("*.py")):
        picture = script.with_suffix(".png")
        if not picture.exists() or picture.stat().st_mtime < script.stat().st_mtime:
            subprocess.run([sys.executable, str(script), str(picture)], check=True)
        said = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem
        title, _, rest = said.partition(":")
        lines += [f"## {title}", "", f"{rest.strip()[:1].upper()}{rest.strip()[1:]}" if rest else "", ""]
        lines += [f"![{title}](gallery/{picture.name})", "", f"```{{literalinclude}} gallery/{script.name}", "```", ""]
    text, page = "\n".join(lines), HERE / "gallery.md"
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")


_study_pages()
_gallery()


def _formula(translator: Any, node: Any) -> None:
    """Write a formula as MathML, which browsers draw themselves: MathJax would be fetched over the network."""
    display = "block" if node.tagname == "math_block" else "inline"
    formula = convert(node.astext(), display=display)
    # a long formula scrolls within the page on a phone
    translator.body.append(f'<div style="overflow-x: auto">{formula}</div>' if display == "block" else formula)
    raise SkipNode


def setup(app: Any) -> None:
    """Tell Sphinx how formulas are written."""
    app.add_html_math_renderer("mathml", (_formula, None), (_formula, None))
