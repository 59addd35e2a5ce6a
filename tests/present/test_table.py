"""Tables as people read them, over results written by hand: labels, units, digits, group sizes, periods by name."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.channels.bodies import table_part
from chat_service.present.figures import scale_of
from chat_service.present.notes import notes
from chat_service.present.sentences import groups_sentence
from chat_service.present.table import SMALL_MARK, shown_columns
from semantic_layer.query.requests import Compare, ExplainQuery, MetricQuery
from semantic_layer.query.result import Column, ColumnPart, Label
from semantic_layer.time.periods import Period
from tests.present.conftest import RATE, REGION, REVENUE, Made

BY_REGION = MetricQuery(metrics=("revenue",), group_by=("region",))
RATES = MetricQuery(metrics=("repurchase_rate",), group_by=("region",))
MAY, MAY_BEFORE = (
    Period(date(2026, 5, 1), date(2026, 6, 1), "month"),
    Period(date(2025, 5, 1), date(2025, 6, 1), "month"),
)
ROWS = (("east", 885_300.0), ("south", 7_931.6), (None, 12.5))


def _part(of: Column, part: ColumnPart, unit: str | None = None) -> Column:
    return Column(
        f"{of.name}__{part}", "comparison", "number", Label("-", "-"), unit=unit or of.unit, metric=of.metric, part=part
    )


def test_the_body_has_labels_beside_the_codes(made: Made) -> None:
    part = table_part(made(BY_REGION, (REGION, REVENUE), ROWS))
    assert [row[0] for row in part.rows] == ["east", "south", None]
    assert [row[0] for row in part.shown] == ["华东", "华南", "（空）"]
    assert [column.heading for column in part.columns] == ["大区", "销售额（元）"]
    english = table_part(made(BY_REGION, (REGION, REVENUE), ROWS, "en"))
    assert [row[0] for row in english.shown] == ["East", "South", "(none)"]


def test_a_column_has_one_unit_and_as_many_decimals_as_its_greatest_needs(made: Made) -> None:
    cells = shown_columns(made(BY_REGION, (REGION, REVENUE), ROWS))[1].cells
    assert cells == ("885,300", "7,932", "12")
    assert shown_columns(made(BY_REGION, (REGION, REVENUE), (("east", 12.5), ("south", 3.25))))[1].cells == (
        "12.50",
        "3.25",
    )


def test_what_is_nearly_nothing_is_not_shown_as_nothing(made: Made) -> None:
    rates = made(RATES, (REGION, RATE), (("east", 0.44), ("south", 0.00004), ("north", 0.0)))
    assert shown_columns(rates)[1].cells == ("44.0%", "<0.1%", "0.0%")
    small = made(RATES, (REGION, RATE), (("east", 0.0044), ("south", 0.0031)))
    assert shown_columns(small)[1].cells == ("0.44%", "0.31%")


@pytest.mark.parametrize(
    ("values", "unit", "first", "last"),
    [
        ((885_300, 7_931.6), "CNY", "88.53万元", "0.79万元"),
        ((23_375.75, 1_540.7), "CNY", "23,376元", "1,541元"),
        ((120.5, 30), "CNY", "120.50元", "30.00元"),
        ((0.5, 0.0004), "percent", "50.0%", "不到 0.1%"),
    ],
)
def test_figures_of_one_list_have_one_scale(values: tuple[float, ...], unit: str, first: str, last: str) -> None:
    scale = scale_of(values, unit, "zh")
    assert (scale.figure(values[0]), scale.figure(values[-1])) == (first, last)


def test_small_groups_are_marked_counted_and_told(made: Made) -> None:
    sizes = {"repurchase_rate": (120, 29)}
    finding = made(RATES, (REGION, RATE), (("east", 0.5), ("south", 0.9)), sizes=sizes)
    columns = shown_columns(finding)
    assert [column.head for column in columns] == ["大区", "复购率", "样本数"]
    assert columns[2].cells == ("120", f"29{SMALL_MARK}")
    assert [note.code for note in notes(finding)] == ["small_groups_shown"]
    assert "29" in groups_sentence(finding)
    (weighed,) = table_part(finding).group_sizes
    assert (weighed.metric, weighed.sizes, weighed.small) == ("repurchase_rate", (120, 29), (1,))


def test_a_rate_that_nobody_is_behind_is_not_a_small_one(made: Made) -> None:
    finding = made(RATES, (REGION, RATE), (("east", 0.5), ("south", None)), sizes={"repurchase_rate": (120, 0)})
    assert not notes(finding)


def test_what_has_no_group_does_not_lead(made: Made) -> None:
    rows = ((None, 900_000.0), ("east", 300_000.0), ("south", 200_000.0))
    said = groups_sentence(made(BY_REGION, (REGION, REVENUE), rows))
    assert "最高的是华东" in said and "没有大区的为 90万元" in said.replace(".00", "")


def test_a_comparison_is_headed_by_the_periods(made: Made) -> None:
    query = MetricQuery(metrics=("revenue",), group_by=("region",), period=MAY, compare=Compare(to="year"))
    columns = (
        REGION,
        REVENUE,
        _part(REVENUE, "previous"),
        _part(REVENUE, "change"),
        _part(REVENUE, "change_pct", "percent"),
    )
    rows = (("east", 120.0, 100.0, 20.0, 0.2), ("south", 90.0, 100.0, -10.0, -0.1))
    finding = made(query, columns, rows, period=MAY, previous=MAY_BEFORE)
    assert [column.head for column in shown_columns(finding)][2:] == ["2025年5月（元）", "变化（元）", "变化率"]
    assert shown_columns(finding)[3].cells == ("+20", "-10")
    said = groups_sentence(finding)
    assert "与2025年5月相比，上升最多的是华东（+20.0%），下降最多的是华南（-10.0%）" in said


def test_the_whole_of_an_explanation_is_called_so(made: Made) -> None:
    columns = (
        Column("dimension", "dimension", "text", Label("维度", "dimension")),
        Column("value", "dimension", "text", Label("取值", "value")),
        Column("groups", "comparison", "integer", Label("合并组数", "groups"), unit="count"),
    )
    rows = ((None, None, None), ("region", "east", 1), ("region", None, 1), ("region", None, 3))
    heads = shown_columns(made(ExplainQuery(metric="revenue"), columns, rows))
    assert heads[0].cells == ("合计", "大区", "大区", "大区")
    assert heads[1].cells == ("", "华东", "没有大区", "其余 3 组")
