"""Chinese and English number words -> values. Knows no units and no context: see numbers.py for what counts as a
number.

The Chinese numeral libraries refuse spoken forms (两百五, 仨, 1万5, 三千二), so the reading is written out here.
"""

from __future__ import annotations

import re

ZH_DIGITS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
ZH_SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
ZH_LARGE_UNITS = {"万": 10**4, "亿": 10**8}
ZH_NUMERAL = "".join((*ZH_DIGITS, *ZH_SMALL_UNITS, *ZH_LARGE_UNITS))

_EN_UNITS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
EN_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "dozen": 12, "score": 20}
EN_WORDS: dict[str, int] = {
    **{word: value for value, word in enumerate(_EN_UNITS)},
    **{word: 10 * (index + 2) for index, word in enumerate(_EN_TENS)},
}
_EN_NTH = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
)
EN_ORDINALS: dict[str, int] = {word: index + 1 for index, word in enumerate(_EN_NTH)}
EN_ORDINALS |= {
    f"{ten}{joint}{word}": 10 * (index + 2) + EN_ORDINALS[word]
    for index, ten in enumerate(_EN_TENS)
    for joint in "- "
    for word in _EN_NTH[:9]
}
EN_ORDINALS |= {f"{ten[:-1]}ieth": 10 * (index + 2) for index, ten in enumerate(_EN_TENS)}
_EN_DIGIT = "|".join(sorted(_EN_UNITS, key=len, reverse=True))
_EN_TEN = "|".join(_EN_TENS)
_EN_BELOW_100 = rf"(?:(?:{_EN_TEN})(?:[- ](?:{_EN_DIGIT}))?|(?:{_EN_DIGIT}))"
# two hundred and fifty thousand; a hundred; a couple of hundred; half a million; two dozen
EN_NUMBER = (
    rf"(?:(?:a couple of|a|half a|{_EN_BELOW_100}) (?:hundred|thousand|million|billion|dozen)s?"
    rf"(?: (?:thousand|million))?(?: (?:and )?{_EN_BELOW_100})?(?: thousand)?|{_EN_BELOW_100}(?: and a half)?)"
)
_DIGITS_ONLY = re.compile("[零一二三四五六七八九]{2,}")


def zh_value(numeral: str) -> float | None:
    """The value of a Chinese numeral, or None where it is not well formed.

    >>> [zh_value(text) for text in ("一百二十", "两百五", "三千零五", "一万二", "十五", "二零二五", "三千千")]
    [120, 250, 3005, 12000, 15, 2025, None]
    """
    if _DIGITS_ONLY.fullmatch(numeral):
        return int("".join(str(ZH_DIGITS[digit]) for digit in numeral))
    total, section, digit, last = 0, 0, -1, 0
    for character in numeral:
        if character in ZH_DIGITS:
            if digit > 0 or (digit == 0 and ZH_DIGITS[character] == 0):
                return None
            digit = ZH_DIGITS[character]
            last = 1 if digit == 0 else last
        elif character in ZH_SMALL_UNITS:
            size = ZH_SMALL_UNITS[character]
            if digit < 0 and not ((size == 10 and section % 100 == 0) or section + total == 0):
                return None
            if section and section % (size * 10) != 0:
                return None
            section += (1 if digit < 0 else digit) * size
            digit, last = -1, size
        else:
            size = ZH_LARGE_UNITS[character]
            section += max(digit, 0)
            if section == 0 and total == 0:
                section = 1
            total = (total + section) * size if size > 10**4 and total else total + section * size
            section, digit, last = 0, -1, size
    return _with_tail(total + section, digit, last)


def _with_tail(value: int, digit: int, last: int) -> float:
    """两百五 is 250: a digit after a unit counts in the unit below, unless 零 stands between."""
    if digit <= 0:
        return value
    return value + digit * (last // 10 if last > 10 else 1)


def en_value(words: str) -> float | None:
    """The value of an English number in words.

    >>> [en_value(text) for text in ("twenty-five", "a hundred and twenty", "two dozen", "half a million")]
    [25, 120, 24, 500000.0]
    """
    total: float = 0
    section: float = 0
    for word in re.split(r"[- ]", words.removesuffix(" and a half").replace("a couple of", "two")):
        if word in EN_WORDS:
            section += EN_WORDS[word]
        elif word.rstrip("s") in EN_SCALES:
            size = EN_SCALES[word.rstrip("s")]
            section = (section or 1) * size
            if size >= 1000:
                total, section = total + section, 0
        elif word == "half":
            section = 0.5
        elif word not in ("a", "and"):
            return None
    value = total + section + (0.5 if words.endswith(" and a half") else 0)
    return int(value) if value == int(value) and not words.startswith("half") else value
