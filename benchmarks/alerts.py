"""`python -m benchmarks.alerts DATABASE`: 10,000 saved alerts due in one minute, and questions asked meanwhile.

A service in a process of its own works the alerts off as it always does: one after the other, beside the questions.
Told are how long the alerts take, and what they do to the times of questions. Then the chat page: from an empty browser
to the first answer that can be read. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import httpx
from playwright.sync_api import expect, sync_playwright
from rich.console import Console

from benchmarks.timing import Measured, print_table
from chat_service.conversation.database import opened
from chat_service.saved.conditions import CONDITIONS, Threshold
from chat_service.saved.looking import TARGETS, Wish, save
from chat_service.saved.records import Alert, Webhook
from chat_service.saved.store import SavedStore
from chat_service.services import open_services
from chat_service.settings import Settings
from semantic_layer import ANONYMOUS, FieldFilter, MetricQuery
from tests.network.running import serving
from tests.page.browser import ARGUMENTS, Visit, system_chromium, visiting

_QUESTIONS = ("上个月的复购率", "revenue by region last month", "哪些客户可能流失", "churn rate by member tier")
_METRICS = ("orders", "revenue", "repurchase_rate", "churn_rate", "active_customers", "nps", "clv", "customers")
_TIERS = ("basic", "silver", "gold", "platinum")
_HOOK = (Webhook(url="http://127.0.0.1:9/"),)
_NEVER = Threshold(op=">", value=1e18)
_MOST_SECONDS = 1800
_PAGE_AIM_MS = 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = f"sqlite:///{folder / 'kept.sqlite'}"
        store = _filled(asked.database, kept, asked.alerts)
        console.print(f"{asked.alerts:,} alerts on {len(store.all_saved())} saved answers are due")
        with serving(folder, asked.database, conversations_url=kept, alert_check_seconds=0) as service:
            alone = _asked(service.url, lambda count: count < asked.questions)
        began = time.perf_counter()
        with serving(folder, asked.database, conversations_url=kept) as service:
            beside = _asked(service.url, lambda _: _waits(store) and time.perf_counter() - began < _MOST_SECONDS)
            took = (time.perf_counter() - began) * 1000
            pages = _pages(service.url, asked.pages)
        left = len(store.due(time.time(), asked.alerts))
        store.close()
    console.print(f"{asked.alerts - left:,} of them were worked off in {took / 1000:.0f} s")
    rows = (Measured("a question, by itself", alone), Measured("a question, beside the alerts", beside))
    print_table(console, "Alerts due at once, and questions", rows)
    print_table(console, "The chat page", (Measured("from nothing to the first answer", pages, _PAGE_AIM_MS),))


def _filled(database: Path, kept: str, count: int) -> SavedStore:
    """A store with so many alerts that are due, on each metric of each tier; none of them has anything to tell."""
    store, now = SavedStore(opened(kept)), datetime.now(UTC)
    services = open_services(Settings(database=database), time.perf_counter)
    saved = []
    for metric in _METRICS:
        for tier in _TIERS:
            of_tier = (FieldFilter(field="member_tier", op="=", values=(tier,)),)
            wish = Wish(f"{metric} {tier}", MetricQuery(metrics=(metric,), filters=of_tier))
            saved.append(save(store, wish, ANONYMOUS, services, f"{metric}-{tier}", now))
    services.close()
    condition, targets = CONDITIONS.dump_json(_NEVER).decode(), TARGETS.dump_json(_HOOK).decode()
    for number, each in zip(range(count), cycle(saved), strict=False):
        names = (f"a{number}", ANONYMOUS.name, f"alert {number}", each.saved_id)
        store.add_alert(Alert(*names, condition, "every hour", targets, "en", now.timestamp() - 1))
    return store


def _waits(store: SavedStore) -> bool:
    return bool(store.due(time.time(), 1))


def _asked(url: str, goes_on: Callable[[int], bool]) -> tuple[float, ...]:
    """The times of questions asked one after the other, as long as it goes on; the first is not counted."""
    with httpx.Client(base_url=url, timeout=120) as client:
        return tuple(_times(client, goes_on))[1:]


def _times(client: httpx.Client, goes_on: Callable[[int], bool]) -> Iterator[float]:
    for count, question in enumerate(cycle(_QUESTIONS)):
        if count and not goes_on(count):
            return
        began = time.perf_counter()
        client.post("/v1/chat", json={"message": question}).raise_for_status()
        yield (time.perf_counter() - began) * 1000


def _pages(url: str, repeats: int) -> tuple[float, ...]:
    """From opening the page in a browser that knows nothing of it until the first answer can be read, with the time to
    type the question left out."""
    path = system_chromium()
    if path is None:
        return ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        times = tuple(_page(lambda: visiting(browser, url, "zh")) for _ in range(repeats))
        browser.close()
    return times


def _page(visit: Callable[[], AbstractContextManager[Visit]]) -> float:
    with visit() as here:
        began = time.perf_counter()
        here.open()
        here.page.fill("#question", _QUESTIONS[0])
        here.page.keyboard.press("Enter")
        expect(here.page.locator(".answer .said")).to_be_visible(timeout=20_000)
        return (time.perf_counter() - began) * 1000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.alerts", description=__doc__)
    parser.add_argument("database", type=Path, help="the demo company")
    parser.add_argument("--alerts", type=int, default=10_000, help="alerts that are due")
    parser.add_argument("--questions", type=int, default=20, help="questions asked without alerts")
    parser.add_argument("--pages", type=int, default=5, help="first answers in the page")
    return parser


if __name__ == "__main__":
    main()
