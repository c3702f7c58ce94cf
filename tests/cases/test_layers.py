"""A case that extends another says only what it changes, and its mistakes are found in the file they stand in."""

from pathlib import Path

import pytest

from geoslip.cases.casefile.read import parse_case, read_case
from geoslip.cases.errors import CaseError

BASE = """name: base
origin: [10, 40]
data:
  - {name: asc, kind: los, file: a.tif, unit: m, positive: toward, noise: {sigma: 5 mm, length: 8 km}}
  - {name: desc, kind: los, file: d.tif, unit: m, positive: toward, noise: {sigma: 6 mm}}
faults:
  - {name: F, centre: [10, 40], depth: 8 km, strike: 0, dip: 50, length: 20 km, width: 10 km, patches: {length: 2 km}}
slip: {rake: [-135, -45], zero_edges: [bottom]}
"""
CHANGE = """extends: case.yml
name: change
data:
  - name: asc
    noise: {sigma: 9 mm}
  - {name: third, kind: los, file: t.tif, unit: m, positive: away, noise: {sigma: 1 mm}}
slip: {rake: free}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "case.yml").write_text(BASE)
    (tmp_path / "change.yml").write_text(CHANGE)
    return tmp_path


def test_blocks_and_named_entries_merge_and_the_rest_is_replaced_whole(folder: Path) -> None:
    case = read_case(folder / "change.yml")
    assert case.name == "change"
    assert [entry.name for entry in case.data] == ["asc", "desc", "third"]
    assert case.data[0].noise.sigma == pytest.approx(9e-3)
    assert case.data[0].noise.length is None
    assert case.data[0].file == "a.tif"
    assert case.slip.rake == "free"
    assert case.slip.zero_edges == ("bottom",)


def test_an_entry_is_taken_out_by_name(folder: Path) -> None:
    (folder / "less.yml").write_text("extends: case.yml\nname: less\ndata:\n  - {name: asc, remove: true}\n")
    assert [entry.name for entry in read_case(folder / "less.yml").data] == ["desc"]
    (folder / "typo.yml").write_text("extends: case.yml\nname: typo\ndata:\n  - {name: acs, remove: true}\n")
    with pytest.raises(CaseError, match="there is no key 'remove'"):
        read_case(folder / "typo.yml")


def test_what_a_run_keeps_stands_by_itself(folder: Path) -> None:
    case = read_case(folder / "change.yml")
    again = parse_case(case.source.text)
    for field in type(case).model_fields:
        assert getattr(again, field) == getattr(case, field)


def test_a_mistake_is_placed_in_the_file_that_makes_it(folder: Path) -> None:
    text = CHANGE.replace("sigma: 9 mm", "sigma: 9")
    (folder / "case.yml").write_text(BASE.replace("dip: 50", "dip: 120"))
    with pytest.raises(CaseError) as caught:
        parse_case(text, path=folder / "change.yml")
    places = {(Path(mistake.file).name, mistake.line) for mistake in caught.value.mistakes}
    assert places == {("change.yml", 5), ("case.yml", 7)}


def test_two_changes_of_one_name_are_a_mistake(folder: Path) -> None:
    text = CHANGE.replace("name: third", "name: asc")
    with pytest.raises(CaseError, match="called 'asc'"):
        parse_case(text, path=folder / "change.yml")


def test_a_missing_base_and_a_circle_are_refused(folder: Path) -> None:
    with pytest.raises(CaseError, match="no such case file to extend"):
        parse_case(CHANGE.replace("case.yml", "other.yml"), path=folder / "change.yml")
    (folder / "case.yml").write_text("extends: change.yml\n" + BASE)
    with pytest.raises(CaseError, match="circle"):
        read_case(folder / "change.yml")


def test_a_base_that_is_no_case_is_named(folder: Path) -> None:
    (folder / "case.yml").write_text("- a list\n")
    with pytest.raises(CaseError, match=r"case\.yml.*block of"):
        read_case(folder / "change.yml")
