"""Rules and agent together: who is asked when, what two readings become, and that without a model nothing changes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chat_service.answer import answer
from chat_service.asking import Answer, Asked, TranslatorName
from chat_service.channels.bodies import chat_body
from chat_service.outcomes import Answerable, Clarification, Previous, Question
from chat_service.services import Services
from semantic_layer import FieldFilter, MetricQuery
from tests.agent.conftest import Talking, question, with_model
from tests.agent.model_server import Fails, Says, in_turn, serving
from tests.conftest import TODAY

SURE = "上个月的销售额"
UNSURE = "上个月揽客多少单"


_MAY = {"metrics": ["orders"], "period": "上个月"}


def _reply(request: dict[str, Any], words: list[dict[str, str]]) -> Says:
    return Says(calls=(("reply", {"answer": "metrics", "request": request, "words": words}),))


def _orders(**changes: Any) -> Says:  # noqa: ANN401 - any part of a request
    words = [{"said": "上个月", "part": "period"}, {"said": "揽客多少单", "part": "metrics[0]"}]
    return _reply({**_MAY, **changes}, words)


def _sales(metric: str = "revenue") -> Says:
    words = [{"said": "上个月的", "part": "period"}, {"said": "销售额", "part": "metrics[0]"}]
    return _reply({"metrics": [metric], "period": "上个月"}, words)


def test_no_call_where_the_rules_are_sure(talking: Talking, base: Services) -> None:
    with talking(in_turn(_orders()), llm_threshold=0.85) as (both, server):
        assert both.translate(question(SURE)) == base.translator.translate(question(SURE))
    assert not server.bodies


def test_the_agent_reads_what_the_rules_cannot_and_is_told_what_they_made_of_it(talking: Talking) -> None:
    with talking(in_turn(_orders(metrics=["new_customers"]))) as (both, server):
        outcome = both.translate(question(UNSURE))
    assert isinstance(outcome, Answerable)
    assert outcome.reading.translator == "llm" and outcome.reading.prompt and outcome.reading.other
    assert "The rules' reading, which may be wrong" in server.bodies[0]["messages"][1]["content"]


@pytest.mark.parametrize("checks", [False, True])
def test_two_readings_that_agree_raise_confidence(checks: bool, talking: Talking) -> None:
    """The model reads every question unless it is told how sure the rules may be alone."""
    with talking(in_turn(_sales()), llm_check=checks) as (both, server):
        outcome = both.translate(question(SURE))
    assert isinstance(outcome, Answerable) and "readers_agree" in outcome.reading.basis
    assert outcome.reading.confidence >= 0.98 and len(server.bodies) == 1


def test_two_readings_that_differ_are_asked_about(talking: Talking) -> None:
    with talking(in_turn(_sales("item_revenue")), llm_check=True) as (both, _):
        outcome = both.translate(question(SURE))
        assert isinstance(outcome, Clarification) and outcome.code == "two_readers"
        metrics = [c.request.metrics for c in outcome.choices if isinstance(c.request, MetricQuery)]
        assert metrics == [("revenue",), ("item_revenue",)]
        taken = Question(
            outcome.choices[1].label, TODAY, previous=Previous(MetricQuery(metrics=("orders",)), pending=outcome)
        )
        chosen = both.translate(taken)
    assert isinstance(chosen, Answerable) and chosen.request == outcome.choices[1].request


def test_where_they_differ_the_models_reading_stands_and_the_other_is_told(talking: Talking) -> None:
    with talking(in_turn(_sales("item_revenue"))) as (both, _):
        outcome = both.translate(question(SURE))
    assert isinstance(outcome, Answerable) and isinstance(outcome.request, MetricQuery)
    assert outcome.request.metrics == ("item_revenue",)
    assert outcome.reading.translator == "llm" and outcome.reading.other == "2026年5月的销售额"
    assert outcome.reading.has_assumed("readers_differ") and outcome.reading.confidence < 0.9


def test_where_no_reply_held_both_readings_are_offered(talking: Talking) -> None:
    """The rules' reading is not answered as if it were sure; a model that meant the same leaves it as it is."""
    other = _sales("gross_profit")
    words = [{"said": "上个月的", "part": "period"}, {"said": "上个月的", "part": "metrics[0]"}]
    same = _reply({"metrics": ["revenue"], "period": "上个月"}, words)
    with talking(in_turn(other)) as (both, server):
        outcome = both.translate(question(SURE))
        assert len(server.bodies) == 3
        server.script = in_turn(same)
        left = both.translate(question(SURE))
    assert isinstance(outcome, Clarification) and outcome.code == "two_readers"
    metrics = [c.request.metrics for c in outcome.choices if isinstance(c.request, MetricQuery)]
    assert metrics == [("revenue",), ("gross_profit",)]
    assert isinstance(left, Answerable) and left.reading.translator == "offline"


