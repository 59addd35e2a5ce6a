"""Conversations named, searched, shared and judged, and typed requests in them: both stores, and over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

import pytest
from fastapi.testclient import TestClient

from chat_service.access.keys import KeyFile
from chat_service.app import create_app
from chat_service.channels.dialogue import DialogueError
from chat_service.channels.running import new_station, running
from chat_service.channels.sharing import rights_of, share, shared_body
from chat_service.conversation.memory import Feedback, MemoryStore, Share, Store, Turn
from chat_service.conversation.store import SqlStore
from chat_service.services import Services
from chat_service.settings import Settings
from semantic_layer import Reader
from semantic_layer.model.definitions import PolicyDefinition

REVENUE = {"kind": "metrics", "metrics": ["revenue"], "group_by": ["region"]}
CITIES = {"kind": "metrics", "metrics": ["orders"], "group_by": ["city"]}


def _turn(conversation: str, number: int, message: str, reader: str = "anne") -> Turn:
    at = f"2026-07-0{number}T00:00:00"
    name = f"{conversation}-{number}"
    return Turn(name, conversation, number, "", name, reader, message, "", at, "answered", "{}", "{}")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Both stores, with two conversations of Anne's and one of Ben's."""
    made: Store = MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{tmp_path / 'kept.sqlite'}")
    for each in (
        _turn("a", 1, "Revenue in May"),
        _turn("a", 2, "100% of it?"),
        _turn("b", 3, "上个月的复购率"),
        _turn("c", 4, "Revenue of Ben", "ben"),
    ):
        made.add(each)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("search", "found"),
    [("", ["b", "a"]), ("revenue", ["a"]), ("复购", ["b"]), ("100%", ["a"]), ("%", ["a"]), ("_", []), ("ben", [])],
)
def test_conversations_are_found_by_what_was_asked(store: Store, search: str, found: list[str]) -> None:
    assert [each.conversation_id for each in store.conversations("anne", search=search)] == found


def test_a_name_is_found_too_and_stands_in_the_list(store: Store) -> None:
    assert store.rename("a", "anne", "Quarterly Review")
    assert not store.rename("c", "anne", "mine?") and not store.rename("z", "anne", "nothing")
    assert [(each.conversation_id, each.title) for each in store.conversations("anne")] == [
        ("b", ""),
        ("a", "Quarterly Review"),
    ]
    assert [each.conversation_id for each in store.conversations("anne", search="quarterly")] == ["a"]
    assert store.title("a", "anne") == "Quarterly Review" and store.title("a", "ben") == ""
    store.rename("a", "anne", "")
    assert store.conversations("anne", search="quarterly") == ()


def test_what_goes_with_a_conversation_goes_when_it_goes(store: Store) -> None:
    store.rename("a", "anne", "named")
    store.share(Share("s", "a", "anne", "rights", 2, "2026-07-02"))
    store.add_feedback(Feedback("a-1", "anne", True, "", "2026-07-02"))
    assert store.delete("a", "anne")
    assert store.title("a", "anne") == "" and store.shared("s") is None
    assert store.feedback(["a-1"], "anne") == {}
    store.rename("b", "anne", "old")
    store.expire("2026-08-01")
    assert store.title("b", "anne") == ""


def test_feedback_is_given_back_to_who_gave_it(store: Store) -> None:
    store.add_feedback(Feedback("a-1", "anne", False, "the period", "2026-07-02"))
    assert {name: each.comment for name, each in store.feedback(["a-1", "a-2"], "anne").items()} == {
        "a-1": "the period"
    }
    assert store.feedback(["a-1"], "ben") == {}


def test_a_share_keeps_its_id_and_grows(store: Store) -> None:
    assert store.share(Share("s", "a", "anne", "r", 1, "1")).share_id == "s"
    assert store.share(Share("t", "a", "anne", "r", 2, "2")) == Share("s", "a", "anne", "r", 2, "2")
    assert store.shared("t") is None
    assert not store.unshare("a", "ben") and store.unshare("a", "anne") and not store.unshare("a", "anne")
    assert store.shared("s") is None


