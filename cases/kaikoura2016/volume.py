"""The published 19-fault model of the 2016 Kaikoura earthquake: moment, motion of the ground, stress in a volume.

    python cases/kaikoura2016/volume.py --data DIR --out FOLDER

Writes summary.json, surface.csv, volume.csv, volume.vtk (for ParaView) and a picture into FOLDER; `make studies` holds
the figures to `published.yml`. What decides stands in capitals below.
"""

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import Normalize

from geoslip.cases.figures import style
from geoslip.cases.figures.maps import Extent, draw_faults, dress_map, near_origin, place_axes, scale_bar
from geoslip.cases.library.find import resolve
from geoslip.cases.output.results import write_json, write_table
from geoslip.faults import SlipModel, read_slip_model
from geoslip.inversion.forward import model_displacement
from geoslip.inversion.model_stress import coulomb_at_places, coulomb_on_model
from geoslip.okada.coulomb import Friction
from geoslip.okada.medium import Medium

FOLDER = "slipmodels_kaikoura_hamling"
CRUST, WITH_SLAB = "hamling_coseismic_crustal_fault_only.dat", "hamling_coseismic_crustal_subduction.dat"
TELESEISMIC = "Kaikoura_usgs_finite_fault.fsp"
SURFACE_STEP, VOLUME_STEP, MARGIN = 1e3, 4e3, 40e3
DEPTHS = np.array([2.5, 7.5, 12.5, 17.5, 22.5, 27.5]) * 1e3
RECEIVER: dict[str, Any] = {"strike": 219.0, "dip": 38.0, "rake": 128.0}
"""The first nodal plane of GeoNet's moment tensor."""
FRICTION, MEDIUM = Friction(0.4), Medium()
NEAR = 0.1e6
"""Pa: changes of at least this size are counted."""


def nodes(model: SlipModel, step: float) -> tuple[np.ndarray, np.ndarray]:
    """East and north (m) of a grid's columns and rows, which reaches MARGIN beyond the faults."""
    places = model.fault.centroids[:, :2]
    low, high = places.min(axis=0) - MARGIN, places.max(axis=0) + MARGIN
    return np.arange(low[0], high[0] + step, step), np.arange(low[1], high[1] + step, step)


def surface(model: SlipModel, out: Path) -> dict[str, float]:
    """Motion of the ground: its table, its largest horizontal and vertical parts and where the larger of them is."""
    assert model.frame is not None
    x, y = (part.ravel() for part in np.meshgrid(*nodes(model, SURFACE_STEP)))
    longitude, latitude = model.frame.to_geographic(x, y)
    moved = model_displacement(model, np.column_stack([x, y, np.zeros(x.size)]), poisson=MEDIUM.poisson)
    moved = model.frame.rotate_from_frame(moved, longitude, latitude)
    write_table(out / "surface.csv", ["lon", "lat", "east_m", "north_m", "up_m"], zip(longitude, latitude, *moved.T))
    level = np.hypot(moved[:, 0], moved[:, 1])
    most = int(np.nanargmax(level))
    return {
        "horizontal_m": float(level[most]),
        "up_m": float(np.nanmax(moved[:, 2])),
        "down_m": float(-np.nanmin(moved[:, 2])),
        "lon": float(longitude[most]),
        "lat": float(latitude[most]),
    }


def volume(model: SlipModel, out: Path) -> dict[str, float]:
    """Coulomb change on the receiver's planes through a volume: tables, a picture, and how much of it gains."""
    assert model.frame is not None
    columns, rows = nodes(model, VOLUME_STEP)
    x, y = (part.ravel() for part in np.meshgrid(columns, rows))
    longitude, latitude = model.frame.to_geographic(x, y)
    layers = []
    for depth in DEPTHS:
        places = np.column_stack([longitude, latitude, np.full(x.size, depth)])
        layers.append(coulomb_at_places(model, places, friction=FRICTION, medium=MEDIUM, **RECEIVER)[0])
    change = np.array([layer.coulomb for layer in layers])
    names = ["lon", "lat", "depth_km", "shear_mpa", "normal_mpa", "coulomb_mpa"]
    table = [
        np.column_stack([longitude, latitude, np.full(x.size, 1e-3 * d), *(1e-6 * part for part in parts)])
        for d, layer in zip(DEPTHS, layers)
        for parts in [(layer.shear, layer.normal, layer.coulomb)]
    ]
    write_table(out / "volume.csv", names, np.concatenate(table))
    write_grid(out / "volume.vtk", columns, rows, change)
    draw(model, out, longitude, latitude, change, shape=(rows.size, columns.size))
    sound = np.isfinite(change)
    return {
        "positive": float((change[sound] > 0.0).mean()),
        "gains_km3": float((change[sound] > NEAR).sum() * VOLUME_STEP**2 * np.diff(DEPTHS)[0] / 1e9),
        "loses_km3": float((change[sound] < -NEAR).sum() * VOLUME_STEP**2 * np.diff(DEPTHS)[0] / 1e9),
    }