def test_a_request_that_drops_a_word_is_offered(talking: Talking) -> None:
    """Where the rules could not read the question it is the one choice, and the word is named; where they are in doubt
    it is one more."""
    untimed = {"metrics": ["buyers"]}, [{"said": UNSURE, "part": "metrics[0]"}]
    request, words = _MAY, [{"said": "上个月", "part": "period"}, {"said": "揽客多少单", "part": "metrics[0]"}]
    with talking(in_turn(_reply(*untimed))) as (both, server):
        in_doubt = both.translate(question(UNSURE))
        server.script = in_turn(_reply(request, words))
        refused = both.translate(question("上个月金卡揽客多少单"))
    assert isinstance(in_doubt, Clarification) and isinstance(refused, Clarification)
    assert in_doubt.choices[-1].request == MetricQuery(metrics=("buyers",)) and len(in_doubt.choices) == 2
    assert refused.code == "background" and "金卡" in refused.question
    assert [each.label for each in refused.choices] == ["2026年5月的订单数"]


@pytest.mark.parametrize("said", ["第二个", "毛利的那个", "2"])
def test_a_reply_to_a_question_back_is_resolved_without_a_call(said: str, talking: Talking) -> None:
    with talking(in_turn(_sales("gross_profit"))) as (both, server):
        asked = both.translate(question(SURE))
        assert isinstance(asked, Clarification)
        server.bodies.clear()
        outcome = both.translate(Question(said, TODAY, pending=asked))
    assert isinstance(outcome, Answerable) and outcome.request == asked.choices[1].request
    assert not server.bodies


def test_a_question_back_is_shown_with_its_choices(talking: Talking) -> None:
    with talking(in_turn(_sales("gross_profit"))) as (both, server):
        asked = both.translate(question(SURE))
        assert isinstance(asked, Clarification)
        server.bodies.clear()
        both.translate(Question("揽客那头的", TODAY, pending=asked))
    shown = server.bodies[0]["messages"][1]["content"]
    assert (
        'Asked back about "上个月的销售额"' in shown
        and '2: {"answer":"metrics","request":{"metrics":["gross_profit"]' in shown
    )


def test_a_follow_up_across_both(talking: Talking) -> None:
    before = MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="city", values=("上海",)),))
    reply = {
        "answer": "metrics",
        "request": {"metrics": ["revenue"], "filters": [{"field": "city", "values": ["杭州"]}]},
        "words": [{"said": "那西湖边那座城", "part": "filters[0]"}, {"said": "呢", "part": "none"}],
    }
    with talking(in_turn(Says(calls=(("reply", reply),)))) as (both, server):
        outcome = both.translate(Question("那西湖边那座城呢", TODAY, previous=Previous(before)))
    assert isinstance(outcome, Answerable)
    assert outcome.request.filters == (FieldFilter(field="city", values=("杭州",)),)
    assert '"values":["上海"]' in server.bodies[0]["messages"][1]["content"]


def test_a_part_that_nobody_asked_for_is_not_taken(talking: Talking, base: Services) -> None:
    sneaked = _orders(filters=[{"field": "city", "values": ["上海"]}])
    with talking(in_turn(sneaked, sneaked, sneaked)) as (both, server):
        outcome = both.translate(question(UNSURE))
    assert outcome == base.read(question(UNSURE), "offline")
    assert "filters[0] (city = 上海): no words of the question made it" in server.bodies[1]["messages"][-1]["content"]


