"""Cells: groups of pixels that become one datum each, and the trees that find them."""