def write_grid(path: Path, columns: np.ndarray, rows: np.ndarray, change: np.ndarray) -> None:
    """Write a legacy VTK rectilinear grid: east, north, up in m, Coulomb change in MPa."""
    up = -DEPTHS[::-1]
    lines = ["# vtk DataFile Version 3.0", "Coulomb stress change (MPa)", "ASCII", "DATASET RECTILINEAR_GRID"]
    lines.append(f"DIMENSIONS {columns.size} {rows.size} {up.size}")
    for name, values in (("X", columns), ("Y", rows), ("Z", up)):
        lines += [f"{name}_COORDINATES {values.size} double", " ".join(f"{value:.1f}" for value in values)]
    lines += [f"POINT_DATA {change.size}", "SCALARS coulomb_mpa double 1", "LOOKUP_TABLE default"]
    lines += [f"{value:.6g}" for value in np.nan_to_num(1e-6 * change[::-1]).ravel()]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def draw(
    model: SlipModel,
    out: Path,
    longitude: np.ndarray,
    latitude: np.ndarray,
    change: np.ndarray,
    *,
    shape: tuple[int, int],
) -> None:
    """A map of every second depth."""
    assert model.frame is not None
    east = near_origin(longitude, model.frame)
    extent, norm = Extent.around(east, latitude, margin=0.0), Normalize(-1.0, 1.0)
    with style.report_style():
        width = 2.75
        figure = style.new_figure(10.4, width * extent.shape + 1.1)
        for place, level in enumerate(range(0, len(DEPTHS), 2)):
            axes = place_axes(
                figure, left=0.7 + place * (width + 0.15), top=0.4, width=width, height=width * extent.shape
            )
            axes.pcolormesh(
                east.reshape(shape), latitude.reshape(shape), 1e-6 * change[level].reshape(shape),
                cmap=style.DISPLACEMENT_MAP, norm=norm, shading="nearest", rasterized=True,
            )  # fmt: skip
            draw_faults(axes, fault=model.fault, frame=model.frame)
            dress_map(axes, extent=extent, latitude_labels=place == 0)
            axes.set_title(f"{1e-3 * DEPTHS[level]:g} km")
            if place == 0:
                scale_bar(axes, extent=extent)
        bar = place_axes(figure, left=9.5, top=0.4, width=0.13, height=2.4)
        style.colour_bar(figure, bar, cmap=style.DISPLACEMENT_MAP, norm=norm, label="Coulomb (MPa)")
        style.save_figure(figure, out, name="volume")


def main() -> None:
    """Compute and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = options.data or Path(os.environ["GEOSLIP_DATA"])
    crust, slab, distant = (
        read_slip_model(resolve(f"{FOLDER}/{name}", [data])) for name in (CRUST, WITH_SLAB, TELESEISMIC)
    )
    own = 1e-6 * coulomb_on_model(crust, crust, friction=FRICTION, medium=MEDIUM).shear
    weights = crust.magnitude * crust.fault.areas
    found = {
        "faults": len(crust.fault.segments),
        "patches": crust.fault.n_patches,
        "mw": crust.mw,
        "tensor_mw": float(2.0 / 3.0 * (np.log10(crust.tensor_moment) - 9.1)),
        "mw_with_slab": slab.mw,
        "mw_teleseismic": distant.mw,
        "peak_slip_m": crust.peak_slip,
        "surface": surface(crust, options.out),
        "own_shear_mpa": float(np.average(own, weights=weights)),
        "volume": volume(crust, options.out),
    }
    write_json(options.out / "summary.json", found)


if __name__ == "__main__":
    main()
