"""First pass: lengths of time. Rolling periods that end today, durations, first and last units, vague words."""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.lengths import (
    MOST,
    length_of,
    rolling,
    rolling_period,
)
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY
from chat_service.language.words.tables import word_set
from semantic_layer import Grain, Period, add_months, shift, start_of, unit

# 销售额最高的前三个月 and the best 3 months rank months; 首单后三个月 counts from the first order.
_RANKED = re.compile(r"(?:最[高低好差多少大小强弱][的]?|排名|排行|top ?|best |worst |highest |lowest )$")


def _length(found: Found) -> tuple[float, Grain]:
    short = found.get("ROLLING_SHORT", "SPAN_SHORT", "HALF_YEAR", "HALF_MONTH", "YEAR_AND_HALF")
    if short is not None and short.grain is not None:
        return short.value, short.grain
    numbers = found.all("NUM", "COUPLE")
    count = numbers[0].value if numbers else 1
    if found.get("BAN", "COUNTED_HALF") is not None:
        count += 0.5
    fortnight = found.get("FORTNIGHT")
    if fortnight is not None:
        return count * 14, "day"
    grain = found.one("UNIT").grain
    assert grain is not None, "words of units have a grain"
    return count, grain


def _rolling(found: Found) -> DateMention | None:
    count, grain = _length(found)
    if _RANKED.search(found.before()):
        return DateMention("grain", unit=grain, count=count, asked=True)
    if found.pieces[0].symbol in ("NUMBER", "YEAR4") and grain == "year" and count >= 15 and found.get("ZH_YEAR"):
        return None  # 24年以来 is since 2024
    return rolling(count, grain, found.today)


def _until_now(found: Found) -> DateMention | None:
    """一年来, 这一年来; 这个月来了 is somebody who came."""
    this = found.get("THIS")
    if this is not None and not this.text.endswith("一"):
        return None
    return _rolling(found)


def _rolling_hours(found: Found) -> DateMention | None:
    """Whole days only; the last 5 hours are no period that can be asked for."""
    hours = found.one("NUM").value
    return rolling(hours / 24, "day", found.today) if hours % 24 == 0 and hours else DateMention("vague")


def _full_units(found: Found) -> DateMention | None:
    """The last 3 full months: those that are over; a unit is over when today is its last day."""
    count, grain = found.one("NUM").value, found.grain("FULL_UNIT", "UNIT")
    if count != int(count) or not 0 < count <= MOST:
        return None
    current = unit(grain, found.today)
    over = current.end == found.today + DAY
    first = shift(grain, start_of(grain, found.today), (1 if over else 0) - int(count))
    full = Period(first, shift(grain, first, int(count)))
    if over or found.get("FULL_UNIT", "WHOLE") is not None:
        return DateMention("period", full, unit=grain)
    # the last 3 calendar months, in the middle of one
    with_current = Period(shift(grain, first, 1), found.today + DAY)
    return DateMention("ambiguous", unit=grain, candidates=(full, with_current))


def _calendar_units(found: Found) -> DateMention | None:
    word = found.one("UNIT").text
    return _full_units(found) if "calendar" in word or ("自然" in word and found.grain("UNIT") != "day") else None


def _coming(found: Found) -> DateMention | None:
    """The next N units begin tomorrow."""
    count, grain = _length(found)
    days, months = length_of(count, grain)
    tomorrow = found.today + DAY
    if not 0 < count <= MOST or (days is None) == (months is None):
        return None
    end = add_months(tomorrow, months) if months is not None else tomorrow + (days or 0) * DAY
    return DateMention("future", Period(tomorrow, end), unit=grain, count=count)


def _duration(found: Found) -> DateMention | None:
    """三个月没下单, 7-day activation: a length, and the rolling period of that length."""
    number = found.get("NUM")
    if number is not None and re.search(r"第$|(?:day|month|week|year) $", found.before()):
        return None
    if found.pieces[0].symbol == "IN" and found.pieces[0].text == "over":
        return None  # for over 30 days: more than
    if (
        re.match(" ?(?:after|later)\\b|[以之]?后(?!台)", found.after())
        and not found.get("INSIDE")
        and "within" not in found.before()
    ):
        return None  # one month after the first order
    count, grain = _length(found)
    if _RANKED.search(found.before()):
        return DateMention("grain", unit=grain, count=count, asked=True)
    days, months = length_of(count, grain)
    if not 0 < count <= MOST or (days is not None and days < 1):
        return None
    return DateMention(
        "duration", rolling_period(days, months, found.today), unit=grain, count=count, days=days, months=months
    )


