"""How long the HTML report of a scan takes to open in headless Chromium.

    python bench/report_open.py [--writer build/release/bin/write_report] [--matches 10000] [--pictures none]

From the start of the navigation until the load event has ended and the next frame, with the table, has
been drawn; the median of several openings, each in a new context of a browser that runs already. Needs
`playwright` (tests/requirements.txt) and the system's Chromium (tools/setup.sh tests).
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

BAR = 2.0  # seconds, for 10,000 matches

#: Given to the page by the browser itself, so that its policy has no say.
WATCH = """
window.addEventListener('load', () => requestAnimationFrame(() => setTimeout(() => {
  window.drawnAt = performance.now();
})));
"""


def open_once(browser: Browser, page_file: Path) -> float:
    """Seconds."""
    context = browser.new_context(viewport={"width": 1500, "height": 1000})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(page_file.as_uri())
    page.wait_for_function("window.drawnAt")
    assert page.locator("#match-rows .live tbody tr").count() > 0
    seconds = page.evaluate("window.drawnAt") / 1000
    context.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writer", type=Path, default=Path("build/release/bin/write_report"))
    parser.add_argument("--matches", type=int, default=10_000)
    parser.add_argument("--pictures", choices=["none", "blurred"], default="none")
    parser.add_argument("--openings", type=int, default=5)
    arguments = parser.parse_args()
    program = shutil.which("chromium")
    if program is None:
        parser.error("Chromium is not here: tools/setup.sh tests")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder, "report.html")
        subprocess.run(
            [arguments.writer, page_file, str(arguments.matches), arguments.pictures], check=True
        )
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        times = [open_once(browser, page_file) for _ in range(arguments.openings)]
        size = page_file.stat().st_size / 1e6
        print(f"{arguments.matches:,} matches, {size:.1f} MB, Chromium {browser.version}")
        browser.close()
    print("openings, s:", ", ".join(f"{seconds:.2f}" for seconds in times))
    print(f"median: {statistics.median(times):.2f} s (bar for 10,000 matches: {BAR:g} s)")


if __name__ == "__main__":
    main()
