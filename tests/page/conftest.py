"""The service over the demo company and a browser on it; skipped, with the reason, where there is no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.network.running import Running, serving
from tests.page.browser import ARGUMENTS, Visit, system_chromium, visiting

Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    path = system_chromium()
    if path is None:
        pytest.skip("there is no Chromium here: install the system's package 'chromium'")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def service(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service over the demo company."""
    with serving(tmp_path_factory.mktemp("page"), demo_database) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, service: Running) -> Iterator[Open]:
    """Opens the page as somebody new, on a language and a screen; more than one may be open at a time."""
    with ExitStack() as visits:

        def opened(language: str = "en", path: str = "/", **how: Any) -> Visit:  # noqa: ANN401 - as `visiting` takes
            entered: AbstractContextManager[Visit] = visiting(browser, service.url, language, **how)
            found = visits.enter_context(entered)
            found.open(path)
            return found

        yield opened
