"""A whole catalogue: made, run on a local Dask cluster, killed in the middle, resumed, and held beside the truth.

    python cases/catalogue2022/catalogue.py --out .cache/catalogue2022 --page cases/catalogue2022/README.md \\
        --picture docs/catalogue2022.png

`--fades` makes slip fade toward the rim of an ellipse, which the inverted rectangle of uniform slip cannot follow;
`--stated` states the noise in the case files instead of letting it be estimated, to tell what estimating it costs.
Folders that are there already are kept, so that the command goes on where it was left.
"""

import argparse
import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from make_events import DEEPEST, Source, write_catalogue
from matplotlib.figure import Figure
from scipy.stats import binom

from geoslip.cases.library.published import keep_figures
from geoslip.cases.output.folder import MARK, write_block
from geoslip.faults import moment_of_magnitude

COUNT, SEED = 33, 2022
INTERVALS = {"95 %": (0.95, "q025", "q975"), "90 %": (0.90, "q05", "q95")}
CAPTION = """Left: depths found, with 95 % intervals, and those of the seismic catalogue, against the truth. Right:
moment by depth over all events that were done, with the standard deviation of the sum; events err independently."""
SHALLOW = 5.0
"""Km above which the moment is summed."""


def run_catalogue(folder: Path, *, workers: int, kill_after: int) -> dict[str, float]:
    """Run the batch on a local Dask cluster; kill it by SIGKILL after so many events, unless 0, and resume it."""
    from distributed import LocalCluster

    # every file is made here, and messages shall not depend on what else lies on the machine
    os.environ.pop("GEOSLIP_DATA", None)
    before = done(folder)
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        command = [
            sys.executable, "-m", "geoslip.cases", "batch", str(folder / "events.csv"), "--no-report",
            "--out", str(folder / "results"), "--catalogue", str(folder / "seismic.csv"),
            "--dask", cluster.scheduler_address,
        ]  # fmt: skip
        begin, found = time.perf_counter(), {"done_when_killed": 0.0}
        if done(folder) < kill_after:
            killed = subprocess.Popen(command + ["--resume"], start_new_session=True)
            while done(folder) < kill_after and killed.poll() is None:
                time.sleep(0.2)
            os.killpg(killed.pid, signal.SIGKILL)
            killed.wait()
            found["done_when_killed"] = done(folder)
        ended = subprocess.run(command + ["--resume"], check=False, stdout=subprocess.PIPE, text=True)
        print(ended.stdout)
        found |= {"kept": ended.stdout.count("s  kept"), "seconds": time.perf_counter() - begin}
    # of the workers and of both batches, which have ended by now
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found | {"processor": spent.ru_utime + spent.ru_stime, "events": done(folder) - before}


def together(kept: Path, runs: dict[str, float]) -> dict[str, float]:
    """Join a run to the earlier one that it went on from: times added, and the earlier kill if it made none itself."""
    earlier = json.loads(kept.read_text()) if kept.exists() else {}
    if not runs["done_when_killed"]:
        runs |= {key: earlier[key] for key in ("done_when_killed", "kept") if key in earlier}
    return runs | {key: runs[key] + earlier.get(key, 0.0) for key in ("seconds", "processor", "events")}


def done(folder: Path) -> int:
    """Number of events whose folder is there in full."""
    return len(list((folder / "results").glob(f"event*/{MARK}")))


def read_table(path: Path) -> dict[str, dict[str, str]]:
    """Rows of a table by name."""
    with path.open(newline="", encoding="utf-8") as stream:
        return {row["name"]: row for row in csv.DictReader(stream)}


