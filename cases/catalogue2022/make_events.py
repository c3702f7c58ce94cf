"""Thirty-three synthetic earthquakes of Mw 4.1 to 6.6: case files, the table of events, and a seismic catalogue.

Every number that decides stands in capitals below and was set before the first run. Magnitudes are evenly spaced; sizes
follow a circular crack with some scatter; strike, dip and rake are anything; the depth is drawn until the event can be
seen. Two tracks see it through noise of the atmosphere. The seismic catalogue errs as catalogues do of western China:
it lies 4 to 10 km too deep.
"""

import csv
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from geoslip.downsample import look_vector
from geoslip.faults import LocalFrame, Plane, moment_of_magnitude
from geoslip.okada import displacement_field

RIGIDITY, STRESS_DROP = 30e9, 3e6
MAGNITUDES = (4.1, 6.6)
DEEPEST, TOP = 18e3, 300.0
"""Centres are at most so deep, top edges at least, m."""
SEEN = 3.0
"""An event is in the catalogue if its peak along a line of sight is so many times the noise."""
NOISE = {"sigma": "4 mm", "length": "6 km", "nugget": "1 mm"}
SIGMA = 4e-3
HEADINGS, INCIDENCE = {"ascending": -12.0, "descending": -168.0}, (36.0, 42.0)
PIXELS, REACH = 100, 12e3
"""Pixels along a side of a scene, and how far it reaches beyond one and a half sides of the source, m."""
CELLS = 100
EPICENTRE, TOO_DEEP, ANGLE, MAGNITUDE = 2.5e3, (4e3, 10e3), 10.0, 0.08
"""Errors of the seismic catalogue: standard deviations (m, degrees, Mw), and the range by which it is too deep, m."""
PRIOR_PLACE, PRIOR_DEPTH, PRIOR_SIZE, PRIOR_SLIP = 10e3, (0.3e3, 25e3), 3.0, 2.0
"""Priors: place about the catalogue's epicentre and depth (m), factor either way of the crack's size, and standard
deviation of slip over that of the crack. All go by the catalogue's magnitude."""
SAMPLING = {"generations": 50, "draws": 800, "coarse": 100, "noise": "sampled"}
FAILING = {"blind": "its ascending scene is all gap", "lost": "the file of its descending scene is not there"}


@dataclass(frozen=True)
class Source:
    """Place and depth of the centre (degrees, m), size (m), angles (degrees), magnitude."""

    name: str
    lon: float
    lat: float
    depth: float
    strike: float
    dip: float
    rake: float
    length: float
    width: float
    mw: float

    @property
    def slip(self) -> float:
        """Uniform slip, m."""
        return float(moment_of_magnitude(self.mw)) / (RIGIDITY * self.length * self.width)


def crack_side(mw: float) -> float:
    """Side (m) of the square of a circular crack's area (Eshelby 1957)."""
    return float(np.sqrt(np.pi) * (7.0 * float(moment_of_magnitude(mw)) / (16.0 * STRESS_DROP)) ** (1.0 / 3.0))


def draw_events(count: int, seed: int) -> list[tuple[Source, Source]]:
    """Draw events, each with its entry in the seismic catalogue."""
    generator = np.random.default_rng(seed)
    found = []
    for number, mw in enumerate(np.linspace(*MAGNITUDES, count)):
        truth = _draw_seen(generator, f"event{number + 1:02d}", float(mw))
        frame = LocalFrame(truth.lon, truth.lat)
        lon, lat = (float(part) for part in frame.to_geographic(*generator.normal(0.0, EPICENTRE, 2)))
        strike, dip, rake = np.array([truth.strike, truth.dip, truth.rake]) + generator.normal(0.0, ANGLE, 3)
        entry = replace(
            truth, lon=lon, lat=lat, depth=truth.depth + generator.uniform(*TOO_DEEP), strike=strike % 360.0,
            dip=float(np.clip(dip, 5.0, 90.0)), rake=(rake + 180.0) % 360.0 - 180.0,
            mw=mw + generator.normal(0.0, MAGNITUDE),
        )  # fmt: skip
        found.append((truth, entry))
    return found


def _draw_seen(generator: np.random.Generator, name: str, mw: float) -> Source:
    lon, lat = (float(part) for part in generator.uniform((82.0, 30.0), (98.0, 40.0)))
    side = crack_side(mw)
    while True:
        length, width = side * 10.0 ** generator.normal((0.1, -0.1), 0.1)
        strike, dip, rake = generator.uniform((0.0, 20.0, -180.0), (360.0, 85.0, 180.0))
        least = 0.5 * width * np.sin(np.deg2rad(dip)) + TOP
        if least < DEEPEST:
            depth = generator.uniform(least, DEEPEST)
            source = Source(name, lon, lat, depth, strike, dip, rake, length, width, mw)
            if peak(source) > SEEN * SIGMA:
                return source


def peak(source: Source) -> float:
    """Largest displacement along either line of sight, m."""
    plane = Plane.from_centre(
        (0.0, 0.0), strike=source.strike, dip=source.dip, length=source.length, width=source.width, depth=source.depth
    )
    row = np.array([[*plane.top_centre, source.strike, source.dip, source.length, source.width]])
    axis = np.linspace(-1.0, 1.0, 41) * (source.depth + source.length)
    points = np.column_stack([part.ravel() for part in np.meshgrid(axis, axis)] + [np.zeros(axis.size**2)])
    rake = np.deg2rad(source.rake)
    field = displacement_field(points, row, source.slip * np.array([[np.cos(rake), np.sin(rake), 0.0]]))
    looks = (look_vector(float(np.mean(INCIDENCE)), heading) for heading in HEADINGS.values())
    return max(float(np.abs(field @ look).max()) for look in looks)


