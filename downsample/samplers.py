"""Samplers by name: every module ``sample_*.py`` of this room that holds a `SAMPLER` is one.

A sampler is a function (scene, *, options) -> Cells.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from geoslip.downsample.cells import Cells

Sampler = Callable[..., Cells]


@cache
def samplers() -> dict[str, Sampler]:
    """Give all samplers by name; do not change the dictionary."""
    package = importlib.import_module("geoslip.downsample")
    found: dict[str, Sampler] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("sample_"):
            entry = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "SAMPLER", None)
            if entry is not None:
                name, function = entry
                found[name] = function
    return dict(sorted(found.items()))
