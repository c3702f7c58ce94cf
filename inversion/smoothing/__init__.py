"""What slip is like beside what the data say: operators, covariances, norms, given models."""
