"""What the HTML report must not do: run what a file name says, send anything, show a picture."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from browser import Opened, chromium, reports, write_report  # noqa: F401 (fixtures)
from conftest import TIMEOUT
from PIL import Image
from playwright.sync_api import Browser


def test_hostile_names_are_text(chromium: Browser, reports: dict[str, Path]) -> None:
    with Opened(chromium, reports["plain"]) as opened:
        files, known = opened.column("file"), opened.column("known")
        expected = (
            "</script></noscript><script>document.title='taken'</script>.jpg",
            "<img src=x onerror=\"document.title='taken'\">.jpg",
            "'\"><svg onload=document.title='taken'>.jpg",
            "invoice[U+202E]gpj.exe",
            "not utf-8 [0xFF][0xC3].jpg",
            "two[U+000A]lines[U+0009]and [U+001B][31m.jpg",
            "-->]]>&amp;&lt;b&gt;{{title}}${title}.jpg",
            "שלום عليكم 你好 🖼.jpg",
        )
        for i, name in enumerate(expected):
            assert files[i].startswith(f"/evidence/disk 1/{name}")
            assert known[i] == name
        opened.page.locator("#filter-text").fill("<script>")
        assert opened.status().startswith("Rows: 1 that pass")
        assert opened.page.title() == "Scan report: 2026-0412 <b>"
        assert opened.page.locator("img, svg, td script, b").count() == 0
        assert opened.errors == []


@pytest.mark.parametrize("report", ["plain", "pictures"])
def test_nothing_is_asked_of_a_network(
    chromium: Browser, reports: dict[str, Path], report: str
) -> None:
    with Opened(chromium, reports[report]) as opened:
        opened.sort("File")
        opened.page.locator("#filter-text").fill("IMG")
        if report == "pictures":
            show(opened, 0)
        asked = {url for url in opened.requests if not url.startswith("data:image/png;base64,")}
        assert asked == {opened.url}
        assert report == "pictures" or set(opened.requests) == {opened.url}
        assert opened.page.evaluate(
            "performance.getEntriesByType('resource').filter((x) => !x.name.startsWith('data:'))"
        ) == []


OUTSIDE = "'https://example.invalid/'"


def made(tag: str, fields: str) -> str:
    """An element with these fields, put into the page."""
    return f"document.body.append(Object.assign(document.createElement('{tag}'), {{{fields}}}))"


@pytest.mark.parametrize(
    ("directive", "attempt"),
    [
        ("connect-src", f"fetch({OUTSIDE}).catch(() => {{}})"),
        ("connect-src", f"navigator.sendBeacon({OUTSIDE}, 'x')"),
        ("connect-src", "try { new WebSocket('wss://example.invalid/') } catch {}"),
        ("img-src", made("img", f"src: {OUTSIDE}")),
        ("frame-src", made("iframe", f"src: {OUTSIDE}")),
        ("script-src-elem", made("script", "textContent: 'window.taken = 1'")),
        ("script-src-elem", made("script", f"src: {OUTSIDE}")),
        ("script-src-attr", "document.body.setAttribute('onclick', 'window.taken = 1')"),
        ("style-src-elem", made("style", "textContent: '* { color: red }'")),
        ("style-src-attr", "document.body.setAttribute('style', 'color: red')"),
        ("base-uri", made("base", f"href: {OUTSIDE}")),
        (
            "form-action",
            f"const form = document.createElement('form'); form.action = {OUTSIDE};"
            "document.body.append(form); form.submit()",
        ),
    ],
)
def test_policy_refuses(
    chromium: Browser, reports: dict[str, Path], directive: str, attempt: str
) -> None:
    with Opened(chromium, reports["plain"]) as opened:
        refused = opened.page.evaluate(
            """async () => {
              const refused = new Promise((resolve) => document.addEventListener(
                'securitypolicyviolation', (event) => resolve(event.effectiveDirective)));
              ATTEMPT;
              return Promise.race([refused, new Promise((end) => setTimeout(end, 5000, 'none'))]);
            }""".replace("ATTEMPT", attempt)
        )
        assert refused == directive
        assert opened.page.evaluate("window.taken") is None
        assert opened.page.url == opened.url


def test_an_injected_script_does_not_run(
    chromium: Browser, reports: dict[str, Path], tmp_path: Path
) -> None:
    page = reports["plain"].read_text("utf-8")
    attack = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
    changed = tmp_path / "changed.html"
    changed.write_text(page.replace("<main>", f"<main>{attack}"), "utf-8")
    with Opened(chromium, changed) as opened:
        assert opened.page.title() != "taken"
        assert any("Content Security Policy" in error for error in opened.errors)
        assert opened.status().startswith("Rows 1 to 100")  # ours still runs


def test_no_picture_by_default(chromium: Browser, reports: dict[str, Path]) -> None:
    with Opened(chromium, reports["large"]) as opened:
        assert opened.page.locator("img, picture, svg, canvas, video").count() == 0
        assert opened.page.evaluate(
            "[...document.querySelectorAll('*')].every("
            "(x) => getComputedStyle(x).backgroundImage === 'none')"
        )
    text = reports["large"].read_text("utf-8")
    assert "<img alt" not in text and "data:image" not in text and "img-src" not in text


def show(opened: Opened, i: int) -> None:
    opened.page.locator("td button").nth(i).click()
    opened.page.get_by_role("button", name="Show it", exact=True).click()


def blurred(opened: Opened) -> list[bool]:
    return opened.page.evaluate(
        "[...document.querySelectorAll('#match-rows .live img')].map("
        "(x) => getComputedStyle(x).filter.includes('blur('))"
    )


def test_pictures_are_blurred_until_one_is_asked_for_and_confirmed(
    chromium: Browser, reports: dict[str, Path]
) -> None:
    with Opened(chromium, reports["pictures"]) as opened:
        page = opened.page
        assert blurred(opened) == [True] * 100
        assert set(page.locator("#match-rows .live img").evaluate_all("x => x.map(i => i.alt)")) == {""}
        button = page.locator("td button").nth(3)
        assert button.get_attribute("aria-label") == "Show the picture of match 4"
        for answer in ("Keep it hidden", "Escape"):
            button.click()
            assert page.locator("dialog").is_visible()
            assert page.evaluate("document.activeElement.textContent") == "Keep it hidden"
            assert blurred(opened) == [True] * 100
            if answer == "Escape":
                page.keyboard.press("Escape")
            else:
                page.get_by_role("button", name=answer).click()
            assert blurred(opened) == [True] * 100
        show(opened, 3)
        assert [i for i, hidden in enumerate(blurred(opened)) if not hidden] == [3]
        assert button.get_attribute("aria-pressed") == "true"
        button.click()  # and hidden again, without a question
        assert not page.locator("dialog").is_visible()
        assert blurred(opened) == [True] * 100
        show(opened, 5)
        page.locator("#match-rows").get_by_role("button", name="Next").click()
        page.locator("#match-rows").get_by_role("button", name="Previous").click()
        assert blurred(opened) == [True] * 100
        assert opened.errors == []


def test_paper_never_has_a_picture_unblurred(chromium: Browser, tmp_path: Path) -> None:
    report = write_report(tmp_path / "report.html", 20, "blurred")
    with Opened(chromium, report) as opened:
        show(opened, 0)
        opened.page.emulate_media(media="print")
        assert blurred(opened) == [True] * 20
        opened.page.emulate_media(media="null")  # as it was: paper is paper
        opened.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    subprocess.run(
        ["pdfimages", "-png", tmp_path / "report.pdf", tmp_path / "image"],
        check=True,
        timeout=TIMEOUT,
    )
    images = sorted(tmp_path.glob("image-*.png"))
    assert len(images) >= 20
    assert not any(is_sharp(image) for image in images)


def is_sharp(image: Path) -> bool:
    """Of the pattern that write_report draws, with edges of 200."""
    gray = Image.open(image).convert("L")
    width, height = gray.size
    line = [int(gray.getpixel((x, height // 2))) for x in range(width // 8, 7 * width // 8)]
    return max(abs(a - b) for a, b in zip(line, line[1:], strict=False)) > 60


def test_without_scripts_pictures_stay_blurred(
    chromium: Browser, reports: dict[str, Path], tmp_path: Path
) -> None:
    with Opened(chromium, reports["pictures"], java_script_enabled=False) as opened:
        image = opened.page.locator("#match-rows noscript img").first
        image.screenshot(path=tmp_path / "shown.png")
    assert not is_sharp(tmp_path / "shown.png")
