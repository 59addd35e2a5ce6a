"""Folded text -> pieces with symbols: the words of both languages, numbers, and dates written in digits.

White space is dropped; a stretch that no word covers is one GAP.
"""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import GAP, Piece
from chat_service.language.dates.words import HOLIDAY_DECIMALS, HOLIDAY_NUMBERS, by_beginning
from chat_service.language.dates.written import written_at
from chat_service.language.folding import Folded
from chat_service.language.numbers.read import Number, find_numbers
from semantic_layer import Grain

_KEY = re.compile(r"[a-z]+|[0-9]+[a-z]*")
_WORD_END = re.compile(r"[a-z]*")
_DIGITS_END = re.compile(r"\d*")
_ENDING = re.compile(r"'s(?![a-z])|(?<=s)'(?![a-z0-9])|'(?![a-z0-9])")
# 周三 is a weekday, but 周三个 begins with 周, and 周日均 is 周 and 日均.
_ZH_WEEKDAY = re.compile(
    r"个?(?:周|星期|礼拜)(?:(?P<day>[一二三四五六天末1-6])|(?P<sunday>日)(?![活均志报]))"
    r"(?![个单笔位件次家名条成折类种\d万千百十])(?<!一(?=[共起直下些样般定]))(?!(?<=一)[共起直下些样般定旦])"
)
# 第二个周一 is a Monday, 两个周 are two weeks
# what a date in digits or in short begins with: 2026-03, q3, fy25, jun-05-2026
_WRITTEN_BEGINS = frozenset("0123456789'qhwckflptjmasond")
_NTH = re.compile("(?:第.{1,2}|最后一|首)$")
_COUNTED_AFTER = re.compile(
    r" ?(?:[个位单件笔次家名人元块万千%]|yuan|rmb|orders?|customers?|members?|people|users?|buyers?)"
)
# 上周活跃 is 上周 and 活跃, 今年会员 is 今年 and 会员, 5月活动 is 5月 and 活动: a unit that is pointed at or counted
# is no part of a longer word.
_POINTED = frozenset("上这本下每那个今去前明当近0123456789一二三四五六七八九十两")
_UNITS = frozenset("年季月周")
_WHOLE_WORDS = frozenset(("年代", "年级", "年纪"))
# 本月中国区 is 本月 and 中国区.
_NOT_BEFORE = {
    "月中": frozenset("国位小高等心间午部层山"),
    "月头": frozenset("0123456789一二三四五六七八九十两"),
    "个周": frozenset("末"),
}
_ZH_DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "天": 7, "日": 7}


_LATIN, _OTHERS = by_beginning()


