"""Time our jobs against peers, each peer in an environment of its own, and print job / ours / peer / ratio.

A job is a pair of scripts beside this file; each prints one JSON line {"job", "pairs" or "size", "seconds", ...}.
The two run in turn, several rounds, and the least time of each counts: on a shared machine the rest is others' work.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parents[1] / ".bench"

PEERS = {
    "own": [],
    "pyrocko": ["numpy<2", "setuptools<81", "pyrocko"],
}


@dataclass(frozen=True)
class Job:
    """One line of the table: what is timed, by which scripts, and the ratio that we promise."""

    name: str
    ours: str
    peer: str
    environment: str
    target: float
    unit: str = "Mp/s"


JOBS = [
    Job(
        "surface matrix, two slips, per thread",
        "surface_matrix.py",
        "peer_pyrocko_surface.py",
        "pyrocko",
        30,
    ),
    Job("depth displacement + gradients, per thread", "depth_field.py", "peer_pyrocko_depth.py", "pyrocko", 10),
    Job("20-value bounded L-curve, 1200 unknowns", "bounded_lcurve.py", "peer_nnls.py", "own", 25, "s"),
]


def interpreter(environment: str) -> str:
    """Python of a peer's environment, made on first use."""
    if environment == "own":
        return sys.executable
    folder = ENVIRONMENTS / environment
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS[environment]], check=True)
        (folder / ".installed").touch()
    return str(python)


def measure(python: str, script: str, *, threads: int) -> dict:
    """Run one script with a given number of threads and read the JSON line it prints."""
    count = str(threads)
    variables = {"OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "GEOSLIP_THREADS": count}
    done = subprocess.run(
        [python, str(HERE / script)], check=True, capture_output=True, text=True, env={**os.environ, **variables}
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def cost(result: dict) -> float:
    """Seconds per pair where pairs are counted, else seconds."""
    return result["seconds"] / result.get("pairs", 1)


def shown(job: Job, seconds: float) -> str:
    """A cost as the table prints it."""
    return f"{1e-6 / seconds:.3g} Mp/s" if job.unit == "Mp/s" else f"{seconds:.3g} s"


def main() -> None:
    """Print the table; exit 1 where a promised ratio is missed and --strict is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each script; the least time counts")
    parser.add_argument("--only", default="", help="run only jobs whose name holds this text")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a ratio is below its target")
    options = parser.parse_args()
    print(f"{'job':44s} {'ours':>12s} {'peer':>12s} {'ratio':>8s} {'aim':>6s}")
    missed = False
    for job in (job for job in JOBS if options.only in job.name):
        ours, peer = float("inf"), float("inf")
        for _ in range(options.rounds):
            ours = min(ours, cost(measure(sys.executable, job.ours, threads=1)))
            peer = min(peer, cost(measure(interpreter(job.environment), job.peer, threads=1)))
        ratio = peer / ours
        missed |= ratio < job.target
        print(
            f"{job.name:44s} {shown(job, ours):>12s} {shown(job, peer):>12s} {ratio:8.1f} {job.target:6g}", flush=True
        )
    if missed and options.strict:
        sys.exit(1)


if __name__ == "__main__":
    main()
