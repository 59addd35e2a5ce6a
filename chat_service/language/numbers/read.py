"""Folded text -> the numbers in it, as people read them.

- Ratios are fractions: 20%, 百分之二十, 20 percent and 两成 all have the value 0.2 and the unit `percent`; 一半 and
  half are 0.5; a third is 1/3.
- Money (¥1000, 1000元, 1000 yuan) has the unit `money`, and tells how its currency was written.
- 几十, 十几, 上百, 二十多, 两三 and `dozens` are vague: `value` is the least and `upto` the most that people mean,
  so that a caller who needs one number can ask for it.
- In ranges the first number takes scale and unit of the second: 1到3万 is 10,000 and 30,000, 20-30% is 0.2 and 0.3.
- A numeral inside a word is none: 一下, 统一, 万一, 四川, 十分, 第三方.

Numbers inside dates (2026年3月, last 30 days) are found here too; who reads dates first takes them away by their span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from chat_service.language.folding import Folded
from chat_service.language.numbers.numerals import EN_NUMBER, EN_ORDINALS, EN_SCALES, ZH_NUMERAL, en_value, zh_value
from semantic_layer import CURRENCIES

NumberUnit = Literal["percent", "money"]


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


def _either(words: Iterable[str]) -> str:
    """A pattern of one of the words, longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_ZH = f"[{ZH_NUMERAL}]"
_WRITTEN = {word for currency in CURRENCIES.values() for word in currency.written}
# 1000 yuan, but CNY 1000; a sign stands before
_SIGNS = {word for word in _WRITTEN if not word.isalpha() or word in ("人民币", "rmb") or word.upper() in CURRENCIES}
_MONEY_BEFORE = rf"(?:(?:{_either(_SIGNS)}) ?)"
_MONEY_AFTER = _either(word for word in _WRITTEN - {"块"} if word.isalpha()) + "|块(?!业务|内容)"
_AFTER = (
    r"(?: ?(?P<{0}percent>%|percentage points?|percent(?!age|ile)|per cent|pct|个百分点)"
    r"|(?P<{0}permille>‰)"
    r"| ?(?P<{0}money>MONEY)(?![a-z]))?"
).replace("MONEY", _MONEY_AFTER)
_SCALE = (
    r"(?P<scale>[十百千]?[万亿]|百(?!货|度|分|色)|千(?!岛)| ?(?:bn|mn|k|m|w|b)(?![a-z0-9])"
    r"| (?:hundred|thousand|million|billion|dozen)(?![a-z]))"
)
_ALTERNATIVES = (
    rf"(?P<zh_part>(?P<base>百|千|万|{_ZH}{{1,3}}|\d{{1,9}})分之(?P<part>{_DIGITS}|{_ZH}{{1,12}})(?:点(?P<part_decimal>{_ZH}{{1,12}}))?)",
    r"(?P<tenths>[一二两三四五六七八九]|(?<![\d.])\d(?:\.\d)?)成(?P<tenths_rest>半|[一二三四五六七八九](?![个十百千万成]))?"
    r"(?![交立功本为员长绩果熟都分品效人不])",
    r"(?P<half_zh>一半|半数|(?<![一多大小上下前后])半(?=个小时|个月|个季|年|天|小时))",
    rf"(?P<vague_zh>(?:好?几|数|上|成|过(?!十)|破)(?P<vague_size>[十百千万]{{1,4}}|亿)(?![分货度])|十几|十来(?=[个次单位件笔人家天])"
    rf"|(?P<vague_base>\d{{1,12}}|{_ZH}{{0,12}}[十百千万])(?:多|来|几)(?=[个次单位件笔人家天元块名万年条种])){_AFTER.format('v_')}",
    rf"第(?:(?P<ordinal_digits>\d{{1,9}})|(?P<ordinal_word>{_ZH}{{1,12}}))(?![方者])",
    rf"(?P<minus>(?<![\w.)%])-(?=\d)|负(?=\d)|(?<![a-z])minus (?=\d))?(?P<currency>{_MONEY_BEFORE})?"
    rf"(?P<digits>(?<![\d.]){_DIGITS})"
    rf"(?:(?P<ordinal_en>st|nd|rd|th)(?![a-z])|{_SCALE}?(?P<tail>(?<=[万千])\d(?!\d)千?)?{_AFTER.format('d_')})",
    rf"(?P<zh>{_ZH}{{1,24}})(?:点(?P<zh_decimal>[零一二三四五六七八九]{{1,9}})(?![个次单位件]))?{_AFTER.format('z_')}",
    r"(?P<fraction>(?<![a-z])(?<!first )(?<!last )(?<!final )(?<!past )(?<!next )"
    r"(?P<over>a|one|two|three|four) (?P<under>third|fifth|tenth|quarter(?=s? of(?! the "
    r"year)))s?(?= of\b| ?$|[?.,]))",
    r"(?P<half_en>(?<![a-z])half(?![a-z]|-|[- ](?:a )?(?:year|month|yr)| a (?:million|thousand|dozen|hundred)))",
    r"(?P<times>(?<![a-z])(?:once|twice|thrice)(?![a-z]))",
    r"(?P<dozens>(?<![a-z])(?:dozens|hundreds|thousands) of(?![a-z]))",
    rf"(?P<ordinal_name>(?<![a-z])(?:{'|'.join(sorted(EN_ORDINALS, key=len, reverse=True))})(?![a-z]))",
    rf"(?P<en>(?<![a-z]){EN_NUMBER}(?![a-z])){_AFTER.format('e_')}",
)
_NUMBER = re.compile("|".join(f"(?:{alternative})" for alternative in _ALTERNATIVES))
_TOP = re.compile(r"(?<![a-z])(?:[a-z]{2,})$")

