"""Smoothing operators L: the regularisation is strength^2 times ||L m||^2, or ||L m - t||^2 where they have a target.

Units, so that one strength means the same on two meshes of a fault:

| quantity                 | unit | meaning                                                            |
|--------------------------|------|--------------------------------------------------------------------|
| slip m                   | m    | one value a patch and component                                    |
| Laplacian of slip        | 1/m  | second derivative along the surface of the fault                   |
| row of L m               | 1    | Laplacian times the square root of the patch's area                |
| roughness, norm(L m)^2   | 1    | sum over components of the integral over the fault of Laplacian^2  |
| misfit                   | 1    | chi-square of the whitened residual                                |
| strength                 | 1    | its square weighs roughness against chi-square                     |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.greens import checked_components
from geoslip.inversion.smoothing.consistency import consistent_flows
from geoslip.inversion.smoothing.directions import common_directions
from geoslip.inversion.smoothing.umbrella import triangular, umbrella

if TYPE_CHECKING:
    from geoslip.faults import Adjacency, Fault

Array = NDArray[np.float64]

SIDES: dict[str, tuple[str, ...]] = {
    "top": ("top",),
    "bottom": ("bottom",),
    "start": ("start",),
    "end": ("end",),
    "sides": ("start", "end"),
}
"""What an edge's name means in terms of the sides of patches."""


@dataclass(frozen=True, eq=False)
class Operator:
    """Rows that are small where slip is as it should be.

    Attributes
    ----------
    name : str
    matrix : sparse (rows, p) array
        L, acting on slip vectors (all of the first component first).
    note : str
        What it does, for the report.
    target : (rows,) array, optional
        t, what L m should be; zero if not given.
    """

    name: str
    matrix: sparse.csr_array
    note: str = ""
    target: Array | None = None

    @cached_property
    def gram(self) -> sparse.csr_array:
        """L' L, sparse (p, p)."""
        return sparse.csr_array(self.matrix.T @ self.matrix)

    def roughness(self, slip: Array) -> float:
        """Squared norm of L m - t for a slip vector (p,)."""
        return float(np.sum((self.matrix @ slip - (0.0 if self.target is None else self.target)) ** 2))


def laplacian(
    fault: Fault,
    adjacency: Adjacency,
    *,
    components: Sequence[str] = ("strike", "dip"),
    zero_edges: Sequence[str] | Mapping[str, Sequence[str]] = (),
) -> Operator:
    """Second difference of slip on the surface of the fault, across segments where they touch.

    Rectangles, by finite volumes:

        (1/A_i) [sum_j w_ij (s_j - s_i)/r_ij + sum_e w_e (0 - s_i)/r_e]

    is the Laplacian of patch i, with A the area, w the shared length, r the distance of the centres, and e the rim
    edges where slip is zero, at the distance r_e from the centre. On a uniform grid this is the five-point difference.
    Where rows of unequal patches meet, flows are mended so that linear slip has none
    (geoslip.inversion.smoothing.consistency). Triangles: the scale-dependent umbrella
    (geoslip.inversion.smoothing.umbrella), of slip along the directions of their segment's mean plane
    (geoslip.inversion.smoothing.directions). Edges that are not named reflect: slip is flat across them. The surface is
    never a zero edge unless 'top' is named.

    Parameters
    ----------
    fault : Fault
    adjacency : Adjacency
        From geoslip.faults.neighbours.
    components : sequence of str
        Slip components, each smoothed by itself in its segment's directions.
    zero_edges : sequence of str, or dict of these by segment name
        Of "bottom", "sides" (or "start", "end" alone) and "top".

    Returns
    -------
    Operator

    Raises
    ------
    ConstraintError
        An edge or segment that does not exist.
    """
    triangles = triangular(fault)
    zero = zero_rims(fault, adjacency, zero_edges)
    one = sparse.csr_array((fault.n_patches, fault.n_patches))
    if not triangles.all():
        one = sparse.diags_array((~triangles).astype(float)) @ _finite_volumes(fault, adjacency, zero=zero)
    if triangles.any():
        one = one + umbrella(fault, adjacency, zero=zero)
    kind = "umbrella" if triangles.all() else "finite-volume and umbrella" if triangles.any() else "finite-volume"
    # times sqrt(A): the squared norm is then the integral of the squared Laplacian
    rows = sparse.diags_array(np.sqrt(fault.areas)) @ one
    note = f"{kind} Laplacian across touching segments; zero slip at {_described(zero_edges)}"
    return Operator("laplacian", for_each(rows, fault, components), note)


