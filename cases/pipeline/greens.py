"""The Green's matrix of each data set, kept beside an unfinished run so that a resumed one has it at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.casefile.slip import Elastic
from geoslip.cases.output.folder import whole_file
from geoslip.cases.output.provenance import text_hash
from geoslip.downsample.observations import Observations
from geoslip.faults.fault import Fault


def greens_matrices(
    observations: Sequence[Observations],
    fault: Fault,
    *,
    elastic: Elastic,
    cache: Path | None,
    report: Callable[[float], None],
) -> dict[str, NDArray[np.float64]]:
    """Compute, or take from the cache, the Green's matrix of each data set.

    A cached matrix is named by a hash of points, directions, patches and Poisson's ratio, so that it can only be taken
    for the same problem.
    """
    from geoslip.inversion import greens_matrix

    matrices: dict[str, NDArray[np.float64]] = {}
    number = len(observations)
    for index, entry in enumerate(observations):

        def share(fraction: float, index: int = index) -> None:
            report((index + fraction) / number)

        sources = (segment.sources.tobytes() for segment in fault.segments)
        key = text_hash(entry.points.tobytes(), entry.directions.tobytes(), *sources, elastic.poisson, elastic.engine)
        stored = cache / f"greens-{key}.npy" if cache is not None else None
        if stored is not None and stored.is_file():
            matrices[entry.name] = np.load(stored)
        else:
            matrices[entry.name] = greens_matrix(
                entry, fault, poisson=elastic.poisson, progress=share, engine=elastic.engine
            )
            if stored is not None:
                with whole_file(stored) as partial, partial.open("wb") as stream:
                    np.save(stream, matrices[entry.name])
        share(1.0)
    return matrices
