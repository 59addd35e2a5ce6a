"""Answers of every kind as people see them: `python -m docs.surfaces DATABASE OUT`, or `make surfaces`.

Asks one question of each kind in both languages, and writes what the page shows, what Slack would of the blocks that it
is sent, and what a terminal of 80 columns does, as pictures to look at; `sheet-*.png` have all of a surface and a
language. Needs the development packages, a Chromium and a font with Chinese. No Slack is asked: blocks are drawn by a
page of ours, as plainly as Slack does.
"""

from __future__ import annotations

import base64
import html
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright
from rich.cells import cell_len
from rich.console import Console

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.channels.reply import Reply
from chat_service.channels.slack_blocks import blocks_of
from chat_service.channels.talk import Told
from chat_service.channels.wire import ChatBody
from chat_service.outcomes import Language, Question
from chat_service.present.export.pictures import picture
from chat_service.present.terminal import show
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from tests.network.running import Running, serving
from tests.page.browser import ARGUMENTS, system_chromium, visiting

KINDS: dict[str, tuple[str, str]] = {
    "number": ("上个月的销售额", "revenue last month"),
    "compare": ("上个月金卡的复购率同比", "repurchase rate of gold members last month year over year"),
    "trend": ("今年每月的销售额", "revenue by month this year vs last year"),
    "group": ("上个月各大区的复购率", "repurchase rate by region last month"),
    "stack": ("今年每月各会员等级的销售额", "revenue by month and member tier this year"),
    "rank": ("上个月销售额最高的5个城市", "top 5 cities by revenue last month"),
    "share": ("今年各下单渠道的销售额占比", "share of revenue by order channel this year"),
    "list": ("哪些客户可能流失", "which customers may churn"),
    "cohort": ("今年各月首单客户的留存率", "retention of customers by month of first order this year"),
    "funnel": ("上个月会员的漏斗", "funnel last month"),
    "follows": ("投诉之后30天内下单的占比", "share of customers who order within 30 days after a complaint"),
    "why": ("上个月销售额为什么变了", "why did revenue change last month"),
    "causes": ("上季度客户为什么流失", "why did customers leave last quarter"),
    "profile": ("客户1001的档案", "profile of customer 1001"),
    "timeline": ("客户1001的时间线", "timeline of customer 1001"),
    "lift": ("2026年各活动的提升效果", "campaign lift by campaign in 2026"),
    "playbook": ("快流失的客户该怎么办", "what should we do for customers who may churn"),
    "definition": ("复购率怎么算", "how is the repurchase rate defined"),
    "clarification": ("转化情况", "top customers"),
    "refusal": ("今天天气怎么样", "what is the weather today"),
    "empty": ("2020年的销售额", "revenue in 2020"),
}
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_COLUMNS, _TERMINAL_WIDTH = 3, 80
_PAGE: ViewportSize = {"width": 1100, "height": 2200}  # so high that nothing stands over an answer
_SLACK = """
body { font: 15px/1.47 Lato, "Noto Sans CJK SC", sans-serif; color: #1d1c1d; width: 680px; margin: 12px; }
.section { white-space: pre-wrap; margin: 4px 0 }
.context { color: #616061; font-size: 13px; white-space: pre-wrap; margin: 4px 0 }
table { border-collapse: collapse; margin: 6px 0; font-size: 13px; display: block; max-width: 680px; overflow-x: auto }
td { border: 1px solid #ddd; padding: 4px 8px; white-space: nowrap } tr:first-child { font-weight: 700 }
img { max-width: 480px; display: block; margin: 6px 0; border-radius: 6px }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 6px 0 }
button { border: 1px solid #bbb; border-radius: 4px; background: #fff; padding: 4px 12px; font-weight: 700 }
"""
_SHEET = """
body { display: flex; gap: 16px; align-items: start; font: 14px sans-serif }
figure { margin: 0 0 18px } img { width: 620px; border: 1px solid #999; display: block }
"""
_TERMINAL = """
pre { font: 15px/20px "DejaVu Sans Mono", monospace; width: 80ch; outline: 1px solid #ddd }
i { display: inline-block; width: 2ch; font-style: normal; text-align: center; height: 20px; vertical-align: top }
"""


@dataclass(frozen=True)
class Look:
    """Where pictures are written, and what draws them."""

    browser: Browser
    out: Path

    def take(self, name: str, body: str, width: int = 720) -> None:
        """A picture of a document of ours."""
        context = self.browser.new_context(viewport={"width": width, "height": 400})
        page = context.new_page()
        page.set_content(body)
        page.screenshot(path=self.out / f"{name}.png", full_page=True)
        context.close()

    def sheet(self, surface: str, language: Language) -> None:
        """All pictures of a surface in a language beside one another, each under its kind."""
        columns: list[list[str]] = [[] for _ in range(_COLUMNS)]
        for place, kind in enumerate(KINDS):
            file = self.out / f"{surface}-{language}-{kind}.png"
            columns[place % _COLUMNS].append(f"<figure>{kind}{_inline(file.read_bytes())}</figure>")
        body = "".join(f"<div>{''.join(each)}</div>" for each in columns)
        self.take(f"sheet-{surface}-{language}", f"<style>{_SHEET}</style>{body}", width=640 * _COLUMNS)


