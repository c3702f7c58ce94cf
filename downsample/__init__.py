"""Observations in: scenes, readers, noise covariance, quadtrees."""
