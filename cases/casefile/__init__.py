"""The case file: its schema block by block, read with every mistake told by file, line and value."""
