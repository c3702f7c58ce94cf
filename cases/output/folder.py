"""A result folder that is there in full or not at all.

Everything is written into a hidden sibling, ``.NAME.partial``, which takes the final name by one rename when the run is
done. A run that is killed leaves only the hidden folder; ``--resume`` goes on from what it holds.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from geoslip.cases.errors import CaseError, Mistake, ResumeError

MARK = "provenance.json"
"""The file by which a folder is known as a result of this toolkit, which a new run may replace."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Hand out a hidden name beside a file's; it becomes the file when the block ends well, so none is half there."""
    partial = path.with_name(f".partial-{path.name}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_block(page: Path, name: str, *, text: str) -> None:
    """Put a text between the marks ``<!-- name -->`` and ``<!-- /name -->`` of a page, in place of what stands there.

    Raises
    ------
    ValueError
        The page lacks the marks.
    """
    block = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.DOTALL)
    before = page.read_text(encoding="utf-8")
    if block.search(before) is None:
        raise ValueError(f"{page} has no block <!-- {name} --> ... <!-- /{name} -->: add one where the text belongs")
    after = block.sub(lambda found: f"{found[1]}{text}\n{found[2]}", before)
    with whole_file(page) as partial:
        partial.write_text(after, encoding="utf-8")


class ResultFolder:
    """Context manager that hands out the hidden folder and moves it into place when the block ends well.

    Parameters
    ----------
    final : Path
        Where the results shall stand.
    resume : bool
        Keep what an interrupted run left in the hidden folder.

    Raises
    ------
    CaseError
        If the place cannot be written, or holds something that is no result of an earlier run.
    """

    def __init__(self, final: str | Path, *, resume: bool = False) -> None:
        self.final = Path(final).absolute()
        self.partial = self.final.parent / f".{self.final.name}.partial"
        self.resumed = resume and self.partial.is_dir()
        check_writable(self.final)

    @property
    def cache(self) -> Path:
        """Folder for what a resumed run may reuse; it is not part of the results."""
        return self.partial / ".cache"

    def __enter__(self) -> ResultFolder:
        if self.partial.exists() and not self.resumed:
            shutil.rmtree(self.partial)
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CaseError(_unwritable(self.final, error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            wrong = issubclass(kind, ValueError) and not issubclass(kind, ResumeError)
            if wrong:  # the input is wrong: nothing here is worth resuming
                shutil.rmtree(self.partial, ignore_errors=True)
            return
        shutil.rmtree(self.cache, ignore_errors=True)
        old = self.final.parent / f".{self.final.name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if self.final.exists():
            self.final.rename(old)
        self.partial.rename(self.final)
        shutil.rmtree(old, ignore_errors=True)


def _unwritable(folder: Path, error: OSError | str) -> Mistake:
    reason = error.strerror if isinstance(error, OSError) else error
    rule = f"the results cannot be written here ({reason}): choose a folder that you may write to with --out"
    return Mistake(rule, key=str(folder))


def check_writable(final: Path) -> None:
    """Refuse, before anything long is computed, a place where the results could not be put."""
    if final.exists() and not final.is_dir():
        raise CaseError(_unwritable(final, "it is a file, not a folder"))
    if final.is_dir() and any(final.iterdir()) and not (final / MARK).exists():
        raise CaseError(
            Mistake("this folder holds other things than an earlier run: choose another with --out", key=str(final))
        )
    parent = final.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        probe = parent / f".{final.name}.probe-{os.getpid()}"
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise CaseError(_unwritable(final, error)) from error
