"""Slip-model file formats, one file each."""
