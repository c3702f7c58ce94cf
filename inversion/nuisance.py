"""What a data set holds besides deformation by slip: an offset, a plane, a shift of the reference frame.

Coefficients and their units; positions are counted in kilometres from the mean position of the data set's points,
so that columns are of like size and coefficients read as metres and metres per kilometre.

| kind   | data sets           | columns           | names                 | units      |
|--------|---------------------|-------------------|-----------------------|------------|
| none   | all                 | none              |                       |            |
| offset | los, azimuth, offset| 1                 | offset                | m          |
| offset | gnss                | l_e, l_n, l_u     | east, north, up       | m          |
| plane  | los, azimuth, offset| 1, x, y           | offset, east, north   | m, m/km    |

A plane of a line of sight is an offset of its gradient. A GNSS offset is a common translation of all stations; a
component that no row measures has no column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.downsample import Observations

NUISANCE_KINDS = ("none", "offset", "plane")
USUAL_NUISANCE = {"los": "plane", "azimuth": "offset", "offset": "offset", "gradient": "offset", "gnss": "none"}
"""The kind that a data set gets unless another is asked for."""


@dataclass(frozen=True, eq=False)
class Nuisance:
    """Columns that are estimated along with slip and never regularised.

    Attributes
    ----------
    kind : str
    matrix : (n, k) array
        Metres per unit of each coefficient.
    names, units : tuple of k str
    centre : (2,) array
        East and north (m, local frame) that positions are counted from.
    """

    kind: str
    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    units: tuple[str, ...]
    centre: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.names)


def nuisance_columns(observations: Observations, kind: str | None = None) -> Nuisance:
    """Columns of a data set's offset or plane.

    Parameters
    ----------
    observations : Observations
        n data.
    kind : {"none", "offset", "plane"}, optional
        The usual one of the data set's kind if not given.

    Returns
    -------
    Nuisance

    Raises
    ------
    ValueError
        An unknown kind, a plane for GNSS, or data that cannot tell the columns apart.
    """
    kind = USUAL_NUISANCE[observations.kind] if kind is None else kind
    if kind not in NUISANCE_KINDS:
        raise ValueError(f"{observations.name}: nuisance {kind!r} is unknown: use one of {', '.join(NUISANCE_KINDS)}")
    n = len(observations.values)
    places = observations.points[:, :2]
    centre = places.mean(axis=0)
    columns: dict[str, NDArray[np.float64]] = {}
    if observations.kind == "gnss" and kind == "plane":
        raise ValueError(
            f"{observations.name}: a plane has no meaning for GNSS components: use none, or offset (a common "
            "translation of all stations)"
        )
    if observations.kind == "gnss" and kind == "offset":
        for axis, name in enumerate(("east", "north", "up")):
            if np.abs(observations.directions[:, axis]).max() > 0.5:
                columns[name] = observations.directions[:, axis]
    elif kind != "none":
        columns["offset"] = np.ones(n)
    if kind == "plane":
        columns["east"], columns["north"] = 1e-3 * (places - centre).T
    matrix = np.column_stack(list(columns.values())) if columns else np.zeros((n, 0))
    _refuse_indistinct(observations, matrix, kind)
    units = tuple("m/km" if kind == "plane" and name != "offset" else "m" for name in columns)
    return Nuisance(kind, matrix, tuple(columns), units, centre)


def _refuse_indistinct(observations: Observations, matrix: NDArray[np.float64], kind: str) -> None:
    if matrix.shape[1] == 0:
        return
    size = np.linalg.norm(matrix, axis=0)
    if size.min() > 0 and np.linalg.matrix_rank(matrix / size, tol=1e-9) == matrix.shape[1]:
        return
    raise ValueError(
        f"{observations.name}: its {len(matrix)} data cannot tell the {matrix.shape[1]} coefficients of nuisance "
        f"{kind!r} apart (too few, or on one line): use a simpler one"
    )