# 一 and the other single numerals count only before what can be counted.
_MEASURES = frozenset(
    "个次单位件笔年月周天条家名种类季倍块元人分日号岁张项款批户台店步轮期折份星颗级遍只双段礼回趟宗桩例位名组群"
)
_NOT_AFTER_ONE = frozenset("级双段只遍回趟例群组位名")
_PART_OF_WORD_BEFORE = frozenset("统唯逐不单专同某每这那任哪另上下其万周")
_RANKS = frozenset("前后满够达超过于到至数足")
_RANK_WORDS = ("top", "超过", "前", "倒数")
_WORDS_WITH_NUMERALS = re.compile(
    "十分(?!之|钟|[以之])|[四三九六]川|三亚|三明|九江|六安|一线|二线|三线|四线|千万(?=别|不|要|记)|万一|百分|两广|四海|半导"
)
_RANGE = re.compile(" ?(?:到|至|-|~|to|and|和|或) ?")
# 一、二季度, 三和四月
_LISTED = re.compile("[、,和及与][一二三四五六七八九十]+[月季周]")
_SCALES = {
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "亿": 10**8,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
    "k": 1000,
    "w": 10**4,
    "m": 10**6,
    "mn": 10**6,
    "b": 10**9,
    "bn": 10**9,
    **EN_SCALES,
}


def find_numbers(folded: Folded) -> tuple[Number, ...]:
    """The numbers from left to right; spans do not overlap.

    >>> from chat_service.language.folding import fold
    >>> [(one.text, one.value, one.unit) for one in find_numbers(fold("低于两成、超过1.5万元的前三个"))]
    [('两成', 0.2, 'percent'), ('1.5万元', 15000, 'money'), ('三', 3, None)]
    """
    found: list[Number] = []
    at, text = 0, folded.text
    while match := _NUMBER.search(text, at):
        number = _read(folded, match)
        if number is None:
            # a run of numerals that is no number can still hold one behind its first character
            at = match.start() + 1
            continue
        at = number.fend
        found.append(number)
    return tuple(_with_ranges(text, found))


def _read(folded: Folded, match: re.Match[str]) -> Number | None:
    group = match.groupdict()
    if group["digits"] is not None:
        return _digits(folded, match)
    if group["zh"] is not None:
        return _zh(folded, match)
    if group["ordinal_digits"] is not None or group["ordinal_word"] is not None:
        value = float(group["ordinal_digits"]) if group["ordinal_digits"] else zh_value(group["ordinal_word"])
        return None if value is None else _number(folded, match, value, is_ordinal=True)
    if group["en"] is not None:
        return _english(folded, match)
    return _special(folded, match)


def _number(
    folded: Folded,
    match: re.Match[str],
    value: float,
    unit: NumberUnit | None = None,
    *,
    is_ordinal: bool = False,
    upto: float | None = None,
    fend: int | None = None,
) -> Number:
    fstart, fend = match.start(), match.end() if fend is None else fend
    start, end = folded.span(fstart, fend)
    whole = int(value) if value == int(value) else value
    return Number(folded.original[start:end], start, end, fstart, fend, whole, unit, is_ordinal, upto, _currency(match))


