"""The case file's model: what a study is made of, with its defaults."""

from __future__ import annotations

from typing import Any

from pydantic import Field, PrivateAttr

from geoslip.cases.casefile.base import Block, LonLat
from geoslip.cases.casefile.data import Dataset
from geoslip.cases.casefile.decompose import Decompose, Profile, Strain
from geoslip.cases.casefile.fault import FaultEntry
from geoslip.cases.casefile.mesh import Junction
from geoslip.cases.casefile.posterior import Posterior
from geoslip.cases.casefile.prediction import PredictionError
from geoslip.cases.casefile.slip import Elastic, Slip, Smoothing
from geoslip.cases.casefile.stress import Stress
from geoslip.cases.casefile.synthetic import Synthetic
from geoslip.cases.casefile.trust import Uncertainty
from geoslip.cases.errors import Mistake


class Case(Block):
    """One study.

    ``extends`` names another case file of which this one says only the changes (:mod:`geoslip.cases.casefile.layers`);
    ``origin`` anchors the local frame; ``described_in`` names the text that describes the data files; ``junctions``
    names meshes that meet and share their vertices there; ``join`` names
    pairs of segments across which slip is smoothed although their edges do not quite touch.
    """

    name: str
    title: str = ""
    about: str = ""
    epicentre: LonLat | None = None
    origin: LonLat
    described_in: str = ""
    elastic: Elastic = Field(default_factory=Elastic)
    seed: int = 0
    synthetic: Synthetic | None = None
    data: tuple[Dataset, ...]
    faults: tuple[FaultEntry, ...]
    junctions: tuple[Junction, ...] = ()
    join: tuple[tuple[str, str], ...] = ()
    slip: Slip = Field(default_factory=Slip)
    smoothing: Smoothing = Field(default_factory=Smoothing)
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    prediction_error: PredictionError | None = None
    posterior: Posterior = Field(default_factory=Posterior)
    stress: Stress | None = None
    decompose: Decompose = Field(default_factory=Decompose)
    strain: Strain | None = None
    profile: tuple[Profile, ...] = ()
    extends: None = None

    _source: Any = PrivateAttr(default=None)

    @property
    def source(self) -> Any:
        """The :class:`geoslip.cases.casefile.read.CaseSource` it was read from; None for a case made in a script."""
        return self._source

    def mistake(self, location: tuple[str | int, ...], rule: str) -> Mistake:
        """Return a mistake at a location of this case, with file, line and value where it was read from a file."""
        if self._source is None:
            return Mistake(rule, ".".join(str(step) for step in location))
        found = self._source.mistake(location, rule)
        assert isinstance(found, Mistake)
        return found
