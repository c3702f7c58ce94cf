"""The files that hold draws: further columns of slip.csv, and posterior.nc, which ArviZ and xarray read.

posterior.nc is netCDF-4 with the group ``posterior`` of dimensions chain, draw, patch, and ``sample_stats`` of the same
chains. ``arviz.from_netcdf("posterior.nc")`` makes an InferenceData of it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.inversion.posterior import GeometryPosterior, JointPosterior, SlipPosterior


def write_sampled_slip(path: Path, model: SlipModel, *, posterior: SlipPosterior) -> None:
    """Write slip.csv with the draws' standard deviations, means and quantiles beside the estimate.

    Parameters
    ----------
    path : Path
    model : SlipModel
        The estimate, whose formal standard deviations give way to those of the draws.
    posterior : SlipPosterior
        Of the same fault.
    """
    from geoslip.faults.formats import write_slip_model

    full = posterior.system.problem.components[:2] == ("strike", "dip")
    write_slip_model(path, replace(model, covariance=posterior.covariance if full else None))
    low, middle, high = np.quantile(posterior.sizes, (0.05, 0.5, 0.95), axis=0)
    more = {
        "strike_slip_mean_m": posterior.mean[:, 0],
        "dip_slip_mean_m": posterior.mean[:, 1],
        "slip_q05_m": low,
        "slip_q50_m": middle,
        "slip_q95_m": high,
    }
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*header, *more])
        columns = [[f"{value:.9g}" for value in values] for values in more.values()]
        writer.writerows([*row, *added] for row, added in zip(rows, zip(*columns), strict=True))


def write_draws(path: Path, posterior: SlipPosterior) -> None:
    """Write posterior.nc: slip components a patch (m), strength, noise scales and magnitude of every draw."""
    chains = posterior.chains
    number, draws = chains.draws.shape[:2]
    slip = posterior.samples.reshape(number, draws, -1, 3)
    variables: dict[str, Any] = {}
    for index, name in enumerate(("strike", "dip", "opening")):
        if name in posterior.system.problem.components:
            variables[f"{name}_slip" if name != "opening" else name] = slip[:, :, :, index].astype(np.float32)
    for name in posterior.target.scale_names:
        variables[name.replace(" ", "_")] = chains.of(name)
    variables["mw"] = posterior.magnitudes.reshape(number, draws)
    write_chains(path, {"posterior": variables}, dimension="patch")


def write_geometry_draws(path: Path, posterior: GeometryPosterior | JointPosterior) -> None:
    """Write geometry.nc or joint.nc: every number that was sampled (m, degrees), chain by chain."""
    chains = posterior.chains
    names = {name: name.replace(" ", "_").replace(".", "_") for name in chains.names}
    write_chains(path, {"posterior": {label: chains.of(name) for name, label in names.items()}})


def write_chains(path: Path, groups: Mapping[str, Mapping[str, Any]], *, dimension: str = "parameter") -> None:
    """Write groups of arrays (chain, draw) or (chain, draw, ``dimension``) as netCDF-4 that ArviZ reads.

    Parameters
    ----------
    path : Path
    groups : mapping
        Group name, such as ``posterior``, to variables by name.
    dimension : str
        What the third axis is called.
    """
    with h5py.File(path, "w", track_order=True) as file:
        for group, variables in groups.items():
            place = file.create_group(group, track_order=True)
            place.attrs["inference_library"] = "geoslip"
            place.attrs["inference_library_version"] = metadata.version("geoslip")
            scales: dict[str, Any] = {}
            for name, values in variables.items():
                array = np.asarray(values)
                stored = place.create_dataset(name, data=array, compression="gzip", compression_opts=1, shuffle=True)
                for axis, (label, size) in enumerate(zip(("chain", "draw", dimension), array.shape)):
                    if label not in scales:
                        scales[label] = place.create_dataset(label, data=np.arange(size))
                        scales[label].make_scale(label)
                    stored.dims[axis].attach_scale(scales[label])
