"""Write docs/case-file.md, every key of a case file, from the models that read it: run this file."""

import inspect
import types
import typing
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from geoslip.cases.casefile import units
from geoslip.cases.casefile.base import Block, LonLat, NameList, PlaceEntry, RakeEntry
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.sampling import Method
from geoslip.cases.casefile.slip import OperatorName
from geoslip.downsample import samplers
from geoslip.inversion.smoothing.kinds import operator_kinds

PAGE = Path(__file__).with_name("case-file.md")
SPECIAL = {
    id(PlaceEntry.__metadata__[0]): "`[longitude, latitude]`, or `[2 km, -3 km]` east and north of the origin",
    id(LonLat.__metadata__[0]): "`[longitude, latitude]`",
    id(RakeEntry.__metadata__[0]): "`free`, an angle, or a window `[low, high]`",
    id(NameList.__metadata__[0]): "a name or a list of names",
    id(OperatorName.__metadata__[0]): " or ".join(f"`{name}`" for name in operator_kinds()),
    id(Method.__metadata__[0]): " or ".join(f"`{name}`" for name in samplers()),
    id(units.Length.__metadata__[0]): "length with its unit",
    id(units.Angle.__metadata__[0]): "degrees",
    id(units.Moment.__metadata__[0]): "moment with its unit, or `Mw 7.1`",
    id(units.Pressure.__metadata__[0]): "pressure with its unit",
}
WORDS = {
    type(None): "path of another case file",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    Any: "anything",
}
HEAD = """# The case file

Every key that a case file may hold, made from the models that read it by `python docs/case_reference.py`. A key
without a default must be given. `extends: other.yml` takes another case file and changes it: blocks and named
entries are merged key by key, what stands under a key is replaced whole. A commented file to start from:
`geoslip new DIR`.
"""


def words(annotation: Any) -> str:
    """What may stand under a key, in words."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        known = [SPECIAL[id(item)] for item in inside[1:] if id(item) in SPECIAL]
        return known[0] if known else words(inside[0])
    if origin is Literal:
        return " or ".join(f"`{item}`" for item in inside)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(words(item) for item in inside if item is not type(None)))
    if origin is tuple:
        each = list(dict.fromkeys(words(item) for item in inside if item is not Ellipsis))
        return f"list: {each[0]}" if Ellipsis in inside else f"{len(inside)} items: {', '.join(each)}"
    if origin is dict:
        return f"a block of names, each with {words(inside[1])}"
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__.lower()}](#{annotation.__name__.lower()})"
    return WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def field_words(field: FieldInfo) -> str:
    """What may stand under a field's key; pydantic keeps an annotation's extras apart from its type."""
    known = [SPECIAL[id(item)] for item in field.metadata if id(item) in SPECIAL]
    return known[0] if known else words(field.annotation)


def default_words(field: FieldInfo) -> str:
    """The default as a case file would write it; empty where the key must be given."""
    if field.is_required():
        return ""
    if field.default is PydanticUndefined:
        return "its own defaults"
    value = field.default
    if value is None or value == () or value == "":
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value / 1e9:g} GPa`" if "pressure" in field_words(field) else f"`{value:g}`"
    return f"`{list(value) if isinstance(value, tuple) else value}`"


def blocks(model: type[Block]) -> list[type[Block]]:
    """A block and all blocks inside it, each once, in the order of the keys."""
    found = [model]
    for field in model.model_fields.values():
        queue = [field.annotation]
        while queue:
            item = queue.pop(0)
            if inspect.isclass(item) and issubclass(item, Block) and item not in found:
                found += [block for block in blocks(item) if block not in found]
            queue += typing.get_args(item)
    return found


def section(model: type[Block]) -> str:
    """One block of the page: the model's docstring and a table of its keys."""
    text = (
        inspect.cleandoc(model.__doc__ or "")
        .replace("``", "`")
        .replace(":mod:`geoslip.cases.casefile.layers`", "above")
    )
    lines = [f"## {model.__name__}", "", text, "", "| key | value | default |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        lines.append(f"| `{name}` | {field_words(field)} | {default_words(field)} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return HEAD + "\n" + "\n\n".join(section(model) for model in blocks(Case)) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