def _finite_volumes(fault: Fault, adjacency: Adjacency, *, zero: NDArray[np.bool_]) -> sparse.csr_array:
    """Laplacian of a scalar (n, n) by finite volumes, 1/m^2."""
    n = fault.n_patches
    flow = adjacency.shared_length / adjacency.distance
    patch, neighbour, flows = consistent_flows(fault, adjacency, flow)
    between = sparse.csr_array(sparse.coo_array((flows, (patch, neighbour)), shape=(n, n)))
    out = np.bincount(adjacency.rim_patch[zero], adjacency.rim_length[zero] / adjacency.rim_distance[zero], minlength=n)
    out = out + np.asarray(between.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(1.0 / fault.areas) @ (between - sparse.diags_array(out)))


def for_each(one: sparse.sparray, fault: Fault, components: Sequence[str]) -> sparse.csr_array:
    """Rows that act on a scalar (rows, n_patches), for every slip component in its segment's directions."""
    blocks = sparse.block_diag([one] * len(checked_components(components)))
    return sparse.csr_array(blocks @ common_directions(fault, components=components))


def differences(
    fault: Fault,
    adjacency: Adjacency,
    *,
    zero_edges: Sequence[str] | Mapping[str, Sequence[str]],
    weight: Callable[[Array, Array], Array],
) -> sparse.coo_array:
    """Slip beyond each side less that before it, weighed, for a scalar: neighbours first, then edges where it is zero.

    Parameters
    ----------
    fault : Fault
    adjacency : Adjacency
        From geoslip.faults.neighbours.
    zero_edges : sequence of str, or dict of these by segment name
    weight : callable
        Of the lengths of sides and the distances across them (from the centre, at edges), m.

    Returns
    -------
    sparse (sides, n_patches) array
    """
    zero = zero_rims(fault, adjacency, zero_edges)
    first, second = np.asarray(adjacency.pairs).T
    inner = weight(adjacency.shared_length, adjacency.distance)
    outer = weight(adjacency.rim_length[zero], adjacency.rim_distance[zero])
    row, edge = np.arange(len(inner)), len(inner) + np.arange(len(outer))
    values = np.concatenate([-inner, inner, -outer])
    places = np.concatenate([row, row, edge]), np.concatenate([first, second, adjacency.rim_patch[zero]])
    return sparse.coo_array((values, places), shape=(len(inner) + len(outer), fault.n_patches))


def zero_rims(
    fault: Fault, adjacency: Adjacency, zero_edges: Sequence[str] | Mapping[str, Sequence[str]]
) -> NDArray[np.bool_]:
    """Tell which rim edges (k,) the named edges mean."""
    wanted = _edges_by_segment(fault, zero_edges)
    names = np.array(fault.names)[fault.segment_index[adjacency.rim_patch]]
    zero = np.zeros(len(adjacency.rim_patch), bool)
    for name, edges in wanted.items():
        sides = [side for edge in edges for side in SIDES[edge]]
        zero |= (names == name) & np.isin(adjacency.rim_side, sides)
    return zero


def _edges_by_segment(
    fault: Fault, zero_edges: Sequence[str] | Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    if isinstance(zero_edges, Mapping):
        given = {name: _as_names(edges) for name, edges in zero_edges.items()}
    else:
        given = {name: _as_names(zero_edges) for name in fault.names}
    for name, edges in given.items():
        if name not in fault.names:
            raise ConstraintError(f"zero edges for {name!r}: segments are {', '.join(map(repr, fault.names))}")
        for edge in edges:
            if edge not in SIDES:
                raise ConstraintError(f"zero edge {edge!r} of segment {name!r} is unknown: use {', '.join(SIDES)}")
    return given


def _as_names(edges: str | Sequence[str]) -> tuple[str, ...]:
    return (edges,) if isinstance(edges, str) else tuple(edges)


def _described(zero_edges: Sequence[str] | Mapping[str, Sequence[str]]) -> str:
    if isinstance(zero_edges, Mapping):
        return "; ".join(f"{name}: {', '.join(_as_names(edges)) or 'no edge'}" for name, edges in zero_edges.items())
    return ", ".join(_as_names(zero_edges)) or "no edge"
