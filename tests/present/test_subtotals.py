"""Subtotals as people read them: rows called so in tables, files and on the wire, sentences of the groups alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chat_service.channels.bodies import table_part
from chat_service.outcomes import Language, Reading
from chat_service.present.chart.choose import choose_chart
from chat_service.present.export.document import Document
from chat_service.present.export.forms import exported
from chat_service.present.finding import Finding
from chat_service.present.restate import restate
from chat_service.present.sentences import groups_sentence
from chat_service.present.table import shown_columns
from chat_service.present.text import describe
from semantic_layer.query.requests import MetricQuery
from tests.present.conftest import RATE, REGION, TODAY, Made

QUERY = MetricQuery(metrics=("repurchase_rate",), group_by=("region",), subtotals=True)
ROWS = (("east", 0.25), ("south", 0.5), (None, 0.125))
SIZES = {"repurchase_rate": (100, 200, 8)}


def found(made: Made, language: Language = "zh") -> Finding:
    """Three groups, one without a name, and the whole."""
    finding = made(QUERY, (REGION, RATE), ROWS, language, sizes=SIZES)
    return replace(finding, table=replace(finding.table, subtotals=(((None, 0.4),),)))


@pytest.mark.parametrize(
    ("language", "groups", "levels"),
    [
        ("zh", ("华东", "华南", "（空）", "全部"), ("明细", "明细", "明细", "合计")),
        ("en", ("East", "South", "(none)", "all"), ("row", "row", "row", "total")),
    ],
)
def test_the_whole_is_no_group_without_a_name(
    made: Made, language: Language, groups: tuple[str, ...], levels: tuple[str, ...]
) -> None:
    told = found(made, language)
    columns = shown_columns(told.with_subtotals)
    assert [column.cells for column in columns[:2]] == [groups, levels]
    assert columns[2].cells == ("25.0%", "50.0%", "12.5%", "40.0%")
    assert columns[3].cells == ("100", "200", "8†", "—"), "how many are behind each is told of the groups"
    body = table_part(told)
    assert [column.name for column in body.columns] == ["region", "subtotal_level", "repurchase_rate"]
    assert body.rows[-2:] == ((None, 1, 0.125), (None, 0, 0.4)) and (body.row_count, body.total_rows) == (4, 3)


def test_sentences_and_drawings_are_of_the_groups_and_the_whole_is_told_after_them(made: Made) -> None:
    told = found(made)
    bare = replace(told, table=replace(told.table, subtotals=()))
    assert groups_sentence(told) == groups_sentence(bare)
    assert choose_chart(told, "", Reading("zh")) == choose_chart(bare, "", Reading("zh"))
    assert "合计：复购率为 40.0%。" in describe(told, Reading("zh"))
    assert "In all: repurchase rate 40.0%." in describe(found(made, "en"), Reading("en"))
    assert "合计" not in describe(bare, Reading("zh"))
    for language, words in (("zh", "含小计"), ("en", "with subtotals")):
        names = found(made, "zh" if language == "zh" else "en").names
        assert words in restate(QUERY, names, TODAY)
        assert words not in restate(QUERY.model_copy(update={"subtotals": False}), names, TODAY)


def test_files_have_them(made: Made) -> None:
    document = Document("?", "title", "text", found(made, "en"))
    text = b"".join(exported(document, "csv")).decode("utf-8-sig")
    lines = [line.split(",") for line in text.strip().splitlines()]
    level = lines[0].index("level")
    assert [line[level] for line in lines[1:]] == ["row", "row", "row", "total"]
    assert "| all | total |" in b"".join(exported(document, "md")).decode()


def test_a_subtotal_within_an_outer_group_is_called_so(made: Made) -> None:
    city = replace(REGION, name="city", field="customers.city")
    query = MetricQuery(metrics=("repurchase_rate",), group_by=("region", "city"), subtotals=True)
    finding = made(query, (REGION, city, RATE), (("east", None, 0.25),))
    subtotals = (((None, None, 0.4),), (("east", None, 0.25),))
    told = replace(finding, table=replace(finding.table, subtotals=subtotals)).with_subtotals
    assert [column.cells for column in shown_columns(told)[:3]] == [
        ("华东", "华东", "全部"),
        ("（空）", "全部", "全部"),
        ("明细", "小计", "合计"),
    ]
