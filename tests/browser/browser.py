"""A real Chromium without network, and pages for it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, TIMEOUT
from playwright.sync_api import Browser, Page, sync_playwright

WRITER = CLI.parent / "write_report"
COUNT_SHOWN = "document.querySelectorAll('#match-rows tbody tr').length"


def write_report(path: Path, matches: int, pictures: str = "none") -> Path:
    subprocess.run([WRITER, path, str(matches), pictures], check=True, timeout=TIMEOUT)
    return path


def launch(playwright: Any) -> Browser:
    """The system's Chromium; where there is none that is an error, not a reason to skip."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is not here: tools/setup.sh tests"
    return playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {
        "large": write_report(folder / "large.html", 10_000),
        "plain": write_report(folder / "plain.html", 300),
        "pictures": write_report(folder / "pictures.html", 150, "blurred"),
    }


class Opened:
    """A page with all that it asked for, said, or had refused."""

    def __init__(self, browser: Browser, path: Path, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1500, "height": 1000})
        self.context = browser.new_context(**options)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.url = path.as_uri()
        self.page.goto(self.url)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def status(self) -> str:
        return self.page.locator("#match-rows .status").inner_text()

    def column(self, name: str) -> list[str]:
        """The texts of a column of the matches, as shown."""
        return self.page.evaluate(
            """(name) => {
              const table = document.querySelector('#match-rows .live table');
              const i = [...table.tHead.rows[0].cells].findIndex((x) => x.classList.contains(name));
              return [...table.tBodies[0].rows].map((row) => row.cells[i].textContent);
            }""",
            name,
        )

    def sort(self, title: str) -> None:
        self.page.locator("#match-rows .live").get_by_role("button", name=title, exact=True).click()
