"""Time our jobs against peers, each peer in an environment of its own, and print job / ours / peer / ratio.

A job is a pair of scripts beside this file; each prints one JSON line {"job", "seconds"} and, where pairs of point and
patch are counted, "pairs". The two run in turn, several rounds, and the least time of each counts: on a shared machine
the rest is others' work. Further tables say what jobs without a peer take, what two threads gain, what is held in
memory, and how long sampling takes.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from page import processor, renewed, table, tables_of

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parents[1] / ".bench"

PEERS = {
    "own": [],
    "cutde": ["cutde"],
    "kite": ["numpy<2", "setuptools<81", "kite"],
    "dislocs": ["dislocs"],
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
    rounds: int = 3


@dataclass(frozen=True)
class Limit:
    """One line of the table of jobs that no peer does: a script, and the seconds (or other unit) that we promise."""

    name: str
    script: str
    target: float
    options: tuple[str, ...] = ()
    key: str = "seconds"
    unit: str = "s"


@dataclass(frozen=True)
class Scaling:
    """One line of the table of threads: a script that takes ``--gain``, and the gain that we promise."""

    name: str
    script: str
    target: float


@dataclass(frozen=True)
class Memory:
    """One line of the third table: a script that tells its peak memory, and the most MB that we promise."""

    name: str
    script: str
    options: tuple[str, ...]
    target: float


JOBS = [
    Job("surface matrix, two slips, per thread", "surface_matrix.py", "peer_pyrocko_surface.py", "pyrocko", 30),
    Job("depth displacement + gradients, per thread", "depth_field.py", "peer_pyrocko_depth.py", "pyrocko", 10),
    Job(
        "triangle matrix at the surface, three slips, per thread",
        "triangle_matrix.py",
        "peer_cutde_displacement.py",
        "cutde",
        30,
    ),
    Job("triangle displacement + gradients, per thread", "triangle_gradient.py", "peer_cutde_strain.py", "cutde", 20),
    # at least a third: five criteria on one problem take less than three of its L-curves
    Job("five criteria against one L-curve", "all_criteria.py", "bounded_lcurve.py", "own", 1 / 3),
    Job(
        "Coulomb stress, 500 patches at 5000 points, beside dislocs",
        "stress_coulomb.py",
        "peer_dislocs_stress.py",
        "dislocs",
        10,
    ),
    Job("the same beside pyrocko (gradients alone)", "stress_coulomb.py", "peer_pyrocko_depth.py", "pyrocko", 10),
    Job(
        "geometry posterior, 100 draws, against Metropolis",
        "geometry_ensemble.py",
        "peer_metropolis_geometry.py",
        "own",
        10,
        rounds=1,
    ),
    Job(
        "geometry posterior, 100 draws, against emcee",
        "geometry_ensemble.py",
        "peer_emcee_geometry.py",
        "own",
        4,
        rounds=1,
    ),
    Job("20-value bounded L-curve, 1200 unknowns", "bounded_lcurve.py", "peer_nnls.py", "own", 25, rounds=1),
    Job("quadtree, 800 cells of 2000 x 2000 pixels", "quadtree.py", "peer_kite_quadtree.py", "kite", 25, rounds=1),
    Job("covariance, 340 cells of 500 x 500", "cell_covariance.py", "peer_kite_covariance.py", "kite", 150, rounds=1),
    Job(
        "window of 97 pixels, four fields, variance components",
        "strain_windows.py",
        "peer_strain_windows.py",
        "own",
        50,
    ),
]
LIMITS = [
    # one thread: two minutes of wall time on two cores
    Limit("200 bounded Monte Carlo draws, 1200 unknowns", "monte_carlo.py", 120.0),
    # one thread: ten seconds of wall time on two cores
    Limit("4000 x 4000 pixels, five fields, to east, north, up", "decompose_pixels.py", 20.0),
    Limit("4000 x 4000 pixels, five fields, wall-clock of two cores", "decompose_pixels.py", 10.0, ("--threads", "2")),
    Limit("4000 x 4000 pixels, five fields", "decompose_pixels.py", 3.0, key="gigabytes", unit="GB"),
    # processor seconds of all threads together: one idle core takes as long, two take half; others' work does not count
    Limit(
        "covariance, 1500 cells of 2000 x 2000, all threads together",
        "cell_covariance.py",
        1.0,
        ("--side", "2000", "--cells", "1500"),
    ),
    Limit("10 000 x 10 000 pixels to data", "large_scene_memory.py", 4.0, key="gigabytes", unit="GB"),
]
SCALINGS = [
    Scaling("surface matrix", "surface_matrix.py", 1.5),
    Scaling("depth displacement + gradients", "depth_field.py", 1.8),
    Scaling("triangle matrix at the surface", "triangle_matrix.py", 1.7),
    Scaling("triangle displacement + gradients", "triangle_gradient.py", 1.7),
]
MEMORIES = [
    Memory(
        "Coulomb stress, 2000 patches at 1e6 points",
        "stress_coulomb.py",
        ("--points", "1000000", "--patches", "2000", "--repeats", "1"),
        2000,
    ),
]

NOISES = (0.05, 0.01, 0.001, 0.0001)
"""Noise of the slip posterior, m."""
WHOLE_HOURS = ("emcee", "metropolis")
"""Tables made only if named."""
SMALLEST_ESS, LARGEST_R_HAT, LONGEST = 400.0, 1.01, 60.0
"""Every parameter's effective draws within so many seconds of two cores; the peer has fewer in an hour."""


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


