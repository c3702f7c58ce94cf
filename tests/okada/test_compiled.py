"""Compiled kernels are dropped when a source of the room has changed, and only then."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from geoslip.okada import compiled


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "_probe", SimpleNamespace(stats=SimpleNamespace(cache_path=str(tmp_path))))
    return tmp_path


def test_kernels_of_other_sources_are_dropped(cache):
    stale, foreign = cache / "surface.steep_sums-20.py311.nbi", cache / "other.kernel-1.py311.nbi"
    for path in (stale, foreign):
        path.write_bytes(b"")
    compiled.drop_stale_kernels()
    assert not stale.exists()
    assert foreign.exists()


def test_kernels_of_these_sources_are_kept(cache):
    compiled.drop_stale_kernels()
    fresh = cache / "surface.steep_sums-20.py311.nbi"
    fresh.write_bytes(b"")
    compiled.drop_stale_kernels()
    assert fresh.exists()


def test_without_the_jit_there_is_nothing_to_drop(monkeypatch):
    monkeypatch.setattr(compiled, "_probe", lambda: 0)
    assert compiled.drop_stale_kernels() is None


def test_a_file_counts_where_kernels_are_made_from_it():
    names = {path.stem for path in compiled._sources_of_kernels(Path(compiled.__file__).parent)}
    assert {"compiled", "depth", "depth_layout", "elementary", "rectangles", "triangle_tiles"} <= names
    assert not {"cutde_engine", "stress", "__init__"} & names
