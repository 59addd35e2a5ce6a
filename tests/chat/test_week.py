"""Forty questions of a manager's week in each language: both are one request, and its rows are those of SQL."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from chat_service.asking import Answer
from chat_service.services import Services
from semantic_layer.query.requests import ListQuery
from semantic_layer.query.result import Value
from tests.chat.conftest import Ask


class Question(NamedTuple):
    """A question in both languages: `columns` of its answer, in the rows `where` a column has a value, equal those of
    `sql`. `where_en` is for tables whose cells are words."""

    zh: str
    en: str
    columns: tuple[str, ...]
    sql: str
    where: tuple[str, ...] = ()
    where_en: tuple[str, ...] = ()


WEEK = [Question(**each) for each in yaml.safe_load(Path(__file__).with_name("week.yaml").read_text(encoding="utf-8"))]


def rows_of(answer: Answer, columns: tuple[str, ...], where: tuple[str, ...]) -> list[tuple[object, ...]]:
    """The named columns of an answer's table, in its order."""
    assert answer.table is not None, answer.text
    table = answer.table
    kept = [True] * len(table.rows) if not where else [value == where[1] for value in table.column(where[0])]
    rows = zip(*(table.column(name) for name in columns), strict=True)
    return [tuple(map(_plain, row)) for row, is_kept in zip(rows, kept, strict=True) if is_kept]


def _plain(value: Value) -> object:
    return round(float(value), 5) if not isinstance(value, str | bool | date | None) else value


def test_there_are_forty_of_them() -> None:
    assert len(WEEK) == 40


@pytest.mark.parametrize("question", WEEK, ids=lambda each: each.en)
def test_both_languages_ask_for_the_same_and_get_what_sql_finds(
    question: Question, ask: Ask, services: Services
) -> None:
    chinese, english = ask(question.zh), ask(question.en)
    for answer in (chinese, english):
        assert answer.status == "answered", answer.text
    one, other = chinese.request, english.request
    # lists show what the words of a language speak of
    if not isinstance(one, ListQuery):
        assert one == other
    wanted = [tuple(map(_plain, row)) for row in services.layer.engine.run(question.sql).rows]
    assert wanted
    assert rows_of(chinese, question.columns, question.where) == wanted
    assert rows_of(english, question.columns, question.where_en or question.where) == wanted
