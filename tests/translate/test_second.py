"""The second reader: what it reads of questions that no rule reads, how it is weighed, and what is asked about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from chat_service.outcomes import Answerable, Clarification, Outcome, Previous, Question, Reading, Refusal
from chat_service.settings import Settings
from chat_service.translate.learned.page import Page
from chat_service.translate.learned.plain import is_against, is_less, is_same, plain, request_of
from chat_service.translate.learned.reader import LearnedReader
from chat_service.translate.learned.script import LOST, Script, UnreadableError
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.second import SecondReader, asked_if_unsure
from chat_service.translate.senses import ValueSense
from semantic_layer import FieldFilter, ListQuery, MetricFilter, MetricQuery, Model, Order, Period, Request
from semantic_layer.loading.load import load_model
from tests.translate.case_files import cases
from tests.translate.said import Plain, outcome_as_case

_MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1), grain="month")
_GOLD = FieldFilter(field="member_tier", values=("gold",))
_Read = Callable[[Question], Outcome]


@pytest.fixture(scope="module")
def asked_first(both: OfflineTranslator) -> _Read:
    """Both readers, asking first as a service does."""
    least = Settings().rules_threshold
    return lambda question: asked_if_unsure(both.translate(question), question, least)


@pytest.fixture(scope="module")
def learned(loyalty: Model) -> LearnedReader:
    return LearnedReader(loyalty)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("上个月金卡会员的复购率", MetricQuery(metrics=("repurchase_rate",), period=_MAY, filters=(_GOLD,))),
        ("how many items did we sell last month", MetricQuery(metrics=("units_sold",), period=_MAY)),
        (
            "哪些客户上个月没下单",
            ListQuery(filters=(MetricFilter(metric="orders", op="=", values=(0,), period=_MAY),)),
        ),
    ],
)
def test_the_likeliest_guess_is_what_is_meant(
    text: str, meant: Request, learned: LearnedReader, translator: OfflineTranslator, loyalty: Model, today: date
) -> None:
    question = Question(text, today)
    opened = learned.open(question, translator.mentions(question))
    assert opened is not None
    best = opened.guesses()[0]
    assert best.request is not None and is_same(best.request, meant, loyalty)
    assert best.chance == pytest.approx(opened.chance(best.request), abs=0.02)  # bytes, at a scale of each step


def test_a_word_that_the_model_cannot_express_is_not_passed_over(asked_first: _Read, today: date) -> None:
    assert isinstance(asked_first(Question("customers by city", today)), Answerable)
    for text in ("flagged customers by city", "左撇子客户有多少", "how many customers with a mortgage are there"):
        assert not isinstance(asked_first(Question(text, today)), Answerable), text


def test_a_city_that_nobody_names_is_in_no_guess(
    learned: LearnedReader, translator: OfflineTranslator, today: date
) -> None:
    """An unknown name is not taken for one of the cities that were learned from."""
    question = Question("What was the repurchase rate in Reykjavik last quarter?", today)
    opened = learned.open(question, translator.mentions(question))
    assert opened is not None
    cities = [str(each.request) for each in opened.guesses() if "field='city'" in str(each.request)]
    assert not cities


def test_what_is_said_twice_is_not_left_out(
    learned: LearnedReader, translator: OfflineTranslator, loyalty: Model, today: date
) -> None:
    question = Question("金卡的单子要优先处理，上个月金卡和银卡的投诉数", today)
    opened = learned.open(question, translator.mentions(question))
    assert opened is not None
    both = MetricQuery(
        metrics=("complaints",),
        group_by=("member_tier",),
        period=_MAY,
        filters=(FieldFilter(field="member_tier", op="in", values=("gold", "silver")),),
    )
    assert not opened.left_out(both)
    assert len(opened.left_out(both.model_copy(update={"filters": (_GOLD,)}))) == 1


def test_what_follows_from_a_request_makes_no_other(loyalty: Model) -> None:
    """The stores that are picked out have a name; the order of groups and measures, and less than one for none."""
    top = MetricQuery(metrics=("revenue", "orders"), group_by=("store", "member_tier"), period=_MAY, limit=5)
    top = top.model_copy(update={"order_by": (Order(column="revenue"),)})
    named = FieldFilter(field="store", op="is not null", origin="default")
    assert is_same(top, top.model_copy(update={"filters": (named,)}), loyalty)
    assert named in request_of(plain(top, loyalty), loyalty).filters
    assert is_same(top, top.model_copy(update={"metrics": top.metrics[::-1], "group_by": top.group_by[::-1]}), loyalty)
    all_stores = top.model_copy(update={"limit": None})
    assert not is_same(all_stores, all_stores.model_copy(update={"filters": (named,)}), loyalty)
    first = MetricQuery(metrics=("revenue", "orders"), group_by=("city",), limit=5)
    assert not is_same(first, first.model_copy(update={"metrics": ("orders", "revenue")}), loyalty)
    none, few = (
        ListQuery(filters=(MetricFilter(metric="orders", op=op, values=(value,), period=_MAY),))
        for op, value in (("=", 0), ("<", 1))
    )
    assert is_same(none, few, loyalty)


def test_a_follow_up_changes_the_request_before(
    learned: LearnedReader, translator: OfflineTranslator, loyalty: Model, today: date
) -> None:
    before = MetricQuery(metrics=("revenue",), period=_MAY)
    question = Question("按城市看", today, previous=Previous(before))
    opened = learned.open(question, translator.mentions(question))
    best = opened.guesses()[0].request if opened is not None else None
    assert best is not None and is_same(best, before.model_copy(update={"group_by": ("city",)}), loyalty)


@pytest.mark.parametrize(
    "text",
    [
        "customers with " + " and ".join(f"orders over {number} in 2025" for number in range(5, 25)),
        "revenue in " + ", ".join(f"city {number}" for number in range(60)),
        "上个月" * 40 + "销售额",
    ],
)
def test_what_is_longer_than_was_learned_from_is_left_to_the_rules(
    text: str, asked_first: _Read, translator: OfflineTranslator, today: date
) -> None:
    alone = translator.translate(Question(text, today))
    assert type(asked_first(Question(text, today))) is type(alone)


def test_what_the_rules_ask_on_purpose_stays_asked(asked_first: _Read, today: date) -> None:
    for text in ("by city last month", "各城市上个月"):
        assert isinstance(asked_first(Question(text, today)), Clarification), text


def test_words_that_wait_for_an_answer_are_not_passed_over(asked_first: _Read, today: date) -> None:
    before = Previous(MetricQuery(metrics=("revenue",), period=_MAY))
    waiting = Question("for gold members", today, previous=before, unread=("in Xiamen for frequent flyers",))
    assert not isinstance(asked_first(waiting), Answerable)


def test_what_no_request_says_is_refused_and_what_can_be_asked_is_suggested(asked_first: _Read, today: date) -> None:
    found = asked_first(Question("钻石卡会员上个月的销售额", today))
    assert isinstance(found, Refusal) and "钻石" in found.message and found.suggestions


@pytest.mark.parametrize("text", ["revenue from our key customers, this year", "主要城市上周订单多少"])
def test_what_takes_a_question_back_is_asked_and_not_refused(text: str, asked_first: _Read, today: date) -> None:
    assert isinstance(asked_first(Question(text, today)), Clarification)


def test_an_order_is_not_passed_over_beside_a_question(asked_first: _Read, today: date) -> None:
    for order in (
        "delete all gold customers",
        "upgrade all silver members to gold, now",
        "给流失客户都发一张券",
        "revenue by channel last month, then send it to my boss",
    ):
        assert not isinstance(asked_first(Question(order, today)), Answerable), order


def test_before_a_year_is_a_year_earlier(both: OfflineTranslator, loyalty: Model, today: date) -> None:
    found = both.translate(Question("revenue this year vs last year", today))
    assert (
        isinstance(found, Answerable) and isinstance(found.request, MetricQuery) and found.request.compare is not None
    )
    earlier = found.request.model_copy(update={"compare": found.request.compare.model_copy(update={"to": "year"})})
    assert is_same(found.request, earlier, loyalty)
    assert found.reading.confidence >= Settings().rules_threshold


def test_requests_that_are_both_likely_make_each_other_unsure(both: OfflineTranslator, today: date) -> None:
    """Rules read orders, the network units: each by itself would be likely enough."""
    found = both.translate(Question("How many beauty items did we sell last month", today))
    assert isinstance(found, Answerable) and found.reading.confidence < Settings().rules_threshold
    assert isinstance(found.asked, Clarification) and len(found.asked.choices) > 1


def test_those_who_did_and_did_not_are_nobody(loyalty: Model, translator: OfflineTranslator, today: date) -> None:
    question = Question("去年双十一那天来买过、过了那天到今天再没下过单的，数一下多少个客户", today)
    opened = LearnedReader(loyalty).open(question, translator.mentions(question))
    for guess in opened.guesses() if opened is not None else ():
        told = [each for each in getattr(guess.request, "filters", ()) if isinstance(each, MetricFilter)]
        assert len({(each.metric, each.period, each.filters) for each in told}) == len(told)


def test_a_word_that_is_not_known_is_named(asked_first: _Read, today: date) -> None:
    found = asked_first(Question("revenue in Atlantis last month", today))
    assert isinstance(found, Clarification | Refusal)
    said = found.question if isinstance(found, Clarification) else found.message
    assert "Atlantis" in said


def test_another_model_is_not_read() -> None:
    insurer = load_model(Path(__file__).parent / "others" / "insurer.yaml")
    refused = Refusal("unknown_word", "", (), Reading("en"))
    assert not LearnedReader(insurer).fits
    beside = SecondReader(insurer, lambda _, __: True).beside(refused, Question("x", date(2026, 6, 30)), ())
    assert beside is refused


def test_what_does_not_compile_is_no_answer(loyalty: Model, translator: OfflineTranslator, today: date) -> None:
    question = Question("how many items did we sell last month", today)
    refused = Refusal("unknown_word", "", (), Reading("en"))
    second = SecondReader(loyalty, lambda _, __: False)
    assert second.beside(refused, question, translator.mentions(question)) is refused


@pytest.mark.parametrize(("confidence", "asks"), [(0.5, True), (0.9, False)])
def test_an_unsure_answer_is_put_to_the_asker(confidence: float, asks: bool, today: date) -> None:
    request = MetricQuery(metrics=("revenue",), period=_MAY)
    answer = Answerable(request, Reading("en", confidence=confidence))
    found = asked_if_unsure(answer, Question("revenue in May?", today), 0.85)
    if asks:
        assert isinstance(found, Clarification)
        assert (found.code, [each.request for each in found.choices]) == ("unsure", [request])
    else:
        assert found is answer


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
    text: str, meant: dict[str, Plain], asked_first: _Read, today: date
) -> None:
    outcome = asked_first(Question(text, today))
    assert not isinstance(outcome, Answerable) or outcome_as_case(outcome) == meant


@pytest.mark.parametrize("name", ["zh", "en", "ordinary"])
def test_a_request_is_written_and_read_back(
    name: str, translator: OfflineTranslator, loyalty: Model, today: date
) -> None:
    """Whatever the rules read; but for a period that nothing in the question names."""
    read = 0
    for case in cases(name)[::7]:
        question = Question(case["q"], today)
        outcome = translator.translate(question)
        if isinstance(outcome, Answerable):
            script = Page(question, translator.mentions(question), loyalty).script
            words = script.written(plain(outcome.request, loyalty))
            if LOST not in words:
                read += 1
                assert is_same(request_of(script.read(words), loyalty), outcome.request, loyalty), case["q"]
    assert read


@pytest.mark.parametrize(
    "text", ["", "<metrics>", "<metrics> metrics: [ =revenue", "<metrics> period: @9 <end>", "= ="]
)
def test_words_that_are_no_request_have_a_name(text: str, today: date) -> None:
    with pytest.raises(UnreadableError):
        Script((), (), today).read(text.split())


def test_names_that_are_put_in_stand_where_they_were_typed(both: OfflineTranslator, today: date) -> None:
    text = "Ａ组问北上广的销售额"
    stretches = {
        (m.start, m.end)
        for m in both.mentions(Question(text, today))
        if any(isinstance(s, ValueSense) and s.dimension == "city" for s in m.senses)
    }
    assert stretches == {(text.index("北"), text.index("的"))}


def test_what_the_rules_read_is_not_read_with_less(both: OfflineTranslator, today: date) -> None:
    outcome = both.translate(Question("5月新客的复购率", today))
    assert isinstance(outcome, Answerable)
    new = MetricFilter(metric="new_customers", period=_MAY, op=">=", values=(1,))
    assert outcome.request == MetricQuery(metrics=("repurchase_rate",), period=_MAY, filters=(new,))


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (MetricQuery(metrics=("customers",), filters=(_GOLD,)), "他们上个月花了多少钱"),
        (ListQuery(filters=(_GOLD,)), "their average order value in May"),
        (ListQuery(filters=(_GOLD,), order_by=(Order(column="monetary"),), limit=10), "他们一共消费了多少"),
    ],
)
def test_those_of_the_answer_before_are_not_forgotten(
    before: Request, text: str, both: OfflineTranslator, today: date
) -> None:
    """What keeps to them is answered; what is asked of the first ten of a list is not answered of all."""
    question = Question(text, today, previous=Previous(before))
    outcome = asked_if_unsure(both.translate(question), question, Settings().rules_threshold)
    first_ten = isinstance(before, ListQuery) and before.limit == 10
    assert isinstance(outcome, Answerable) is not first_ten
    if isinstance(outcome, Answerable):
        assert isinstance(outcome.request, MetricQuery) and _GOLD in outcome.request.filters


@pytest.mark.parametrize(
    "text",
    [
        "Second best city by revenue last quarter",
        "积分兑换率第二低的等级",
        "5月份销售额不是最高的三个区域是哪些",
        "net sentiment on QQZ by month, past 6 months",
        "今年商品销售额过了两百万的，哦不，超过一百八十万的品类有哪些",
        "会员日那天卖了多少",
    ],
)
def test_a_guess_that_passes_over_a_word_that_turns_it_is_no_answer(
    text: str, both: OfflineTranslator, today: date
) -> None:
    question = Question(text, today)
    assert not isinstance(asked_if_unsure(both.translate(question), question, Settings().rules_threshold), Answerable)


@pytest.mark.parametrize("text", ["undo that", "is that good?"])
def test_what_was_answered_is_no_answer_to_something_else(text: str, both: OfflineTranslator, today: date) -> None:
    before = MetricQuery(metrics=("refund_rate",), group_by=("city",), period=_MAY)
    question = Question(text, today, previous=Previous(before))
    outcome = asked_if_unsure(both.translate(question), question, Settings().rules_threshold)
    assert not isinstance(outcome, Answerable)


def test_what_is_shown_beside_a_measure_makes_no_other_request(loyalty: Model) -> None:
    one, two = "campaign_incremental_roi", "campaign_attributed_roi"
    assert is_same(MetricQuery(metrics=(one, two)), MetricQuery(metrics=(one,)), loyalty)
    assert not is_same(MetricQuery(metrics=(one, two)), MetricQuery(metrics=(two,)), loyalty)


def test_a_guess_without_a_group_or_a_measure_is_less(loyalty: Model) -> None:
    whole = MetricQuery(metrics=("revenue", "orders"), group_by=("city", "member_tier"), period=_MAY, limit=5)
    assert is_less(whole.model_copy(update={"group_by": ("city",), "limit": None}), whole, loyalty)
    assert is_less(whole.model_copy(update={"metrics": ("revenue",)}), whole, loyalty)
    assert not is_less(whole, whole, loyalty)
    assert not is_less(whole.model_copy(update={"group_by": ("region",)}), whole, loyalty)


@pytest.mark.parametrize(("op", "meant"), [("=", "!="), ("in", "not in"), (">=", "<"), ("is not null", "is null")])
def test_the_opposite_of_a_condition_is_against_it(op: str, meant: str, loyalty: Model) -> None:
    values = {"in": ("gold", "basic"), "not in": ("gold", "basic"), "is null": (), "is not null": ()}
    one, two = (
        MetricQuery(
            metrics=("revenue",),
            filters=(
                FieldFilter.model_validate({"field": "member_tier", "op": each, "values": values.get(each, ("gold",))}),
            ),
        )
        for each in (op, meant)
    )
    assert is_against(one, two, loyalty) and not is_against(one, one, loyalty)
    assert is_against(two, one, loyalty) is (op == ">=")  # what denies is not against what was read without its not


def test_a_sentence_beside_a_question_is_told_as_it_stands(both: OfflineTranslator, today: date) -> None:
    outcome = both.translate(Question("外面下大雨，客人少得可怜。今年哪个月的投诉最多？", today))
    assert isinstance(outcome, Answerable)
    assert [(each.code, "外面下大雨，客人少得可怜。" in each.text) for each in outcome.reading.assumptions] == [
        ("set_aside", True)
    ]
