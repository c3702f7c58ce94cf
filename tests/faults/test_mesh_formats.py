"""GOCAD, VTK and gmsh meshes: round trips, what the files may say about themselves, and what is refused."""

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
    formats,
    read_slip_model,
    write_slip_model,
)
from geoslip.faults.formats import parse_gmsh, parse_gocad, parse_vtk
from geoslip.okada import displacement_field

Sheet = Callable[..., tuple[np.ndarray, np.ndarray]]
SUFFIXES = [f.suffixes[0] for f in formats() if "triangles" in f.holds and f.suffixes]
FRAME = LocalFrame(84.7, 28.2)

GOCAD = """GOCAD TSurf 1
HEADER {
name:ramp
}
GOCAD_ORIGINAL_COORDINATE_SYSTEM
AXIS_UNIT "km" "km" "km"
ZPOSITIVE Depth
END_ORIGINAL_COORDINATE_SYSTEM
TFACE
VRTX 0 0 0 1
VRTX 1 4 0 1
TFACE
ATOM 2 0
VRTX 3 4 3 3
TRGL 2 1 3
END
"""
VTK = """# vtk DataFile Version 2.0
somebody's mesh
ASCII
DATASET UNSTRUCTURED_GRID
POINTS 4 float
0 0 -1000 4000 0 -1000 4000 3000 -3000 0 3000 -3000
CELLS 3 11
3 0 1 2
3 0 2 3
2 0 1
CELL_TYPES 3
5
5
3
"""
GMSH4 = """$MeshFormat
4.1 0 8
$EndMeshFormat
$PhysicalNames
1
2 7 "main ramp"
$EndPhysicalNames
$Entities
0 0 1 0
1 0 0 -3000 4000 3000 -1000 1 7 0
$EndEntities
$Nodes
1 4 1 4
2 1 0 4
1
2
3
4
0 0 -1000
4000 0 -1000
4000 3000 -3000
0 3000 -3000
$EndNodes
$Elements
1 2 1 2
2 1 2 2
1 1 2 3
2 1 3 4
$EndElements
"""


def two(sheet: Sheet, *, slip: bool = True) -> SlipModel:
    vertices, triangles = sheet(6, 3)
    left = np.arange(len(triangles)) % 12 < 6
    parts = [TriangularSegment(name, vertices, triangles[on]) for name, on in (("left, west", left), ("right", ~left))]
    values = np.random.default_rng(1).normal(size=(36, 3)) if slip else np.zeros((36, 3))
    values[:, 2] = 0.0
    return SlipModel(Fault(tuple(parts)), values, frame=FRAME, rigidity=33e9)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_round_trip(tmp_path: Path, sheet: Sheet, suffix: str) -> None:
    model = two(sheet)
    write_slip_model(tmp_path / f"two{suffix}", model)
    back = read_slip_model(tmp_path / f"two{suffix}", frame=FRAME)
    assert back.fault.names == model.fault.names
    assert np.allclose(back.fault.sources, model.fault.sources, atol=1e-3)
    assert np.allclose(back.slip, model.slip, atol=1e-9)
    assert back.moment == pytest.approx(model.moment, rel=1e-6)
    shared = {tuple(v) for v in back.fault.segments[0].vertices} & {tuple(v) for v in back.fault.segments[1].vertices}
    assert len(shared) == 4
    points = np.array([[3e3, 4e3, 0.0], [-9e3, 2e3, 0.0]])
    fields = [displacement_field(points, m.fault.sources, m.slip) for m in (model, back)]
    assert np.allclose(fields[0], fields[1], rtol=1e-6)
    for other in (".vtk", ".msh"):
        again = tmp_path / f"again{other}"
        again.write_text((tmp_path / f"two{suffix}").read_text())
        if suffix != ".tri":
            assert read_slip_model(again).fault.n_patches == 36


@pytest.mark.parametrize("suffix", [".ts", ".vtk", ".msh"])
def test_a_frame_of_its_own_is_kept_and_another_obeyed(tmp_path: Path, sheet: Sheet, suffix: str) -> None:
    path = tmp_path / f"two{suffix}"
    write_slip_model(path, two(sheet, slip=False))
    assert read_slip_model(path).frame == FRAME
    moved = read_slip_model(path, frame=LocalFrame(84.8, 28.2))
    east = moved.fault.centroids[:, 0] - two(sheet).fault.centroids[:, 0]
    assert np.allclose(east, -9818.0, atol=20.0)


