"""Coulomb stress change: where strike slip brings parallel faults nearer to failure, and where it takes them away."""

import sys

import numpy as np
from matplotlib.figure import Figure

from geoslip.faults import Fault, Plane, SlipModel, cut_uniform
from geoslip.okada.stress_field import coulomb_field

plane = Plane(east=0.0, north=0.0, up=-1e3, strike=90.0, dip=90.0, length=20e3, width=12e3)
fault = Fault((cut_uniform(plane, "source", columns=10, rows=6),))
model = SlipModel(fault, np.tile([1.0, 0.0, 0.0], (60, 1)))

east, north = np.meshgrid(np.linspace(-35e3, 35e3, 141), np.linspace(-30e3, 30e3, 121))
points = np.column_stack([east.ravel(), north.ravel(), np.full(east.size, -7e3)])
change = coulomb_field(points, [(fault.sources, model.slip)], strike=90.0, dip=90.0, rake=0.0).coulomb.reshape(
    east.shape
)

figure = Figure(figsize=(6.8, 5.0), layout="constrained")
axes = figure.subplots()
drawn = axes.pcolormesh(east / 1e3, north / 1e3, change / 1e5, cmap="RdBu_r", vmin=-3.0, vmax=3.0, rasterized=True)
axes.plot([-10, 10], [0, 0], color="black", linewidth=2)
axes.set(xlabel="East (km)", ylabel="North (km)", aspect="equal", title="On faults of the same strike, 7 km deep")
figure.colorbar(drawn, label="Coulomb stress change (bar)", extend="both")
figure.savefig(sys.argv[1], dpi=110)
