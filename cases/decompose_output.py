"""The files of a decomposition: GeoTIFFs, one netCDF, summary.json, a page of maps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.decompose import COMPONENTS, ThreeComponents
from geoslip.cases.output import file_name, write_json


def write_decomposition(result: ThreeComponents, folder: str | Path) -> None:
    """Write a decomposition into a folder.

    Parameters
    ----------
    result : ThreeComponents
    folder : str or Path
        Gets east.tif, north.tif, up.tif, each with sigma_NAME.tif, a .tif for every further grid, decomposition.nc
        with all of them and the covariances, summary.json, and figures/components.png.
    """
    folder = Path(folder)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    grids = all_grids(result)
    for name, grid in grids.items():
        write_geotiff(folder / f"{file_name(name)}.tif", grid, result)
    write_netcdf(folder / "decomposition.nc", grids, result)
    write_json(folder / "summary.json", summary(result))
    draw_components(result, folder / "figures")


def all_grids(result: ThreeComponents) -> dict[str, NDArray[Any]]:
    """Give every grid by name: components, standard deviations, covariances, and what the method adds."""
    grids = {name: result.values[number] for number, name in enumerate(COMPONENTS)}
    grids |= {f"sigma_{name}": result.sigma[number] for number, name in enumerate(COMPONENTS)}
    pairs = ("east_north", "east_up", "north_up")
    grids |= {f"covariance_{name}": result.covariance[number] for number, name in enumerate(pairs)}
    return grids | result.extra


def _projection(result: ThreeComponents) -> str:
    if result.grid.crs is not None:
        return result.grid.crs
    frame = result.frame
    return f"+proj=aeqd +lon_0={frame.longitude} +lat_0={frame.latitude} +ellps=WGS84 +units=m +type=crs"


def write_geotiff(path: Path, grid: NDArray[Any], result: ThreeComponents) -> None:
    """Write one grid; rows run southward whatever way they ran."""
    import rasterio
    from rasterio.transform import Affine

    x, y = result.grid.x, result.grid.y
    values = grid if y[0] > y[-1] else grid[::-1]
    values = values if x[0] < x[-1] else values[:, ::-1]
    step_x, step_y = abs(x[1] - x[0]), abs(y[1] - y[0])
    transform = Affine(step_x, 0.0, min(x[0], x[-1]) - 0.5 * step_x, 0.0, -step_y, max(y[0], y[-1]) + 0.5 * step_y)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype="float32",
        crs=_projection(result),
        transform=transform,
        nodata=np.nan,
        compress="deflate",
    ) as target:
        target.write(np.ascontiguousarray(values, dtype=np.float32), 1)


def write_netcdf(path: Path, grids: dict[str, NDArray[Any]], result: ThreeComponents) -> None:
    """Write all grids into one netCDF-4 file with coordinates (CF)."""
    import h5py

    geographic = result.grid.crs == "EPSG:4326"
    names = ("lat", "lon") if geographic else ("y", "x")
    with h5py.File(path, "w") as target:
        for name, axis, direction in zip(names, (result.grid.y, result.grid.x), ("north", "east")):
            entry = target.create_dataset(name, data=axis)
            entry.make_scale(name)
            entry.attrs["units"] = f"degrees_{direction}" if geographic else "m"
        target.attrs["Conventions"] = "CF-1.8"
        target.attrs["projection"] = _projection(result)
        for name, grid in grids.items():
            entry = target.create_dataset(name, data=np.asarray(grid, dtype=np.float32), compression="gzip")
            for number, axis_name in enumerate(names):
                entry.dims[number].attach_scale(target[axis_name])
            entry.attrs["units"] = _unit(name)


def _unit(name: str) -> str:
    if name.startswith("covariance"):
        return "m2"
    return "1" if name.startswith(("condition", "d_")) else "m"


def summary(result: ThreeComponents) -> dict[str, Any]:
    """Give what summary.json says."""
    there = np.isfinite(result.values[0])
    components = {}
    for number, name in enumerate(COMPONENTS):
        values, sigma = result.values[number][there], result.sigma[number][there]
        components[name] = {
            "minimum_m": float(values.min()),
            "maximum_m": float(values.max()),
            "median_sigma_m": float(np.median(sigma)),
        }
    reference = result.reference
    return {
        "name": result.case.name,
        "fields": list(result.names),
        "method": result.case.decompose.method,
        "north": result.case.decompose.north,
        "shape": list(result.grid.values.shape),
        "pixels": int(there.sum()),
        "components": components,
        "reduced_chi2": result.reduced_chi2,
        "gnss": result.gnss,
        "reference": None
        if reference is None
        else {
            name: {"coefficients_m": row.tolist(), "sigma_m": sigma.tolist()}
            for name, row, sigma in zip(result.names, reference.coefficients, reference.standard_deviations)
        },
        "notes": list(result.notes),
    }


def draw_components(result: ThreeComponents, folder: Path) -> None:
    """Draw east, north and up with their standard deviations, and arrows of the horizontal motion on up."""
    from geoslip.cases.figures.style import displacement_limit, new_figure, report_style, save_figure

    x, y = result.grid.x, result.grid.y
    geographic = result.grid.crs == "EPSG:4326"
    scale = 1.0 if geographic else 1e-3
    extent = (scale * x[0], scale * x[-1], scale * y[-1], scale * y[0])
    aspect = 1.0 / np.cos(np.deg2rad(float(np.mean(y)))) if geographic else 1.0
    with report_style():
        figure = new_figure(height=6.6)
        figure.set_layout_engine("constrained")
        axes = figure.subplots(2, 3, sharex=True, sharey=True)
        for number, name in enumerate(COMPONENTS):
            limit = displacement_limit(result.values[number][np.isfinite(result.values[number])])
            image = axes[0, number].imshow(
                result.values[number], extent=extent, aspect=aspect, cmap="RdBu_r", vmin=-limit, vmax=limit
            )
            figure.colorbar(image, ax=axes[0, number], orientation="horizontal", label=f"{name} (m)")
            sigma = result.sigma[number]
            high = 1.6 * float(np.nanmedian(sigma)) or 1e-3
            image = axes[1, number].imshow(
                1e3 * sigma, extent=extent, aspect=aspect, cmap="Greys", vmin=0, vmax=1e3 * high
            )
            figure.colorbar(
                image, ax=axes[1, number], orientation="horizontal", label=f"sigma of {name} (mm)", pad=0.02
            )
        _arrows(axes[0, 2], result, scale)
        for row in axes:
            row[0].set_ylabel("latitude (degrees)" if geographic else "north (km)")
        save_figure(figure, folder, name="components")


def _arrows(axes: Any, result: ThreeComponents, scale: float) -> None:
    step = [max(1, size // 16) for size in result.grid.values.shape]
    part = (slice(step[0] // 2, None, step[0]), slice(step[1] // 2, None, step[1]))
    grid_x, grid_y = np.meshgrid(scale * result.grid.x, scale * result.grid.y)
    axes.quiver(grid_x[part], grid_y[part], result.values[0][part], result.values[1][part], width=4e-3, color="black")
