"""Physics: rectangles and points in an elastic half-space; arrays in, arrays out."""
