"""How `make docs` builds these pages: MyST for the text, the rooms' docstrings for the reference."""

from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).resolve().parent

project = "geoslip"
version = release = installed("geoslip")
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
html_theme = "furo"
html_title = "geoslip"
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


_study_pages()
