"""Published slip models: their magnitudes, their patches side by side."""

import numpy as np
import pytest

from geoslip.faults import magnitude_of_moment, neighbours, read_slip_model
from geoslip.faults.formats import parse_fsp, parse_relax

#: Mw at 30 GPa, computed independently of this package from the same files
MAGNITUDES = {
    "haiti2010/calais+10_km.flt": 7.07,
    "haiti2010/sladen+10_km.flt": 7.03,
    "haiti2010/symithe+13_km.flt": 6.97,
    "nepal2015/wei+15_km_1.flt": 7.78,
    "nepal2015/wei+15_km_2.flt": 7.76,
    "kumamoto2016/kumamoto-hayes16-prel_km.flt": 7.03,
    "kumamoto2016/swei16_km.flt": 7.08,
    "van2011/elliott+13_km.flt": 7.04,
    "yushu2010/yushu.dat": 6.79,
    "elmayor2010/elmayor_wei_km_highslip3.flt": 7.21,
    "elmayor2010/elmayor_wei_km_highslip5.flt": 7.25,
    "maule2010/lorito+11_km.flt": 8.73,
    "maule2010/luttrel+11_km.flt": 8.70,
    "kokoxili2001_manyi1997/lasserre+05_km.flt": 7.81,
    "kokoxili2001_manyi1997/wang+07.dat": 7.43,
    "tohoku2011/bletery+14_km.flt": 8.95,
    "parkfield2004/ji04_km.flt": 5.97,
    "parkfield2004/ziv12.dat": 6.28,
    "kashmir2005/yan+13.flt": 7.51,
    "izmit1999/reilinger+00_km.flt": 7.39,
    "italy/atzori+09_km.flt": 6.22,
    "italy/gualandi+13_km.flt": 6.32,
    "newzealand_canterbury/beavan+12.dat": 7.10,
    "newzealand_canterbury/christchurch.dat": 6.38,
    "newzealand_canterbury/darfield.dat": 7.11,
    "pakistan_balochistan13/avouac+14_km.flt": 7.76,
    "iran/fialko+05_km.flt": 6.57,
    "india_bhuj01/copley+11_km.flt": 7.58,
    "wenchuan2008/tong+10_km.flt": 7.88,
    "tibet_qaidam/qaidam08_km.flt": 6.29,
    "tibet_qaidam/qaidam09_km.flt": 6.35,
    "tibet_yutian/yutian.dat": 7.05,
}


@pytest.mark.parametrize("name", sorted(MAGNITUDES))
def test_magnitudes_of_relax_files(data_folder, name):
    model = read_slip_model(data_folder / "slipmodels_relax" / name)
    assert model.mw == pytest.approx(MAGNITUDES[name], abs=0.01)


def test_units_stated_in_a_header_are_obeyed(data_folder):
    folder = data_folder / "slipmodels_relax"
    assert read_slip_model(folder / "tohoku2011/wei+11.flt").peak_slip == pytest.approx(31.0)  # slip(cm)
    assert read_slip_model(folder / "kashmir2005/avouac+06.flt").peak_slip == pytest.approx(10.2)  # slip(km)


def test_a_file_with_strike_slip_and_dip_slip_rows(data_folder):
    text = (data_folder / "slipmodels_relax/altai2003/barbot+08a.flt").read_text()
    model = parse_relax(text, source="barbot+08a.flt")
    assert model.fault.n_patches == 140
    rows = np.array([line.split() for line in text.splitlines() if not line.startswith("#")], dtype=float)
    counted_twice = 30e9 * np.sum(np.abs(rows[:, 1]) * rows[:, 5] * rows[:, 6]) * 1e6
    assert magnitude_of_moment(counted_twice) == pytest.approx(7.22, abs=0.01)
    assert counted_twice / np.sqrt(2.0) <= model.moment < counted_twice


def test_three_segments_of_landers_and_their_neighbours(data_folder):
    model = read_slip_model(data_folder / "gnss_1992_landers/wald+heaton94_km.flt")
    assert model.fault.n_patches == 186 and len(model.fault.segments) == 3
    assert model.mw == pytest.approx(7.217, abs=0.001)
    found = neighbours(model.fault)
    # 31 columns in three segments and 6 rows: 28 * 6 pairs along strike, 31 * 5 down the dip
    assert np.sum(~found.across) == 28 * 6 + 31 * 5


def test_parkfield_gives_top_centres(data_folder):
    path = next((data_folder / "slipmodels_srcmod_parkfield").glob("*.fsp"))
    model = read_slip_model(path)
    segment = model.fault.segments[0]
    assert (segment.n_patches, segment.row.max() + 1, segment.column.max() + 1) == (189, 9, 21)
    assert -segment.rectangles[:, 2].min() != pytest.approx(0.0)
    assert segment.rectangles[0, 2] == -500.0  # Htop
    assert segment.lengths[0] == pytest.approx(40e3 / 21) and segment.widths[0] == pytest.approx(15e3 / 9)
    found = neighbours(model.fault)
    assert len(found.pairs) == 20 * 9 + 21 * 8
    # the header's moment comes from a layered rigidity: 30 GPa must be within a quarter of it
    assert model.moment == pytest.approx(1.36e18, rel=0.25)


def test_kaikoura_of_the_usgs_gives_centres(data_folder):
    path = data_folder / "slipmodels_kaikoura_hamling/Kaikoura_usgs_finite_fault.fsp"
    model = read_slip_model(path)
    assert [segment.n_patches for segment in model.fault.segments] == [52, 486, 90, 63, 105]
    first, fourth = model.fault.segments[0], model.fault.segments[3]
    assert first.rectangles[0, 2] == 0.0 and -first.centroids[0, 2] == pytest.approx(3197.5, abs=5.0)
    assert -fourth.rectangles[0, 2] == pytest.approx(1410.0, abs=5.0)  # Z2top of that segment
    assert any("lowered to it" in note for note in model.notes)
    for segment, columns in zip(model.fault.segments, (13, 27, 5, 21, 21)):
        # rows run along the header's strike once true north is told from the frame's, to 0.6 degrees and 0.7 %
        row = segment.rectangles[columns - 1, :2] - segment.rectangles[0, :2]
        turned = np.rad2deg(np.arctan2(row[0], row[1])) - segment.strikes[0]
        assert abs((turned + 180.0) % 360.0 - 180.0) < 0.65
        assert np.hypot(*row) == pytest.approx((columns - 1) * segment.lengths[0], rel=0.007)
    own = parse_fsp(path.read_text(), rigidity="file")
    column = [float(line.split()[-1]) for line in path.read_text().splitlines() if line.strip() and line[0] != "%"]
    assert own.moment == pytest.approx(sum(column), rel=1e-9)
    assert own.moment == pytest.approx(8.966934e20, rel=0.02)  # Mo of the header