def test_gocad_headers_are_obeyed() -> None:
    model = parse_gocad(GOCAD)
    assert model.fault.names == ("ramp",)
    assert np.array_equal(model.fault.sources[0], [[0, 0, -1e3], [4e3, 0, -1e3], [4e3, 3e3, -3e3]])
    assert model.moment == 0.0 and any("no slip" in note for note in model.notes)
    utm = GOCAD.replace("km", "m").replace("0 0 0 1", "0 350000 3100000 1000")
    utm = utm.replace("1 4 0 1", "1 354000 3100000 1000").replace("3 4 3 3", "3 354000 3103000 3000")
    with pytest.raises(FormatError, match="as those of a map projection: say which with crs="):
        parse_gocad(utm)
    placed = parse_gocad(utm, crs="EPSG:32645")
    assert placed.frame is not None and placed.frame.latitude == pytest.approx(28.02, abs=0.05)
    assert placed.fault.areas[0] == pytest.approx(0.5 * 4e3 * np.hypot(3e3, 2e3), rel=1e-3)
    with pytest.raises(FormatError, match="crs 'UTM 45' is no coordinate system"):
        parse_gocad(utm, crs="UTM 45")


def test_vtk_grids_and_gmsh_four_are_read() -> None:
    assert parse_vtk(VTK).fault.n_patches == 2
    model = parse_gmsh(GMSH4)
    assert model.fault.names == ("main ramp",) and model.fault.n_patches == 2
    assert np.array_equal(model.fault.sources, parse_vtk(VTK).fault.sources)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (
            parse_gocad,
            GOCAD.replace("END\n", "").replace("END_ORIGINAL_COORDINATE_SYSTEM", ""),
            "no END: is the file cut off",
        ),
        (
            parse_gocad,
            GOCAD.replace("TRGL 2 1 3", "TRGL 2 1 9"),
            "line 15: triangle .* names vertices that are not there",
        ),
        (parse_gocad, GOCAD.replace("VRTX 1 4 0 1", "VRTX 1 4 0"), "line 11: 3 values after VRTX"),
        (parse_gocad, GOCAD.replace('"km" "km" "km"', '"km" "km" "m"'), "all three axes must be in m"),
        (parse_gocad, GOCAD.replace("Depth", "Elevation"), "above ground"),
        (parse_gocad, GOCAD.replace("TRGL 2 1 3", ""), "no triangles"),
        (parse_vtk, VTK.replace("ASCII", "BINARY"), "ASCII kind"),
        (parse_vtk, VTK.replace("POINTS 4", "POINTS 9"), "more than|only|number"),
        (parse_vtk, VTK[:150], "a cell's size is ''|no CELLS|cut off"),
        (parse_gmsh, GMSH4.replace("4.1 0", "4.1 1"), "ascii of version 2 or 4"),
        (parse_gmsh, GMSH4.replace("$EndElements", ""), "section .Elements has no end"),
        (parse_gmsh, GMSH4.replace("2 1 2 2\n1 1 2 3", "2 1 3 2\n1 1 2 3"), "element type 3"),
        (parse_gmsh, GMSH4.replace("2 1 3 4\n$End", "2 1 3 8\n$End"), "names node 8"),
    ],
)
def test_bad_meshes_are_refused(parse, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse(text)


def test_the_wrong_kind_of_file_is_refused(tmp_path: Path, sheet: Sheet) -> None:
    path = tmp_path / "notes.ts"
    path.write_text("GOCAD PLine 1\nVRTX 0 0 0 0\n")
    with pytest.raises(FormatError, match="no known slip-model format"):
        read_slip_model(path)


def test_flipped_triangles_are_refused_or_turned(tmp_path: Path) -> None:
    text = VTK.replace("3 0 2 3", "3 0 3 2")
    with pytest.raises(FormatError, match="triangle 1 is flipped"):
        parse_vtk(text)
    assert "1 triangles were flipped" in " ".join(parse_vtk(text, repair=True).notes)
