"""Which slip is allowed, as bounds on parameters x with slip m = B x.

| choice for a segment        | parameters of a patch                            | bounds          |
|-----------------------------|--------------------------------------------------|-----------------|
| rake free                   | strike slip, dip slip                            | -maximum..maximum |
| rake window (r1, r2)        | slip along rake r1 and slip along rake r2        | 0..maximum      |
| rake r                      | slip along rake r                                | 0..maximum      |
| opening (where estimated)   | opening                                          | 0..maximum, or both signs |
| locked                      | none                                             |                 |

A window narrower than 180 degrees is exactly the cone that its two edges span: no slip outside it can be written, and
none inside it is lost. `maximum` bounds the shear slip's size; where a box of bounds would let the size of two
components pass it, the problem is solved again with the size itself constrained (geoslip.inversion.bounds.capped).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.bounds.ties import decaying, patches_below, tied
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.greens import checked_components

if TYPE_CHECKING:
    from geoslip.faults import Fault

Array = NDArray[np.float64]
Rake: TypeAlias = "str | float | tuple[ArrayLike, ArrayLike] | NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class ParameterSpace:
    """Parameters x, their bounds, and the slip m = B x they stand for.

    Attributes
    ----------
    basis : sparse (p, q) array
        B.
    lower, upper : (q,) array
        Bounds, m.
    patch : (q,) int array
        The patch of each parameter.
    n_patches : int
    components : tuple of str
    """

    basis: sparse.csr_array
    lower: Array
    upper: Array
    patch: NDArray[np.int64]
    n_patches: int
    components: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number q of parameters."""
        return len(self.lower)

    @property
    def is_bounded(self) -> bool:
        """Whether any bound is finite."""
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    def slip_vector(self, x: Array) -> Array:
        """Slip components (p,) of parameters (q,)."""
        return self.basis @ x

    def slip_table(self, x: Array) -> Array:
        """Slip (n_patches, 3) of parameters (q,): strike, dip, opening; zero where a component is not estimated."""
        return slip_table(self.slip_vector(x), n_patches=self.n_patches, components=self.components)

    def shrink(self, matrix: Array) -> Array:
        """B' M B of a symmetric (p, p) matrix, dense (q, q)."""
        return np.asarray(self.basis.T @ np.asarray(self.basis.T @ matrix).T)


