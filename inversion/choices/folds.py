"""Ways to divide data into folds, each of which is held out once while the others are fitted.

Neighbouring data share signal and noise, so that one of them predicts the other whatever the model is worth: data are
held out by blocks of ground, or by whole data sets, and not one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.inversion.problem import Problem

Array = NDArray[np.float64]

BLOCKS_PER_FOLD = 6
"""Blocks of ground in a fold, so that a fold is no one side of the fault."""


@dataclass(frozen=True, eq=False)
class Folds:
    """Which fold each datum belongs to.

    Attributes
    ----------
    criterion : str
        What StrengthCurve.choose calls the choice by these folds.
    names : tuple of k str
        Of the folds.
    labels : dict of str to (n,) int array
        The fold of each datum, 0 to k - 1, by data set name.
    """

    criterion: str
    names: tuple[str, ...]
    labels: Mapping[str, NDArray[np.int64]]

    def check(self, problem: Problem) -> None:
        """Refuse folds that do not fit a problem: other data sets or sizes, fewer than two folds, a fold without data.

        Raises
        ------
        ValueError
        """
        sizes = {block.name: block.n_data for block in problem.blocks}
        given = {name: len(labels) for name, labels in self.labels.items()}
        if given != sizes:
            raise ValueError(f"folds are for data sets of sizes {given}, the problem has {sizes}: build them for it")
        every = np.concatenate(list(self.labels.values()))
        if len(self.names) < 2:
            raise ValueError(f"{len(self.names)} fold cannot be predicted from others: make at least two")
        if every.min() < 0 or every.max() >= len(self.names):
            raise ValueError(f"fold labels run from {every.min()} to {every.max()}, there are {len(self.names)} folds")
        empty = [name for number, name in enumerate(self.names) if not np.any(every == number)]
        if empty:
            raise ValueError(f"fold {empty[0]!r} holds no data: make fewer folds")


def spatial_folds(problem: Problem, *, folds: int = 5, seed: int = 0) -> Folds:
    """Folds of several blocks of ground each; every data set is held out where a block is.

    The places of all data are cut in two again and again, at the median across their longer extent, until there are
    six blocks a fold or more, which are dealt to the folds at random. All rows at one place (a station's components)
    stay together.

    Parameters
    ----------
    problem : Problem
    folds : int
        At least 2.
    seed : int
        Of the deal.

    Returns
    -------
    Folds
        With the criterion "cv".

    Raises
    ------
    ValueError
        Fewer than two folds, or fewer places than folds.
    """
    points = np.concatenate([block.observations.points[:, :2] for block in problem.blocks])
    places, place = np.unique(points, axis=0, return_inverse=True)
    if folds < 2 or len(places) < folds:
        raise ValueError(f"{folds} folds of data at {len(places)} places: ask for 2 or more, and no more than places")
    blocks = _bisected(places, count=min(BLOCKS_PER_FOLD * folds, len(places)))
    order = np.random.default_rng(seed).permutation(blocks.max() + 1)
    labels = (order % folds)[blocks[place.ravel()]]
    ends = np.cumsum([block.n_data for block in problem.blocks])[:-1]
    parts = dict(zip((block.name for block in problem.blocks), np.split(labels, ends)))
    return Folds("cv", tuple(f"fold {number + 1}" for number in range(folds)), parts)


def dataset_folds(problem: Problem) -> Folds:
    """Hold out one whole data set after the other.

    Returns
    -------
    Folds
        With the criterion "cv_datasets".

    Raises
    ------
    ValueError
        A single data set.
    """
    names = tuple(block.name for block in problem.blocks)
    if len(names) < 2:
        raise ValueError(f"{names[0]}: one data set alone cannot be predicted from others: use spatial folds")
    labels = {block.name: np.full(block.n_data, number) for number, block in enumerate(problem.blocks)}
    return Folds("cv_datasets", names, labels)


def _bisected(places: Array, *, count: int) -> NDArray[np.int64]:
    """Cut the fullest part in two until there are `count`; the part of each place (n,)."""
    parts = [np.arange(len(places))]
    while len(parts) < count:
        fullest = parts.pop(int(np.argmax([len(part) for part in parts])))
        axis = int(np.argmax(np.ptp(places[fullest], axis=0)))
        ordered = fullest[np.argsort(places[fullest, axis], kind="stable")]
        parts += [ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]]
    labels = np.empty(len(places), dtype=np.int64)
    for number, part in enumerate(parts):
        labels[part] = number
    return labels
