"""The page on choosing a smoothing strength: a truth that the criteria disagree about, from the page's own script."""

import importlib.util
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "which_smoothing.py"


@pytest.fixture(scope="module")
def page():
    spec = importlib.util.spec_from_file_location("which_smoothing", PAGE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hidden_correlation_misleads_gcv_and_not_prediction(page):
    found = page.errors(page.NOISES["correlated, stated as white"], seed=0)
    strength, error = found["gcv"]
    assert strength < 0.1 and error > 2.0
    for criterion in ("abic", "cv", "cv_datasets"):
        assert 0.1 < found[criterion][0] < 10.0 and found[criterion][1] < 1.5


def test_with_the_covariance_stated_all_are_near_the_best(page):
    found = page.errors(page.NOISES["correlated, as stated"], seed=0)
    assert all(error < 1.6 for name, (_, error) in found.items() if name != "chi2")
    assert found["lcurve"][0] > 1.0
