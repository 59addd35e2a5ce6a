"""`python -m benchmarks.page`: how long somebody waits on the chat page of the demo company, in the system's Chromium.

A service is started anew, and visited as soon as it is ready; then as often as is asked for, each time by somebody new,
whose browser has kept nothing. A visit opens the page and asks one question; what is told is when the page can be used,
when the sentence stands, and when table and chart do. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from playwright.sync_api import Browser, expect, sync_playwright
from rich.console import Console

from benchmarks.timing import Measured, print_table
from tests.network.running import serving
from tests.page.browser import ARGUMENTS, Visit, system_chromium, visiting

QUESTION = "上个月各大区的复购率"
# noted by the page itself as it changes: a look from outside would come late by its own turns
_WATCH = """
window.seen = {};
const looked = {
  usable: "#question", said: ".answer .said", rows: ".answer tbody td, .chart canvas", chart: ".chart canvas",
};
new MutationObserver(() => {
  for (const [name, what] of Object.entries(looked))
    if (!(name in window.seen) && document.querySelector(what)) window.seen[name] = performance.now();
}).observe(document, { subtree: true, childList: true });
"""
_NAMES = {
    "usable": "the page opens until it can be used",
    "said": "a question is sent until its sentence stands",
    "rows": "… until its table or chart does",
    "chart": "… until its chart does",
    "first": "the page opens, and the first sentence stands",
}
_AIM_MS = 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    console, path = Console(), system_chromium()
    if path is None:
        raise SystemExit("There is no Chromium here: install the system's package 'chromium'.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        began = time.perf_counter()
        with serving(Path(folder), asked.db.resolve()) as service:
            listens = (time.perf_counter() - began) * 1000
            while httpx.get(f"{service.url}/readyz", timeout=60).status_code != 200:
                time.sleep(0.02)
            ready = (time.perf_counter() - began) * 1000
            visits = [_visited(browser, service.url) for _ in range(1 + asked.repeats)]
        browser.close()
    starts = [Measured("huitou serve, until it listens", (listens,)), Measured("… until it is ready", (ready,))]
    print_table(console, "The service", starts)
    for title, some in (("The first visit", visits[:1]), ("Visits of others", visits[1:])):
        rows = [
            Measured(name, tuple(each[key] for each in some), _AIM_MS if key == "first" else None)
            for key, name in _NAMES.items()
        ]
        print_table(console, title, rows)


def _visited(browser: Browser, url: str) -> dict[str, float]:
    """The milliseconds of each wait of one visit."""
    with visiting(browser, url, "zh") as visit:
        visit.page.add_init_script(_WATCH)
        visit.open()
        visit.page.fill("#question", QUESTION)
        sent = _sent(visit)
        seen: dict[str, float] = visit.page.evaluate("window.seen")
    waits = {name: at - (0 if name == "usable" else sent) for name, at in seen.items()}
    return {**waits, "first": waits["usable"] + waits["said"]}


def _sent(visit: Visit) -> float:
    """When the question was sent, by the page's clock; returns with all of the answer there."""
    sent: float = visit.page.evaluate(
        "() => { const now = performance.now();"
        "document.querySelector('form:has(#question)').requestSubmit(); return now; }"
    )
    expect(visit.page.locator(".chart canvas")).to_be_visible(timeout=60_000)
    return sent


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.page", description=__doc__)
    parser.add_argument("--db", type=Path, default=Path("huitou-demo.duckdb"), help="the demo company")
    parser.add_argument("--repeats", type=int, default=5, help="visits after the first")
    return parser


if __name__ == "__main__":
    main()
