"""Saved answers: moved with the day, versioned, shared, and each reader's own rows; over HTTP and by command."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from chat_service.access.keys import KeyFile
from chat_service.app import create_app
from chat_service.cli import app
from chat_service.saved.conditions import Threshold, Unusual, met
from chat_service.saved.looking import has_moved
from chat_service.saved.moving import Moves, moved
from chat_service.saved.schedule import SavedError
from semantic_layer import Column, ListQuery, MetricFilter, MetricQuery, Period, ResultTable
from semantic_layer.query.result import Label
from tests.saved.conftest import AT_RISK, COUNT, Received, Shop

JUNE = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("moves", "today", "wanted"),
    [
        ("month", date(2026, 6, 1), (date(2026, 5, 1), date(2026, 6, 1))),
        ("month", date(2026, 8, 31), (date(2026, 7, 1), date(2026, 8, 1))),
        ("month", date(2027, 3, 1), (date(2027, 2, 1), date(2027, 3, 1))),
        ("month", date(2026, 4, 1), (date(2026, 3, 1), date(2026, 4, 1))),
        ("day", date(2026, 7, 2), (date(2026, 5, 3), date(2026, 6, 3))),
        ("week", date(2026, 7, 6), (date(2026, 5, 8), date(2026, 6, 8))),
        ("quarter", date(2026, 7, 1), (date(2026, 8, 1), date(2026, 9, 1))),
        ("stands", date(2030, 1, 1), (date(2026, 5, 1), date(2026, 6, 1))),
    ],
)
def test_a_period_moves_by_whole_units(moves: Moves, today: date, wanted: tuple[date, date]) -> None:
    may = Period(date(2026, 5, 1), date(2026, 6, 1), "month")
    plain = moved(MetricQuery(metrics=("orders",), period=may), moves, JUNE, today)
    assert (plain.period and plain.period.start, plain.period and plain.period.end) == wanted
    inside = ListQuery(filters=(MetricFilter(metric="orders", op=">", values=(1,), period=may),))
    (condition,) = moved(inside, moves, JUNE, today).filters
    assert isinstance(condition, MetricFilter) and condition.period is not None
    assert (condition.period.start, condition.period.end) == wanted


def test_of_a_request_with_dates_it_is_said_whether_they_move() -> None:
    may = Period(date(2026, 5, 1), date(2026, 6, 1))
    with pytest.raises(SavedError) as refused:
        moved(ListQuery(filters=(MetricFilter(metric="o", op=">", values=(1,), period=may),)), None, JUNE, JUNE)
    assert refused.value.problems[0].code == "stands_or_moves"
    assert moved(ListQuery(), None, JUNE, JUNE) == ListQuery()


def test_versions_and_definitions_that_have_changed(shop: Shop) -> None:
    first = shop.save("count", COUNT)
    assert shop.save("count", COUNT).version == 1, "saved as it is already"
    listed = shop.save("risk", AT_RISK)
    path = shop.folder / "model" / "shop.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("expression: count(*)", "expression: count(DISTINCT region)"), encoding="utf-8")
    with shop.services() as services:
        assert has_moved(first, services) and not has_moved(listed, services)
    again = shop.save("count", COUNT)
    assert (again.saved_id, again.version) == (first.saved_id, 2), "saved anew on the new definition"
    with shop.services() as services:
        assert not has_moved(again, services)
    assert shop.store().saved(first.saved_id, 1) == first


def test_who_opens_anothers_sees_their_own_rows(shop: Shop, hook: Received) -> None:
    keys = KeyFile(shop.settings.keys)
    shown = {
        "office": keys.add("office", ("ask", "head_office"), "2026-01-01")[1],
        "east": keys.add("east", ("ask", "manager"), "2026-01-01", {"region": ("east",)})[1],
        "nobody": keys.add("nobody", ("ask",), "2026-01-01", {"region": ("east",)})[1],
    }
    as_of = {name: {"authorization": f"Bearer {key}"} for name, key in shown.items()}
    with TestClient(create_app(shop.settings.model_copy(update={"alert_check_seconds": 0}))) as client:
        wish = {"name": "all", "request": {"kind": "metrics", "metrics": ["customers"]}, "roles": ["manager"]}
        made = client.post("/v1/saved", json=wish, headers=as_of["office"]).json()
        where = f"/v1/saved/{made['saved_id']}"
        rows = {name: client.get(where, headers=as_of[name]) for name in shown}
        assert rows["office"].json()["answer"]["table"]["rows"] == [[3]]
        assert rows["east"].json()["answer"]["table"]["rows"] == [[2]]
        assert (rows["nobody"].status_code, rows["nobody"].json()["error"]["code"]) == (404, "unknown_saved")
        assert client.get("/v1/saved", headers=as_of["nobody"]).json() == {"saved": []}
        assert client.delete(where, headers=as_of["east"]).status_code == 404
        wanted = {
            "name": "many",
            "saved_id": made["saved_id"],
            "condition": {"kind": "threshold", "op": ">=", "value": 2},
            "targets": [{"kind": "webhook", "url": hook.hook.url}],
        }
        alert = client.post("/v1/alerts", json=wanted, headers=as_of["east"]).json()
        assert alert["next_at"] and alert["trouble"] == ""
        assert client.post("/v1/alerts", json=wanted, headers=as_of["east"]).status_code == 409
        place = f"/v1/alerts/{alert['alert_id']}"
        assert client.post(f"{place}/ack", headers=as_of["office"]).status_code == 404, "another's"
        assert client.post(f"{place}/ack", headers=as_of["east"]).json()["events"] == 0
        assert client.post(f"{place}/resend", headers=as_of["office"]).status_code == 404, "another's"
        assert client.post(f"{place}/resend", headers=as_of["east"]).json()["deliveries"] == 0
        asleep = client.post(f"{place}/snooze", json={"minutes": 5}, headers=as_of["east"]).json()
        assert asleep["snoozed_until"]
        assert client.get(f"{place}/history", headers=as_of["east"]).json()["events"] == []
        assert client.delete(place, headers=as_of["east"]).status_code == 200
        assert client.get("/v1/alerts", headers=as_of["east"]).json() == {"alerts": []}


def test_the_service_runs_what_is_due(shop: Shop, hook: Received) -> None:
    alert = shop.alert(shop.save("count", COUNT), Threshold(op=">", value=2), hook.hook)
    shop.store().claim((alert,), 0, 0)  # due long ago
    with TestClient(create_app(shop.settings.model_copy(update={"alert_check_seconds": 0.1}))):
        hook.wait(1)
    assert len(hook.bodies) == 1


def test_commands(shop: Shop, hook: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database", "model", "keys", "conversations_url"):
        monkeypatch.setenv(f"HUITOU_{name.upper()}", str(getattr(shop.settings, name)))
    monkeypatch.setenv("HUITOU_ALERT_HOSTS", "127.0.0.1")
    monkeypatch.setenv("HUITOU_WEBHOOK_SECRET", "s")
    (shop.folder / "q.json").write_text(COUNT, encoding="utf-8")

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--as", "office"])
        assert done.exit_code == 0, done.output
        return done.stdout

    run("saved", "add", "count", str(shop.folder / "q.json"))
    assert "count" in run("saved", "list") and "3" in run("saved", "run", "count")
    condition = '{"kind": "threshold", "op": ">", "value": 2}'
    run("alerts", "add", "many", "count", "--condition", condition, "--to", hook.hook.url)
    assert "1 run, 1 delivered" in run("alerts", "run", "many")
    assert "1 run, 0 delivered" in run("alerts", "run", "many")
    assert "1 acknowledged" in run("alerts", "ack", "many")
    run("alerts", "snooze", "many", "--minutes", "5")
    assert "many" in run("alerts", "list") and "raised" in run("alerts", "history", "many")
    run("saved", "delete", "count")
    run("alerts", "snooze", "many", "--minutes", "0")
    run("alerts", "run", "many")
    assert "stopped" in run("alerts", "list")
    assert "0 sent again, 0 delivered" in run("alerts", "resend", "many")
    assert "many deleted" in run("alerts", "delete", "many") and "many" not in run("alerts", "list")


def _course(*values: float | None, incomplete: int = 0) -> ResultTable:
    label = Label("", "")
    days = [date(2026, 1, 1 + number) for number in range(len(values))]
    columns = (
        Column("day", "dimension", "date", label, grain="day"),
        Column("orders", "metric", "number", label, metric="orders"),
    )
    cut = tuple(days[len(days) - incomplete :])
    return ResultTable(columns, tuple(zip(days, values, strict=True)), len(values), False, "", "", incomplete=cut)


@pytest.mark.parametrize(
    ("values", "incomplete", "is_unusual"),
    [
        ([10, 11, 10, 9, 10, 11, 9, 10, 30], 0, True),
        ([10, 11, 10, 9, 10, 11, 9, 10, 11], 0, False),
        ([10, 11, 10, 9, 90, 11, 9, 10, 30], 0, True),  # an outlier before hides nothing
        ([10, 11, 10, 9, 10, 11, 9, 10, 11, 2], 1, False),  # a day that is not over
        ([10] * 9, 0, False),
        ([10] * 8 + [11], 0, True),
        ([10, 11, 10, 11, 10, 11, 10, 11, 10, 11], 0, False),  # most are 10, and 11 is nothing new
        ([10, 11, 10, 11, 10, 11, 10, 11, 10, 13], 0, True),
    ],
)
def test_unusual(values: list[float], incomplete: int, is_unusual: bool, shop: Shop) -> None:
    request = MetricQuery(metrics=("orders",), group_by=("day",))
    table = _course(*values, incomplete=incomplete)
    with shop.services() as services:
        assert bool(met(Unusual(), request, table, services.model)) == is_unusual
        over = Threshold(op="<", value=9.5)
        counted = [value for value in values[: len(values) - incomplete] if value < 9.5]
        assert len(met(over, request, table, services.model)) == len(counted)
        with pytest.raises(SavedError):
            met(over, request, replace(table, truncated=True), services.model)
        with pytest.raises(SavedError):
            met(Unusual(), request, _course(*values[:8]), services.model)
