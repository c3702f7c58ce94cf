"""Geometry: local frame, fault planes, patches and their neighbours, slip models and their formats."""

from geoslip.faults.fault import Fault, merge_faults
from geoslip.faults.formats import FormatError, formats, read_slip_model, write_slip_model
from geoslip.faults.formats.mechanisms import EventMechanism
from geoslip.faults.formats.read_mechanisms import read_mechanisms
from geoslip.faults.frame import LocalFrame
from geoslip.faults.mechanism import (
    Axis,
    FocalMechanism,
    NodalPlane,
    auxiliary_plane,
    focal_mechanism,
    kagan_angle,
    mechanism_tensor,
)
from geoslip.faults.mesh_checks import flipped_triangles, repaired_mesh
from geoslip.faults.mesh_quality import MeshQuality, mesh_quality
from geoslip.faults.moment import DEFAULT_RIGIDITY, magnitude_of_moment, moment_of_magnitude, tensor_moment
from geoslip.faults.neighbours import Adjacency, neighbours
from geoslip.faults.onto import slip_onto
from geoslip.faults.patches import cut_growing, cut_rows, cut_uniform
from geoslip.faults.plane import Plane, planes_along_trace
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.section import unrolled
from geoslip.faults.segment import RECTANGLE_COLUMNS, RectangularSegment
from geoslip.faults.slip import SegmentSummary, SlipModel
from geoslip.faults.triangular import TriangularSegment
from geoslip.faults.vectors import azimuth_of, normal_vector, strike_vector, updip_vector

__all__ = [
    "DEFAULT_RIGIDITY",
    "RECTANGLE_COLUMNS",
    "Adjacency",
    "Axis",
    "EventMechanism",
    "Fault",
    "FaultSegment",
    "FocalMechanism",
    "FormatError",
    "LocalFrame",
    "MeshQuality",
    "NodalPlane",
    "Plane",
    "RectangularSegment",
    "SegmentSummary",
    "SlipModel",
    "TriangularSegment",
    "auxiliary_plane",
    "azimuth_of",
    "cut_growing",
    "cut_rows",
    "cut_uniform",
    "flipped_triangles",
    "focal_mechanism",
    "formats",
    "kagan_angle",
    "magnitude_of_moment",
    "mechanism_tensor",
    "merge_faults",
    "mesh_quality",
    "moment_of_magnitude",
    "neighbours",
    "normal_vector",
    "planes_along_trace",
    "read_mechanisms",
    "read_slip_model",
    "repaired_mesh",
    "slip_onto",
    "strike_vector",
    "tensor_moment",
    "unrolled",
    "updip_vector",
    "write_slip_model",
]
