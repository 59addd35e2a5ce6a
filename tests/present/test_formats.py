"""A metric's own format: its columns tell it, and whatever shows their numbers follows it, in both languages."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from chat_service.outcomes import Language, Reading
from chat_service.present.chart.choose import choose_chart
from chat_service.present.export.document import Document
from chat_service.present.export.forms import exported
from chat_service.present.sentences import groups_sentence
from chat_service.present.table import shown_columns
from semantic_layer.model.model import Model
from semantic_layer.query.parts import Compare
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import AS_USUAL, Format
from semantic_layer.resolve.result_columns import comparison_columns, metric_column, part_column
from tests.present.conftest import RATE, REGION, REVENUE, Made

BY_REGION = MetricQuery(metrics=("revenue",), group_by=("region",))
ROWS = (("east", 1_234_567.8), ("south", 950_000.0))
CENTS, SHORT, CODE = Format(decimals=2), Format(compact=True), Format(currency="code")
SHORT_SIGN = Format(compact=True, currency="symbol", decimals=1)


@pytest.mark.parametrize(
    ("how", "language", "head", "cells", "said"),
    [
        (CENTS, "zh", "销售额（元）", ("1,234,567.80", "950,000.00"), "1,234,567.80元"),
        (CENTS, "en", "revenue (CNY)", ("1,234,567.80", "950,000.00"), "¥1,234,567.80"),
        (SHORT, "zh", "销售额（元）", ("123.5万", "95.0万"), "123.5万元"),
        (SHORT, "en", "revenue (CNY)", ("1.23M", "0.95M"), "¥1.23M"),
        (CODE, "zh", "销售额（CNY）", ("1,234,568", "950,000"), "CNY 123.5万"),
        (CODE, "en", "revenue (CNY)", ("1,234,568", "950,000"), "CNY 1,234,568"),
        (SHORT_SIGN, "zh", "销售额（¥）", ("123.5万", "95.0万"), "¥123.5万"),
        (Format(compact=False), "zh", "销售额（元）", ("1,234,568", "950,000"), "1,234,568元"),
    ],
)
def test_tables_and_sentences_follow_it(
    made: Made, how: Format, language: Language, head: str, cells: tuple[str, ...], said: str
) -> None:
    found = made(BY_REGION, (REGION, replace(REVENUE, format=how)), ROWS, language)
    shown = shown_columns(found)[1]
    assert (shown.head, shown.cells) == (head, cells)
    assert said in groups_sentence(found)
    assert said in str(choose_chart(found, "", Reading(language))), (
        "a label in the drawing is the figure of the sentence"
    )


def test_a_rate_has_the_decimals_that_are_asked_for_and_so_has_its_change(made: Made) -> None:
    rate = replace(RATE, format=Format(decimals=3))
    parts = [
        replace(rate, name=f"repurchase_rate__{part}", role="comparison", part=part) for part in ("previous", "change")
    ]
    query = MetricQuery(metrics=("repurchase_rate",), group_by=("region",), compare=Compare(to="year"))
    found = made(query, (REGION, rate, *parts), (("east", 0.31234, 0.3, 0.01234), ("south", 0.25, 0.25, 0.0)))
    assert [column.cells[0] for column in shown_columns(found)[1:4]] == ["31.234%", "30.000%", "+1.234"]


def test_a_workbook_formats_its_numbers_so(made: Made) -> None:
    columns = (REGION, replace(REVENUE, format=Format(decimals=1)), replace(RATE, format=Format(decimals=0)))
    found = made(BY_REGION, columns, (("east", 1.0, 0.5),))
    with zipfile.ZipFile(BytesIO(b"".join(exported(Document("?", "title", "text", found), "xlsx")))) as book:
        formats = re.findall(r'formatCode="([^"]*)"', book.read("xl/styles.xml").decode())
    assert {"#,##0.0", "0%"} <= set(formats)


def test_every_column_of_a_metric_has_its_format_but_for_what_is_a_percentage_of_it(shipped: Model) -> None:
    metric = shipped.metrics["revenue"]
    own = replace(metric, definition=metric.definition.model_copy(update={"format": CENTS}))
    found = (metric_column(shipped, own), part_column(shipped, own, "cumulative"), part_column(shipped, own, "share"))
    told = {column.part: column.format for column in (*found, *comparison_columns(shipped, own, "year"))}
    assert {part for part, how in told.items() if how == AS_USUAL} == {"share", "change_pct"}
    assert set(told.values()) == {CENTS, AS_USUAL} and metric_column(shipped, metric).format == AS_USUAL