def score(folder: Path) -> dict:
    """Hold what was found beside the truth."""
    truth, found = read_table(folder / "truth.csv"), read_table(folder / "results" / "events.csv")
    names = [name for name, row in found.items() if row["status"] == "done"]
    sources = {name: json.loads((folder / "results" / name / "summary.json").read_text()) for name in names}
    failures = json.loads((folder / "results" / "batch.json").read_text())["failures"]
    place = str(folder.resolve())
    profile = _rows(folder / "results" / "moment_by_depth.csv")

    def column(table: dict, key: str, scale: float = 1.0) -> np.ndarray:
        return scale * np.array([float(table[name][key]) for name in names])

    depth, true = column(found, "depth_km"), column(truth, "depth", 1e-3)
    inside = {}
    for label, (_, low, high) in INTERVALS.items():
        ends = np.array([[sources[name]["source"]["depth_km"][key] for key in (low, high)] for name in names])
        inside[label] = (true >= ends[:, 0]) & (true <= ends[:, 1])
    return {
        "names": names,
        "failures": {
            name: why.replace(place + os.sep, "").replace(place, "the catalogue's folder")
            for name, why in failures.items()
        },
        "expected": {name: row["fails"] for name, row in truth.items() if row["fails"]},
        "true": true,
        "depth": depth,
        "std": column(found, "depth_std_km"),
        "ends": np.array([[float(found[name][f"depth_{key}_km"]) for key in ("q025", "q975")] for name in names]),
        "catalogue": column(found, "catalogue_depth_km"),
        "inside": inside,
        "table": found,
        "truth": truth,
        "mw_error": column(found, "mw") - column(truth, "mw"),
        "converged": np.array([sources[name]["posterior"]["geometry"]["converged"] for name in names]),
        "profile": np.array([[float(row[key]) for key in ("total_nm", "total_std_nm")] for row in profile]),
        "seconds": [
            json.loads((folder / "results" / name / MARK).read_text())["timings_s"] for name in names
        ],
    }  # fmt: skip


