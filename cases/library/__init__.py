"""The studies that come with the toolkit: found, run, held to what was published."""
