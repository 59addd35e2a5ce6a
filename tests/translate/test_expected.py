"""What is expected of a question's words: likely readings are answered, unlikely ones put to the asker first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from chat_service.outcomes import Answerable, Clarification, Question, Reading
from chat_service.settings import Settings
from chat_service.translate.expected.asking import asked_if_unsure
from chat_service.translate.expected.concepts import concepts
from chat_service.translate.expected.expectation import Expectation, names_of
from chat_service.translate.expected.traits import traits
from chat_service.translate.offline import OfflineTranslator
from semantic_layer import Compare, FieldFilter, ListQuery, MetricFilter, MetricQuery, Model, Order, Period, Request
from semantic_layer.loading.load import load_model
from tests.translate.case_files import cases
from tests.translate.said import Plain, outcome_as_case

_MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1), grain="month")
_GOLD = FieldFilter(field="member_tier", values=("gold",))

# what was asked, what it asks for, and what a word taken for another would make of it
_READ: list[tuple[str, Request, Request]] = [
    (
        "上个月金卡会员的复购率",
        MetricQuery(metrics=("repurchase_rate",), period=_MAY, filters=(_GOLD,)),
        MetricQuery(metrics=("churn_rate",), period=_MAY, filters=(_GOLD,)),
    ),
    (
        "how many items did we sell last month",
        MetricQuery(metrics=("units_sold",), period=_MAY),
        MetricQuery(metrics=("orders",), period=_MAY),
    ),
    (
        "哪些客户上个月没下单",
        ListQuery(filters=(MetricFilter(metric="orders", op="=", values=(0,), period=_MAY),)),
        MetricQuery(metrics=("orders",), period=_MAY),
    ),
    (
        "top 5 cities by revenue last month",
        MetricQuery(
            metrics=("revenue",),
            group_by=("city",),
            period=_MAY,
            order_by=(Order(column="revenue", descending=True),),
            limit=5,
        ),
        MetricQuery(metrics=("revenue",), group_by=("city",), period=_MAY, compare=Compare(to="year")),
    ),
]


@pytest.mark.parametrize(("text", "meant", "other"), _READ)
def test_what_is_meant_is_likelier_than_what_is_not(
    text: str, meant: Request, other: Request, translator: OfflineTranslator, loyalty: Model, today: date
) -> None:
    said, expectation = concepts(translator.mentions(Question(text, today)), loyalty), Expectation(loyalty)
    right, wrong = (expectation.right(said, traits(each), follows=False) for each in (meant, other))
    assert right > 0.9 > wrong


def test_traits_hold_no_literal_and_nothing_that_nobody_asked_for() -> None:
    silver = FieldFilter(field="member_tier", values=("silver",))
    named = FieldFilter(field="city", op="is not null", origin="default")
    gold, other = (MetricQuery(metrics=("revenue",), filters=(each,)) for each in (_GOLD, silver))
    assert traits(gold) == traits(other)
    assert not any("city" in each for each in traits(MetricQuery(metrics=("revenue",), filters=(named,))))


def test_a_question_that_follows_is_weighed_by_what_it_changes(
    loyalty: Model, translator: OfflineTranslator, today: date
) -> None:
    before = MetricQuery(metrics=("revenue",), period=_MAY)
    after, other = (before.model_copy(update={"group_by": (each,)}) for each in ("city", "member_tier"))
    said, expectation = (
        concepts(translator.mentions(Question("按城市看", today)), loyalty, follows=True),
        Expectation(loyalty),
    )
    right, wrong = (expectation.right(said, traits(each) - traits(before), follows=True) for each in (after, other))
    assert right > wrong


def test_names_of_another_model_are_not_expected() -> None:
    insurer = load_model(Path(__file__).parent / "others" / "insurer.yaml")
    expectation = Expectation(insurer)
    expected = expectation.odds(())
    assert "metrics=revenue" not in expected and "kind=list" in expected and not expectation.fits


def test_every_name_that_is_learned_is_one_of_the_model(loyalty: Model) -> None:
    named = {each.partition("=")[2] for each in Expectation(loyalty).odds(()) if "metrics=" in each}
    assert named and named <= names_of(loyalty)


@pytest.mark.parametrize(("confidence", "asks"), [(0.5, True), (0.9, False)])
def test_an_unsure_answer_is_put_to_the_asker(confidence: float, asks: bool, today: date) -> None:
    request = MetricQuery(metrics=("revenue",), period=_MAY)
    found = asked_if_unsure(
        Answerable(request, Reading("en", confidence=confidence)), Question("revenue in May?", today), 0.9
    )
    if asks:
        assert isinstance(found, Clarification)
        assert (found.code, [each.request for each in found.choices]) == ("unsure", [request])
    else:
        assert isinstance(found, Answerable)


def test_what_was_chosen_is_not_asked_again(today: date) -> None:
    chosen = Answerable(MetricQuery(metrics=("revenue",)), Reading("en", confidence=0.0, basis=("nothing_understood",)))
    assert asked_if_unsure(chosen, Question("1", today), 0.9) is chosen


def _misread() -> list[ParameterSet]:
    marks = {True: [pytest.mark.xfail(reason="answered as something else", strict=True)], False: []}
    return [
        pytest.param(each["q"], each["meant"], id=each["q"], marks=marks["gap" in each]) for each in cases("unsure")
    ]


@pytest.mark.parametrize(("text", "meant"), _misread())
def test_what_the_rules_misread_is_not_answered(
    text: str, meant: dict[str, Plain], translator: OfflineTranslator, today: date
) -> None:
    question = Question(text, today)
    outcome = asked_if_unsure(translator.translate(question), question, Settings().rules_threshold)
    assert not isinstance(outcome, Answerable) or outcome_as_case(outcome) == meant
