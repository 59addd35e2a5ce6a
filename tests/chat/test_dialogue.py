"""Conversations: one answer a message id, follow-ups on the last answered request, choices, readers kept apart."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chat_service.channels.dialogue import Dialogue, DialogueError
from chat_service.channels.wire import (
    ChatBody,
    ChatRequest,
    ClarificationPart,
    ExportPart,
    InterpretationPart,
    Selection,
    TablePart,
)
from chat_service.conversation.memory import Feedback, MemoryStore, Store, StoreError
from chat_service.conversation.store import SqlStore
from chat_service.services import Services
from semantic_layer.query.reader import Reader

ANNE, BEN = Reader("anne"), Reader("ben")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Both stores, the second on a file."""
    return MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{tmp_path / 'kept.sqlite'}")


@pytest.fixture
def say(services: Services, store: Store) -> Callable[..., ChatBody]:
    """Sends a message and reads the answer's body."""
    numbers = itertools.count()
    ids = (f"id-{number}" for number in numbers)
    dialogue = Dialogue(services, store, lambda: datetime(2026, 7, 1, tzinfo=UTC), lambda: next(ids))

    def said(message: str, reader: Reader = ANNE, **parts: object) -> ChatBody:
        request = ChatRequest.model_validate({"message": message, **parts})
        return ChatBody.model_validate_json(dialogue.respond(request, reader, f"r-{next(numbers)}"))

    return said


def _interpretation(body: ChatBody) -> InterpretationPart:
    return next(part for part in body.content if isinstance(part, InterpretationPart))


def _clarification(body: ChatBody) -> ClarificationPart:
    return next(part for part in body.content if isinstance(part, ClarificationPart))


def test_the_same_message_id_gives_the_same_answer_once(say: Callable[..., ChatBody], store: Store) -> None:
    first = say("2025年的订单数", message_id="m-1")
    second = say("2025年的订单数", message_id="m-1")
    assert second == first
    assert first.conversation_id is not None
    assert len(store.turns(first.conversation_id, "anne")) == 1


def test_a_message_id_belongs_to_its_reader(say: Callable[..., ChatBody]) -> None:
    assert say("2025年的订单数", message_id="m-1").request_id != say("2025年的销售额", BEN, message_id="m-1").request_id


def test_a_message_id_is_not_for_another_message(say: Callable[..., ChatBody]) -> None:
    say("2025年的订单数", message_id="m-1")
    with pytest.raises(DialogueError) as raised:
        say("2025年的销售额", message_id="m-1")
    assert [problem.code for problem in raised.value.problems] == ["message_id_reused"]


