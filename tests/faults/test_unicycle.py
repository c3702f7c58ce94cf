"""Unicycle meshes: the published Gorkha model, round trip, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from geoslip.faults import (
    Fault,
    FormatError,
    LocalFrame,
    SlipModel,
    TriangularSegment,
    read_slip_model,
    write_slip_model,
)

Sheet = Callable[..., tuple[np.ndarray, np.ndarray]]


def test_the_published_gorkha_model_reads(data_folder: Path) -> None:
    model = read_slip_model(data_folder / "2015_gorkha_geodef" / "qiu+15_1.tri")
    assert model.fault.n_patches == 2841
    assert model.mw == pytest.approx(7.77, abs=0.01)
    assert model.peak_slip == pytest.approx(10.2, abs=0.05)
    sides = model.fault.segments[0].edge_sides
    assert set(np.unique(sides)) == {"top", "bottom", "start", "end"}
    placed = read_slip_model(data_folder / "2015_gorkha_geodef" / "qiu+15_geo.tri", frame=LocalFrame(84.7, 28.2))
    assert placed.moment == 0.0
    # one published in metres on a map, the other in degrees: edges agree to the map's scale
    assert np.allclose(placed.fault.areas, model.fault.areas, rtol=5e-3)


def test_round_trip_keeps_segments_slip_and_shared_vertices(sheet: Sheet, tmp_path: Path) -> None:
    vertices, triangles = sheet(6, 3)
    left = np.arange(len(triangles)) % 12 < 6
    fault = Fault(
        (TriangularSegment("left", vertices, triangles[left]), TriangularSegment("right", vertices, triangles[~left]))
    )
    slip = np.random.default_rng(1).normal(size=(fault.n_patches, 2))
    model = SlipModel(fault, slip, frame=LocalFrame(10.0, 45.0), rigidity=33e9)
    write_slip_model(tmp_path / "two.tri", model)
    back = read_slip_model(tmp_path / "two.tri")
    assert back.fault.names == ("left", "right")
    assert back.frame == model.frame
    assert back.moment == pytest.approx(model.moment, rel=1e-9)
    assert np.allclose(back.slip, model.slip, atol=1e-9)
    assert np.allclose(back.fault.sources, fault.sources, atol=1e-6)
    shared = {tuple(v) for v in back.fault.segments[0].vertices} & {tuple(v) for v in back.fault.segments[1].vertices}
    assert len(shared) == 4


@pytest.mark.parametrize(
    ("tri", "ned", "message"),
    [
        ("1 1 2 3\n2 1 2\n", "1 0 0 1\n2 5e3 0 1\n3 0 5e3 1\n", "line 2: 3 values"),
        ("1 1 2 9\n", "1 0 0 1\n2 5e3 0 1\n3 0 5e3 1\n", "must be 1 to 3"),
        ("1 1 2 3\n", "1 0 0 1\n2 5e3 0 1\n3 0 5e3\n", "line 3: 3 values"),
        ("1 1 2 3\n", "1 0 0 1\n3 5e3 0 1\n2 0 5e3 1\n", "count from 1"),
        ("1 1 2 3\n", "1 0 0 -9\n2 5e3 0 1\n3 0 5e3 1\n", "above ground"),
        ("1 1 2 3\n", "1 0 0 1\n2 100 0 1\n3 0 100 1\n", "may be km or m"),
        ("1 1 2 3\n", None, "bad.ned is not beside"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, tri: str, ned: str | None, message: str) -> None:
    (tmp_path / "bad.tri").write_text(tri)
    if ned is not None:
        (tmp_path / "bad.ned").write_text(ned)
    with pytest.raises(FormatError, match=message):
        read_slip_model(tmp_path / "bad.tri")
