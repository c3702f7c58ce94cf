"""A fault that creeps at the ground and is locked below: rates across it, and the depth of locking they allow."""

import sys

import numpy as np
from matplotlib.figure import Figure

from geoslip.inversion import creep_profile, fit_creep

rng = np.random.default_rng(4)
distance = np.sort(rng.uniform(-80e3, 80e3, 150))
rates = creep_profile(distance, deep=24.0, locking=14e3, creep=6.0, to=3e3) + rng.normal(0.0, 1.0, 150)
found = fit_creep(distance, rates, sigma=1.0, locking=np.linspace(4e3, 30e3, 53), to=np.linspace(0.5e3, 8e3, 31))

figure = Figure(figsize=(7.2, 4.2), layout="constrained")
axes = figure.subplots()
axes.errorbar(distance / 1e3, rates, 1.0, fmt="o", markersize=3, linewidth=0.7, color="grey", label="rates, 1 mm/a")
line = np.linspace(-80e3, 80e3, 1001)
fitted = creep_profile(line, deep=found.deep, locking=found.locking, creep=found.creep, to=found.to) + found.offset
axes.plot(line / 1e3, fitted, color="C3", label="deep slip and shallow creep")
low, high = (depth / 1e3 for depth in found.locking_interval)
told = f"deep {found.deep:.1f} ± {found.deep_sigma:.1f}, creep {found.creep:.1f} ± {found.creep_sigma:.1f} mm/a"
axes.set(xlabel="Distance from the fault (km)", ylabel="Parallel to the fault (mm/a)")
axes.set_title(f"{told}; locked to {found.locking / 1e3:.1f} km ({low:.1f} to {high:.1f})", fontsize=10)
axes.legend(frameon=False)
figure.savefig(sys.argv[1], dpi=110)
