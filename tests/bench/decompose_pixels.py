"""Time (CPU seconds) five fields of 4000 x 4000 pixels decomposed pixel by pixel, and say the largest memory."""

import argparse
import json
import resource
import time

from strain_fields import LOOKS, make

from geoslip.downsample import look_vector
from geoslip.inversion import decompose


def main():
    """Print one JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    looks = [*LOOKS, look_vector(33.0, -12.0)]
    sigmas = [0.01] * 5
    decompose(make(64, looks), sigmas)
    fields = make(4000, looks)
    start, wall = time.process_time(), time.perf_counter()
    decompose(fields, sigmas, threads=threads)
    seconds = time.process_time() - start if threads == 1 else time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"job": "decompose", "seconds": seconds, "gigabytes": memory}))


if __name__ == "__main__":
    main()
