"""The prediction error of a case: found for a slip model, added to the data's covariance, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoslip.cases.assemble.data import DatasetReading
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.prediction import PredictionError
from geoslip.cases.casefile.units import format_length
from geoslip.cases.errors import CaseError
from geoslip.cases.pipeline.run import Assumption
from geoslip.faults.fault import Fault

if TYPE_CHECKING:
    from geoslip.inversion import Estimate

ROUNDS = 2
"""Slip models, each found under the prediction error of the one before, that follow the first."""
MAGNITUDE_OF_MOMENT = 2.0 / 3.0 / np.log(10.0)
"""Change of the moment magnitude by a relative change of the moment."""


@dataclass(frozen=True)
class PredictionErrors:
    """What was asked for, and what it came to in each data set.

    Attributes
    ----------
    asked : PredictionError
    noise, missed : dict of str to float
        Root mean square standard deviation of the noise and of the prediction error, by data set, m.
    """

    asked: PredictionError
    noise: dict[str, float]
    missed: dict[str, float]

    @property
    def magnitude_std(self) -> float:
        """Standard deviation of the magnitude that the rigidity's brings."""
        return float(MAGNITUDE_OF_MOMENT * self.asked.rigidity)

    @property
    def assumptions(self) -> list[Assumption]:
        """Rows of the table of assumptions."""
        asked, rows = self.asked, []
        for name in ("dip", "strike"):
            if getattr(asked, name) > 0.0:
                rows.append(Assumption(f"{name} uncertain by", f"{getattr(asked, name):g}°", "case"))
        for name in ("east", "north", "depth"):
            if getattr(asked, name) > 0.0:
                rows.append(Assumption(f"position uncertain by ({name})", format_length(getattr(asked, name)), "case"))
        if asked.poisson > 0.0:
            rows.append(Assumption("Poisson's ratio uncertain by", f"{asked.poisson:g}", "case"))
        if asked.rigidity > 0.0:
            told = f"{100.0 * asked.rigidity:g} %, {self.magnitude_std:.2f} of the magnitude; the data do not change"
            rows.append(Assumption("rigidity uncertain by", told, "case"))
        for name, missed in self.missed.items():
            told = f"{format_length(_rounded(missed))} rms, beside {format_length(_rounded(self.noise[name]))} of noise"
            rows.append(Assumption(f"{name}: prediction error", told, "data"))
        return rows

    def summary(self) -> dict[str, Any]:
        """Give what summary.json says of it."""
        asked = self.asked
        return {
            "std": {
                "dip_deg": asked.dip,
                "strike_deg": asked.strike,
                "east_km": 1e-3 * asked.east,
                "north_km": 1e-3 * asked.north,
                "depth_km": 1e-3 * asked.depth,
                "poisson": asked.poisson,
                "rigidity_share": asked.rigidity,
            },
            "mw_std_of_rigidity": self.magnitude_std,
            "datasets": [
                {"name": name, "noise_std_m": self.noise[name], "prediction_std_m": missed}
                for name, missed in self.missed.items()
            ],
        }


def check_prediction_error(case: Case, fault: Fault) -> None:
    """Refuse, before anything long is computed, a prediction error that cannot be found or would count twice."""
    asked = case.prediction_error
    if asked is None:
        return
    if any(segment.outlines.shape[1] == 3 for segment in fault.segments) and asked.changes_data:
        rule = "what uncertain triangles make the data miss is not known: give rigidity alone, or rectangles"
        raise CaseError(case.mistake(("prediction_error",), rule))
    sampled = [name for name in ("geometry", "joint") if getattr(case.posterior, name) is not None]
    if sampled and asked.moves:
        rule = (
            f"posterior.{sampled[0]} samples what {', '.join(asked.moves)} here would count a second time: leave "
            "prediction_error out, or its poisson and rigidity alone"
        )
        raise CaseError(case.mistake(("prediction_error",), rule))


def with_prediction_errors(
    case: Case, readings: Sequence[DatasetReading], estimate: Estimate
) -> tuple[list[DatasetReading], PredictionErrors]:
    """Give the readings with the prediction error of an estimate added to the covariance of their noise alone."""
    from geoslip.inversion import ModelUncertainty, prediction_error, with_prediction_error

    asked = case.prediction_error
    assert asked is not None
    uncertainty = ModelUncertainty(**{name: getattr(asked, name) for name in PredictionError.model_fields})
    fault, found = estimate.system.problem.fault, PredictionErrors(asked, {}, {})
    more = []
    for reading in readings:
        data = reading.observations
        if data.kind == "gradient":
            raise ValueError(f"{data.name}: the prediction error of gradients is not known: leave prediction_error out")
        missed = prediction_error(
            data, fault, estimate.slip, uncertainty=uncertainty, poisson=case.elastic.poisson
        )  # fmt: skip
        found.noise[data.name], found.missed[data.name] = _rms(data.covariance), _rms(missed)
        more.append(replace(reading, observations=with_prediction_error(data, missed)))
    return more, found


def _rms(covariance: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.diagonal(covariance))))


def _rounded(metres: float) -> float:
    return float(f"{metres:.2g}")
