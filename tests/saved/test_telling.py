"""What is told by a schedule whatever it is: words, files, and the digest of the week with the biggest changes."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from datetime import date

import pytest

from chat_service.present.export.document import ExportError
from chat_service.saved.conditions import Digest, Every, Unusual
from chat_service.saved.dashboards import Dashboard, Tile
from chat_service.saved.records import Saved
from chat_service.saved.schedule import SavedError
from chat_service.saved.telling import last_whole
from semantic_layer import Period
from tests.saved.conftest import AT_RISK, COUNT, MAIL, Received, Shop

DATASET = """
  - name: visits
    table: visits
    time: at
    primary_key: customer_id
    fields:
      - {name: customer_id, type: integer, role: key}
      - {name: at, type: date, role: time}
"""
METRICS = """
  - {name: visits, label: {zh: 来访次数, en: visits}, dataset: visits, expression: count(*)}
  - {name: visitors, label: {zh: 来访人数, en: visitors}, dataset: visits, expression: count(DISTINCT customer_id)}
"""
VISITS = """customer_id,at
1,2026-02-23
2,2026-03-01
1,2026-03-02
1,2026-03-04
2,2026-03-05
3,2026-03-08
3,2026-03-10
"""


def _text(hook: Received) -> list[str]:
    return [str(json.loads(body)["text"]) for body in hook.bodies]


def test_an_answer_is_told_at_each_run_under_its_owners_rights(shop: Shop, hook: Received) -> None:
    for owner in ("office", "east"):
        saved = shop.save(f"risk of {owner}", AT_RISK, owner=owner)
        shop.alert(saved, Every(), hook.hook, owner=owner)
    shop.customers(c1="risk", c2="risk", c3="fine")
    runner = shop.runner()
    shop.hour(runner)
    shop.hour(runner)
    rows = [text.count("customer id: ") for text in _text(hook)]
    assert sorted(rows) == [1, 1, 2, 2], "each hour anew, each its own rows"


def test_a_report_goes_by_mail_as_a_file(shop: Shop, mail: Received) -> None:
    shop.settings = shop.settings.model_copy(update={"smtp_port": mail.port})
    alert = shop.alert(shop.save("count", COUNT), Every(form="html"), MAIL)
    shop.hour(shop.runner())
    assert shop.events(alert) == [("told", 1)]
    (body,) = mail.bodies
    message = email.message_from_bytes(body, policy=email.policy.default)
    (file,) = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/html", "report.html")
    assert "<dd>3</dd>" in file.get_content()


def test_a_webhook_has_the_file_in_its_body(shop: Shop, hook: Received) -> None:
    shop.alert(shop.save("count", COUNT), Every(form="html"), hook.hook)
    shop.hour(shop.runner())
    file = json.loads(hook.bodies[0])["file"]
    assert base64.b64decode(file["content"]).startswith(b"<!doctype html>")


def test_a_pdf_is_refused_where_none_can_be_printed(
    shop: Shop, hook: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = shop.save("count", COUNT)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ExportError) as refused:
        shop.alert(saved, Every(form="pdf"), hook.hook)
    assert refused.value.problems[0].code == "pdf_needs_chromium"


def _board(shop: Shop, *saved: Saved) -> str:
    tiles = tuple(Tile(saved_id=each.saved_id, form="number") for each in saved)
    return shop.boards().kept.add(Dashboard("board", "office", "Week", tiles)).dashboard_id


def _with_visits(shop: Shop, visits: str, today: date) -> None:
    (shop.folder / "data" / "visits.csv").write_text(visits, encoding="utf-8")
    path = shop.folder / "model" / "shop.yaml"
    text = path.read_text(encoding="utf-8").replace("entities:", DATASET + "entities:")
    path.write_text(text + METRICS, encoding="utf-8")
    shop.settings = shop.settings.model_copy(update={"as_of": today})


def test_what_is_unusual_is_told_once_as_long_as_it_is(shop: Shop, hook: Received) -> None:
    """A visit or two a day, then nine, eight, and one again."""
    counts = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 9, 8, 1]
    days = [date(2026, 3, 1 + day) for day, count in enumerate(counts) for _ in range(count)]
    _with_visits(shop, "\n".join(["customer_id,at", *(f"1,{each}" for each in days)]), date(2026, 3, 10))
    saved = shop.save("visits", '{"kind": "metrics", "metrics": ["visits"], "group_by": ["day"]}')
    alert = shop.alert(saved, Unusual(), hook.hook)
    for day in (10, 11, 12, 13):
        shop.settings = shop.settings.model_copy(update={"as_of": date(2026, 3, day)})
        shop.hour(shop.runner())
    assert shop.events(alert) == [("raised", 1), ("over", 1)]
    assert "9" in _text(hook)[0]


def test_a_digest_tells_the_biggest_changes_first(shop: Shop, hook: Received) -> None:
    """Visits of the last week beside those of the week before: 4 for 2, spenders 3 for 2; nothing else."""
    _with_visits(shop, VISITS, date(2026, 3, 11))
    counted = [shop.save(name, json.dumps({"kind": "metrics", "metrics": [name]})) for name in ("visitors", "visits")]
    board = _board(shop, *counted)
    shop.alert_on(board, Digest(), hook.hook)
    shop.hour(shop.runner())
    title, moved = _text(hook)[0].split("\n")[1:]
    assert title == "Week: week 10 of 2026 (2026-03-02 to 2026-03-08)"
    assert moved == "The biggest changes: visits 4 (up 2 (+100.0%)); visitors 3 (up 1 (+50.0%))."


def test_a_digest_of_a_dashboard_without_numbers_is_refused(shop: Shop, hook: Received) -> None:
    board = _board(shop, shop.save("risk", AT_RISK))
    with pytest.raises(SavedError) as refused:
        shop.alert_on(board, Digest(), hook.hook)
    assert refused.value.problems[0].code == "nothing_to_digest"


def test_what_tells_of_a_dashboard_that_is_gone_stops(shop: Shop, hook: Received) -> None:
    board = _board(shop, shop.save("count", COUNT))
    alert = shop.alert_on(board, Every(), hook.hook)
    shop.boards().kept.forget(board)
    shop.hour(shop.runner())
    found = shop.store().alert(alert.alert_id)
    assert found is not None and (found.is_stopped, found.trouble) == (True, "unknown_dashboard")


@pytest.mark.parametrize(
    ("unit", "today", "wanted"),
    [
        ("week", date(2026, 6, 28), (date(2026, 6, 15), date(2026, 6, 22))),
        ("week", date(2026, 6, 29), (date(2026, 6, 22), date(2026, 6, 29))),
        ("month", date(2026, 3, 1), (date(2026, 2, 1), date(2026, 3, 1))),
    ],
)
def test_the_last_whole_one_is_over(unit: str, today: date, wanted: tuple[date, date]) -> None:
    assert last_whole(unit, today) == Period(*wanted, unit)  # type: ignore[arg-type]
