"""Folded text -> the numbers in it, as people read them.

- Ratios are fractions: 20%, 百分之二十, 20 percent and 两成 all have the value 0.2 and the unit `percent`; 一半 and
  half are 0.5; a third is 1/3.
- Money (¥1000, 1000元, 1000 yuan) has the unit `money`, and tells how its currency was written.
- 几十, 十几, 上百, 二十多, 两三 and `dozens` are vague: `value` is the least and `upto` the most that people mean,
  so that a caller who needs one number can ask for it. 过万, 破千元 and 上万 have no most.
- In ranges the first number takes scale and unit of the second: 1到3万 is 10,000 and 30,000, 20-30% is 0.2 and 0.3.
- A numeral inside a word is none: 一下, 统一, 万一, 四川, 十分, 第三方.

Numbers inside dates (2026年3月, last 30 days) are found here too; who reads dates first takes them away by their span.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Literal

from chat_service.language.folding import Folded
from chat_service.language.formats import Formats, Said, joined_lines
from chat_service.language.numbers.numerals import (
    EN_ORDINALS,
    EN_WORDS,
    SCALES,
    ZH_NUMERAL,
    en_value,
    values,
    zh_decimal,
    zh_value,
)
from chat_service.language.words.tables import languages, tables
from semantic_layer import CURRENCIES

NumberUnit = Literal["percent", "money", "times"]
_MOST = 10**18
_GROUP, _GROUPING = 3, str.maketrans("", "", ", ")


@dataclass(frozen=True)
class Number:
    """A number: `start`, `end` count in the original, `fstart`, `fend` in the folded text.

    `upto` is set for vague numbers only: the largest that the words can mean. `currency` is how one was written.
    """

    text: str
    start: int
    end: int
    fstart: int
    fend: int
    value: float
    unit: NumberUnit | None = None
    is_ordinal: bool = False
    upto: float | None = None
    currency: str | None = None


@dataclass(frozen=True)
class _Value:
    """What was said, before it has a place."""

    value: float
    unit: NumberUnit | None = None
    is_ordinal: bool = False
    upto: float | None = None


def find_numbers(folded: Folded) -> tuple[Number, ...]:
    """The numbers from left to right; spans do not overlap.

    >>> from chat_service.language.folding import fold
    >>> [(one.text, one.value, one.unit) for one in find_numbers(fold("低于两成、超过1.5万元的前三个"))]
    [('两成', 0.2, 'percent'), ('1.5万元', 15000, 'money'), ('三', 3, None)]
    """
    found: list[Number] = []
    at, text = 0, folded.text
    while said := _FORMATS.search(text, at):
        value = _READERS[said.kind](said, text[max(0, said.start - 12) : said.start], text[said.start : said.end + 3])
        if value is None:
            # a run of numerals that is no number can still hold one behind its first character
            at = said.start + 1
            continue
        at = said.end
        start, end = folded.span(said.start, said.end)
        whole = int(value.value) if value.value == int(value.value) else value.value
        currency = (said.groups.get("sign") or said.groups.get("money") or "").strip() or None
        place = (folded.original[start:end], start, end, said.start, said.end)
        found.append(Number(*place, whole, value.unit, value.is_ordinal, value.upto, currency))
    return tuple(_with_ranges(text, found))


# --- the words ---


def _either(words: Iterable[str]) -> str:
    """A pattern of one of the words, longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _counting(name: str) -> tuple[str, ...]:
    """Words and patterns around numerals, of all languages."""
    return tuple(word for language in languages() for word in tables(language)["counting"].get(name, ()))


