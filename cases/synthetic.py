"""Making the data of a synthetic study: known slip, its displacement, and what nature and instruments add to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.build_fault import build_plane, place_in_frame
from geoslip.cases.output import write_table
from geoslip.cases.schema import Case
from geoslip.cases.schema_synthetic import SyntheticGnss, SyntheticScene, SyntheticSlip
from geoslip.downsample.look import look_vector
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.patches import cut_uniform
from geoslip.faults.slip import SlipModel

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
    for part in case.synthetic.slip:
        entry = next(item for item in case.faults if item.name == part.segment)
        plane = build_plane(entry, frame)
        corners = np.asarray(fault.segment(part.segment).outlines)
        amount = _ellipse_over_patches(part, corners, plane.top_centre, fault, part.segment)
        rake = np.deg2rad(part.rake)
        where = fault.slices[part.segment]
        slip[where, 0] += amount * np.cos(rake)
        slip[where, 1] += amount * np.sin(rake)
    return SlipModel(fault, slip, frame=frame, rigidity=case.elastic.rigidity, name=f"{case.name}: truth")


def _ellipse_over_patches(part: SyntheticSlip, corners: Array, top: Array, fault: Fault, name: str) -> Array:
    """Mean over each patch of peak (1 - r^2)^(3/2), r the elliptical distance from the asperity's centre."""
    segment = fault.segment(name)
    along, up_dip = segment.strike_vectors[0], segment.updip_vectors[0]
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    start, end, below = corners[:, 0], corners[:, 1], corners[:, 3]
    amount = np.zeros(len(corners))
    for s in share:
        for d in share:
            place = start + s * (end - start) + d * (below - start) - top
            x = (place @ along - part.along) / (0.5 * part.length)
            y = (-(place @ up_dip) - part.down) / (0.5 * part.width)
            amount += np.maximum(1.0 - x**2 - y**2, 0.0) ** 1.5
    return part.peak * amount / SAMPLES**2


def refined_fault(case: Case, frame: LocalFrame) -> Fault:
    """Cut the case's planes into patches finer than those of the inversion, so that its grid is not favoured."""
    assert case.synthetic is not None
    segments = []
    for entry in case.faults:
        plane = build_plane(entry, frame)
        size = min(entry.patches.length or plane.length / (entry.patches.along or 1), plane.length)
        segments.append(cut_uniform(plane, entry.name, patch_length=size / case.synthetic.refine))
    return Fault(tuple(segments))


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
    from geoslip.okada import displacement_field

    moving = truth.magnitude > 0.0
    return displacement_field(points, truth.fault.sources[moving], truth.slip[moving], poisson=poisson)


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
