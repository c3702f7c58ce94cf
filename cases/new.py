"""``geoslip new``: a commented case file to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from geoslip.cases.casefile import parse_case
from geoslip.cases.errors import CaseError, Mistake


def template() -> str:
    """Give the text of the commented case file, with @NAME@ marks."""
    return resources.files("geoslip.cases").joinpath("template.yml").read_text(encoding="utf-8")


def new_case(
    folder: Path,
    *,
    name: str | None = None,
    origin: str | None = None,
    strike: float | None = None,
    dip: float | None = None,
) -> Path:
    """Write ``case.yml`` into a folder.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    name : str, optional
        Of the study; the folder's name by default.
    origin : str, optional
        "LON,LAT".
    strike, dip : float, optional
        Of the first segment, degrees.

    Returns
    -------
    Path
        The case file.

    Raises
    ------
    CaseError
        If there is a case already, an option is wrong, or the folder cannot be written.
    """
    path = folder / "case.yml"
    if path.exists():
        raise CaseError(Mistake("there is a case already, which is not overwritten: choose another folder", str(path)))
    place = (origin or "-117.55,35.72").split(",")
    if len(place) != 2:
        raise CaseError(Mistake("the origin is LON,LAT in degrees", "--origin", str(origin)))
    text = template()
    marks = {
        "NAME": name or folder.absolute().name,
        "LON": place[0].strip(),
        "LAT": place[1].strip(),
        "STRIKE": f"{140.0 if strike is None else strike:g}",
        "DIP": f"{85.0 if dip is None else dip:g}",
    }
    for mark, value in marks.items():
        text = text.replace(f"@{mark}@", value)
    parse_case(text, path=path)  # what is written is a sound case, or the options were not
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        rule = f"the case cannot be written ({error.strerror}): choose another folder"
        raise CaseError(Mistake(rule, key=str(folder))) from error
    return path
