"""The page on which a slip model can be turned: what it draws, and what is said where it cannot be made."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geoslip.cases.cli import app
from geoslip.cases.errors import CaseError
from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, cut_uniform, write_slip_model


@pytest.fixture
def file(tmp_path: Path) -> Path:
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=90.0, length=4e3, width=2e3)
    fault = Fault((cut_uniform(plane, "main", columns=2, rows=1),))
    slip = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    write_slip_model(tmp_path / "slip.csv", SlipModel(fault, slip, frame=LocalFrame(30.0, 40.0), name="drawn"))
    return tmp_path / "slip.csv"


def test_patches_rim_and_the_motion_of_what_slips(file: Path) -> None:
    go = pytest.importorskip("plotly.graph_objects")
    from geoslip.cases.figures import interactive
    from geoslip.faults import read_slip_model

    model = read_slip_model(file)
    patches = interactive._patches(model, go)
    # two triangles a rectangle, each with the slip of its patch; the rectangles' outlines close
    np.testing.assert_allclose(patches.intensity, [1.0, 1.0, 0.0, 0.0])
    corners = np.column_stack([patches.x, patches.y, patches.z])
    areas = [
        0.5 * np.linalg.norm(np.cross(b - a, c - a))
        for a, b, c in corners[np.column_stack([patches.i, patches.j, patches.k])]
    ]
    np.testing.assert_allclose(areas, 2.0)
    assert "slip 1.00 m, rake 0°<br>depth 1.0 km" in patches.hovertext[0]
    line, heads = interactive._arrows(model, go)
    # left-lateral: the hanging wall, east of a fault that strikes north, moves along strike
    np.testing.assert_allclose([heads.u, heads.v, heads.w], [[0.0], [1.0], [0.0]], atol=1e-9)
    assert np.diff(line.y[:2]) == pytest.approx(1.6 * 2.0)


def test_the_command_writes_one_page_that_needs_no_network(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    out = tmp_path / "view.html"
    done = CliRunner().invoke(app, ["view", str(file), "--out", str(out)])
    assert done.exit_code == 0 and "2 patches, Mw 5.32" in done.output, done.output
    page = out.read_text(encoding="utf-8")
    assert "</html>" in page and "Slip (m)" in page
    # every script stands in the page itself
    assert set(re.findall(r"<script[^>]{0,80}>", page)) == {"<script>"}


def test_what_keeps_it_from_being_written(file: Path, tmp_path: Path, monkeypatch) -> None:
    missing = tmp_path / "nowhere" / "view.html"
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "plotly.graph_objects", None)
        done = CliRunner().invoke(app, ["view", str(file), "--out", str(tmp_path / "view.html")])
        assert (
            isinstance(done.exception, (CaseError, SystemExit))
            and "geoslip[interactive]" in str(done.exception) + done.output
        )
    assert not (tmp_path / "view.html").exists()
    pytest.importorskip("plotly")
    done = CliRunner().invoke(app, ["view", str(file), "--out", str(missing)])
    assert isinstance(done.exception, CaseError) and "choose another place with --out" in str(done.exception)
