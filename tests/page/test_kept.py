"""What is kept: conversations found again after the service has started anew, named, shared, judged."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.network.running import Running, serving
from tests.page.browser import visiting
from tests.page.conftest import Open
from tests.page.test_answers import last_turn


def test_a_conversation_is_found_again_after_a_restart(browser: Browser, demo_database: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_database) as service, visiting(browser, service.url, "zh") as here:
        here.open()
        here.ask("2026年5月的销售额")
        here.ask("那4月呢")
        said = here.page.locator(".said").all_inner_texts()
        service.stop()
        with serving(tmp_path, demo_database, port=service.port):
            here.open()
            here.page.reload()
            here.page.get_by_label("搜索对话").fill("那4月")
            here.page.locator(".side .list a").click()
            expect(here.page.locator(".said")).to_have_count(2)
            assert here.page.locator(".said").all_inner_texts() == said
            here.ask("5月呢")
            expect(here.page.locator(".turn")).to_have_count(3)


def test_a_conversation_is_named_and_deleted(visit: Open, service: Running) -> None:
    here = visit("en")
    here.ask("orders in May 2026")
    kept = here.conversation
    current = here.page.locator(".side li.current")
    current.get_by_role("button").click()
    here.page.get_by_role("button", name="Rename", exact=True).click()
    field = here.page.locator(".naming input")
    field.fill("The quarter's review")
    field.press("Enter")
    expect(current.get_by_role("link")).to_have_text("The quarter's review")
    expect(here.page.locator("header h1")).to_have_text("The quarter's review")
    here.page.get_by_label("Search conversations").fill("QUARTER")
    expect(here.page.locator(".side .list a")).to_have_text(["The quarter's review"])
    here.page.get_by_label("Search conversations").fill("")
    here.page.reload()
    expect(here.page.locator("header h1")).to_have_text("The quarter's review")
    current.get_by_role("button").click()
    here.page.get_by_role("button", name="Delete", exact=True).click()
    here.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(here.page.locator(".welcome")).to_be_visible()
    with service.client() as client:
        assert client.get(f"/v1/conversations/{kept}").status_code == 404


def test_a_link_shows_a_conversation_until_it_is_ended(visit: Open) -> None:
    here = visit("en")
    answer = here.ask("orders in May 2026")
    said = answer.locator(".said").inner_text()
    here.page.get_by_role("button", name="Share").click()
    link = here.page.locator(".popover input.link").input_value()
    other = visit("en", "/")
    other.page.goto(link)
    expect(other.page.locator(".said")).to_have_text(said)
    assert other.page.locator(".composer, .chip:enabled").count() == 0, "it is read, not gone on with"
    here.page.get_by_role("button", name="Stop sharing").click()
    expect(here.page.locator(".popover [role=status]")).not_to_be_empty()
    other.page.reload()
    expect(other.page.get_by_role("alert")).to_be_visible()
    other.wrong[:] = [each for each in other.wrong if "404" not in each]  # what the browser says of what is gone


def test_what_was_thought_of_an_answer_is_kept_with_its_reason(visit: Open, service: Running) -> None:
    here = visit("en")
    answer = here.ask("orders in May 2026")
    answer.get_by_role("button", name="Not right").click()
    here.page.locator(".popover .option").nth(2).click()
    here.page.locator(".popover textarea").fill("April was meant")
    here.page.locator(".popover .primary").click()
    expect(answer.get_by_role("status")).to_have_text("Thank you")
    given = last_turn(service, here)["feedback"]
    assert (given["positive"], given["comment"]) == (False, "The period: April was meant")
    here.page.reload()
    expect(here.page.get_by_role("button", name="Not right")).to_have_attribute("aria-pressed", "true")
    here.page.get_by_role("button", name="Right", exact=True).click()
    expect(here.page.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
    assert last_turn(service, here)["feedback"] == {"positive": True, "comment": ""}
