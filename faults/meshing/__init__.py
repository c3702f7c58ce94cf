"""Meshes of triangles from what is mapped: traces, dips, contours, hypocentres."""

from geoslip.faults.meshing.contours import surface_from_contours, surface_from_grid
from geoslip.faults.meshing.hypocentres import HypocentreFit, fit_hypocentres
from geoslip.faults.meshing.junctions import mesh_surfaces
from geoslip.faults.meshing.mesher import Seam, mesh_surface
from geoslip.faults.meshing.profile import DipProfile
from geoslip.faults.meshing.sizes import edge_length, graded, halved
from geoslip.faults.meshing.surface import Surface
from geoslip.faults.meshing.trace import surface_from_trace

__all__ = [
    "DipProfile",
    "HypocentreFit",
    "Seam",
    "Surface",
    "edge_length",
    "fit_hypocentres",
    "graded",
    "halved",
    "mesh_surface",
    "mesh_surfaces",
    "surface_from_contours",
    "surface_from_grid",
    "surface_from_trace",
]
