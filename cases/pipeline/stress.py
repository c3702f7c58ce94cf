"""What a case's ``stress:`` block asks for, computed: a source, and the change on receivers, a map and a section."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.fault import build_segment
from geoslip.cases.assemble.places import place_in_frame
from geoslip.cases.batch.projected import OnSection, project_seismicity
from geoslip.cases.batch.seismic import read_seismicity
from geoslip.cases.library.find import resolve
from geoslip.faults.fault import Fault
from geoslip.faults.formats import read_slip_model
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel
from geoslip.okada.coulomb import CoulombChange, Friction
from geoslip.okada.medium import Medium

if TYPE_CHECKING:
    from geoslip.cases.casefile.case import Case
    from geoslip.cases.casefile.stress import Stress, StressReceiver

Array = NDArray[np.float64]
Progress = Callable[[float], object]
MOST_PLACES = 2_000_000
"""A map of more nodes is taken for a slip of the unit of its spacing."""


@dataclass(frozen=True)
class OnReceiver:
    """The change on one receiver: a patch a value, or one value at a place (then without a model)."""

    name: str
    model: SlipModel | None
    places: Array
    change: CoulombChange


@dataclass(frozen=True)
class OnNodes:
    """The change at the nodes of a map or section: longitude, latitude, depth (m) (n, 3), and the nodes' ``shape``.

    ``across`` is the distance along a section, m; nothing for a map.
    """

    places: Array
    change: CoulombChange
    shape: tuple[int, int]
    across: Array | None = None


@dataclass(frozen=True)
class StressFound:
    """What the ``stress:`` block found, and the earthquakes near its section."""

    source: SlipModel
    receivers: tuple[OnReceiver, ...]
    map: OnNodes | None
    section: OnNodes | None
    seismicity: OnSection | None = None


def run_stress(
    case: Case,
    model: SlipModel,
    *,
    truth: SlipModel | None = None,
    roots: Sequence[Path] = (),
    progress: Progress | None = None,
) -> StressFound:
    """Compute what the case's ``stress`` block asks for.

    Parameters
    ----------
    case : Case
        With a ``stress`` block.
    model : SlipModel
        The estimate.
    truth : SlipModel, optional
        The true slip of a synthetic study.
    roots : sequence of Path
        Folders for relative names of files.
    progress : callable, optional
        Called with the finished fraction of each part.

    Raises
    ------
    ValueError
        If a segment is unknown, a file cannot be read, or a receiver lies above ground.
    """
    asked = case.stress
    assert asked is not None and model.frame is not None
    options: dict[str, Any] = {
        "friction": Friction(asked.friction, asked.skempton, asked.pore),
        "medium": Medium(case.elastic.rigidity, case.elastic.poisson),
    }
    if asked.source.true_slip and truth is None:
        raise ValueError("stress: source: true_slip needs a synthetic study whose faults are the true ones")
    source = _source(case, truth if asked.source.true_slip and truth is not None else model, roots)
    receivers = tuple(_on_receiver(one, source, model, options) for one in asked.receivers)
    nodes = section = seismicity = None
    if asked.map is not None:
        shape, places = _map_places(asked, source, receivers, model.frame)
        nodes = OnNodes(*_on_nodes(asked, source, places, options, progress), shape)
    if asked.section is not None:
        shape, places, across = _section_places(asked, model.frame)
        found = _on_nodes(asked, source, places, {**options, "depths": None}, progress)
        section = OnNodes(*found, shape, across)
        if asked.section.seismicity is not None:
            events = read_seismicity(resolve(asked.section.seismicity.file, roots))
            within = asked.section.seismicity.within
            seismicity = project_seismicity(
                events, *_section_ends(asked, model.frame), frame=model.frame, within=within
            )
    return StressFound(source, receivers, nodes, section, seismicity)


def _source(case: Case, model: SlipModel, roots: Sequence[Path]) -> SlipModel:
    assert case.stress is not None
    asked = case.stress.source
    if asked.file is not None:
        own = LocalFrame(*asked.origin) if asked.origin is not None else None
        found = read_slip_model(
            resolve(asked.file, roots), frame=own, crs=asked.crs, rigidity=case.elastic.rigidity
        )  # fmt: skip
        if found.frame is None:
            raise ValueError(f"{asked.file} counts from a place that it does not name: give stress: source: origin")
        return _of_segments(found, [name for name in found.fault.names if name not in asked.without], asked.without)
    if asked.plane is not None:
        assert asked.slip is not None and asked.rake is not None and model.frame is not None
        fault = Fault((build_segment(asked.plane, model.frame, roots=roots),))
        angle = np.radians(asked.rake)
        slip = np.tile(asked.slip * np.array([np.cos(angle), np.sin(angle), 0.0]), (fault.n_patches, 1))
        return SlipModel(fault, slip, frame=model.frame, rigidity=case.elastic.rigidity, name=asked.plane.name)
    return _of_segments(model, asked.segments or model.fault.names)


def _of_segments(model: SlipModel, names: Sequence[str], others: Sequence[str] = ()) -> SlipModel:
    """The part of a model on some of its segments, the `others` being named too."""
    unknown = sorted({*names, *others} - set(model.fault.names))
    if unknown:
        raise ValueError(f"stress names the segment {unknown[0]!r}, but there are {', '.join(model.fault.names)}")
    kept = [segment for segment in model.fault.segments if segment.name in names]
    if not kept:
        raise ValueError("stress leaves no segment to slip: name fewer of them under without")
    rows = np.concatenate([np.arange(model.fault.n_patches)[model.fault.slices[one.name]] for one in kept])
    rigidity = model.rigidity if np.ndim(model.rigidity) == 0 else np.asarray(model.rigidity)[rows]
    return replace(model, fault=Fault(tuple(kept)), slip=model.slip[rows], rigidity=rigidity, covariance=None)


def _on_receiver(asked: StressReceiver, source: SlipModel, model: SlipModel, options: dict[str, Any]) -> OnReceiver:
    from geoslip.inversion.model_stress import coulomb_at_places, coulomb_on_model

    frame = model.frame
    assert frame is not None
    if asked.place is not None:
        assert asked.strike is not None and asked.dip is not None
        longitude, latitude = frame.to_geographic(*place_in_frame(asked.place, frame))
        places = np.array([[float(longitude), float(latitude), asked.depth or 0.0]])
        rake: Any = asked.rake
        change, _ = coulomb_at_places(source, places, strike=asked.strike, dip=asked.dip, rake=rake, **options)
        return OnReceiver(asked.title, None, places, change)
    if asked.plane is not None:
        fault = Fault((build_segment(asked.plane, frame),))
        target = SlipModel(fault, np.zeros((fault.n_patches, 3)), frame=frame)
    else:
        target = _of_segments(model, asked.segments)
    rake = "own" if asked.rake is None else asked.rake
    if asked.zones or asked.rake_of:
        slipping = _of_segments(model, asked.rake_of) if asked.rake_of else target
        rake = zone_rakes(slipping, asked.zones or (0.0, np.inf), depths=-target.fault.centroids[:, 2])
    change = coulomb_on_model(source, target, rake=rake, **options)
    centres = target.fault.centroids
    places = np.column_stack([*frame.to_geographic(centres[:, 0], centres[:, 1]), -centres[:, 2]])
    return OnReceiver(asked.title, target, places, change)


def zone_rakes(model: SlipModel, edges: Sequence[float], *, depths: Array) -> Array:
    """Mean rake of slip, weighed by potency, in the depth zones of places; outside all zones that of the nearest.

    Parameters
    ----------
    model : SlipModel
        What slips.
    edges : sequence of float
        Depths that go down, m.
    depths : ndarray, shape (n,)
        Of the places, m.

    Returns
    -------
    ndarray, shape (n,)
        Degrees; a zone without slip takes the model's mean rake.
    """
    count = len(edges) - 1
    own = _zone(-model.fault.centroids[:, 2], edges)
    potency = model.slip[:, :2] * model.fault.areas[:, None]
    sums = np.column_stack([np.bincount(own, weights=part, minlength=count) for part in potency.T])
    rake = np.degrees(np.arctan2(sums[:, 1], sums[:, 0]))
    return np.where(np.hypot(*sums.T) > 0.0, rake, model.mean_rake)[_zone(depths, edges)]


def _zone(depths: Array, edges: Sequence[float]) -> NDArray[np.intp]:
    return np.clip(np.digitize(depths, edges) - 1, 0, len(edges) - 2)


def _on_nodes(
    asked: Stress, source: SlipModel, places: Array, options: dict[str, Any], progress: Progress | None
) -> tuple[Array, CoulombChange]:
    from geoslip.inversion.model_stress import coulomb_at_places

    assert asked.map is not None
    options = {"depths": asked.map.depths, "rake": asked.map.rake, **options}
    change, depth = coulomb_at_places(
        source, places, strike=asked.map.strike, dip=asked.map.dip, progress=progress, **options
    )
    return np.column_stack([places[:, :2], depth]), change


def _map_places(
    asked: Stress, source: SlipModel, receivers: Sequence[OnReceiver], frame: LocalFrame
) -> tuple[tuple[int, int], Array]:
    """Rows and columns of the nodes, from north to south and west to east of the frame, and their places."""
    assert asked.map is not None and source.frame is not None
    corners = source.fault.centroids
    known = [np.column_stack(source.frame.to_geographic(corners[:, 0], corners[:, 1]))]
    known += [one.places[:, :2] for one in receivers]
    east, north = frame.to_local(*np.concatenate(known).T)
    step, margin = asked.map.spacing, asked.map.margin
    x = np.arange(east.min() - margin, east.max() + margin + step, step)
    y = np.arange(north.max() + margin, north.min() - margin - step, -step)
    if x.size * y.size > MOST_PLACES:
        raise ValueError(f"the map of stress has {x.size} x {y.size} nodes: take a larger spacing")
    grid = np.meshgrid(x, y)
    longitude, latitude = frame.to_geographic(grid[0].ravel(), grid[1].ravel())
    return (y.size, x.size), np.column_stack([longitude, latitude, np.zeros(longitude.size)])


def _section_places(asked: Stress, frame: LocalFrame) -> tuple[tuple[int, int], Array, Array]:
    """Rows (down) and columns (along) of the nodes, their places, and each one's distance from the start."""
    assert asked.section is not None
    start, end = _section_ends(asked, frame)
    length = float(np.hypot(*(end - start)))
    step = asked.section.spacing
    if not 0.0 < length < 1e4 * step:
        raise ValueError(f"the section of stress is {length:g} m long: its ends must differ, by at most 10000 spacings")
    along = np.arange(0.0, length + 0.5 * step, step)
    down = np.arange(0.0, asked.section.bottom + 0.5 * step, step)
    points = start + along[:, None] / length * (end - start)
    longitude, latitude = frame.to_geographic(*points.T)
    places = np.column_stack(
        [np.tile(longitude, down.size), np.tile(latitude, down.size), np.repeat(down, along.size)]
    )  # fmt: skip
    return (down.size, along.size), places, np.tile(along, down.size)


def _section_ends(asked: Stress, frame: LocalFrame) -> tuple[Array, Array]:
    assert asked.section is not None
    start, end = (np.array(place_in_frame(place, frame)) for place in (asked.section.start, asked.section.end))
    return start, end
