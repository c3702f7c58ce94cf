"""Making the data of a synthetic study: known slip, its displacement, and what nature and instruments add to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.fault import build_plane, build_segments
from geoslip.cases.assemble.places import place_in_frame
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.fault import FaultEntry, Patches
from geoslip.cases.casefile.synthetic import SyntheticGnss, SyntheticScene, SyntheticSlip
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import write_table
from geoslip.downsample.scenes.look import look_vector
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.section import unrolled
from geoslip.faults.slip import SlipModel
from geoslip.faults.triangular import TriangularSegment

Array = NDArray[np.float64]
SAMPLES = 8
"""Points a patch and direction over which the true slip is averaged."""


def true_model(case: Case, fault: Fault, frame: LocalFrame) -> SlipModel:
    """Give the true slip of a synthetic case, averaged over the patches of a fault.

    Parameters
    ----------
    case : Case
        With a ``synthetic:`` block.
    fault : Fault
        Segments on the case's planes, cut in any way.
    frame : LocalFrame
        The case's frame.

    Returns
    -------
    SlipModel
    """
    assert case.synthetic is not None
    slip = np.zeros((fault.n_patches, 3))
    entries = {entry.name: entry for entry in true_faults(case)}
    for part in case.synthetic.slip:
        segment = fault.segment(part.segment)
        if isinstance(segment, TriangularSegment):
            amount = _mean_over_patches(part, *_mesh_samples(segment))
        else:
            plane = build_plane(entries[part.segment], frame)
            amount = _mean_over_patches(part, *_plane_samples(segment, plane.top_centre))
        rake = np.deg2rad(part.rake)
        where = fault.slices[part.segment]
        slip[where, 0] += amount * np.cos(rake)
        slip[where, 1] += amount * np.sin(rake)
    return SlipModel(fault, slip, frame=frame, rigidity=case.elastic.rigidity, name=f"{case.name}: truth")


def true_faults(case: Case) -> tuple[FaultEntry, ...]:
    """The segments on which the synthetic slip lies: the case's own unless the truth has others."""
    assert case.synthetic is not None
    return case.synthetic.faults or case.faults


def inverted_as_true(case: Case) -> bool:
    """Whether the case inverts on the surfaces that slipped, whatever patches it cuts them into."""
    shapes = [
        [entry.model_copy(update={"mesh": None, "patches": None}) for entry in entries]
        for entries in (true_faults(case), case.faults)
    ]
    return shapes[0] == shapes[1]


def _mean_over_patches(part: SyntheticSlip, along: Array, down: Array) -> Array:
    """Mean over samples (n, k) of each patch of peak (1 - r^2)^(3/2), r the elliptical distance, or of a rectangle."""
    x = (along - part.along) / (0.5 * part.length)
    y = (down - part.down) / (0.5 * part.width)
    if part.shape == "rectangle":
        return np.asarray(part.peak * np.mean(np.maximum(np.abs(x), np.abs(y)) <= 1.0, axis=1))
    return np.asarray(part.peak * np.mean(np.maximum(1.0 - x**2 - y**2, 0.0) ** 1.5, axis=1))


def _plane_samples(segment: FaultSegment, top: Array) -> tuple[Array, Array]:
    """Metres along strike from the middle and down the dip from the top edge, (n, k), of points all over rectangles."""
    corners = np.asarray(segment.outlines)
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    s, d = (grid.ravel()[:, None] for grid in np.meshgrid(share, share))
    start, end, below = corners[:, None, 0], corners[:, None, 1], corners[:, None, 3]
    place = start + s * (end - start) + d * (below - start) - top
    return place @ segment.strike_vectors[0], -(place @ segment.updip_vectors[0])


def _mesh_samples(segment: TriangularSegment) -> tuple[Array, Array]:
    """The same, (n, k), of points all over triangles, measured on the surface laid flat."""
    corners = unrolled(segment)
    corners = corners - [0.5 * (corners[..., 0].min() + corners[..., 0].max()), corners[..., 1].min()]
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    s, d = (grid.ravel() for grid in np.meshgrid(share, share))
    over = s + d > 1.0
    s, d = np.where(over, 1.0 - s, s), np.where(over, 1.0 - d, d)
    weights = np.stack([1.0 - s - d, s, d])
    return corners[..., 0] @ weights, corners[..., 1] @ weights


def refined_fault(case: Case, frame: LocalFrame) -> Fault:
    """Cut the surfaces that slip into patches finer than those of the inversion, so that its grid is not favoured."""
    assert case.synthetic is not None
    times = case.synthetic.refine
    entries = [_finer(entry, frame, times) for entry in true_faults(case)]
    junctions = case.synthetic.junctions if case.synthetic.faults else case.junctions
    segments, wrong = build_segments(entries, frame, junctions=junctions)
    if wrong:
        raise CaseError([case.mistake(("synthetic", "faults", index), rule) for index, rule in wrong])
    return Fault(segments)


def _finer(entry: FaultEntry, frame: LocalFrame, times: int) -> FaultEntry:
    if entry.mesh is not None:
        return entry.model_copy(update={"mesh": entry.mesh.finer(times)})
    assert entry.patches is not None
    length = build_plane(entry, frame).length
    size = min(entry.patches.length or length / (entry.patches.along or 1), length)
    return entry.model_copy(update={"patches": Patches.model_construct(length=size / times)})


