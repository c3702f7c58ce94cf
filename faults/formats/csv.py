"""slip.csv: one row a patch, columns as in geoslip.faults.formats.table."""

import csv
import io

import numpy as np

from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.registry import BOTH, Format
from geoslip.faults.formats.table import LEADING, model_of, refuse_unknown, table_of
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel


def is_csv(text: str) -> bool:
    """Whether the first line names columns of a slip table, the place among them."""
    first = {name.strip() for name in text.lstrip("\ufeff").split("\n", 1)[0].split(",")}
    return {"lon", "lat"} <= first and len(first & set(LEADING)) >= 4


def parse_csv(
    text: str, *, source: str = "text", frame: LocalFrame | None = None, rigidity: float | None = None
) -> SlipModel:
    """A slip model from the text of a slip.csv.

    Parameters
    ----------
    text : str
    source : str
        The file's name, for messages.
    frame : LocalFrame, optional
        Frame for the model; around the mean of the patches unless given.
    rigidity : float, optional
        Pa; that of the file's rigidity_pa column, or 30 GPa, unless given.

    Raises
    ------
    FormatError
        For unknown, missing or repeated columns, a row of another length, or values that make no fault.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    except csv.Error as error:
        raise FormatError(f"no comma-separated table: {error}", source=source) from error
    if not rows:
        raise FormatError("the table is empty: its first line must name the columns", source=source)
    names = [name.strip() for name in rows[0]]
    refuse_unknown(names, source=source)
    for index, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise FormatError(
                f"{len(row)} values for {len(names)} columns: every row must have one each; is the file cut off?",
                source=source,
                line=index,
            )
    columns = {name: [row[k].strip() for row in rows[1:]] for k, name in enumerate(names)}
    return model_of(columns, source=source, first_line=2, frame=frame, rigidity=rigidity)


def format_csv(model: SlipModel) -> str:
    """The text of slip.csv.

    Raises
    ------
    FormatError
        If the model has no frame.
    """
    table = table_of(model)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*([_written(value) for value in column] for column in table.values())))
    return stream.getvalue()


def _written(value: object) -> str:
    """A value as text: twelve digits keep a tenth of a millimetre on the globe; nothing for NaN."""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.12g}"
    return str(value)


FORMAT = Format("csv", (".csv",), is_csv, parse_csv, format_csv, BOTH, rank=130)
