"""Where the numbers of a run come from: versions, hashes of the files, seed and times."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from geoslip.cases.casefile.case import Case
from geoslip.cases.library.find import named_files, resolve
from geoslip.cases.progress import Reporter

PACKAGES = ("numpy", "scipy", "numba", "pyproj", "rasterio", "h5py", "pydantic")


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def text_hash(*parts: Any) -> str:
    """Give a short hash of values, for the names of cached files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:24]


def data_files(case: Case, roots: Sequence[Path]) -> dict[str, Any]:
    """Give SHA-256 and size of every data file that a case names, by its name in the case."""
    files = {}
    for _, name in named_files(case):
        path = resolve(name, roots)
        files[name] = {"sha256": file_hash(path), "bytes": path.stat().st_size}
    return files


def provenance(case: Case, files: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Give the content of provenance.json.

    Parameters
    ----------
    case : Case
        The case that was run.
    files : dict
        From `data_files`.
    reporter : Reporter
        With the times of the steps.
    """
    return {
        "geoslip": metadata.version("geoslip"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "command": " ".join(["geoslip", *sys.argv[1:]]) if Path(sys.argv[0]).name.startswith("geoslip") else "",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": case.name,
        "case_sha256": hashlib.sha256(case.source.text.encode()).hexdigest() if case.source is not None else None,
        "seed": case.seed,
        "data": files,
        **step_times(reporter),
    }


def step_times(reporter: Reporter) -> dict[str, Any]:
    """Give wall and processor time of each step, s, and the minutes of two cores that all of them ask for."""
    return {
        "timings_s": {name: round(seconds, 3) for name, seconds in reporter.timings.items()},
        "timings_processor_s": {name: round(seconds, 3) for name, seconds in reporter.processor.items()},
        "timings_two_cores_min": round(sum(reporter.processor.values()) / 120.0, 3),
    }
