"""A whole run against a real database of three orders, with an asker that answers from a table of replies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pytest

from chat_service.evaluate.reply import Reply
from chat_service.evaluate.report import report
from chat_service.evaluate.run import Judged, Selection, run_suite
from chat_service.evaluate.suite import Case, load_suite
from semantic_layer.engines.duckdb import DuckDBEngine

SUITE = """
- {id: right, lang: en, category: value, q: orders, check: table, sql: SELECT count(*) FROM orders}
- {id: wrong, lang: en, category: value, q: revenue, check: table, sql: SELECT sum(amount) FROM orders}
- {id: broken, lang: zh, category: group, q: 各城市订单数, check: table, sql: SELECT city FROM nowhere}
- {id: joke, lang: zh, category: refuse, q: 讲个笑话, check: refused}
- id: talk
  lang: zh
  category: filter
  turns:
    - q: 今天的订单
      check: table
      sql: SELECT count(*) FROM orders WHERE ordered_on >= $today
    - {q: 那昨天呢, check: table, sql: SELECT count(*) FROM orders WHERE ordered_on = $today - INTERVAL 1 DAY}
"""
NUMBERS = {"orders": 3, "revenue": 9, "各城市订单数": 1, "今天的订单": 1, "那昨天呢": 2}


@dataclass
class TableOfReplies:
    """Answers the questions of NUMBERS with their number and refuses the rest; remembers the conversations."""

    conversations: list[str | None] = field(default_factory=list)

    def ask(self, text: str, conversation_id: str | None) -> Reply:
        self.conversations.append(conversation_id)
        number = NUMBERS.get(text)
        table = {"type": "table", "columns": [{"name": "n"}], "rows": [[number]], "total_rows": 1}
        return Reply.model_validate(
            {
                "conversation_id": conversation_id or f"c-{text}",
                "status": "refused" if number is None else "answered",
                "content": [] if number is None else [{"type": "text", "text": f"{number}"}, table],
                "confidence": {"score": 0.6 if "天" in text else 0.95, "basis": ["all_words_used"]},
                "timings_ms": {"translate": 2.0, "compile": None, "execute": 4.0, "total": 6.0},
            }
        )


@dataclass
class AsksBack:
    """Asks back with two choices; the number of one takes it, as long as that question is the open one."""

    answers: dict[str, int]
    open: set[str] = field(default_factory=set)
    begun: int = 0

    def ask(self, text: str, conversation_id: str | None) -> Reply:
        self.begun += conversation_id is None
        name = conversation_id or str(self.begun)
        taken = self.answers.get(text) if name in self.open else None
        parts: list[object] = [{"type": "table", "columns": [{"name": "n"}], "rows": [[taken]], "total_rows": 1}]
        if taken is None:
            parts = [{"type": "clarification", "choices": [{"id": "a"}, {"id": "b"}]}]
        self.open = self.open - {name} if taken is not None else self.open | {name}
        status = "clarification" if taken is None else "answered"
        return Reply.model_validate({"conversation_id": name, "status": status, "content": parts})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    path = tmp_path / "three.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE orders AS SELECT * FROM (VALUES (DATE '2026-06-30', 1), (DATE '2026-06-29', 2), "
            "(DATE '2026-06-29', 3)) t(ordered_on, amount)"
        )
    opened = DuckDBEngine(path)
    yield opened
    opened.close()


@pytest.fixture
def cases(tmp_path: Path) -> tuple[Case, ...]:
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE, encoding="utf-8")
    return load_suite(path)


def _run(cases: tuple[Case, ...], engine: DuckDBEngine, today: date) -> tuple[list[Judged], TableOfReplies]:
    asker = TableOfReplies()
    return list(run_suite(cases, asker, engine, today)), asker


def test_outcomes(cases: tuple[Case, ...], engine: DuckDBEngine, today: date) -> None:
    judged, _ = _run(cases, engine, today)
    assert [(one.id, one.verdict.outcome, one.verdict.cause) for one in judged] == [
        ("right", "right", ""),
        ("wrong", "wrong", "column_not_found"),
        ("broken", "error", "reference_failed"),
        ("joke", "right", ""),
        ("talk#1", "right", ""),
        ("talk#2", "right", ""),
    ]


def test_turns_share_a_conversation_and_cases_do_not(
    cases: tuple[Case, ...], engine: DuckDBEngine, today: date
) -> None:
    _, asker = _run(cases, engine, today)
    assert asker.conversations == [None, None, None, None, None, "c-今天的订单"]


def test_today_moves_the_reference(cases: tuple[Case, ...], engine: DuckDBEngine) -> None:
    judged, _ = _run(cases, engine, date(2026, 6, 29))
    assert [one.verdict.outcome for one in judged if one.id.startswith("talk")] == ["wrong", "wrong"]


def test_report_counts_and_puts_the_misleading_first(
    cases: tuple[Case, ...], engine: DuckDBEngine, today: date
) -> None:
    shown = report(_run(cases, engine, today)[0])
    assert (shown.overall.questions, shown.overall.right, shown.overall.wrong, shown.overall.error) == (6, 4, 1, 1)
    assert shown.answerable.accuracy == pytest.approx(3 / 5)
    assert {tally.group: tally.right for tally in shown.by_language} == {"en": 1, "zh": 3}
    assert {tally.group: tally.questions for tally in shown.by_category} == {
        "value": 2,
        "group": 1,
        "refuse": 1,
        "filter": 2,
    }
    assert [entry.id for entry in shown.not_right] == ["wrong", "broken"]
    assert shown.not_right[0].detail == "wanted (6) of 1, got (9) of 1"
    assert shown.causes == (("wrong: column_not_found", 1), ("error: reference_failed", 1))
    sure = [(each.least, each.right, each.wrong, each.share) for each in shown.calibration if each.answers]
    assert sure == [(0.95, 1, 1, 0.5), (0.5, 2, 0, 1.0)]  # what is refused, or could not be judged, is no answer
    times = {stage.stage: stage for stage in shown.times}
    assert (times["execute"].median_ms, times["execute"].p95_ms) == (4.0, 4.0)
    assert (times["compile"].questions, times["compile"].median_ms) == (0, None)


def test_selection(cases: tuple[Case, ...]) -> None:
    def chosen(selection: Selection) -> list[str]:
        return [case.id for case in cases if case in selection]

    assert chosen(Selection()) == ["right", "wrong", "broken", "joke", "talk"]
    assert chosen(Selection(categories=("value", "filter"), languages=("zh",))) == ["talk"]
    assert chosen(Selection(ids=("joke", "right"))) == ["right", "joke"]


@pytest.mark.parametrize(
    ("answers", "outcome"), [({"1": 3}, "offered"), ({"1": 8, "2": 3}, "offered"), ({"1": 8, "2": 9}, "asked")]
)
def test_a_question_back_is_offered_where_a_choice_leads_to_the_answer(
    cases: tuple[Case, ...], engine: DuckDBEngine, today: date, answers: dict[str, int], outcome: str
) -> None:
    judged = list(run_suite(cases[:1], AsksBack(answers), engine, today))
    assert [one.verdict.outcome for one in judged] == [outcome]
    counted = report(judged).overall
    assert (counted.offered, counted.asked, counted.right) == (int(outcome == "offered"), int(outcome == "asked"), 0)
