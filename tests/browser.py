"""Open pages in headless Chromium at a phone's and a desktop's width, and say what is wrong with them.

``python tests/browser.py PAGE.html ...`` prints a line for every fault and exits 1 if there is one: a message on the
console, a picture that is not drawn, a page wider than its window.
"""

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
WIDTHS = {"a phone": 390, "a desktop": 1280}

# A frame as wide as the screen holds the page: a window of Chromium's own cannot be as narrow as a phone.
_WATCH = """<!doctype html><body><script>
const frame = document.createElement("iframe");
frame.style = "border: 0; width: WIDTHpx; height: 900px";
frame.onload = () => setTimeout(() => {
  const page = frame.contentDocument, root = page.documentElement;
  const wide = [...page.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > WIDTH + 1);
  document.body.dataset.found = JSON.stringify({
    width: root.scrollWidth,
    widest: wide.slice(0, 3).map(e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "")),
    undrawn: [...page.images].filter(e => !e.complete || e.naturalWidth == 0).map(e => e.alt || e.src.slice(0, 80)),
  });
}, 100);
frame.src = "PAGE";
document.body.append(frame);
</script></body>"""


def faults_of(page: Path, *, width: int) -> list[str]:
    """What is wrong with a page in a window so wide, in words; empty if nothing."""
    with tempfile.TemporaryDirectory() as folder:
        watch = Path(folder) / "watch.html"
        watch.write_text(_WATCH.replace("WIDTH", str(width)).replace("PAGE", page.absolute().as_uri()), "utf-8")
        flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        flags += " --disable-component-update --disable-sync --allow-file-access-from-files --enable-logging=stderr"
        command = [CHROMIUM, *flags.split(), f"--user-data-dir={folder}/profile", "--virtual-time-budget=5000"]
        command += [f"--window-size={max(width, 800)},1000", "--dump-dom", watch.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'data-found="([^"]*)"', done.stdout)
    if found is None:
        return ["the page did not load"]
    seen = json.loads(html.unescape(found[1]))
    faults = [f"on the console: {line}" for line in done.stderr.splitlines() if "CONSOLE" in line]
    faults += [f"not drawn: {picture}" for picture in seen["undrawn"]]
    if seen["width"] > width:
        faults.append(f"{seen['width']} pixels wide in a window of {width}: {', '.join(seen['widest'])}")
    return faults


def main() -> None:
    """Look at every page named on the command line."""
    pages = [Path(name) for name in sys.argv[1:]]
    lines = [
        f"{page} on {screen}: {fault}"
        for page in pages
        for screen, width in WIDTHS.items()
        for fault in faults_of(page, width=width)
    ]
    print("\n".join(lines) or f"{len(pages)} pages: nothing on the console, every picture drawn, none too wide")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
