"""What is found by itself: modules of a folder, and of other distributions, that hold an object of a certain name.

A new reader, sampler, correlation or operator is one new file in the folder of its kind. One that lives in another
distribution is named by an entry point there, ``[project.entry-points."geoslip.readers"]`` with ``name = "module"``,
and found without a change here.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any


def discovered(folder: str, entry: str, *, group: str | None = None) -> Iterator[Any]:
    """Give the objects of a name in a package's modules, then those of other distributions.

    Parameters
    ----------
    folder : str
        Package whose modules are looked through, such as "geoslip.downsample.readers".
    entry : str
        Name that the object has in its module, such as "READER"; modules without it are passed over, as are those
        whose name begins with an underscore.
    group : str, optional
        Entry points of other distributions' modules, such as "geoslip.readers".
    """
    package = importlib.import_module(folder)
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            found = getattr(importlib.import_module(f"{folder}.{module.name}"), entry, None)
            if found is not None:
                yield found
    for point in entry_points(group=group) if group else ():
        yield getattr(point.load(), entry)