def test_a_word_that_means_something_is_never_left_out(talking: Talking) -> None:
    request = {"metrics": ["orders"], "period": "上个月"}
    words = [
        {"said": "上个月", "part": "period"},
        {"said": "金卡", "part": "none"},
        {"said": "揽客多少单", "part": "metrics[0]"},
    ]
    dropped = Says(calls=(("reply", {"answer": "metrics", "request": request, "words": words}),))
    with talking(in_turn(dropped)) as (both, server):
        outcome = both.translate(question("上个月金卡揽客多少单"), "llm")
    assert len(server.bodies) == 3
    assert getattr(outcome, "code", "") == "unknown_word" and "金卡" in getattr(outcome, "message", "")


def test_a_metrics_own_name_is_no_other_metric(talking: Talking) -> None:
    with talking(in_turn(_sales("gross_profit"), _sales())) as (both, server):
        outcome = both.translate(question(SURE), "llm")
    assert isinstance(outcome, Answerable) and isinstance(outcome.request, MetricQuery)
    assert outcome.request.metrics == ("revenue",)
    assert "'销售额' names revenue, not gross_profit" in server.bodies[1]["messages"][-1]["content"]


def test_dates_that_the_service_reckons_otherwise_are_looked_at_again(talking: Talking) -> None:
    wrong = _orders(period={"start": "2026-04-01", "end": "2026-05-01", "grain": "month"})
    with talking(in_turn(wrong, _orders())) as (both, server):
        outcome = both.translate(question(UNSURE))
    assert isinstance(outcome, Answerable) and isinstance(outcome.request, MetricQuery)
    assert str(outcome.request.period) == "2026-05-01/2026-06-01" and len(server.bodies) == 2


def _body(found: Answer, services: Services) -> str:
    body = chat_body(found, services.layer, request_id="r", conversation_id="c", message_id="m")
    return body.model_copy(update={"timings_ms": {}}).model_dump_json(warnings=False)


QUESTIONS = (
    SURE,
    "各城市的订单数",
    "which customers may churn",
    UNSURE,
    "复购率是什么意思",
    "天气怎么样",
    "上周呢",
    "",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_without_its_server_every_answer_has_the_same_bytes(text: str, base: Services) -> None:
    def asked(services: Services, translator: TranslatorName = "auto") -> str:
        return _body(answer(Asked(question(text), services.reader, translator=translator), services), services)

    with serving(in_turn(Fails(status=500, message="gone"))) as server:
        broken = with_model(base, server.url, llm_calls=1)
        assert asked(broken) == asked(base)
        assert asked(broken, "offline") == asked(base)
        if "together" in vars(broken):
            broken.together.agent.close()


def test_without_a_key_nothing_is_imported_and_nobody_is_called(demo_database: Path) -> None:
    program = f"""
import socket, sys
def refuse(*_): raise AssertionError("a connection without a key")
socket.socket.connect = refuse
from typer import Exit
from chat_service.commands.ask import ask
try:
    ask("{UNSURE}", json=True, db={str(demo_database)!r})
except Exit:
    pass  # not answered
found = [name for name in ("openai", "langchain", "langchain_openai", "langgraph", "httpx2") if name in sys.modules]
assert not found, found
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PATH": ""}, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["provenance"]["translator"] == "offline"


def test_verified_questions_come_first(base: Services, tmp_path: Path) -> None:
    file = tmp_path / "verified.yaml"
    file.write_text("- question: 本月业绩\n  request: {metrics: [gross_profit], period: 本月}\n", encoding="utf-8")
    services = with_model(base, "http://127.0.0.1:1/v1", verified_questions=file)
    outcome = services.read(question("本月业绩？"))
    assert isinstance(outcome, Answerable) and outcome.reading.translator == "verified"
    assert isinstance(outcome.request, MetricQuery) and outcome.request.metrics == ("gross_profit",)


def test_progress_is_told(talking: Talking) -> None:
    steps: list[str] = []
    lookup = Says(calls=(("find_names", {"phrase": "单"}),))
    with talking(in_turn(lookup, _orders())) as (both, _):
        both.translate(question(UNSURE), say=steps.append)
    assert steps == ["asking_model", "looking_up", "asking_model", "checking"]
