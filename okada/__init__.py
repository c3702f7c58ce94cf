"""Physics: rectangles and points in an elastic half-space; arrays in, arrays out."""

from geoslip.okada.field import displacement_field, gradient_field
from geoslip.okada.matrix import greens_matrix
from geoslip.okada.rectangles import COMPONENTS, RECTANGLE_COLUMNS

__all__ = ["COMPONENTS", "RECTANGLE_COLUMNS", "displacement_field", "gradient_field", "greens_matrix"]