def test_a_new_store_is_made_once_by_all_who_open_it(tmp_path: Path) -> None:
    beside = threading.Barrier(6)

    def opened(number: int) -> tuple[Turn, ...]:
        beside.wait(10)
        store = SqlStore(f"sqlite:///{tmp_path / str(number // 6)}")
        found = store.turns("a", "anne")
        store.close()
        return found

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(opened, range(30))) == {()}


def test_what_is_written_settles_beside_the_answers_once_it_is_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_service.conversation.store._MUCH_BYTES", 5_000_000)  # SQLite by itself waits for 4
    monkeypatch.setattr("chat_service.channels.running._SETTLE_SECONDS", 0.05)
    file, log = tmp_path / "kept.sqlite", tmp_path / "kept.sqlite-wal"
    store = SqlStore(f"sqlite:///{file}")
    for number in (1, 2):
        store.add(replace(_turn("a", number, "long"), body="x" * 2_200_000))
    store.settle()
    assert file.stat().st_size < 1_000_000 < 4_400_000 < log.stat().st_size, "no answer settles what it wrote"
    store.add(replace(_turn("a", 3, "long"), body="x" * 2_200_000))

    async def at_work() -> None:
        """Turns come until the log begins anew, which tells by its size what stands in it."""
        async with running(new_station(Settings(), store)), asyncio.timeout(30):
            for number in count(1):
                store.add(replace(_turn("b", 1, "short"), conversation_id=f"b{number}", message_id=f"b{number}"))
                if log.stat().st_size < 1_000_000:
                    break
                await asyncio.sleep(0.05)

    asyncio.run(at_work())
    assert file.stat().st_size > 6_600_000


def test_rights_are_what_a_model_shows(services: Services) -> None:
    model, anne = services.model, Reader("anne", attributes=(("region", ("east",)),), roles=frozenset({"a", "b"}))
    own = PolicyDefinition(name="own", dataset="customers", filter="customers.seller = Reader . name")
    limited = replace(model, policies=MappingProxyType({"own": own}))
    assert rights_of(anne, model) == rights_of(replace(anne, name="ben", roles=frozenset({"b", "a"})), model)
    assert rights_of(anne, limited) == rights_of(anne, limited) != rights_of(anne, model)
    assert rights_of(anne, limited) != rights_of(replace(anne, name="ben"), limited), "a policy asks for the name"
    for other in (
        replace(anne, attributes=(("region", ("west",)),)),
        replace(anne, roles=frozenset({"a"})),
        replace(anne, may_see_personal=True),
        replace(anne, may_see_sql=False),
    ):
        assert rights_of(anne, model) != rights_of(other, model)


def test_a_share_shows_no_more_than_was_shared(services: Services, tmp_path: Path) -> None:
    settings = Settings(database=services.settings.database, conversations_url=f"sqlite:///{tmp_path / 'k.sqlite'}")
    with TestClient(create_app(settings)) as client:
        first = client.post("/v1/chat", json={"message": "2025年的订单数"}).json()
        kept = first["conversation_id"]
        made = client.post(f"/v1/conversations/{kept}/share").json()
        client.post("/v1/chat", json={"message": "2024年呢", "conversation_id": kept})
        found = client.get(f"/v1/shared/{made['share_id']}").json()
        assert [turn["answer"]["request_id"] for turn in found["turns"]] == [first["request_id"]]
        assert client.post(f"/v1/conversations/{kept}/share").json() == {"share_id": made["share_id"], "turns": 2}
        assert len(client.get(f"/v1/shared/{made['share_id']}").json()["turns"]) == 2
        assert client.delete(f"/v1/conversations/{kept}/share").status_code == 200
        ended = client.get(f"/v1/shared/{made['share_id']}")
        assert (ended.status_code, ended.json()["error"]["code"]) == (404, "unknown_share")


