"""Physics: rectangles, triangles and points in an elastic half-space; arrays in, arrays out."""

from geoslip.okada.compiled import drop_stale_kernels
from geoslip.okada.field import displacement_field, gradient_field
from geoslip.okada.full_space import full_space_displacement, full_space_gradient
from geoslip.okada.matrix import greens_matrix
from geoslip.okada.medium import Medium
from geoslip.okada.point import POINT_COLUMNS, point_displacement, point_gradient
from geoslip.okada.rectangles import COMPONENTS, RECTANGLE_COLUMNS
from geoslip.okada.stress import strain, stress, traction
from geoslip.okada.triangles import triangle_bases

__all__ = [
    "COMPONENTS",
    "POINT_COLUMNS",
    "RECTANGLE_COLUMNS",
    "Medium",
    "displacement_field",
    "full_space_displacement",
    "full_space_gradient",
    "gradient_field",
    "greens_matrix",
    "point_displacement",
    "point_gradient",
    "strain",
    "stress",
    "traction",
    "triangle_bases",
]

drop_stale_kernels()
