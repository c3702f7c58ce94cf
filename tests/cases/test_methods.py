"""The paragraph on methods says what the case did, cites what it used, and nothing else."""

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from geoslip.cases.casefile.prediction import PredictionError
from geoslip.cases.casefile.read import read_case
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.methods import methods
from geoslip.cases.report.page import report_page
from geoslip.cases.report.references import REFERENCES


@pytest.fixture(scope="module")
def kept() -> dict[str, StudyRun]:
    return {}


@pytest.fixture
def run(study_folder: Path, kept: dict[str, StudyRun]) -> StudyRun:
    """The small study, run once for this module."""
    if "run" not in kept:
        kept["run"] = run_case(read_case(study_folder / "case.yml"))
    return kept["run"]


def changed(run: StudyRun, **blocks: dict[str, object]) -> StudyRun:
    """The same run as if the case had said other things."""
    parts = {name: getattr(run.case, name).model_copy(update=new) for name, new in blocks.items()}
    return dataclasses.replace(run, case=run.case.model_copy(update=parts))


def test_it_tells_data_noise_elasticity_slip_and_smoothing(run: StudyRun) -> None:
    told = methods(run)
    text = " ".join(told.paragraphs)
    n = [len(data) for data in run.observations]
    assert f"We invert {sum(n)} data of track ({n[0]} values of line-of-sight displacement) and GNSS" in text
    assert "A plane is estimated together with slip for track." in text
    assert "track, 3 mm, uncorrelated; GNSS, standard deviations of the file" in text
    assert f"one segment with {run.fault.n_patches} patches" in text
    assert "rectangular [Okada 1985] dislocations" in text and "Poisson's ratio of 0.25" in text and "30 GPa" in text
    assert "its rake within -45 to 45 degrees, tapered to zero at the edges bottom" in text
    assert "the Laplacian of slip, whose strength was chosen by the smallest ABIC [Yabuki & Matsu'ura 1992]" in text
    assert "seeded with 0" in text
    assert [line.split(",")[0] for line in told.references] == ["Okada", "Yabuki"]
    assert told.markdown.index("References") < told.markdown.index("Okada, Y. (1985)")


def test_what_is_cited_is_listed_and_nothing_else(run: StudyRun) -> None:
    posterior = SimpleNamespace(chains=SimpleNamespace(draws=np.zeros((4, 500, 3))))
    other = changed(run, smoothing={"operator": "von_karman", "choose": "gcv", "weights": "variance_components"})
    told = methods(dataclasses.replace(other, slip_posterior=posterior))
    text = " ".join(told.paragraphs)
    assert "4 chains of 500 draws" in text
    cited = {name for name, _ in REFERENCES.values() if f"[{name}]" in text}
    listed = {name for name, entry in REFERENCES.values() if entry in told.references}
    assert cited == listed == {
        "Okada 1985", "Mai & Beroza 2002", "Golub et al. 1979", "Koch 1999", "Pakman & Paninski 2014",
        "Vehtari et al. 2021",
    }  # fmt: skip
    assert list(told.references) == sorted(told.references)


def test_it_stands_in_the_report_and_says_that_data_are_synthetic(run: StudyRun) -> None:
    synthetic = dataclasses.replace(run, synthetic="Made up <here>.")
    page = report_page(synthetic, {})
    assert "Methods, to be pasted" in page and "The data are synthetic: Made up &lt;here&gt;." in page
    assert "Yabuki, T., Matsu&#x27;ura, M. (1992)" in page
    assert "synthetic" not in " ".join(methods(run).paragraphs)


def test_rules_of_slip_in_words(run: StudyRun) -> None:
    slip = {"rake": (90.0, 90.0), "maximum": 5.0, "locked_edges": ("bottom", "sides"), "zero_edges": ()}
    text = " ".join(methods(changed(run, slip=slip)).paragraphs)
    assert "its rake held at 90 degrees, none on the patches at the edges bottom and sides, at most 5 m." in text
    text = " ".join(methods(changed(run, slip={"rake": "free"}, smoothing={"choose": 3.0})).paragraphs)
    assert "its rake free" in text and "whose strength was set beforehand." in text


def test_an_uncertain_model_is_told(run: StudyRun) -> None:
    unsure = run.case.model_copy(update={"prediction_error": PredictionError(dip=5.0, poisson=0.02)})
    told = methods(dataclasses.replace(run, case=unsure))
    assert "what errors of dip and poisson make the predictions miss [Duputel et al. 2014]" in told.paragraphs[2]
    assert any(line.startswith("Duputel") for line in told.references)


@pytest.mark.parametrize("key", REFERENCES)
def test_references_name_author_year_and_place(key: str) -> None:
    name, entry = REFERENCES[key]
    year = re.search(r"\((\d{4})\)", entry)
    assert year is not None and name.endswith(year.group(1))
    assert name.split()[0] == entry.split(",")[0].split(" ")[0]