def _one_unit(found: Found) -> DateMention | None:
    """过去的一年里, past week: one unit that rolls."""
    grain = found.one("UNIT").grain
    text = found.one("PAST").text
    assert grain is not None, "words of units have a grain"
    if text in ("recent", "latest", "most recent"):
        return None if text == "recent" else DateMention("period", unit(grain, found.today), unit=grain)
    if found.get("ZH_UNIT") and text.startswith("最近") and grain == "day":
        return None
    return rolling(1, grain, found.today)


def _edge(found: Found) -> DateMention | None:
    """前三个月, 头三个月, the first 3 months: of what, the second pass knows."""
    count, grain = _length(found)
    return DateMention("duration", unit=grain, count=count) if 0 < count <= MOST else None


def _nth(found: Found) -> DateMention | None:
    count = found.one("ORD").value
    return DateMention("duration", unit=found.grain("UNIT"), count=count) if 0 < count <= MOST else None


def _vague(found: Found) -> DateMention | None:
    return DateMention("vague")


def _every_so_many(found: Found) -> DateMention | None:
    """每三个月, every two weeks; 按2025年的毛利 is by the figures of that year."""
    by_figures = found.get("NUM") is not None and found.one("EVERY").text in word_set("by_figures")
    return None if by_figures else DateMention("vague")


def _lately(found: Found) -> DateMention | None:
    """最近 alone; 最近一次 is the last one of something, no time."""
    if found.one("PAST").text not in ("最近", "近") or re.match(
        "[一1]?[次单笔回个]|的?[一那]?[次单笔]|似|乎|[\\d一二三]", found.after()
    ):
        return None
    return DateMention("vague") if found.one("PAST").text == "最近" else None


_LENGTH = (
    "(NUM DASH? (LENGTH_UNIT BAN? | FORTNIGHT) | (NUM | A)? HALF_YEAR | HALF_MONTH | YEAR_AND_HALF | FORTNIGHT"
    " | SPAN_SHORT)"
)
_NUMBERED = (
    "(NUM DASH? (UNIT BAN? | FORTNIGHT) | (NUM | A)? HALF_YEAR | HALF_MONTH | YEAR_AND_HALF | FORTNIGHT | SPAN_SHORT)"
)
_TAIL = "(DE? INSIDE | LAI)?"

