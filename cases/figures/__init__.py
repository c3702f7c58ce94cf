"""Figures of the report, one file each."""
