"""Conversations as a good model would have them: what it was shown is enough, and the right request comes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from chat_service.outcomes import (
    Answerable,
    CatalogueAsked,
    Clarification,
    DefinitionAsked,
    Outcome,
    Previous,
    Question,
    Refusal,
)
from chat_service.services import Services
from chat_service.translate.agent.reply import Json
from chat_service.translate.agent.together import Together
from semantic_layer import Request
from tests.agent.conftest import Talking, opened_on
from tests.agent.model_server import Body, ModelServer, Says, in_turn
from tests.conftest import TODAY

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("conversations.yaml").read_text(encoding="utf-8"))
_REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
# parts of a request that are names of the model or values of its data
_NAMES = ("metric", "metrics", "field", "group_by", "values", "columns", "shares", "cumulative", "limit_within", "per")


def _reply(step: dict[str, Any]) -> dict[str, Any]:
    words = [each.rsplit(" > ", 1) for each in step["words"]]
    return {**step, "words": [{"said": said, "part": part} for said, part in words]}


def _says(step: dict[str, Any]) -> Says:
    ((name, arguments),) = step.items()
    return Says(calls=((name, _reply(arguments) if name == "reply" else arguments),))


def _request(written: dict[str, Any]) -> Request:
    return _REQUESTS.validate_python({"kind": "metrics", **written})


Talked = tuple[Together, ModelServer]


@pytest.fixture(scope="module")
def talked(base: Services) -> Iterator[Talked]:
    """One agent for all conversations: none knows of another."""
    with opened_on(base, in_turn(Says())) as both:
        yield both


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_conversation(case: dict[str, Any], talked: Talked, base: Services) -> None:
    steps = [_says(step) for step in case["says"]]
    previous = Previous(_request(case["before"])) if "before" in case else None
    asked = Question(case["asks"], TODAY, previous=previous)
    both, server = talked
    server.bodies.clear()
    server.script = lambda _, number: steps[min(number, len(steps) - 1)]
    outcome = both.agent.translate(asked, base.translator.translate(asked))
    assert len(server.bodies) == len(steps)
    _became(case["becomes"], outcome)
    for body, step in zip(server.bodies, case["says"], strict=True):
        _was_shown(body, step.get("reply", {}))
    if isinstance(outcome, Answerable):
        base.layer.prepare(outcome.request, base.reader)
        assert outcome.reading.translator == "llm" and outcome.reading.spans


def _became(wanted: dict[str, Any], outcome: Outcome) -> None:
    match outcome:
        case Answerable(request, _):
            assert request == _request(wanted)
        case Clarification():
            assert len(outcome.choices) == wanted["clarification"]
        case Refusal():
            assert outcome.code == wanted["refusal"]
        case DefinitionAsked(metrics, _):
            assert list(metrics) == wanted["definition"]
        case CatalogueAsked():
            assert wanted["catalogue"]


def _was_shown(body: Body, reply: Json) -> None:
    """Every name and value that a reply uses stood in what the model was shown before it."""
    told = "\n".join(str(message.get("content")) for message in body["messages"])
    for name in _used(reply):
        assert re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", told), f"the model was never shown '{name}'"


def _used(value: object, key: str = "") -> set[str]:
    if isinstance(value, dict):
        return set().union(*(_used(each, name) for name, each in value.items())) if value else set()
    if isinstance(value, list):
        return set().union(*(_used(each, key) for each in value)) if value else set()
    return {value} if isinstance(value, str) and key in _NAMES else set()


def test_every_kind_of_outcome_is_among_them() -> None:
    became = {next(iter(case["becomes"])) for case in CASES}
    kinds = {case["becomes"].get("kind", "metrics") for case in CASES}
    assert len(CASES) >= 40
    assert kinds >= {"metrics", "list", "cohort", "funnel"}
    assert became >= {"clarification", "refusal", "definition", "catalogue"}


def test_what_is_sent_before_the_question_never_changes(talking: Talking) -> None:
    """Providers keep a prefix that they have seen; the tools are a part of it."""
    with talking(lambda *_: _says({"reply": {"answer": "refuse", "code": "off_topic", "words": []}})) as (both, server):
        for text in ("明天下雨吗", "who won the cup", "讲个笑话"):
            both.agent.translate(Question(text, TODAY))
    prefixes = {json.dumps([body["messages"][0], body["tools"]]) for body in server.bodies}
    assert len(prefixes) == 1