_WRITTEN = {word for currency in CURRENCIES.values() for word in currency.written}
_TABLE = tomllib.loads(files(__package__).joinpath("formats.toml").read_text(encoding="utf-8"))
_PARTS: dict[str, str] = {
    **_TABLE["parts"],
    "ZH": f"[{ZH_NUMERAL}]",
    # 1000 yuan, but CNY 1000; a sign stands before
    "SIGN": _either(w for w in _WRITTEN if not w.isalpha() or w in ("人民币", "rmb") or w.upper() in CURRENCIES),
    "MONEY": _either(word for word in _WRITTEN - {"块"} if word.isalpha()) + "|块(?!业务|内容)",
    "UNIT_WORD": _either(word for word, value in EN_WORDS.items() if value < 20),
    "TEN_WORD": _either(word for word, value in EN_WORDS.items() if value >= 20),
    "NTH": _either(EN_ORDINALS),
}
_FORMATS = Formats(_TABLE["formats"], _PARTS)
_TIMES, _UNDER, _DOZENS = (values("en", role) for role in ("times", "under", "dozens"))
_MEASURES, _NOT_ONE, _IN_WORD, _RANK_MARKS, _IN_NAME = (
    frozenset(_counting(name)) for name in ("measure", "not_one", "in_word", "rank_mark", "in_name")
)
_RANKS, _PASSING = _counting("rank"), _counting("passing")
_ZH_WORDS = re.compile("|".join(tables("zh")["counting"]["no_number"]))
_EN_WORDS_BEFORE = tuple(f"{word} " for word in tables("en")["counting"]["no_number"])
_PARTS_BEFORE = tuple(f"{word} " for word in tables("en")["counting"]["part_half"])
_RANGE = re.compile(f" ?(?:{_either(_counting('range'))}) ?")
_LISTED = re.compile("|".join(_counting("listed")))
_SCALE = re.compile(joined_lines(_PARTS["SCALE"]))
_AFTER_LETTERS = re.compile(r"(?<![a-z])(?:[a-z]{2,})$")  # top3

# --- the readers: what was found, the text before it, and the text from it on ---


def _with_unit(said: Said, value: float) -> _Value:
    if "percent" in said.groups:
        return _Value(_fraction(value), "percent")
    if "permille" in said.groups:
        return _Value(value / 1000, "percent")
    return _Value(value, "money" if "money" in said.groups or "sign" in said.groups else None)


def _fraction(percent: float) -> float:
    """Hundredths without the noise of binary division: 28.4% is 0.284."""
    return round(percent / 100, 12)


def _number_of(numeral: str) -> float | None:
    return _written(numeral) if numeral[0].isdigit() else zh_value(numeral)


def _written(digits: str) -> float:
    """1,000.5 and 10 000 as they stand; a comma before one or two digits is a point: 3,5."""
    whole, comma, rest = digits.rpartition(",")
    return float(f"{whole}.{rest}") if comma and len(rest) < _GROUP else float(digits.translate(_GROUPING))


