"""The twin of the 2021 Haiti earthquake: a bend is told from a plane, and slip goes on through the junction."""

import numpy as np

from geoslip.cases.assemble.fault import build_segments
from geoslip.cases.assemble.synthetic import true_model
from geoslip.cases.casefile.read import read_case
from geoslip.cases.haiti2021.tell_apart import Draw, coarser, figures, junction_steps, table
from geoslip.cases.library.find import find_case
from geoslip.cases.pipeline.study import run_case
from geoslip.faults import Fault, LocalFrame
from geoslip.inversion import comparable_abic
from geoslip.okada import displacement_field


def solved(name, *, strength):
    case = coarser(read_case(find_case(name)))
    smoothing = case.smoothing.model_copy(update={"choose": strength})
    return run_case(case.model_copy(update={"smoothing": smoothing, "seed": case.seed + 100}))


def test_the_bend_is_preferred_to_a_plane_and_slip_goes_on_through_the_junction():
    bend, plane = solved("haiti2021", strength=5e3), solved("haiti2021/one_plane", strength=5e3)
    for one, other in zip(bend.observations, plane.observations):
        np.testing.assert_array_equal(one.values, other.values)
    assert plane.truth is None and bend.truth is not None
    strengths = 5e3 * np.array([0.2, 1.0, 5.0])
    values = [comparable_abic(run.estimate.system, strengths).min() for run in (bend, plane)]
    assert values[0] < values[1] - 100.0
    true, across, apart = junction_steps(bend)
    assert across < 0.8 * apart
    assert abs(across - true) < 0.2


def test_halving_the_edges_of_the_case_hardly_moves_the_ground():
    case = read_case(find_case("haiti2021"))
    frame = LocalFrame(*case.origin)
    east, north = np.meshgrid(np.arange(-60e3, 55e3, 2.5e3) + 300.0, np.arange(-38e3, 38e3, 2.5e3) + 200.0)
    ground = np.column_stack([east.ravel(), north.ravel(), np.zeros(east.size)])
    fields = []
    for times in (1, 2):
        entries = [part.model_copy(update={"mesh": part.mesh.finer(times)}) for part in case.faults]
        segments, wrong = build_segments(entries, frame, junctions=case.junctions)
        assert not wrong
        model = true_model(case, Fault(segments), frame)
        fields.append(displacement_field(ground, np.concatenate([part.sources for part in segments]), model.slip))
    assert np.linalg.norm(fields[0] - fields[1]) < 0.01 * np.linalg.norm(fields[1])


def test_the_table_counts_the_draws_that_prefer_the_bend():
    names = ("bend", "one plane", "two planes")
    draws = [Draw(dict(zip(names, (10.0, 30.0, 15.0))), dict(zip(names, (2.0, 1.5, 3.0))), (0.2, 0.3, 0.6))] * 2
    assert (figures(draws[0])["abic_more"], figures(draws[0])["prediction_times"]) == (5.0, 0.75)
    text = table(draws)
    assert "| 1 | +20 | +5 | 0.75 times | 1.50 times |" in text
    assert "by ABIC in 2 and by cross-validation in 0 of 2 draws" in text
    assert "0.20 times" in text and "0.60 times" in text
