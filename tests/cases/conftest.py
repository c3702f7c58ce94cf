"""A small study with known slip, as tables and as a case file, for the tests of this room."""

import sys
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases import cli
from geoslip.faults import Fault, LocalFrame, Plane, cut_uniform
from geoslip.okada import displacement_field

ORIGIN = (30.0, 40.0)
LOOK = np.array([0.6, -0.1, np.sqrt(1.0 - 0.37)])

CASE = """\
name: small
title: A small synthetic study
origin: [30.0, 40.0]
described_in: README.txt
data:
  - name: track
    kind: los
    file: track.txt
    columns: [longitude, latitude, value, look_east, look_north, look_up]
    unit: mm
    positive: toward
    noise: {sigma: 3 mm}
  - name: GNSS
    kind: gnss
    file: gnss.txt
    columns: [station, longitude, latitude, east, north, up, sigma_east, sigma_north, sigma_up]
    unit: mm
    noise: columns
faults:
  - name: main
    top_centre: [30.0, 40.0]
    strike: 30
    dip: 60
    length: 20 km
    width: 12 km
    top_depth: 1 km
    patches: {length: 4 km}
slip: {rake: [-45, 45], zero_edges: [bottom]}
smoothing: {choose: abic, count: 8}
"""


@pytest.fixture
def geoslip(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command in this process; give exit code, output and errors."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["geoslip", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture(scope="session")
def study_tables() -> dict[str, str]:
    """Texts of the study's data: 1 m of left-lateral slip, a ramp, noise, one station with a blunder."""
    generator = np.random.default_rng(5)
    frame = LocalFrame(*ORIGIN)
    plane = Plane.from_top_centre((0.0, 0.0), strike=30.0, dip=60.0, length=20e3, width=12e3, depth=1e3)
    fault = Fault((cut_uniform(plane, "main", patch_length=20e3, patch_width=12e3),))
    slip = np.array([[1.0, 0.0, 0.0]])
    east, north = (part.ravel() for part in np.meshgrid(np.linspace(-25e3, 25e3, 17), np.linspace(-25e3, 25e3, 16)))
    points = np.column_stack([east, north, np.zeros_like(east)])
    longitude, latitude = frame.to_geographic(east, north)
    field = frame.rotate_from_frame(displacement_field(points, fault.sources, slip), longitude, latitude)
    los = 1e3 * (field @ LOOK) + 10.0 + 2e-4 * east + generator.normal(0.0, 3.0, east.size)
    rows = [
        f"{x:.6f} {y:.6f} {d:.4f} {LOOK[0]:.6f} {LOOK[1]:.6f} {LOOK[2]:.6f}"
        for x, y, d in zip(longitude, latitude, los)
    ]
    keep = generator.choice(east.size, 12, replace=False)
    vectors = 1e3 * field[keep] + generator.normal(0.0, 2.0, (12, 3))
    vectors[4] += [120.0, -80.0, 0.0]
    stations = [
        f"S{k:02d} {longitude[i]:.6f} {latitude[i]:.6f} {v[0]:.3f} {v[1]:.3f} {v[2]:.3f} 2 2 2"
        for k, (i, v) in enumerate(zip(keep, vectors))
    ]
    return {"track.txt": "\n".join(rows) + "\n", "gnss.txt": "\n".join(stations) + "\n"}


@pytest.fixture
def study_folder(study_tables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the study's case file and data."""
    monkeypatch.delenv("GEOSLIP_DATA", raising=False)
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "case.yml").write_text(CASE)
    for name, text in study_tables.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def cluster():
    """A Dask scheduler with one worker in this process."""
    distributed = pytest.importorskip("distributed")
    local = distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    yield local
    # a worker whose scheduler is gone would be waited for by half a minute
    with suppress(TimeoutError, CancelledError):
        local.close(timeout=2.0)
    # where that timed out there is nothing left to close, and its finaliser need not complain of it after the last test
    local.status = distributed.Status.closed