def case_of(truth: Source, entry: Source, *, seed: int, fades: bool, stated: bool) -> dict:
    """The case file of an event.

    ``fades`` lets slip fade toward the rim of an ellipse of the same size and moment; ``stated`` gives the noise as it
    was drawn, where it is else estimated from the scene.
    """
    side, frame = crack_side(entry.mw), LocalFrame(entry.lon, entry.lat)
    half = REACH + 1.5 * side
    (west, east), (south, north) = frame.to_geographic(np.array([-half, half]), np.array([-half, half]))
    scene = {
        "incidence": list(INCIDENCE), "west": float(west), "east": float(east), "south": float(south),
        "north": float(north), "spacing": float(north - south) / PIXELS, "noise": NOISE,
        "ramp": ["3 mm", "5 mm", "-4 mm"],
    }  # fmt: skip
    # an ellipse whose slip fades has 2/5 of the peak over pi/4 of the rectangle
    shape, slip = ("ellipse", truth.slip / (0.1 * np.pi)) if fades else ("rectangle", truth.slip)
    sizes = [metres(side / PRIOR_SIZE), metres(side * PRIOR_SIZE)]
    around = {"uniform": [metres(-PRIOR_PLACE), metres(PRIOR_PLACE)]}
    plane = {
        "name": "plane", "east": around, "north": around, "depth": {"uniform": [metres(part) for part in PRIOR_DEPTH]},
        "strike": {"uniform": [0, 360]}, "dip": {"uniform": [5, 90]}, "length": {"log_uniform": sizes},
        "width": {"log_uniform": sizes},
    }  # fmt: skip
    slip_prior = {"std": metres(PRIOR_SLIP * replace(entry, length=side, width=side).slip)}
    data = {
        "kind": "los", "unit": "m", "positive": "toward", "noise": NOISE if stated else "estimate", "nuisance": "plane",
        "downsample": {"points": CELLS},
    }  # fmt: skip
    return {
        "name": truth.name,
        "title": f"Synthetic earthquake of Mw {truth.mw:.2f}",
        "origin": [entry.lon, entry.lat],
        "seed": seed,
        "synthetic": {
            "notice": "Synthetic: made by cases/catalogue2022/make_events.py; nothing was measured.",
            "faults": [fault_of(truth) | {"patches": {"along": 12 if fades else 1, "down": 8 if fades else 1}}],
            "slip": [
                {
                    "segment": "plane", "shape": shape, "peak": metres(slip), "rake": truth.rake,
                    "down": metres(0.5 * truth.width), "length": metres(truth.length), "width": metres(truth.width),
                }
            ],
            "scenes": [scene | {"file": f"{name}.tif", "heading": angle} for name, angle in HEADINGS.items()],
            "refine": 1,
        },
        "data": [data | {"name": name, "file": f"{name}.tif", "look": looks(name)} for name in HEADINGS],
        "faults": [fault_of(replace(entry, length=side, width=side)) | {"patches": {"along": 1, "down": 1}}],
        "smoothing": {"operator": "damping", "choose": 1e-6},
        "posterior": {"geometry": SAMPLING | {"slip": slip_prior, "planes": [plane]}},
    }  # fmt: skip


def fault_of(source: Source) -> dict:
    """The rectangle of a source as a case file's segment; where it would reach above ground it is put below."""
    least = 0.5 * source.width * np.sin(np.deg2rad(source.dip)) + 1.0
    return {
        "name": "plane", "centre": [source.lon, source.lat], "depth": metres(max(source.depth, least)),
        "strike": source.strike, "dip": source.dip, "length": metres(source.length), "width": metres(source.width),
    }  # fmt: skip


def looks(name: str) -> dict[str, str]:
    """Files of the look vectors."""
    return {axis: f"{name}.{axis[0].upper()}.tif" for axis in ("east", "north", "up")}


def metres(value: float) -> str:
    """A length as case files have it."""
    return f"{float(value):.6f} m"


def write_catalogue(
    folder: Path, *, count: int, seed: int, fades: bool = False, stated: bool = False, failing: bool = True
) -> list[Source]:
    """Write NAME.yml of each event, events.csv, seismic.csv and truth.csv, and give the true sources."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = draw_events(count, seed)
    names = dict(zip((pairs[count // 3][0].name, pairs[2 * count // 3][0].name), FAILING)) if failing else {}
    for number, (truth, entry) in enumerate(pairs):
        case = case_of(truth, entry, seed=1000 * seed + number, fades=fades, stated=stated)
        if names.get(truth.name) == "blind":
            case["synthetic"]["scenes"][0]["gaps"] = [[[entry.lon, entry.lat], "1000 km"]]
        if names.get(truth.name) == "lost":
            case["data"][1]["file"] = "lost.tif"
        # JSON is YAML too
        (folder / f"{truth.name}.yml").write_text(json.dumps(case, indent=1), encoding="utf-8")
    _write(folder / "events.csv", [{"name": t.name, "case": f"{t.name}.yml", "event": f"S{t.name}"} for t, _ in pairs])
    seismic = [
        {"id": f"S{e.name}", "lon": e.lon, "lat": e.lat, "depth_km": 1e-3 * e.depth, "mw": e.mw}
        | {"strike": e.strike, "dip": e.dip, "rake": e.rake}
        for _, e in pairs
    ]
    _write(folder / "seismic.csv", seismic)
    _write(folder / "truth.csv", [asdict(truth) | {"fails": names.get(truth.name, "")} for truth, _ in pairs])
    return [truth for truth, _ in pairs]


def _write(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
