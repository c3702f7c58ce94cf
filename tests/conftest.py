"""Where tests find real data and check tables, and what happens when those are missing."""

import os
from pathlib import Path

import pytest


def _folder(variable: str, what: str) -> Path:
    value = os.environ.get(variable, "")
    if value and Path(value).is_dir():
        return Path(value)
    message = f"{variable}={value!r} is no folder: set {variable} to the folder that holds {what}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return _folder("GEOSLIP_DATA", "the real observations (2019_ridgecrest_xu, gnss_1992_landers, ...)")


@pytest.fixture(scope="session")
def reference_folder() -> Path:
    return _folder("GEOSLIP_REFERENCE", "the check tables (okada85_checklist, values.json, ...)")