class Lexer:
    """Reads one text; use `pieces_of`."""

    def __init__(self, folded: Folded) -> None:
        self.text = folded.text
        self.spaced = folded.text.replace("-", " ")
        self.numbers = {number.fstart: number for number in find_numbers(folded)}
        self.pieces: list[Piece] = []

    def read(self) -> list[Piece]:
        at, length = 0, len(self.text)
        while at < length:
            if self.text[at] == " ":
                at += 1
                continue
            at = self._read_at(at)
        return self.pieces

    def _read_at(self, at: int) -> int:
        character = self.text[at]
        if character in _WRITTEN_BEGINS and (piece := written_at(self.text, at)) is not None:
            return self._add(piece)
        if character.isascii() and character.isalnum():
            word = self._latin_word(at)
        else:
            word = _longer(self._zh_weekday(at), self._other_word(at))
        number = self.numbers.get(at)
        if number is not None and (word is None or number.fend > word.fend or self._is_counted(word)):
            return self._add(self._number(number))
        if word is not None:
            return self._add(word)
        return self._gap(at)

    def _add(self, piece: Piece) -> int:
        self.pieces.append(piece)
        return piece.fend

    def _latin_word(self, at: int) -> Piece | None:
        before = self.text[at - 1] if at else " "
        if (before.isascii() and before.isalpha()) or (self.text[at].isdigit() and before.isdigit()):
            return None
        key = _KEY.match(self.text, at)
        assert key is not None, "the caller looked at the first character"
        for phrase, symbol, value, grain in _LATIN.get(key.group(), ()):
            end = at + len(phrase)
            if self.spaced.startswith(phrase, at) and not self._goes_on(end):
                return _word(symbol, at, end, phrase, value, grain)
        return None

    def _goes_on(self, end: int) -> bool:
        """Whether the word does not end here."""
        before, after = self.text[end - 1], self.text[end : end + 1]
        return after.isascii() and (after.isalpha() if before.isalpha() else after.isalnum())

    def _zh_weekday(self, at: int) -> Piece | None:
        if self.text[at] not in "周星礼个" or (self.text[at] == "个" and not _NTH.search(self.text, 0, at)):
            return None
        match = _ZH_WEEKDAY.match(self.text, at)
        if match is None or match["day"] == "末":
            return None
        day = match["sunday"] or match["day"]
        number = int(day) if day.isdigit() else _ZH_DAYS[day]
        return Piece("WEEKDAY", at, match.end(), match.group(), number, "day")

    def _other_word(self, at: int) -> Piece | None:
        ending = _ENDING.match(self.text, at)
        if ending is not None and at:
            return Piece("POSS", at, ending.end(), ending.group())
        if self.text[at] == "-":
            return Piece("DASH", at, at + 1, "-")
        for phrase, symbol, value, grain in _OTHERS.get(self.text[at], ()):
            if _is_unit(phrase, symbol) and at and self.text[at - 1] in _POINTED:
                continue
            if self.text.startswith(phrase, at) and self.text[
                at + len(phrase) : at + len(phrase) + 1
            ] not in _NOT_BEFORE.get(phrase, ()):
                return _word(symbol, at, at + len(phrase), phrase, value, grain)
        return None

    def _is_counted(self, word: Piece) -> bool:
        """618个客户 counts; 618 alone is a day."""
        return word.symbol == "HOLIDAY_NUMBER" and _COUNTED_AFTER.match(self.text, word.fend) is not None

    def _number(self, number: Number) -> Piece:
        text = self.text[number.fstart : number.fend]
        symbol = "NUMBER"
        if number.upto == number.value + 1 and not text[0].isdigit():
            symbol = "NEIGHBOURS"
        elif number.unit is not None or number.upto is not None:
            symbol = "AMOUNT"
        elif number.is_ordinal:
            symbol = "ORD"
        elif text in HOLIDAY_NUMBERS and not _COUNTED_AFTER.match(self.text, number.fend):
            symbol = "HOLIDAY_NUMBER"
        elif text in HOLIDAY_DECIMALS:
            symbol = "HOLIDAY_DECIMAL"
        elif text == "十一":
            symbol = "ELEVEN"
        elif len(text) == 4 and text.isdecimal() and 1990 <= number.value <= 2099:
            symbol = "YEAR4"
        elif text.isdecimal() or number.value < 1000:
            symbol = "NUMBER"
        return Piece(symbol, number.fstart, number.fend, text, number.value)

    def _gap(self, at: int) -> int:
        character = self.text[at]
        end = at + 1
        if character.isascii() and character.isalnum():
            word = (_WORD_END if character.isalpha() else _DIGITS_END).match(self.text, at)
            end = word.end() if word is not None else end
        if self.pieces and self.pieces[-1].symbol == GAP:
            self.pieces[-1] = Piece(GAP, self.pieces[-1].fstart, end, "")
        else:
            self.pieces.append(Piece(GAP, at, end, ""))
        return end


def _longer(one: Piece | None, other: Piece | None) -> Piece | None:
    if one is None or other is None:
        return one or other
    return one if one.fend >= other.fend else other


def _is_unit(phrase: str, symbol: str) -> bool:
    """Whether the word begins with a unit that belongs to what is counted before it: 5年内, 3月1日后, but 90年代."""
    if symbol == GAP:
        return (phrase[0] in _UNITS and phrase not in _WHOLE_WORDS) or phrase == "日后"
    return symbol in ("TO_DATE_UNIT", "YEAR_WORD") and phrase[0] in _UNITS


def _word(symbol: str, start: int, end: int, phrase: str, value: float, grain: Grain | None) -> Piece:
    if symbol.startswith("HOLIDAY:"):
        return Piece("HOLIDAY", start, end, symbol.removeprefix("HOLIDAY:"))
    return Piece(symbol, start, end, phrase, value, grain)


def pieces_of(folded: Folded) -> list[Piece]:
    """The pieces from left to right."""
    return Lexer(folded).read()
