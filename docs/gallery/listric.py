"""A listric fault below a bent trace: meshed by triangles that grow with depth, with a round patch of reverse slip."""

import sys

import numpy as np

from geoslip.cases.figures.slip_3d import figure_slip_3d
from geoslip.faults import SlipModel
from geoslip.faults.meshing import DipProfile, graded, mesh_surfaces, surface_from_trace

trace = np.array([[-14e3, -3e3], [0.0, 0.0], [15e3, 1e3]])
profile = DipProfile.varying([0.0, 6e3, 14e3], [65.0, 40.0, 12.0])
fault = mesh_surfaces({"listric": surface_from_trace(trace, profile)}, edge=graded(1.2e3, growth=0.12))
away = fault.centroids - fault.centroids[np.argmin(np.abs(fault.centroids[:, 2] + 6e3) + np.abs(fault.centroids[:, 0]))]
slip = np.zeros((fault.n_patches, 3))
slip[:, 1] = 2.0 * np.exp(-np.sum(away**2, axis=1) / (2 * 4e3**2))
figure_slip_3d(SlipModel(fault, slip)).savefig(sys.argv[1], dpi=110)
