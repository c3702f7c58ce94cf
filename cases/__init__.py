"""Studies: case file, pipeline, report, command line."""
