"""A suite run: every question asked in its conversation, judged against the reference rows of the same database.

Knows the interface of an answer, not how answers are made; the reference SQL goes straight to the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import JsonValue

from chat_service.evaluate.judge import OFFERED, Verdict, judge
from chat_service.evaluate.matching import Row
from chat_service.evaluate.reply import Asker, Reply, Timings
from chat_service.evaluate.suite import Case, Check, Turn
from semantic_layer import Engine, EngineError

ANSWERABLE: frozenset[Check] = frozenset({"table", "list", "text"})


@dataclass(frozen=True)
class Judged:
    """One question with its verdict. `id` is the case's, with `#2` for the second turn of a dialogue.

    `said` is the first sentence of the answer, `detail` what the reference and the answer hold where they differ.
    """

    id: str
    where: str
    language: str
    category: str
    check: Check
    question: str
    verdict: Verdict
    said: str
    detail: str
    unused: tuple[str, ...]
    timings: Timings
    confidence: float | None = None
    basis: tuple[str, ...] = ()
    request: dict[str, JsonValue] | None = None

    @property
    def is_answerable(self) -> bool:
        """Whether a number, a list or a text was wanted, not a refusal or a question back."""
        return self.check in ANSWERABLE


@dataclass(frozen=True)
class Selection:
    """Which cases of a suite are run; an empty tuple takes all. `ids` are those of cases, not of turns."""

    ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __contains__(self, case: Case) -> bool:
        return (
            (not self.ids or case.id in self.ids)
            and (not self.categories or case.category in self.categories)
            and (not self.languages or case.language in self.languages)
        )


def run_suite(cases: Iterable[Case], asker: Asker, reference: Engine, today: date) -> Iterator[Judged]:
    """Each question judged, in order. A dialogue's turns share a conversation, whatever became of the ones before.

    Where a question back offers the right reading, the dialogue goes on from that choice, as its asker would.
    """
    for case in cases:
        conversation: str | None = None
        said: list[str] = []
        for number, turn in enumerate(case.turns, start=1):
            reply = asker.ask(turn.question, conversation)
            conversation = reply.conversation_id or conversation
            said.append(turn.question)
            id_ = case.id if len(case.turns) == 1 else f"{case.id}#{number}"
            judged = _judged(id_, case, turn, reply, reference, today)
            if judged.verdict.outcome == "asked" and turn.check != "refused":
                for choice in map(str, range(1, reply.choices + 1)):
                    taken = _said_again((*said, choice), asker)
                    if _judged(id_, case, turn, taken, reference, today).verdict.outcome == "right":
                        judged, conversation = replace(judged, verdict=OFFERED), taken.conversation_id
                        said.append(choice)
                        break
            yield judged


def _said_again(messages: Sequence[str], asker: Asker) -> Reply:
    """The last reply of a new conversation: a choice is tried there, and leaves the case's own as it was."""
    conversation: str | None = None
    for message in messages:
        reply = asker.ask(message, conversation)
        conversation = reply.conversation_id or conversation
    return reply


def _judged(id_: str, case: Case, turn: Turn, reply: Reply, reference: Engine, today: date) -> Judged:
    rows: tuple[Row, ...] = ()
    try:
        if turn.sql is not None:
            rows = reference.run(turn.reference_sql(today)).rows
        verdict = judge(turn, reply, rows)
        detail = _difference(turn, reply, rows) if verdict.outcome == "wrong" else ""
    except EngineError as error:
        verdict, detail = Verdict("error", "reference_failed"), str(error)
    return Judged(
        id=id_,
        where=turn.where,
        language=case.language,
        category=case.category,
        check=turn.check,
        question=turn.question,
        verdict=verdict,
        said=reply.text,
        detail=detail,
        unused=reply.unused,
        confidence=reply.confidence.score if reply.status == "answered" else None,
        basis=reply.confidence.basis,
        request=reply.request if reply.status == "answered" else None,
        timings=reply.timings_ms,
    )


def _difference(turn: Turn, reply: Reply, rows: Sequence[Row]) -> str:
    if turn.check == "text":
        missing = [group for group in turn.must_contain if not any(word in reply.words for word in group)]
        return "none of " + "; none of ".join(" / ".join(group) for group in missing) if missing else ""
    if turn.sql is None:
        return ""
    total = reply.table.total_rows if reply.table is not None else 0
    return f"wanted {_shown(rows)} of {len(rows)}, got {_shown(reply.rows)} of {total}"


def _shown(rows: Sequence[Row], limit: int = 3) -> str:
    cells = ("(" + ", ".join("null" if cell is None else str(cell) for cell in row) + ")" for row in rows[:limit])
    return " ".join(cells) or "no row"
