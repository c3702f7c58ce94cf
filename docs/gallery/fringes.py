"""Fringes of an earthquake: what a radar would see of strike slip on a buried rectangle."""

import sys

import numpy as np
from matplotlib.figure import Figure

from geoslip.downsample import look_vector
from geoslip.okada import displacement_field

# One row a rectangle: east, north, up of the middle of its top edge, strike, dip, length, width (m, degrees).
rectangle = np.array([[0.0, 0.0, -1e3, 140.0, 85.0, 20e3, 12e3]])
slip = np.array([[-1.5, 0.0, 0.0]])  # strike, dip, opening: right-lateral

east, north = np.meshgrid(np.linspace(-30e3, 30e3, 400), np.linspace(-30e3, 30e3, 400))
points = np.column_stack([east.ravel(), north.ravel(), np.zeros(east.size)])
toward = (displacement_field(points, rectangle, slip) @ look_vector(39.0, -12.0)).reshape(east.shape)

figure = Figure(figsize=(6.4, 5.2), layout="constrained")
axes = figure.subplots()
drawn = axes.pcolormesh(east / 1e3, north / 1e3, np.mod(toward, 0.028) * 100, cmap="twilight", rasterized=True)
axes.set(xlabel="East (km)", ylabel="North (km)", aspect="equal", title="Ascending C-band, 2.8 cm a fringe")
figure.colorbar(drawn, label="Displacement within a fringe (cm)")
figure.savefig(sys.argv[1], dpi=110)
