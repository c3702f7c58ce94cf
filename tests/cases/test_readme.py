"""What the README shows is true: its case file is sound and short, and its links lead somewhere."""

import re
from pathlib import Path

from geoslip.cases.casefile.read import parse_case

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_case_file_of_the_readme_is_sound_and_short() -> None:
    text = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert text is not None
    case = parse_case(text[1])
    assert [entry.name for entry in case.data] == ["T102", "GNSS"]
    assert text[1].count("\n") <= 24


def test_links_and_pictures_of_the_readme_are_there() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []
