"""One reply against what a turn promises: right, or in which way not.

`wrong` is an answer that does not hold: the one outcome that misleads. A question back where an answer was wanted is
`offered` if one of its choices leads to that answer (the run tries them), else `asked`; a refusal is `refused`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from chat_service.evaluate.matching import Row, mismatch
from chat_service.evaluate.reply import Reply, Table
from chat_service.evaluate.suite import Turn

Outcome = Literal["wrong", "error", "refused", "asked", "offered", "right"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Verdict:
    """What came of a question. `cause` is a stable code of why it is not right, empty when it is."""

    outcome: Outcome
    cause: str = ""


RIGHT = Verdict("right")
OFFERED = Verdict("offered", "asked_back")


def judge(turn: Turn, reply: Reply, reference: Sequence[Row]) -> Verdict:
    """The verdict; `reference` holds the rows of the turn's SQL, and is empty where it has none."""
    wanted_status = {"refused": "refused", "clarification": "clarification", "empty": "empty"}.get(turn.check)
    if reply.status == wanted_status:
        return RIGHT
    match reply.status:
        case "error":
            return Verdict("error", reply.problem.code if reply.problem is not None else "error_status")
        case "clarification":
            return Verdict("asked", "asked_back")
        case "refused":
            return Verdict("refused", _refusal_cause(reply))
        case "empty" if wanted_status is None and turn.check != "text" and _says_nothing(reference):
            return RIGHT
        case "empty":
            return Verdict("wrong", "called_empty")
        case "answered" if wanted_status is not None:
            return Verdict("wrong", f"answered_not_{wanted_status}")
        case "answered":
            cause = _answer_cause(turn, reply, reference)
            return Verdict("wrong", cause) if cause else RIGHT


def _refusal_cause(reply: Reply) -> str:
    if reply.problem is not None:
        return reply.problem.code
    return "unused_words" if reply.unused else "refused"


def _says_nothing(reference: Sequence[Row]) -> bool:
    return all(cell is None for row in reference for cell in row)


def _answer_cause(turn: Turn, reply: Reply, reference: Sequence[Row]) -> str:
    if turn.check == "text":
        missing = [group for group in turn.must_contain if not any(word in reply.words for word in group)]
        return "text_missing" if missing else ""
    if reply.table is None:
        return "no_table"
    if turn.check == "list":
        return _list_cause(reply.table, reference)
    return mismatch(reference, reply.rows, ordered=turn.ordered) or ""


def _list_cause(table: Table, reference: Sequence[Row]) -> str:
    """The ids of the reference are its first column; the answer may show only some of them, but counts them all."""
    ids = {row[0] for row in reference}
    if table.total_rows != len(ids):
        return "total_differs"
    if ids and not table.rows:
        return "no_rows_shown"
    if not ids or any(len(set(column)) == len(column) and ids.issuperset(column) for column in _id_columns(table)):
        return ""
    return "not_among_them"


def _id_columns(table: Table) -> Iterator[Row]:
    """The columns that may hold ids: those named so where there are any, else all."""
    columns = list(zip((column.name for column in table.columns), zip(*table.rows, strict=True), strict=True))
    named = [values for name, values in columns if name.endswith("_id")]
    yield from named or [values for _, values in columns]
