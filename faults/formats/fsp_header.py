"""The header of SRCMOD .fsp files: what it says of the whole model and of each segment.

Lines start with '%'. Values are KEY = VALUE; in the header -99 stands for 'varies' and 999 for 'unknown'.
"""

import re
from dataclasses import dataclass, field

from geoslip.faults.formats.common import number
from geoslip.faults.formats.errors import FormatError

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?"
_METRES = {"km": 1e3, "m": 1.0, "cm": 1e-2, "mm": 1e-3}


@dataclass
class Block:
    """A segment's header and its rows of text: [(line number, tokens)]."""

    values: dict[str, float] = field(default_factory=dict)
    name: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass
class Document:
    """A file taken apart: values of the whole model, how coordinates are meant, and the blocks."""

    values: dict[str, float]
    tag: str
    reference: str | None
    length_scale: float
    slip_scale: float
    multi_segment: bool
    blocks: list[Block]


def take_apart(text: str, source: str) -> Document:
    """Split a file into its header and its blocks of rows.

    Raises
    ------
    FormatError
        If rows stand before a line that names their columns.
    """
    document = Document({}, "", None, 1e3, 1.0, False, [])
    block = Block()
    columns: list[str] = []
    in_blocks = False
    for index, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        if not stripped.startswith("%"):
            if not columns:
                raise FormatError("a row stands before the line that names the columns", source=source, line=index)
            if not document.blocks or document.blocks[-1] is not block:
                block.columns = columns
                document.blocks.append(block)
            block.rows.append((index, _tokens(stripped, columns)))
            continue
        content = stripped.lstrip("%").strip()
        named = _column_names(content)
        if named:
            columns = named
        elif re.match(r"SEGMENT\s*#\s*\d+", content, flags=re.IGNORECASE):
            block, in_blocks = Block(), True
            document.multi_segment = True
            _read_values(content.split(":", 1)[-1], block.values, source, index)
        elif in_blocks and re.match(r"NAME\s*=", content):
            block.name = content.split("=", 1)[1].strip()
        else:
            _read_statement(content, document)
            _read_values(content, block.values if in_blocks else document.values, source, index)
    return document


def _tokens(row: str, columns: list[str]) -> list[str]:
    """A row's values; a lone 'x' among them, as one public copy has it, is no value."""
    tokens = row.split()
    if len(tokens) > len(columns):
        tokens = [token for token in tokens if token != "x"]
    return tokens


def _column_names(content: str) -> list[str]:
    """Names of the columns, upper case, if this is the line that gives them: LAT LON X Y Z SLIP ..."""
    tokens = [token.upper() for token in content.split()]
    if tokens[:2] == ["LAT", "LON"] and "SLIP" in tokens and "Z" in tokens:
        return [token.split("==")[0] for token in tokens]
    return []


def _read_statement(content: str, document: Document) -> None:
    """Sentences of the header: the reference point of the patches, the units, the event's tag."""
    lower = content.lower()
    given = re.search(r"coordinates are given for\s+(top[- ]?cent(?:er|re)|cent(?:er|re))", lower)
    if given:
        document.reference = "top-centre" if given.group(1).startswith("top") else "centre"
    units = re.search(r"coordinates in (km|m)\b", lower)
    if units:
        document.length_scale = _METRES[units.group(1)]
    slip = re.search(r"\bslip in (km|m|cm|mm)\b", lower)
    if slip:
        document.slip_scale = _METRES[slip.group(1)]
    if lower.startswith("eventtag:"):
        document.tag = content.split(":", 1)[1].strip()


def _read_values(content: str, values: dict[str, float], source: str, line: int) -> None:
    """KEY = NUMBER pairs of a line; the first value of a key stays, since later lines reuse LEN for seconds."""
    for key, token in re.findall(rf"([A-Za-z][\w]*)\s*=\s*({_NUMBER})", content):
        token = token.replace("D", "e").replace("d", "e")
        # the header holds moments too
        values.setdefault(key.upper(), number(token, key, source=source, line=line, largest=1e30))
