"""Time (CPU seconds) 20 strengths by five criteria: 1200 unknowns, 4000 data of three tracks, normal equations too.

L-curve, ABIC, GCV, 5-fold cross-validation on blocks of ground, and each track held out.
"""

import json
import time

import numpy as np
from bounded_problem import make, three_tracks

from geoslip.inversion import Problem, cross_validate, dataset_folds, minimise_bounded, spatial_folds, strength_curve


def main():
    """Print one JSON line: seconds."""
    problem, operator, constraints, strengths = make()
    observations, greens = three_tracks(problem)
    minimise_bounded(np.eye(3), np.ones(3))
    start = time.process_time()
    nuisance = dict.fromkeys(greens, "none")
    problem = Problem.build(observations, problem.fault, nuisance=nuisance, greens=greens)
    curve = strength_curve(problem, operator, strengths=strengths, constraints=constraints)
    curve = cross_validate(curve, folds=spatial_folds(problem))
    curve = cross_validate(curve, folds=dataset_folds(problem))
    chosen = {name: curve.choose(name).index for name in curve.criteria}
    print(json.dumps({"job": "five criteria", "seconds": time.process_time() - start, "chosen": chosen}))


if __name__ == "__main__":
    main()
