"""Time (CPU seconds a window) displacement, gradient and variance components of windows of 97 pixels, four fields."""

import json
import time

from strain_fields import RADIUS, make

from geoslip.inversion import strain_model


def main():
    """Print one JSON line."""
    strain_model(make(20), [0.01] * 4, radius=RADIUS)
    fields = make(200)
    start = time.process_time()
    strain_model(fields, [0.01] * 4, radius=RADIUS)
    print(json.dumps({"job": "window", "seconds": (time.process_time() - start) / 200**2}))


if __name__ == "__main__":
    main()
