"""The HTML report as its reader has it: opened, filtered, sorted, printed, heard."""

from __future__ import annotations

import subprocess
from pathlib import Path

import axe_playwright_python
import pytest
from browser import COUNT_SHOWN, Opened, chromium, reports  # noqa: F401 (fixtures)
from conftest import TIMEOUT
from playwright.sync_api import Browser

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


def test_ten_thousand_matches_open_soon(chromium: Browser, reports: dict[str, Path]) -> None:
    """Generous here; bench/report_open.py measures against the bar."""
    with Opened(chromium, reports["large"]) as opened:
        assert opened.status() == "Rows 1 to 100 of 10,000."
        assert opened.page.evaluate(COUNT_SHOWN) == 100
        milliseconds = opened.page.evaluate(
            "performance.getEntriesByType('navigation')[0].loadEventEnd"
        )
        assert 0 < milliseconds < 10_000
        assert opened.errors == []


@pytest.mark.parametrize(
    ("scheme", "report", "width"),
    [
        ("light", "plain", 1500),
        ("dark", "plain", 1500),
        ("light", "pictures", 420),
        ("dark", "pictures", 1500),
    ],
)
def test_axe_finds_nothing(
    chromium: Browser, reports: dict[str, Path], scheme: str, report: str, width: int
) -> None:
    viewport = {"width": width, "height": 1000}
    with Opened(chromium, reports[report], color_scheme=scheme, viewport=viewport) as opened:
        opened.page.evaluate(AXE.read_text())
        if report == "pictures":
            opened.page.locator("td button").first.click()
            assert_accessible(opened)  # with the question open
            opened.page.keyboard.press("Escape")
        assert_accessible(opened)


def assert_accessible(opened: Opened) -> None:
    found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    assert len(found["passes"]) > 10


def test_text_filters_file_known_picture_label_and_source(
    chromium: Browser, reports: dict[str, Path]
) -> None:
    with Opened(chromium, reports["large"]) as opened:
        text = opened.page.get_by_label("File, known picture, label or source contains")
        for typed, count in (("img_1234.JPG", 1), ("CASE 2025-117", 2000), ("category a", 3334)):
            text.fill("")
            text.press_sequentially(typed)
            assert f" {count:,} that pass the filter, of 10,000 in all" in opened.status()
        text.fill("no such text")
        assert opened.status().startswith("No row passes the filter, of 10,000 in all.")
        assert opened.page.evaluate(COUNT_SHOWN) == 0
        opened.page.get_by_role("button", name="Clear filters").click()
        assert opened.status() == "Rows 1 to 100 of 10,000."


def test_choices_and_bounds_filter(chromium: Browser, reports: dict[str, Path]) -> None:
    with Opened(chromium, reports["large"]) as opened:
        page = opened.page
        page.get_by_label("Transform", exact=True).select_option("rotate90")
        assert set(opened.column("transform")) == {"rotate90"}
        page.get_by_label("Label", exact=True).select_option("category A")
        assert set(opened.column("label")) == {"category A"}
        page.get_by_label("Distance, at least").press_sequentially("5")
        page.get_by_label("Distance, at most").press_sequentially("12")
        distances = [int(text) for text in opened.column("distance")]
        assert distances and min(distances) >= 5 and max(distances) <= 12
        page.get_by_label("Expected false matches, at most").press_sequentially("5e-6")
        found = [float(text) for text in opened.column("false")]
        assert found and max(found) <= 5e-6
        assert "Filter: Label: “category A”; Transform: “rotate90”;" in opened.status()


def test_a_click_sorts_and_another_turns_it_round(
    chromium: Browser, reports: dict[str, Path]
) -> None:
    with Opened(chromium, reports["large"]) as opened:
        header = opened.page.locator("#match-rows .live th.distance")
        opened.sort("Distance")
        assert header.get_attribute("aria-sort") == "ascending"
        distances = [int(text) for text in opened.column("distance")]
        assert distances == [0] * 100
        places = [int(text) for text in opened.column("place")]
        assert places == sorted(places)  # equal ones as they came
        opened.sort("Distance")
        assert header.get_attribute("aria-sort") == "descending"
        assert set(opened.column("distance")) == {"31"}
        opened.page.get_by_role("button", name="Last").first.click()
        assert set(opened.column("distance")) == {""}  # keypoints have none, and come last
        opened.sort("Expected false matches")
        assert header.get_attribute("aria-sort") is None
        values = [float(text) for text in opened.column("false")]
        assert values == sorted(values)