def _currency(match: re.Match[str]) -> str | None:
    found = (match[group] for group in ("currency", "d_money", "z_money", "e_money", "v_money"))
    return next((word.strip() for word in found if word), None)


def _digits(folded: Folded, match: re.Match[str]) -> Number | None:
    text, group = folded.text, match.groupdict()
    before = text[max(0, match.start("digits") - 12) : match.start("digits")]
    if before[-1:].isascii() and before[-1:].isalpha() and not group["currency"] and not _TOP.search(before):
        return None  # q3, b2b, m3
    value = float(group["digits"].replace(",", ""))
    if value > 10**18:
        return None
    if group["ordinal_en"]:
        return _number(folded, match, value, is_ordinal=True)
    if group["scale"]:
        size = _SCALES[group["scale"].strip()]
        value *= size
        if group["tail"]:  # 1万5, 1万5千
            value += int(group["tail"][0]) * (1000 if group["tail"].endswith("千") else size // 10)
    if group["minus"]:
        value = -value
    if group["d_permille"]:
        return _number(folded, match, value / 1000, "percent")
    if group["d_percent"]:
        return _number(folded, match, _fraction(value), "percent")
    return _number(folded, match, value, "money" if group["d_money"] or group["currency"] else None)


def _fraction(percent: float) -> float:
    """Hundredths without the noise of binary division: 28.4% is 0.284."""
    return round(percent / 100, 12)


def _zh(folded: Folded, match: re.Match[str]) -> Number | None:
    text, numeral = folded.text, match["zh"]
    before, after = text[: match.start()][-3:], text[match.end("zh") :][:3]
    if _WORDS_WITH_NUMERALS.match(text, match.start()):
        return None
    if match["zh_decimal"] and (value := zh_value(numeral)) is not None:
        decimal = value + float("0." + "".join(str(int(zh_value(digit) or 0)) for digit in match["zh_decimal"]))
        return _number(folded, match, decimal, "percent" if match["z_percent"] else None)
    if len(numeral) == 2 and _is_neighbours(numeral) and after[:1] in _MEASURES:
        low, high = zh_value(numeral[0]), zh_value(numeral[1])
        return None if low is None else _number(folded, match, low, upto=high)
    value = zh_value(numeral)
    if value is None or not _counts(numeral, before, after):
        return None
    if match["z_percent"]:
        return _number(folded, match, _fraction(value), "percent")
    return _number(folded, match, value, "money" if match["z_money"] else None)


def _is_neighbours(numeral: str) -> bool:
    """两三, 七八: the one or the other."""
    low, high = zh_value(numeral[0]), zh_value(numeral[1])
    return low is not None and high is not None and 0 < low < 9 and high == low + 1


def _counts(numeral: str, before: str, after: str) -> bool:
    """Whether a numeral counts something, or is a part of a word."""
    if numeral in ("俩", "仨"):
        return before[-1:] not in "咱他她你我哥" or not before
    if len(numeral) > 1 and numeral != "十一":
        digits_only = not any(unit in numeral for unit in "十百千万亿")
        return not digits_only or after.startswith("年") or len(numeral) >= 4
    if numeral in "百千万亿":
        return False
    follower = after[:1]
    if before and before[-1] in ("周" if numeral != "一" else _PART_OF_WORD_BEFORE):
        return False
    if follower in _MEASURES and follower:
        return numeral != "一" or follower not in _NOT_AFTER_ONE
    if numeral == "一":
        in_rank = before.endswith(_RANK_WORDS) and follower in ("", " ", "的")
        return in_rank or _begins_range(after) or _LISTED.match(after) is not None
    return (
        _begins_range(after)
        or _LISTED.match(after) is not None
        or (before[-1:] in _RANKS and before != "")
        or before.endswith(_RANK_WORDS)
    )


def _begins_range(after: str) -> bool:
    match = _RANGE.match(after)
    return match is not None and after[match.end() : match.end() + 1] in (*ZH_NUMERAL, *"0123456789")


def _english(folded: Folded, match: re.Match[str]) -> Number | None:
    words, before = match["en"], folded.text[: match.start()]
    if words == "one" and re.search(r"(?:which|this|that|the|each|every|no|any|another|last|next) $", before):
        return None
    value = en_value(words)
    if value is None:
        return None
    if match["e_percent"]:
        return _number(folded, match, _fraction(value), "percent")
    return _number(folded, match, value, "money" if match["e_money"] else None)


def _special(folded: Folded, match: re.Match[str]) -> Number | None:
    group = match.groupdict()
    if group["zh_part"] is not None:
        return _zh_part(folded, match)
    if group["tenths"] is not None:
        whole = float(group["tenths"]) if group["tenths"][0].isdigit() else zh_value(group["tenths"]) or 0
        rest = {"半": 5.0, None: 0.0}.get(group["tenths_rest"])
        rest = zh_value(group["tenths_rest"]) if rest is None else rest
        return _number(folded, match, round(whole / 10 + (rest or 0) / 100, 12), "percent")
    if group["half_zh"] is not None:
        return _number(folded, match, 0.5, None if group["half_zh"] == "半" else "percent")
    if group["fraction"] is not None:
        over = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}[group["over"]]
        under = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}[group["under"]]
        return _number(folded, match, over / under, "percent")
    if group["half_en"] is not None:
        if re.search(r"(?:first|second|1st|2nd|last|latter|former|other) $", folded.text[: match.start()]):
            return None
        return _number(folded, match, 0.5, "percent")
    if group["times"] is not None:
        return _number(folded, match, {"once": 1, "twice": 2, "thrice": 3}[group["times"]])
    if group["ordinal_name"] is not None:
        return _number(folded, match, EN_ORDINALS[group["ordinal_name"]], is_ordinal=True)
    return _vague(folded, match)