@dataclass(frozen=True)
class Constraints:
    """What slip may do.

    Attributes
    ----------
    rake : "free", a number, a pair of numbers, or a dict of these by segment name
        Degrees; a pair is the window from the first counted counter-clockwise (upwards) to the second, narrower than
        180. A number or the ends of a pair may be arrays with one value a patch of the segment. A dict may leave
        segments out: they are free.
    maximum : float or dict of str to float, optional
        Largest shear slip, m, of all or by segment name, or one value a patch; it also bounds opening.
    opening : "positive" or "any"
        Whether opening may be negative.
    locked : (n_patches,) bool array, optional
        Patches that do not slip.
    minimum : float or dict of str to float, optional
        Smallest slip, m, of segments whose rake is fixed.
    equal : (m, 2) int array, optional
        Pairs of patches that slip equally, in their own rakes.
    decay : bool
        Whether slip never grows with depth (rectangles, no free rake, no maximum).
    moment_at_least, moment_at_most : float, optional
        Bounds of the scalar moment (sum over patches of rigidity, area and shear slip), N m; equal ones give it.
    rigidity : float
        Of the moment, Pa.
    """

    rake: Rake | Mapping[str, Rake] = "free"
    maximum: ArrayLike | Mapping[str, ArrayLike] | None = None
    minimum: float | Mapping[str, float] | None = None
    opening: str = "positive"
    locked: ArrayLike | None = None
    equal: ArrayLike | None = None
    decay: bool = False
    moment_at_least: float | None = None
    moment_at_most: float | None = None
    rigidity: float = 30e9

    def space(self, fault: Fault, *, components: tuple[str, ...] = ("strike", "dip")) -> ParameterSpace:
        """Write the constraints as a basis and bounds.

        Parameters
        ----------
        fault : Fault
        components : tuple of str
            Slip components of the problem.

        Returns
        -------
        ParameterSpace

        Raises
        ------
        ConstraintError
            A window of 180 degrees or more, a rake that the components cannot express, an unknown segment, a maximum
            that is not positive, or no patch left to slip.
        """
        components = checked_components(components)
        free, first, second = self.rake_edges(fault)
        maximum = self.largest_slip(fault)
        n = fault.n_patches
        slips = np.ones(n, bool) if self.locked is None else ~_checked_locked(self.locked, n)
        columns: list[tuple[NDArray[np.int64], Array, str]] = []
        for component in ("strike", "dip"):
            if component in components:
                columns.append((np.flatnonzero(slips & free), np.ones(0), component))
        narrow = np.flatnonzero(slips & ~free)
        columns.append((narrow, first[narrow], "rake"))
        wide = narrow[first[narrow] != second[narrow]]
        columns.append((wide, second[wide], "rake"))
        # |x1 e1 + x2 e2| <= maximum lets x1 reach maximum / sin(width) where the window is wider than 90 degrees
        obtuse = np.where(second - first > 90.0, second - first, 90.0)
        maximum = np.where(free, maximum, maximum / np.sin(np.deg2rad(obtuse)))
        if "opening" in components:
            columns.append((np.flatnonzero(slips), np.ones(0), "opening"))
        space = self._assemble(columns, maximum, n, components)
        space = self._with_minimum(space, fault)
        if self.decay:
            space = decaying(space, patches_below(fault))
        if self.equal is not None and np.size(self.equal):
            if self.decay:
                raise ConstraintError("equal slip on shared edges contradicts decay with depth: ask for one of them")
            space = tied(space, np.asarray(self.equal, dtype=np.int64))
        self._check_moment(fault, slips)
        return space

    def smallest_slip(self, fault: Fault) -> Array:
        """Smallest shear slip of each patch (n_patches,), m; 0 where none is set.

        Raises
        ------
        ConstraintError
            A negative one, one above the maximum, or one of a segment whose rake is not fixed.
        """
        smallest = np.zeros(fault.n_patches)
        if self.minimum is None:
            return smallest
        free, first, second = self.rake_edges(fault)
        largest = self.largest_slip(fault)
        for name, value in _by_segment(self.minimum, fault, what="minimum").items():
            where = fault.slices[name]
            if not float(value) >= 0.0:
                raise ConstraintError(f"minimum slip {value!r} m of segment {name!r} must not be negative")
            if float(value) > 0.0 and (free[where].any() or np.any(first[where] != second[where])):
                raise ConstraintError(f"minimum slip of segment {name!r} needs a fixed rake: give one angle")
            if float(value) > float(largest[where].min()):
                raise ConstraintError(
                    f"minimum slip {value:g} m of segment {name!r} contradicts its maximum of "
                    f"{largest[where].min():g} m: lower the one or raise the other"
                )
            smallest[where] = float(value)
        return smallest

    def _with_minimum(self, space: ParameterSpace, fault: Fault) -> ParameterSpace:
        smallest = self.smallest_slip(fault)
        if not smallest.any():
            return space
        shear = space.basis[: len(space.components) * fault.n_patches]
        signed = np.asarray(abs(shear).sum(axis=0)).ravel() > 0.0
        return replace(space, lower=np.where(signed, np.maximum(space.lower, smallest[space.patch]), space.lower))

    def _check_moment(self, fault: Fault, slips: NDArray[np.bool_]) -> None:
        """Refuse a moment that bounds of slip cannot give."""
        low, high = self.moment_at_least, self.moment_at_most
        if high is not None and not high > 0.0:
            raise ConstraintError(f"the largest moment {high!r} N m must be positive")
        if low is not None and high is not None and low > high:
            raise ConstraintError(f"moment_at_least {low:g} N m contradicts moment_at_most {high:g} N m")
        weight = self.rigidity * np.where(slips, fault.areas, 0.0)
        forced = float(weight @ self.smallest_slip(fault))
        if high is not None and forced > high:
            raise ConstraintError(
                f"moment_at_most {high:.4g} N m contradicts the minimum of slip, which forces {forced:.4g} N m: "
                "raise the one or lower the other"
            )
        largest = self.largest_slip(fault)
        if low is not None and np.isfinite(largest[slips]).all() and float(weight[slips] @ largest[slips]) < low:
            raise ConstraintError(
                f"moment_at_least {low:.4g} N m contradicts the maximum of slip, which allows "
                f"{float(weight[slips] @ largest[slips]):.4g} N m: lower the one or raise the other"
            )

    def rake_edges(self, fault: Fault) -> tuple[NDArray[np.bool_], Array, Array]:
        """Whether each patch's rake is free, and the window's edges in degrees: three (n_patches,) arrays."""
        n = fault.n_patches
        free, first, second = np.ones(n, bool), np.full(n, np.nan), np.full(n, np.nan)
        for name, rake in _by_segment(self.rake, fault, what="rake").items():
            where = fault.slices[name]
            if isinstance(rake, str):
                if rake != "free":
                    raise ConstraintError(f"rake {rake!r} of segment {name!r} is neither 'free' nor degrees")
                continue
            low, high = rake if isinstance(rake, tuple | list) else (rake, rake)
            free[where], first[where], second[where] = False, np.asarray(low, float), np.asarray(high, float)
            width = np.asarray(second[where] - first[where])
            if not (np.all(width >= 0.0) and np.all(width < 180.0)):
                raise ConstraintError(
                    f"the rake window of segment {name!r}, {np.min(first[where]):g} to {np.max(second[where]):g} "
                    "degrees, must go up from its first to its second edge by less than 180 degrees (170 to 190 "
                    "crosses 180; for more than a half-plane use 'free')"
                )
        return free, first, second

    def largest_slip(self, fault: Fault) -> Array:
        """Largest shear slip of each patch (n_patches,), m; inf where none is set."""
        largest = np.full(fault.n_patches, np.inf)
        if self.maximum is None:
            return largest
        for name, value in _by_segment(self.maximum, fault, what="maximum").items():
            values = np.asarray(value, dtype=float)
            if not np.all(values > 0.0):
                raise ConstraintError(
                    f"maximum slip {value!r} m of segment {name!r} must be positive; to hold it, lock it"
                )
            if values.ndim and values.shape != largest[fault.slices[name]].shape:
                raise ConstraintError(
                    f"maximum slip of segment {name!r} has {values.size} values, it has "
                    f"{fault.segment(name).n_patches} patches: give one a patch"
                )
            largest[fault.slices[name]] = values
        return largest

    def _assemble(
        self,
        columns: list[tuple[NDArray[np.int64], Array, str]],
        maximum: Array,
        n: int,
        components: tuple[str, ...],
    ) -> ParameterSpace:
        offset = {name: number * n for number, name in enumerate(components)}
        rows, cols, values, lower, upper, patches = [], [], [], [], [], []
        start = 0
        for index, rake, kind in columns:
            number = start + np.arange(index.size)
            start += index.size
            for name, share in _shares(kind, rake, index.size).items():
                if name in offset:
                    rows.append(offset[name] + index)
                    cols.append(number)
                    values.append(share)
                elif np.any(share != 0.0):
                    raise ConstraintError(
                        f"a rake of {rake[np.argmax(share != 0.0)]:g} degrees needs the {name} component: estimate it "
                        f"too, or choose another rake (components: {', '.join(components)})"
                    )
            signed = kind in ("strike", "dip") or (kind == "opening" and self.opening == "any")
            lower.append(-maximum[index] if signed else np.zeros(index.size))
            upper.append(maximum[index])
            patches.append(index)
        if start == 0:
            raise ConstraintError("every patch is locked: leave at least one that may slip")
        shape = (n * len(components), start)
        entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))
        basis = sparse.csr_array(sparse.coo_array(entries, shape=shape))
        basis.eliminate_zeros()
        return ParameterSpace(
            basis, np.concatenate(lower), np.concatenate(upper), np.concatenate(patches), n, components
        )


