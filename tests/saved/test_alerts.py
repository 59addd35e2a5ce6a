"""An alert tells each change once: under restarts, two runners, one killed in the middle, and a clock that jumps."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from chat_service.access.keys import KeyFile
from chat_service.saved.conditions import Change, NewRows, Threshold, Unusual, Watching
from chat_service.saved.delivery import signature
from chat_service.saved.records import Alert, Event
from chat_service.saved.runner import Runner
from chat_service.saved.schedule import SavedError
from chat_service.services import Services
from tests.engines.servers import schema_on
from tests.saved.conftest import AT_RISK, COUNT, MAIL, SECRET, Received, Shop


def test_each_customer_is_told_once_an_episode(shop: Shop, hook: Received) -> None:
    alert = shop.alert(shop.save("risk", AT_RISK), NewRows(), hook.hook)
    states = [
        {"c1": "risk", "c2": "fine"},  # what is there at first is known, and not told
        {"c1": "risk", "c2": "risk"},
        {"c1": "risk", "c2": "risk"},
        {"c1": "risk", "c2": "fine"},
        {"c1": "risk", "c2": "risk", "c3": "risk"},
    ]
    for each in states:
        shop.customers(**each)
        assert shop.hour(shop.runner()) == 1, "a runner made anew goes on where another was"
    assert shop.events(alert) == [("began", 1), ("raised", 1), ("over", 1), ("raised", 2)]
    told = [json.loads(body) for body in hook.bodies]
    assert [(each["kind"], each["count"]) for each in told] == [("raised", 1), ("over", 1), ("raised", 2)]
    assert "2" in told[0]["text"].splitlines()[1] and len(told[2]["text"].splitlines()) == 3


def test_a_threshold_is_told_when_it_is_passed_and_when_it_is_not_any_more(shop: Shop, hook: Received) -> None:
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    for each in ({"c1": "x"}, {"c1": "x", "c2": "x", "c3": "x"}, {"c1": "x", "c2": "x", "c3": "x"}, {"c1": "x"}):
        shop.customers(**each)
        shop.hour(shop.runner())
    assert shop.events(alert) == [("raised", 1), ("over", 1)]
    assert "3" in json.loads(hook.bodies[0])["text"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_runners_tell_it_once(shop: Shop, hook: Received, kind: str, request: pytest.FixtureRequest) -> None:
    if kind == "postgres":
        pytest.importorskip("psycopg")
        url = schema_on(request.getfixturevalue("postgres_url"), "race_of_alerts")
        shop.settings = shop.settings.model_copy(update={"conversations_url": url})
    _race(shop, hook)
    while shop.stores:
        shop.stores.pop().close()


def _race(shop: Shop, hook: Received) -> None:
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    shop.later(hours=1)
    runners = [shop.runner(f"runner {number}") for number in range(4)]
    (due,) = shop.store().due(shop.moment.timestamp(), 10)
    with ThreadPoolExecutor(4) as pool:
        # each has seen that it is due before any has run it
        ran = list(pool.map(lambda each: each.run(due), runners))
        list(pool.map(lambda each: each.deliver_due(is_asked=True), runners))
    assert sum(ran) == 1
    assert shop.events(alert) == [("raised", 1)] and len(hook.bodies) == 1
    assert [each.leads() for each in runners] == [True, False, False, False]
    shop.later(minutes=2)
    assert runners[1].leads(), "who led and asks no more leads no more"
    runners[1].stop()
    assert not runners[1].leads() and runners[2].leads(), "who stops makes way at once"


KILLED = """
import os, sys, time
from contextlib import contextmanager
from datetime import datetime
from chat_service.access.admission import Admission
from chat_service.conversation.database import opened
from chat_service.saved.boards import Boards
from chat_service.saved.dashboard_store import DashboardStore
from chat_service.saved.runner import Runner
from chat_service.saved.store import SavedStore
from chat_service.settings import read_settings
settings = read_settings(os.environ)
@contextmanager
def using():
    print("running", flush=True)
    time.sleep(60)
    yield
