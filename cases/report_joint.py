"""What the report says of geometry and slip that were sampled together."""

from __future__ import annotations

from geoslip.cases import report_html as html
from geoslip.cases.build_joint import joint_summary
from geoslip.cases.report_chains import said_of_chains, spread_table
from geoslip.cases.run import StudyRun


def joint_section(run: StudyRun) -> list[str]:
    """Give whether the chains have converged, what the bounds do to the evidence, and the numbers with their spread."""
    posterior = run.joint_posterior
    if posterior is None:
        return []
    said = (
        f"Geometry and slip together. {said_of_chains(posterior)} The faults moved as one, slip was drawn on each of "
        f"{len(posterior.places)}. {posterior.bounds_said}"
    )
    return [html.paragraph(said), spread_table(joint_summary(posterior)["quantities"])]
