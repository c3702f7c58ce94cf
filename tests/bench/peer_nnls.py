"""Time (CPU seconds) the same 20-value L-curve by scipy.optimize.nnls on the full matrix of data and smoothing rows."""

import json
import time

import numpy as np
from bounded_problem import make, rows
from scipy.optimize import nnls


def main():
    """Print one JSON line: seconds, and the objective of every strength."""
    problem, operator, _, strengths = make()
    matrix, data, smooth = rows(problem, operator)
    dense = smooth.toarray()
    right = np.concatenate([data, np.zeros(len(dense))])
    seconds, values = 0.0, []
    for strength in strengths[::-1]:
        start = time.process_time()
        _, norm = nnls(np.vstack([matrix, strength * dense]), right, maxiter=100_000)
        seconds += time.process_time() - start
        values.append(norm**2)
    print(json.dumps({"job": "bounded L-curve", "seconds": seconds, "objective": values}))


if __name__ == "__main__":
    main()
