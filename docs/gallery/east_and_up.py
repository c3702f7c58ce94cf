"""East and up from two lines of sight: what an ascending and a descending track say together, north held at zero."""

import sys

import numpy as np
from matplotlib.figure import Figure

from geoslip.downsample import Scene, look_vector
from geoslip.inversion import decompose
from geoslip.inversion.motion.components import North
from geoslip.okada import displacement_field

x = np.linspace(-25e3, 25e3, 160)
east, north = np.meshgrid(x, x)
points = np.column_stack([east.ravel(), north.ravel(), np.zeros(east.size)])
rectangle, slip = np.array([[0.0, 0.0, -3e3, 0.0, 50.0, 16e3, 10e3]]), np.array([[0.0, -1.5, 0.0]])
motion = displacement_field(points, rectangle, slip)
rng, tracks = np.random.default_rng(2), []
for name, heading in (("ascending", -12.0), ("descending", -168.0)):
    look = look_vector(38.0, heading)
    values = (motion @ look + rng.normal(0.0, 0.004, east.size)).reshape(east.shape)
    tracks.append(Scene(name=name, values=values, x=x, y=x, look=look, crs=None))
found = decompose(tracks, [0.004, 0.004], north=North(treatment="held", value=0.0))

figure = Figure(figsize=(9.6, 7.6), layout="constrained")
panels = [("ascending", tracks[0].values), ("descending", tracks[1].values)]
panels += [("east", found.components[0]), ("up", found.components[2])]
for axes, (title, values) in zip(figure.subplots(2, 2, sharex=True, sharey=True).flat, panels):
    drawn = axes.pcolormesh(x / 1e3, x / 1e3, 100 * values, cmap="RdBu_r", vmin=-50, vmax=50, rasterized=True)
    axes.set(title=title, aspect="equal", xlabel="East (km)", ylabel="North (km)")
figure.colorbar(drawn, ax=figure.axes, label="Displacement (cm)", extend="both")
figure.savefig(sys.argv[1], dpi=110)
