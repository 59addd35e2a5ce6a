"""Text as typed -> the text that the readers of words see, with the way back to what was typed.

Folding makes variants equal: full and half width, case, traditional and simplified Chinese (with the words of Taiwan
that have another name on the mainland: 登入 -> 登录), quotes and dashes, white space, control characters. Knows no
words of the domain. The map back is exact for every character whose folding stands alone; where several characters fold
together (a letter with its accents, a phrase of another length), each of them maps to the whole of the piece.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import import_module
from typing import Protocol


@dataclass(frozen=True)
class Folded:
    """Folded text; character `i` of it stands for `original[starts[i]:ends[i]]`."""

    original: str
    text: str
    starts: tuple[int, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)

    def span(self, fstart: int, fend: int) -> tuple[int, int]:
        """The half-open span of the original behind `text[fstart:fend]`; empty spans stay empty.

        >>> fold("Ａ  上個月").span(2, 5)
        (3, 6)
        """
        if fstart >= fend:
            at = self.starts[fstart] if fstart < len(self.starts) else len(self.original)
            return at, at
        return min(self.starts[fstart:fend]), max(self.ends[fstart:fend])

    def typed(self, fstart: int, fend: int) -> str:
        """What was typed for `text[fstart:fend]`."""
        start, end = self.span(fstart, fend)
        return self.original[start:end]


@dataclass(frozen=True)
class _Piece:
    text: str
    start: int
    end: int


# what is typed for a character: its look-alikes
_ALIKE = {"'": "‘’‛ʼ′`", '"': "“”„″", "-": "‐‑‒–—―−─", "~": "〜∼", "/": "⁄∕", "%": "﹪٪", "¥": "￥", "零": "〇"}
_SAME_AS = str.maketrans({alike: plain for plain, many in _ALIKE.items() for alike in many})


def fold(text: str) -> Folded:
    """Fold any text; never raises.

    >>> fold("上個月　ＴＯＰ３ Café").text
    '上个月 top3 café'
    >>> fold("列出沒有登入過的會員").text
    '列出没有登录过的会员'
    """
    if _is_plain(text):
        return Folded(text, text.lower(), tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    pieces = _simplified(_collapsed(_normalised(text)))
    return Folded(
        text,
        "".join(piece.text for piece in pieces),
        tuple(piece.start for piece in pieces for _ in piece.text),
        tuple(piece.end for piece in pieces for _ in piece.text),
    )


def folded(text: str) -> str:
    """The folded text alone."""
    return text.lower() if _is_plain(text) else fold(text).text


_PLAIN = re.compile(r"[!-_a-~\u4e00-\u9fff]+(?: [!-_a-~\u4e00-\u9fff]+)*")


def _is_plain(text: str) -> bool:
    """Whether folding changes nothing but case: so with most questions and words of a model."""
    return _PLAIN.fullmatch(text) is not None and _is_simplified(text) and _SHARED_CHARACTERS.search(text) is None


def _normalised(text: str) -> list[_Piece]:
    """NFKC, lower case, no controls; a base character is taken together with its combining marks."""
    pieces: list[_Piece] = []
    at, length = 0, len(text)
    while at < length:
        end = at + 1
        while end < length and text[end] >= "\u0300" and unicodedata.combining(text[end]):
            end += 1
        if end == at + 1 and "\u4e00" <= text[at] <= "\u9fff":
            pieces.append(_Piece(text[at], at, end))
        elif end == at + 1 and "!" <= text[at] <= "~":
            character = text[at].lower()
            pieces.append(_Piece("'" if character == "`" else character, at, end))
        else:
            piece = _readable(unicodedata.normalize("NFKC", text[at:end]).lower().translate(_SAME_AS))
            # an accent that stands alone unfolds to a space and a mark
            piece = piece.strip() or piece
            if piece:
                pieces.append(_Piece(piece, at, end))
        at = end
    return pieces


def _readable(piece: str) -> str:
    """White space of all kinds as spaces, without controls, format characters, surrogates and private ones."""
    kept = (" " if character.isspace() else character for character in piece)
    return "".join(one for one in kept if one == " " or not unicodedata.category(one).startswith("C"))


def _collapsed(pieces: list[_Piece]) -> list[_Piece]:
    """Runs of white space become one space, none at either end."""
    result: list[_Piece] = []
    for piece in pieces:
        if not piece.text.strip():
            if result and result[-1].text != " ":
                result.append(_Piece(" ", piece.start, piece.end))
            elif result:
                result[-1] = _Piece(" ", result[-1].start, piece.end)
        else:
            result.append(piece)
    if result and result[-1].text == " ":
        result.pop()
    return result


# --- traditional to simplified ---

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]{1,48}")
# Words of Taiwan in characters that simplified writing has too: nothing in them shows that they are traditional.
_SHARED_CHARACTERS = re.compile("登入|登出")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@lru_cache(maxsize=1)
def _converter() -> _Converter:
    # Loaded when the first traditional character occurs: the dictionaries take longer to load than most questions.
    converter: _Converter = import_module("opencc").OpenCC("tw2sp")
    return converter


def _is_simplified(text: str) -> bool:
    """GB 2312 holds ASCII, the simplified characters in everyday use and hardly any traditional one."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _simplified(pieces: list[_Piece]) -> list[_Piece]:
    text = "".join(piece.text for piece in pieces)
    if _SHARED_CHARACTERS.search(text) is None and all(
        character < "\u3400" or _is_simplified(character) for character in text
    ):
        return pieces
    owner = [index for index, piece in enumerate(pieces) for _ in piece.text]
    result: list[_Piece] = []
    at = 0
    for run in _HAN.finditer(text):
        result.extend(_copy(pieces, owner, text, at, run.start()))
        result.extend(_converted(pieces, owner, text, run.start(), run.end()))
        at = run.end()
    result.extend(_copy(pieces, owner, text, at, len(text)))
    return result


def _copy(pieces: list[_Piece], owner: list[int], text: str, start: int, end: int) -> list[_Piece]:
    return [_Piece(text[at], pieces[owner[at]].start, pieces[owner[at]].end) for at in range(start, end)]


def _converted(pieces: list[_Piece], owner: list[int], text: str, start: int, end: int) -> list[_Piece]:
    """The run in simplified characters; a phrase that changes its length maps as a whole."""
    run = text[start:end]
    simple = _converter().convert(run)
    if len(simple) == len(run):
        return [
            _Piece(simple[at], pieces[owner[start + at]].start, pieces[owner[start + at]].end) for at in range(len(run))
        ]
    by_character = "".join(_one(character) for character in run)
    result: list[_Piece] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, by_character, simple, autojunk=False).get_opcodes():
        if i2 - i1 == j2 - j1:
            spans = [(start + i, start + i + 1) for i in range(i1, i2)]
        else:
            first = min(start + i1, end - 1)
            spans = [(first, max(start + i2, first + 1))] * (j2 - j1)
        for character, (left, right) in zip(simple[j1:j2], spans, strict=True):
            result.append(_Piece(character, pieces[owner[left]].start, pieces[owner[right - 1]].end))
    return result


@lru_cache(maxsize=4096)
def _one(character: str) -> str:
    """The character alone, kept to one character so that positions stay."""
    simple = _converter().convert(character)
    return simple if len(simple) == 1 else character
