"""A paragraph on the methods of a run, made from its case, to be pasted into a paper, with its references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from geoslip.cases.casefile.data import Dataset
from geoslip.cases.casefile.slip import CRITERIA
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report.references import REFERENCES
from geoslip.faults.triangular import TriangularSegment

KINDS = {
    "los": "line-of-sight displacement",
    "azimuth": "displacement along the flight direction",
    "gnss": "GNSS vectors",
    "offset": "offsets",
    "gradient": "slopes of the line of sight",
}
SAMPLERS = {
    "uniform": ("squares of one size", ""),
    "variance": ("a quadtree that splits by residual variance", "jonsson2002"),
    "curvature": ("a quadtree that splits by curvature", "simons2002"),
    "gradient": ("a quadtree that splits by the rise of the displacement", ""),
    "distance": ("a quadtree that refines toward the mapped traces", ""),
    "resolution": ("cells of equal data resolution", "lohman2005"),
    "model": ("a quadtree built on the prediction of a preliminary model", ""),
}
OPERATORS = {
    "laplacian": ("the Laplacian of slip", ""),
    "first_difference": ("the gradient of slip", ""),
    "damping": ("the size of slip", ""),
    "von_karman": ("a von Karman prior covariance of slip", "mai2002"),
    "matern": ("a Matern prior covariance of slip", ""),
    "total_variation": ("the total variation of slip", ""),
    "sparsity": ("the potency of slip, so that few patches slip", ""),
    "stress_drop": ("the stress drop of slip", ""),
}
CHOSEN = {"lcurve": "hansen1993", "abic": "yabuki1992", "gcv": "golub1979", "chi2": "morozov1966"}
Cite = Callable[[str], str]
"""Takes a reference's key, notes that it is cited, and gives its name and year in brackets."""
CHAINS = {"emcee": "foreman2013", "metropolis": "haario2001", "smc": "minson2013"}


@dataclass(frozen=True)
class Methods:
    """What was done, in sentences that belong together, and what they cite.

    Parameters
    ----------
    paragraphs : tuple of str
    references : tuple of str
        In order of their names.
    """

    paragraphs: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def markdown(self) -> str:
        """The paragraphs and the list of references as one text."""
        return "\n\n".join([*self.paragraphs, "References", *self.references]) + "\n"


def methods(run: StudyRun) -> Methods:
    """Say how a run found its slip.

    Parameters
    ----------
    run : StudyRun
        Finished study.

    Returns
    -------
    Methods
        Without a result: what stands in it follows from the case, its defaults and what was read from the data.
    """
    cited: list[str] = []

    def cite(key: str) -> str:
        """The name and year of a reference in brackets, which is then listed."""
        if not key:
            return ""
        cited.append(key)
        return f" [{REFERENCES[key][0]}]"

    paragraphs = [
        " ".join([*_data(run, cite), *_noise(run)]),
        " ".join([*_elastic(run, cite), *_slip(run), *_smoothing(run, cite)]),
        " ".join([*_uncertainty(run, cite), *_synthetic(run), _software(run)]),
    ]
    listed = sorted(REFERENCES[key][1] for key in dict.fromkeys(cited))
    return Methods(tuple(paragraphs), tuple(listed))


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _data(run: StudyRun, cite: Cite) -> list[str]:
    sets = []
    for entry, data in zip(run.case.data, run.observations):
        cells = f", means over {_cells(entry, cite)}" if entry.name in run.scenes else ""
        sets.append(f"{entry.name} ({len(data)} values of {KINDS[entry.kind]}{cells})")
    total = sum(len(data) for data in run.observations)
    said = [f"We invert {total} data of {_joined(sets)}."]
    for kind, words in (("plane", "A plane"), ("offset", "A constant offset")):
        names = [entry.name for entry in run.case.data if entry.nuisance_kind == kind]
        if names:
            said.append(f"{words} is estimated together with slip for {_joined(names)}.")
    return said


def _cells(entry: Dataset, cite: Cite) -> str:
    if entry.downsample.cells is not None:
        return f"the cells of {entry.downsample.cells}"
    words, key = SAMPLERS.get(entry.downsample.method, (f"cells of the sampler {entry.downsample.method}", ""))
    return words + cite(key)


def _noise(run: StudyRun) -> list[str]:
    ending = ": noise"
    noises = [f"{row.name.removesuffix(ending)}, {row.value}" for row in run.assumptions if row.name.endswith(ending)]
    said = [f"Standard deviations of the noise are: {'; '.join(noises)}."] if noises else []
    if any(entry.noise.source in ("estimate", "residuals") for entry in run.case.data):
        said.append("What is correlated was found from the semivariogram.")
    if run.scenes:
        said.append("The covariance of cell means is the mean of the covariance of their pixels, off-diagonals kept.")
    return said


