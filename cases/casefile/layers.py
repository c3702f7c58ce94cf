"""``extends: case.yml``: a further case of a study says only what it changes.

Blocks (``slip:``) and named entries (a data set, a segment) are merged key by key; what stands under a key is replaced
whole, so that no old number hides behind a new one. Entries with a new name are added; ``{name: T64, remove: true}``
takes one out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Layer:
    """One file of a case.

    Parameters
    ----------
    path : Path
        Where it was read from.
    document : mapping
        The parsed YAML with line marks.
    """

    path: Path
    document: Any

    def reach(self, location: Location, merged: Any) -> tuple[int, int]:
        """Follow a location of the merged case in this file.

        Returns
        -------
        (int, int)
            How many steps lead somewhere here, and the line (from 1) at which the last of them stands.
        """
        node: Any = self.document
        whole, line = merged, 1
        for count, step in enumerate(location):
            here = _same_entry(node, whole, step)
            if here is None:
                return count, line
            try:
                mark = node.lc.item(here) if isinstance(here, int) else node.lc.key(here)
                line = mark[0] + 1
            except (AttributeError, KeyError, TypeError):
                pass
            node = node[here]
            whole = whole[step] if _holds(whole, step) else None
        return len(location), line


def place(layers: Sequence[Layer], location: Location, merged: Any) -> tuple[Path, int]:
    """File and line of the key at a location, or of the nearest block above it; the changing file goes first."""
    found = [(*layer.reach(location, merged), layer.path) for layer in layers]
    _, line, path = max(found, key=lambda item: item[0])
    return path, line


def merge(base: Any, change: Mapping[str, Any]) -> dict[str, Any]:
    """Case that results when a file changes another; neither is written into."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        if _are_named(old) and _are_named(value):
            result[key] = _merge_named(old, value)
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = {**old, **value}
        else:
            result[key] = value
    return result


def _merge_named(old: Any, new: Any) -> list[Any]:
    changes = {item["name"]: item for item in new}
    names = [item["name"] for item in old]
    if len(changes) < len(new):  # two entries of one name: kept apart, so that the mistake is reported
        return [*old, *new]
    gone = {name for name, item in changes.items() if item.get("remove") is True and name in names}
    kept = [{**item, **changes.get(item["name"], {})} for item in old if item["name"] not in gone]
    return kept + [item for item in new if item["name"] not in names]


def _are_named(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(item, Mapping) and "name" in item for item in node)


def _holds(node: Any, step: str | int) -> bool:
    if isinstance(node, Mapping):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node)


def _same_entry(node: Any, whole: Any, step: str | int) -> str | int | None:
    """Key or index under which this file holds what the merged case holds under a step; None where it does not."""
    if isinstance(node, Mapping):
        return step if step in node else None
    if not isinstance(node, list) or not isinstance(step, int):
        return None
    if _are_named(node) and _are_named(whole) and _holds(whole, step):
        name = whole[step]["name"]
        if _holds(node, step) and node[step]["name"] == name:
            return step
        return next((index for index, item in enumerate(node) if item["name"] == name), None)
    return step if _holds(node, step) else None
