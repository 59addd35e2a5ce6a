"""What is told on Slack as its blocks, within its limits. Data is plain text: no sign in it means anything to Slack.

Comes in: a `Told`. Goes out: JSON for `chat.postMessage`. What does not fit is cut, and said to be.
"""

from __future__ import annotations

import json
from itertools import islice

from pydantic import JsonValue

from chat_service.channels.reply import ASK_NEXT, MORE_ROWS, READ_AS, Reply, heads_of
from chat_service.channels.talk import Told
from chat_service.channels.wire import TablePart
from chat_service.language.phrases import said
from semantic_layer import Phrase

Block = dict[str, JsonValue]
_SECTION, _SECTIONS, _CONTEXT = 3000, 4, 2000
_ROWS, _COLUMNS, _CELL, _TABLE = 20, 20, 200, 9000  # Slack takes 100 rows of 20 cells, 10,000 signs in all
_BUTTONS, _LABEL, _VALUE = 25, 75, 2000
_RIGHT, _WRONG, _ALONE = Phrase("👍 有用", "👍 Right"), Phrase("👎 不对", "👎 Wrong"), Phrase("只给我看", "Just for me")
_UP_TO = Phrase("数据截至 {day}", "Data up to {day}")


def blocks_of(told: Told, picture_id: str | None, *, in_channel: bool) -> list[Block]:
    """The message's blocks: text, cautions, table, chart, reading, choices, what to ask next, thumbs."""
    reply = told.reply
    if reply is None:
        return _sections(told.sentence)
    found = _sections(reply.text)
    found += _context(*filter(None, (told.note, *reply.remarks)))
    if reply.table is not None:
        found += _table(told, reply.table)
    if picture_id is not None:
        found.append(
            {
                "type": "image",
                "slack_file": {"id": picture_id},
                "alt_text": _cut(reply.restated or reply.text, _CONTEXT),
            }
        )
    found += _context(*_how(told, reply))
    if reply.clarification is not None:
        choices = reply.clarification.choices[:_BUTTONS]
        values = [json.dumps({"c": reply.clarification.id, "i": each.id}) for each in choices]
        found += _buttons("choose", [(each.label, value) for each, value in zip(choices, values, strict=True)])
    if reply.suggestions:
        found += _context(said(ASK_NEXT, told.language))
        found += _buttons("ask", [(each, each) for each in reply.suggestions[:_BUTTONS]])
    return [*found, *_thumbs(told, reply, in_channel)]


def fallback_of(told: Told) -> str:
    """The message where blocks are not shown: in notifications. Signs that Slack would read are told as themselves."""
    text = told.sentence if told.reply is None else told.reply.text
    return _cut(text, _SECTION).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _how(told: Told, reply: Reply) -> list[str]:
    """How the question was read, and what of."""
    found = [said(READ_AS, told.language, text=reply.restated)] if reply.restated else []
    day = reply.body.provenance.data_as_of
    return [*found, *reply.definitions, said(_UP_TO, told.language, day=day)] if found and day else found


def _thumbs(told: Told, reply: Reply, in_channel: bool) -> list[Block]:
    value = json.dumps({"r": reply.body.request_id, "n": told.reader, "l": told.language})
    right, wrong, alone = (said(each, told.language) for each in (_RIGHT, _WRONG, _ALONE))
    found = [_button("thumb:up", right, value), _button("thumb:down", wrong, value)]
    if in_channel:
        found.append(_button("alone", alone, value))
    return [{"type": "actions", "elements": [*found]}]


def _sections(text: str) -> list[Block]:
    pieces = [text[at : at + _SECTION] for at in range(0, len(text), _SECTION)] or ["…"]
    if len(pieces) > _SECTIONS:
        pieces = [*pieces[: _SECTIONS - 1], _cut(pieces[_SECTIONS - 1] + pieces[_SECTIONS], _SECTION)]
    return [{"type": "section", "text": _plain(each)} for each in pieces]


def _context(*texts: str) -> list[Block]:
    elements: list[JsonValue] = [_plain(_cut(each, _CONTEXT)) for each in texts[:10] if each]
    return [{"type": "context", "elements": elements}] if elements else []


def _buttons(action: str, offered: list[tuple[str, str]]) -> list[Block]:
    """One button each; what is offered under a value that Slack does not take is left out."""
    fitting = [(label, value) for label, value in offered if len(value) <= _VALUE]
    buttons: list[JsonValue] = [_button(f"{action}:{at}", label, value) for at, (label, value) in enumerate(fitting)]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _table(told: Told, table: TablePart) -> list[Block]:
    columns = table.columns[:_COLUMNS]
    rows = [_cells(heads_of(table))]
    size = sum(map(len, rows[0]))
    for shown in islice(table.shown, _ROWS):
        row = _cells(shown)
        size += sum(map(len, row))
        if size > _TABLE:
            break
        rows.append(row)
    block: Block = {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
        "column_settings": [{"align": "left" if each.role == "dimension" else "right"} for each in columns],
    }
    shown_rows = len(rows) - 1
    if shown_rows >= table.total_rows:
        return [block]
    return [block, *_context(said(MORE_ROWS, told.language, shown=shown_rows, total=table.total_rows))]


def _cells(row: tuple[str, ...]) -> list[str]:
    """A cell without a sign is refused by Slack."""
    return [_cut(each, _CELL) or "—" for each in row[:_COLUMNS]]


def _button(action: str, label: str, value: str) -> Block:
    return {"type": "button", "action_id": action, "text": _plain(_cut(label, _LABEL)), "value": value}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
