"""Chinese and English number words -> values. Knows no units and no context: see read.py for what counts as a number.

The Chinese numeral libraries refuse spoken forms (两百五, 仨, 1万5, 三千二), so the reading is written out here.
"""

from __future__ import annotations

import re

from chat_service.language.words.tables import tables

_MYRIAD = 10**4  # from which on Chinese multiplies all that was said before: 十万, 一百二十万
_WHOLE_SCALE = 1000  # from which on what was said is complete: two hundred thousand and five


def values(language: str, role: str) -> dict[str, int]:
    """The words of a role whose meanings are their values."""
    return {word: int(value) for value, words in tables(language)[role].items() for word in words}


ZH_DIGITS, _ZH_SCALES = values("zh", "numeral"), values("zh", "scale")
_ZH_UNITS = {word: size for word, size in _ZH_SCALES.items() if not word.isascii()}
ZH_NUMERAL = "".join((*ZH_DIGITS, *_ZH_UNITS))
EN_WORDS, _EN_SCALES, _NTH = values("en", "numeral"), values("en", "scale"), values("en", "nth")
SCALES = {
    **_EN_SCALES,
    **_ZH_SCALES,
    **{
        small + large: size * times
        for small, size in _ZH_UNITS.items()
        for large, times in _ZH_UNITS.items()
        if size < times >= _MYRIAD
    },
}
EN_ORDINALS: dict[str, int] = _NTH | {
    f"{ten}{joint}{nth}": EN_WORDS[ten] + _NTH[nth]
    for ten in EN_WORDS
    for nth in _NTH
    for joint in "- "
    if EN_WORDS[ten] >= 20 and _NTH[nth] < 10
}
# as years and numbers of telephones are read; never 两 or 俩
_DIGITS_ONLY = re.compile(f"[{''.join(spoken[0] for spoken in tables('zh')['numeral'].values())}]{{2,}}")


def zh_value(numeral: str) -> float | None:
    """The value of a Chinese numeral, or None where it is not well formed.

    >>> [zh_value(text) for text in ("一百二十", "两百五", "三千零五", "一万二", "十五", "二零二五", "三千千")]
    [120, 250, 3005, 12000, 15, 2025, None]
    """
    if _DIGITS_ONLY.fullmatch(numeral):
        return int("".join(str(ZH_DIGITS[digit]) for digit in numeral))
    total, section, digit, last = 0, 0, -1, 0
    for character in numeral:
        size = _ZH_UNITS.get(character, 1)
        if size == 1:
            if digit > 0 or (digit == 0 and ZH_DIGITS[character] == 0):
                return None
            digit = ZH_DIGITS[character]
            last = 1 if digit == 0 else last
        elif size < _MYRIAD:
            if digit < 0 and not ((size == 10 and section % 100 == 0) or section + total == 0):
                return None
            if section % (size * 10):
                return None
            section += (1 if digit < 0 else digit) * size
            digit, last = -1, size
        else:
            section = section + max(digit, 0) or (0 if total else 1)
            total = (total + section) * size if size > _MYRIAD and total else total + section * size
            section, digit, last = 0, -1, size
    # 两百五 is 250: a digit after a unit counts in the unit below, unless 零 stands between
    return total + section + max(digit, 0) * (last // 10 if last > 10 else 1)


def zh_decimal(digits: str) -> float:
    """What stands behind 点.

    >>> zh_decimal("二五")
    0.25
    """
    return float("0." + "".join(str(int(zh_value(digit) or 0) % 10) for digit in digits))


def en_value(words: str) -> float | None:
    """The value of an English number in words.

    >>> [en_value(text) for text in ("twenty-five", "a hundred and twenty", "two dozen", "half a million")]
    [25, 120, 24, 500000.0]
    """
    total: float = 0
    section: float = 0
    for word in re.split(r"[- ]", words.removesuffix(" and a half").replace("a couple of", "two")):
        size = _EN_SCALES.get(word.rstrip("s"))
        if word in EN_WORDS:
            section += EN_WORDS[word]
        elif size is not None:
            section = (section or 1) * size
            if size >= _WHOLE_SCALE:
                total, section = total + section, 0
        elif word == "half":
            section = 0.5
        elif word not in ("a", "and"):
            return None
    value = total + section + (0.5 if words.endswith(" and a half") else 0)
    return int(value) if value == int(value) and not words.startswith("half") else value
