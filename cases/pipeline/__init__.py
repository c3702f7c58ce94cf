"""The steps of a study, in order: checks, data, faults, estimate, trust, stress, posterior."""
