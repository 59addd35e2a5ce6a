"""Fifty questions at once of a slow and flaky model: no deadlock, no mixed answers, budgets kept."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat_service.outcomes import Answerable, Outcome
from chat_service.translate.agent import calls
from semantic_layer import MetricQuery
from tests.agent.conftest import Talking, question
from tests.agent.model_server import Body, Fails, Says

MOST = 50


def _text(number: int) -> str:
    return f"上个月糊弄超过{number}坨的城市"


def _flaky(body: Body, number: int) -> Says | Fails:
    """The reply to the question in the body, after a while; every fifth call fails in one of four ways."""
    wanted = re.search(r"糊弄超过(\d+)坨", body["messages"][1]["content"])
    assert wanted is not None
    if number % 5 == 4:
        ways = (Fails(status=500), Fails("half_a_stream"), Fails("cut_off"), Fails(status=429))
        return ways[number // 5 % 4]
    request = {
        "metrics": ["orders"],
        "group_by": ["city"],
        "period": "上个月",
        "having": [{"column": "orders", "op": ">", "values": [int(wanted[1])]}],
    }
    pieces = ("上个月 period", "糊弄 metrics[0]", f"超过{wanted[1]}坨 having[0]", "的城市 group_by[0]")
    words = [{"said": said, "part": part} for said, part in (piece.split(" ") for piece in pieces)]
    reply = {"answer": "metrics", "request": request, "words": words}
    return Says(calls=(("reply", reply),), delay_seconds=0.1 + number % 7 / 20)


def _number(outcome: Outcome) -> float | None:
    if not isinstance(outcome, Answerable) or outcome.reading.translator != "llm":
        return None
    assert isinstance(outcome.request, MetricQuery)
    return outcome.request.having[0].values[0]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries that a test need not wait for."""
    monkeypatch.setattr(calls, "_FIRST_PAUSE_SECONDS", 0.05)


def test_fifty_at_once(talking: Talking) -> None:
    with talking(_flaky, llm_seconds=25) as (both, server):
        both.agent.breaker.failures = 1000
        started = time.perf_counter()
        with ThreadPoolExecutor(MOST) as pool:
            outcomes = list(pool.map(lambda number: both.translate(question(_text(number))), range(2, MOST + 2)))
        taken = time.perf_counter() - started
    found = [_number(each) for each in outcomes]
    assert all(number in (None, wanted) for wanted, number in enumerate(found, 2)), "an answer to another's question"
    assert sum(number is not None for number in found) >= MOST - 5
    assert taken < 25 and len(server.bodies) <= MOST * 3


def test_the_days_budget_is_not_spent_twice(talking: Talking) -> None:
    with talking(_flaky, llm_calls_per_day=20, llm_seconds=25) as (both, server):
        both.agent.breaker.failures = 1000
        with ThreadPoolExecutor(MOST) as pool:
            list(pool.map(lambda number: both.translate(question(_text(number))), range(2, MOST + 2)))
    # a call whose connection breaks is spent, though the server has seen nothing of it
    assert 15 <= len(server.bodies) <= 20
