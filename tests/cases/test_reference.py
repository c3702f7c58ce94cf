"""The page of all keys is what its command makes, and holds every key."""

import runpy
from pathlib import Path

from geoslip.cases.casefile.case import Case

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_keys_is_fresh() -> None:
    made = runpy.run_path(str(DOCS / "case_reference.py"))["page"]()
    assert (DOCS / "case-file.md").read_text(encoding="utf-8") == made, "run python docs/case_reference.py"


def test_every_key_of_a_case_is_on_the_page() -> None:
    text = (DOCS / "case-file.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in Case.model_fields)
