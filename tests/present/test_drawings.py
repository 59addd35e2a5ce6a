"""Charts as people expect them: what was asked is drawn, periods by name, levels in order, bars from zero, wishes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chat_service.outcomes import Chart, Reading
from chat_service.present.blocks import chart_lines
from chat_service.present.chart.wishes import unmet
from semantic_layer.query.requests import Compare, FieldFilter, MetricQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.time.periods import Period, unit
from tests.chat.conftest import Ask, Show
from tests.present.conftest import RATE, REGION, REVENUE, TODAY, Made

YEAR, MAY = unit("year", TODAY), unit("month", TODAY, -1)
MONTHS = Period(date(2025, 7, 1), date(2026, 7, 1))
MONTHLY = MetricQuery(metrics=("orders",), group_by=("month",), period=MONTHS, compare=Compare(to="year"))
BY_REGION = MetricQuery(metrics=("orders",), group_by=("region",), period=MAY, compare=Compare(to="year"))
BY_TIER = MetricQuery(metrics=("revenue",), group_by=("member_tier",), period=YEAR)


def _spec(show: Show, request: MetricQuery, reading: Reading | None = None) -> dict[str, Any]:
    chart = show(request, reading=reading or Reading("zh")).chart
    assert chart is not None
    return chart


def _values(spec: dict[str, Any], field: str) -> list[Any]:
    return [row[field] for row in spec["data"]["values"]]


def _marks(spec: dict[str, Any]) -> set[str]:
    layers = spec.get("layer", [spec])
    return {layer["mark"]["type"] for layer in layers}


@pytest.mark.parametrize("request_", [MONTHLY, BY_REGION], ids=["by month", "by group"])
def test_growth_is_drawn_where_growth_is_asked(show: Show, request_: MetricQuery) -> None:
    levels, growth = _spec(show, request_), _spec(show, request_, Reading("zh", growth=True))
    assert max(_values(levels, "value")) > 10
    assert max(map(abs, _values(growth, "value"))) < 10
    assert "bar" in _marks(growth)
    assert all(label[0] in "+-0≈" for label in _values(growth, "label") if label)


@pytest.mark.parametrize(
    "question", ["今年每月销售额的环比增长率", "revenue growth by region last month year over year"]
)
def test_the_words_ask_for_growth(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.reading.growth
    assert answer.chart is not None
    spec: dict[str, Any] = answer.chart
    assert max(map(abs, _values(spec, "value"))) < 10


def test_a_comparison_names_its_periods(show: Show) -> None:
    assert set(_values(_spec(show, BY_REGION), "series")) == {"2026年5月", "2025年5月"}
    monthly = set(_values(_spec(show, MONTHLY), "series"))
    assert monthly == {"2025年7月至2026年6月", "2024年7月至2025年6月"}


def test_a_comparison_by_groups_is_labelled_with_its_change(show: Show) -> None:
    spec = _spec(show, BY_REGION)
    labels = {row["label"] for row in spec["data"]["values"] if row["series"] == "2026年5月"}
    assert labels and all(label[0] in "+-0" and label.endswith("%") for label in labels)


def test_levels_are_drawn_in_their_order_and_groups_by_size(show: Show) -> None:
    tiers = _spec(show, BY_TIER)
    assert list(dict.fromkeys(_values(tiers, "category"))) == ["普通会员", "银卡", "金卡", "白金卡"]
    regions = _spec(show, MetricQuery(metrics=("revenue",), group_by=("region",), period=YEAR))
    assert _values(regions, "value") == sorted(_values(regions, "value"), reverse=True)


def test_what_has_no_group_is_drawn_last(show: Show) -> None:
    spec = _spec(show, MetricQuery(metrics=("customers",), group_by=("churn_risk",)))
    assert _values(spec, "category") == ["高风险", "中风险", "低风险", "已流失", "（空）"]


def test_every_point_of_a_short_line_is_labelled_and_the_end_of_each_of_several(show: Show) -> None:
    single = _spec(show, MetricQuery(metrics=("orders",), group_by=("month",), period=MONTHS))
    assert all(above or below for above, below in zip(_values(single, "above"), _values(single, "below"), strict=True))
    lines = _spec(show, MetricQuery(metrics=("orders",), group_by=("month", "member_tier"), period=MONTHS))
    assert sum(bool(label) for label in _values(lines, "beside")) == 4


def test_days_are_marked_once(show: Show) -> None:
    week = Period(date(2026, 6, 24), date(2026, 7, 1))
    spec = _spec(show, MetricQuery(metrics=("orders",), group_by=("day",), period=week))
    assert len(set(spec["encoding"]["x"]["axis"]["values"])) == 7


def test_a_grouping_of_one_value_is_no_heat_map(show: Show) -> None:
    east = FieldFilter(field="region", values=("east",))
    both = MetricQuery(metrics=("orders",), group_by=("city", "region"), period=YEAR)
    assert _marks(_spec(show, both)) == {"bar", "text"}
    assert _marks(_spec(show, both.model_copy(update={"filters": (east,)}))) == {"bar", "text"}


@pytest.mark.parametrize("form", ["bar", "line"])
def test_bars_begin_at_zero(show: Show, form: Chart) -> None:
    rate = MetricQuery(metrics=("repurchase_rate",), group_by=("month",), period=MONTHS)
    assert _spec(show, rate, Reading("zh", chart=form))["encoding"]["y"]["scale"]["zero"] == (form == "bar")


@pytest.mark.parametrize(
    ("request_", "asked", "mark", "is_met"),
    [
        (BY_TIER, "pie", "arc", True),
        (MetricQuery(metrics=("customers",), group_by=("member_tier",)), "pie", "arc", True),
        (MetricQuery(metrics=("repurchase_rate",), group_by=("member_tier",), period=YEAR), "pie", "bar", False),
        (MetricQuery(metrics=("revenue",), group_by=("city",), period=YEAR), "pie", "bar", False),
        (MetricQuery(metrics=("revenue",), group_by=("month",), period=YEAR), "pie", "line", False),
        (BY_TIER, "line", "bar", False),
        (BY_TIER, "stacked", "bar", False),
        (MetricQuery(metrics=("revenue",), group_by=("month", "member_tier"), period=YEAR), "stacked", "bar", True),
        (MetricQuery(metrics=("aov",), group_by=("month", "member_tier"), period=YEAR), "stacked", "line", False),
        (MetricQuery(metrics=("revenue",), group_by=("month", "member_tier"), period=YEAR), "bar", "bar", True),
    ],
)
def test_a_wish_is_met_or_answered(show: Show, request_: MetricQuery, asked: Chart, mark: str, is_met: bool) -> None:
    for language in ("zh", "en"):
        answer = show(request_, language, Reading(language, chart=asked))
        assert answer.chart is not None
        assert mark in _marks(answer.chart)
        assert ("chart_not_drawn_so" in [note.code for note in answer.notes]) == (not is_met)


def test_one_number_answers_a_wish_in_words(show: Show) -> None:
    answer = show(MetricQuery(metrics=("orders",), period=YEAR), reading=Reading("zh", chart="pie"))
    assert answer.chart is None and [note.code for note in answer.notes] == ["chart_not_drawn_so"]


@pytest.mark.parametrize("question", ["饼图展示各会员等级的客户占比", "a pie chart of customers by member tier"])
def test_the_words_ask_for_a_pie(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.chart is not None
    assert "arc" in _marks(answer.chart)


def test_parts_that_are_not_all_there_are_no_pie(made: Made) -> None:
    query = MetricQuery(metrics=("revenue",), group_by=("region",), limit=2)
    assert unmet(made(query, (REGION, REVENUE), (("east", 2.0), ("south", 1.0)), total=7), "pie")
    assert unmet(made(query, (REGION, REVENUE), (("east", 2.0), ("south", -1.0))), "pie")
    assert not unmet(made(query, (REGION, REVENUE), (("east", 2.0), ("south", 1.0))), "pie")


def test_the_terminal_draws_from_zero(made: Made) -> None:
    month = Column("month", "dimension", "date", Label("月份", "month"), grain="month")
    rows = ((date(2026, 5, 1), 0.40), (date(2026, 6, 1), 0.44))
    query = MetricQuery(metrics=("repurchase_rate",), group_by=("month",))
    lines = list(chart_lines(made(query, (month, RATE), rows), Reading("zh"), 80))
    assert "0.0% │" in lines[-3]
    heights = [sum("█" in line[at] for line in lines[1:9]) for at in (lines[8].index("█"), lines[8].rindex("█"))]
    assert heights[0] >= 6, "0.40 is not drawn as next to nothing beside 0.44"


def test_the_terminal_draws_what_is_below_zero_to_the_left(made: Made) -> None:
    change = Column("revenue__change_pct", "comparison", "number", Label("-", "-"), "CNY", "revenue", "change_pct")
    query = MetricQuery(metrics=("revenue",), group_by=("region",), compare=Compare(to="year"))
    rows = (("east", 10.0, 20.0), ("south", 10.0, -20.0))
    lines = list(chart_lines(made(query, (REGION, REVENUE, change), rows), Reading("zh", growth=True), 80))
    assert not lines[1].startswith("华东 █") and lines[2].startswith("华南 █")
