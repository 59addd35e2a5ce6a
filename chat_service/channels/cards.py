"""What is told as a card, before any platform draws it: texts, a table that fits, and buttons with what each does.

Comes in: a `Told`. Goes out: a `Card`. A button's `Press` is kept by the platform and comes back when it is clicked.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chat_service.channels.reply import ASK_NEXT, MORE_ROWS, READ_AS, Reply, heads_of
from chat_service.channels.talk import Told
from chat_service.channels.wire import TablePart
from chat_service.language.phrases import said
from chat_service.present.export.markdown import plain
from semantic_layer import Language, Phrase

ALONE = Phrase("只给我看", "Just for me")
_RIGHT, _WRONG = Phrase("👍 有用", "👍 Right"), Phrase("👎 不对", "👎 Wrong")
_UP_TO = Phrase("数据截至 {day}", "Data up to {day}")


class Press(BaseModel):
    """What a button does. `about` is the clarification of a choice, the question to ask, or the answer's request id;
    `of` the choice, or the reader whom an answer was for; `thread` that of the conversation, where a click names none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    deed: Literal["choose", "ask", "alone", "up", "down"]
    about: str
    of: str = ""
    language: Language = "zh"
    thread: str = ""

    def text(self) -> str:
        """As the platform keeps it."""
        return self.model_dump_json(exclude_defaults=True)


@dataclass(frozen=True)
class Button:
    """What it says, and what it does."""

    label: str
    press: Press


@dataclass(frozen=True)
class Grid:
    """The rows of a table that fit, as people read them; `more` says how many there are where these are not all."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_number: tuple[bool, ...]
    more: str = ""

    def lines(self) -> list[str]:
        """The table where a platform has none."""
        return [" | ".join(each) for each in (self.heads, *self.rows)] + ([self.more] if self.more else [])


@dataclass(frozen=True)
class Limits:
    """What a platform takes, in signs: of the text, of the notes above the table and of those below, of the table, of a
    label. A button whose press is longer in bytes is left out."""

    text: int = 12_000
    notes: int = 8_000
    rows: int = 20
    columns: int = 20
    cell: int = 200
    table: int = 9000
    buttons: int = 25
    label: int = 75
    press: int = 2000


@dataclass(frozen=True)
class Card:
    """An answer, or a sentence alone. `how` is how the question was read and what the numbers mean."""

    text: str
    notes: tuple[str, ...] = ()
    grid: Grid | None = None
    about: str = ""
    how: tuple[str, ...] = ()
    choices: tuple[Button, ...] = ()
    ask_next: str = ""
    asks: tuple[Button, ...] = ()
    opinions: tuple[Button, ...] = ()


def card_of(told: Told, limits: Limits, *, in_channel: bool, thread: str = "") -> Card:
    """The card of an answer, as far as it fits; of what is said without an answer, the sentence."""
    reply, language = told.reply, told.language
    if reply is None:
        return Card(told.sentence)

    def buttons(offered: list[tuple[str, Press]]) -> tuple[Button, ...]:
        own = ((label, press.model_copy(update={"thread": thread, "language": language})) for label, press in offered)
        found = [Button(cut(label, limits.label), press) for label, press in own]
        return tuple(islice((b for b in found if len(b.press.text().encode()) <= limits.press), limits.buttons))

    asked, request_id = reply.clarification, reply.body.request_id
    choices = () if asked is None else asked.choices
    opinions = [
        (said(_RIGHT, language), Press(deed="up", about=request_id)),
        (said(_WRONG, language), Press(deed="down", about=request_id)),
    ]
    if in_channel:
        opinions.append((said(ALONE, language), Press(deed="alone", about=request_id, of=told.reader)))
    return Card(
        text=cut(reply.text, limits.text),
        notes=_fitting((told.note, *reply.remarks), limits.notes),
        grid=None if reply.table is None else _grid(reply.table, limits, language),
        about=reply.restated or reply.text,
        how=_fitting(_how(told, reply), limits.notes),
        choices=buttons(
            [(c.label, Press(deed="choose", about=asked.id, of=c.id)) for c in choices] if asked is not None else []
        ),
        ask_next=said(ASK_NEXT, language) if reply.suggestions else "",
        asks=buttons([(each, Press(deed="ask", about=each)) for each in reply.suggestions]),
        opinions=buttons(opinions),
    )


def as_markdown(card: Card, picture: str | None = None) -> list[str]:
    """The texts of a card as blocks of Markdown without tables: a row is a line. `picture` is one by its address."""
    blocks = [plain(card.text), *(f"> {plain(each)}" for each in card.notes)]
    if card.grid is not None:
        blocks.append("\n".join(f"- {plain(each)}" for each in card.grid.lines()))
    if picture is not None:
        blocks.append(f"![]({picture})")
    blocks += [f"> {plain(each)}" for each in card.how]
    return [*blocks, plain(card.ask_next)] if card.asks else blocks


def cut(text: str, most: int) -> str:
    """So many signs of a text."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _fitting(texts: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The first of them, as far as so many signs go.

    >>> _fitting(("one", "", "two three"), 8)
    ('one', 'two …')
    """
    found = list[str]()
    for each in filter(None, texts):
        if (room := most - sum(map(len, found))) > 0:
            found.append(cut(each, room))
    return tuple(found)


def _how(told: Told, reply: Reply) -> tuple[str, ...]:
    if not reply.restated:
        return ()
    day = reply.body.provenance.data_as_of
    read_as, up_to = said(READ_AS, told.language, text=reply.restated), said(_UP_TO, told.language, day=day or "")
    return (read_as, *reply.definitions, up_to) if day else (read_as,)


def _grid(table: TablePart, limits: Limits, language: Language) -> Grid:
    """A cell without a sign is refused by platforms."""

    def cells(row: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cut(each, limits.cell) or "—" for each in row[: limits.columns])

    heads, rows = cells(heads_of(table)), list[tuple[str, ...]]()
    size = sum(map(len, heads))
    for row in map(cells, islice(table.shown, limits.rows)):
        size += sum(map(len, row))
        if size > limits.table:
            break
        rows.append(row)
    is_cut = len(rows) < table.total_rows
    return Grid(
        heads,
        tuple(rows),
        tuple(each.role != "dimension" for each in table.columns[: limits.columns]),
        said(MORE_ROWS, language, shown=len(rows), total=table.total_rows) if is_cut else "",
    )
