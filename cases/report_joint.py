"""What the report says of geometry and slip that were sampled together."""

from __future__ import annotations

from geoslip.cases import report_html as html
from geoslip.cases.build_joint import joint_summary
from geoslip.cases.report_tables import number
from geoslip.cases.run import StudyRun


def joint_section(run: StudyRun) -> list[str]:
    """Give whether the chains have converged, what the bounds do to the evidence, and the numbers with their spread."""
    posterior = run.joint_posterior
    if posterior is None:
        return []
    found = joint_summary(posterior)
    verdict = "The chains have converged" if found["converged"] else "NOT CONVERGED"
    said = (
        f"Geometry and slip together. {verdict}: {found['chains']} chains of {found['draws']} draws, largest R-hat "
        f"{found['rhat_max']:.3f} (at most 1.01), fewest effective draws {found['ess_min']:.0f} (at least 400). The "
        f"faults moved as one, slip was drawn on each of {len(posterior.places)}. {posterior.bounds_said}"
    )
    rows = [
        [name, *(number(one[key], 4) for key in ("mean", "std", "q05", "q50", "q95"))]
        for name, one in found["quantities"].items()
    ]
    header = ["Quantity", "Mean", "Standard deviation", "5 %", "Median", "95 %"]
    return [html.paragraph(said), html.table(header, rows)]
