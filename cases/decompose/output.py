"""The files of a decomposition: GeoTIFFs, one netCDF, tables of profiles, summary.json, figures."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.decompose.components import ThreeComponents
from geoslip.cases.decompose.derived import COMPONENTS
from geoslip.cases.figures.components import draw_components, draw_profile, draw_strain
from geoslip.cases.output.results import file_name, write_json
from geoslip.inversion import OffsetProfile


def write_decomposition(result: ThreeComponents, folder: str | Path) -> None:
    """Write a decomposition into a folder.

    Parameters
    ----------
    result : ThreeComponents
    folder : str or Path
        Gets east.tif, north.tif, up.tif, each with sigma_NAME.tif, a .tif for every further grid (strain with its
        errors among them), decomposition.nc with all of them and the covariances, profile_NAME.csv, summary.json, and
        figures/components.png, strain.png and profile_NAME.png.
    """
    folder = Path(folder)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    grids = all_grids(result)
    for name, grid in grids.items():
        write_geotiff(folder / f"{file_name(name)}.tif", grid, result)
    write_netcdf(folder / "decomposition.nc", grids, result)
    for entry, profile in result.profiles:
        write_profile(folder / f"profile_{file_name(entry.name)}.csv", profile, result)
    write_json(folder / "summary.json", summary(result))
    draw_components(result, folder / "figures")
    if result.case.strain is not None:
        draw_strain(result, folder / "figures")
    for entry, profile in result.profiles:
        draw_profile(profile, entry.name, folder / "figures", name=f"profile_{file_name(entry.name)}")


def all_grids(result: ThreeComponents) -> dict[str, NDArray[Any]]:
    """Give every grid by name: components, standard deviations, covariances, and what the method adds."""
    grids = {name: result.values[number] for number, name in enumerate(COMPONENTS)}
    grids |= {f"sigma_{name}": result.sigma[number] for number, name in enumerate(COMPONENTS)}
    pairs = ("east_north", "east_up", "north_up")
    grids |= {f"covariance_{name}": result.covariance[number] for number, name in enumerate(pairs)}
    return grids | result.extra | strain_grids(result)


def strain_grids(result: ThreeComponents) -> dict[str, NDArray[Any]]:
    """Give gradients by name, and where the case asks for strain, it and the rotation with their errors."""
    if result.gradient is None:
        return {}
    gradient = result.gradient.gradient
    grids: dict[str, NDArray[Any]] = {
        f"d_{component}_d_{axis}": gradient[i, j]
        for i, component in enumerate(COMPONENTS)
        for j, axis in enumerate(("east", "north"))
    }
    if result.case.strain is None:
        return grids
    strain = result.gradient.strain()
    grids |= {
        f"sigma_d_{name}_d_{name}": np.sqrt(result.gradient.gradient_variance[i, i])
        for i, name in enumerate(COMPONENTS[:2])
    }
    for name in ("dilatation", "shear", "rotation", "invariant"):
        grids |= {name: getattr(strain, name), f"sigma_{name}": strain.sigma[name]}
    return grids | {"extension": strain.principal[0], "shortening": strain.principal[1], "azimuth": strain.azimuth}


def write_profile(path: Path, profile: OffsetProfile, result: ThreeComponents) -> None:
    """Write the offsets along a rupture, one row a stripe; rows without offsets hold empty cells."""
    longitude, latitude = result.frame.to_geographic(profile.places[:, 0], profile.places[:, 1])
    values = [profile.right_lateral, profile.opening, profile.vertical]
    columns = [profile.along, longitude, latitude, profile.azimuth, *values, *profile.sigma, *profile.cumulative()]
    names = ("right_lateral", "opening", "vertical")
    head = ["along_m", "lon", "lat", "azimuth_deg", *(f"{name}_m" for name in names)]
    head += [*(f"sigma_{name}_m" for name in names), *(f"cumulative_{name}_m2" for name in names), "left", "right"]
    with path.open("w", newline="", encoding="utf-8") as target:
        table = csv.writer(target, lineterminator="\n")
        table.writerow(head)
        for row, counts in zip(np.column_stack(columns), profile.counts.T):
            table.writerow([*("" if np.isnan(value) else f"{value:.9g}" for value in row), *map(int, counts)])


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
    if name == "azimuth":
        return "degree"
    if name.removeprefix("sigma_") in ("rotation",):
        return "rad"
    strain = ("condition", "d_", "dilatation", "shear", "invariant", "extension", "shortening")
    return "1" if name.removeprefix("sigma_").startswith(strain) else "m"


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
        "strain": _strain_summary(result),
        "profiles": [_profile_summary(entry.name, profile) for entry, profile in result.profiles],
        "notes": list(result.notes),
    }


def _strain_summary(result: ThreeComponents) -> dict[str, Any]:
    if result.case.strain is None or result.gradient is None:
        return {}
    strain = result.gradient.strain()
    return {
        name: {
            "low": float(np.nanpercentile(getattr(strain, name), 1.0)),
            "high": float(np.nanpercentile(getattr(strain, name), 99.0)),
            "median_sigma": float(np.nanmedian(strain.sigma[name])),
        }
        for name in ("dilatation", "shear", "rotation")
    }


def _profile_summary(name: str, profile: OffsetProfile) -> dict[str, Any]:
    parts = {"right_lateral": profile.right_lateral, "opening": profile.opening, "vertical": profile.vertical}
    return {
        "name": name,
        "length_km": 1e-3 * float(profile.along[-1] + profile.along[0]),
        "stripes": int(np.isfinite(profile.right_lateral).sum()),
        "of": int(profile.along.size),
    } | {
        part: {
            "largest_m": float(values[int(np.nanargmax(np.abs(values)))]),
            "mean_m": float(np.nanmean(values)),
            "median_sigma_m": float(np.nanmedian(profile.sigma[number])),
        }
        for number, (part, values) in enumerate(parts.items())
    }