def test_readers_of_other_rights_are_shown_nothing(services: Services, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    shown = {name: keys.add(name, ("ask", "sql"), "2026-07-01")[1] for name in ("anne", "ben")}
    shown["eve"] = keys.add("eve", ("ask",), "2026-07-01")[1]
    settings = Settings(database=services.settings.database, keys=tmp_path / "keys.json")
    with TestClient(create_app(settings, MemoryStore())) as client:
        as_ = {name: {"authorization": f"Bearer {key}"} for name, key in shown.items()}
        kept = client.post("/v1/chat", json={"message": "2025年的订单数"}, headers=as_["anne"]).json()[
            "conversation_id"
        ]
        assert client.post(f"/v1/conversations/{kept}/share", headers=as_["ben"]).status_code == 404
        link = f"/v1/shared/{client.post(f'/v1/conversations/{kept}/share', headers=as_['anne']).json()['share_id']}"
        assert client.get(link, headers=as_["ben"]).status_code == 200
        refused = client.get(link, headers=as_["eve"])
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "shared_with_other_rights")
        assert client.get(link).status_code == 401


def test_a_conversation_nobody_has_is_not_shared(services: Services) -> None:
    with pytest.raises(DialogueError):
        share(MemoryStore(), "none", Reader("anne"), services.model, "s", pytest.fail)
    with pytest.raises(DialogueError):
        shared_body(MemoryStore(), "none", Reader("anne"), services.model)


@pytest.fixture(scope="module")
def client(demo_database: Path) -> Iterator[TestClient]:
    """The service over the demo company, with tables of at most 20 rows."""
    with TestClient(create_app(Settings(database=demo_database, max_rows=20), MemoryStore())) as opened:
        yield opened


def test_a_typed_request_is_a_turn_that_follow_ups_change(client: TestClient) -> None:
    asked = {"message": "销售额 → 按大区", "language": "zh", "query": {**REVENUE, "period": None}}
    edited = client.post("/v1/chat", json=asked).json()
    query = edited["content"][1]["query"]
    assert (edited["status"], query["metrics"], query["group_by"]) == ("answered", ["revenue"], ["region"])
    after = client.post("/v1/chat", json={"message": "华东呢", "conversation_id": edited["conversation_id"]}).json()
    assert [each["values"] for each in after["content"][1]["query"]["filters"]] == [["east"]]
    turns = client.get(f"/v1/conversations/{edited['conversation_id']}").json()["turns"]
    assert [each["message"] for each in turns] == ["销售额 → 按大区", "华东呢"]


def test_what_a_typed_request_claims_of_its_origin_is_not_believed(client: TestClient) -> None:
    claimed = {"field": "region", "op": "=", "values": ["east"], "origin": "policy"}
    body = client.post("/v1/chat", json={"message": "", "query": {**REVENUE, "filters": [claimed]}}).json()
    assert body["content"][1]["query"]["filters"][0]["origin"] == "asked"
    wrong = client.post("/v1/chat", json={"message": "", "query": {"kind": "metrics", "metrics": ["nothing"]}}).json()
    assert (wrong["status"], wrong["problem"]["code"]) == ("refused", "unknown_name")


def test_pages_of_a_table_are_the_table(client: TestClient) -> None:
    first = client.post("/v1/query", json=CITIES).json()["table"]
    assert first["truncated"] and len(first["rows"]) == 20 < first["total_rows"]
    pages = [first["rows"]]
    while pages[-1]:
        told = client.post("/v1/query", json=CITIES, params={"offset": sum(map(len, pages))}).json()["table"]
        assert (told["total_rows"], told["row_count"]) == (first["total_rows"], len(told["rows"]))
        pages.append(told["rows"])
    every = [tuple(row) for page in pages for row in page]
    assert len(every) == len(set(every)) == first["total_rows"]
    assert not told["truncated"]


def test_a_word_is_found_among_the_values_of_all_dimensions(client: TestClient) -> None:
    found = client.get("/v1/values", params={"search": "华"}).json()
    assert {(each["dimension"], each["value"]) for each in found["values"]} >= {("region", "east"), ("region", "north")}
    few = client.get("/v1/values", params={"search": "华", "limit": 1}).json()
    assert (len(few["values"]), few["is_complete"]) == (1, False)
    assert client.get("/v1/values", params={"search": "13800138000"}).json()["values"] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_offered_first_has_an_answer(client: TestClient, language: str) -> None:
    found = client.get("/v1/opening", params={"language": language}).json()
    assert found["data_as_of"] == "2026-06-30" and found["text"] and found["suggestions"]
    for each in found["suggestions"]:
        body = client.post("/v1/chat", json={"message": each}).json()
        assert (body["status"], body["language"]) == ("answered", language)
