"""The ``stress:`` block of a case: sources, receivers, map and section, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import parse_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import summary, write_run
from geoslip.cases.pipeline.stress import run_stress, zone_rakes
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.page import write_report
from geoslip.faults import Fault, Plane, SlipModel, cut_uniform
from geoslip.inversion.model_stress import coulomb_on_model
from geoslip.okada.coulomb import Friction

FLT = "1 1.0 -10 0 0 20 10 0 90 0\n2 1.0 60 0 0 20 10 0 90 0\n"
CASE = """
name: stressed
origin: [30.0, 40.0]
seed: 3
synthetic:
  notice: made up
  slip: [{segment: main, peak: 1 m, rake: 10, down: 5 km, length: 18 km, width: 9 km}]
  scenes:
    - {file: a.tif, heading: -12, incidence: [36, 42], west: 29.8, east: 30.2, south: 39.85, north: 40.15, spacing: 0.02, noise: {sigma: 1 mm, length: 5 km}}
data:
  - {name: a, kind: los, file: a.tif, unit: m, positive: toward, look: {east: a.E.tif, north: a.N.tif, up: a.U.tif}, noise: {sigma: 1 mm, length: 5 km}, downsample: {method: uniform, size: 6 km}}
faults:
  - {name: main, centre: [30.0, 40.0], depth: 5 km, strike: 0, dip: 90, length: 20 km, width: 10 km, patches: {length: 5 km}}
slip: {rake: [-45, 45]}
smoothing: {choose: 0.1}
"""  # noqa: E501
STRESS = """
stress:
  friction: 0.6
  skempton: 0.5
  receivers:
    - {segments: [main]}
    - {plane: {name: beyond, centre: [30.0, 40.18], depth: 5 km, strike: 0, dip: 90, length: 10 km, width: 8 km, patches: {length: 5 km}}, rake: 0}
    - {plane: {name: lent, centre: [30.0, 40.18], depth: 5 km, strike: 0, dip: 90, length: 10 km, width: 8 km, patches: {length: 5 km}}, rake_of: [main], zones: [0 km, 5 km, 10 km]}
    - {name: aside, place: [30.03, 40.0], depth: 5 km, strike: 0, dip: 90, rake: 0}
  map: {strike: 0, dip: 90, rake: largest, depths: [2 km, 6 km], margin: 20 km, spacing: 5 km}
  section: {start: [29.9, 40.0], end: [30.1, 40.0], bottom: 12 km, spacing: 2 km, seismicity: {file: quakes.csv, within: 5 km}}
"""  # noqa: E501


QUAKES = """lon,lat,depth_km,mw,strike,dip,rake
29.95,40.02,4,3,,,
30.05,39.99,7,5,0,90,0
30.05,40.2,7,5,0,90,0
30.3,40,7,,,,
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stressed")
    (folder / "quakes.csv").write_text(QUAKES)
    return run_case(parse_case(CASE + STRESS, path=folder / "case.yml"))


def test_receivers_relax_and_load_as_the_library_says(run) -> None:
    main, beyond, lent, aside = run.stress.receivers
    assert np.average(main.change.coulomb) < 0.0 < beyond.change.coulomb.min()
    assert aside.change.shear[0] < 0.0
    own = coulomb_on_model(run.model, run.model, friction=Friction(0.6, 0.5))
    np.testing.assert_allclose(main.change.coulomb, own.coulomb)
    # the lent rake is that of the slip, zone by zone, which the bounds keep within 45 degrees of left-lateral
    assert np.abs(lent.change.rake).max() <= 45.0 and np.ptp(lent.change.rake) > 0.0
    np.testing.assert_allclose(lent.change.normal, beyond.change.normal)


def test_a_map_takes_the_larger_of_its_depths_and_a_section_goes_down(run) -> None:
    nodes, section = run.stress.map, run.stress.section
    assert len(nodes.places) == np.prod(nodes.shape) and set(nodes.places[:, 2]) == {2e3, 6e3}
    assert section.places[:, 2].max() == 12e3 and section.across.max() == pytest.approx(17.1e3, abs=2e3)
    figures = summary(run)["stress"]
    assert figures["source"]["mw"] == pytest.approx(run.model.mw)
    beyond = next(one for one in figures["receivers"] if one["name"] == "beyond")
    assert beyond["positive"] == 1.0 and beyond["least_mpa"] <= beyond["coulomb_mpa"] <= beyond["largest_mpa"]


def test_earthquakes_beside_the_section_are_seen_from_its_side(run) -> None:
    events = run.stress.seismicity
    np.testing.assert_allclose(events.across, [4.27e3, 12.81e3], atol=20.0)
    assert np.isnan(events.tensors[0]).all() and events.magnitudes.tolist() == [3.0, 5.0]
    # left-lateral slip on a vertical plane across the section: it shears along the section and toward the reader,
    # who looks north: the east side (right) moves north, away
    moment = np.abs(events.tensors[1]).max()
    np.testing.assert_allclose(events.tensors[1] / moment, [[0, 0, -1], [0, 0, 0], [-1, 0, 0]], atol=1e-9)


