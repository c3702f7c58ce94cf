"""The posterior of slip from a case file: its files, its report, and what is said where it cannot be trusted."""

import csv
import json
import time
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from geoslip.cases.batch.cluster import chains_on
from geoslip.cases.casefile.read import read_case
from geoslip.cases.cli import app
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import write_run
from geoslip.cases.pipeline.posterior import moment_apart
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.page import report_page
from geoslip.cases.report.posterior import posterior_figures
from geoslip.faults.formats import read_slip_model
from geoslip.inversion.posterior import Checkpoint

DRAWS = 800


def test_a_magnitude_that_the_draws_do_not_hold_is_warned_of(written) -> None:
    run, _ = written
    low, high = run.slip_posterior.magnitude_quantiles((0.025, 0.975))
    for mw, warned in ((0.5 * (low + high), 0), (low - 0.01, 1), (high + 0.01, 1)):
        found = moment_apart(SimpleNamespace(slip_posterior=run.slip_posterior, model=SimpleNamespace(mw=mw)))
        assert len(found) == warned and all(f"Mw {mw:.3f} lies outside" in text for text in found)


def sampling(folder: Path, asked: str) -> Path:
    """Add a posterior to the small study, whose blundered station is left out."""
    path = folder / "case.yml"
    text = path.read_text().replace("    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n", 1)
    path.write_text(f"{text.replace('[bottom]', '[bottom, sides]')}posterior: {{slip: {asked}}}\n")
    return path


@pytest.fixture(scope="module")
def kept() -> dict:
    return {}


@pytest.fixture
def written(study_folder: Path, tmp_path: Path, kept: dict):
    """The small study with a posterior that converges, and the folder of its results; made once for this module."""
    if not kept:
        run = run_case(read_case(sampling(study_folder, f"{{draws: {DRAWS}}}")))
        write_run(run, tmp_path / "results")
        kept["run"] = run, tmp_path / "results"
    return kept["run"]


