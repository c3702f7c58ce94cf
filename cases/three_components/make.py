"""The small studies of three components: ``python -m geoslip.cases.three_components.make [--out DIR]``.

Prints their tables; into the folder go those and, in summary.json, the figures that published.yml holds.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from geoslip.cases.output.results import write_json
from geoslip.cases.three_components import blocks, disc_load, hovsgol, slopes


def main() -> None:
    """Print every table; write them and the figures into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--out", type=Path, help="folder of the tables and of summary.json")
    options = parser.parse_args()
    data = options.data or Path(os.environ["GEOSLIP_DATA"])
    slides = slopes.studied(data)
    tables = {
        "disc": disc_load.table(),
        "hovsgol": hovsgol.table(data),
        "slopes": slopes.table(slides),
        "blocks": blocks.table(data),
    }
    for name, text in tables.items():
        print(f"\n## {name}\n\n{text}")
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        found = {
            "disc": disc_load.figures(),
            "hovsgol": hovsgol.figures(data),
            "slopes": slopes.figures(slides),
            "blocks": blocks.figures(),
        }
        for name, text in tables.items():
            (options.out / f"{name}.md").write_text(text + "\n", encoding="utf-8")
        write_json(options.out / "summary.json", found)


if __name__ == "__main__":
    main()