def test_files_and_report(run, tmp_path: Path) -> None:
    write_run(run, tmp_path)
    assert {path.stem for path in (tmp_path / "stress").iterdir()} == {
        "main", "beyond", "lent", "aside", "map-of-stress", "section-of-stress"
    }  # fmt: skip
    assert json.loads((tmp_path / "summary.json").read_text())["stress"]["receivers"]
    page = write_report(run, tmp_path).read_text()
    assert "Coulomb stress change" in page and "area that gains" in page
    for name in ("stress_map", "stress_section", "stress_on_main", "stress_on_beyond"):
        assert (tmp_path / "figures" / f"{name}.png").stat().st_size > 5000


def test_other_sources(run, tmp_path: Path) -> None:
    (tmp_path / "model_km.flt").write_text(FLT)
    receiver = "receivers: [{segments: [main], rake: 0}]"
    plane = "{name: far, centre: [30.4, 40], depth: 5 km, strike: 0, dip: 90, length: 20 km, width: 10 km, patches: {length: 20 km, width: 10 km}}"  # noqa: E501
    found = {}
    for name, source in {
        "file": "{file: model_km.flt, origin: [30, 40]}",
        "part": "{file: model_km.flt, origin: [30, 40], crs: 'EPSG:32636', without: [main]}",
        "plane": f"{{plane: {plane}, slip: 1 m, rake: 0}}",
        "truth": "{true_slip: true}",
        "named": "{segments: [main]}",
    }.items():
        case = parse_case(f"{CASE}\nstress: {{source: {source}, {receiver}}}\n", path=tmp_path / "case.yml")
        if name == "part":
            with pytest.raises(ValueError, match="leaves no segment to slip"):
                run_stress(case, run.model, roots=[tmp_path])
            continue
        found[name] = run_stress(case, run.model, truth=run.truth, roots=[tmp_path])
    assert found["file"].source.fault.n_patches == 2
    assert found["file"].receivers[0].change.coulomb.max() < 0.0
    assert found["plane"].source.mw == pytest.approx(2 / 3 * (np.log10(30e9 * 200e6) - 9.1))
    assert found["truth"].source is run.truth or found["truth"].source.mw == pytest.approx(run.truth.mw)
    assert found["named"].source.mw == pytest.approx(run.model.mw)


def test_mean_rakes_of_zones() -> None:
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=90.0, length=4e3, width=8e3)
    fault = Fault((cut_uniform(plane, "one", columns=1, rows=4),))
    slip = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    model = SlipModel(fault, slip)
    depths = -fault.centroids[:, 2]
    assert zone_rakes(model, [0.0, 4e3, 8e3], depths=depths) == pytest.approx([45.0, 45.0, 45.0, 45.0])
    assert zone_rakes(model, [0.0, 2e3, 4e3], depths=np.array([-5.0, 3e3, 9e3])) == pytest.approx([0.0, 90.0, 90.0])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("{}", "give receivers, a map, or both"),
        ("{receivers: [{segments: [main], place: [30, 40], rake: 0}]}", "one of segments, plane and place"),
        ("{receivers: [{name: a, place: [30, 40], depth: 5 km, strike: 0, dip: 90}]}", "the key 'rake' is missing"),
        ("{receivers: [{name: a, place: [30, 40], rake: 0}]}", "needs name, depth, strike, dip and rake"),
        ("{receivers: [{segments: [main], rake: best}]}", "rake is own"),
        ("{friction: -0.4, receivers: [{segments: [main]}]}", "greater than or equal to 0"),
        ("{receivers: [{segments: [main]}, {segments: [main]}]}", "two receivers have one name"),
        ("{receivers: [{segments: [main], zones: [5 km, 2 km]}]}", "zones are two or more depths that go down"),
        ("{map: {strike: 0, dip: 90, rake: own, depths: [5 km]}}", "no slip of its own"),
        ("{receivers: [{segments: [main]}], section: {start: [30, 40], end: [31, 40]}}", "give map too"),
        ("{source: {slip: 1 m}, receivers: [{segments: [main]}]}", "needs plane, slip and rake"),
        ("{receivers: [{segments: [man]}]}", r"no segment is called 'man'; did you mean 'main'"),
        ("{source: {segments: deep}, receivers: [{segments: [main]}]}", "no segment is called 'deep'"),
        ("{source: {crs: EPSG:32636}, receivers: [{segments: [main]}]}", "belong to a file"),
    ],
)
def test_what_is_refused(block, message) -> None:
    with pytest.raises(CaseError, match=message):
        parse_case(f"{CASE}\nstress: {block}\n")


def test_what_cannot_be_computed_is_refused(run, tmp_path: Path) -> None:
    case = parse_case(f"{CASE}\nstress: {{source: {{true_slip: true}}, receivers: [{{segments: [main]}}]}}\n")
    with pytest.raises(ValueError, match="needs a synthetic study"):
        run_stress(case, run.model)
    case = parse_case(f"{CASE}\nstress: {{source: {{file: no.flt}}, receivers: [{{segments: [main]}}]}}\n")
    with pytest.raises(CaseError, match=r"no\.flt"):
        run_case(case, data=tmp_path)
