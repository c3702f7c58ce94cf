"""Reading a case file: YAML to a validated Case, with every mistake, its line and its remedy at once."""

from __future__ import annotations

import difflib
import io
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.consistency import raw_mistakes
from geoslip.cases.casefile.layers import Layer, Location, merge, place
from geoslip.cases.errors import CaseError, Mistake

LARGEST_NUMBER = 10**300


@dataclass(frozen=True)
class CaseSource:
    """The file behind a case, for the line of any key.

    Parameters
    ----------
    path : Path
        Where it was read from.
    text : str
        Its text, kept so that a run can store the case as read.
    document : mapping
        The parsed YAML; with ``extends``, the whole of what the files make together.
    layers : tuple of Layer
        The file itself, then those that it extends.
    """

    path: Path
    text: str
    document: Any
    layers: tuple[Layer, ...]

    def line(self, location: Location) -> int | None:
        """Line (from 1) of the key at a location, or of the nearest block above it."""
        return place(self.layers, location, self.document)[1]

    def value(self, location: Location) -> str:
        """Text of the value at a location; empty for a block or where there is none."""
        node = self.document
        for step in location:
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                return ""
        if isinstance(node, Mapping):
            return ""
        if isinstance(node, Sequence) and not isinstance(node, str):
            return "" if any(isinstance(item, Mapping) for item in node) else _plain_text(node)
        return str(node)

    def mistake(self, location: Location, rule: str) -> Mistake:
        """Return a mistake at a location, with its line and value filled in."""
        path, line = place(self.layers, location, self.document)
        return Mistake(rule, spell(location), self.value(location), str(path), line)


def _plain_text(items: Sequence[Any]) -> str:
    text = "[" + ", ".join(str(item) for item in items) + "]"
    return text if len(text) <= 60 else text[:57] + "..."


