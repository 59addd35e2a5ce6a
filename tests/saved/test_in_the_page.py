"""What stays, in a real browser on a service in a process of its own: dashboards that keep up with the data, and the
way from a question to a message in a group chat."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from playwright.sync_api import Browser, Locator, expect

from chat_service.access.keys import KeyFile
from chat_service.conversation.database import opened
from chat_service.saved.records import Event
from chat_service.saved.store import SavedStore
from tests.network.running import serving
from tests.page.browser import Visit, visiting
from tests.page.test_everybody import serious
from tests.saved.conftest import COUNT, Shop
from tests.saved.test_robots import SECRET, group_chat

ASKED = "哪些客户30天未登录且未下单"
SILENT = """
    SELECT customer_id FROM customers
    WHERE registered_at < DATE '{day}' + 1
    AND customer_id NOT IN (SELECT customer_id FROM app_events WHERE event_type = 'login'
      AND customer_id IS NOT NULL AND occurred_at >= DATE '{day}' - 29 AND occurred_at < DATE '{day}' + 1)
    AND customer_id NOT IN (SELECT customer_id FROM orders WHERE status = 'paid'
      AND customer_id IS NOT NULL AND ordered_at >= DATE '{day}' - 29 AND ordered_at < DATE '{day}' + 1)
"""


def test_an_open_dashboard_keeps_up(shop: Shop, browser: Browser) -> None:
    """With its schedule, and with the data; for a reader who sees the rows of their region alone."""
    keys = KeyFile(shop.settings.keys)
    shown = {"office": keys.add("office", ("ask", "head_office"), "2026-01-01")[1]}
    shown["east"] = keys.add("east", ("ask", "manager"), "2026-01-01", {"region": ("east",)})[1]
    chosen = {name: getattr(shop.settings, name) for name in ("keys", "model", "conversations_url")}
    with serving(shop.folder, shop.folder / "data", **chosen, data_check_seconds=0) as service:
        with service.client(headers={"authorization": f"Bearer {shown['office']}"}) as client:
            wish = {"name": "count", "request": json.loads(COUNT)}
            saved = client.post("/v1/saved", json=wish).json()["saved_id"]
            tiles = [{"saved_id": saved, "form": "number"}]
            board = {"name": "ours", "tiles": tiles, "roles": ["manager"], "refresh": "every 15 minutes"}
            where = client.post("/v1/dashboards", json=board).json()["dashboard_id"]
        with visiting(browser, service.url) as here:
            asked: list[str] = []
            here.page.on("request", lambda each: asked.append(each.url) if "/tiles/" in each.url else None)
            here.page.clock.install()
            here.page.add_init_script(f"localStorage.setItem('huitou.key', '{shown['east']}')")
            here.page.goto(f"{service.url}/#/d/{where}")
            number = here.page.locator(".tile .figures dd").first
            expect(number).to_have_text("2")  # of the three, for the east
            with here.page.expect_response(f"**/dashboards/{where}*"):
                here.page.clock.fast_forward(21_000)  # it looks whether the data have changed: they have not
            assert len(asked) == 1
            shop.customers(c1="risk", c2="fine", c3="fine", c5="fine")
            here.page.clock.fast_forward(21_000)
            expect(number).to_have_text("3")
            assert len(asked) == 2
            with here.page.expect_response("**/tiles/0"):
                here.page.clock.fast_forward("16:00")  # the schedule's time has come


def test_from_a_question_to_a_message_in_a_group(demo_database: Path, tmp_path: Path, browser: Browser) -> None:
    """Customers who neither logged in nor ordered for 30 days: asked and watched in the page, told the day after."""
    store = SavedStore(opened(f"sqlite:///{tmp_path / 'kept.sqlite'}"))
    with group_chat("feishu", time.time()) as group:
        url = f"http://127.0.0.1:{group.port}/hook?access_token=t0ken"
        robots = {"crm": {"platform": "feishu", "url": url, "secret": SECRET}}
        chosen = {"robots": json.dumps(robots), "alert_check_seconds": 0.2}
        with serving(tmp_path, demo_database, as_of=date(2026, 6, 28), **chosen) as service:
            with visiting(browser, service.url, "zh") as here:
                here.open()
                here.ask(ASKED)
                offer = here.ask("有新的就通知我")
                taken = here.answers_to(lambda: offer.get_by_role("button", name="发到 crm").click())
                expect(taken.locator(".said")).to_contain_text("已设置提醒")
                _due(store)
                assert [each.kind for each in _events(store, 1)] == ["began"]
                alert = _listed(here)
                expect(alert).to_contain_text("每天 09:00 · 下一次")
                alert.get_by_role("button", name="暂停一天").click()
                expect(alert).to_contain_text("暂停到")
                alert.get_by_role("button", name="恢复").click()
                expect(alert).to_contain_text("下一次")
                assert serious(here.page) == []
            service.stop()  # the next one need not wait until it leads no more
        with serving(tmp_path, demo_database, as_of=date(2026, 6, 29), **chosen) as service:
            _due(store)
            (told,) = [each for each in _events(store, 2) if each.kind == "raised"]
            _wait(lambda: any(told.text in each for each in group.texts))
            with visiting(browser, service.url, "zh") as here:
                here.open()
                alert = _listed(here)
                expect(alert).to_contain_text(told.text)
                alert.get_by_role("button", name="标为已处理").click()
                expect(alert).to_contain_text("anonymous 已处理")
                alert.get_by_role("button", name="删除").click()
                here.page.get_by_role("dialog").get_by_role("button", name="删除").click()
                expect(here.page.get_by_text("还没有提醒")).to_be_visible()
    store.close()
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        before, after = (
            {row[0] for row in connection.execute(SILENT.format(day=f"2026-06-{day}")).fetchall()} for day in (28, 29)
        )
    (text,) = [each for each in group.texts if told.text in each]
    assert (told.kind, told.count) == ("raised", len(after - before)) and after - before
    assert f"新增 {len(after - before):,} 项" in text and str(min(after - before)) in text


def _listed(here: Visit) -> Locator:
    """The one alert among the reader's own."""
    here.page.get_by_role("link", name="提醒").click()
    found = here.page.locator(".alerts section")
    expect(found.locator("h2")).to_have_text(ASKED)
    return found


def _due(store: SavedStore) -> None:
    """The one alert is due now."""
    now = datetime.now(UTC).timestamp()
    assert store.claim(store.alerts("anonymous"), now - 1, now - 1)


def _events(store: SavedStore, count: int) -> list[Event]:
    (alert,) = store.alerts("anonymous")
    _wait(lambda: len(store.history(alert.alert_id)) >= count)
    return [event for event, _ in store.history(alert.alert_id)]


def _wait(until: Callable[[], bool]) -> None:
    late = time.monotonic() + 60
    while not until() and time.monotonic() < late:
        time.sleep(0.05)
    assert until()
