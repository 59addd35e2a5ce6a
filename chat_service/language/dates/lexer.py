"""Folded text -> pieces with symbols: the words of both languages, numbers, and dates written in digits.

White space is dropped; a stretch that no word covers is one GAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from chat_service.language.dates.grammar import GAP, Piece
from chat_service.language.dates.words import HOLIDAY_DECIMALS, HOLIDAY_NUMBERS, KEY, by_beginning, context_of
from chat_service.language.dates.written import written_at
from chat_service.language.folding import Folded
from chat_service.language.numbers.read import Number

_WORD_END, _DIGITS_END = re.compile("[a-z]*"), re.compile(r"\d*")
_ENDING = re.compile(r"'s(?![a-z])|(?<=s)'(?![a-z0-9])|'(?![a-z0-9])")
# what a date in digits or in short begins with: 2026-03, q3, fy25, jun-05-2026
_WRITTEN_BEGINS = frozenset("0123456789'qhwckflptjmasond")
_LATIN, _OTHERS = by_beginning()
_UNITS = frozenset({"COUNTED", "HALF"})


def pieces_of(folded: Folded, numbers: Iterable[Number]) -> list[Piece]:
    """The pieces from left to right; `numbers` are those of the text."""
    text, pieces, at = folded.text, list[Piece](), 0
    spaced, by_start = text.replace("-", " "), {number.fstart: number for number in numbers}
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        piece = _piece(text, spaced, at, by_start.get(at)) or Piece(GAP, at, _gap_end(text, at), "")
        at = piece.fend
        if piece.symbol in _UNITS and [each.symbol for each in pieces[-1:]] == ["DASH"] and _is_compound(pieces, text):
            pieces.pop()
        if piece.symbol == GAP and not piece.text and pieces and pieces[-1].symbol == GAP:
            pieces[-1] = replace(pieces[-1], fend=at, text="")
        else:
            pieces.append(piece)
    return pieces


def _is_compound(pieces: list[Piece], text: str) -> bool:
    """First-quarter sales, the second-half figures: the hyphen joins a unit with the word that tells which."""
    dash = pieces[-1].fstart
    return text[dash - 1 : dash].isalpha() and len(pieces) > 1 and pieces[-2].symbol != GAP and text[dash + 1] != " "


def _piece(text: str, spaced: str, at: int, number: Number | None) -> Piece | None:
    """The date in digits, number or word that begins there: the longest of them."""
    if text[at] in _WRITTEN_BEGINS and (piece := written_at(text, at)) is not None:
        return piece
    is_latin = text[at].isascii() and text[at].isalnum()
    word = _latin_word(text, spaced, at) if is_latin else _other_word(text, at)
    if number is None or (word is not None and number.fend <= word.fend):
        return word
    said = text[number.fstart : number.fend]
    return Piece(_symbol(number, said, text), number.fstart, number.fend, said, number.value)


def _latin_word(text: str, spaced: str, at: int) -> Piece | None:
    before = text[at - 1] if at else " "
    if (before.isascii() and before.isalpha()) or (text[at].isdigit() and before.isdigit()):
        return None
    key = KEY.match(text, at)
    assert key is not None, "the caller looked at the first character"
    for entry in _LATIN.get(key.group(), ()):
        end = at + len(entry.phrase)
        if spaced.startswith(entry.phrase, at) and not _goes_on(text, end):
            return Piece(entry.symbol, at, end, entry.says or entry.phrase, entry.value, entry.grain)
    return None


def _goes_on(text: str, end: int) -> bool:
    """Whether the word does not end here."""
    before, after = text[end - 1], text[end : end + 1]
    return after.isascii() and (after.isalpha() if before.isalpha() else after.isalnum())


def _other_word(text: str, at: int) -> Piece | None:
    ending = _ENDING.match(text, at) if at and text[at] == "'" else None
    if ending is not None:
        return Piece("POSS", at, ending.end(), ending.group())
    if text[at] == "-":
        return Piece("DASH", at, at + 1, "-")
    for entry in _OTHERS.get(text[at], ()):
        if text.startswith(entry.phrase, at) and entry.stands(text, at, end := at + len(entry.phrase)):
            return Piece(entry.symbol, at, end, entry.says or entry.phrase, entry.value, entry.grain)
    return None


def _symbol(number: Number, said: str, text: str) -> str:
    """What a number can be in a date."""
    if number.upto == number.value + 1 and not said[0].isdigit():
        return "NEIGHBOURS"
    if number.unit is not None or number.upto is not None:
        return "AMOUNT"
    if number.is_ordinal:
        return "ORD"
    counts = any(context_of(noun).match(text, number.fend) for noun in ("counted", "counted_noun"))
    if said in HOLIDAY_NUMBERS and not counts:
        return "HOLIDAY_NUMBER"  # 618个客户 counts; 618 alone is a day
    if said in HOLIDAY_DECIMALS:
        return "HOLIDAY_DECIMAL"
    if context_of("eleven").fullmatch(said):
        return "ELEVEN"
    return "YEAR4" if len(said) == 4 and said.isdecimal() and 1990 <= number.value <= 2099 else "NUMBER"


def _gap_end(text: str, at: int) -> int:
    if not (text[at].isascii() and text[at].isalnum()):
        return at + 1
    word = (_WORD_END if text[at].isalpha() else _DIGITS_END).match(text, at)
    return at + 1 if word is None else word.end()