def spell(location: Location) -> str:
    """Spell a location as people do: ``data[0].look.vector``."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read_case(path: str | Path) -> Case:
    """Read and validate a case file.

    Parameters
    ----------
    path : str or Path
        The YAML file.

    Returns
    -------
    Case
        With ``case.source`` set, so that later errors can name file and line.

    Raises
    ------
    CaseError
        With every mistake found: syntax, unknown keys, wrong values, contradictions.
    """
    path = Path(path)
    return parse_case(_read_text(path), path=path)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        rule = "there is no such case file; `geoslip new DIR` writes one to start from"
        raise CaseError(Mistake(rule, str(path))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(Mistake(f"the case file cannot be read as text: {error}", str(path))) from error


def parse_case(text: str, *, path: str | Path = "case.yml") -> Case:
    """Validate the text of a case file; see :func:`read_case`."""
    path = Path(path)
    layers = _layers(text, path)
    document = layers[-1].document
    for layer in reversed(layers[:-1]):
        document = merge(document, layer.document)
    if len(layers) > 1:
        document = {key: value for key, value in document.items() if key != "extends"}
        text = _whole_text(document)
    source = CaseSource(path, text, document, layers)
    plain = _plain(document)
    mistakes = [source.mistake(location, rule) for location, rule in raw_mistakes(plain)]
    try:
        case = Case.model_validate(plain)
    except ValidationError as error:
        found = [(tuple(details["loc"]), _mistake(source, details)) for details in error.errors()]
        meant = {(*location[:-1], name) for location, _ in found if (name := _meant_key(location))}
        mistakes += [mistake for location, mistake in found if location not in meant]
    if mistakes:
        raise CaseError(mistakes)
    case._source = source
    return case


def _layers(text: str, path: Path) -> tuple[Layer, ...]:
    """Return the case file and those that it extends, one after the other."""
    layers = [Layer(path, _parse(text, path))]
    while (base := layers[-1].document.get("extends")) is not None:
        path = layers[-1].path.parent / str(base)
        line = layers[-1].reach(("extends",), {})[1]
        if path.resolve() in [layer.path.resolve() for layer in layers]:
            rule = "the files extend each other in a circle: let one of them stand by itself"
            raise CaseError(Mistake(rule, "extends", str(base), str(layers[-1].path), line))
        if not path.is_file():
            rule = "there is no such case file to extend: give its path from this file's folder"
            raise CaseError(Mistake(rule, "extends", str(base), str(layers[-1].path), line))
        layers.append(Layer(path, _parse(_read_text(path), path)))
    return tuple(layers)


def _parse(text: str, path: Path) -> Any:
    try:
        document = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        reason = (error.problem or error.context or "not readable").splitlines()[0]
        raise CaseError(Mistake(f"this is no valid YAML: {reason}", file=str(path), line=line)) from None
    except YAMLError as error:
        raise CaseError(Mistake(f"this is no valid YAML: {str(error).splitlines()[0]}", file=str(path))) from None
    if not isinstance(document, Mapping):
        raise CaseError(Mistake("a case file is a block of `key: value` lines; see `geoslip new`", file=str(path)))
    return document


def _whole_text(document: Mapping[str, Any]) -> str:
    """Write a merged case as one file that stands by itself."""
    stream = io.StringIO()
    YAML().dump(_plain(document), stream)
    return stream.getvalue()


def _plain(node: Any) -> Any:
    """Copy a YAML node into plain dicts, lists and scalars."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(item) for item in node]
    if isinstance(node, int) and not isinstance(node, bool) and abs(node) > LARGEST_NUMBER:
        return str(node)  # no float holds it: let it be refused as text, with its line
    for kind in (bool, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node if node is None else str(node)


def _meant_key(location: Location) -> str | None:
    """Return the key that an unknown one was meant to be, if any is near."""
    known = known_keys(location[:-1])
    name = str(location[-1]) if location else ""
    if not known or name in known:
        return None
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return close[0] if close else None


def _mistake(source: CaseSource, details: Any) -> Mistake:
    location = tuple(step for step in details["loc"])
    kind, message = details["type"], details["msg"]
    context = details.get("ctx", {})
    name = str(location[-1]) if location else ""
    if kind == "extra_forbidden":
        meant = _meant_key(location)
        rule = f"there is no key '{name}' here; "
        rule += f"did you mean '{meant}'?" if meant else f"the keys are {', '.join(known_keys(location[:-1]))}"
    elif kind == "missing":
        rule = f"the key '{name}' is missing; add it ({_description(location)})"
    elif kind == "value_error":
        rule = str(context.get("error", message))
    elif kind == "literal_error":
        rule = f"must be one of {context.get('expected', '')}"
        close = difflib.get_close_matches(str(details.get("input")), _quoted(str(context.get("expected", ""))), n=1)
        rule += f"; did you mean '{close[0]}'?" if close else ""
    else:
        rule = message[0].lower() + message[1:]
    return source.mistake(location, rule)


def _quoted(expected: str) -> list[str]:
    return expected.split("'")[1::2]


def _description(location: Location) -> str:
    model = model_at(location[:-1])
    field = model.model_fields.get(str(location[-1])) if model else None
    kind = getattr(field, "annotation", None)
    name = str(location[-1])
    examples = {
        "unit": "m, cm, mm, rad or pixel",
        "noise": "estimate, columns, or a block such as {sigma: 5 mm}",
        "origin": "[longitude, latitude] near the middle of the fault",
        "patches": "such as {length: 2 km, width: 2 km}",
        "dip": "degrees, 0 to 90",
    }
    return examples.get(name) or str(getattr(kind, "__name__", "see `geoslip new`"))


def model_at(location: Location) -> type[BaseModel] | None:
    """Return the block's model at a location of the case, or None where there is none."""
    model: Any = Case
    for step in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(step))
            model = _model_inside(field.annotation) if field else None
        elif model is None:
            return None
        # an index into a list or a name in a mapping stays with the item's model
        if model is None:
            return None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def known_keys(location: Location) -> list[str]:
    """Return the keys that a block at this location may have."""
    model = model_at(tuple(step for step in location if not isinstance(step, int)))
    if model is None:  # a name in a mapping of blocks, such as slip.segments.NAME
        model = model_at(tuple(step for step in location[:-1] if not isinstance(step, int)))
    return list(model.model_fields) if model else []


def _model_inside(annotation: Any) -> Any:
    """Return the model class inside Optional, Annotated, tuple or dict, if any."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for item in typing.get_args(annotation):
            found = _model_inside(item)
            if found is not None:
                return found
    return None
