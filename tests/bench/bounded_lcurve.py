"""Time (CPU seconds) a 20-value non-negative L-curve of 1200 unknowns and 5200 rows, normal equations included."""

import json
import time

import numpy as np
from bounded_problem import make, rows

from geoslip.inversion import minimise_bounded


def main():
    """Print one JSON line: seconds, and the objective of every strength."""
    problem, operator, _, strengths = make()
    matrix, data, smooth = rows(problem, operator)
    dense = smooth.toarray()
    minimise_bounded(np.eye(3), np.ones(3))
    start = time.process_time()
    normal, right, gram = matrix.T @ matrix, matrix.T @ data, (smooth.T @ smooth).toarray()
    state, solutions = None, []
    for strength in strengths[::-1]:
        found = minimise_bounded(normal + strength**2 * gram, right, start=state)
        state = found.state
        solutions.append(found)
    seconds = time.process_time() - start
    values = [
        float(np.sum((data - matrix @ one.x) ** 2) + strength**2 * np.sum((dense @ one.x) ** 2))
        for one, strength in zip(solutions, strengths[::-1])
    ]
    work = sum(one.factorisations for one in solutions)
    kkt = max(one.kkt for one in solutions)
    print(
        json.dumps(
            {"job": "bounded L-curve", "seconds": seconds, "objective": values, "factorisations": work, "kkt": kkt}
        )
    )


if __name__ == "__main__":
    main()
