"""Text in columns of cells, wide signs counted as two: broken between words and never inside one, cut where it must be.

Comes in: heads, cells and a width. Goes out: the same, broken. Knows no result and prints nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

# a figure with its unit, a word, or one wide sign, with the marks that may not be parted from it and the space after it
_OPENING, _CLOSING = r"[（“(]*", r"(?:\s*[、，。；：）”)]|[,.;:!?])*"
_FIGURE = r"[-+]?\d[\d,.:/-]*(?:%|[A-Za-z][^\u2e80-\uffff\s]*)?[\u4e00-\u9fff]{0,2}"
_PIECES = re.compile(rf"{_OPENING}(?:{_FIGURE}|[^\u2e80-\uffff\s]+|[\u2e80-\uffff]){_CLOSING}\s*|\s+")
_AFTER_MARK = re.compile(r"(?<=[、，；：])[^、，；：。）”)\s][^、，；：。\s]*$")
_CUT = "…"
_LINES = 2
_SHORT = 12  # cells of a name without spaces that is not broken, whatever its signs
_HEAD = 6  # a head of signs without spaces is not set one below the other


def broken(text: str, width: int, lines: int = _LINES) -> str:
    """The text over at most so many lines of that width, as far as its words are no longer; cut where it is too long.

    >>> broken("replenishment reminder", 13)
    'replenishment\\nreminder'
    >>> broken("overdue against their own rhythm", 12)
    'overdue\\nagainst…'
    """
    found: list[str] = [""]
    pieces = _PIECES.findall(text)
    for at, piece in enumerate(pieces):
        if cell_len(found[-1] + piece.rstrip()) > width and found[-1].strip():
            if len(found) == lines:
                return "\n".join([*(line.rstrip() for line in found[:-1]), _shortened(found[-1], width)])
            found[-1:] = _parted(found[-1], "".join(pieces[at:]) if len(found) + 1 == lines else "", width)
        found[-1] += piece
    return "\n".join(line.rstrip() for line in found)


def balanced(text: str, width: int, lines: int) -> str:
    """The same lines in number, as even as they get: no sign stands alone.

    >>> balanced("最近下单时间", 10, 5)
    '最近下\\n单时间'
    """
    found = broken(text, width, lines)
    for narrower in range(width - 1, 0, -1):
        tried = broken(text, narrower, lines)
        if tried.count("\n") != found.count("\n") or tried.endswith(_CUT):
            break
        found = tried
    return found


def flowing(text: str, width: int) -> str:
    """Text over as many lines as it takes, broken between words and between Chinese signs, not before a mark."""
    return "\n".join(broken(line, width, lines=len(line) + 1) for line in text.split("\n"))


def indented(text: str, width: int, by: int = 4) -> str:
    """A paragraph, indented, over as many lines as it takes.

    >>> indented("one two three", 12)
    '    one two\\n    three'
    """
    return "\n".join(" " * by + line for line in flowing(text, width - by).split("\n"))


def fitted(heads: Sequence[str], cells: Sequence[Sequence[str]], fixed: Sequence[bool], width: int) -> list[int]:
    """The width of each column, so that all fit as far as whole words allow: first heads are broken, then the texts.

    `fixed` columns hold figures, which are never broken; all others have room for their longest word and a mark of
    what is cut.
    """
    texts = [max((cell_len(cell) for cell in column), default=0) for column in cells]
    least = [
        max(_least(head), text if stays else min(text, max(map(_longest_word, column), default=0) + 1, 24))
        for head, text, stays, column in zip(heads, texts, fixed, cells, strict=True)
    ]
    wanted = [max(cell_len(head), text) for head, text in zip(heads, texts, strict=True)]
    room = width - sum(1 for _ in heads) + 1
    shrinkable = [max(each, text) for each, text in zip(least, texts, strict=True)]
    found = wanted if sum(wanted) <= room else shrinkable
    while sum(found) > room:
        spare = [each - low for each, low in zip(found, least, strict=True)]
        widest = max(range(len(found)), key=lambda place: (spare[place] > 0, found[place]))
        if spare[widest] <= 0:
            break
        found[widest] -= 1
    return found


def columns_that_fit(widths: Sequence[int], room: int) -> int:
    """How many columns, from the left, stand in a line of that width."""
    used = -1
    for count, width in enumerate(widths):
        used += width + 1
        if used > room:
            return max(1, count)
    return len(widths)


def _least(head: str) -> int:
    """The least width of a head: its longest word, of one without spaces a few signs."""
    longest = max((cell_len(piece.rstrip()) for piece in _PIECES.findall(head)), default=0)
    return max(longest, 0 if head.isascii() else min(cell_len(head), _HEAD))


def _parted(line: str, rest: str, width: int) -> list[str]:
    """A full line, and what the next begins with: a name after the last mark is not broken where it is short, or where
    it stands in the last line with the `rest`.

    >>> _parted("超出自己的购买节奏、不再登", "", 26)
    ['超出自己的购买节奏、', '不再登']
    """
    name = _AFTER_MARK.search(line)
    if name is None or not name.start():
        return [line, ""]
    fits = rest and cell_len(name[0] + rest.rstrip()) <= width
    if cell_len(name[0]) > _SHORT and not fits:
        return [line, ""]
    return [line[: name.start()], name[0]]


def _longest_word(text: str) -> int:
    if cell_len(text) <= _SHORT and " " not in text:
        return cell_len(text)
    return max((cell_len(piece.rstrip()) for piece in _PIECES.findall(text)), default=0)


def _shortened(line: str, width: int) -> str:
    line = line.rstrip(" ,、，")
    while line and cell_len(line + _CUT) > width:
        pieces = _PIECES.findall(line)
        line = "".join(pieces[:-1]).rstrip(" ,、，") if len(pieces) > 1 else line[:-1]
    return line + _CUT
