"""What an alert says: its name, how many rows it is about, and the first of them as people read them."""

from __future__ import annotations

from chat_service.language.phrases import said
from chat_service.present.finding import Finding
from chat_service.present.table import shown_columns
from semantic_layer import HuitouError, Language, Phrase

_SHOWN = 20
_RAISED = Phrase("{name}：条件已满足", "{name}: the condition is met")
_RAISED_ROWS = Phrase("{name}：新增 {count:,} 项", "{name}: {count:,} new")
_OVER = Phrase("{name}：条件不再满足", "{name}: the condition is met no longer")
_OVER_ROWS = Phrase("{name}：{count:,} 项不再出现", "{name}: {count:,} are gone")
_BEGAN = Phrase(
    "{name}：现有 {count:,} 项，从现在起提醒新增的", "{name}: {count:,} today; what is new is told from now on"
)
_TOLD = Phrase("{name}", "{name}")
_FAILED = Phrase("{name}：无法计算。{why}", "{name}: cannot be computed. {why}")
_STOPPED = Phrase("{name}：提醒已停止。{why}", "{name}: the alert has stopped. {why}")
_MORE = Phrase("……另有 {more:,} 项", "… and {more:,} more")
_PAIR, _BETWEEN = Phrase("{head}：{cell}", "{head}: {cell}"), Phrase("，", ", ")
_SENTENCES = {
    ("raised", False): _RAISED,
    ("raised", True): _RAISED_ROWS,
    ("over", False): _OVER,
    ("over", True): _OVER_ROWS,
    ("began", True): _BEGAN,
    ("told", True): _TOLD,
}


def happened(kind: str, name: str, count: int, *, is_list: bool, language: Language) -> str:
    """What happened, in one line."""
    return said(_SENTENCES[kind, is_list], language, name=name, count=count)


def trouble(name: str, error: HuitouError, *, is_end: bool, language: Language) -> str:
    """Why an alert says nothing."""
    return said(_STOPPED if is_end else _FAILED, language, name=name, why=error.sentences(language))


def rows_told(finding: Finding, rows: list[int], language: Language) -> list[str]:
    """The rows at those places, one a line."""
    columns = shown_columns(finding)
    lines = [
        said(_BETWEEN, language).join(said(_PAIR, language, head=c.head, cell=c.cells[row]) for c in columns)
        for row in rows[:_SHOWN]
    ]
    more = len(rows) - _SHOWN
    return [*lines, said(_MORE, language, more=more)] if more > 0 else lines
