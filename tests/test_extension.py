"""The reader, sampler, operator, slip-model format and study that CONTRIBUTING shows: a file each, added and used."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.assemble.cells import cut_scene
from geoslip.cases.assemble.smoothing import build_operator
from geoslip.cases.casefile.read import parse_case
from geoslip.cases.casefile.sampling import Downsample
from geoslip.cases.library.find import shipped_studies
from geoslip.cases.library.studies import run_study
from geoslip.downsample import Scene, read_scene, readers, samplers
from geoslip.faults import Fault, FormatError, Plane, cut_uniform, formats, read_slip_model
from geoslip.inversion.smoothing.kinds import operator_kinds

ROOT = Path(__file__).resolve().parents[1]
SHOWN = re.findall(r"^```(?:python|ya?ml)\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL | re.MULTILINE)
READER, SAMPLER, OPERATOR, FORMAT, STUDY, PUBLISHED = SHOWN
KINDS = {
    "readers": ("geoslip.downsample.readers", "acme.py", READER),
    "samplers": ("geoslip.downsample.sampling", "bands.py", SAMPLER),
    "operators": ("geoslip.inversion.smoothing", "deep.py", OPERATOR),
    "formats": ("geoslip.faults.formats", "acme_slip.py", FORMAT),
}
CASE = """
name: shown
origin: [30, 40]
data: [{name: GNSS, kind: gnss, file: gnss.csv, unit: mm, noise: columns}]
faults: [{name: plane, top_centre: [30, 40], strike: 90, dip: 85, length: 20 km, width: 12 km, patches: {length: 4 km}}]
slip: {rake: [-20, 20]}
smoothing: {operator: OPERATOR}
"""


@pytest.fixture(autouse=True)
def _nothing_stays():
    registries = (readers, samplers, operator_kinds, formats)
    for registry in registries:
        registry.cache_clear()
    yield
    for registry in registries:
        registry.cache_clear()
    for folder, file, _ in KINDS.values():
        for name in (f"{folder}.{Path(file).stem}", Path(file).stem):
            sys.modules.pop(name, None)


@pytest.fixture(params=["in the room's folder", "in another distribution"])
def add(request, tmp_path, monkeypatch):
    """Put the file of a kind where the test's parameter says."""

    def added(kind: str) -> None:
        folder, file, text = KINDS[kind]
        assert len(text.splitlines()) < 40
        place = tmp_path / "added"
        place.mkdir()
        (place / file).write_text(text)
        if request.param == "in the room's folder":
            package = importlib.import_module(folder)
            monkeypatch.setattr(package, "__path__", [*package.__path__, str(place)])
            return
        (place / "more-1.0.dist-info").mkdir()
        (place / "more-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: more\nVersion: 1.0\n")
        entry = f"[geoslip.{kind}]\nmore = {Path(file).stem}\n"
        (place / "more-1.0.dist-info" / "entry_points.txt").write_text(entry)
        monkeypatch.syspath_prepend(str(place))

    return added


def test_a_reader(add, tmp_path: Path) -> None:
    add("readers")
    (tmp_path / "quake.acme").write_text("30 40 0.01\n1 2 3\n4 5 6\n")
    scene = read_scene(tmp_path / "quake.acme")
    assert scene.values[1, 2] == pytest.approx(0.06)
    assert (scene.x[2], scene.y[1]) == pytest.approx((30.02, 39.99))
    assert scene.look[2] == pytest.approx(np.cos(np.deg2rad(39.0)))


def test_a_sampler(add, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sampler 'bands': choose from curvature"):
        Downsample(method="bands")
    samplers.cache_clear()
    add("samplers")
    wanted = Downsample(method="bands", points=4)
    x, y = np.arange(10.0), np.arange(20.0)
    scene = Scene(name="flat", values=np.zeros((20, 10)), x=x, y=y, look=(0.0, 0.0, 1.0), crs=None)
    cells = cut_scene(scene, wanted, frame=None, fault=None)
    assert (cells.n, cells.method) == (4, "bands")
    assert np.array_equal(np.bincount(cells.labels.ravel()), [50, 50, 50, 50])


def test_an_operator(add) -> None:
    with pytest.raises(ValueError, match="no operator 'deep_damping': choose from laplacian"):
        parse_case(CASE.replace("OPERATOR", "deep_damping"))
    operator_kinds.cache_clear()
    add("operators")
    case = parse_case(CASE.replace("OPERATOR", "deep_damping"))
    plane = Plane(east=0.0, north=0.0, up=0.0, strike=90.0, dip=85.0, length=20e3, width=12e3)
    fault = Fault((cut_uniform(plane, "plane", columns=5, rows=3),))
    made = build_operator(case, fault)
    deep, shallow = np.zeros(30), np.zeros(30)
    shallow[np.argmax(fault.centroids[:, 2])] = deep[np.argmin(fault.centroids[:, 2])] = 1.0
    assert made.roughness(deep) > 2.0 * made.roughness(shallow) > 0.0


def test_a_format(add, tmp_path: Path) -> None:
    path = tmp_path / "quake.acmeslip"
    path.write_text("ACME\n30 40 6 90 45 10 5 2 90\n30.2 40 6 90 45 10 5 1 0\n")
    with pytest.raises(FormatError, match="no known slip-model format"):
        read_slip_model(path)
    formats.cache_clear()
    add("formats")
    model = read_slip_model(path)
    assert model.moment == pytest.approx(30e9 * 50e6 * 3.0)
    assert model.slip[:, :2] == pytest.approx(np.array([[0.0, 2.0], [1.0, 0.0]]), abs=1e-12)
    assert -model.fault.centroids[:, 2] == pytest.approx(np.array([6e3, 6e3]))


def test_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "library" / "nowhere2099"
    place.mkdir(parents=True)
    assert len((STUDY + PUBLISHED).splitlines()) < 40
    (place / "case.yml").write_text(STUDY)
    (place / "published.yml").write_text(PUBLISHED)
    monkeypatch.setenv("GEOSLIP_CASES", str(tmp_path / "library"))
    assert {"nowhere2099", "embedded"} <= set(shipped_studies())
    scores = run_study("nowhere2099", out=tmp_path / "runs")
    assert [(score.row.quantity, score.passed) for score in scores] == [("moment magnitude", True)], scores