now = datetime.fromisoformat(sys.argv[1])
ours = opened(settings.conversations_url)
boards = Boards(SavedStore(ours), DashboardStore(ours), settings.model)
Runner(boards, settings, Admission(settings), using, lambda: now, "dies").run_due()
"""


def test_one_killed_in_the_middle_loses_nothing_and_repeats_nothing(shop: Shop, hook: Received, tmp_path: Path) -> None:
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    shop.later(hours=1)
    chosen = shop.settings
    variables = {
        "HUITOU_CONVERSATIONS_URL": chosen.conversations_url,
        "HUITOU_KEYS": str(chosen.keys),
        "HUITOU_DATABASE": str(chosen.database),
        "HUITOU_MODEL": str(chosen.model),
    }
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, shop.moment.isoformat()],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None and running.stdout.readline() == b"running\n"
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    assert shop.runner().run_due(is_asked=True) == 0, "its run is claimed"
    shop.later(minutes=6)
    assert shop.runner().run_due() == 1
    shop.runner().deliver_due()
    assert shop.events(alert) == [("raised", 1)] and len(hook.bodies) == 1


def test_a_run_that_was_overtaken_keeps_nothing(shop: Shop, hook: Received) -> None:
    """A process that slept through its claim wakes up when another has told the change already."""
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    shop.later(hours=1)
    (slow,) = shop.store().due(shop.moment.timestamp(), 10)
    store, now = shop.store(), shop.moment.timestamp()
    assert store.claim((slow,), now, now), "as long as its claim lasts"
    assert shop.runner("quick").run_due() == 1
    late = Event("late", alert.alert_id, now, "raised", 1, "late")
    assert not store.finish(replace(slow, runs=slow.runs + 1), entered=["late"], events=[late])
    assert shop.events(alert) == [("raised", 1)] and store.known_rows(alert.alert_id) == {"[]"}


def _many(shop: Shop, hook: Received, count: int) -> list[Alert]:
    """So many alerts on one saved answer."""
    first = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    others = [replace(first, alert_id=f"{number}", name=f"{number}") for number in range(1, count)]
    store = shop.store()
    for each in others:
        store.add_alert(each)
    return [first, *others]


def test_many_at_once_are_worked_off_together(shop: Shop, hook: Received) -> None:
    many = _many(shop, hook, 51)  # more than are claimed at a time
    shop.later(hours=1)
    runner = shop.runner()
    assert (runner.run_due(), runner.run_due(), runner.deliver_due()) == (51, 0, 51)
    assert shop.hour(runner) == 51 and len(hook.bodies) == 51, "nothing new"
    shop.customers(c1="x")
    shop.hour(runner)
    for each in (many[0], many[-1]):
        assert shop.events(each) == [("raised", 1), ("over", 1)]


def test_one_that_breaks_or_a_stop_holds_up_no_others(shop: Shop, hook: Received) -> None:
    (first, *_) = _many(shop, hook, 3)
    shop.store().add_alert(replace(first, alert_id="bad", name="bad", condition="{}", next_at=first.next_at - 1))
    shop.later(hours=1)
    with pytest.raises(ValidationError):
        shop.runner().run_due()
    stopped = shop.runner()
    stopped.using = lambda: _stopping(stopped, shop)
    assert stopped.run_due() == 3, "claimed, and given back"
    assert hook.bodies == [] and shop.runner().run_due() == 3
    shop.runner().deliver_due()
    assert len(hook.bodies) == 3


@contextmanager
def _stopping(runner: Runner, shop: Shop) -> Iterator[Services]:
    runner.stop()
    with shop.services() as services:
        yield services


def test_who_takes_nothing_holds_up_no_others(shop: Shop, hook: Received) -> None:
    hook.answers = [500]
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    other = hook.hook.model_copy(update={"url": f"http://127.0.0.1:{hook.port}/other"})
    shop.store().add_alert(replace(alert, alert_id="second", name="second"))
    shop.store().add_alert(replace(alert, alert_id="third", name="third", targets=f"[{other.model_dump_json()}]"))
    shop.later(hours=1)
    runner = shop.runner()
    assert (runner.run_due(), runner.deliver_due(), len(hook.headers)) == (3, 1, 2), "it is not tried again at once"
    shop.later(seconds=31)
    assert runner.deliver_due() == 2


@pytest.mark.parametrize("jump", [{"days": 400}, {"days": -400}])
def test_a_clock_that_jumps_repeats_nothing_and_stops_nothing(shop: Shop, hook: Received, jump: dict[str, int]) -> None:
    alert = shop.alert(shop.save("risk", AT_RISK), NewRows(), hook.hook)
    shop.hour(shop.runner())
    shop.later(**jump)
    shop.customers(c1="risk", c2="risk")
    assert shop.hour(shop.runner("after")) == 1, "missed runs are one run"
    assert shop.hour(shop.runner("after")) == 1
    shop.customers(c1="risk", c2="risk", c3="risk")
    shop.hour(shop.runner("after"))
    assert sorted(shop.events(alert)) == [("began", 1), ("raised", 1), ("raised", 1)] and len(hook.bodies) == 2


@pytest.mark.parametrize("day", ["2026-03-27", "2026-10-23"])
def test_where_the_clocks_change_each_day_has_one_run(shop: Shop, hook: Received, day: str) -> None:
    """Due at half past two, which Berlin's clocks leave out on 29 March 2026, and show twice on 25 October."""
    shop.moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    alert = shop.alert(shop.save("risk", AT_RISK), NewRows(), hook.hook, schedule="daily at 02:30")
    runner, berlin, ran = shop.runner(), ZoneInfo("Europe/Berlin"), list[int]()
    for hour in range(4 * 24):
        if hour == 30:
            shop.customers(c1="risk", c2="risk")
        ran += [shop.moment.astimezone(berlin).day] * shop.hour(runner)
    assert len(ran) == len(set(ran)) == 4
    assert shop.events(alert) == [("began", 1), ("raised", 1)] and len(hook.bodies) == 1


