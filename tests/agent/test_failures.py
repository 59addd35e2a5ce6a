"""Whatever goes wrong with a model's server has a stated end: tried again, mended, or left to the rules."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any

import pytest

from chat_service.outcomes import Answerable, Refusal
from chat_service.services import Services
from chat_service.translate.agent import calls
from chat_service.translate.agent.failures import ModelError
from semantic_layer import MetricQuery
from tests.agent.conftest import Talking, ask, question, with_model
from tests.agent.model_server import Fails, Says, Script, in_turn

# the rules do not know 揽客 and are not sure
QUESTION = "上个月揽客多少单"
REPLY: dict[str, Any] = {
    "answer": "metrics",
    "request": {"metrics": ["orders"], "period": "上个月"},
    "words": [{"said": "上个月", "part": "period"}, {"said": "揽客多少单", "part": "metrics[0]"}],
}
GOOD = Says(calls=(("reply", REPLY),))


def _request(**changes: Any) -> Says:  # noqa: ANN401 - any part of a request
    return Says(calls=(("reply", {**REPLY, "request": {**REPLY["request"], **changes}}),))


@dataclass(frozen=True)
class Failure:
    """What a server does, how the agent calls it, and how often it is called before the agent gives up."""

    script: Script
    cause: str
    calls: int
    seconds: float = 8.0
    call_seconds: float = 5.0


FAILURES = {
    "wrong_key": Failure(
        in_turn(Fails(status=401, message="Incorrect API key provided: sk-abcdef123")), "wrong_key", 1
    ),
    "forbidden": Failure(in_turn(Fails(status=403)), "forbidden", 1),
    "not_found": Failure(in_turn(Fails(status=404, message="The model does not exist")), "not_found", 1),
    "too_many": Failure(in_turn(Fails(status=429)), "too_many_requests", 3),
    "too_many_and_long": Failure(in_turn(Fails(status=429, headers=(("Retry-After", "600"),))), "too_many_requests", 1),
    "server_error": Failure(in_turn(Fails(status=503)), "server_error", 3),
    "dropped": Failure(in_turn(Fails("cut_off")), "unreachable", 3),
    "silence": Failure(in_turn(Fails("silence", seconds=2)), "timeout", 1, seconds=0.5),
    "silence_of_each_call": Failure(in_turn(Fails("silence", seconds=0.5)), "timeout", 3, call_seconds=0.2),
    "stalled_stream": Failure(in_turn(Fails("stalls", seconds=2)), "timeout", 1, seconds=0.5),
    "endless_stream": Failure(in_turn(Fails("trickles", seconds=3)), "timeout", 1, seconds=0.5),
    "half_a_stream": Failure(in_turn(Fails("half_a_stream")), "broken_stream", 3),
    "no_choices": Failure(in_turn(Fails("no_choices")), "broken_stream", 3),
    "empty": Failure(in_turn(Says()), "empty_reply", 3),
    "not_json": Failure(in_turn(Fails("not_json")), "malformed", 3),
    "broken_arguments": Failure(in_turn(Says(calls=(("reply", '{"answer": "metrics", "req'),))), "malformed", 3),
    "cut_by_length": Failure(in_turn(Says(calls=(("reply", REPLY),), finish="length")), "no_usable_reply", 1),
    "filtered": Failure(in_turn(Says(text="I can't help", finish="content_filter")), "refused_by_provider", 1),
    "too_long": Failure(
        in_turn(Fails(status=400, message="This model's maximum context length is 4096 tokens")), "too_long", 1
    ),
    "bad_request": Failure(in_turn(Fails(status=400, message="unknown parameter 'foo'")), "bad_request", 1),
    "wrong_schema": Failure(in_turn(Says(calls=(("reply", {"answer": "numbers"}),))), "no_usable_reply", 3),
    "invented_metric": Failure(in_turn(_request(metrics=["lead_count"])), "no_usable_reply", 3),
    "prose": Failure(in_turn(Says(text="There were 1,234 orders last month.")), "no_usable_reply", 3),
    "same_tool_for_ever": Failure(in_turn(Says(calls=(("find_names", {"phrase": "揽客"}),))), "over_budget", 6),
    "unknown_tool": Failure(in_turn(Says(calls=(("run_sql", {"sql": "SELECT 1"}),))), "over_budget", 6),
    "nonsense_arguments": Failure(in_turn(Says(calls=(("find_values", {"text": {"a": 1}}),))), "over_budget", 6),
}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries that a test need not wait for."""
    monkeypatch.setattr(calls, "_FIRST_PAUSE_SECONDS", 0.02)


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_leaves_the_question_to_the_rules(name: str, talking: Talking, base: Services) -> None:
    failure = FAILURES[name]
    asked = question(QUESTION)
    with talking(failure.script, llm_seconds=failure.seconds, llm_call_seconds=failure.call_seconds) as (both, server):
        started = time.perf_counter()
        with pytest.raises(ModelError) as raised:
            both.agent.translate(asked)
        assert time.perf_counter() - started < failure.seconds + 1
        assert raised.value.failure.cause == failure.cause
        assert len(server.bodies) == failure.calls
        assert "sk-" not in raised.value.failure.message
        both.agent.breaker.succeeded()
        assert both.translate(asked) == base.read(asked, "offline")
        both.agent.breaker.succeeded()
        alone = both.translate(asked, "llm")
        assert isinstance(alone, Refusal) and alone.code == "model_unavailable" and QUESTION in alone.message


