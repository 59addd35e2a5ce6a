"""A real browser on the page: the system's Chromium, headless, watched for errors and for requests that leave."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
# root may start a browser only without its sandbox
ARGUMENTS = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def system_chromium() -> str | None:
    """The path of the system's Chromium, if it has one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Visit:
    """A page that is open on a service, with everything that went wrong on it."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    fetched: dict[str, int] = field(default_factory=dict)

    def watch(self) -> None:
        """Note errors of the console and of scripts, and requests to anybody else."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def open(self, path: str = "/") -> None:
        """Go there, and wait until the page can be used."""
        self.page.goto(self.url + path)
        expect(self.page.locator("#question")).to_be_visible()

    def ask(self, question: str) -> Locator:
        """Ask in the page; the answer once it is there."""

        def act() -> None:
            self.page.fill("#question", question)
            self.page.keyboard.press("Enter")

        return self.answers_to(act)

    def answers_to(self, act: Callable[[], None]) -> Locator:
        """The answer that an act of the reader brings."""
        before = self.page.locator(".turn .answer").count()
        act()
        found = self.page.locator(".turn .answer").nth(before)
        expect(found).to_be_visible(timeout=20_000)
        return found

    @property
    def conversation(self) -> str:
        """The id of the conversation that is open."""
        expect(self.page.locator("header h1")).not_to_be_empty()
        return self.page.url.split("#/c/")[1]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(message.text)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "blob:", "data:")):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def _on_response(self, response: Response) -> None:
        name = response.url.removeprefix(self.url).split("?")[0]
        if name == "/" or name.startswith("/page/"):
            self.fetched[name] = int(response.headers["content-length"])


@contextmanager
def visiting(
    browser: Browser, url: str, language: str = "en", *, dark: bool = False, phone: bool = False, **settings: object
) -> Iterator[Visit]:
    """A visit of somebody new. Whatever went wrong on the page fails at its end, unless it was taken out."""
    context = browser.new_context(
        viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
        locale=LOCALES[language],
        color_scheme="dark" if dark else "light",
        has_touch=phone,
        accept_downloads=True,
        **settings,  # type: ignore[arg-type]
    )
    context.set_default_timeout(15_000)
    visit = Visit(context.new_page(), url)
    visit.watch()
    try:
        yield visit
        assert visit.wrong == []
    finally:
        context.close()
