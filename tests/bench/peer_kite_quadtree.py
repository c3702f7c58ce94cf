"""Time of kite's quadtree about the mean with the means of its leaves, on the same 2000 x 2000 pixels.

Prints one JSON line with the processor seconds. The threshold was found beforehand, so that kite has about as many
leaves as ours has cells; the search for it is not counted.
"""

import json
import logging
import time

import numpy as np
from quadtree_scene import SPACING, displacement

EPSILON = 0.01
"""Threshold (m) at which kite has about 800 leaves."""


def kite_scene(values: np.ndarray):
    """Values as a scene of kite in metres, row 0 in the south."""
    from kite import Scene
    from kite.scene import SceneConfig

    config = SceneConfig()
    config.frame.spacing = "meter"
    config.frame.dE = config.frame.dN = SPACING
    config.frame.llLat, config.frame.llLon = 40.0, 20.0
    angle = np.full(values.shape, 0.9, dtype=np.float32)
    return Scene(displacement=values.copy(), theta=angle, phi=angle, config=config)


def cut(scene, epsilon: float):
    """Kite's quadtree at a threshold, cells of 1.6 km and more."""
    tree = scene.quadtree
    tree.setCorrection("mean")
    tree.tile_size_min = 1600.0
    tree.tile_size_max = 1e6
    tree.nan_allowed = 0.5
    tree.epsilon = epsilon
    return tree


def main() -> None:
    logging.disable(logging.CRITICAL)
    values, seconds = displacement(2000), []
    for _ in range(3):
        scene = kite_scene(values)
        start = time.process_time()
        tree = cut(scene, EPSILON)
        number, _ = tree.nleaves, tree.leaf_means
        seconds.append(time.process_time() - start)
    print(json.dumps({"job": "quadtree", "cells": number, "seconds": min(seconds)}))


if __name__ == "__main__":
    main()