def test_one_killed_before_it_sends_is_made_up_for(shop: Shop, hook: Received) -> None:
    shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    shop.later(hours=1)
    assert shop.runner().run_due() == 1
    store, now = shop.store(), shop.moment.timestamp()
    (taken,) = store.to_deliver(now, now + 86400, 10)
    assert store.claim_delivery(taken, now + 30) and not store.claim_delivery(taken, now + 30)
    assert shop.runner().deliver_due() == 0, "as long as its claim lasts"
    shop.later(minutes=1)
    assert [shop.runner().deliver_due(), shop.runner().deliver_due(), len(hook.bodies)] == [1, 0, 1]


def test_a_delivery_that_fails_twice_arrives_once(shop: Shop, hook: Received, mail: Received) -> None:
    shop.settings = shop.settings.model_copy(update={"smtp_port": mail.port})
    hook.answers, mail.answers = [500, 302], [451, 554]
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook, MAIL)
    shop.hour(shop.runner())
    runner = shop.runner()
    assert runner.deliver_due() == 0, "it waits before it tries again"
    for _ in range(6):
        shop.later(minutes=2)
        shop.runner().deliver_due()
    assert len(hook.bodies) == len(mail.bodies) == 1
    ((_, deliveries),) = shop.store().history(alert.alert_id)
    assert [(each.status, each.tries) for each in deliveries] == [("sent", 3), ("sent", 3)]
    assert len({each["huitou-delivery"] for each in hook.headers}) == 1 and len(hook.headers) == 3
    stamp, _, shown = hook.headers[-1]["huitou-signature"].partition(",v1=")
    code = hmac.new(SECRET.encode(), f"{stamp[2:]}.".encode() + hook.bodies[0], hashlib.sha256)
    assert shown == code.hexdigest()
    assert signature(SECRET, hook.bodies[0] + b" ", int(stamp[2:])) != hook.headers[-1]["huitou-signature"]
    assert b"To: team@example.org" in mail.bodies[0] and b"watch: the condition is met" in mail.bodies[0]


