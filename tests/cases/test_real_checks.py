"""What the tool says by itself about real data: stations whose coordinates are wrong, points left out."""

from pathlib import Path

from geoslip.cases.casefile.read import read_case
from geoslip.cases.library.find import find_case
from geoslip.cases.pipeline.study import prepare_case, run_case


def test_landers_stations_whose_coordinates_are_wrong_are_named(data_folder: Path) -> None:
    run = run_case(read_case(find_case("landers1992")), data=data_folder)
    text = " ".join(run.warnings)
    assert "station LUCS (-118.8819" in text
    assert "one wrong digit would explain it: at -116.8819, 34.4394" in text
    assert "VNDP and WIDE have the same coordinates" in text
    assert len(run.observations[0]) == 182  # 91 stations; the seven rows in another order are dropped
    notes = " ".join(row.value for row in run.assumptions if row.name == "GNSS: note")
    assert "7 of 98 rows dropped" in notes


def test_ridgecrest_says_what_it_leaves_out(data_folder: Path) -> None:
    study = prepare_case(read_case(find_case("ridgecrest2019")), data=data_folder)
    for reading in study.readings[1:]:
        assert any("nearer than 1 km to the mapped traces" in note for note in reading.observations.notes)
    # signs, look vectors and units of four tracks agree with the summed GNSS of both shocks
    assert not study.warnings