def test_the_posterior_is_in_every_file(written) -> None:
    run, folder = written
    summary = json.loads((folder / "summary.json").read_text())
    found = summary["posterior"]["slip"]
    assert found["converged"] and not [text for text in summary["warnings"] if "converged" in text]
    assert summary["diagnostics"]["rhat_max"] <= 1.01 and summary["diagnostics"]["ess_min"] >= 400
    true_moment = 30e9 * 20e3 * 12e3
    assert found["moment_nm"]["q025"] < true_moment < found["moment_nm"]["q975"]
    assert found["mw"]["q025"] < summary["mw"] + 0.05 and found["mw"]["q975"] > summary["mw"] - 0.05
    # the track's noise is what its case says, 3 mm
    assert found["noise_scales"]["track"]["q025"] < 1.0 < found["noise_scales"]["track"]["q975"]
    with (folder / "slip.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    posterior = run.slip_posterior
    for row, mean, spread in zip(rows, posterior.mean, posterior.standard_deviations, strict=True):
        np.testing.assert_allclose(float(row["strike_slip_mean_m"]), mean[0], rtol=1e-6)
        np.testing.assert_allclose(float(row["strike_slip_sd_m"]), spread[0], rtol=1e-2)
        assert float(row["slip_q05_m"]) <= float(row["slip_q50_m"]) <= float(row["slip_q95_m"])
    # the estimate stands in the columns it always stood in, and the table is still a slip model
    np.testing.assert_allclose(read_slip_model(folder / "slip.csv").slip, run.model.slip, atol=1e-9)


def test_the_report_shows_it(written) -> None:
    run, _ = written
    page = report_page(run, {})
    assert "The chains have converged: 4 chains of 800 draws" in page and "Not converged" not in page
    assert "is assumed and not in them" in page
    drawn = {entry.name: entry.figure for entry in posterior_figures(run)}
    assert list(drawn) == ["posterior_slip", "posterior_outline", "posterior_moment_depth", "posterior_marginals"]
    median = drawn["posterior_moment_depth"].axes[0].lines[0]
    # the median's integral over depth is the moment, but for the exponent of the axis
    moment = np.median(run.slip_posterior.moments)
    shown = np.sum(median.get_xdata()) * np.diff(median.get_ydata()[:2])[0]
    np.testing.assert_allclose(shown * 10.0 ** np.round(np.log10(moment / shown)), moment, rtol=0.03)


def test_arviz_reads_the_draws(written) -> None:
    arviz = pytest.importorskip("arviz")
    run, folder = written
    found = arviz.from_netcdf(folder / "posterior.nc").posterior
    assert found.sizes == {"chain": 4, "draw": DRAWS, "patch": run.fault.n_patches}
    slip = run.slip_posterior.samples.reshape(4, DRAWS, -1, 3)
    np.testing.assert_allclose(found["dip_slip"], slip[:, :, :, 1], rtol=1e-6)
    np.testing.assert_array_equal(found["strength"].values.ravel(), run.slip_posterior.strength)


def test_the_draws_have_the_axes_of_netcdf(written) -> None:
    _, folder = written
    with h5py.File(folder / "posterior.nc") as file:
        slip = file["posterior/strike_slip"]
        assert [slip.dims[axis][0].name for axis in range(3)] == [f"/posterior/{n}" for n in ("chain", "draw", "patch")]


def test_chains_that_have_not_converged_are_told_first(study_folder: Path, tmp_path: Path) -> None:
    path = sampling(study_folder, "{draws: 100, enough: null, warmup: 0, chains: 2}")
    told = CliRunner().invoke(app, ["run", str(path), "--out", str(tmp_path / "out"), "--no-report"])
    assert told.exit_code == 0
    assert told.stdout.startswith("NOT CONVERGED: posterior of slip: ")
    assert "warning: the chains have not converged" in told.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert not summary["posterior"]["slip"]["converged"] and summary["warnings"][0].startswith("posterior of slip: ")
    body = report_page(run_case(read_case(path)), {}).split("<main>")[1].strip()
    assert body.startswith('<div class="notice warning" role="note"><strong>Not converged.</strong>')


def test_what_cannot_be_sampled_is_a_mistake_of_the_case(study_folder: Path) -> None:
    path = sampling(study_folder, "{strength: weak}")
    with pytest.raises(CaseError, match=r"posterior\.slip\.strength: weak .* sampled, chosen"):
        read_case(path)


def test_a_strength_may_be_held_and_the_noise_given(study_folder: Path) -> None:
    run = run_case(read_case(sampling(study_folder, "{strength: chosen, noise: given, draws: 100, enough: null}")))
    assert run.slip_posterior.strength.tolist() == [run.estimate.strength]
    assert run.slip_posterior.target.scale_names == ()


def test_a_killed_run_goes_on_and_another_case_may_not(
    study_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sampling(study_folder, "{draws: 800, chains: 2}")
    whole = run_case(read_case(path)).slip_posterior

    class Dying(Checkpoint):
        def save(self, *content, **identity) -> None:
            super().save(*content, **identity)
            raise KeyboardInterrupt

    asked = ["run", str(path), "--out", str(tmp_path / "out"), "--no-report"]
    with monkeypatch.context() as patch:
        patch.setattr("geoslip.inversion.posterior.Checkpoint", lambda place: Dying(place, every=0.0))
        assert CliRunner().invoke(app, asked).exit_code != 0
    assert not (tmp_path / "out").exists() and (tmp_path / ".out.partial" / ".cache" / "slip_posterior.npz").exists()
    text = path.read_text()
    path.write_text(text.replace("dip: 60", "dip: 61"))
    refused = CliRunner().invoke(app, [*asked, "--resume"])
    assert isinstance(refused.exception, CaseError) and "belongs to another run" in str(refused.exception)
    path.write_text(text)
    assert CliRunner().invoke(app, [*asked, "--resume"]).exit_code == 0
    with h5py.File(tmp_path / "out" / "posterior.nc") as file:
        assert np.array_equal(file["posterior/strength"][:].ravel(), whole.strength)


@pytest.mark.filterwarnings("ignore")
def test_chains_run_on_dask_to_the_same_draws(study_folder: Path, tmp_path: Path, cluster) -> None:
    path = sampling(study_folder, "{draws: 100, chains: 2, enough: null}")
    here = run_case(read_case(path)).slip_posterior
    asked = ["run", str(path), "--out", str(tmp_path / "out"), "--no-report", "--dask", cluster.scheduler_address]
    assert CliRunner().invoke(app, asked).exit_code == 0
    with h5py.File(tmp_path / "out" / "posterior.nc") as file:
        assert np.array_equal(file["posterior/strength"][:].ravel(), here.strength)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_dies_under_the_chains_is_told_and_a_mistake_of_the_case_is_not_laid_to_it(cluster) -> None:
    with pytest.raises(ZeroDivisionError), chains_on(cluster.scheduler_address) as pool:
        pool.submit(lambda: 1 / 0).result()

    def dies_under_a_chain() -> None:
        with chains_on(cluster.scheduler_address) as pool:
            waiting = pool.submit(time.sleep, 3.0)
            cluster.scheduler.loop.add_callback(cluster.scheduler.close)
            waiting.result(timeout=20.0)

    with pytest.raises(CaseError, match=r"scheduler or its workers died.*--resume"):
        dies_under_a_chain()
