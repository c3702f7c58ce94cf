"""Motion of the ground from several directions: three components, strain, rotation, profiles."""
