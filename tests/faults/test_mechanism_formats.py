"""Focal mechanisms in psmeca tables, ndk and QuakeML: one event, three ways, and bad files."""

from pathlib import Path

import numpy as np
import pytest

from geoslip.faults import FormatError, mechanism_tensor, moment_of_magnitude, read_mechanisms
from geoslip.faults.formats.meca import format_meca, parse_meca
from geoslip.faults.formats.mechanisms import spherical_from_tensor, tensor_from_spherical
from geoslip.faults.formats.ndk import parse_ndk
from geoslip.faults.formats.quakeml import parse_quakeml

MOMENT = float(moment_of_magnitude(7.0))
TENSOR = mechanism_tensor(35.0, 60.0, -110.0) * MOMENT
NDK = """PDE  2005/01/01 01:20:05.4  13.78  -88.78 193.1 5.0 0.0 EL SALVADOR
C200501010120A   B:  4    4  40 S: 27   33  50 M:  0    0   0 CMT: 1 TRIHD:  0.6
CENTROID:     -0.3 0.9  13.76 0.06  -89.08 0.09 162.8 12.5 FREE S-20050322125201
{exponent} {rows}
V10   1.581 56  12  -0.537 23 140  -1.044 24 241   1.312   9 29  142 133 72   66
"""
QUAKEML = """<?xml version="1.0"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters>
<event publicID="quakeml:us/abc"><preferredOriginID>o1</preferredOriginID>
<origin publicID="o1"><longitude><value>20.5</value></longitude><latitude><value>38.1</value></latitude>
<depth><value>12000</value></depth><time><value>2020-01-01T00:00:00Z</value></time></origin>
<origin publicID="o2"><longitude><value>20.7</value></longitude><latitude><value>38.2</value></latitude>
<depth><value>15000</value></depth></origin>
<magnitude><mag><value>7.0</value></mag></magnitude>
<focalMechanism publicID="f1"><nodalPlanes><nodalPlane1><strike><value>35</value></strike><dip><value>60</value></dip>
<rake><value>-110</value></rake></nodalPlane1></nodalPlanes>
{tensor}</focalMechanism></event></eventParameters></q:quakeml>
"""


def test_spherical_components_go_both_ways() -> None:
    components = np.arange(1.0, 7.0)
    assert np.array_equal(spherical_from_tensor(tensor_from_spherical(components)), components)
    # pure thrust on a plane that strikes north: pressure east-west, tension up
    thrust = spherical_from_tensor(mechanism_tensor(0.0, 45.0, 90.0))
    assert thrust == pytest.approx([1.0, 0.0, -1.0, 0.0, 0.0, 0.0], abs=1e-12)


def test_three_conventions_of_psmeca_say_the_same() -> None:
    components = spherical_from_tensor(TENSOR) * 1e7 / 1e26
    rows = (
        "20.5 38.1 12 35 60 -110 7.0",
        f"20.5 38.1 12 35 60 -110 251 35 -58 {MOMENT * 1e7 / 1e26:.10g} 26 0 0 event",
        "20.5 38.1 12 " + " ".join(f"{value:.12g}" for value in components) + " 26 20 38 my event",
    )
    for row in rows:
        (event,) = parse_meca(row)
        assert (event.longitude, event.latitude, event.depth) == (20.5, 38.1, 12e3)
        assert np.allclose(event.tensor, TENSOR, atol=1e-8 * MOMENT)
        assert event.mw == pytest.approx(7.0, abs=1e-6)
        plane = min(event.mechanism.planes, key=lambda p: abs(p.strike - 35.0))
        assert (plane.strike, plane.dip, plane.rake) == pytest.approx((35.0, 60.0, -110.0))
    assert parse_meca(rows[2])[0].name == "my event"
    assert np.allclose(parse_meca(format_meca(parse_meca("\n".join(rows))))[1].tensor, TENSOR, atol=1e-8 * MOMENT)


def ndk() -> str:
    components = spherical_from_tensor(TENSOR) * 1e7 / 1e26
    return NDK.format(exponent=26, rows=" ".join(f"{value:.8f} 0.01" for value in components))


def test_ndk_gives_the_centroid() -> None:
    (event,) = parse_ndk(ndk())
    assert (event.longitude, event.latitude, event.depth) == (-89.08, 13.76, pytest.approx(162.8e3))
    assert event.name == "C200501010120A" and event.time == "2005/01/01T01:20:05.4"
    assert np.allclose(event.tensor, TENSOR, atol=1e-7 * MOMENT)


def test_ndk_columns_may_touch() -> None:
    (event,) = parse_ndk(ndk().replace("26 ", "26", 1))
    assert np.allclose(event.tensor, TENSOR, atol=1e-7 * MOMENT)


def test_quakeml_takes_the_tensor_or_else_the_plane() -> None:
    (event,) = parse_quakeml(QUAKEML.format(tensor=""))
    assert np.allclose(event.tensor, TENSOR, atol=1e-9 * MOMENT)
    assert (event.longitude, event.depth, event.name) == (20.5, 12e3, "abc")
    names = ("Mrr", "Mtt", "Mpp", "Mrt", "Mrp", "Mtp")
    inside = "".join(f"<{n}><value>{v:.10e}</value></{n}>" for n, v in zip(names, spherical_from_tensor(2.0 * TENSOR)))
    tensor = f"<momentTensor><derivedOriginID>o2</derivedOriginID><tensor>{inside}</tensor></momentTensor>"
    (event,) = parse_quakeml(QUAKEML.format(tensor=tensor))
    assert np.allclose(event.tensor, 2.0 * TENSOR, atol=1e-8 * MOMENT)
    assert (event.longitude, event.depth) == (20.7, 15e3)


def test_content_tells_the_format(tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    for text in (ndk(), QUAKEML.format(tensor=""), "20.5 38.1 12 35 60 -110 7.0\n"):
        path.write_text(text)
        assert len(read_mechanisms(path)) == 1
    path.write_text("Dear reader\n")
    with pytest.raises(FormatError, match="a psmeca table, ndk or QuakeML"):
        read_mechanisms(path)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_meca, "20 38 12 35 60 -110 7.0 1", "8 numbers fit none or two"),
        (parse_meca, "120 98 12 35 60 -110 7.0", "off the globe"),
        (parse_meca, "20 38 12 35 160 -110 7.0", "dip 160"),
        (parse_meca, "20 38 12 1 1 1 1 1 1 60", "exponent 60"),
        (parse_meca, "# nothing\n", "no rows"),
        (parse_ndk, ndk().rsplit("V10", 1)[0], "five belong to each event"),
        (parse_ndk, ndk().replace("26 ", "26 x ", 1), "is 'x'"),
        (parse_ndk, ndk().replace("CMT: 1", "CSF:11"), "a single force"),
        (parse_quakeml, QUAKEML[:400], "no well-formed XML"),
        (parse_quakeml, QUAKEML.format(tensor="").replace("<mag><value>7.0</value></mag>", ""), "neither a tensor nor"),
        (parse_quakeml, "<quakeml></quakeml>", "no event has a focal mechanism"),
    ],
)
def test_bad_files_are_refused(parse, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse(text)
