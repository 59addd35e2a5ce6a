"""Dashboards in the page: the model's own, made of answers, arranged by dragging and by keys, narrowed, as files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.network.running import Running
from tests.page.browser import Visit
from tests.page.conftest import Open
from tests.page.test_answers import INK
from tests.page.test_everybody import serious


def _tiles(here: Visit) -> Locator:
    return here.page.locator(".tile")


def _keep(here: Visit, question: str, name: str, board: str, *, is_new: bool = False) -> None:
    """Ask, and keep the answer on a dashboard."""
    answer = here.ask(question)
    answer.get_by_role("button", name="Keep this answer").click()
    panel = here.page.locator(".popover")
    panel.get_by_label("Name", exact=True).fill(name)
    if is_new:
        panel.locator("select").select_option("new")
        panel.get_by_label("Name of the dashboard").fill(board)
    else:
        panel.locator("select").select_option(label=board)
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel.get_by_role("status")).to_contain_text("Kept.")


@pytest.mark.parametrize(("language", "name"), [("zh", "客户忠诚度"), ("en", "Customer loyalty")])
def test_the_models_dashboard_shows_every_tile(visit: Open, language: str, name: str) -> None:
    here = visit(language)
    here.page.locator(".boards").get_by_role("link", name=name).click()
    expect(here.page.locator("header h1")).to_have_text(name, timeout=30_000)
    expect(_tiles(here)).to_have_count(12)
    expect(here.page.locator(".tile .working")).to_have_count(0, timeout=30_000)
    expect(here.page.locator(".tile .figures")).to_have_count(6)
    expect(here.page.locator(".tile .chart canvas")).to_have_count(4)
    assert here.page.evaluate(INK) > 2000, "a chart is drawn"
    assert here.page.locator(".tile .note").count() == 0, "each tile could be computed"
    expect(here.page.locator(".tile tbody tr").first).to_be_visible()
    assert here.page.locator(".handle").count() == 0, "it is nobody's to change"
    assert serious(here.page) == []


def test_a_filter_narrows_every_tile(visit: Open) -> None:
    here = visit("en")
    here.page.goto(f"{here.url}/#/d/model%3Aloyalty")
    risk = _tiles(here).nth(5).locator(".figures dd").nth(1)
    expect(risk).to_be_visible(timeout=30_000)
    before = risk.inner_text()
    here.page.locator(".chip.filter").first.click()
    here.page.locator(".popover").get_by_text("gold", exact=True).click()
    here.page.locator(".popover").get_by_role("button", name="Apply").click()
    expect(risk).not_to_have_text(before, timeout=30_000)
    assert int(risk.inner_text().replace(",", "")) < int(before.replace(",", ""))
    expect(here.page.locator(".chip.filter").first).to_contain_text("gold")


def test_answers_are_kept_on_a_dashboard_and_arranged(visit: Open, service: Running) -> None:
    here = visit("en")
    _keep(here, "orders in May 2026", "May's orders", "Mine", is_new=True)
    _keep(here, "revenue by region in May 2026", "Regions", "Mine")
    here.page.locator(".popover").get_by_role("link", name="Open the dashboard").click()
    titles = here.page.locator(".tile h2")
    expect(titles).to_have_text(["May's orders", "Regions"])
    # by the keyboard, and told
    here.page.locator("#handle-1").focus()
    here.page.keyboard.press("ArrowLeft")
    expect(titles).to_have_text(["Regions", "May's orders"])
    expect(here.page.locator(".board [aria-live]")).to_have_text("Regions: 1 of 2")
    # by dragging
    here.page.locator("#handle-0").drag_to(_tiles(here).nth(1))
    expect(titles).to_have_text(["May's orders", "Regions"])
    # another form and width, kept
    _tiles(here).nth(1).get_by_role("button", name="Settings: Regions").click()
    here.page.locator(".popover").get_by_role("button", name="Table").click()
    expect(_tiles(here).nth(1).locator("tbody tr").first).to_be_visible()
    _tiles(here).nth(1).get_by_role("button", name="Settings: Regions").click()
    here.page.locator(".popover").get_by_role("button", name="4/4").click()
    expect(_tiles(here).nth(1)).to_have_class(re.compile("w4"))
    here.page.reload()
    expect(titles).to_have_text(["May's orders", "Regions"])
    expect(_tiles(here).nth(1)).to_have_class(re.compile("w4"))
    expect(_tiles(here).nth(1).locator("tbody tr").first).to_be_visible()
    board = here.page.url.split("#/d/")[1]
    with service.client() as client:
        assert [each["form"] for each in client.get(f"/v1/dashboards/{board}").json()["tiles"]] == ["number", "table"]
    # a file
    here.page.locator("header").get_by_role("button", name="Export").click()
    with here.page.expect_download() as begun:
        here.page.locator(".popover").get_by_role("button", name="Report as one HTML file").click()
    assert begun.value.suggested_filename == "Mine.html"
    assert "Regions" in begun.value.path().read_text(encoding="utf-8")
    here.page.keyboard.press("Escape")
    assert serious(here.page) == []
    # and away
    here.page.locator("header").get_by_role("button", name="Delete").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(here.page.locator(".welcome")).to_be_visible()
    expect(here.page.locator(".boards").get_by_role("link", name="Mine")).to_have_count(0)
