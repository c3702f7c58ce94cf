"""The table of a slip model, one row a patch: what slip.csv and slip.geojson hold.

| column | meaning |
|---|---|
| segment, patch | name of the segment; number of the patch in the fault, from 0 |
| lon, lat, depth_km | the patch's centre |
| strike_deg, dip_deg | strike from true north at the patch; dip to the right of strike |
| area_km2 | |
| strike_slip_m, dip_slip_m, slip_m, rake_deg | left-lateral and reverse positive |
| opening_m | only where a patch opens |
| strike_slip_sd_m, dip_slip_sd_m, opening_sd_m | standard deviations, only where estimated |
| length_km, width_km | of rectangles, along strike and down the dip; empty for triangles |
| lon_1, lat_1, depth_1_km ... depth_3_km | vertices of triangles; empty for rectangles |
| row, column | place in the segment's grid, only where all segments have one |
| rigidity_pa | only where it is not 30 GPa |
| strike_slip_mean_m, dip_slip_mean_m, slip_q05_m, slip_q50_m, slip_q95_m | of sampled slip; read over |
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np

from geoslip.faults.formats.common import (
    fault_of_groups,
    from_centroids,
    grouped,
    lowered_to_ground,
    middle_frame,
    number,
    required_frame,
)
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.protocol import FaultSegment
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.slip import SlipModel

#: columns every table has, in this order
LEADING = (
    "segment",
    "patch",
    "lon",
    "lat",
    "depth_km",
    "strike_deg",
    "dip_deg",
    "area_km2",
    "strike_slip_m",
    "dip_slip_m",
    "slip_m",
    "rake_deg",
)
DEVIATIONS = ("strike_slip_sd_m", "dip_slip_sd_m", "opening_sd_m")
CORNERS = tuple(name for k in "123" for name in (f"lon_{k}", f"lat_{k}", f"depth_{k}_km"))
SAMPLED = ("strike_slip_mean_m", "dip_slip_mean_m", "slip_q05_m", "slip_q50_m", "slip_q95_m")
KNOWN = (
    *LEADING, "opening_m", *DEVIATIONS, "length_km", "width_km", *CORNERS, "row", "column", "rigidity_pa", *SAMPLED
)  # fmt: skip
_PLACES = ("lon", "lat", "depth_km", "strike_deg", "dip_deg")
_SIZES = ("length_km", "width_km")
_SLIPS = ("strike_slip_m", "dip_slip_m")


def table_of(model: SlipModel) -> dict[str, list]:
    """Columns of a model's table; NaN where a patch has no rake.

    Raises
    ------
    FormatError
        If the model has no frame.
    """
    frame = required_frame(model, "a table of longitude and latitude")
    fault = model.fault
    parts = fault.segments
    centroids = fault.centroids
    longitude, latitude = frame.to_geographic(centroids[:, 0], centroids[:, 1])
    strike = (fault.strikes + frame.meridian_convergence(longitude, latitude)) % 360.0
    columns: dict[str, list] = {
        "segment": [segment.name for segment in parts for _ in range(segment.n_patches)],
        "patch": list(range(fault.n_patches)),
    }
    numbers = {
        "lon": longitude,
        "lat": latitude,
        "depth_km": -centroids[:, 2] / 1e3,
        "strike_deg": strike,
        "dip_deg": fault.dips,
        "area_km2": fault.areas / 1e6,
        "strike_slip_m": model.slip[:, 0],
        "dip_slip_m": model.slip[:, 1],
        "slip_m": model.magnitude,
        "rake_deg": model.rake,
    }
    if np.any(model.slip[:, 2] != 0.0):
        numbers["opening_m"] = model.slip[:, 2]
    deviations = model.standard_deviations
    for index, name in enumerate(DEVIATIONS):
        if not np.isnan(deviations[:, index]).all():
            numbers[name] = deviations[:, index]
    numbers |= _shapes(parts, frame)
    if all(isinstance(segment, RectangularSegment) and segment.row is not None for segment in parts):
        for name in ("row", "column"):
            columns[name] = [int(value) for segment in parts for value in getattr(segment, name)]
    if np.any(np.asarray(model.rigidity) != DEFAULT_RIGIDITY):
        numbers["rigidity_pa"] = np.broadcast_to(model.rigidity, (fault.n_patches,))
    columns |= {name: values.tolist() for name, values in numbers.items()}
    return {name: columns[name] for name in KNOWN if name in columns}


def _shapes(parts: Sequence[FaultSegment], frame: LocalFrame) -> dict[str, np.ndarray]:
    """Lengths and widths of rectangles and vertices of triangles, each only where there are any; NaN elsewhere."""
    sizes = np.concatenate(
        [s.sources[:, 5:7] / 1e3 if s.sources.ndim == 2 else np.full((s.n_patches, 2), np.nan) for s in parts]
    )
    corners = np.concatenate(
        [s.sources if s.sources.ndim == 3 else np.full((s.n_patches, 3, 3), np.nan) for s in parts]
    )
    shapes: dict[str, np.ndarray] = {}
    if not np.isnan(sizes).all():
        shapes |= dict(zip(_SIZES, sizes.T))
    if not np.isnan(corners).all():
        longitude, latitude = frame.to_geographic(corners[:, :, 0], corners[:, :, 1])
        table = np.stack([longitude, latitude, -corners[:, :, 2] / 1e3], axis=2).reshape(-1, 9)
        shapes |= dict(zip(CORNERS, table.T))
    return shapes


def model_of(
    columns: Mapping[str, Sequence[object]],
    *,
    source: str,
    first_line: int | None = None,
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    name: str = "",
) -> SlipModel:
    """A model from the columns of a table, whose values may still be text.

    Raises
    ------
    FormatError
        For a column that is missing or a value that is no number or makes no fault.
    """
    shape_columns = tuple(CORNERS if any(label in columns for label in CORNERS) else _SIZES)
    needed = (*_PLACES, *shape_columns, *_SLIPS)
    missing = [label for label in needed if label not in columns]
    if missing:
        raise FormatError(
            f"columns {', '.join(missing)} are missing: a slip model needs {', '.join(needed)}", source=source
        )
    n = len(columns["lon"])
    if n == 0:
        raise FormatError("the table has no rows: at least one patch is needed", source=source)

    meshed = np.zeros(n, dtype=bool)
    if CORNERS[0] in columns:
        meshed = np.array([not _blank(token) for token in columns[CORNERS[0]]])

    def values(label: str, rows: np.ndarray | None = None) -> np.ndarray:
        lines = [None if first_line is None else first_line + index for index in range(n)]
        asked = np.ones(n, dtype=bool) if rows is None else rows
        tokens = columns[label] if label in columns else [None] * n
        return np.array(
            [number(v, label, source=source, line=at) if ask else np.nan for v, at, ask in zip(tokens, lines, asked)]
        )

    with naming(source):
        lon, lat = values("lon"), values("lat")
        frame = frame or middle_frame(lon, lat)
        sizes = [values(label, ~meshed) for label in _SIZES]
        shape = np.column_stack([values("strike_deg"), values("dip_deg"), *sizes])
        shape[:, 2:] *= 1e3
        rectangles = from_centroids(frame, np.column_stack([lon, lat]), values("depth_km") * 1e3, shape)
        corners = None
        if meshed.any():
            at = np.stack([values(label, meshed) for label in CORNERS], axis=1).reshape(n, 3, 3)
            corners = np.stack([*frame.to_local(at[:, :, 0], at[:, :, 1]), -1e3 * at[:, :, 2]], axis=2)
        slip = np.column_stack([values("strike_slip_m"), values("dip_slip_m"), np.zeros(n)])
        if "opening_m" in columns:
            slip[:, 2] = values("opening_m")
        rectangles, notes = lowered_to_ground(rectangles)
        groups = grouped([str(v) for v in columns["segment"]] if "segment" in columns else ["main"] * n)
        grid = [_whole(values(label), label, source) if label in columns else None for label in ("row", "column")]
        fault, order = fault_of_groups(groups, rectangles, *grid, corners=corners)
        stiffness: float | np.ndarray = DEFAULT_RIGIDITY if rigidity is None else rigidity
        if rigidity is None and "rigidity_pa" in columns:
            each = values("rigidity_pa")[order]
            stiffness = float(each[0]) if np.all(each == each[0]) else each
        covariance, more = _covariance(columns, n, order, source)
        return SlipModel(
            fault,
            slip[order],
            frame=frame,
            rigidity=stiffness,
            covariance=covariance,
            name=name,
            notes=notes + more,
        )


def refuse_unknown(names: Sequence[str], *, source: str) -> None:
    """Refuse columns this table does not have, with the name that may have been meant."""
    for label in names:
        if label not in KNOWN:
            near = get_close_matches(label, KNOWN, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(KNOWN)}"
            raise FormatError(f"unknown column {label[:40]!r}: {hint}", source=source, line=1)
    for label in names:
        if list(names).count(label) > 1:
            raise FormatError(f"column {label!r} appears twice: each may appear once", source=source, line=1)


def _whole(values: np.ndarray, label: str, source: str) -> np.ndarray:
    if np.any(values != np.round(values)) or np.any(values < 0):
        raise FormatError(f"{label} must hold whole numbers from 0", source=source)
    return values.astype(np.int64)


def _blank(token: object) -> bool:
    return token is None or str(token).strip().lower() in ("", "nan")


def _covariance(
    columns: Mapping[str, Sequence[object]], n: int, order: np.ndarray, source: str
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Diagonal covariance from standard deviations; empty or NaN ones stay unknown."""
    present = [label for label in DEVIATIONS if label in columns]
    if not present:
        return None, ()
    parts = 3 if DEVIATIONS[2] in present else 2
    deviations = np.full((parts, n), np.nan)
    for index, label in enumerate(DEVIATIONS[:parts]):
        for row, token in enumerate(columns.get(label, [])):
            if not _blank(token):
                deviations[index, row] = number(token, label, source=source)
    if np.any(deviations < 0.0):
        raise FormatError("a standard deviation is negative: it must be 0 or more", source=source)
    note = "standard deviations were read without their correlations"
    return np.diag(deviations[:, order].reshape(-1) ** 2), (note,)
