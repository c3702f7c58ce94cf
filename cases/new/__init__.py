"""A case file to start from."""
