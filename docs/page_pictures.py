"""The pictures of docs/page.md: `make pictures`, or `python -m docs.page_pictures DATABASE`.

Each is the page as a reader sees it: a service over the demo company, questions asked in the system's Chromium. Needs
the development packages, a Chromium and a font with Chinese.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.network.running import serving
from tests.page.browser import ARGUMENTS, Visit, system_chromium, visiting

FOLDER = Path(__file__).parent / "images"


@dataclass(frozen=True)
class Picture:
    """What is asked in which language on which screen, and what is done before the picture is taken."""

    name: str
    language: str
    questions: tuple[str, ...]
    dark: bool = False
    phone: bool = False
    then: Callable[[Visit], None] = lambda _: None


def _open_metric(visit: Visit) -> None:
    visit.page.click(".chip.metric")


def _over_the_period(visit: Visit) -> None:
    visit.page.hover(".word.as-period")


def _open_dashboard(visit: Visit) -> None:
    visit.page.locator(".boards a").first.click()
    expect(visit.page.locator(".tile .chart canvas")).to_have_count(4, timeout=30_000)
    expect(visit.page.locator(".tile .working")).to_have_count(0, timeout=30_000)
    visit.page.wait_for_timeout(600)


PICTURES = (
    Picture("page-dashboard", "en", (), then=_open_dashboard),
    Picture("page-zh", "zh", ("上个月各大区的复购率",), then=_over_the_period),
    Picture("page-en", "en", ("revenue by month this year vs last year",), dark=True),
    Picture("page-edit", "en", ("repurchase rate by region last month",), then=_open_metric),
    Picture("page-phone", "zh", ("上个月金卡的复购率同比",), phone=True),
)


def main(database: Path) -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    path = system_chromium()
    if path is None:
        raise SystemExit("There is no Chromium here: install the system's package 'chromium'.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for each in PICTURES:
            kept = f"sqlite:///{folder}/{each.name}.sqlite"
            with (
                serving(Path(folder), database.resolve(), conversations_url=kept) as service,
                visiting(browser, service.url, each.language, dark=each.dark, phone=each.phone) as visit,
            ):
                _take(each, visit)
        browser.close()


def _take(picture: Picture, visit: Visit) -> None:
    visit.open()
    for question in picture.questions:
        answer = visit.ask(question)
        if answer.locator(".chart").count():
            expect(answer.locator(".chart canvas")).to_be_visible()
    visit.page.wait_for_timeout(600)  # until what moves stands still
    picture.then(visit)
    visit.page.wait_for_timeout(300)
    visit.page.screenshot(path=FOLDER / f"{picture.name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
