"""The HTTP interface over a real app: bodies as promised, one shape of error, nothing that breaks it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chat_service.answer import answer
from chat_service.app import create_app
from chat_service.asking import Asked
from chat_service.channels.examples import ANSWERED, CLARIFIED, QUERY_EXAMPLES, REFUSED
from chat_service.channels.wire import ChatBody
from chat_service.conversation.memory import MemoryStore
from chat_service.outcomes import Question
from chat_service.services import open_services
from chat_service.settings import Settings

REVENUE = {"kind": "metrics", "metrics": ["revenue"], "group_by": ["region"]}
CHAT = "/v1/chat"


@pytest.fixture(scope="module")
def client(demo_database: Path) -> Iterator[TestClient]:
    """A client of the service over the demo company."""
    settings = Settings(database=demo_database, max_body_bytes=20_000)
    with TestClient(create_app(settings, MemoryStore()), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def chat(client: TestClient) -> Callable[..., dict[str, Any]]:
    """Asks, and gives the body."""

    def said(message: str, **parts: object) -> dict[str, Any]:
        response = client.post(CHAT, json={"message": message, **parts})
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        ChatBody.model_validate(body)
        return body

    return said


def _part(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(part for part in body["content"] if part["type"] == kind)


def test_an_answer_has_every_part_that_applies(chat: Callable[..., dict[str, Any]]) -> None:
    body = chat("2025年各大区的销售额", message_id="m-parts")
    assert body["status"] == "answered"
    assert body["language"] == "zh"
    assert [part["type"] for part in body["content"]] == [
        "text",
        "interpretation",
        "sql",
        "table",
        "chart",
        "definitions",
        "suggestions",
    ]
    table = _part(body, "table")
    assert [column["name"] for column in table["columns"]] == ["region", "revenue"]
    assert [column["role"] for column in table["columns"]] == ["dimension", "metric"]
    assert table["columns"][1]["format"] == "CNY"
    assert table["row_count"] == table["total_rows"] == len(table["rows"])
    assert "east" in [row[0] for row in table["rows"]]
    interpretation = _part(body, "interpretation")
    assert interpretation["query"]["period"]["start"] == "2025-01-01"
    assert {span["role"] for span in interpretation["spans"]} >= {"period", "metric"}
    for span in interpretation["spans"]:
        assert "2025年各大区的销售额"[span["start"] : span["end"]] == span["text"]
    assert body["provenance"]["data_as_of"] == "2026-06-30"
    assert body["provenance"]["translator"] == "offline"
    assert set(body["timings_ms"]) == {"translate", "compile", "execute", "total"}
    assert body["message_id"] == "m-parts"


def test_filters_tell_their_origin(chat: Callable[..., dict[str, Any]]) -> None:
    filters = _part(chat("2025年金卡会员的销售额"), "interpretation")["filters"]
    origins = {(each["field"], each["origin"]) for each in filters}
    assert ("member_tier", "asked") in origins
    assert "metric" in {origin for _, origin in origins}


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ("", "refused", "empty_question"),
        ("   \n\t", "refused", "empty_question"),
        ("🙂🎉", "refused", "empty_question"),
        ("\x00\x01\x02\x7f", "refused", "empty_question"),
        ("？！……", "refused", "empty_question"),
        ("长" * 10_000, "refused", "too_long"),
        ("2021年各大区的销售额", "empty", "outside_data"),
    ],
    ids=["empty", "blank", "emoji", "control", "punctuation", "long", "before the data"],
)
def test_what_cannot_be_answered_is_a_200_that_says_so(
    demo_database: Path, message: str, status: str, code: str
) -> None:
    app = create_app(Settings(database=demo_database), MemoryStore())
    body = TestClient(app).post(CHAT, json={"message": message}).json()
    assert body["status"] == status
    assert body["problem"]["code"] == code
    assert _part(body, "text")["text"]


def test_odd_signs_around_a_question_do_no_harm(chat: Callable[..., dict[str, Any]]) -> None:
    assert chat("\u200b2025年的订单数\x00🙂")["status"] == "answered"


def test_a_clarification_and_its_selection(chat: Callable[..., dict[str, Any]]) -> None:
    asked = chat("上个月转化率多少？")
    assert asked["status"] == "clarification"
    part = _part(asked, "clarification")
    assert len(part["choices"]) >= 2
    selection = {"clarification_id": part["id"], "choice_id": part["choices"][0]["id"]}
    answered = chat("", conversation_id=asked["conversation_id"], selection=selection)
    assert answered["status"] == "answered"


def test_choices_can_be_sent_back_as_questions(chat: Callable[..., dict[str, Any]]) -> None:
    for choice in _part(chat("上个月转化率多少？"), "clarification")["choices"]:
        assert chat(choice["message"])["status"] == "answered"


def test_every_suggestion_is_answered(chat: Callable[..., dict[str, Any]]) -> None:
    for question in ("2026年5月金卡会员的复购率", "Revenue by region in 2025", "复购率怎么算", "你能做什么"):
        suggestions = _part(chat(question), "suggestions")["suggestions"]
        assert 1 <= len(suggestions) <= 3
        for suggestion in suggestions:
            assert chat(suggestion)["status"] == "answered", suggestion


def test_the_same_question_gives_the_same_bytes(chat: Callable[..., dict[str, Any]]) -> None:
    def plain(body: dict[str, Any]) -> str:
        own = ("request_id", "conversation_id", "message_id", "timings_ms")
        body["provenance"].pop("cache")  # whether it had been computed before is of this time
        return json.dumps({key: value for key, value in body.items() if key not in own}, ensure_ascii=False)

    for question in ("2025年各大区的销售额同比", "可能流失的客户有多少", "which cities had the most orders in 2025"):
        assert plain(chat(question)) == plain(chat(question))


def test_a_message_id_sent_twice(client: TestClient) -> None:
    message = {"message": "2025年的订单数", "message_id": "m-twice"}
    first, second = client.post(CHAT, json=message), client.post(CHAT, json=message)
    assert first.content == second.content
    clash = client.post(CHAT, json={"message": "别的", "message_id": "m-twice"})
    assert (clash.status_code, clash.json()["error"]["code"]) == (409, "message_id_reused")


def test_another_today(chat: Callable[..., dict[str, Any]]) -> None:
    period = _part(chat("上个月的订单数", as_of="2025-03-15"), "interpretation")["query"]["period"]
    assert (period["start"], period["end"]) == ("2025-02-01", "2025-03-01")


def test_a_conversation_is_kept(client: TestClient, chat: Callable[..., dict[str, Any]]) -> None:
    first = chat("2025年上海客户的销售额")
    second = chat("那北京呢", conversation_id=first["conversation_id"])
    kept = client.get(f"/v1/conversations/{first['conversation_id']}").json()
    assert [turn["message"] for turn in kept["turns"]] == ["2025年上海客户的销售额", "那北京呢"]
    assert [turn["answer"] for turn in kept["turns"]] == [first, second]


def test_feedback(client: TestClient, chat: Callable[..., dict[str, Any]]) -> None:
    request_id = chat("2025年的订单数")["request_id"]
    given = client.post("/v1/feedback", json={"request_id": request_id, "positive": False, "comment": "不对"})
    assert given.json() == {"request_id": request_id, "recorded": True}


def test_the_stream_ends_with_the_whole_body(client: TestClient) -> None:
    response = client.post("/v1/chat/stream", json={"message": "2025年各大区的销售额", "message_id": "m-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = _events(response.text)
    kinds = [kind for kind, _ in events]
    assert kinds[0] == "status" and kinds[-1] == "done"
    stages = [data["stage"] for kind, data in events if kind == "status"]
    assert stages == ["translate", "compile", "execute", "present"]
    done = events[-1][1]
    assert [data for kind, data in events if kind == "content"] == done["content"]
    text = "".join(data["text"] for kind, data in events if kind == "text.delta")
    assert text == _part(done, "text")["text"]
    again = client.post(CHAT, json={"message": "2025年各大区的销售额", "message_id": "m-stream"})
    assert again.json() == done


def test_a_stream_that_fails_says_so_in_the_one_shape(client: TestClient) -> None:
    response = client.post("/v1/chat/stream", json={"message": "2025年的订单数", "translator": "llm"})
    [(kind, data)] = _events(response.text)
    assert kind == "error"
    assert data["error"]["code"] == "translator_unavailable"
    assert data["request_id"] == response.headers["x-request-id"]


def _events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_a_typed_query(client: TestClient) -> None:
    body = client.post("/v1/query", json=REVENUE).json()
    assert body["table"]["columns"][0]["name"] == "region"
    assert body["sql"]["dialect"] == "duckdb"
    assert "table" not in client.post("/v1/query?explain=1", json=REVENUE).json()


def test_a_wrong_query_tells_every_problem(client: TestClient) -> None:
    wrong = {"kind": "metrics", "metrics": ["revenu"], "group_by": ["regio"]}
    response = client.post("/v1/query", json=wrong)
    assert response.status_code == 422
    problems = response.json()["error"]["detail"]["problems"]
    assert [problem["code"] for problem in problems] == ["unknown_name", "unknown_name"]


def test_what_may_mislead_is_told_beside_the_table(client: TestClient) -> None:
    query = {"kind": "metrics", "metrics": ["buyers"], "group_by": ["order_channel"], "shares": ["buyers"]}
    warning = client.post("/v1/query", json=query).json()["warnings"][0]
    assert warning["code"] == "overlapping_groups"
    chinese = client.post("/v1/query?language=zh", json=query).json()["warnings"][0]["message"]
    assert "占比" in chinese and "order_channel" not in chinese
    assert client.post("/v1/query?explain=1", json=query).json()["warnings"] == [warning]


def test_a_value_that_is_none_is_refused_with_the_right_one(client: TestClient) -> None:
    query = {"kind": "metrics", "metrics": ["revenue"], "filters": [{"field": "member_tier", "values": ["金卡"]}]}
    response = client.post("/v1/query", json=query)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "unknown_value"
    assert "'gold'" in response.json()["error"]["message"]


def test_origins_are_not_the_clients_to_say(client: TestClient) -> None:
    claimed = {"field": "member_tier", "values": ["gold"], "origin": "policy"}
    body = client.post("/v1/query", json={"kind": "metrics", "metrics": ["revenue"], "filters": [claimed]}).json()
    assert {each["origin"] for each in body["filters"] if each["field"] == "member_tier"} == {"asked"}
    assert "policy_filter" not in {each["code"] for each in body["warnings"]}


def test_a_body_that_is_no_query_is_told_by_its_path(client: TestClient) -> None:
    query = {"kind": "metrics", "metrics": ["revenue"], "filters": [{"metric": "orders", "values": [1]}]}
    problems = client.post("/v1/query", json=query).json()["error"]["detail"]["problems"]
    assert problems == [{"where": "body.filters.0.op", "problem": "is missing"}]


def test_the_catalogue(client: TestClient) -> None:
    metrics = {metric["name"]: metric for metric in client.get("/v1/metrics").json()["metrics"]}
    assert metrics["revenue"]["label"] == {"zh": "销售额", "en": "revenue"}
    assert metrics["revenue"]["kind"] == "flow"
    assert metrics["customers"]["kind"] == "stock"
    assert metrics["average_churn_probability"]["kind"] == "snapshot"
    assert "region" in metrics["revenue"]["dimensions"]
    dimensions = {dimension["name"]: dimension for dimension in client.get("/v1/dimensions").json()["dimensions"]}
    assert dimensions["region"]["values"]["east"] == {"zh": "华东", "en": "East"}


def test_values_of_a_dimension(client: TestClient) -> None:
    regions = client.get("/v1/dimensions/region/values").json()
    assert regions["is_complete"] and len(regions["values"]) == 7
    found = client.get("/v1/dimensions/region/values", params={"search": "华东"}).json()
    assert [value["value"] for value in found["values"]] == ["east"]
    few = client.get("/v1/dimensions/city/values", params={"limit": 2}).json()
    assert len(few["values"]) == 2 and not few["is_complete"]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    client.post("/v1/chat", json={"message": "2025年的订单数"})
    assert client.get("/readyz").json()["data_as_of"] == "2026-06-30"
    told = client.get("/metrics").text
    assert "huitou_http_requests_total" in told
    stages = {"translate", "compile", "execute"}
    assert all(f'huitou_stage_seconds_count{{stage="{each}"}}' in told for each in stages)
    assert client.get("/").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", CHAT, b"{nope", 400, "malformed_json"),
        ("POST", CHAT, b"", 422, "invalid_request"),
        ("POST", CHAT, b"[]", 422, "invalid_request"),
        ("POST", CHAT, b'{"msg": "x"}', 422, "invalid_request"),
        ("POST", CHAT, b'{"message": 5}', 422, "invalid_request"),
        ("POST", CHAT, b'{"message": "x", "language": "fr"}', 422, "invalid_request"),
        ("POST", CHAT, b'{"message": "x", "as_of": "soon"}', 422, "invalid_request"),
        ("POST", CHAT, b'{"message": "\xff\xfe"}', 400, "malformed_request"),
        ("POST", CHAT, b"\x00\xff\xfe\x89PNG", 400, "malformed_request"),
        ("POST", CHAT, b'{"message": "' + b"x" * 30_000 + b'"}', 413, "body_too_large"),
        ("POST", "/v1/query", b'{"kind": "nope"}', 422, "invalid_request"),
        ("POST", "/v1/query", b'{"kind": "metrics"}', 422, "invalid_request"),
        ("POST", "/v1/feedback", b'{"request_id": "no", "positive": true}', 404, "unknown_answer"),
        ("GET", CHAT, b"", 405, "method_not_allowed"),
        ("GET", "/nowhere", b"", 404, "not_found"),
        ("GET", "/v1/conversations/nobody", b"", 404, "unknown_conversation"),
        ("GET", "/v1/dimensions/nothing/values", b"", 404, "unknown_dimension"),
        ("GET", "/v1/dimensions/customers.phone/values", b"", 422, "withheld"),
        ("GET", "/v1/dimensions/city/values?limit=0", b"", 422, "invalid_request"),
    ],
)
def test_every_error_has_the_one_shape(
    client: TestClient, method: str, path: str, content: bytes, status: int, code: str
) -> None:
    response = client.request(method, path, content=content, headers={"content-type": "application/json"})
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"error", "request_id"}
    assert set(body["error"]) == {"code", "message", "detail"}
    assert body["error"]["code"] == code
    assert body["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text


def test_a_body_without_a_length_is_limited_too(client: TestClient) -> None:
    response = client.post(CHAT, content=iter([b"x" * 1000] * 40), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


def test_a_request_id_may_come_from_the_client(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = client.get("/healthz", headers={"X-Request-ID": "a b\tc"}).headers["x-request-id"]
    assert made != "a b\tc"


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "database_missing"), (b"", "database_unreadable"), (b"not a database at all" * 99, "database_unreadable")],
)
def test_a_database_that_cannot_be_read(tmp_path: Path, content: bytes | None, code: str) -> None:
    database = tmp_path / "broken.duckdb"
    if content is not None:
        database.write_bytes(content)
    client = TestClient(create_app(Settings(database=database), MemoryStore()), raise_server_exceptions=False)
    answer = client.post(CHAT, json={"message": "2025年的订单数"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, code)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["problems"]) == (503, [code])
    assert client.get("/healthz").status_code == 200


def test_the_documentation_is_whole(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    paths = {"/v1/chat", "/v1/chat/stream", "/v1/query", "/v1/metrics", "/v1/dimensions", "/v1/feedback", "/healthz"}
    assert paths <= set(document["paths"])
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation.get("summary") and operation.get("tags"), path
            assert "4XX" in operation["responses"], path
    for example in (ANSWERED, CLARIFIED, REFUSED):
        ChatBody.model_validate(example)
    for query in QUERY_EXAMPLES.values():
        assert client.post("/v1/query", json=query["value"]).status_code == 200
    assert client.get("/docs").status_code == 200


def test_what_can_be_suggested_is_found_out_once(demo_database: Path) -> None:
    services = open_services(Settings(database=demo_database), time.perf_counter)
    asked = Asked(Question("2025年各大区的销售额", services.layer.as_of), services.reader)
    first = answer(asked, services).suggestions
    known = dict(services.suggestible)
    assert first and known
    assert answer(asked, services).suggestions == first
    assert services.suggestible == known
    services.close()


def test_an_explanation_over_http(client: TestClient) -> None:
    march = {"start": "2026-03-01", "end": "2026-04-01", "grain": "month"}
    query = {"kind": "explain", "metric": "revenue", "dimensions": ["member_tier"], "period": march}
    table = client.post("/v1/query", json=query).json()["table"]
    names = [column["name"] for column in table["columns"]]
    now, before, change = (
        sum(row[names.index(name)] for row in table["rows"])
        for name in ("revenue", "revenue__previous", "contribution")
    )
    assert change == pytest.approx(now - before)
    wrong = client.post("/v1/query", json={**query, "metric": "median_order_value"})
    assert "not_decomposable" in wrong.text
