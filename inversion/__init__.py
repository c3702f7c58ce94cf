"""Estimates: Green's matrices, bounded least squares, regularisation and its strength."""
