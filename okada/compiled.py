"""How the kernels are compiled, and how their compiled forms are kept fresh.

numba keeps compiled kernels beside the sources and renews one when its own file changes, but not when a kernel it
calls from another file does: after an upgrade old numbers could come back in silence. So the kept forms carry a mark
of all the sources that kernels are made from, and are dropped when it no longer fits.
"""

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba

njit: Any = numba.njit  # its stubs do not know every option

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz"},
    "no_cfunc_wrapper": True,
}

kernel: Any = njit(cache=True, **_OPTIONS)
"""Compile a loop over a block: without the interpreter lock, NaN and infinity respected, a*b + c in one rounding."""

inner: Any = njit(cache=True, no_cpython_wrapper=True, **_OPTIONS)
"""Like `kernel`, for what only other kernels call: the way in from Python would be a third of its compilation.

A constant among the arguments, or an array that is not contiguous, makes numba compile one more form of the function.
"""

inlined: Any = njit(forceinline=True, no_cpython_wrapper=True, **_OPTIONS)
"""Compile scalar mathematics into the loop that calls it."""

spliced: Any = njit(inline="always", **_OPTIONS)
"""Put what only calls kernels into its one caller: compiled apart, it would optimise all those kernels once more."""


@njit(cache=True)
def _probe() -> int:
    return 0


def drop_stale_kernels() -> None:
    """Remove the compiled kernels that were made from other sources than those of now."""
    folder = Path(__file__).parent
    sources = _sources_of_kernels(folder)
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    cache = getattr(getattr(_probe, "stats", None), "cache_path", None)
    if cache is None:  # the JIT is off
        return
    mark = Path(cache) / "geoslip_okada.mark"
    # A folder that cannot be written holds no fresher kernels either: numba then keeps them elsewhere or not at all.
    with suppress(OSError):
        if mark.is_file() and mark.read_text(encoding="ascii") == digest:
            return
        for source in sources:
            for index in mark.parent.glob(f"{source.stem}.*.nbi"):
                index.unlink(missing_ok=True)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(digest, encoding="ascii")


def _sources_of_kernels(folder: Path) -> list[Path]:
    """Files that use this module, and all of the room that they import: constants are compiled in."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    found: set[str] = set()
    waiting = [name for name, text in texts.items() if "from geoslip.okada.compiled import" in text and name[0] != "_"]
    while waiting:
        name = waiting.pop()
        if name in texts and name not in found:
            found.add(name)
            waiting += re.findall(r"from geoslip\.okada\.(\w+) import", texts[name])
    return [folder / f"{name}.py" for name in sorted(found)]