RULES: tuple[Rule, ...] = (
    Rule(
        "full units",
        f"(IN | A)? THE? LATEST THE? DE? NUM (FULL_UNIT | WHOLE DE? COUNTED) {_TAIL}",
        "DONE",
        _full_units,
        (
            ("the last 3 full months", "the last 3 full months", "period 2026-04-01/2026-07-01 month"),
            ("最近三个完整月", "最近三个完整月", "period 2026-04-01/2026-07-01 month"),
        ),
        ("the last 3 months",),
    ),
    Rule(
        "calendar units",
        f"(IN | A)? THE? LATEST THE? DE? NUM UNIT {_TAIL}",
        "DONE",
        _calendar_units,
        (("the last 3 calendar months", "the last 3 calendar months", "period 2026-04-01/2026-07-01 month"),),
        ("the last 3 months", "最近7个自然日"),
    ),
    Rule(
        "rolling",
        f"(IN | A)? THE? THIS? LATEST THE? DE? THIS? DE? {_NUMBERED} POSS? {_TAIL} (DE? INSIDE)?",
        "ROLL",
        _rolling,
        (
            ("最近90天召回了多少", "最近90天", "rolling 2026-04-02/2026-07-01 90 day"),
            ("近半年的CSAT", "近半年", "rolling 2025-12-31/2026-07-01 6 month"),
            ("最近一年里,老客户", "最近一年里", "rolling 2025-07-01/2026-07-01 12 month"),
            ("over the last three months", "over the last three months", "rolling 2026-03-31/2026-07-01 3 month"),
            ("近两周的日活曲线", "近两周", "rolling 2026-06-17/2026-07-01 2 week"),
            ("近三个月来的趋势", "近三个月来", "rolling 2026-03-31/2026-07-01 3 month"),
            ("past fortnight", "past fortnight", "rolling 2026-06-17/2026-07-01 14 day"),
        ),
        ("最近一次下单", "前三的城市", "上两单"),
    ),
    Rule(
        "rolling behind the number",
        f"(IN | A)? THE? NUM (PAST | PRIOR | LAST) COUNTED {_TAIL}",
        "ROLL",
        lambda found: _rolling(found) if found.one("COUNTED").text.endswith("s") else None,
        (("the 3 past weeks", "the 3 past weeks", "rolling 2026-06-10/2026-07-01 3 week"),),
        ("2 last orders", "bought once last year"),
    ),
    Rule(
        "lengths in doubt",
        "(IN | A)? THE? (LATEST | QIAN) THE? DE? (NEIGHBOURS | NUM (TILL | OR) NUM) UNIT",
        "DONE",
        _vague,
        (("最近两三个月", "最近两三个月", "vague"), ("the last 2-3 months", "the last 2-3 months", "vague")),
        ("the last 3 months",),
    ),
    Rule(
        "days of some kind",
        "(IN | A)? THE? (LATEST | QIAN | TOU | HOU | FINAL | NEXT | COMING) DE? NUM GE? "
        "(BUSINESS | WEEKEND | WEEKEND_ONE | WEEKDAY | WEEKDAYS)",
        "DONE",
        _vague,
        (("the last 5 business days", "the last 5 business days", "vague"), ("最近两个周末", "最近两个周末", "vague")),
        ("on business days",),
    ),
    Rule(
        "every so many units",
        "EVERY ((NUM DASH? | OTHER | SEVERAL) UNIT | NUM DASH? (FORTNIGHT | HOUR) | HALF_YEAR | HALF_MONTH"
        "| SPAN_SHORT)",
        "DONE",
        _every_so_many,
        (("every two weeks", "every two weeks", "vague"), ("每三个月", "每三个月", "vague")),
        ("every month",),
    ),
    Rule(
        "rolling in short",
        "(IN? THE)? ROLLING_SHORT",
        "ROLL",
        _rolling,
        (
            ("revenue L30D", "L30D", "rolling 2026-06-01/2026-07-01 30 day"),
            ("TTM revenue", "TTM", "rolling 2025-07-01/2026-07-01 12 month"),
        ),
    ),
    Rule(
        "first quarters",
        "QIAN NUM ZH_QUARTER",
        "EDGE_FIRST",
        _edge,
        (("前三季度的毛利", "前三季度", "period 2026-01-01/2026-07-01"),),
        ("前三个季度",),
    ),
    Rule(
        "rolling in front",
        f"QIAN {_NUMBERED} {_TAIL}",
        "EDGE_ROLL",
        _rolling,
        (
            ("销售额最高的前三个月", "前三个月", "grain 3 month"),
            ("前两个月的销售额", "前两个月", "rolling 2026-05-01/2026-07-01 2 month"),
        ),
        ("前三个城市", "3天前"),
    ),
    Rule(
        "these units",
        f"THIS {_NUMBERED} {_TAIL}",
        "ROLL",
        _rolling,
        (("这三个月的复购率", "这三个月", "rolling 2026-03-31/2026-07-01 3 month"),),
        ("这三个客户",),
    ),
    Rule(
        "units until now",
        f"{_LENGTH} (LAI | SINCE_POST) | THIS UNIT LAI",
        "ROLL",
        _until_now,
        (
            ("一年来的新客", "一年来", "rolling 2025-07-01/2026-07-01 12 month"),
            ("这一年来逐月的复购率", "这一年来", "rolling 2025-07-01/2026-07-01 12 month"),
        ),
        ("三个月没来", "这个月来了几个新客"),
    ),
    Rule(
        "one rolling unit",
        f"(IN | A)? THE? PAST (UNIT | FORTNIGHT) {_TAIL}",
        "ROLL",
        _one_unit,
        (
            ("CSAT among women, past year", "past year", "rolling 2025-07-01/2026-07-01 12 month"),
            ("in the past week", "in the past week", "rolling 2026-06-24/2026-07-01 7 day"),
        ),
        ("recent years",),
    ),
    Rule(
        "rolling hours",
        f"(IN | A)? THE? LATEST NUM HOUR {_TAIL}",
        "ROLL",
        _rolling_hours,
        (
            ("orders in the last 24 hours", "in the last 24 hours", "rolling 2026-06-30/2026-07-01 1 day"),
            ("the last 5 hours", "the last 5 hours", "vague"),
        ),
    ),
    Rule(
        "coming",
        f"IN? (COMING | NEXT) THE? DE? {_NUMBERED} {_TAIL}",
        "DONE",
        _coming,
        (
            ("未来30天的销售额", "未来30天", "future 2026-07-01/2026-07-31 30 day"),
            ("in the next 2 weeks", "in the next 2 weeks", "future 2026-07-01/2026-07-15 2 week"),
        ),
        ("下两单",),
    ),
    Rule(
        "duration",
        f"IN? {_LENGTH} (DE? INSIDE)? | IN A COUNTED | NUM ZH_DAY INSIDE?",
        "DURATION",
        _duration,
        (
            ("三个月没下单的客户", "三个月", "duration 2026-03-31/2026-07-01 3 month"),
            ("7天内首单激活率", "7天内", "duration 2026-06-24/2026-07-01 7 day"),
            ("top 3 months by revenue", "3 months", "grain 3 month"),
            ("nothing for 90 days", "for 90 days", "duration 2026-04-02/2026-07-01 90 day"),
            ("半年没买", "半年", "duration 2025-12-31/2026-07-01 6 month"),
        ),
        ("首单后第3个月", "多少天"),
    ),
    Rule(
        "first units",
        f"(TOU | QIAN) {_NUMBERED} | ORD {_NUMBERED}",
        "EDGE_FIRST",
        _edge,
        (("今年头三个月", "今年头三个月", "period 2026-01-01/2026-04-01"),),
        ("第3个月",),
    ),
    Rule(
        "last units",
        f"THE? FINAL {_NUMBERED} | HOU {_LENGTH}",
        "EDGE_LAST",
        _edge,
        (("2025年最后两个月", "2025年最后两个月", "period 2025-11-01/2026-01-01"),),
    ),
    Rule(
        "last unit of all",
        "FINAL_ONE UNIT | THE? FINAL COUNTED",
        "EDGE_LAST",
        _edge,
        (("2025年最后一个季度", "2025年最后一个季度", "period 2025-10-01/2026-01-01 quarter"),),
    ),
    Rule(
        "nth unit",
        "THE? ORD UNIT",
        "EDGE_NTH",
        _nth,
        (("first month of 2025", "first month of 2025", "period 2025-01-01/2025-02-01 month"),),
        ("第3个月",),
    ),
    Rule(
        "some units",
        "(IN? THE? (LATEST | THIS) | QIAN) SEVERAL (ZH_UNIT | COUNTED) INSIDE? | SEVERAL (COUNTED | ZH_UNIT) "
        "(QIAN | BEFORE_POST | AGO)",
        "DONE",
        _vague,
        (("过去几个月的订单", "过去几个月", "vague"), ("the last few weeks", "the last few weeks", "vague")),
        ("买过几次", "隔多少天"),
    ),
    Rule(
        "recent units",
        "IN? (PAST) COUNTED",
        "DONE",
        lambda found: DateMention("vague") if found.one("PAST").text == "recent" else None,
        (("orders in recent months", "in recent months", "vague"),),
        ("most recent order",),
    ),
    Rule(
        "vague", "IN? VAGUE", "DONE", _vague, (("近期的复购率", "近期", "vague"), ("orders lately", "lately", "vague"))
    ),
    Rule("lately", "PAST", "DONE", _lately, (("最近卖得怎么样", "最近", "vague"),), ("最近一次购买", "附近的门店")),
)
