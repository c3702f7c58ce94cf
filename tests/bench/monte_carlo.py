"""Time (CPU seconds of one thread) 200 Monte Carlo draws with bounds of 1200 unknowns and 4000 data."""

import json
import time

from bounded_problem import make

from geoslip.inversion import monte_carlo, solve


def main():
    """Print one JSON line: seconds, and the median spread of slip."""
    problem, operator, constraints, strengths = make()
    estimate = solve(problem, operator, strength=float(strengths[11]), constraints=constraints)
    start = time.process_time()
    ensemble = monte_carlo(estimate, draws=200)
    print(
        json.dumps(
            {
                "job": "Monte Carlo",
                "seconds": time.process_time() - start,
                "spread": float(ensemble.size_spread.mean()),
                "draws": len(ensemble.slips),
            }
        )
    )


if __name__ == "__main__":
    main()