def test_every_column_sorts(chromium: Browser, reports: dict[str, Path]) -> None:
    with Opened(chromium, reports["plain"]) as opened:
        headers = opened.page.locator("#match-rows .live th")
        kinds = headers.evaluate_all("all => all.map((x) => [x.classList[0], x.dataset.kind])")
        assert len(kinds) == 12
        for i, (name, kind) in enumerate(kinds):
            headers.nth(i).get_by_role("button").click()
            first = list(filter(None, opened.column(name)))
            headers.nth(i).get_by_role("button").click()
            last = list(filter(None, opened.column(name)))
            assert first[0] != last[0]
            if kind == "number":
                numbers = [float(text) for text in first], [float(text) for text in last]
                assert numbers == (sorted(numbers[0]), sorted(numbers[1], reverse=True))


def test_pages_turn(chromium: Browser, reports: dict[str, Path]) -> None:
    with Opened(chromium, reports["large"]) as opened:
        pager = opened.page.locator("#match-rows")
        pager.get_by_role("button", name="Next").click()
        assert opened.status() == "Rows 101 to 200 of 10,000."
        assert opened.column("place")[0] == "101"
        pager.get_by_role("button", name="Last").click()
        assert opened.status() == "Rows 9,901 to 10,000 of 10,000."
        assert pager.get_by_role("button", name="Next").is_disabled()
        pager.get_by_role("button", name="Previous").click()
        pager.get_by_role("button", name="First").click()
        assert opened.status() == "Rows 1 to 100 of 10,000."


def test_the_keyboard_reaches_all(chromium: Browser, reports: dict[str, Path]) -> None:
    with Opened(chromium, reports["plain"]) as opened:
        opened.page.locator("#filter-text").focus()
        opened.page.keyboard.type("IMG_29")
        for _ in range(40):
            if opened.page.evaluate("document.activeElement.textContent") == "Distance":
                break
            opened.page.keyboard.press("Tab")
        opened.page.keyboard.press("Enter")
        assert "Sorted by Distance, ascending" in opened.status()


def test_a_page_has_what_a_third_party_asks_for(
    chromium: Browser, reports: dict[str, Path]
) -> None:
    with Opened(chromium, reports["plain"]) as opened:
        text = opened.page.locator("body").inner_text()
        for part in (
            "2026-0412 <b>",
            "A. Examiner",
            "2026-11-29T09:12:44Z",
            "2026-11-29T10:03:21Z",
            "libjpeg-turbo 2.1.5",
            "Linux 6.1.0 x86_64",
            "a" * 64,
            "1,204,311",
            "ectype scan '/evidence/disk 1' --against known.ectype",
            "Permission denied",
            "its worker ended twice: signal 11",
        ):
            assert part in text, part
        assert text.endswith(
            "A match is an investigative lead that a person must review, not proof."
        )
        counts = opened.page.locator(".outcomes tbody td.number").all_inner_texts()
        total = opened.page.locator(".outcomes tfoot td.number").inner_text()
        assert sum(int(count) for count in counts) == int(total) == 603


def test_paper_has_all_rows(
    chromium: Browser, reports: dict[str, Path], tmp_path: Path
) -> None:
    with Opened(chromium, reports["plain"]) as opened:
        opened.page.pdf(path=tmp_path / "all.pdf", prefer_css_page_size=True)
        assert opened.page.evaluate(COUNT_SHOWN) == 100  # and then the page is as it was
        opened.page.locator("#filter-text").fill("IMG_2")
        opened.page.pdf(path=tmp_path / "some.pdf", prefer_css_page_size=True)
    text = text_of(tmp_path / "all.pdf")
    for place in range(8, 300):
        assert f"IMG_{place}.jpg" in text
    assert text.count("Known picture") > 20  # over each page of rows
    assert text.count("/evidence/disk 1/rest/") >= 250 + 7 + 4
    assert "Clear filters" not in text
    some = text_of(tmp_path / "some.pdf")
    assert "IMG_299.jpg" in some and "IMG_199.jpg" not in some
    assert "that pass the filter, of 300 in all" in some


def text_of(pdf: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, timeout=TIMEOUT
    )
    return done.stdout.decode("utf-8")


def test_without_scripts_all_rows_are_there(
    chromium: Browser, reports: dict[str, Path]
) -> None:
    with Opened(chromium, reports["plain"], java_script_enabled=False) as opened:
        rows = opened.page.locator("#match-rows noscript tbody tr")
        assert rows.count() == 300
        assert rows.last.is_visible()
        assert "IMG_299.jpg" in rows.last.inner_text()
        assert not opened.page.locator("#match-rows .live").is_visible()
