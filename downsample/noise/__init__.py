"""Noise: its semivariogram, families and covariance, of pixels and of cells."""