def test_sent_twice_at_once_is_answered_once(services: Services, store: Store) -> None:
    dialogue = Dialogue(services, store, lambda: datetime(2026, 7, 1, tzinfo=UTC), lambda: "c-1")
    bodies: list[str] = []
    message = ChatRequest(message="2025年的订单数", message_id="m-1")
    threads = [
        threading.Thread(target=lambda n=n: bodies.append(dialogue.respond(message, ANNE, f"r-{n}"))) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 4
    assert len(set(bodies)) == 1
    assert len(store.turns("c-1", "anne")) == 1


def test_a_question_asked_again_is_answered_alike_in_a_conversation_of_its_own(say: Callable[..., ChatBody]) -> None:
    first, _, third = (say("2025年各大区的销售额") for _ in range(3))
    assert (third.content, third.confidence, third.warnings) == (first.content, first.confidence, first.warnings)
    assert third.timings_ms.compile is None and third.provenance.cache == "hit", "nothing was made again"
    assert len({(each.request_id, each.conversation_id) for each in (first, third)}) == 2
    then = say("换成订单数", conversation_id=third.conversation_id)
    assert _interpretation(then).query == {**_interpretation(first).query, "metrics": ["orders"]}
    elsewhere = say("2025年各大区的销售额", Reader("anne", may_see_sql=False))
    assert elsewhere.content == tuple(part for part in first.content if part.type != "sql"), "others see what they may"
    assert say("2025年各大区的销售额", as_of="2025-06-30").content != first.content, "on another day it is another one"


def test_what_is_exported_again_has_its_own_link(say: Callable[..., ChatBody]) -> None:
    for body in (say("导出2025年各大区的销售额") for _ in range(3)):
        links = next(part for part in body.content if isinstance(part, ExportPart)).links
        assert all(body.request_id in link.url for link in links)


def test_a_follow_up_changes_the_last_request(say: Callable[..., ChatBody]) -> None:
    first = say("2025年上海客户的销售额")
    second = say("那北京呢", conversation_id=first.conversation_id)
    before, after = _interpretation(first).query, _interpretation(second).query
    assert second.conversation_id == first.conversation_id
    assert after["metrics"] == before["metrics"] == ["revenue"]
    assert after["period"] == before["period"]
    assert "北京" in str(after["filters"]) and "上海" not in str(after["filters"])


def test_a_refusal_leaves_the_last_answered_request_in_place(say: Callable[..., ChatBody]) -> None:
    conversation = say("2025年上海客户的销售额").conversation_id
    assert say("明天会下雨吗", conversation_id=conversation).status == "refused"
    after = say("换成订单数", conversation_id=conversation)
    assert after.status == "answered"
    assert _interpretation(after).query["metrics"] == ["orders"]


def test_conversations_do_not_mix(say: Callable[..., ChatBody]) -> None:
    say("2025年上海客户的销售额")
    assert say("那北京呢").status != "answered"


@pytest.mark.parametrize("by", ["selection", "label", "number"])
def test_a_choice_can_be_taken(say: Callable[..., ChatBody], by: str) -> None:
    asked = say("上个月转化率多少？")
    assert asked.status == "clarification"
    clarification = _clarification(asked)
    choice = clarification.choices[1]
    message = {"selection": "", "label": choice.label, "number": "2"}[by]
    parts: dict[str, object] = {"conversation_id": asked.conversation_id}
    if by == "selection":
        parts["selection"] = Selection(clarification_id=clarification.id, choice_id=choice.id).model_dump()
    answered = say(message, **parts)
    assert answered.status == "answered"
    assert _interpretation(answered).query["metrics"] == [choice.id]


@pytest.mark.parametrize("choice", [("c1", "nothing"), ("c9", "activation_rate")])
def test_a_choice_that_is_not_open_is_refused(say: Callable[..., ChatBody], choice: tuple[str, str]) -> None:
    asked = say("上个月转化率多少？")
    selection = {"clarification_id": choice[0], "choice_id": choice[1]}
    with pytest.raises(DialogueError) as raised:
        say("", conversation_id=asked.conversation_id, selection=selection)
    assert raised.value.problems[0].code == "unknown_choice"


def test_a_conversation_belongs_to_its_reader(say: Callable[..., ChatBody], store: Store) -> None:
    conversation = say("2025年的订单数").conversation_id
    assert conversation is not None
    assert store.turns(conversation, "ben") == ()
    with pytest.raises(DialogueError) as raised:
        say("2025年的订单数", BEN, conversation_id=conversation)
    assert raised.value.problems[0].code == "unknown_conversation"


def test_a_translator_that_is_not_there_is_said(say: Callable[..., ChatBody]) -> None:
    with pytest.raises(DialogueError) as raised:
        say("2025年的订单数", translator="llm")
    assert raised.value.problems[0].code == "translator_unavailable"


def test_a_later_feedback_replaces_an_earlier_one(say: Callable[..., ChatBody], store: Store) -> None:
    request_id = say("2025年的订单数").request_id
    for positive in (True, False):
        store.add_feedback(Feedback(request_id, "anne", positive, "", "2026-07-01T00:00:00+00:00"))
    assert store.turn(request_id, "anne") is not None
    assert store.turn(request_id, "ben") is None


def test_turns_survive_the_process(services: Services, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    message = ChatRequest(message="2025年上海客户的销售额", conversation_id="c-1")
    first = SqlStore(url)
    Dialogue(services, first, lambda: datetime(2026, 7, 1, tzinfo=UTC), lambda: "m-1").respond(message, ANNE, "r-1")
    first.close()
    later = Dialogue(services, SqlStore(url), lambda: datetime(2026, 7, 1, tzinfo=UTC), lambda: "m-2")
    message = ChatRequest(message="那北京呢", conversation_id="c-1")
    body = ChatBody.model_validate_json(later.respond(message, ANNE, "r-2"))
    assert body.status == "answered"
    assert "北京" in str(_interpretation(body).query["filters"])


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite", "nonsense", "postgresql+nodriver://localhost/x"])
def test_a_store_that_cannot_be_opened_says_so(url: str) -> None:
    with pytest.raises(StoreError) as raised:
        SqlStore(url)
    assert raised.value.problems[0].code == "store_unavailable"


def test_a_message_that_got_no_answer_is_remembered(say: Callable[..., ChatBody]) -> None:
    first = say("2025年的订单数")
    lost = say("拆到每个货架", conversation_id=first.conversation_id)
    assert lost.status == "clarification"
    after = say("换成销售额", conversation_id=first.conversation_id)
    assert after.status == "clarification"
    choice = _clarification(after).choices[0]
    selection = Selection(clarification_id=_clarification(after).id, choice_id=choice.id)
    taken = say(choice.label, conversation_id=first.conversation_id, selection=selection)
    assert taken.status == "answered"
    assert say("2024年呢", conversation_id=first.conversation_id).status == "answered"


def test_what_was_defined_may_be_asked_for_next(say: Callable[..., ChatBody]) -> None:
    defined = say("复购率是什么意思")
    asked = say("2025年是多少", conversation_id=defined.conversation_id)
    assert asked.status == "answered"
    assert _interpretation(asked).query["metrics"] == ["repurchase_rate"]


def test_a_choice_is_named_in_the_reader_s_own_words(say: Callable[..., ChatBody]) -> None:
    first = say("去年的转化率是多少")
    assert first.status == "clarification"
    taken = say("就活动的那个", conversation_id=first.conversation_id)
    assert _interpretation(taken).query["metrics"] == ["campaign_conversion_rate"]


def test_a_word_points_at_the_rows_that_were_shown(say: Callable[..., ChatBody]) -> None:
    first = say("Top 3 cities by revenue in 2025")
    shown = [row[0] for row in _rows(first)]
    then = say("what about these cities this year", conversation_id=first.conversation_id)
    assert {row[0] for row in _rows(then)} == set(shown) and len(shown) == 3


@pytest.mark.parametrize(("question", "many"), [("今年消费最高的5个客户", 5), ("今年消费最高的20位客户", 20)])
def test_those_on_a_list_that_was_cut_are_meant_one_by_one(
    say: Callable[..., ChatBody], question: str, many: int
) -> None:
    first = say(question)
    ids = [row[0] for row in _rows(first)]
    spent = say("他们去年花了多少", conversation_id=first.conversation_id)
    them = [each.values for each in _interpretation(spent).filters if each.field == "customer_id"]
    assert [list(values) for values in them] == [ids] and len(ids) == many


def test_readings_are_offered_as_what_they_ask_for(say: Callable[..., ChatBody]) -> None:
    first = say("上半年各大区的销售额")
    asked = say("加上客单价 去年", conversation_id=first.conversation_id)
    labels = [choice.label for choice in _clarification(asked).choices]
    assert {"销售额" in label for label in labels} == {True, False}  # beside it, and in its place


def _rows(body: ChatBody) -> tuple[tuple[object, ...], ...]:
    return next(part for part in body.content if isinstance(part, TablePart)).rows
