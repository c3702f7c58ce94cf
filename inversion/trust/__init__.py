"""How far to trust an answer: fit, formal covariance, ensembles, resolution, errors of the geometry."""
