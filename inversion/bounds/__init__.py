"""Least squares under bounds, ties, caps on moment and sums of lengths: which slip is allowed, and the engines."""