def figures(found: dict) -> dict:
    """What `published.yml` holds of the catalogue."""
    ours, theirs = found["depth"] - found["true"], found["catalogue"] - found["depth"]
    return {
        "done": len(found["names"]),
        "failed": len(found["failures"]),
        "failed_as_meant": float(set(found["failures"]) == set(found["expected"])),
        "inside": {name.removesuffix(" %"): float(inside.mean()) for name, inside in found["inside"].items()},
        "depth_error_over_stated_rms": float(np.sqrt(np.mean((ours / found["std"]) ** 2))),
        "catalogue_deeper_km": float(theirs.mean()),
        "mw_error_rms": float(np.sqrt(np.mean(found["mw_error"] ** 2))),
        "converged": float(found["converged"].mean()),
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def true_profile(sources: list[Source], bins: int) -> np.ndarray:
    """Moment (bins,) of the true rectangles in bins of 1 km, each spread evenly from its top to its bottom."""
    edges = 1e3 * np.arange(bins + 1)
    total = np.zeros(bins)
    for source in sources:
        half = 0.5 * source.width * np.sin(np.deg2rad(source.dip))
        above = np.clip((edges - source.depth + half) / (2.0 * half), 0.0, 1.0)
        total += float(moment_of_magnitude(source.mw)) * np.diff(above)
    return total


def lines(found: dict, runs: dict[str, float], sources: list[Source]) -> list[str]:
    """The page's tables."""
    n = len(found["names"])
    text = ["| what | found |", "|---|---|"]
    text.append(f"| events, done, failed | {n + len(found['failures'])}, {n}, {len(found['failures'])} |")
    if runs.get("done_when_killed"):
        killed, kept = runs["done_when_killed"], runs["kept"]
        text.append(f"| killed after, kept by the resumed run | {killed:.0f} events, {kept:.0f} events |")
    for label, inside in found["inside"].items():
        share = INTERVALS[label][0]
        low, high = binom.interval(0.95, n, share)
        text.append(
            f"| true depth inside the stated {label} interval | {inside.sum()} of {n} ({100 * inside.mean():.0f} %); "
            f"right intervals give {low:.0f} to {high:.0f} |"
        )
    pull = (found["depth"] - found["true"]) / found["std"]
    text.append(f"| error of depth over its stated standard deviation, rms | {np.sqrt(np.mean(pull**2)):.2f} |")
    errors = {"ours": found["depth"], "seismic catalogue": found["catalogue"]}
    for name, value in errors.items():
        error = value - found["true"]
        text.append(
            f"| depth less the truth, {name}: mean, rms | {error.mean():+.2f} km, {np.sqrt(np.mean(error**2)):.2f} km |"
        )
    text.append(f"| magnitude less the truth: mean, rms | {found['mw_error'].mean():+.3f}, "
                f"{np.sqrt(np.mean(found['mw_error'] ** 2)):.3f} |")  # fmt: skip
    text.append(f"| chains converged | {found['converged'].sum()} of {n} |")
    profile = found["profile"]
    shallow = profile[: int(SHALLOW)]
    held = [source for source in sources if source.name in found["names"]]
    true = true_profile(held, len(profile))[: int(SHALLOW)].sum()
    text.append(f"| moment above {SHALLOW:g} km | {shallow[:, 0].sum():.3g} N m, true {true:.3g} N m |")
    each = [sum(timings.values()) for timings in found["seconds"]]
    text.append(f"| seconds an event on one of the workers, median and most | {np.median(each):.0f}, {max(each):.0f} |")
    if runs.get("events"):
        text.append(f"| processor seconds, over the number of events done | {runs['processor'] / runs['events']:.0f} |")
    text += ["", "Failed:", ""]
    for name, why in found["failures"].items():
        text.append(f"- `{name}` ({found['expected'].get(name, 'not meant to')}): {why}")
    heads = ("event", "Mw", "true depth (km)", "depth, 95 % (km)", "seismic depth", "shift (km)", "Kagan angle", "dMw")
    text += ["", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for number, name in enumerate(found["names"]):
        row, (low, high) = found["table"][name], found["ends"][number]
        shift, kagan, excess = (float(row[key]) for key in ("centroid_shift_km", "kagan_deg", "mw_difference"))
        text.append(
            f"| {name} | {float(found['truth'][name]['mw']):.2f} | {found['true'][number]:.2f} | "
            f"{found['depth'][number]:.2f} ({low:.2f} to {high:.2f}) | {found['catalogue'][number]:.1f} | "
            f"{shift:.1f} | {kagan:.0f} | {excess:+.2f} |"
        )
    return text


def picture(found: dict, sources: list[Source], path: Path) -> None:
    """Depths found and true with those of the seismic catalogue, and moment by depth over all events."""
    from geoslip.cases.figures import style

    with style.report_style():
        figure = Figure(figsize=(9.6, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        most = 1e-3 * DEEPEST + 10.0
        left.plot([0, most], [0, most], color=style.LIGHT, linewidth=1.0)
        bars = np.abs(found["ends"].T - found["depth"])
        left.errorbar(found["true"], found["depth"], bars, fmt="o", markersize=3.5, linewidth=1.0, color=style.INK,
                      label="found, 95 %")  # fmt: skip
        left.plot(found["true"], found["catalogue"], "x", markersize=5, color="#b5482e", label="seismic catalogue")
        left.set(xlabel="True depth (km)", ylabel="Depth (km)", xlim=(0, 1.1 * found["true"].max()), ylim=(0, most))
        left.legend(loc="upper left")
        profile = found["profile"]
        held = [source for source in sources if source.name in found["names"]]
        middle, true = np.arange(len(profile)) + 0.5, true_profile(held, len(profile))
        right.barh(middle, profile[:, 0], height=0.9, color="#7d9bb5", xerr=profile[:, 1], label="found, one sigma",
                   error_kw={"linewidth": 0.8})  # fmt: skip
        right.plot(true, middle, "o-", markersize=3, linewidth=1.0, color=style.INK, label="truth")
        right.set(xlabel="Moment (N m in each km)", ylabel="Depth (km)", ylim=(len(profile), 0))
        right.legend(loc="lower right")
        figure.savefig(path, dpi=130)


def main() -> None:
    """Make, run, score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("catalogue2022-results"))
    parser.add_argument("--page", type=Path)
    parser.add_argument("--picture", type=Path, help="in docs/")
    parser.add_argument("--figures", type=Path, help="catalogue.json, for the scoreboard")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--fades", action="store_true", help="slip fades toward the rim")
    parser.add_argument("--stated", action="store_true", help="noise stated as it was drawn, not estimated")
    parser.add_argument("--score", action="store_true", help="only score what is there")
    options = parser.parse_args()
    sources = write_catalogue(
        options.out, count=options.count, seed=options.seed, fades=options.fades, stated=options.stated
    )
    kept = options.out / "runs.json"
    if not options.score:
        runs = run_catalogue(options.out, workers=options.workers, kill_after=options.count // 2)
        kept.write_text(json.dumps(together(kept, runs)))
    found = score(options.out)
    body = lines(found, json.loads(kept.read_text()) if kept.exists() else {}, sources)
    print("\n".join(body))
    if options.picture:
        picture(found, sources, options.picture)
        # the page's way to it, which is also that of the page that docs/ makes of it
        body += ["", f"![Depths, and moment by depth](../../docs/{options.picture.name})", "", *CAPTION.splitlines()]
    if options.figures:
        keep_figures(options.figures, figures(found), by="make catalogue")
    if options.page:
        write_block(options.page, "catalogue", text="\n".join(body))


if __name__ == "__main__":
    main()
