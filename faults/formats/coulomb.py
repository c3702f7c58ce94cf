"""Coulomb 3 input (.inp): fault elements by the ends of their top edge in km, right-lateral and reverse slip in m.

The fault dips to the right from start to finish; a row's start and finish lie at its top depth. x and y count from
"zero lon" and "zero lat" at the end of the file. What columns six and seven mean depends on the element's kode (Toda
et al. 2011, Coulomb 3.3 user guide): 100 right-lateral and reverse; 200 right-lateral and tensile; 300
tensile and reverse; 400 and 500 are point sources. A header that names rake and net slip has these instead.
"""

import re

import numpy as np

from geoslip.faults.formats.common import fault_of_groups, lowered_to_ground, number, rectangular, refuse_opening, title
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.registry import Format
from geoslip.faults.formats.relax import segments_by_orientation
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.slip import SlipModel
from geoslip.faults.vectors import azimuth_of

_COLUMNS = ("#", "X-start", "Y-start", "X-fin", "Y-fin", "Kode", "slip", "slip", "dip", "top", "bot")
_HEADER = re.compile(r"X-start\s+Y-start\s+X-fin\s+Y-fin\s+Kode(.*)", flags=re.IGNORECASE)

#: bars in a pascal's worth: E1 is Young's modulus in bar
_BAR = 1e5


def is_coulomb(text: str) -> bool:
    """Whether the text has the header of Coulomb's table of fault elements."""
    return _HEADER.search(text[:20000]) is not None


def parse_coulomb(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
) -> SlipModel:
    """A slip model from the text of an .inp file: its sources and, with no slip, its receivers.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        The frame x and y are counted in; around the file's zero longitude and latitude unless given.
    rigidity : float, optional
        Pa; E1 / (2 (1 + PR1)) of the file unless given.

    Raises
    ------
    FormatError
        For rows that are short, an unknown kode, a point source, or values that make no fault.
    """
    header = _HEADER.search(text)
    if header is None:
        raise FormatError("no table 'X-start Y-start X-fin Y-fin Kode ...': the file is no Coulomb .inp", source=source)
    netted = "rake" in header.group(1).lower()
    first = text.count("\n", 0, header.end()) + 2
    rows, names = [], []
    started = False
    for offset, line in enumerate(text[header.end() :].splitlines()[1:]):
        tokens = line.split()
        if not tokens or tokens[0].lower().startswith("xxx"):
            if started and not tokens:
                break
            continue
        started = True
        if len(tokens) < len(_COLUMNS):
            message = f"{len(tokens)} values where a fault element has {len(_COLUMNS)}: is the file cut off?"
            raise FormatError(message, source=source, line=first + offset)
        rows.append([number(t, label, source=source, line=first + offset) for t, label in zip(tokens, _COLUMNS)])
        rest = " ".join(tokens[len(_COLUMNS) :])
        named = re.match(r"segment\s*=\s*(.*\S)", rest)
        names.append(named.group(1) if named else "")
    if not rows:
        raise FormatError("the table of fault elements is empty", source=source)
    table = np.array(rows)
    with naming(source):
        slip = _slips(table, netted=netted, source=source)
        rectangles, notes = lowered_to_ground(_rectangles(table))
        fault, order = fault_of_groups(segments_by_orientation(rectangles, names), rectangles)
        zero = [_value(text, rf"zero\s+{name}\.?\s*=\s*(\S+)", source) for name in ("lon", "lat")]
        young, poisson = _value(text, r"\bE1\s*=\s*(\S+)", source), _value(text, r"\bPR1\s*=\s*(\S+)", source)
        stiffness = DEFAULT_RIGIDITY
        if young and poisson is not None:
            stiffness = young * _BAR / (2.0 * (1.0 + poisson))
        if frame is None and zero[0] is not None and zero[1] is not None:
            frame = LocalFrame(zero[0], zero[1])
        return SlipModel(
            fault,
            slip[order],
            frame=frame,
            rigidity=stiffness if rigidity is None else rigidity,
            name=title(source),
            notes=notes,
        )


