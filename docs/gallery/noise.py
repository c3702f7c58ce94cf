"""Noise that knows its neighbours: a simulated atmosphere, its semivariogram, and the model found from it."""

import sys

import numpy as np
from matplotlib.figure import Figure

from geoslip.downsample import NoiseModel, Scene, covariogram, fit_noise, synthetic_noise

truth = NoiseModel(sill=0.01**2, length=8e3, nugget=0.003**2)
x = 250.0 * np.arange(240)
values = synthetic_noise((240, 240), spacing=(250.0, 250.0), noise=truth, rng=np.random.default_rng(7))
scene = Scene(name="atmosphere", values=values, x=x, y=x, look=(0.0, 0.0, 1.0), crs=None)
found = covariogram(scene)
model = fit_noise(found)

figure = Figure(figsize=(9.6, 4.2), layout="constrained")
left, right = figure.subplots(1, 2)
drawn = left.pcolormesh(x / 1e3, x / 1e3, 1e3 * values, cmap="RdBu_r", vmin=-30.0, vmax=30.0, rasterized=True)
left.set(xlabel="East (km)", ylabel="North (km)", aspect="equal", title="10 mm over 8 km, 3 mm a pixel")
figure.colorbar(drawn, ax=left, label="Noise (mm)")
lag = np.linspace(0.0, found.lag.max(), 200)
for noise, label, style in ((truth, "truth", "k--"), (model, "found", "C0-")):
    right.plot(lag / 1e3, 1e6 * (noise.nugget + noise.sill * (1.0 - np.exp(-lag / noise.length))), style, label=label)
right.plot(found.lag / 1e3, 1e6 * found.semivariance, "o", color="C0", markersize=3, label="pairs of pixels")
right.set(xlabel="Distance (km)", ylabel="Semivariance (mm$^2$)", title="One scene is one draw", ylim=(0, None))
right.legend(frameon=False)
figure.savefig(sys.argv[1], dpi=110)
