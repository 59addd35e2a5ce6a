"""What is told on Slack as its blocks, within its limits. Data is plain text: no sign in it means anything to Slack.

Comes in: a `Told`. Goes out: JSON for `chat.postMessage`. What does not fit is cut, and said to be.
"""

from __future__ import annotations

from pydantic import JsonValue

from chat_service.channels.cards import Button, Card, Grid, Limits, card_of, cut
from chat_service.channels.talk import Told

Block = dict[str, JsonValue]
_SECTION, _SECTIONS, _CONTEXT = 3000, 4, 2000
_OPINIONS = {"up": "thumb:up", "down": "thumb:down", "alone": "alone"}
_LIMITS = Limits()  # Slack takes a table of 100 rows of 20 cells, 10,000 signs in all, and 25 buttons in a row


def blocks_of(told: Told, picture_id: str | None, *, in_channel: bool) -> list[Block]:
    """The message's blocks: text, cautions, table, chart, reading, choices, what to ask next, thumbs."""
    return _drawn(card_of(told, _LIMITS, in_channel=in_channel), picture_id)


def _drawn(card: Card, picture_id: str | None) -> list[Block]:
    found = [*_sections(card.text), *_context(*card.notes)]
    if card.grid is not None:
        found += [_table(card.grid), *_context(card.grid.more)]
    if picture_id is not None:
        found.append(
            {"type": "image", "slack_file": {"id": picture_id}, "alt_text": cut(card.about, _CONTEXT)},
        )
    found += _context(*card.how)
    found += _buttons([(f"choose:{at}", each) for at, each in enumerate(card.choices)])
    found += _context(card.ask_next)
    found += _buttons([(f"ask:{at}", each) for at, each in enumerate(card.asks)])
    return found + _buttons([(_OPINIONS[each.press.deed], each) for each in card.opinions])


def fallback_of(told: Told) -> str:
    """The message where blocks are not shown: in notifications. Signs that Slack would read are told as themselves."""
    text = told.sentence if told.reply is None else told.reply.text
    return cut(text, _SECTION).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sections(text: str) -> list[Block]:
    pieces = [text[at : at + _SECTION] for at in range(0, len(text), _SECTION)] or ["…"]
    if len(pieces) > _SECTIONS:
        pieces = [*pieces[: _SECTIONS - 1], cut(pieces[_SECTIONS - 1] + pieces[_SECTIONS], _SECTION)]
    return [{"type": "section", "text": _plain(each)} for each in pieces]


def _context(*texts: str) -> list[Block]:
    elements: list[JsonValue] = [_plain(cut(each, _CONTEXT)) for each in texts[:10] if each]
    return [{"type": "context", "elements": elements}] if elements else []


def _buttons(buttons: list[tuple[str, Button]]) -> list[Block]:
    elements: list[JsonValue] = [
        {"type": "button", "action_id": action, "text": _plain(each.label), "value": each.press.text()}
        for action, each in buttons
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def _table(grid: Grid) -> Block:
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in (grid.heads, *grid.rows)],
        "column_settings": [{"align": "right" if each else "left"} for each in grid.is_number],
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
