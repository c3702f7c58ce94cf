"""What ``geoslip decompose`` does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import typer

from geoslip.cases.casefile.read import read_case
from geoslip.cases.decompose.components import ThreeComponents, decompose_case
from geoslip.cases.decompose.derived import COMPONENTS
from geoslip.cases.decompose.output import write_decomposition
from geoslip.cases.library.find import data_roots, find_case
from geoslip.cases.output.folder import ResultFolder
from geoslip.cases.output.provenance import data_files, provenance
from geoslip.cases.output.results import write_json
from geoslip.cases.progress import reporter_for_stream


def decompose_command(name: str, *, out: Path | None, data: Path | None) -> None:
    """Decompose the scenes of a case into a folder that appears in full or not at all."""
    case = read_case(find_case(name))
    final = out or Path(f"{case.name}-components")
    reporter = reporter_for_stream()
    try:
        with ResultFolder(final) as place:
            result = decompose_case(case, data=data, reporter=reporter)
            with reporter.step("files"):
                write_decomposition(result, place.partial)
            write_json(
                place.partial / "provenance.json",
                provenance(case, data_files(case, data_roots(case, data)), reporter),
            )
    finally:
        reporter.close()
    typer.echo(decomposition_summary(result))
    typer.echo(f"results: {final.absolute()}")


def decomposition_summary(result: ThreeComponents) -> str:
    """Give a few lines for the terminal."""
    there = np.isfinite(result.values[0])
    lines = [f"{result.case.title or result.case.name}: {int(there.sum())} pixels from {', '.join(result.names)}"]
    for number, name in enumerate(COMPONENTS):
        values, sigma = result.values[number][there], result.sigma[number][there]
        line = f"  {name:<6} {values.min():+.3f} to {values.max():+.3f} m, sigma {1e3 * np.median(sigma):.1f} mm"
        if name in result.gnss:
            against = result.gnss[name]
            line += f"; {against['stations']} GNSS stations differ by {1e3 * against['rms_m']:.1f} mm rms"
        lines.append(line)
    if np.isfinite(result.reduced_chi2):
        lines.append(f"  chi-square per degree of freedom {result.reduced_chi2:.2f}")
    if result.case.strain is not None and result.gradient is not None:
        shear = result.gradient.strain().shear
        lines.append(f"  largest shear strain {1e6 * np.nanpercentile(shear, 99.0):.0f} microstrain (99 of 100 pixels)")
    for entry, profile in result.profiles:
        seen = np.isfinite(profile.right_lateral)
        largest = profile.right_lateral[seen][np.argmax(np.abs(profile.right_lateral[seen]))]
        lines.append(
            f"  {entry.name}: offsets in {seen.sum()} of {seen.size} stripes, right-lateral to {largest:+.2f} m"
        )
    return "\n".join(lines + [f"  {note}" for note in result.notes])
