"""Tables of results: printed as they come, and kept on a Markdown page by the first word of their heads."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path


def table(heads: tuple[str, ...], lines: Iterator[tuple[tuple[str, ...], bool]]) -> tuple[str, bool]:
    """Print a table line by line as it comes; return it as Markdown, and whether all is kept."""
    kept = True
    page = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    print(f"\n{heads[0]:46s}" + "".join(f"{head:>13s}" for head in heads[1:]))
    for cells, good in lines:
        kept &= good
        page.append("| " + " | ".join(cells) + " |")
        print(
            f"{cells[0]:46s}" + "".join(f"{cell:>13s}" for cell in cells[1:]) + ("" if good else "   MISSED"),
            flush=True,
        )
    return "\n".join(page), kept


def tables_of(page: Path | None) -> dict[str, str]:
    """The tables that a page holds, by the first word of their heads."""
    blocks = page.read_text(encoding="utf-8").strip().split("\n\n") if page is not None and page.is_file() else []
    return {block.split()[1]: block for block in blocks if block.startswith("| ")}


def renewed(kept: str, made: str) -> str:
    """A table in which the lines that were made anew stand in their old places."""
    lines = {line.split("|")[1]: line for table in (kept, made) for line in table.splitlines()}
    return "\n".join(lines.values())


def processor() -> str:
    """Name of the processor, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"