def _digits(said: Said, before: str, _: str) -> _Value | None:
    groups = said.groups
    behind = f"{before}{groups.get('minus', '')}"
    if behind[-1:].isascii() and behind[-1:].isalpha() and "sign" not in groups and not _AFTER_LETTERS.search(behind):
        return None  # q3, b2b, m3
    value = _written(groups["digits"])
    if value > _MOST:
        return None
    if "nth" in groups:
        return _Value(value, is_ordinal=True)
    if "scale" in groups:
        size, tail = SCALES[groups["scale"].strip()], groups.get("tail")
        value *= size
        if tail:  # 1万5, 1万5千
            value += int(tail[0]) * (1000 if tail.endswith("千") else size // 10)
    return _with_unit(said, -value if "minus" in groups else value)


def _zh(said: Said, before: str, text: str) -> _Value | None:
    numeral, decimal = said.groups["zh"], said.groups.get("decimal")
    after, value = text[len(numeral) : len(numeral) + 3], zh_value(numeral)
    if _ZH_WORDS.match(text):
        return None
    if decimal and value is not None:
        return _with_unit(said, value + zh_decimal(decimal))
    if len(numeral) == 2 and after[:1] in _MEASURES:
        low, high = zh_value(numeral[0]), zh_value(numeral[1])
        if low is not None and high is not None and 0 < low < 9 and high == low + 1:
            return _Value(low, upto=high)  # 两三, 七八: the one or the other
    return None if value is None or not _counts(numeral, before, after) else _with_unit(said, value)


def _counts(numeral: str, before: str, after: str) -> bool:
    """Whether a numeral counts something, or is a part of a word."""
    if numeral in ("俩", "仨"):
        return before[-1:] not in _IN_NAME
    if len(numeral) > 1 and numeral != "十一":
        return any(unit in numeral for unit in "十百千万亿") or after.startswith("年") or len(numeral) >= 4
    is_one = numeral == "一"
    if numeral in "百千万亿" or (before[-1:] in _IN_WORD if is_one else before.endswith("周")):
        return False
    if after[:1] in _MEASURES:
        return not is_one or after[0] not in _NOT_ONE
    ranked = before.endswith(_RANKS)
    ranked = ranked and after[:1] in ("", " ", "的") if is_one else ranked or before[-1:] in _RANK_MARKS
    return ranked or _begins_range(after) or _LISTED.match(after) is not None


def _begins_range(after: str) -> bool:
    match = _RANGE.match(after)
    return match is not None and after[match.end() : match.end() + 1] in (*ZH_NUMERAL, *"0123456789")


def _english(said: Said, before: str, _: str) -> _Value | None:
    words = said.groups["en"]
    value = None if words == "one" and before.endswith(_EN_WORDS_BEFORE) else en_value(words)
    return None if value is None else _with_unit(said, value)


def _part(said: Said, *_: str) -> _Value | None:
    """百分之二十, 千分之五, 三分之一."""
    base, part = _number_of(said.groups["base"]), _number_of(said.groups["part"])
    if not base or part is None:
        return None
    return _Value(round((part + zh_decimal(said.groups.get("decimal", "零"))) / base, 12), "percent")


def _tenths(said: Said, *_: str) -> _Value:
    """三成, 三成五, 三成半."""
    whole, rest = _number_of(said.groups["whole"]) or 0, said.groups.get("rest", "零")
    hundredths = 5 if rest == "半" else zh_value(rest) or 0
    return _Value(round(whole / 10 + hundredths / 100, 12), "percent")


def _nth(said: Said, *_: str) -> _Value | None:
    word = said.groups["nth"]
    value = EN_ORDINALS.get(word) or _number_of(word)
    return None if value is None else _Value(value, is_ordinal=True)


def _fraction_words(said: Said, *_: str) -> _Value:
    over = 1 if said.groups["over"] == "a" else EN_WORDS[said.groups["over"]]
    return _Value(over / _UNDER[said.groups["under"]], "percent")


def _half(_: Said, before: str, __: str) -> _Value | None:
    return None if before.endswith(_PARTS_BEFORE) else _Value(0.5, "percent")


def _vague(said: Said, _: str, text: str) -> _Value | None:
    """几十 is 20 to 99, 上百个 100 to 999; 过万, and 上万 that counts nothing, are ten thousand or more."""
    size, mark = zh_value(said.groups["size"]), said.groups["mark"]
    if size is None or (mark == "成" and size == 10):
        return None
    after = text[len(mark) + len(said.groups["size"]) :][:1]
    if mark in _PASSING and (after not in _MEASURES or "money" in said.groups):
        return _vaguely(said, size, math.inf)
    return _vaguely(said, size * 2 if mark.startswith(("几", "好几", "数")) else size, size * 10 - 1)


def _rather_more(said: Said, *_: str) -> _Value | None:
    """二十多 is 20 to 29."""
    value = _number_of(said.groups["base"])
    if not value:
        return None
    digits = str(int(value))
    return _vaguely(said, value, value + 10 ** (len(digits) - len(digits.rstrip("0") or "0")) - 1)


def _teens(said: Said, *_: str) -> _Value:
    return _vaguely(said, 11 if said.groups["mark"] == "十几" else 10, 19)


def _vaguely(said: Said, least: float, most: float) -> _Value:
    return _Value(least, "money" if "money" in said.groups else None, upto=most)


def _dozens(said: Said, *_: str) -> _Value:
    """Dozens is 24 to 99, hundreds 200 to 999."""
    least = _DOZENS[said.groups["word"]]
    return _Value(least, upto=10 ** len(str(least)) - 1)


_READERS: dict[str, Callable[[Said, str, str], _Value | None]] = {
    "part": _part,
    "tenths": _tenths,
    "half": _half,
    "half_en": _half,
    "half_unit": lambda *_: _Value(0.5),
    "vague": _vague,
    "teens": _teens,
    "rather_more": _rather_more,
    "nth": _nth,
    "digits": _digits,
    "zh": _zh,
    "fraction": _fraction_words,
    "times": lambda said, *_: _Value(_TIMES[said.groups["word"]], "times"),
    "dozens": _dozens,
    "en": _english,
}


def _with_ranges(text: str, numbers: list[Number]) -> list[Number]:
    """1到3万, 20-30%, 1000到3000元: what is said once holds for both."""
    for index in range(len(numbers) - 1):
        first, second = numbers[index], numbers[index + 1]
        if not _RANGE.fullmatch(text, first.fend, second.fstart) or first.is_ordinal or second.is_ordinal:
            continue
        scale = _SCALE.search(text[second.fstart : second.fend])
        size = SCALES[scale["scale"].strip()] if scale else 1
        value = first.value
        if text[first.fend - 1].isdigit() and value < second.value / size:
            value *= size
        if second.unit == "percent" and first.unit is None and value >= 1:
            value = _fraction(value)
        elif (second.unit is None or first.unit is not None) and value == first.value:
            continue
        numbers[index] = replace(first, value=value, unit=first.unit or second.unit)
    return numbers
