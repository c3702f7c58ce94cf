"""A catalogue of events, one case each, and its comparison with a seismic catalogue."""
