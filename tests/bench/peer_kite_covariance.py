"""Time of kite's full covariance of its leaves over all pixel pairs, 500 x 500 pixels, about 340 leaves.

Prints one JSON line with the processor seconds of one thread. Kite's model is a exp(-d / b), the same as ours.
"""

import json
import logging
import time

from peer_kite_quadtree import kite_scene
from quadtree_scene import NOISE, displacement

EPSILON = 0.0158
"""Threshold (m) at which kite has about 340 leaves."""


def main() -> None:
    logging.disable(logging.CRITICAL)
    scene = kite_scene(displacement(500))
    tree = scene.quadtree
    tree.setCorrection("mean")
    tree.nan_allowed = 0.5
    tree.tile_size_min, tree.tile_size_max = 400.0, 1e6
    tree.epsilon = EPSILON
    covariance = scene.covariance
    covariance.config.model_coefficients = NOISE[:2]
    covariance.config.variance = NOISE[0]
    start = time.process_time()
    covariance._calcCovarianceMatrix(method="full", nthreads=1)
    seconds = time.process_time() - start
    print(json.dumps({"job": "cell_covariance", "cells": tree.nleaves, "seconds": seconds}))


if __name__ == "__main__":
    main()
