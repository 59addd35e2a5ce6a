"""The page for everybody: screen readers, the dark, phones, slow lines, services that ask for a key."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chat_service.access.keys import KeyFile
from tests.network.running import serving
from tests.page.browser import Visit, visiting
from tests.page.conftest import Open
from tests.structure.sources import REPOSITORY

BUILT = REPOSITORY / "chat_service/channels/page"
WEB = REPOSITORY / "web"
AXE = gzip.decompress((Path(__file__).parent / "axe.min.js.gz").read_bytes()).decode("utf-8")
OWN_REGION = """
extends: loyalty
reader_attributes: [{name: region}]
policies: [{name: own_region, dataset: customers, filter: region = reader.region}]
"""
_RUN = "async () => (await axe.run()).violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))"


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    page.evaluate(AXE)
    page.wait_for_timeout(400)  # until what moves stands still: half faded in, nothing has its contrast
    found = page.evaluate(_RUN)
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def _asked(visit: Visit) -> None:
    visit.ask("2026年5月各大区的复购率")
    expect(visit.page.locator(".chart canvas")).to_be_visible()


def _with_table(visit: Visit) -> None:
    _asked(visit)
    visit.page.locator(".answer .segments button").last.click()
    for each in visit.page.locator("summary").all():
        each.click()


def _editing(visit: Visit) -> None:
    _asked(visit)
    visit.page.click(".chip.period")


def _clarifying(visit: Visit) -> None:
    visit.ask("销售额按月")
    visit.ask("top customers")
    visit.page.get_by_role("button", name="不对").last.click()


def _settings(visit: Visit) -> None:
    visit.page.get_by_role("button", name="设置").click()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("state", [_asked, _with_table, _editing, _clarifying, _settings])
def test_nothing_serious_stands_in_anybodys_way(visit: Open, state: Callable[[Visit], None], dark: bool) -> None:
    here = visit("zh", dark=dark)
    assert serious(here.page) == []
    state(here)
    assert serious(here.page) == []


def test_all_is_done_by_keyboard(visit: Open) -> None:
    here = visit("en")
    press = here.page.keyboard.press
    here.ask("orders by region in May 2026")
    # a word can be changed once the names of the model are there
    here.page.locator(".question button.word.as-metric").focus()
    press("Enter")
    expect(here.page.locator(".popover input[type=search]")).to_be_focused()
    press("Escape")
    expect(here.page.locator(".popover")).to_have_count(0)
    expect(here.page.locator(".question .word.as-metric")).to_be_focused()
    press("/")
    expect(here.page.locator("#question")).to_be_focused()
    here.page.keyboard.type("one line")
    press("Shift+Enter")
    expect(here.page.locator("#question")).to_have_value("one line\n")


def test_the_answer_is_told_to_a_screen_reader(visit: Open) -> None:
    here = visit("en")
    answer = here.ask("orders in May 2026")
    expect(here.page.locator("[aria-live=polite].hidden").last).to_have_text(answer.locator(".said").inner_text())


def test_a_phone_shows_all_of_it(visit: Open) -> None:
    here = visit("zh", phone=True)
    _with_table(here)
    here.page.click(".chip.metric")
    panel = here.page.locator(".popover").bounding_box()
    assert panel is not None and panel["x"] >= 0 and panel["x"] + panel["width"] <= 390
    here.page.keyboard.press("Escape")
    assert here.page.evaluate("document.documentElement.scrollWidth") <= 390, "nothing runs over the edge"
    assert serious(here.page) == []
    expect(here.page.locator(".side")).to_be_hidden()
    here.page.get_by_role("button", name="对话列表").click()
    expect(here.page.locator(".side")).to_be_visible()
    here.page.locator(".side .new").click()
    expect(here.page.locator(".side")).to_be_hidden()


def test_language_and_appearance_are_kept(visit: Open) -> None:
    here = visit("en")
    here.page.get_by_role("button", name="Settings").click()
    here.page.get_by_role("button", name="中文").click()
    here.page.get_by_role("button", name="深色").click()
    here.page.reload()
    expect(here.page.get_by_role("button", name="设置")).to_be_visible()
    expect(here.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(here.page.locator(".greeting")).to_have_text(re.compile("客户"))


def test_a_service_with_keys_asks_for_one(browser: Browser, demo_database: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    _, key = KeyFile(keys).add("li", ("ask", "sql"), "2026-06-30T00:00:00")
    with serving(tmp_path, demo_database, keys=keys) as service, visiting(browser, service.url) as here:
        here.open()
        field = here.page.get_by_role("dialog").get_by_label("Access key")
        for shown in ("wrong", key):
            expect(field).to_be_visible()
            field.fill(shown)
            field.press("Enter")
            if shown == "wrong":
                expect(here.page.get_by_role("alert")).to_be_visible()
        expect(here.page.get_by_role("dialog")).to_have_count(0)
        here.ask("orders in May 2026")
        here.wrong[:] = [each for each in here.wrong if "401" not in each]  # what the browser says of a refusal


def test_the_page_is_light(visit: Open) -> None:
    here = visit("zh")
    expect(here.page.locator(".welcome .suggestion").first).to_be_visible()
    assert sum(here.fetched.values()) < 100_000 and "/page/charts.js" not in here.fetched
    _asked(here)
    assert "/page/charts.js" in here.fetched
    assert sum(here.fetched.values()) < 400_000
    # a second visit fetches nothing that it has
    here.page.reload()
    expect(here.page.locator(".chart canvas")).to_be_visible()
    sent = here.page.evaluate("performance.getEntriesByType('resource').map((each) => [each.name, each.transferSize])")
    assert {name: size for name, size in sent if "?v=" in name and size} == {}


def test_what_is_shipped_is_what_the_sources_make() -> None:
    every = [each for each in (WEB / "src").rglob("*") if each.is_file()]
    named = {each.relative_to(WEB).as_posix(): each for each in (*every, WEB / "build.mjs", WEB / "package-lock.json")}
    found = hashlib.sha256(b"".join(named[name].read_bytes() for name in sorted(named))).hexdigest()
    html = (BUILT / "index.html").read_text(encoding="utf-8")
    assert f'content="{found}"' in html, "web/ was changed: run `make page`"
    for name in ("page.js", "page.css"):
        version = hashlib.sha256((BUILT / name).read_bytes()).hexdigest()[:10]
        assert f"{name}?v={version}" in html


def test_whose_code_the_page_holds_is_said() -> None:
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    said = (BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("preact", "vega", "vega-lite", "vega-embed", "vega-interpreter"):
        assert f"{name} {locked[f'node_modules/{name}']['version']}" in said


def test_a_reader_bound_by_a_policy_sees_only_theirs(browser: Browser, demo_database: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "own.yaml").write_text(OWN_REGION, encoding="utf-8")
    keys = KeyFile(tmp_path / "keys.json")
    shown = {
        region: keys.add(f"of {region}", ("ask",), "2026-06-30T00:00:00", {"region": (region,)})[1]
        for region in ("east", "north")
    }
    with serving(tmp_path, demo_database, keys=keys.path, model=model) as service:
        links: list[str] = []
        for region, label in (("east", "East"), ("north", "North")):
            with visiting(browser, service.url) as here:
                here.page.add_init_script(f"localStorage.setItem('huitou.key', '{shown[region]}')")
                here.open()
                answer = here.ask("orders by region in 2025")
                if answer.locator(".segments button").count():
                    answer.locator(".segments button").last.click()
                expect(answer.locator("tbody td:first-child")).to_have_text([label])
                assert answer.locator(".sql").count() == 0, "a reader without the role sees no statement"
                for link in links:
                    here.page.goto(link)
                    expect(here.page.get_by_role("alert")).to_be_visible()
                    assert here.page.locator(".turn").count() == 0
                    here.wrong[:] = [each for each in here.wrong if "403" not in each]
                    here.open()
                here.page.locator(".side .list a").first.click()
                here.page.get_by_role("button", name="Share").click()
                links.append(here.page.locator(".popover input.link").input_value())
