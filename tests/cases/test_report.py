"""The report: complete, self-contained, safe from what a case file may hold, and the same for the same run."""

import base64
import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import CHROMIUM, WIDTHS, faults_of

from geoslip.cases.casefile.read import read_case
from geoslip.cases.figures.slip_sections import figure_slip_section
from geoslip.cases.figures.style import save_figure
from geoslip.cases.pipeline.run import Assumption, StudyRun
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report import tables
from geoslip.cases.report.figures import components, report_figures
from geoslip.cases.report.html import bullets, figure_block, notice, table
from geoslip.cases.report.page import report_page, write_report
from geoslip.cases.report.uncertainty import moment_deviation, resolution_per_patch, shear_deviation
from geoslip.faults import SlipModel


class Page(HTMLParser):
    """Collects what a reader's browser would: links, identifiers, pictures, text; refuses tags that do not match."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.identifiers: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.identifiers += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        self.sources += [found["src"] or ""] if "src" in found else []
        if tag == "img":
            assert found.get("alt") and int(found["width"] or 0) > 200

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and (not self.open or self.open[-1] not in ("style", "title")):
            self.words.append(data.strip())


@pytest.fixture(scope="module")
def kept() -> dict[str, StudyRun]:
    return {}


@pytest.fixture
def run(study_folder: Path, kept: dict[str, StudyRun]) -> StudyRun:
    """The small study, run once for this module."""
    if "run" not in kept:
        kept["run"] = run_case(read_case(study_folder / "case.yml"))
    return kept["run"]


@pytest.fixture
def synthetic(run: StudyRun) -> StudyRun:
    """The same with a truth, and with words that would break a page that does not escape them."""
    truth = SlipModel(run.fault, 0.8 * run.model.slip, frame=run.frame)
    case = run.case.model_copy(update={"title": "Fault <b>A</b> & $css {x}"})
    return dataclasses.replace(
        run,
        case=case,
        truth=truth,
        synthetic="Made up from <nothing> & measured by nobody.",
        warnings=["First warning <i>", "Second warning"],
        assumptions=[Assumption("elastic.rigidity", "30 GPa", "default")],
    )


def test_report_is_complete_and_self_contained(synthetic: StudyRun, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = write_report(synthetic, folder)
    source = path.read_text()
    page = Page(source)
    assert sorted(entry.name for entry in folder.iterdir()) == ["figures", "report.html"]
    for file in (folder / "figures").iterdir():
        assert file.stat().st_size > 2000
    pictures = sorted((folder / "figures").glob("*.png"))
    assert len(list((folder / "figures").glob("*.pdf"))) == len(pictures) == len(page.sources) == 10
    embedded = [base64.b64decode(entry.removeprefix("data:image/png;base64,"), validate=True) for entry in page.sources]
    assert sorted(embedded) == sorted(picture.read_bytes() for picture in pictures)
    assert not re.search(r"(src|href)=\"?(http|//|file:)|@import|url\(|<script", source)
    assert len(set(page.identifiers)) == len(page.identifiers)
    assert {link.removeprefix("#") for link in page.links} <= set(page.identifiers)
    text = " ".join(page.words)
    assert text.index("Synthetic data.") < text.index("2 warnings.") < text.index("Fault <b>A</b> & $css {x}")
    assert page.words[0] == "Synthetic data."
    for word in ("First warning <i>", "Estimate and truth", "30 GPa", "toolkit's default", "track", "GNSS", "main"):
        assert word in text
    assert synthetic.case.source is not None and "top_centre" in text


def test_headline_and_tables_hold_the_numbers(run: StudyRun) -> None:
    words = " ".join(Page(f"<div>{tables.headline(run)}</div>").words)
    assert f"Mw {run.model.mw:.2f}" in words and f"{run.model.peak_slip:.2f} m" in words
    assert words.count("2 data sets") == 1
    fit = run.estimate.fit("track")
    row = " ".join(Page(tables.fit_table(run)).words)
    assert f"{100 * fit.variance_reduction:.1f} %" in row and f"{len(fit.residual)}" in row
    assert f"east {100 * run.estimate.fit('GNSS').by_direction['east']:.1f} %" in row
    ramp = Page(tables.nuisance_table(run)).words
    assert "east (mm/km)" in ramp and tables.fixed(1e3 * fit.nuisance["offset"], 1) in ramp
    segment = Page(tables.segment_table(run.model)).words
    assert segment.count("main") == 1 and "60.0°" in segment and "30.0°" in segment


def test_truth_table_gives_differences(synthetic: StudyRun) -> None:
    assert synthetic.truth is not None
    words = Page(tables.truth_table(synthetic.model, synthetic.truth)).words
    assert "25.0 %" in words
    assert tables.fixed(synthetic.model.mw - synthetic.truth.mw, 2) in words


def test_real_study_has_no_truth_and_no_notice(run: StudyRun) -> None:
    bare = dataclasses.replace(run, warnings=[], curve=None)
    page = report_page(bare, {})
    assert "Synthetic" not in page and "Estimate and truth" not in page and 'class="notice' not in page
    names = [entry.name for entry in report_figures(bare)]
    assert names == [
        "slip_plan", "slip_section", "slip_3d", "moment_depth", "fit_track", "fit_GNSS", "slip_deviation",
        "slip_resolution",
    ]  # fmt: skip


def test_offsets_of_two_directions_get_a_map_each(run: StudyRun) -> None:
    track = run.observations[0]
    assert [(name, len(rows)) for name, rows in components(track)] == [("", len(track))]
    directions = np.where(np.arange(len(track))[:, None] % 3 == 0, [0.0, 1.0, 0.0], [1.0, 0.0, 0.0])
    mixed = dataclasses.replace(track, kind="offset", directions=directions)
    parts = dict(components(mixed))
    assert list(parts) == ["east", "north"]
    assert parts["north"].tolist() == list(range(0, len(track), 3))


def test_same_run_gives_same_bytes(run: StudyRun, tmp_path: Path) -> None:
    assert report_page(run, {}) == report_page(run, {})
    first, second = (save_figure(figure_slip_section(run.model), tmp_path, name=name) for name in ("first", "second"))
    for path, other in zip(first, second):
        assert path.read_bytes() == other.read_bytes()


def test_deviation_is_that_of_slip_along_itself(run: StudyRun) -> None:
    n = run.fault.n_patches
    covariance = np.zeros((2 * n, 2 * n))
    one, other = np.arange(n), np.arange(n, 2 * n)
    covariance[one, one], covariance[other, other] = 0.09, 0.04
    covariance[one, other] = covariance[other, one] = 0.03
    slip = np.tile([3.0, 4.0, 0.0], (n, 1))
    slip[0] = 0.0
    model = SlipModel(run.fault, slip, covariance=covariance)
    sigma = shear_deviation(dataclasses.replace(run, model=model))
    assert np.isnan(sigma[0])
    np.testing.assert_allclose(sigma[1:], np.sqrt(0.36 * 0.09 + 0.64 * 0.04 + 2 * 0.48 * 0.03), rtol=1e-12)
    stiffness = 30e9 * run.fault.areas
    along = stiffness * np.where(np.arange(n) > 0, 0.6, 0.0)
    up = stiffness * np.where(np.arange(n) > 0, 0.8, 0.0)
    variance = np.sum(0.09 * along**2 + 0.04 * up**2 + 2 * 0.03 * along * up)
    assert moment_deviation(model) == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert moment_deviation(SlipModel(run.fault, model.slip)) is None
    resolution = resolution_per_patch(run)
    assert np.nanmax(resolution) <= 1.0 + 1e-9 and np.nanmin(resolution) >= -1e-9


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (np.nan, "–"), (0.0, "0"), (0.01234, "0.0123"), (1234.5, "1234"), (-2.5, "−2.50"), (3e9, "3.00e9")],
)
def test_numbers_are_printed_with_three_digits(value: float | None, text: str) -> None:
    assert tables.number(value) == text


def test_words_for_numbers() -> None:
    assert tables.fixed(-0.0004, 3) == "0.000" and tables.fixed(-1.5, 1, unit="mm") == "−1.5 mm"
    assert tables.moment_text(8.83e19) == "8.83 × 10¹⁹ N m" and tables.moment_text(0.0) == "0 N m"
    assert tables.coordinates(243.5, -34.4) == "34.400°S, 116.500°W"
    assert tables.plural(1, "data set") == "1 data set" and tables.plural(2, "data set") == "2 data sets"


def test_html_escapes_what_it_is_given(tmp_path: Path) -> None:
    nasty = "<script>alert('x')</script>\"&"
    picture = tmp_path / "x.png"
    picture.write_bytes(b"1234")
    made = [
        table([nasty], [[nasty]], caption=nasty),
        notice(nasty, [nasty, nasty], kind="warning"),
        bullets([nasty]),
        figure_block(picture, name=nasty, width=5.0, title=nasty, caption=nasty),
    ]
    for part in made:
        assert "<script>" not in part and "onload" not in part
        assert nasty in Page(part).words
    assert bullets([]) == ""


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: install the package chromium")
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_browser_draws_every_figure_at_a_phones_and_a_desktops_width(
    synthetic: StudyRun, tmp_path: Path, width: int
) -> None:
    assert faults_of(write_report(synthetic, tmp_path), width=width) == []


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: install the package chromium")
def test_a_page_that_is_too_wide_lacks_a_picture_or_complains_is_found_out(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<body><p style='width: 500px'>wide</p><img src='gone.png' alt='gone'><script>console.error('alas')</script>"
    )
    found = "\n".join(faults_of(page, width=390))
    assert "alas" in found
    assert "not drawn: gone" in found
    assert "in a window of 390: p" in found
