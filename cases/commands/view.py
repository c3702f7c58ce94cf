"""What ``geoslip view`` does."""

from __future__ import annotations

from pathlib import Path

import typer

from geoslip.cases.commands.model import Asked, read_model
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.output.folder import whole_file


def view_command(path: Path, *, out: Path, asked: Asked) -> None:
    """Write a page on which a slip model can be turned."""
    from geoslip.cases.figures.interactive import page_of_slip

    model = read_model(path, asked=asked)
    try:
        page = page_of_slip(model)
    except ModuleNotFoundError as error:
        rule = f"a view to turn needs {error.name}: pip install 'geoslip[interactive]'"
        raise CaseError(Mistake(rule, key="geoslip view")) from error
    try:
        with whole_file(out) as partial:
            partial.write_text(page, encoding="utf-8")
    except OSError as error:
        rule = f"the page cannot be written ({error.strerror}): choose another place with --out"
        raise CaseError(Mistake(rule, key=str(out))) from error
    typer.echo(f"{model.fault.n_patches} patches, Mw {model.mw:.2f}, to turn in a browser: {out}")
