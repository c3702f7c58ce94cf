"""Every slip model under the data folder through the formats that can hold it.

Models of more than `LARGE` patches go through a fifth of the formats each, in turn; with GEOSLIP_AT_LENGTH=1 all go
through all, which takes a minute, and the largest differences are printed (pytest -s).
"""

import os
from pathlib import Path

import numpy as np
import pytest

from geoslip.faults import FormatError, LocalFrame, SlipModel, formats, read_slip_model
from geoslip.faults.formats.unicycle import format_vertices
from geoslip.okada import displacement_field

#: which files hold slip models; the others are readmes, outlines without slip or depth, and observations
PATTERNS = (
    "slipmodels_relax/*/*.flt",
    "slipmodels_relax/*/*.dat",
    "slipmodels_relax/elmayor2010/fialko_emc_dlc_format.txt",
    "gnss_1992_landers/*.flt",
    "slipmodels_kaikoura_hamling/hamling*.dat",
    "slipmodels_*/*.fsp",
    "slipmodels_*/*.param",
    "2015_gorkha_geodef/qiu+15_1.tri",
    "2019_ridgecrest_xu/test.inv",
)
#: what a file does not say of itself; the outlines beside this one start at the places it gives
ASKED = {"fialko_emc_dlc_format.txt": {"reference": "top-centre"}}
OPTIONS = {"usgs-geojson": {"unit": "m"}}
LARGE = 200
#: what formats refuse to hold rather than change
REFUSED = ("the rigidity varies", "has level patches")


def surface(model: SlipModel, places: np.ndarray) -> np.ndarray:
    return displacement_field(np.column_stack([places, np.zeros(len(places))]), model.fault.sources, model.slip)


def differences(model: SlipModel, form, places: np.ndarray, moved: np.ndarray) -> tuple[float, float] | None:
    """Relative differences of moment and of the surface's motion after a round trip; None where it is refused."""
    try:
        text = form.write(model)
    except FormatError as error:
        if any(reason in str(error) for reason in REFUSED):
            return None
        raise
    beside = {"vertices": format_vertices(model)} if form.name == "unicycle" else {}
    back = form.parse(text, frame=model.frame, **OPTIONS.get(form.name, {}), **beside)
    motion = np.abs(surface(back, places) - moved).max() / np.abs(moved).max()
    return abs(back.moment / model.moment - 1.0), float(motion)


def test_every_format_keeps_the_moment_and_the_motion_of_every_model(data_folder: Path) -> None:
    files = sorted({path for pattern in PATTERNS for path in data_folder.glob(pattern)})
    assert len(files) >= 54
    whole = bool(os.environ.get("GEOSLIP_AT_LENGTH"))
    worst, trips, refused = np.zeros(2), 0, 0
    for turn, path in enumerate(files):
        asked = ASKED.get(path.name, {})
        model = read_slip_model(path, **asked)
        if model.frame is None:
            model = read_slip_model(path, frame=LocalFrame(20.0, 40.0), **asked)
        kind = "triangles" if model.fault.sources.ndim == 3 else "rectangles"
        places = model.fault.centroids[:, :2].mean(axis=0) + np.random.default_rng(4).uniform(-1e5, 1e5, (6, 2))
        moved = surface(model, places)
        able = [form for form in formats() if form.write is not None and kind in form.holds]
        chosen = able if whole or model.fault.n_patches <= LARGE else able[turn % 5 :: 5]
        for form in chosen:
            found = differences(model, form, places, moved)
            refused += found is None
            if found is not None:
                trips += 1
                worst = np.maximum(worst, found)
                assert max(found) < 1e-6, f"{path.name} through {form.name}: {found}"
    print(f"{trips} round trips, {refused} refused: moment {worst[0]:.1e}, motion {worst[1]:.1e}")
    assert trips > 4 * len(files)


@pytest.mark.parametrize(
    ("name", "magnitude", "peak", "faults"),
    [
        ("slipmodels_kaikoura_hamling/hamling_coseismic_crustal_fault_only.dat", 7.91, 24.1, 19),
        ("slipmodels_kaikoura_hamling/hamling_coseismic_crustal_subduction.dat", 7.88, 24.9, 20),
        ("slipmodels_ridgecrest_usgs/ridgecrest.param", 7.01, 2.53, 1),
        ("2015_gorkha_geodef/qiu+15_1.tri", 7.77, 10.2, 1),
        ("2019_ridgecrest_xu/test.inv", 7.14, 6.3, 8),
    ],
)
def test_real_files_meet_their_published_moments(data_folder: Path, name, magnitude, peak, faults) -> None:
    model = read_slip_model(data_folder / name)
    assert model.mw == pytest.approx(magnitude, abs=0.01)
    assert model.peak_slip == pytest.approx(peak, abs=0.06)
    assert len(model.fault.segments) == faults