def _zh_part(folded: Folded, match: re.Match[str]) -> Number | None:
    """百分之二十, 千分之五, 三分之一."""
    base = float(match["base"]) if match["base"].isdigit() else zh_value(match["base"])
    part = zh_value(match["part"]) if match["part"][0] in ZH_NUMERAL else float(match["part"].replace(",", ""))
    if not base or part is None:
        return None
    if match["part_decimal"]:
        part += float("0." + "".join(str(int(zh_value(digit) or 0) % 10) for digit in match["part_decimal"]))
    return _number(folded, match, round(part / base, 12), "percent")


def _vague(folded: Folded, match: re.Match[str]) -> Number | None:
    """几十 is 20 to 99, 上百 100 to 999, 二十多 20 to 29, 十几 11 to 19; dozens is 24 to 99."""
    unit: NumberUnit | None = "money" if match["v_money"] else None
    if match["dozens"] is not None:
        least = {"dozens": 24, "hundreds": 200, "thousands": 2000}[match["dozens"].split()[0]]
        return _number(folded, match, least, upto={24: 99, 200: 999, 2000: 9999}[least], fend=match.end() - 3)
    if match["vague_zh"] in ("十几", "十来"):
        return _number(folded, match, 11 if match["vague_zh"] == "十几" else 10, upto=19, unit=unit)
    if match["vague_size"] is not None:
        size = zh_value(match["vague_size"])
        if size is None or (match["vague_zh"][0] == "成" and match["vague_size"] == "十"):
            return None
        several = match["vague_zh"].startswith(("几", "好几", "数"))
        return _number(folded, match, size * 2 if several else size, upto=size * 10 - 1, unit=unit)
    base = match["vague_base"]
    value = float(base) if base.isdigit() else zh_value(base)
    if not value:
        return None
    step = 10 ** (len(str(int(value))) - len(str(int(value)).rstrip("0") or "0"))
    return _number(folded, match, value, upto=value + max(step, 1) - 1, unit=unit)


def _with_ranges(text: str, numbers: list[Number]) -> list[Number]:
    """1到3万, 20-30%, 1000到3000元: what is said once holds for both."""
    for index in range(len(numbers) - 1):
        first, second = numbers[index], numbers[index + 1]
        if not _RANGE.fullmatch(text, first.fend, second.fstart) or first.is_ordinal or second.is_ordinal:
            continue
        scale = re.search(_SCALE, text[second.fstart : second.fend])
        value = first.value
        if scale and text[first.fend - 1].isdigit() and value < second.value / _SCALES[scale["scale"].strip()]:
            value *= _SCALES[scale["scale"].strip()]
        if second.unit == "percent" and first.unit is None and value >= 1:
            value = _fraction(value)
        elif (second.unit is None or first.unit is not None) and value == first.value:
            continue
        numbers[index] = replace(first, value=value, unit=first.unit or second.unit)
    return numbers
