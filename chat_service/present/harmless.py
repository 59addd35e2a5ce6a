"""Text of others that goes to a terminal: signs that would command it are shown, not sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# control signs but tab and line feed, those of the upper half among them, and marks that turn the direction of writing
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Terminal(Console):
    """A console whose own styles alone reach the terminal as commands. Reads no markup in text unless told to."""

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False, markup: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, highlight=False, markup=markup, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for each in super().render(renderable, options):
            yield each if each.control else Segment(harmless(each.text), each.style)


def harmless(text: str) -> str:
    """The text with every sign that would command a terminal written out.

    >>> harmless("\\x1b]0;title\\x07 [red]")
    '\\\\x1b]0;title\\\\x07 [red]'
    """
    return _COMMANDS.sub(_written, text)


def harmless_json(text: str) -> str:
    """The same JSON, in which such signs are escaped as JSON has it.

    >>> harmless_json('"\\x9b31m"')
    '"\\\\u009b31m"'
    """
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _written(found: re.Match[str]) -> str:
    sign = ord(found[0])
    return f"\\x{sign:02x}" if sign < 0x100 else f"\\u{sign:04x}"
