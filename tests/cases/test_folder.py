"""Results are there in full under their name, or not at all."""

from pathlib import Path

import pytest

from geoslip.cases.errors import CaseError
from geoslip.cases.output.folder import MARK, ResultFolder


def fill(place: ResultFolder, text: str) -> None:
    with place:
        (place.partial / MARK).write_text(text)


def test_results_appear_at_the_end(tmp_path: Path) -> None:
    place = ResultFolder(tmp_path / "out")
    with place:
        (place.partial / MARK).write_text("{}")
        (place.cache / "big.npy").write_text("x")
        assert not place.final.exists()
    assert (place.final / MARK).exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert not list(place.final.glob(".cache"))


def test_a_new_run_replaces_an_old_one(tmp_path: Path) -> None:
    fill(ResultFolder(tmp_path / "out"), "old")
    fill(ResultFolder(tmp_path / "out"), "new")
    assert (tmp_path / "out" / MARK).read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


class Killed(BaseException):
    """Stands for an interruption."""


def interrupt(place: ResultFolder, error: BaseException) -> None:
    with place:
        (place.cache / "greens.npy").write_text("kept")
        raise error


def test_a_killed_run_leaves_the_old_results_and_can_be_resumed(tmp_path: Path) -> None:
    fill(ResultFolder(tmp_path / "out"), "old")
    with pytest.raises(Killed):
        interrupt(ResultFolder(tmp_path / "out"), Killed())
    assert (tmp_path / "out" / MARK).read_text() == "old"
    resumed = ResultFolder(tmp_path / "out", resume=True)
    assert resumed.resumed
    with resumed:
        assert (resumed.cache / "greens.npy").read_text() == "kept"
        (resumed.partial / MARK).write_text("done")
    assert (tmp_path / "out" / MARK).read_text() == "done"


def test_without_resume_a_run_starts_afresh(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        interrupt(ResultFolder(tmp_path / "out"), Killed())
    with ResultFolder(tmp_path / "out") as place:
        assert not list(place.cache.iterdir())
        (place.partial / MARK).write_text("{}")


def test_wrong_input_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        interrupt(ResultFolder(tmp_path / "out"), CaseError("wrong"))
    assert list(tmp_path.iterdir()) == []


def test_other_peoples_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("...")
    with pytest.raises(CaseError, match="holds other things"):
        ResultFolder(tmp_path / "thesis")
    (tmp_path / "file").write_text("x")
    with pytest.raises(CaseError, match="a file, not a folder"):
        ResultFolder(tmp_path / "file")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CaseError, match=r"cannot be written here.*--out"):
        ResultFolder(tmp_path / "file" / "results")


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(ResultFolder(tmp_path / "out"), "{}")
    assert (tmp_path / "out" / MARK).exists()
