"""Samplers by name: every module of this folder that holds a `SAMPLER` is one.

A sampler is a function (scene, *, options) -> Cells. A case file hands it ``threshold`` (where splitting stops) or
``count`` (how many cells), ``minimum_size`` and ``maximum_size`` where written, and ``valid_fraction``.
"""

from collections.abc import Callable
from functools import cache

from geoslip.downsample.cells.cells import Cells
from geoslip.faults.discovery import discovered

Sampler = Callable[..., Cells]


@cache
def samplers() -> dict[str, Sampler]:
    """Give all samplers by name; do not change the dictionary."""
    found = discovered("geoslip.downsample.sampling", "SAMPLER", group="geoslip.samplers")
    return dict(sorted(found))
