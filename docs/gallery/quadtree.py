"""From 40 000 pixels to 300 cells: a quadtree that is fine where the ground bends and coarse where it rests."""

import sys

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from geoslip.downsample import NoiseModel, Scene, cell_means, look_vector, synthetic_noise, variance_quadtree
from geoslip.okada import displacement_field

x = np.linspace(-30e3, 30e3, 200)
east, north = np.meshgrid(x, x)
points = np.column_stack([east.ravel(), north.ravel(), np.zeros(east.size)])
rectangle, slip = np.array([[0.0, -4e3, -2e3, 290.0, 30.0, 18e3, 12e3]]), np.array([[0.0, 1.0, 0.0]])
look = look_vector(39.0, -168.0)
noise = NoiseModel(sill=0.008**2, length=6e3, nugget=0.003**2)
values = (displacement_field(points, rectangle, slip) @ look).reshape(east.shape)
values += synthetic_noise(east.shape, spacing=(300.0, 300.0), noise=noise, rng=np.random.default_rng(1))
scene = Scene(name="descending", values=values, x=x, y=x, look=look, crs=None)
cells = variance_quadtree(scene, count=300)

figure = Figure(figsize=(9.6, 4.4), layout="constrained")
left, right = figure.subplots(1, 2, sharey=True)
scale = {"cmap": "RdBu_r", "clim": (-30.0, 30.0)}
left.pcolormesh(x / 1e3, x / 1e3, 100 * values, cmap="RdBu_r", vmin=-30.0, vmax=30.0, rasterized=True)
outlines = [outline / 1e3 for outline in cells.outlines]
drawn = PolyCollection(outlines, array=100 * cell_means(scene, cells).value, edgecolors="grey", linewidths=0.2, **scale)
right.add_collection(drawn)
for axes, title in ((left, f"{values.size} pixels"), (right, f"{cells.n} cells")):
    axes.set(title=title, xlabel="East (km)", aspect="equal", xlim=(-30, 30), ylim=(-30, 30))
left.set_ylabel("North (km)")
figure.colorbar(drawn, ax=[left, right], label="Toward the satellite (cm)", extend="both")
figure.savefig(sys.argv[1], dpi=110)