def make_data(
    case: Case, frame: LocalFrame, folder: Path, *, report: Callable[[float], None] = lambda fraction: None
) -> list[Path]:
    """Write the files of a synthetic case's data.

    Parameters
    ----------
    case : Case
        With a ``synthetic:`` block; its seed fixes every number.
    frame : LocalFrame
        The case's frame.
    folder : Path
        Gets the files under the names that the block gives.
    report : callable
        Takes the fraction done.

    Returns
    -------
    list of Path
        What was written.
    """
    assert case.synthetic is not None
    generator = np.random.default_rng(case.seed)
    truth = true_model(case, refined_fault(case, frame), frame)
    written: list[Path] = []
    products: list[SyntheticScene | SyntheticGnss] = [*case.synthetic.scenes, *case.synthetic.gnss]
    for index, product in enumerate(products):
        path = folder / product.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(product, SyntheticScene):
            written += _write_scene(path, product, truth, frame, case.elastic.poisson, generator)
        else:
            written.append(_write_gnss(path, product, truth, frame, case.elastic.poisson, generator))
        report((index + 1) / len(products))
    return written


def _displacement(truth: SlipModel, points: Array, poisson: float) -> Array:
    from geoslip.inversion.forward import model_displacement

    return model_displacement(truth, points, poisson=poisson)


def _write_scene(
    path: Path,
    scene: SyntheticScene,
    truth: SlipModel,
    frame: LocalFrame,
    poisson: float,
    generator: np.random.Generator,
) -> list[Path]:
    longitude = np.arange(scene.west, scene.east, scene.spacing)
    latitude = np.arange(scene.north, scene.south, -scene.spacing)
    shape = (latitude.size, longitude.size)
    grid_longitude, grid_latitude = (part.ravel() for part in np.meshgrid(longitude, latitude))
    east, north = frame.to_local(grid_longitude, grid_latitude)
    look = _look(scene, east, north)
    field = _displacement(truth, np.column_stack([east, north, np.zeros_like(east)]), poisson)
    motion = frame.rotate_from_frame(field, grid_longitude, grid_latitude)
    values = (motion * look).sum(axis=1).reshape(shape)
    values += _ramp(scene, shape) + _noise(scene, shape, east.reshape(shape), north.reshape(shape), generator)
    for centre, radius in scene.gaps:
        x, y = place_in_frame(centre, frame)
        values[(np.hypot(east - x, north - y) < radius).reshape(shape)] = np.nan
    transform = (
        scene.spacing,
        0.0,
        longitude[0] - scene.spacing / 2,
        0.0,
        -scene.spacing,
        latitude[0] + scene.spacing / 2,
    )
    written = [write_geotiff(path, values, transform)]
    for axis, letter in enumerate("ENU"):
        companion = path.with_suffix(f".{letter}{path.suffix}")
        written.append(write_geotiff(companion, look[:, axis].reshape(shape), transform))
    return written


def _look(scene: SyntheticScene, east: Array, north: Array) -> Array:
    """Look vectors whose incidence grows linearly across the swath, away from the right-looking satellite's track."""
    heading = np.deg2rad(scene.heading)
    across = east * np.cos(heading) - north * np.sin(heading)
    share = (across - across.min()) / max(float(np.ptp(across)), 1.0)
    near, far = scene.incidence
    return look_vector(near + (far - near) * share, np.full(east.shape, scene.heading))


def _ramp(scene: SyntheticScene, shape: tuple[int, int]) -> Array:
    offset, eastward, northward = scene.ramp
    y, x = np.meshgrid(np.linspace(0.5, -0.5, shape[0]), np.linspace(-0.5, 0.5, shape[1]), indexing="ij")
    return np.asarray(offset + eastward * x + northward * y)


def _noise(
    scene: SyntheticScene, shape: tuple[int, int], east: Array, north: Array, generator: np.random.Generator
) -> Array:
    from geoslip.downsample import NoiseModel, synthetic_noise

    noise = NoiseModel(scene.noise.sigma**2, scene.noise.length, scene.noise.nugget**2)
    row, column = shape[0] // 2, shape[1] // 2
    spacing = (abs(north[row, column] - north[row - 1, column]), abs(east[row, column] - east[row, column - 1]))
    return np.asarray(synthetic_noise(shape, spacing=spacing, noise=noise, rng=generator))


def write_geotiff(path: Path, values: Array, transform: tuple[float, ...]) -> Path:
    """Write one band of 32-bit floats on longitudes and latitudes; the affine transform is of pixel corners."""
    import rasterio

    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": rasterio.Affine(*transform),
        "nodata": np.nan,
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(values.astype(np.float32), 1)
    return path


def _write_gnss(
    path: Path,
    table: SyntheticGnss,
    truth: SlipModel,
    frame: LocalFrame,
    poisson: float,
    generator: np.random.Generator,
) -> Path:
    places = np.array(list(table.stations.values()))
    east, north = frame.to_local(places[:, 0], places[:, 1])
    field = _displacement(truth, np.column_stack([east, north, np.zeros_like(east)]), poisson)
    motion = frame.rotate_from_frame(field, places[:, 0], places[:, 1])
    sigma = np.array(table.sigma)
    measured = motion + sigma * generator.standard_normal(motion.shape)
    names = ["station", "longitude", "latitude", "east", "north", "up", "sigma_east", "sigma_north", "sigma_up"]
    rows = [
        [station, *place, *(1e3 * offset), *(1e3 * sigma)]
        for station, place, offset in zip(table.stations, places, measured)
    ]
    write_table(path, names, rows)
    return path
