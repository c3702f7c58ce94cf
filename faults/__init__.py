"""Geometry: local frame, fault planes, patches and their neighbours, slip models and their formats."""
