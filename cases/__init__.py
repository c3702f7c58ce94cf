"""Studies: case file, pipeline, report, command line.

What a run can do, a script can do::

    from geoslip.cases import read_case, run_case, write_run

    run = run_case(read_case("case.yml"), data="~/insar")
    print(run.model.mw, run.warnings)
    write_run(run, "results")

The names are imported when they are first used, so that the command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoslip.cases.casefile.read import parse_case, read_case
    from geoslip.cases.errors import CaseError
    from geoslip.cases.library.find import find_case, shipped_studies
    from geoslip.cases.output.results import write_run
    from geoslip.cases.pipeline.run import StudyRun
    from geoslip.cases.pipeline.study import prepare_case, run_case
    from geoslip.cases.report.page import write_report

_HOMES = {
    "CaseError": "errors",
    "StudyRun": "pipeline.run",
    "find_case": "library.find",
    "parse_case": "casefile.read",
    "prepare_case": "pipeline.study",
    "read_case": "casefile.read",
    "run_case": "pipeline.study",
    "shipped_studies": "library.find",
    "write_report": "report.page",
    "write_run": "output.results",
}

__all__ = [
    "CaseError",
    "StudyRun",
    "find_case",
    "parse_case",
    "prepare_case",
    "read_case",
    "run_case",
    "shipped_studies",
    "write_report",
    "write_run",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its file when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"geoslip.cases.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Give the public names."""
    return sorted(__all__)