def main(database: Path, out: Path) -> None:
    """Ask every question and write every picture."""
    out.mkdir(parents=True, exist_ok=True)
    path = system_chromium()
    if path is None:
        raise SystemExit("There is no Chromium here: install the system's package 'chromium'.")
    services = open_services(Settings(database=database), time.perf_counter)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        look = Look(browser, out)
        with serving(Path(folder), database.resolve()) as service:
            for language in LANGUAGES:
                _page(look, service, language)
                _slack(look, service, language)
                _terminal(look, services, language)
                for surface in ("page", "slack", "terminal"):
                    look.sheet(surface, language)
        browser.close()
    services.close()


def asked(language: Language) -> Iterator[tuple[str, str]]:
    """Each kind with its question."""
    for kind, questions in KINDS.items():
        yield kind, questions[LANGUAGES.index(language)]


def _page(look: Look, service: Running, language: Language) -> None:
    with visiting(look.browser, service.url, language) as visit:
        visit.page.set_viewport_size(_PAGE)
        visit.open()
        for kind, question in asked(language):
            visit.page.click(".side .new")
            expect(visit.page.locator(".turn")).to_have_count(0)
            found = visit.ask(question)
            if found.locator(".view .segments, .chart").count():
                expect(found.locator(".chart canvas")).to_be_visible(timeout=30_000)
            visit.page.wait_for_timeout(500)  # until what moves stands still
            visit.page.locator(".turn").last.screenshot(path=look.out / f"page-{language}-{kind}.png")


def _slack(look: Look, service: Running, language: Language) -> None:
    with service.client() as client:
        for kind, question in asked(language):
            body = ChatBody.model_validate(_answered(client, question))
            reply = Reply(body)
            drawn = None if reply.chart is None else picture(dict(reply.chart.spec), "png")
            blocks = blocks_of(Told(body.language, "", reply, drawn), "F1" if drawn else None, in_channel=True)
            look.take(f"slack-{language}-{kind}", slack_page(blocks, drawn or b""))


def _answered(client: httpx.Client, question: str) -> object:
    return client.post("/v1/chat", json={"message": question}).raise_for_status().json()


def slack_page(blocks: list[dict[str, Any]], drawn: bytes) -> str:
    """Blocks as a document: those kinds that an answer is made of. Raises KeyError for another."""
    return f"<style>{_SLACK}</style>" + "".join(_DRAWN[each["type"]](each, drawn) for each in blocks)


def _table(block: dict[str, Any], _: bytes) -> str:
    aligned = [each["align"] for each in block["column_settings"]]
    rows = (
        [f"<td align={side}>{html.escape(cell['text'])}</td>" for cell, side in zip(row, aligned, strict=True)]
        for row in block["rows"]
    )
    return "<table>" + "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows) + "</table>"


def _words(text: dict[str, Any]) -> str:
    """Data is plain text: no sign in it means anything."""
    return html.escape({"plain_text": text["text"]}[text["type"]])


_DRAWN: dict[str, Callable[[dict[str, Any], bytes], str]] = {
    "section": lambda block, _: f'<div class="section">{_words(block["text"])}</div>',
    "context": lambda block, _: "".join(f'<div class="context">{_words(each)}</div>' for each in block["elements"]),
    "table": _table,
    "image": lambda _, drawn: _inline(drawn),
    "actions": lambda block, _: (
        '<div class="actions">'
        + "".join(f"<button>{_words(each['text'])}</button>" for each in block["elements"])
        + "</div>"
    ),
}


def _inline(image: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(image).decode()}">'


def _terminal(look: Look, services: Services, language: Language) -> None:
    for kind, question in asked(language):
        found = answer(Asked(Question(question, services.layer.as_of), services.reader), services)
        console = Console(width=_TERMINAL_WIDTH, highlight=False, markup=False, emoji=False)
        with console.capture() as told:
            show(found, console)
        look.take(f"terminal-{language}-{kind}", terminal_page(told.get()), width=800)


def terminal_page(text: str) -> str:
    """Text in cells: a wide sign takes two, whatever the fonts say."""
    signs = "".join(f"<i>{html.escape(sign)}</i>" if cell_len(sign) == 2 else html.escape(sign) for sign in text)
    return f"<style>{_TERMINAL}</style><pre>{signs}</pre>"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
