"""Times of the day in folded text, as whole hours: 晚上8点以后, 上午9点到11点, after 8pm, between 6 and 9 am.

A time within an hour (8:30) is none, since days are told apart by their hours only; nor is 晚上 without a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat_service.language.folding import Folded
from chat_service.language.numbers.numerals import zh_value

_HOUR = r"(?:[01]?\d|2[0-4]|[二两]?十?[一二三四五六七八九十]|[一二两三四五六七八九十])"
_OCLOCK = r"(?:点(?!击|赞|评|餐|位|数|儿)|时(?!间|段|长|期|候|刻|效))(?:钟|整)?"
_PART = r"凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|夜间|深夜|半夜|晚"
_LATE = frozenset({"下午", "傍晚", "晚上", "晚间", "夜里", "夜间", "深夜", "晚"})
_ZH = re.compile(
    rf"(?P<part>{_PART})?(?<![\d.:/第])(?P<first>{_HOUR}){_OCLOCK}"
    rf"(?:(?:到|至|-|~)(?P<part2>{_PART})?(?P<last>{_HOUR}){_OCLOCK}(?:之间)?)?"
    r"(?P<side>以后|之后|过后|以前|之前|开始|起|后|前)?"
)
_EN_HOUR = r"(?P<{0}>1[0-2]|0?[1-9]|noon)(?::00)? ?(?P<{1}>am|pm|o'clock)?"
_EN = re.compile(
    r"(?<![a-z\d.:/])(?:(?P<open>after|since|from|before|until|till|by|at|between) )?"
    rf"{_EN_HOUR.format('first', 'half')}"
    rf"(?: ?(?:to|and|till|until|-) ?{_EN_HOUR.format('last', 'half2')})?(?P<side> or later| or after| onwards?)?"
    r"(?![a-z\d:/])"
)
_AFTER = frozenset(
    {"以后", "之后", "过后", "开始", "起", "后", "after", "since", "or later", "or after", "onward", "onwards"}
)
_BEFORE = frozenset({"以前", "之前", "前", "before", "until", "till", "by"})


@dataclass(frozen=True)
class HourMention:
    """Hours of the day (0..23) that a stretch of folded text names."""

    fstart: int
    fend: int
    hours: tuple[int, ...]


def find_hours(folded: Folded) -> tuple[HourMention, ...]:
    """The times of the day in a text.

    >>> from chat_service.language.folding import fold
    >>> [m.hours for m in find_hours(fold("昨天晚上8点以后的订单"))], [m.hours for m in find_hours(fold("before 3 am"))]
    ([(20, 21, 22, 23)], [(0, 1, 2)])
    >>> find_hours(fold("涨了3个点")), find_hours(fold("orders after 8")), find_hours(fold("8:30pm"))
    ((), (), ())
    """
    return (*_chinese(folded.text), *_english(folded.text))


def _chinese(text: str) -> Iterator[HourMention]:
    for found in _ZH.finditer(text):
        first = _hour(found["first"], found["part"] in _LATE)
        last = _hour(found["last"], (found["part2"] or found["part"]) in _LATE) if found["last"] else None
        hours = _hours(first, last, found["side"] or "")
        if hours:
            yield HourMention(found.start(), found.end(), hours)


def _hour(text: str, is_late: bool) -> int:
    value = int(text) if text.isdigit() else int(zh_value(text) or 0)
    return value + 12 if is_late and value < 12 else value


def _english(text: str) -> Iterator[HourMention]:
    for found in _EN.finditer(text):
        half = found["half"] or found["half2"]
        if half is None and "noon" not in (found["first"], found["last"]):
            continue
        first = _clock(found["first"], half)
        last = _clock(found["last"], found["half2"] or half) if found["last"] else None
        if found["open"] == "between" and last is None:
            continue
        side = (found["side"] or "").strip() or (found["open"] or "")
        hours = _hours(first, last, side if last is None else "")
        if hours:
            yield HourMention(found.start(), found.end(), hours)


def _clock(text: str, half: str | None) -> int:
    if text == "noon":
        return 12
    value = int(text) % 12
    return value + 12 if half == "pm" else value


def _hours(first: int, last: int | None, side: str) -> tuple[int, ...]:
    """Whole hours from the first on; up to the last, which is the end and not among them."""
    if last is not None:
        return tuple(range(first, min(last, 24))) if first < last else ()
    if side in _AFTER:
        return tuple(range(first, 24))
    if side in _BEFORE:
        return tuple(range(min(first, 24)))
    return (first,) if first < 24 else ()
