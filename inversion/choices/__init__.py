"""Choices that the data make: the strength of smoothing, by every criterion, and the weights of data sets."""
