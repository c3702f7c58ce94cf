"""The linear problem: data, Green's matrices and nuisance columns, reduced to normal equations once.

For each data set with covariance C = F F' the rows are whitened, d -> F^-1 d, and what its nuisance columns can
explain is projected out of data and Green's matrix. That is exact: the slip of the joint least-squares problem is that
of the reduced one, and the nuisance coefficients follow from it.

Memory grows with n p (Green's matrices) and p^2 a data set (normal equations); time with n p^2, and with n^2 p for a
full covariance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.greens import checked_components, greens_matrix
from geoslip.inversion.nuisance import Nuisance, nuisance_columns
from geoslip.inversion.smoothing.linear_prior import LinearPrior, check_priors
from geoslip.inversion.whitening import Whitener

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Block:
    """One data set, whitened and freed of its nuisance.

    Attributes
    ----------
    observations : Observations
        n data.
    greens : (n, p) array
        Metres per metre of slip, as observed (neither whitened nor projected).
    nuisance : Nuisance
        k columns.
    whitener : Whitener
        Of the data's covariance.
    normal : (p, p) array
        G' Q G with G whitened and Q the projector off the whitened nuisance columns.
    right : (p,) array
        G' Q d.
    energy : float
        d' Q d: the chi-square of no slip at all, nuisance fitted.
    """

    observations: Observations
    greens: Array
    nuisance: Nuisance
    whitener: Whitener
    normal: Array
    right: Array
    energy: float

    @classmethod
    def build(cls, observations: Observations, greens: Array, *, nuisance: Nuisance) -> Block:
        """Whiten and reduce one data set.

        Raises
        ------
        CovarianceError
            The covariance is not positive definite.
        """
        whitener = Whitener.of(observations.covariance, name=observations.name)
        matrix = whitener.whiten(greens)
        data = whitener.whiten(observations.values)
        if len(nuisance):
            basis = np.linalg.qr(whitener.whiten(nuisance.matrix))[0]
            matrix -= basis @ (basis.T @ matrix)
            data -= basis @ (basis.T @ data)
        return cls(observations, greens, nuisance, whitener, matrix.T @ matrix, matrix.T @ data, float(data @ data))

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.observations.name

    @property
    def n_data(self) -> int:
        """Number of data."""
        return len(self.observations.values)

    def fit_nuisance(self, slip: Array) -> Array:
        """Nuisance coefficients (k,) that fit best beside a slip vector (p,)."""
        left = self.whitener.whiten(self.observations.values - self.greens @ slip)
        return np.asarray(np.linalg.lstsq(self.whitener.whiten(self.nuisance.matrix), left)[0], dtype=float)


@dataclass(frozen=True, eq=False)
class Problem:
    """Data sets, a fault and the normal equations that tie them.

    Slip vectors have p = len(components) * n_patches entries, all of the first component first.

    Attributes
    ----------
    fault : Fault
    blocks : tuple of Block
        One a data set, each of another name.
    components : tuple of str
        Slip components that are estimated.
    scales : dict of str to float
        Factors of the data sets' standard deviations, 1 where not given.
    priors : tuple of LinearPrior
        What is known beside the data; it counts as data do.
    """

    fault: Fault
    blocks: tuple[Block, ...]
    components: tuple[str, ...]
    scales: Mapping[str, float]
    priors: tuple[LinearPrior, ...] = ()

    @classmethod
    def build(
        cls,
        observations: Sequence[Observations],
        fault: Fault,
        *,
        components: Sequence[str] = ("strike", "dip"),
        nuisance: Mapping[str, str] | None = None,
        poisson: float = 0.25,
        greens: Mapping[str, Array] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Problem:
        """Compute the Green's matrices and reduce every data set.

        Parameters
        ----------
        observations : sequence of Observations
            Data sets of different names.
        fault : Fault
        components : sequence of str
            Slip components, of "strike", "dip", "opening".
        nuisance : dict of str to str, optional
            Nuisance kind by data set name; the usual one of its kind where not given.
        poisson : float
            Poisson's ratio.
        greens : dict of str to (n, p) array, optional
            Green's matrices that are known already, by data set name.
        progress : callable, optional
            Called with the finished fraction.

        Returns
        -------
        Problem

        Raises
        ------
        ValueError
            No data set, two of one name, a nuisance for a data set that is not there, or a matrix of wrong size.
        CovarianceError
            A covariance that is not positive definite, with the data set's name.
        """
        components = checked_components(components)
        nuisance, greens = dict(nuisance or {}), dict(greens or {})
        names = _checked_names(observations, nuisance, greens)
        blocks = []
        for number, data in enumerate(observations):
            matrix = greens.get(data.name)
            if matrix is None:
                share = _share(progress, number, len(names))
                matrix = greens_matrix(data, fault, components=components, poisson=poisson, progress=share)
            _check_size(data, matrix, len(components) * fault.n_patches)
            columns = nuisance_columns(data, nuisance.get(data.name))
            blocks.append(Block.build(data, matrix, nuisance=columns))
            if progress is not None:
                progress((number + 1) / len(names))
        return cls(fault, tuple(blocks), components, {})

    def with_scales(self, scales: Mapping[str, float]) -> Problem:
        """Give the same problem with the data sets' standard deviations multiplied by factors."""
        unknown = sorted(set(scales) - {block.name for block in self.blocks})
        if unknown or any(not value > 0.0 for value in scales.values()):
            raise ValueError(f"scales {dict(scales)} must be positive and name data sets of the problem")
        return replace(self, scales={**self.scales, **scales})

    def with_priors(self, *priors: LinearPrior) -> Problem:
        """Give the same problem with these priors and no others.

        Raises
        ------
        ValueError
            A prior for another number of slip components.
        """
        check_priors(priors, n_slip=self.n_slip)
        return replace(self, priors=priors)

    def block(self, name: str) -> Block:
        """The data set of this name."""
        for block in self.blocks:
            if block.name == name:
                return block
        raise ValueError(f"no data set is called {name!r}: there are {', '.join(b.name for b in self.blocks)}")

    def weight(self, block: Block) -> float:
        """One over the square of a data set's scale."""
        return 1.0 / self.scales.get(block.name, 1.0) ** 2

    @property
    def n_data(self) -> int:
        """Number of data in all data sets, and of numbers that priors give."""
        return sum(block.n_data for block in self.blocks) + sum(len(prior.values) for prior in self.priors)

    @property
    def n_nuisance(self) -> int:
        """Number of nuisance coefficients in all data sets."""
        return sum(len(block.nuisance) for block in self.blocks)

    @property
    def n_slip(self) -> int:
        """Number p of slip components of all patches."""
        return len(self.components) * self.fault.n_patches

    @cached_property
    def normal(self) -> Array:
        """Sum of the normal matrices (p, p) of data sets and priors."""
        total = np.zeros((self.n_slip, self.n_slip))
        for block in self.blocks:
            total += self.weight(block) * block.normal
        for prior in self.priors:
            total += prior.normal
        return total

    @cached_property
    def right(self) -> Array:
        """Sum of the right-hand sides (p,) of data sets and priors."""
        parts = [self.weight(block) * block.right for block in self.blocks]
        return np.sum([*parts, *(prior.right for prior in self.priors)], axis=0)

    @property
    def energy(self) -> float:
        """Chi-square of no slip, nuisance fitted."""
        return sum(self.weight(block) * block.energy for block in self.blocks) + sum(p.energy for p in self.priors)

    def chi_square(self, slip: Array) -> float:
        """Weighted misfit of a slip vector (p,), nuisance fitted, that to priors with it; from the normal equations."""
        return max(0.0, self.energy - 2.0 * float(self.right @ slip) + float(slip @ self.normal @ slip))


def _share(progress: Callable[[float], None] | None, number: int, total: int) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda fraction: progress((number + 0.8 * fraction) / total)


def _checked_names(
    observations: Sequence[Observations], nuisance: Mapping[str, str], greens: Mapping[str, Array]
) -> list[str]:
    names = [data.name for data in observations]
    if not names:
        raise ValueError("a problem needs at least one data set")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two data sets are called {twice[0]!r}: every data set needs a name of its own")
    for what, given in (("nuisance", nuisance), ("a Green's matrix", greens)):
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ValueError(f"{what} is given for {unknown[0]!r}, which is no data set: there are {', '.join(names)}")
    return names


def _check_size(data: Observations, matrix: Array, n_slip: int) -> None:
    if matrix.shape != (len(data.values), n_slip):
        raise ValueError(
            f"{data.name}: the Green's matrix has shape {matrix.shape}, needed is ({len(data.values)}, {n_slip}): one "
            "row a datum, one column a slip component of a patch"
        )
