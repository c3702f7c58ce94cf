"""Published slip models of the 1992 Landers earthquake, run forward against the GNSS offsets."""

import numpy as np
import pytest

from geoslip.downsample import read_gnss
from geoslip.faults import LocalFrame, read_slip_model
from geoslip.inversion.forward import model_displacement

#: the files' coordinates count from here on the grid of UTM zone 11, as the readme beside them says
GRID = "EPSG:32611"
FRAME = LocalFrame(-116.27, 34.594993)
COLUMNS = ["station", "longitude", "latitude", "east", "north", "sigma_east", "sigma_north", "source"]


@pytest.mark.parametrize(
    ("name", "explained"),
    [("landers_km", 0.933), ("wald+heaton94_km", 0.921), ("hernandez+99_km", 0.888), ("cohee+beroza94_km", 0.699)],
)
def test_the_offsets_are_explained_as_known(data_folder, name, explained):
    folder = data_folder / "gnss_1992_landers"
    gnss = read_gnss(
        folder / "landers_coseis.dat", frame=FRAME, unit="cm", name="GNSS", columns=COLUMNS,
        drop={"source": "Wdowinski*"},
    )  # fmt: skip
    assert gnss.values.size == 2 * 91
    model = read_slip_model(folder / f"{name}.flt", frame=FRAME, crs=GRID)
    predicted = np.sum(model_displacement(model, gnss.points) * gnss.directions, axis=1)
    found = 1.0 - np.sum((gnss.values - predicted) ** 2) / np.sum(gnss.values**2)
    print(f"{name}: {found:.4f}, known {explained}")
    assert found == pytest.approx(explained, abs=0.002)
