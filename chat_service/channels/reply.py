"""An answer's body as a message to read: for channels of text, which show no page of their own.

Comes in: a `ChatBody`. Goes out: its parts by kind, and the whole as Markdown. Computes nothing: every word and figure
is the body's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from chat_service.channels.wire import (
    ChartPart,
    ChatBody,
    ClarificationPart,
    DefinitionsPart,
    InterpretationPart,
    Part,
    SuggestionsPart,
    TablePart,
    TextPart,
)
from chat_service.language.phrases import said
from chat_service.present.export.markdown import plain
from semantic_layer import Phrase

P = TypeVar("P", bound=Part)
MORE_ROWS = Phrase("共 {total:,} 行，这里列出前 {shown:,} 行。", "The first {shown:,} of {total:,} rows.")
READ_AS = Phrase("理解为：{text}", "Read as: {text}")
ASK_NEXT = Phrase("还可以问", "You can also ask")
_CHOICE = Phrase("{number}. {label}（choice_id：{id}）", "{number}. {label} (choice_id: {id})")
_ROWS = 50  # of a table as text: a program takes the rest from the structured content


@dataclass(frozen=True, eq=False)
class Reply:
    """An answer by its parts; what it does not have is None or empty."""

    body: ChatBody

    def part(self, kind: type[P]) -> P | None:
        """The first part of a kind."""
        return next((each for each in self.body.content if isinstance(each, kind)), None)

    @property
    def text(self) -> str:
        found = self.part(TextPart)
        return "" if found is None else found.text

    @property
    def table(self) -> TablePart | None:
        """The table, where it tells more than the text: one number is in the text already."""
        found = self.part(TablePart)
        is_number = found is not None and found.row_count == 1 and not any(c.role == "dimension" for c in found.columns)
        return None if found is None or not found.shown or is_number else found

    @property
    def chart(self) -> ChartPart | None:
        return self.part(ChartPart)

    @property
    def clarification(self) -> ClarificationPart | None:
        return self.part(ClarificationPart)

    @property
    def suggestions(self) -> tuple[str, ...]:
        found = self.part(SuggestionsPart)
        return () if found is None else found.suggestions

    @property
    def restated(self) -> str:
        found = self.part(InterpretationPart)
        return "" if found is None else found.restated

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was assumed and what to be careful of, each where the text does not say it."""
        found = self.part(InterpretationPart)
        assumed = () if found is None else tuple(each.text for each in found.assumptions)
        said_so = (*assumed, *(each.message for each in self.body.warnings))
        return tuple(each for each in dict.fromkeys(said_so) if each not in self.text)

    @property
    def definitions(self) -> tuple[str, ...]:
        """What the numbers mean: the name and the sentence of each metric."""
        found = self.part(DefinitionsPart)
        return () if found is None else tuple(f"{m.label}: {m.description or m.formula}" for m in found.metrics)


def heads_of(table: TablePart) -> tuple[str, ...]:
    """What stands above the columns."""
    return tuple(each.heading or each.label for each in table.columns)


def markdown_of(reply: Reply) -> str:
    """The whole answer as Markdown."""
    language = reply.body.language
    blocks = [reply.text, *(f"> {each}" for each in reply.remarks)]
    if reply.restated:
        blocks.append(said(READ_AS, language, text=reply.restated))
    if reply.table is not None:
        blocks.append(_table(reply.table))
        shown, total = min(_ROWS, reply.table.row_count), reply.table.total_rows
        if total > shown:
            blocks.append(said(MORE_ROWS, language, shown=shown, total=total))
    blocks += [f"- {each}" for each in reply.definitions]
    if reply.clarification is not None:
        choices = enumerate(reply.clarification.choices, 1)
        blocks += [said(_CHOICE, language, number=number, label=each.label, id=each.id) for number, each in choices]
    if reply.suggestions:
        blocks.append("\n".join((said(ASK_NEXT, language), *(f"- {each}" for each in reply.suggestions))))
    return "\n\n".join(blocks)


def _table(table: TablePart) -> str:
    marks = ["---" if each.role == "dimension" else "---:" for each in table.columns]
    rows = [heads_of(table), tuple(marks), *table.shown[:_ROWS]]
    return "\n".join(f"| {' | '.join(cell if row is rows[1] else plain(cell) for cell in row)} |" for row in rows)
