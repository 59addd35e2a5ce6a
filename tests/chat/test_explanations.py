"""Why a number changed, as it is shown: the sentence, the waterfall, what stands beside them, in both languages."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from chat_service.present.explanations import explanation, false_premise
from semantic_layer.query.requests import ExplainQuery, FieldFilter
from semantic_layer.time.periods import unit
from tests.chat.conftest import Ask, Show

jsonschema = pytest.importorskip("jsonschema", reason="the dev tools are not installed")
MARCH = unit("month", date(2026, 3, 1))
CHURN = ExplainQuery(metric="churn_rate", period=MARCH)
REVENUE = ExplainQuery(metric="revenue", period=MARCH, filters=(FieldFilter(field="region", values=("east",)),))


@cache
def _validator() -> Any:  # noqa: ANN401 — the library has no types
    text = files("altair.vegalite.v6.schema").joinpath("vega-lite-schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft7Validator(json.loads(text))


@pytest.mark.parametrize("request_", [CHURN, REVENUE], ids=["a rate", "a sum"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_change_is_drawn_as_a_waterfall(request_: ExplainQuery, language: Any, show: Show) -> None:  # noqa: ANN401
    answer = show(request_, language)
    assert answer.chart is not None and answer.finding is not None
    assert list(_validator().iter_errors(answer.chart)) == []
    found = explanation(answer.finding)
    bars: Any = answer.chart["data"]
    *groups, whole = bars["values"]
    assert [bar["from"] for bar in groups] == [0.0, *(bar["to"] for bar in groups[:-1])]
    assert groups[-1]["to"] == pytest.approx(whole["to"]) == pytest.approx(found.change)
    assert len(groups) == len(found.of(found.dimensions[0]))


def test_the_sentence_tells_the_change_and_who_made_it(show: Show) -> None:
    by_tier = CHURN.model_copy(update={"dimensions": ("member_tier",)})
    for language, moved in (("zh", ("上升", "下降")), ("en", ("up", "down"))):
        answer = show(by_tier, language)
        assert answer.finding is not None
        change = explanation(answer.finding).change
        assert change
        assert moved[change < 0] in answer.text and moved[change > 0] not in answer.text.split("。")[0].split(". ")[0]
        assert answer.restated


def test_asked_in_words_and_typed_are_the_same(ask: Ask, show: Show) -> None:
    asked = ask("为什么2026年3月流失率上升了", "zh")
    assert asked.request == CHURN and asked.table is not None
    typed = show(CHURN)
    assert typed.table is not None and asked.table.rows == typed.table.rows
    assert "dimensions_overlap" in {note.code for note in asked.notes}


def test_what_cannot_be_taken_apart_is_a_problem_with_words(ask: Ask) -> None:
    asked = ask("为什么2026年5月中位数订单金额变化了")
    assert asked.failure is not None
    assert [each.code for each in asked.failure.problems] == ["not_decomposable"]
    assert "中位数" in asked.text


def test_nothing_in_a_period_is_said(show: Show) -> None:
    answer = show(ExplainQuery(metric="aov", period=unit("month", date(2019, 3, 1))))
    assert answer.chart is None and answer.text


@pytest.mark.parametrize(
    ("asked", "moved"),
    [
        ("why did {} fall in March 2026", False),
        ("why did {} rise in March 2026", True),
        ("2026年3月{}为什么下降了", False),
        ("2026年3月{}为什么上升了", True),
    ],
)
def test_a_premise_that_is_false_is_said_to_be_false_first(asked: str, moved: bool, ask: Ask) -> None:
    answer = ask(asked.format("流失率" if "月" in asked else "churn rate"))
    assert answer.finding is not None and answer.request == CHURN
    change = explanation(answer.finding).change
    assert change
    denied = false_premise(answer.finding, answer.reading.moved)
    assert bool(denied) is ((change > 0) is not moved)
    assert answer.text.startswith(denied)


@pytest.mark.parametrize(("word", "is_true"), [("improve", False), ("worsen", True), ("改善", False), ("恶化", True)])
def test_better_and_worse_are_judged_by_what_is_measured(word: str, is_true: bool, ask: Ask) -> None:
    asked = f"why did churn rate {word} in March 2026" if word.isascii() else f"2026年3月流失率为什么{word}"
    answer = ask(asked)
    assert answer.finding is not None and explanation(answer.finding).change
    rose = (explanation(answer.finding).change or 0) > 0  # and a churn rate that rises is worse
    assert bool(false_premise(answer.finding, answer.reading.moved)) is (rose is not is_true)
