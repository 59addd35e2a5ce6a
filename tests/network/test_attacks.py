"""What was once found on the running service, attacked again over a real socket."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.network.running import Running

CHAT, QUERY = "/v1/chat", "/v1/query"
JSON = {"content-type": "application/json"}
REVENUE = '{"kind":"metrics","metrics":["revenue"]'
HUGE = "1" + "0" * 400
# as bytes, since a client would refuse to send some of them
STRANGE_QUERIES = (
    REVENUE + r',"filters":[{"field":"city","values":["\ud800"]}]}',
    REVENUE + r',"filters":[{"field":"city","values":["a\u0000"]}]}',
    REVENUE + r',"filters":[{"field":"\ud800","values":["a"]}]}',
    REVENUE + ',"filters":[{"field":"","values":["a"]}]}',
    REVENUE + ',"filters":[{"field":"orders.net_amount","op":">","values":[' + HUGE + "]}]}",
    REVENUE + ',"filters":[{"field":"orders.net_amount","op":"between","values":[0,' + HUGE + "]}]}",
    REVENUE + ',"filters":[{"field":"orders.net_amount","op":">","values":[1e400]}]}',
    REVENUE + ',"filters":[{"metric":"orders","op":">","values":[' + HUGE + "]}]}",
    REVENUE + ',"group_by":["city"],"limit":9223372036854775807}',
    REVENUE + ',"group_by":["city"],"limit":9223372036854775808}',
    REVENUE + ',"group_by":[""]}',
    REVENUE + ',"period":{"start":"0001-01-01","end":"9999-12-31"}}',
    '{"kind":"list","limit":9223372036854775808}',
    '{"kind":"list","measured":[{"name":"","metric":"orders"}]}',
    r'{"kind":"list","measured":[{"name":"\ud800","metric":"orders"}]}',
    r'{"kind":"funnel","metric":"\ud800"}',
    '{"kind":"cohort","since":[' + HUGE + ",-9223372036854775809]}",
    REVENUE + ',"filters":[' + '{"not":' * 400 + '{"field":"city","values":["a"]}' + "}" * 400 + "]}",
)
STRANGE_DAYS = ("0001-01-01", "1000-01-01", "1990-01-01", "9999-12-31")


def _asked(client: httpx.Client, message: str, **parts: object) -> dict[str, Any]:
    response = client.post(CHAT, json={"message": message, **parts})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.parametrize("claim", ["asked", "default", "metric", "policy"])
@pytest.mark.parametrize("field", ["customers.phone", "customers.birth_date"])
def test_no_personal_value_is_told_by_a_filter(service: Running, claim: str, field: str) -> None:
    condition = {"field": field, "op": "is not null", "values": [], "origin": claim}
    requests = (
        {"kind": "metrics", "metrics": ["customers"], "filters": [condition]},
        {"kind": "list", "filters": [{"any": [condition]}]},
        {"kind": "cohort", "filters": [{"not": condition}]},
        {"kind": "funnel", "filters": [condition]},
        {"kind": "list", "measured": [{"name": "x", "metric": "orders", "filters": [condition]}]},
        {"kind": "list", "filters": [{"metric": "orders", "op": ">", "values": [0], "filters": [condition]}]},
    )
    with service.client() as client:
        for request in requests:
            response = client.post(QUERY, json=request)
            assert (response.status_code, response.json()["error"]["code"]) == (422, "withheld"), request


def test_a_full_birth_date_is_not_shown(service: Running) -> None:
    with service.client() as client:
        table = client.post(QUERY, json={"kind": "list", "columns": ["birth_date"], "limit": 50}).json()["table"]
    years = {row[1] for row in table["rows"]}
    assert all(year is None or (len(year) == 4 and year.isdecimal()) for year in years) and len(years) > 5
    assert table["columns"][1]["type"] == "text"


@pytest.mark.parametrize("body", STRANGE_QUERIES, ids=range(len(STRANGE_QUERIES)))
def test_every_input_ends_in_a_body_with_a_code(service: Running, body: str) -> None:
    with service.client() as client:
        response = client.post(QUERY, content=body.encode(), headers=JSON)
        assert 200 <= response.status_code < 500, response.text
        assert response.json()["request_id"] == response.headers["x-request-id"]
        if response.status_code >= 400:
            assert response.json()["error"]["code"]
        after = client.post(QUERY, content=(REVENUE + "}").encode(), headers=JSON)
        assert after.status_code == 200, "the connection stays usable"


@pytest.mark.parametrize("day", STRANGE_DAYS)
@pytest.mark.parametrize("message", ["各月复购率", "Retention by cohort", "你能做什么", "2025年各大区的销售额同比"])
def test_any_today_ends_in_a_body_with_a_code(service: Running, day: str, message: str) -> None:
    with service.client() as client:
        response = client.post(CHAT, json={"message": message, "as_of": day})
    assert response.status_code in (200, 422), response.text
    if response.status_code == 200:
        assert response.json()["status"] != "error", response.json()["problem"]


@pytest.mark.parametrize(
    "message",
    [
        rf'{{"message":"消费超过{HUGE}元的客户"}}',
        r'{"message":"\ud800销售额"}',
        f'{{"message":"最近{HUGE}天的销售额"}}',
        '{"message":"a","query":{"kind":"paths","event":"%00"}}',
    ],
    ids=["amount", "half a character", "days", "no event"],
)
def test_any_message_ends_in_a_body_with_a_code(service: Running, message: str) -> None:
    with service.client() as client:
        response = client.post(CHAT, content=message.encode(), headers=JSON)
    assert response.status_code in (200, 422), response.text


def test_the_id_of_anothers_message_gives_nothing_of_theirs(service: Running) -> None:
    message = {"message": "2025年的订单数", "message_id": "m-guessed"}
    with service.client() as anne, service.client(address="127.0.0.2") as ben:
        first, other = _asked(anne, **message), _asked(ben, **message)
        assert other["conversation_id"] != first["conversation_id"]
        assert _asked(anne, **message) == first, "sent twice by the same client, it is answered once"
        clash = anne.post(CHAT, json={**message, "as_of": "2025-01-31"})
        assert clash.json()["error"]["code"] == "message_id_reused", "the whole request is compared"


def test_a_request_id_may_be_used_again(service: Running) -> None:
    with service.client(headers={"x-request-id": "mine"}) as client:
        for message in ("2025年的订单数", "2025年的销售额"):
            assert _asked(client, message)["request_id"] == "mine"
        given = client.post("/v1/feedback", json={"request_id": "mine", "positive": True})
        assert given.status_code == 200


def test_conversations_are_listed_paged_and_forgotten(service: Running) -> None:
    with service.client() as client:
        started = _asked(client, "2025年上海客户的销售额")["conversation_id"]
        for message in ("那北京呢", "换成订单数"):
            _asked(client, message, conversation_id=started)
        listed = client.get("/v1/conversations", params={"limit": 200}).json()["conversations"]
        mine = next(each for each in listed if each["conversation_id"] == started)
        assert (mine["turns"], mine["first_message"]) == (3, "2025年上海客户的销售额")
        page = client.get(f"/v1/conversations/{started}", params={"limit": 2}).json()
        assert [turn["message"] for turn in page["turns"]] == ["2025年上海客户的销售额", "那北京呢"]
        rest = client.get(f"/v1/conversations/{started}", params={"after": page["next"]}).json()
        assert ([turn["message"] for turn in rest["turns"]], rest["next"]) == (["换成订单数"], None)
        assert client.delete(f"/v1/conversations/{started}").json()["deleted"]
        assert client.get(f"/v1/conversations/{started}").status_code == 404
        assert client.delete(f"/v1/conversations/{started}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/nowhere", ""),
        ("DELETE", "/v1/query", ""),
        ("POST", "/v1/query", "{"),
        ("POST", "/v1/query", '{"kind":"metrics","metrics":[1]}'),
        ("POST", "/v1/query", '{"kind":"metrics","metrics":["no_such_metric"]}'),
        ("POST", "/v1/chat", '{"message":"订单数","clarification":{"clarification_id":"c9","choice_id":"x"}}'),
        ("GET", "/v1/conversations/none", ""),
    ],
)
def test_a_failure_is_told_in_the_language_asked_for(service: Running, method: str, path: str, body: str) -> None:
    def told(language: str) -> tuple[str, str]:
        with service.client(headers={**JSON, "accept-language": language}) as client:
            error = client.request(method, path, content=body.encode()).json()["error"]
        return error["code"], error["message"]

    (code, chinese), (same, english) = told("fr, zh-CN;q=0.9, en;q=0.8"), told("en, zh;q=0.5")
    assert code == same
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese), chinese
    assert english.isascii(), english


def test_the_docs_need_no_other_host(service: Running) -> None:
    with service.client() as client:
        page = client.get("/docs")
        parts = [client.get(f"/docs/{name}") for name in ("docs.js", "docs.css")]
    assert page.status_code == 200 and all(part.status_code == 200 for part in parts)
    for text in (page.text, *(part.text for part in parts)):
        assert "http://" not in text and "https://" not in text and "//cdn" not in text


def test_groups_by_day_are_measured_before_they_run(service: Running) -> None:
    groups = ["customer_id", "region", "gender", "member_tier", "age_group", "day"]
    with service.client() as client:
        response = client.post(QUERY, json={"kind": "metrics", "metrics": ["revenue"], "group_by": groups})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "too_many_cells")
    assert all(name in error["message"] for name in groups)


def test_a_conversation_is_answered_in_turn(service: Running) -> None:
    with service.client() as client:
        started = _asked(client, "2025年上海客户的销售额")["conversation_id"]
        follow_ups = ("那北京呢", "那广州呢", "那深圳呢", "那成都呢")
        bodies = _at_once(service, [{"message": each, "conversation_id": started} for each in follow_ups])
        assert [body["status"] for body in bodies] == ["answered"] * 4
        turns = client.get(f"/v1/conversations/{started}").json()["turns"]
    assert sorted(turn["message"] for turn in turns[1:]) == sorted(follow_ups)


def _at_once(service: Running, messages: list[dict[str, object]]) -> list[dict[str, Any]]:
    def ask(message: dict[str, object]) -> dict[str, Any]:
        with service.client() as client:
            found: dict[str, Any] = json.loads(client.post(CHAT, json=message).text)
            return found

    with ThreadPoolExecutor(len(messages)) as pool:
        return list(pool.map(ask, messages))
