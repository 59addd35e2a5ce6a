"""What an answer says: the period with both ends, the figures of the table, what was compared and left out."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from chat_service.outcomes import Assumption, Language, Reading
from chat_service.present.changes import change_words
from chat_service.present.dates import bucket_name, period_words
from chat_service.present.figures import figure, scale_of
from chat_service.services import Services
from semantic_layer.model.labels import label_in
from semantic_layer.query.requests import Compare, FieldFilter, Having, ListQuery, MetricQuery, Order
from semantic_layer.time.periods import Period, unit
from tests.chat.conftest import Show

TODAY = date(2026, 6, 30)
MAY = unit("month", TODAY, -1)
YEAR = unit("year", TODAY)
GOLD = FieldFilter(field="member_tier", values=("gold",))
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _query(**parts: Any) -> MetricQuery:  # noqa: ANN401 - parts of a query of any kind
    return MetricQuery(**parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_number_names_its_period_condition_and_value(show: Show, language: Language) -> None:
    answer = show(_query(metrics=("repurchase_rate",), period=MAY, filters=(GOLD,)), language)
    assert answer.status == "answered"
    assert answer.table is not None
    value = answer.table.rows[0][0]
    for piece in ("2026-05-01", "2026-05-31", figure(value, "percent", language)):
        assert piece in answer.text
    assert ("金卡" if language == "zh" else "gold") in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", ["revenue", "repurchase_rate", "orders", "nps"])
def test_a_comparison_names_both_sides_and_the_change(show: Show, language: Language, metric: str) -> None:
    answer = show(_query(metrics=(metric,), period=MAY, compare=Compare(to="year")), language)
    assert answer.finding is not None
    row = dict(zip((column.name for column in answer.finding.table.columns), answer.finding.table.rows[0], strict=True))
    measure = answer.finding.names.model.metrics[metric].unit
    now, before = row[metric], row[f"{metric}__previous"]
    assert isinstance(now, int | float) and isinstance(before, int | float)
    for piece in (
        "2025-05-01",
        "2025-05-31",
        scale_of((now, before), measure, language).figure(now),
        scale_of((now, before), measure, language).figure(before),
        change_words(measure, before, now, language),
    ):
        assert piece in answer.text


def test_a_period_that_is_not_over_is_compared_like_for_like_and_said(show: Show) -> None:
    answer = show(_query(metrics=("orders",), period=YEAR, compare=Compare(to="year")))
    assert [note.code for note in answer.notes] == ["like_for_like"]
    assert "2025-06-30" in answer.text


def test_a_whole_period_is_no_like_for_like(show: Show) -> None:
    assert not show(_query(metrics=("orders",), period=MAY, compare=Compare(to="year"))).notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trend_names_first_last_highest_and_lowest(show: Show, language: Language) -> None:
    year = Period(date(2025, 7, 1), date(2026, 7, 1))
    answer = show(_query(metrics=("orders",), group_by=("month",), period=year), language)
    assert answer.table is not None
    counts = {month: count for month, count in answer.table.rows if isinstance(month, date) and isinstance(count, int)}
    assert len(counts) == 12
    by_count = sorted(counts, key=lambda month: counts[month])
    for month in (date(2025, 7, 1), date(2026, 6, 1), by_count[0], by_count[-1]):
        assert bucket_name("month", month, language) in answer.text
        assert figure(counts[month], "count", language) in answer.text


def test_an_incomplete_bucket_is_said_and_is_not_the_low(show: Show) -> None:
    cut = Period(date(2026, 1, 1), date(2026, 6, 3))
    answer = show(_query(metrics=("orders",), group_by=("month",), period=cut))
    assert [note.code for note in answer.notes] == ["incomplete_period"]
    assert "最低是 2026年6月" not in answer.text


def test_a_ranking_names_the_leaders_in_order(show: Show) -> None:
    by_revenue = (Order(column="revenue", descending=True),)
    answer = show(_query(metrics=("revenue",), group_by=("city",), period=YEAR, order_by=by_revenue, limit=5))
    assert answer.table is not None
    first, second, third = (str(city) for city in answer.table.column("city")[:3])
    assert answer.text.index(first) < answer.text.index(second) < answer.text.index(third)
    assert answer.table.total_rows > 5
    assert f"{answer.table.total_rows} 组" in answer.text


def test_the_one_highest_is_named_as_such(show: Show) -> None:
    by_orders = (Order(column="orders", descending=True),)
    answer = show(_query(metrics=("orders",), group_by=("region",), period=YEAR, order_by=by_orders, limit=1))
    assert "最高的是" in answer.text


def test_values_are_said_by_their_labels_and_kept_raw_in_the_table(show: Show) -> None:
    answer = show(_query(metrics=("orders",), group_by=("region",), period=YEAR))
    assert answer.table is not None
    assert "east" in answer.table.column("region")
    assert "华东" in answer.text and "east" not in answer.text


def test_a_share_says_the_share_once(show: Show) -> None:
    answer = show(_query(metrics=("revenue",), group_by=("member_tier",), period=YEAR, shares=("revenue",)))
    assert answer.finding is not None
    assert len(answer.finding.metrics) == 1
    share = max(v for v in answer.finding.table.column("revenue__share") if isinstance(v, float))
    assert answer.text.count(figure(share, "percent", "zh")) == 1


def test_a_list_says_how_many_there_are_and_how_many_are_shown(show: Show) -> None:
    answer = show(ListQuery(filters=(FieldFilter(field="churn_risk", values=("high",)),), limit=3))
    assert answer.table is not None
    assert answer.table.total_rows > 3
    assert f"{answer.table.total_rows:,} 位" in answer.text
    assert "前 3 位" in answer.text


def test_a_stock_is_said_as_of_a_day(show: Show) -> None:
    answer = show(_query(metrics=("customers",)), "en")
    assert answer.text.startswith("As of 2026-06-30")


def test_what_was_assumed_and_not_used_is_said(show: Show) -> None:
    reading = Reading("zh", unused=("环保",), assumptions=(Assumption("default_period", "没有说时间，按全部历史计算"),))
    answer = show(_query(metrics=("orders",)), reading=reading)
    assert "环保" in answer.text
    assert "没有说时间，按全部历史计算。" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "request_",
    [
        _query(metrics=("orders",), period=YEAR, filters=(GOLD,), group_by=("region", "month")),
        _query(metrics=("orders", "aov"), period=MAY, compare=Compare(to="previous")),
        _query(metrics=("revenue",), group_by=("month",), period=YEAR, cumulative=("revenue",)),
        _query(metrics=("orders",), group_by=("city",), having=(Having(column="orders", op=">", values=(3,)),)),
        _query(group_by=("region",)),
        ListQuery(filters=(GOLD,)),
    ],
    ids=lambda request: request.model_dump_json(exclude_defaults=True)[:40],
)
def test_every_shape_is_said_in_both_languages(show: Show, language: Language, request_: MetricQuery) -> None:
    answer = show(request_, language)
    assert answer.status == "answered"
    assert answer.text
    assert answer.restated
    han = any("\u4e00" <= sign <= "\u9fff" for sign in answer.restated)
    assert han == (language == "zh")


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (MAY, "2026年5月（2026-05-01 至 2026-05-31）"),
        (unit("quarter", TODAY), "2026年第2季度（2026-04-01 至 2026-06-30）"),
        (YEAR, "2026年至今（2026-01-01 至 2026-06-30）"),
        (unit("day", TODAY), "2026-06-30"),
        (Period(date(2026, 3, 31), date(2026, 7, 1)), "2026-03-31 至 2026-06-30"),
        (Period(date(2026, 1, 1), date(2026, 4, 1)), "2026年第1季度（2026-01-01 至 2026-03-31）"),
        (Period(date(2024, 1, 1), date(2026, 1, 1)), "2024年至2025年（2024-01-01 至 2025-12-31）"),
        (Period(None, date(2026, 3, 1)), "截至 2026-02-28"),
        (Period(date(2027, 1, 1), date(2028, 1, 1), "year"), "2027年（晚于 2026-06-30）"),
        (None, "全部历史（截至 2026-06-30）"),
    ],
)
def test_periods_in_words(period: Period | None, words: str) -> None:
    assert period_words(period, TODAY, "zh") == words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("query", "code", "names"),
    [
        (
            _query(metrics=("revenue",), group_by=("ticket_category",)),
            "unreachable_dimension",
            ("revenue", "ticket_category"),
        ),
        (_query(metrics=("aov",), group_by=("member_tier",), shares=("aov",)), "not_a_share", ("aov",)),
        (_query(metrics=("orders",), cumulative=("orders",)), "needs_period", ()),
        (_query(group_by=("day_of_week",)), "unsupported", ()),
        (_query(metrics=("orders",), group_by=("month", "week")), "unsupported", ()),
        (_query(metrics=("orderz",)), "unknown_name", ()),
        (_query(metrics=("orders",), order_by=({"column": "revenue"},)), "not_a_column", ()),
    ],
)
def test_a_problem_is_told_in_the_askers_language_with_the_models_labels(
    show: Show, services: Services, language: Language, query: MetricQuery, code: str, names: tuple[str, ...]
) -> None:
    answer = show(query, language)
    assert (answer.status, answer.trouble and answer.trouble.code) == ("refused", code)
    assert bool(re.search("[\u4e00-\u9fff]", answer.text)) == (language == "zh")
    for name in names:
        label = label_in(services.model, name)
        assert label is not None
        assert label.in_language(language).lower() in answer.text.lower() and name not in answer.text