def _elastic(run: StudyRun, cite: Cite) -> list[str]:
    triangles = [isinstance(segment, TriangularSegment) for segment in run.fault.segments]
    shapes = []
    if not all(triangles):
        shapes.append(f"rectangular{cite('okada1985')}")
    if any(triangles):
        shapes.append(f"triangular{cite('nikkhoo2015')}")
    count, patches = len(run.fault.segments), run.fault.n_patches
    segments = "one segment" if count == 1 else f"{count} segments"
    elastic = run.case.elastic
    return [
        f"The fault has {segments} with {patches} patches in all; Green's functions are those of {_joined(shapes)}"
        f" dislocations in a homogeneous elastic half-space with a Poisson's ratio of {elastic.poisson:g}, and moments"
        f" take a rigidity of {elastic.rigidity / 1e9:g} GPa."
    ]


def _slip(run: StudyRun) -> list[str]:
    slip = run.case.slip
    if slip.azimuth is not None:
        way = f"its azimuth within {slip.azimuth[0]:g} to {slip.azimuth[1]:g} degrees"
    elif slip.rake == "free":
        way = "its rake free"
    elif slip.rake[0] == slip.rake[1]:
        way = f"its rake held at {slip.rake[0]:g} degrees"
    else:
        way = f"its rake within {slip.rake[0]:g} to {slip.rake[1]:g} degrees"
    rules = [way]
    if slip.zero_edges:
        rules.append(f"tapered to zero at the edges {_joined(list(slip.zero_edges))}")
    if slip.locked_edges:
        rules.append(f"none on the patches at the edges {_joined(list(slip.locked_edges))}")
    if slip.maximum is not None:
        rules.append(f"at most {slip.maximum:g} m")
    if (prior := slip.moment_prior) is not None:
        rules.append(f"with a moment known beforehand to be {prior.mean:.3g} +- {prior.std:.2g} N m as one datum")
    if slip.segments:
        rules.append(f"with rules of their own on {_joined(list(slip.segments))}")
    return [f"Slip is estimated by least squares under exact bounds, {', '.join(rules)}."]


def _smoothing(run: StudyRun, cite: Cite) -> list[str]:
    smoothing = run.case.smoothing
    words, key = OPERATORS.get(smoothing.operator, (f"the operator {smoothing.operator}", ""))
    if smoothing.operator == "laplacian" and any(isinstance(s, TriangularSegment) for s in run.fault.segments):
        key = "maerten2005"
    if smoothing.toward is not None:
        words = f"{words} less that of {smoothing.toward.file}"
    how = "was set beforehand"
    if isinstance(smoothing.choose, str):
        how = f"was chosen by the {CRITERIA[smoothing.choose]}{cite(CHOSEN.get(smoothing.choose, ''))}"
    said = f"It is regularised by {words}{cite(key)}, whose strength {how}"
    if smoothing.weights == "variance_components":
        scales = _joined([f"{run.problem.scales.get(one.name, 1.0):.2f} for {one.name}" for one in run.case.data])
        weighted = f"data sets are weighted by variance components{cite('koch1999')}"
        return [f"{said}; {weighted}, which multiply their standard deviations by {scales}."]
    return [said + "."]


def _uncertainty(run: StudyRun, cite: Cite) -> list[str]:
    said = [
        "Formal standard deviations of slip hold for this noise, geometry and smoothing, not for the smoothing's bias."
    ]
    if run.case.prediction_error is not None:
        known = run.case.prediction_error.model_dump()
        unsure = _joined([name for name, sigma in known.items() if sigma])
        said.append(
            f"The covariance of the data counts what errors of {unsure} make the predictions miss{cite('duputel2014')}."
        )
    asked = run.case.uncertainty
    if asked.monte_carlo:
        said.append(
            f"{asked.monte_carlo} estimates from data with simulated noise give the spread of slip, noise only."
        )
    if asked.bootstrap:
        said.append(f"{asked.bootstrap} bootstrap samples of the data were inverted likewise{cite('efron1993')}.")
    if run.slip_posterior is not None:
        shape = run.slip_posterior.chains.draws.shape
        said.append(
            f"The posterior of slip within its bounds was drawn by {shape[0]} chains of {shape[1]} draws of Gibbs"
            f" sweeps and reflecting trajectories{cite('pakman2014')}, judged by rank-normalised"
            f" R-hat{cite('vehtari2021')}."
        )
    if run.joint_posterior is not None:
        said.append(
            "How the fault may be moved was sampled together with slip, which was integrated out; chains of"
            f" emcee{cite('foreman2013')} were judged by rank-normalised R-hat{cite('vehtari2021')}."
        )
    if run.geometry_posterior is not None and run.case.posterior.geometry is not None:
        sampler = run.case.posterior.geometry.sampler
        said.append(
            f"The geometry of a source of uniform slip was sampled by {sampler}{cite(CHAINS.get(sampler, ''))}, with"
            f" the same data and covariance, judged by rank-normalised R-hat{cite('vehtari2021')}."
        )
    if run.stress is not None:
        said.append(f"Coulomb stress change{cite('king1994')} is that of the same half-space{cite('okada1992')}.")
    return said


def _synthetic(run: StudyRun) -> list[str]:
    return [f"The data are synthetic: {run.synthetic}"] if run.synthetic else []


def _software(run: StudyRun) -> str:
    version = run.provenance.get("geoslip", "")
    return (
        f"All was computed with geoslip{f' {version}' if version else ''}, random numbers seeded with {run.case.seed}."
    )
