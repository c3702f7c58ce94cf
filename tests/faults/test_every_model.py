"""Every slip model under the data folder: it reads, its moment is the known one, and every format keeps it."""

from pathlib import Path

import numpy as np
import pytest

from geoslip.faults import FORMATS, FormatError, LocalFrame, SlipModel, read_slip_model
from geoslip.faults.formats.unicycle import format_vertices
from geoslip.okada import displacement_field

#: which files hold slip models; the others under these folders are readmes, outlines without slip, and observations
PATTERNS = (
    "slipmodels_relax/*/*.flt",
    "slipmodels_relax/*/*.dat",
    "gnss_1992_landers/*.flt",
    "slipmodels_kaikoura_hamling/*.dat",
    "slipmodels_*/*.fsp",
    "slipmodels_*/*.param",
    "slipmodels_relax/elmayor2010/fialko_emc_dlc_format.txt",
    "2015_gorkha_geodef/qiu+15_1.tri",
)
#: what a file does not say of itself: the outlines beside this one start at the places it gives
ASKED = {"fialko_emc_dlc_format.txt": {"reference": "top-centre"}}
OPTIONS = {"usgs-geojson": {"unit": "m"}}


def surface(model: SlipModel, places: np.ndarray) -> np.ndarray:
    return displacement_field(np.column_stack([places, np.zeros(len(places))]), model.fault.sources, model.slip)


def test_every_format_keeps_the_moment_and_the_motion_of_every_model(data_folder: Path) -> None:
    files = sorted({path for pattern in PATTERNS for path in data_folder.glob(pattern)})
    assert len(files) >= 53
    worst, kept, refused = {"moment": 0.0, "motion": 0.0}, 0, {}
    for path in files:
        frame = LocalFrame(20.0, 40.0) if path.suffix in (".flt", ".dat", ".tri") else None
        if "hamling" in path.name:
            frame = None
        model = read_slip_model(path, frame=frame, **ASKED.get(path.name, {}))
        kind = "triangles" if model.fault.sources.ndim == 3 else "rectangles"
        middle = model.fault.centroids[:, :2].mean(axis=0)
        places = middle + np.random.default_rng(4).uniform(-1e5, 1e5, (6, 2))
        moved = surface(model, places)
        for form in FORMATS:
            if form.write is None or kind not in form.holds:
                continue
            try:
                text = form.write(model)
            except FormatError as error:
                refused[path.name, form.name] = str(error)
                continue
            beside = {"vertices": format_vertices(model)} if form.name == "unicycle" else {}
            back = form.parse(text, frame=model.frame, **OPTIONS.get(form.name, {}), **beside)
            off = {
                "moment": abs(back.moment / model.moment - 1.0),
                "motion": np.abs(surface(back, places) - moved).max() / np.abs(moved).max(),
            }
            for name, value in off.items():
                if value > 1e-6:
                    print(path.name, form.name, name, value)
                worst[name] = max(worst[name], value)
            kept += 1
    print(kept, worst, refused)
    assert 0
