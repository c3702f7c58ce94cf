"""What a run leaves on disk, under its final name only when it is whole."""