def format_coulomb(model: SlipModel) -> str:
    """The text of an .inp file of kode 100, with a grid around the fault.

    Raises
    ------
    FormatError
        If the model opens, holds other than rectangles, a level patch, or a rigidity that varies.
    """
    refuse_opening(model, "Coulomb .inp")
    parts = rectangular(model, "Coulomb .inp")
    if np.ndim(model.rigidity) != 0:
        raise FormatError("the rigidity varies: Coulomb .inp holds one; use csv")
    young = float(model.rigidity) * 2.0 * (1.0 + model.poisson) / _BAR
    n = model.fault.n_patches
    lines = [model.name or "slip model", "x east and y north in km, slip in m"]
    lines += [f"#reg1=  0  #reg2=  0  #fixed= {n}  sym=  1"]
    lines += [
        f" PR1= {model.poisson:.6g}  PR2= {model.poisson:.6g}  DEPTH= 10.0",
        f"  E1= {young:.12e}  E2= {young:.12e}",
    ]
    lines += ["XSYM= .000  YSYM= .000", "FRIC= 0.400"]
    lines += [f"S{k}DR= {d} S{k}DP= {p} S{k}IN= {i} S{k}GD= 0.000" for k, d, p, i in _STRESS]
    lines += [
        "",
        "  #   X-start    Y-start     X-fin      Y-fin   Kode  rt.lat    reverse   dip angle     top      bot",
    ]
    lines.append(" ".join(["xxx"] + ["xxxxxxxxxx"] * 4 + ["xxx"] + ["xxxxxxxxxx"] * 5))
    for segment, where in parts:
        if np.any(segment.dips < 1e-3):
            raise FormatError(
                f"segment {segment.name!r} has level patches: Coulomb .inp gives a width by depths; use csv"
            )
        corners = segment.outlines
        for k, (outline, slip) in enumerate(zip(corners, model.slip[where])):
            ends = outline[:2, :2].ravel() / 1e3
            depths = -outline[[0, 2], 2] / 1e3
            values = " ".join(f"{value:.10f}" for value in ends)
            values += (
                f" 100 {-slip[0]:.12g} {slip[1]:.12g} {segment.dips[k]:.12g} {abs(depths[0]):.12f} {depths[1]:.12f}"
            )
            lines.append(f"1 {values} segment = {segment.name}")
    return "\n".join(lines + _grid(model)) + "\n"


#: principal stresses a Coulomb file must name, here without any
_STRESS = ((1, 19.0, 0.0, 100.0), (2, 90.0, 90.0, 30.0), (3, 109.0, 0.0, 0.0))


def _grid(model: SlipModel) -> list[str]:
    """The grid and map that end a Coulomb file: the fault and as much again on all sides."""
    places = model.fault.centroids[:, :2] / 1e3
    reach = float(max(np.ptp(places, axis=0).max(), 10.0))
    low, high = places.min(axis=0) - reach, places.max(axis=0) + reach
    numbers = [*low, *high, reach / 20.0, reach / 20.0]
    labels = ("Start-x", "Start-y", "Finish-x", "Finish-y", "x-increment", "y-increment")
    lines = ["", "    Grid Parameters"]
    lines += [
        f"  {k}  ---------------------------- {n} = {v:.6f}" for k, (n, v) in enumerate(zip(labels, numbers), start=1)
    ]
    if model.frame is None:
        return lines
    longitude, latitude = model.frame.to_geographic(*(1e3 * np.array([low, high]).T))
    values = [longitude[0], longitude[1], model.frame.longitude, latitude[0], latitude[1], model.frame.latitude]
    labels = ("min. lon", "max. lon", "zero lon", "min. lat", "max. lat", "zero lat")
    lines.append("     Map info")
    return lines + [
        f"  {k}  ---------------------------- {n} = {v!r}"
        for k, (n, v) in enumerate(zip(labels, map(float, values)), start=1)
    ]


def _rectangles(table: np.ndarray) -> np.ndarray:
    start, end, dip = table[:, 1:3] * 1e3, table[:, 3:5] * 1e3, table[:, 8]
    way = end - start
    height = (table[:, 10] - table[:, 9]) * 1e3
    if np.any(height <= 0.0) or np.any(~((dip > 0.0) & (dip <= 90.0))):
        row = int(np.flatnonzero((height <= 0.0) | ~((dip > 0.0) & (dip <= 90.0)))[0])
        raise ValueError(
            f"fault element {row + 1} dips {dip[row]:g} degrees from {table[row, 9]:g} to {table[row, 10]:g} km: "
            "the dip must lie in 0 < dip <= 90 and the bottom be below the top"
        )
    middle = 0.5 * (start + end)
    width = height / np.sin(np.deg2rad(dip))
    strike = azimuth_of(way[:, 0], way[:, 1])
    return np.column_stack([middle, -1e3 * table[:, 9], strike, dip, np.hypot(*way.T), width])


def _slips(table: np.ndarray, *, netted: bool, source: str) -> np.ndarray:
    """Strike slip, dip slip and opening (n, 3) as each element's kode means them."""
    kode, sixth, seventh = table[:, 5].astype(int), table[:, 6], table[:, 7]
    known = np.isin(kode, (100, 200, 300))
    if not known.all():
        wrong = kode[~known][0]
        if wrong in (400, 500):
            raise FormatError(f"kode {wrong} is a point source: only fault elements can be read as slip", source=source)
        raise FormatError(f"kode {wrong} is unknown: 100, 200 and 300 are read", source=source)
    if netted:
        if np.any(kode != 100):
            raise FormatError("rake and net slip go with kode 100 only", source=source)
        angle = np.deg2rad(sixth)
        return np.column_stack([seventh * np.cos(angle), seventh * np.sin(angle), np.zeros(len(table))])
    strike = np.where(kode == 300, 0.0, -sixth)
    dip = np.where(kode == 200, 0.0, seventh)
    opening = np.where(kode == 200, seventh, np.where(kode == 300, sixth, 0.0))
    return np.column_stack([strike, dip, opening]) + 0.0


def _value(text: str, pattern: str, source: str) -> float | None:
    found = re.search(pattern, text, flags=re.IGNORECASE)
    return number(found.group(1), pattern.split("\\")[0] or "a value", source=source) if found else None


FORMAT = Format("coulomb", (".inp", ".inr"), is_coulomb, parse_coulomb, format_coulomb, rank=100)