def slip_table(vector: Array, *, n_patches: int, components: tuple[str, ...]) -> Array:
    """A slip vector (p,) as a table (n_patches, 3) of strike, dip and opening; zero where not estimated."""
    table = np.zeros((n_patches, 3))
    for number, name in enumerate(components):
        table[:, ("strike", "dip", "opening").index(name)] = vector[number * n_patches : (number + 1) * n_patches]
    return table


def _shares(kind: str, rake: Array, size: int) -> dict[str, Array]:
    if kind != "rake":
        return {kind: np.ones(size)}
    return {"strike": _cosine(rake), "dip": _cosine(rake - 90.0)}


def _cosine(degrees: Array) -> Array:
    # exact zeros at right angles: a rake of 180 has no dip slip at all, not 1e-16 of it
    return np.where(degrees % 180.0 == 90.0, 0.0, np.cos(np.deg2rad(degrees)))


def _by_segment(choice: Any, fault: Fault, *, what: str) -> dict[str, Any]:
    if not isinstance(choice, Mapping):
        return dict.fromkeys(fault.names, choice)
    unknown = sorted(set(choice) - set(fault.names))
    if unknown:
        raise ConstraintError(f"{what} is given for {unknown[0]!r}: segments are {', '.join(map(repr, fault.names))}")
    return dict(choice)


def _checked_locked(locked: ArrayLike, n: int) -> NDArray[np.bool_]:
    array = np.asarray(locked)
    if array.shape != (n,) or array.dtype != bool:
        raise ConstraintError(f"locked has shape {array.shape} and type {array.dtype}, needed is ({n},) bool")
    return array