def measure(python: str, script: str, *options: str) -> dict:
    """Run one script with one BLAS thread and read the JSON line it prints."""
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [python, str(HERE / script), *options]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **single})
    return json.loads(done.stdout.strip().splitlines()[-1])


def shown(result: dict) -> str:
    """A result as the table prints it: million pairs a second, or seconds."""
    if "pairs" in result:
        return f"{1e-6 * result['pairs'] / result['seconds']:.3g} Mp/s"
    return f"{result['seconds']:.3g} s"


def ratio_lines(only: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of each job's line, and whether its promise is kept."""
    for job in (job for job in JOBS if only in job.name):
        results = []
        for _ in range(job.rounds):
            ours = measure(sys.executable, job.ours)
            results.append((ours, measure(interpreter(job.environment), job.peer)))
        ours = min((pair[0] for pair in results), key=lambda result: result["seconds"])
        peer = min((pair[1] for pair in results), key=lambda result: result["seconds"])
        ratio = (peer["seconds"] / peer.get("pairs", 1)) / (ours["seconds"] / ours.get("pairs", 1))
        yield (job.name, shown(ours), shown(peer), f"{ratio:.3g}", f"{job.target:.3g}"), ratio >= job.target
        if "objective" in ours and "objective" in peer:
            worst = max(abs(a - b) / abs(b) for a, b in zip(ours["objective"], peer["objective"], strict=True))
            yield (
                (
                    "   the same minimum, largest difference",
                    f"{worst:.1e}",
                    "",
                    "",
                    "1e-10",
                ),
                worst <= 1e-10,
            )


def limit_lines(only: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of each line of the table of jobs without a peer, and whether its promise is kept."""
    for item in (item for item in LIMITS if only in item.name):
        found = measure(sys.executable, item.script, *item.options)[item.key]
        yield (item.name, f"{found:.3g} {item.unit}", f"{item.target:g} {item.unit}"), found <= item.target


def scaling_lines(only: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of each line of the table of threads, and whether its promise is kept."""
    for item in (item for item in SCALINGS if only in item.name):
        found = measure(sys.executable, item.script, "--gain")
        rates = [shown({"pairs": found["pairs"], "seconds": found[key]}) for key in ("one", "two")]
        cells = (item.name, *rates, f"{found['gain']:.2f}", f"{item.target:g}", f"{found['apart']:.2f}")
        yield cells, found["gain"] >= item.target


def memory_lines(only: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of each line of the table of memory, and whether its promise is kept."""
    for item in (item for item in MEMORIES if only in item.name):
        result = measure(sys.executable, item.script, *item.options)
        held = result["megabytes"]
        yield (item.name, f"{result['seconds']:.3g} s", f"{held:.0f} MB", f"{item.target:g}"), held <= item.target


def sampling_lines(only: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of each noise level of the slip posterior: time of two cores to ESS 400, and the peers."""
    for noise in NOISES if only in "bounded slip posterior" else ():
        found = measure(sys.executable, "slip_posterior.py", "--noise", str(noise), "--emcee", "60")
        walk = measure(sys.executable, "peer_metropolis_slip.py", "--noise", str(noise), "--seconds", "60")
        seconds, hours = 0.5 * found["cpu_seconds"], (60.0 * walk["ess"], found["emcee_ess_an_hour"])
        # what the peers reach in a whole hour are tables of their own
        good = seconds < LONGEST and found["ess"] >= SMALLEST_ESS and found["r_hat"] < LARGEST_R_HAT
        cells = (f"bounded slip posterior, noise {1e3 * noise:g} mm", f"{seconds:.3g} s", f"{found['ess']:.0f}")
        yield (*cells, f"{found['r_hat']:.3f}", *(f"{hour:.0f}" for hour in hours)), good


def emcee_lines(seconds: float) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of a long run of emcee on the slip posterior, and whether it is not there at its end."""
    keep = HERE.parents[1] / ".cache" / "emcee_slip.npz"
    keep.parent.mkdir(exist_ok=True)
    asked = ("--noise", str(NOISES[0]), "--seconds", str(seconds), "--keep", str(keep))
    found = measure(sys.executable, "peer_emcee_slip.py", *asked)
    yield (
        (
            f"emcee as users begin it, noise {1e3 * NOISES[0]:g} mm",
            f"{found['seconds'] / 60.0:.0f} min",
            f"{found['steps']}",
            f"{found['chain_in_tau']:.1f}",
            f"{found['r_hat']:.2f}",
            f"{found['off_first']:.2f} sd",
            f"{found['off_last']:.2f} sd",
            f"{found['share_off']:.0%}",
        ),
        found["r_hat"] > LARGEST_R_HAT,
    )


def metropolis_lines(seconds: float) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the cells of a long run of Metropolis on the slip posterior, and whether it is not there at its end."""
    found = measure(
        sys.executable, "peer_metropolis_slip.py", "--noise", str(NOISES[0]), "--seconds", str(seconds)
    )  # fmt: skip
    yield (
        (
            f"Metropolis with ideal steps, noise {1e3 * NOISES[0]:g} mm",
            f"{found['seconds'] / 60.0:.0f} min",
            f"{found['steps']}",
            f"{found['accepted']:.0%}",
            f"{found['ess']:.0f}",
            f"{found['ess_median']:.0f}",
            f"{found['r_hat']:.3f}",
            f"{found['share_off']:.0%}",
        ),
        found["ess"] < SMALLEST_ESS,
    )


def main() -> None:
    """Print the tables; exit 1 where a promise is missed and --strict is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run only jobs whose name holds this text")
    parser.add_argument("--page", type=Path, help="write the tables into this Markdown page too")
    parser.add_argument(
        "--table", nargs="*", help="make only these tables; the page keeps its others, as with --only its other lines"
    )
    parser.add_argument(
        "--hour", type=float, default=3600.0, help="processor seconds, for the tables made only if named"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where a ratio is below its target")
    options = parser.parse_args()
    intro = (
        f"Made by `make bench` on {processor()}, Python {platform.python_version()}. Mp/s: million pairs of point and"
        " patch a second. Times are processor seconds of one thread where nothing else is said, the least of several"
        " rounds in which ours and the peer's took turns. The gain of two threads is by the wall, the median of runs"
        " that took turns, beside what the machine gives two processes that share nothing. Sampling counts half the"
        " processor seconds of all threads, as two cores would take, of a run that ends when every parameter has 400"
        " effective draws; its peers start in the posterior and their effective draws an hour are extrapolated from a"
        " processor minute each: a Metropolis whose steps have its covariance, at the size that accepts one step in"
        " four, and emcee's stretch move with 1604 walkers. Both are more than a user gets: walkers that are draws"
        " already show how fast they mix, not how long it takes to become draws. At the largest noise, the easiest for"
        " them, two tables let them run for an hour of the processor. The table emcee is the real thing: walkers in a"
        " ball about the best slip at the strength of least ABIC, as wide in each parameter as the posterior. Its"
        " second half is judged by emcee's rule (50 autocorrelation times tau), by R-hat with each walker a chain, and"
        " by how far the mean of the walkers is off the posterior's, in its standard deviations: the farthest"
        " parameter at the first and the last stored step, and the share of parameters off by 0.2. The table"
        " metropolis has the same kind start as above; ESS is the least of all parameters. Both are made only if"
        " named. A run that is cut short, or makes some tables only, leaves the others as they were."
    )
    tables = (
        (("job", "ours", "peer", "ratio", "at least"), ratio_lines(options.only)),
        (("alone", "ours", "at most"), limit_lines(options.only)),
        (("threads", "one", "two", "gain", "at least", "processes"), scaling_lines(options.only)),
        (("memory", "processor", "held", "at most"), memory_lines(options.only)),
        (("sampling", "to ESS 400", "ESS of run", "R-hat", "Metropolis/h", "emcee/h"), sampling_lines(options.only)),
        (
            ("emcee", "processor", "steps", "over tau", "R-hat", "off at first", "off at last", "off by 0.2 sd"),
            emcee_lines(options.hour),
        ),
        (
            ("metropolis", "processor", "steps", "accepted", "ESS", "median ESS", "R-hat", "off by 0.2 sd"),
            metropolis_lines(options.hour),
        ),
    )
    kept, made, names = True, tables_of(options.page), [heads[0] for heads, _ in tables]
    for heads, lines in tables:
        if heads[0] not in (options.table or [name for name in names if name not in WHOLE_HOURS]):
            continue
        text, good = table(heads, lines)
        made[heads[0]] = renewed(made.get(heads[0], ""), text) if options.only else text
        kept &= good
        if options.page is not None:  # after every table, so that a run cut short leaves what it has
            blocks = [
                "# Benchmarks",
                intro,
                *(made[name] for name in names if name in made),
            ]
            options.page.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    if options.strict and not kept:
        sys.exit(1)


if __name__ == "__main__":
    main()
