"""Write the tables of the page on three components: ``python -m geoslip.cases.three_components.make [--page PAGE]``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from geoslip.cases.output.folder import write_block
from geoslip.cases.three_components import blocks, disc_load, hovsgol, slopes


def main() -> None:
    """Print every table, or write them between the marks of a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--page", type=Path, help="page whose blocks are to be written anew")
    options = parser.parse_args()
    data = options.data or Path(os.environ["GEOSLIP_DATA"])
    tables = {
        "disc": disc_load.table(),
        "hovsgol": hovsgol.table(data),
        "slopes": slopes.table(data),
        "blocks": blocks.table(data),
    }
    for name, text in tables.items():
        print(f"\n## {name}\n\n{text}")
        if options.page is not None:
            write_block(options.page, name, text=text)


if __name__ == "__main__":
    main()
