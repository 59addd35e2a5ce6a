"""Verdicts: what each status and table means against what was promised."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chat_service.evaluate.judge import Verdict, judge
from chat_service.evaluate.matching import Row
from chat_service.evaluate.reply import Reply
from chat_service.evaluate.suite import Check, Turn


def _turn(check: Check, **more: object) -> Turn:
    sql = "SELECT 1" if check in ("table", "list") else None
    return Turn(question="q", check=check, where="suite.yaml:1", sql=sql, **more)  # type: ignore[arg-type]


def _reply(status: str = "answered", *parts: Mapping[str, object], problem: str = "") -> Reply:
    said = {"code": problem, "message": "…"} if problem else None
    return Reply.model_validate({"status": status, "content": list(parts), "problem": said})


def _table(names: list[str], rows: list[list[object]], total: int | None = None) -> dict[str, object]:
    return {
        "type": "table",
        "columns": [{"name": name, "label": name, "role": "metric"} for name in names],
        "rows": rows,
        "total_rows": len(rows) if total is None else total,
    }


@pytest.mark.parametrize(
    ("check", "status", "verdict"),
    [
        ("refused", "refused", Verdict("right")),
        ("refused", "clarification", Verdict("asked", "asked_back")),
        ("refused", "answered", Verdict("wrong", "answered_not_refused")),
        ("refused", "empty", Verdict("wrong", "called_empty")),
        ("clarification", "clarification", Verdict("right")),
        ("clarification", "refused", Verdict("refused", "refused")),
        ("clarification", "answered", Verdict("wrong", "answered_not_clarification")),
        ("empty", "empty", Verdict("right")),
        ("empty", "answered", Verdict("wrong", "answered_not_empty")),
        ("table", "error", Verdict("error", "error_status")),
        ("table", "refused", Verdict("refused", "refused")),
        ("table", "clarification", Verdict("asked", "asked_back")),
        ("table", "answered", Verdict("wrong", "no_table")),
        ("text", "empty", Verdict("wrong", "called_empty")),
    ],
)
def test_status(check: Check, status: str, verdict: Verdict) -> None:
    assert judge(_turn(check, must_contain=(("90",),)), _reply(status), [(1,)]) == verdict


def test_empty_is_right_where_the_reference_says_nothing() -> None:
    assert judge(_turn("table"), _reply("empty"), []).outcome == "right"
    assert judge(_turn("table"), _reply("empty"), [(None,)]).outcome == "right"
    assert judge(_turn("list"), _reply("empty"), []).outcome == "right"
    assert judge(_turn("table"), _reply("empty"), [(0,)]) == Verdict("wrong", "called_empty")


def test_table() -> None:
    reply = _reply("answered", {"type": "text", "text": "…"}, _table(["tier", "orders"], [["gold", 3], ["silver", 2]]))
    assert judge(_turn("table"), reply, [("silver", 2), ("gold", 3)]).outcome == "right"
    assert judge(_turn("table", ordered=True), reply, [("silver", 2), ("gold", 3)]) == Verdict("wrong", "order_differs")
    assert judge(_turn("table"), reply, [("silver", 2)]) == Verdict("wrong", "row_count")


IDS: list[Row] = [(1,), (2,), (3,), (3,)]


@pytest.mark.parametrize(
    ("names", "rows", "total", "cause"),
    [
        (["customer_id"], [[1], [2]], 3, ""),
        (["name", "no"], [["甲", 3], ["乙", 1]], 3, ""),
        (["customer_id"], [[1], [2]], 4, "total_differs"),
        (["customer_id"], [[1], [9]], 3, "not_among_them"),
        (["customer_id", "orders"], [[8, 1], [9, 2]], 3, "not_among_them"),
        (["customer_id"], [[1], [1]], 3, "not_among_them"),
        (["customer_id"], [], 3, "no_rows_shown"),
    ],
)
def test_list(names: list[str], rows: list[list[object]], total: int, cause: str) -> None:
    assert judge(_turn("list"), _reply("answered", _table(names, rows, total)), IDS).cause == cause


def test_an_empty_list_is_right_without_rows() -> None:
    assert judge(_turn("list"), _reply("answered", _table(["customer_id"], [])), []).outcome == "right"


def test_text_looks_in_sentences_and_definitions() -> None:
    turn = _turn("text", must_contain=(("90", "九十"), ("天", "days")))
    metric = {"name": "m", "label": "l", "description": "90 days", "formula": "a/b"}
    definitions = {"type": "definitions", "metrics": [metric]}
    assert judge(turn, _reply("answered", definitions), []).outcome == "right"
    assert judge(turn, _reply("answered", {"type": "text", "text": "九十"}), []) == Verdict("wrong", "text_missing")


def test_a_refusal_says_its_cause() -> None:
    unused = {"type": "interpretation", "unused": ["weather"], "query": {}}
    assert judge(_turn("table"), _reply("refused", unused), []).cause == "unused_words"
    assert judge(_turn("table"), _reply("refused", problem="unknown_value"), []).cause == "unknown_value"
    assert judge(_turn("table"), _reply("error", problem="query_timeout"), []) == Verdict("error", "query_timeout")
