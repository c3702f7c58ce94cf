"""From what a case file says to the objects of the rooms below: data, faults, smoothing, posteriors."""
