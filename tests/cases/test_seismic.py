"""Seismic catalogues: the same event from a table, from ndk and from QuakeML."""

import numpy as np
import pytest

from geoslip.cases.batch.seismic import double_couple, read_seismic, read_seismicity
from geoslip.faults import kagan_angle

TABLE = "id,lon,lat,depth_km,mw,strike,dip,rake\nC200501010120A,13.78,7.10,15.1,5.1,129,15,-91\n"
NDK = """\
PDE  2005/01/01 01:20:05.4  13.78  -88.78 193.1 5.0 0.0 EL SALVADOR
C200501010120A   B:  4    4  40 S: 27   33  50 M:  0    0   0 CMT: 1 TRIHD:  0.6
CENTROID:     -0.3 0.9  13.76 0.06  -89.08 0.09 162.8 12.5 FREE S-20050322125201
23  0.838 0.201 -0.005 0.231 -0.833 0.270  1.050 0.121 -0.369 0.161  0.044 0.240
V10   1.581 56  12  -0.537 23 140  -1.044 24 241   1.312   9 29  142 133 72   66
"""
TENSOR = {"rr": 0.838e16, "tt": -0.005e16, "pp": -0.833e16, "rt": 1.050e16, "rp": -0.369e16, "tp": 0.044e16}
QUAKEML = """<?xml version="1.0"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
<eventParameters publicID="x"><event publicID="quakeml:gcmt/C200501010120A">
<origin publicID="o1"><longitude><value>-88.78</value></longitude><latitude><value>13.78</value></latitude>
<depth><value>193100</value></depth></origin>
<origin publicID="o2"><longitude><value>-89.08</value></longitude><latitude><value>13.76</value></latitude>
<depth><value>162800</value></depth></origin>
<magnitude><mag><value>5.0</value></mag><type>mb</type></magnitude>
<focalMechanism><momentTensor><derivedOriginID>o2</derivedOriginID><tensor>PARTS</tensor></momentTensor>
</focalMechanism></event></eventParameters></q:quakeml>
""".replace("PARTS", "".join(f"<M{key}><value>{value}</value></M{key}>" for key, value in TENSOR.items()))


def test_ndk_and_quakeml_give_the_same_centroid_and_tensor(tmp_path):
    found = []
    for name, text in (("a.ndk", NDK), ("a.xml", QUAKEML)):
        (tmp_path / name).write_text(text)
        found.append(read_seismic(tmp_path / name)["C200501010120A"])
    ndk, quakeml = found
    assert (ndk.longitude, ndk.latitude, ndk.depth) == (-89.08, 13.76, 162800.0)
    assert (quakeml.longitude, quakeml.latitude, quakeml.depth) == (-89.08, 13.76, 162800.0)
    np.testing.assert_allclose(ndk.tensor, quakeml.tensor, rtol=1e-12)
    # the entry's own scalar moment and planes, written with three digits
    np.testing.assert_allclose(10.0 ** (1.5 * ndk.mw + 9.1), 1.312e16, rtol=1e-2)
    for plane in ((9.0, 29.0, 142.0), (133.0, 72.0, 66.0)):
        assert kagan_angle(ndk.tensor, double_couple(*plane, mw=ndk.mw)) < 2.0


def test_a_table_gives_planes(tmp_path):
    (tmp_path / "a.csv").write_text(TABLE)
    event = read_seismic(tmp_path / "a.csv")["C200501010120A"]
    assert (event.depth, event.mw) == (15100.0, pytest.approx(5.1))
    assert kagan_angle(event.tensor, double_couple(129.0, 15.0, -91.0, mw=6.0)) < 1e-4


def test_places_are_enough_to_show_where_earthquakes_happened(tmp_path):
    (tmp_path / "a.csv").write_text(
        "lon,lat,depth_km,mw,strike,dip,rake\n30,40,5,3.1,,,\n30.1,40,7,,,,\n30.2,40,9,5,30,60,90\n"
    )
    found = read_seismicity(tmp_path / "a.csv")
    np.testing.assert_array_equal(found.places[:, 2], [5e3, 7e3, 9e3])
    np.testing.assert_array_equal(found.magnitudes, [3.1, np.nan, 5.0])
    assert np.isnan(found.tensors[:2]).all()
    np.testing.assert_allclose(found.tensors[2], double_couple(30.0, 60.0, 90.0, mw=5.0))
    (tmp_path / "a.ndk").write_text(NDK)
    np.testing.assert_array_equal(read_seismicity(tmp_path / "a.ndk").places, [[-89.08, 13.76, 162800.0]])


def test_a_service_names_an_event_in_its_query(tmp_path):
    (tmp_path / "a.xml").write_text(QUAKEML.replace("quakeml:gcmt/", "quakeml:a.b/fdsnws/query?eventid=") + "<!-- -->")
    assert list(read_seismic(tmp_path / "a.xml")) == ["C200501010120A"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id,lon,lat\nx,1,2\n", "columns depth_km, mw, strike, dip, rake are missing"),
        (TABLE.replace("15.1", "deep"), r"a\.txt, line 2: depth_km is 'deep': a number is needed"),
        (TABLE.replace("15.1", "nan"), r"a\.txt, line 2: depth_km is 'nan': a number is needed"),
        (TABLE.splitlines()[0], "the table has no event"),
        ("id,lon\nx,1\n", "no focal mechanisms: a psmeca table, ndk or QuakeML is needed"),
        (NDK.replace("23  0.838", "x  y"), r"a\.txt, line 4: .*number"),
        ("<quakeml><event>", "no well-formed XML"),
        ("<quakeml></quakeml>", "no event has a focal mechanism"),
        (QUAKEML.replace("<Mrr><value>", "<Mrr><value>x"), "Mrr"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path, text, complaint):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(ValueError, match=complaint):
        read_seismic(tmp_path / "a.txt")
