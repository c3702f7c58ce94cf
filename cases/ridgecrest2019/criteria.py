"""What every criterion chooses at Ridgecrest, and the scales of the data sets, from the run of ``weights.yml``.

``python -m geoslip.cases.ridgecrest2019.criteria RUN [--page PAGE]`` prints the tables of the study's page, or writes
them there between its marks.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from geoslip.cases.casefile.slip import CRITERIA
from geoslip.cases.output.folder import write_block


def tables(summary: dict[str, Any]) -> str:
    """The criteria with their strengths, and the data sets with their scales, as Markdown.

    Parameters
    ----------
    summary : dict
        Of a run with ``weights: variance_components``.
    """
    smoothing = summary["smoothing"]
    lines = ["| criterion | strength | in doubt |", "|---|---|---|"]
    for name, found in smoothing["criteria"].items():
        chosen = ", chosen" if name == smoothing["chosen_by"] else ""
        lines.append(f"| {CRITERIA[name]}{chosen} | {found['strength']:.3g} | {'; '.join(found['warnings'])} |")
    lines += ["", "| data set | data | scale of its noise | chi-square over redundancy |", "|---|---|---|---|"]
    for entry in summary["datasets"]:
        ratio, scale = entry["chi2_over_redundancy"], entry["sigma_scale"]
        lines.append(f"| {entry['name']} | {entry['n']} | {scale:.2f} | {'' if ratio is None else f'{ratio:.3f}'} |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables, or write them into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run of weights.yml")
    parser.add_argument("--page", type=Path, help="page whose block is to be written anew")
    options = parser.parse_args()
    text = tables(json.loads((options.run / "summary.json").read_text(encoding="utf-8")))
    print(text)
    if options.page is not None:
        write_block(options.page, "criteria", text=text)


if __name__ == "__main__":
    main()