@pytest.mark.parametrize(
    "first",
    [
        Fails(status=429, headers=(("Retry-After", "0.05"),)),
        Fails(status=500),
        Fails("half_a_stream"),
        Fails("cut_off"),
        Says(calls=(("reply", {"answer": "metrics"}),)),
        _request(metrics=["lead_count"]),
        _request(metrics=["orders"], filters=[{"field": "city", "values": ["Atlantis"]}]),
        Says(text="just prose"),
    ],
    ids=["429", "500", "half", "dropped", "no_request", "invented_metric", "unknown_value", "prose"],
)
def test_a_second_try_may_succeed(first: Says | Fails, talking: Talking) -> None:
    with talking(in_turn(first, GOOD)) as (both, server):
        outcome = ask(both, QUESTION)
    assert isinstance(outcome, Answerable) and isinstance(outcome.request, MetricQuery)
    assert outcome.request.metrics == ("orders",) and not outcome.request.filters
    assert len(server.bodies) == 2


def test_the_problems_go_back_with_the_nearest_names(talking: Talking) -> None:
    with talking(in_turn(_request(metrics=["order_count"]), GOOD)) as (both, server):
        ask(both, QUESTION)
    told = server.bodies[1]["messages"][-1]["content"]
    assert "order_count" in told and "orders" in told.split("Near in meaning: ")[1]


def test_nobody_listens(base: Services) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        services = with_model(base, f"http://127.0.0.1:{unused.getsockname()[1]}/v1")
        with pytest.raises(ModelError) as raised:
            services.together.agent.translate(question(QUESTION))
        services.together.agent.close()
    assert raised.value.failure.cause == "unreachable"


@pytest.mark.parametrize(
    ("refusal", "left_out"),
    [
        ("'tool_choice' required is not supported", "tool_choice"),
        ("Unknown field: stream_options", "stream_options"),
        ("temperature is not supported with this model", "temperature"),
        ("Unsupported parameter: max_tokens", "max_tokens"),
    ],
)
def test_what_a_server_refuses_is_left_out(refusal: str, left_out: str, talking: Talking) -> None:
    def script(body: dict[str, object], _: int) -> Says | Fails:
        return Fails(status=400, message=refusal) if left_out in body else GOOD

    with talking(script) as (both, server):
        assert isinstance(ask(both, QUESTION), Answerable)
        assert isinstance(ask(both, QUESTION), Answerable)
    assert [left_out in body for body in server.bodies] == [True, False, False]


@pytest.mark.parametrize("takes_json", [True, False], ids=["json_mode", "plain_text"])
def test_a_model_without_tools_replies_in_json(takes_json: bool, talking: Talking) -> None:
    def script(body: dict[str, object], _: int) -> Says | Fails:
        if body.get("tools"):
            return Fails(status=400, message="this model does not support tools")
        if body.get("response_format") and not takes_json:
            return Fails(status=400, message="response_format is not supported")
        return Says(text=f"<think>the orders</think>Sure:\n```json\n{json.dumps(REPLY, ensure_ascii=False)}\n```")

    with talking(script) as (both, server):
        assert isinstance(ask(both, QUESTION), Answerable)
        assert isinstance(ask(both, QUESTION), Answerable)
    assert len(server.bodies) == (3 if takes_json else 4)
    assert bool(server.bodies[-1].get("response_format")) == takes_json
    assert "tools" not in server.bodies[-1]


def test_the_circuit_opens_and_closes_again(talking: Talking) -> None:
    healthy = False

    def script(body: dict[str, object], number: int) -> Says | Fails:
        return GOOD if healthy else Fails(status=500)

    with talking(script) as (both, server):
        for _ in range(2):
            both.translate(question(QUESTION))
        before = len(server.bodies)
        both.translate(question(QUESTION))
        assert before == len(server.bodies) == 5 and both.agent.breaker.is_open
        healthy, both.agent.breaker.seconds = True, 0.0
        assert isinstance(ask(both, QUESTION), Answerable)
        assert not both.agent.breaker.is_open


@pytest.mark.parametrize("limit", ["llm_calls_per_day", "llm_tokens_per_day", "llm_cost_per_day"])
def test_the_days_budget_holds(limit: str, talking: Talking) -> None:
    limits = {"llm_calls_per_day": 2, "llm_tokens_per_day": 27_000, "llm_cost_per_day": 0.02}
    with talking(in_turn(GOOD), llm_price_sent=1.0, llm_price_cached=1.0, **{limit: limits[limit]}) as (both, server):
        outcomes = [ask(both, QUESTION) for _ in range(4)]
    answered = [isinstance(each, Answerable) for each in outcomes]
    assert answered == [True, *answered[1:2], False, False] and len(server.bodies) == sum(answered)


def test_a_caller_who_leaves_waits_no_longer(talking: Talking) -> None:
    with talking(in_turn(Says(calls=(("reply", REPLY),), delay_seconds=3))) as (both, _):
        started = time.perf_counter()
        with pytest.raises(ModelError) as raised:
            both.agent.translate(question(QUESTION), has_left=lambda: time.perf_counter() - started > 0.2)
    assert raised.value.failure.cause == "cancelled" and time.perf_counter() - started < 2
