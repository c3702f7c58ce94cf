"""Readers, one file a product family."""
