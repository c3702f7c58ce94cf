"""A case file's mistakes are all reported at once, each with line, key, value, rule and remedy."""

import io
import random
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from geoslip.cases.casefile.read import parse_case, read_case
from geoslip.cases.errors import CaseError

GOOD = """\
name: example
origin: [-117.6, 35.77]
elastic: {rigidity: 30 GPa}
data:
  - name: descending
    kind: los
    file: a.txt
    columns: {lon: 1, lat: 2, value: 3}
    unit: mm
    positive: toward
    look: [0.6, -0.1, 0.793725]
    noise: {sigma: 4 mm}
  - {name: gps, kind: gnss, file: g.txt, unit: mm, noise: columns}
faults:
  - name: main
    top_centre: [-117.6, 35.77]
    strike: 140
    dip: 80
    length: 50 km
    width: 20 km
    top_depth: 0
    patches: {length: 2 km, width: 2 km}
slip: {rake: [135, 225], maximum: 8 m, zero_edges: [bottom, sides]}
smoothing: {choose: abic}
"""


def complaints(text: str) -> str:
    with pytest.raises(CaseError) as caught:
        parse_case(text)
    return str(caught.value)


def test_good_case_is_read_in_si() -> None:
    case = parse_case(GOOD)
    assert case.elastic.rigidity == 30e9
    assert case.faults[0].length == 50e3
    assert case.faults[0].reference == "top_centre"
    assert case.slip.rake == (135.0, 225.0)
    assert case.data[0].nuisance_kind == "plane"
    assert case.data[1].nuisance_kind == "none"
    assert case.data[0].noise.sigma == 0.004
    assert case.smoothing.choose == "abic"


def test_real_case_fits_in_twenty_four_lines() -> None:
    assert len(GOOD.splitlines()) <= 24


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("rigidity: 30", "rigidty: 30", 3, "did you mean 'rigidity'"),
        ("length: 50 km", "lenght: 50 km", 19, "did you mean 'length'"),
        ("length: 50 km", "length: 50", 19, "must carry its unit"),
        ("sigma: 4 mm", "sigma: 4", 12, "must carry its unit"),
        ("name: gps", "name: descending", 13, "two data sets are called 'descending'"),
        ("look: [0.6,", "look: [0.9,", 11, "a look vector has length 1"),
        ("0.793725]", "-0.793725]", 11, "points down"),
        ("top_depth: 0", "top_depth: -2 km", 21, "above ground"),
        ("dip: 80", "dip: 100", 18, "outside 0 to 90"),
        ("kind: gnss", "kind: gns", 13, "did you mean 'gnss'"),
        ("origin: [-117.6, 35.77]", "origin: [35.77, -117.6]", 2, "the order is [longitude, latitude]"),
        ("rake: [135, 225]", "rake: [0, 270]", 23, "use 'free'"),
        ("zero_edges: [bottom, sides]", "zero_edges: [botom]", 23, "is no edge"),
        ("choose: abic", "choose: aicc", 24, "by lcurve, abic, gcv, chi2, cv, cv_datasets"),
        ("    dip: 80\n", "", 15, "the key 'dip' is missing"),
        ("positive: toward", "positive: up", 10, "must be one of"),
        ("noise: {sigma: 4 mm}", "noise: none", 12, "a length"),
        ("name: example", "name: [example", 2, "no valid YAML"),
        ("smoothing:", "slip:", 24, "duplicate key"),
    ],
)
def test_each_mistake_names_line_and_remedy(old: str, new: str, line: int, rule: str) -> None:
    assert old in GOOD
    text = complaints(GOOD.replace(old, new))
    assert f"case.yml:{line}" in text
    assert rule in text


def test_all_mistakes_at_once_in_order_of_lines() -> None:
    text = GOOD.replace("rigidity", "rigidty").replace("50 km", "50").replace("name: gps", "name: descending")
    with pytest.raises(CaseError) as caught:
        parse_case(text)
    lines = [mistake.line for mistake in caught.value.mistakes]
    assert lines == [3, 13, 19]


@pytest.mark.parametrize(
    ("addition", "rule"),
    [
        ("join: [[main, mian]]", "did you mean 'main'"),
        ("extra: 3", "there is no key 'extra' here; the keys are name"),
    ],
)
def test_additions(addition: str, rule: str) -> None:
    assert rule in complaints(GOOD + addition + "\n")


def test_segment_override_of_unknown_segment() -> None:
    assert "no segment is called 'north'" in complaints(GOOD.replace("maximum: 8 m,", "segments: {north: {rake: 0}},"))


def test_missing_sign_of_a_line_of_sight() -> None:
    assert "positive: toward" in complaints(GOOD.replace("    positive: toward\n", ""))


def test_two_references_for_one_segment() -> None:
    assert "exactly one of" in complaints(
        GOOD.replace("    strike: 140\n", "    strike: 140\n    centre: [-117, 35]\n")
    )


def test_empty_lists_are_named() -> None:
    text = complaints("name: x\norigin: [0, 0]\ndata: []\nfaults: []\n")
    assert "at least one data set" in text
    assert "at least one segment" in text


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "a: b: c", "\t", "{", "name: !!python/object:os.x 1"])
def test_what_is_no_case_is_refused(text: str) -> None:
    assert "case.yml" in complaints(text)


def test_missing_file_points_to_new(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="geoslip new"):
        read_case(tmp_path / "nothing.yml")


def test_binary_file_is_no_case(tmp_path: Path) -> None:
    (tmp_path / "case.yml").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(CaseError, match="cannot be read as text"):
        read_case(tmp_path / "case.yml")


JUNK = [None, "", [], {}, True, -1, 10**400, float("nan"), "x", "2 km", [1, 2], [[1, 2], [3, 4]], {"a": 1}, [None]]


def places(node: object, path: tuple = ()) -> list[tuple]:
    found = [path]
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


def test_whatever_is_written_a_case_error_is_all_that_comes() -> None:
    generator = random.Random(11)
    yaml = YAML(typ="safe")
    lines: list[int | None] = []
    for _ in range(80):
        document = yaml.load(GOOD)
        *way, last = generator.choice([path for path in places(document) if path])
        node = document
        for step in way:
            node = node[step]
        node[last] = generator.choice(JUNK)
        text = io.StringIO()
        YAML().dump(document, text)
        try:
            parse_case(text.getvalue())
        except CaseError as error:
            lines += [mistake.line for mistake in error.mistakes]
    assert len(lines) > 40
    assert all(lines)