def test_what_never_arrives_is_a_dead_letter(shop: Shop, hook: Received) -> None:
    hook.answers = [503] * 100
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    shop.hour(shop.runner())
    for _ in range(12):
        shop.later(hours=7)
        shop.runner().deliver_due()
    ((_, (dead,)),) = shop.store().history(alert.alert_id)
    assert (dead.status, dead.tries, dead.error) == ("dead", 9, "HTTP 503") and len(hook.headers) == 9
    hook.answers = []
    assert shop.store().send_again(alert.alert_id, shop.moment.timestamp()) == 1
    shop.runner().deliver_due()
    ((_, (sent,)),) = shop.store().history(alert.alert_id)
    assert (sent.status, sent.tries) == ("sent", 1) and hook.bodies[-1] == hook.bodies[0]
    assert shop.store().send_again(alert.alert_id, shop.moment.timestamp()) == 0, "nothing is told twice"


def test_rights_are_those_that_the_owner_has_when_it_runs(shop: Shop, hook: Received) -> None:
    shared = shop.save("risk", AT_RISK, roles=("manager",))
    alert = shop.alert(shared, NewRows(), hook.hook, owner="east")
    shop.hour(shop.runner())
    shop.customers(c1="risk", c2="risk", c3="risk", c4="risk")
    shop.hour(shop.runner())
    assert shop.events(alert) == [("began", 1), ("raised", 1)], "of the east alone"
    keys = KeyFile(shop.settings.keys)
    keys.revoke(next(each.id for each in keys.good() if each.name == "east"), "2026-03-02")
    shop.customers(c5="risk")
    shop.hour(shop.runner())
    assert shop.events(alert)[-1] == ("stopped", 0)
    assert shop.hour(shop.runner()) == 0 and len(hook.bodies) == 1


def test_snoozed_it_sleeps_and_then_tells_what_has_changed(shop: Shop, hook: Received) -> None:
    alert = shop.alert(shop.save("risk", AT_RISK), NewRows(), hook.hook)
    shop.hour(shop.runner())
    shop.store().snooze(alert.alert_id, shop.moment.timestamp() + 3 * 3600)
    shop.customers(c1="risk", c2="risk")
    assert [shop.hour(shop.runner()) for _ in range(3)] == [0, 0, 1]
    assert shop.events(alert) == [("began", 1), ("raised", 1)]
    assert shop.store().acknowledge(alert.alert_id, "office", 5) == 1
    assert shop.store().acknowledge(alert.alert_id, "office", 6) == 0
    assert shop.store().history(alert.alert_id)[0][0].acknowledged_by == "office"


def test_what_cannot_be_computed_is_told_once_and_goes_on(shop: Shop, hook: Received) -> None:
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    path = shop.folder / "model" / "shop.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{name: customers, label", "{name: buyers, label"), encoding="utf-8")
    shop.hour(shop.runner())
    shop.hour(shop.runner())
    assert shop.events(alert) == [("failed", 0)]
    path.write_text(text, encoding="utf-8")
    shop.hour(shop.runner())
    assert shop.events(alert) == [("failed", 0), ("raised", 1)]
    assert [json.loads(each)["kind"] for each in hook.bodies] == ["failed", "raised"]


@pytest.mark.parametrize(
    ("request_text", "condition", "target", "code"),
    [
        (AT_RISK.replace("null", "2"), NewRows(), "http://127.0.0.1/x", "alert_on_cut_rows"),
        (AT_RISK, Change(op=">", value=1), "http://127.0.0.1/x", "condition_does_not_fit"),
        (AT_RISK, NewRows(), "http://169.254.169.254/latest", "target_not_allowed"),
        (COUNT, Threshold(column="visits", op=">", value=1), "http://127.0.0.1/x", "condition_does_not_fit"),
        (COUNT, Unusual(), "http://127.0.0.1/x", "not_a_course"),
    ],
)
def test_what_cannot_be_watched_is_refused(
    shop: Shop, hook: Received, request_text: str, condition: Watching, target: str, code: str
) -> None:
    with pytest.raises(SavedError) as refused:
        shop.alert(shop.save("x", request_text), condition, hook.hook.model_copy(update={"url": target}))
    assert [each.code for each in refused.value.problems] == [code]
