"""First pass: dates that are counted from today. Calendar units, days, weekdays and weekends near it."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chat_service.language.dates.calendar_rules import year_of
from chat_service.language.dates.grammar import GAP, Found, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate, days_code, days_of_month, is_end
from semantic_layer import Period, start_of, unit


def _relative_unit(found: Found) -> PartialDate | None:
    """上个月, this week, next quarter: a calendar unit that many units from the current one."""
    offset = int(found.one("LAST", "LAST_LAST", "THIS", "NEXT", "CURRENT", "PRIOR").value)
    grain = found.grain("UNIT")
    if grain == "year":
        return PartialDate(year=found.today.year + offset)
    return PartialDate(fixed=unit(grain, found.today, offset))


def _previous_unit(found: Found) -> PartialDate | DateMention | None:
    """前一周 is last week; 活动前一周 is a week before something that no calendar has."""
    before = next((piece.symbol for piece in found.earlier if piece.symbol != "HOLIDAY_TAIL"), GAP)
    beside_event = before == GAP and _EVENT.search(found.before())
    return DateMention("vague") if beside_event else _relative_unit(found)


# 活动前一周, 节前一周, 首单前一个月
_EVENT = re.compile("(?:节|活动|促|首单|下单|注册|购买?|上线|到期|流失|生日|发布|开业|升级|退款|投诉|召回)$")


def _half_year(found: Found) -> PartialDate | None:
    """上个半年: January to June or July to December, whichever is before the one that holds today."""
    offset = int(found.one("LAST", "THIS", "NEXT", "PRIOR").value)
    if found.one("LAST", "THIS", "NEXT", "PRIOR").text == "last":
        return None  # the last half of what, or the six months up to today
    index = 2 * found.today.year + (found.today.month > 6) + offset
    return PartialDate(year=index // 2, half=index % 2 + 1)


def _this_unit_of(found: Found) -> PartialDate | None:
    """当月 is this month, but 首购当月 is the month of the first purchase."""
    if re.search(r"[\u4e00-\u9fff]$", found.before()) and not found.before().endswith(("的", "看", "查")):
        return None
    return PartialDate(fixed=unit(found.grain("ZH_UNIT", "COUNTED"), found.today))


def _this_unit_with_parts(found: Found) -> PartialDate | None:
    """The first half of the year; which day of the month asks for a part of every month."""
    parts = [piece.symbol for piece in found.earlier[1:4]]
    if found.earlier[0].symbol == "BY_END":
        return PartialDate(fixed=unit(found.grain("COUNTED"), found.today))
    named = parts and parts[0] in ("COUNTED", "HALF", "HALF_ORDINAL") and not {"WHICH", "EVERY"} & set(parts)
    if not named or len(parts) < 2:
        return None
    grain = found.grain("COUNTED")
    return PartialDate(year=found.today.year) if grain == "year" else PartialDate(fixed=unit(grain, found.today))


def _unit_before_last(found: Found) -> PartialDate:
    return PartialDate(fixed=unit(found.grain("COUNTED"), found.today, -2))


def _day_word(found: Found) -> PartialDate:
    return PartialDate(fixed=unit("day", found.today, int(found.one("DAY_WORD").value)))


def _night(found: Found) -> PartialDate | DateMention:
    """The day where an hour follows; which hours the night alone has, nothing says."""
    if re.match(r" ?(?:at |after |before |from |by )?[\d一二两三四五六七八九十]", found.after()):
        return PartialDate(fixed=unit("day", found.today, int(found.one("NIGHT").value)))
    return DateMention("vague")


def _year_word(found: Found) -> PartialDate:
    return PartialDate(year=found.today.year + int(found.one("YEAR_WORD").value))


def _to_date(found: Found) -> PartialDate:
    return PartialDate(fixed=unit(found.grain("TO_DATE_UNIT"), found.today))


def _year_to_date(found: Found) -> PartialDate | DateMention | None:
    number = found.get("NUM")
    if number is None or number.value == found.today.year:
        return PartialDate(fixed=unit("year", found.today))
    year = year_of(found)
    if year is None or year.year is None or year.year > found.today.year:
        return None
    return DateMention("open", Period(date(year.year, 1, 1), found.today + DAY))


def _weekday(found: Found) -> PartialDate | None:
    """上周三 is of last week; 周三 and last Wednesday are the latest one before today."""
    day = found.one("WEEKDAY", "WEEKDAY_SHORT")
    which = found.get("LAST", "THIS", "NEXT", "LAST_LAST")
    if which is None or (which.symbol == "LAST" and which.text == "last"):
        return PartialDate(weekday=int(day.value))
    monday = start_of("week", found.today) + timedelta(weeks=int(which.value))
    return PartialDate(fixed=unit("day", monday + timedelta(days=int(day.value) - 1)))


def _weekday_of_week(found: Found) -> PartialDate | None:
    """Wednesday last week."""
    if found.grain("COUNTED") != "week":
        return None
    monday = start_of("week", found.today) + timedelta(weeks=int(found.one("LAST", "THIS", "NEXT", "PRIOR").value))
    return PartialDate(fixed=unit("day", monday + timedelta(days=int(found.one("WEEKDAY").value) - 1)))


def _weekend(found: Found) -> PartialDate:
    which = found.get("LAST", "THIS", "NEXT", "LAST_LAST", "PAST", "PRIOR")
    weeks = -1 if which is None or which.symbol == "PAST" else int(which.value)
    saturday = start_of("week", found.today) + timedelta(weeks=weeks, days=5)
    return PartialDate(fixed=Period(saturday, saturday + 2 * DAY))


def _part_of_that_month(found: Found) -> PartialDate:
    offset = int(found.one("LAST", "LAST_LAST", "THIS", "NEXT").value)
    month, code = unit("month", found.today, offset), found.one("PART_OF_MONTH").value
    return PartialDate(fixed=days_of_month(month, days_code(code)), at_end=is_end(code))


RULES: tuple[Rule, ...] = (
    Rule(
        "relative unit",
        "(LAST | LAST_LAST | THIS | NEXT) UNIT",
        "P_UNIT",
        _relative_unit,
        (
            ("上个月咱们一共卖了多少钱", "上个月", "period 2026-05-01/2026-06-01 month"),
            ("上上周的订单", "上上周", "period 2026-06-15/2026-06-22 week"),
            ("refund rate on in-store purchases last month", "last month", "period 2026-05-01/2026-06-01 month"),
            ("本季度的复购率", "本季度", "period 2026-04-01/2026-07-01 quarter"),
            ("sales this year", "this year", "period 2026-01-01/2027-01-01 year"),
            ("下个月的目标", "下个月", "future 2026-07-01/2026-08-01 month"),
        ),
        ("上海的销售额", "这一单多少钱", "下单次数", "上线以来"),
    ),
    Rule(
        "previous unit",
        "THE? PRIOR UNIT",
        "P_PRIOR",
        _previous_unit,
        (
            ("revenue for the previous year", "for the previous year", "period 2025-01-01/2026-01-01 year"),
            ("前一个月的订单", "前一个月", "period 2026-05-01/2026-06-01 month"),
            ("the previous calendar month", "the previous calendar month", "period 2026-05-01/2026-06-01 month"),
        ),
        ("the previous order", "the month before"),
    ),
    Rule(
        "half-year near today",
        "(IN | A)? THE? (LAST | THIS | NEXT | PRIOR) (HALF_YEAR | HALF_YEAR_UNIT | HALF)",
        "P_HALF",
        _half_year,
        (
            ("上个半年的销售额", "上个半年", "period 2025-07-01/2026-01-01"),
            ("revenue of the previous half-year", "the previous half-year", "period 2025-07-01/2026-01-01"),
        ),
        ("近半年的订单",),
    ),
    Rule(
        "last year in short",
        "LAST_YEAR_SHORT",
        "P_YEAR",
        lambda found: PartialDate(year=found.today.year - 1),
        (("revenue LY", "LY", "period 2025-01-01/2026-01-01 year"),),
    ),
    Rule(
        "this unit in one word",
        "DANG (ZH_UNIT | COUNTED)",
        "P_UNIT",
        _this_unit_of,
        (("当月销售额", "当月", "period 2026-06-01/2026-07-01 month"),),
        ("首购当月的客户", "注册当天下单"),
    ),
    Rule(
        "this unit that has parts",
        "(?<= OF) THE COUNTED | (?<= BY_END) THE COUNTED",
        "P_UNIT",
        _this_unit_with_parts,
        (
            ("the first half of the year", "the first half of the year", "period 2026-01-01/2026-07-01"),
            ("the last day of the quarter", "the last day of the quarter", "period 2026-06-30/2026-07-01 day"),
        ),
        ("which day of the month", "revenue of the month"),
    ),
    Rule(
        "unit before last",
        "THE? COUNTED BEFORE_LAST",
        "P_UNIT",
        _unit_before_last,
        (("the month before last", "the month before last", "period 2026-04-01/2026-05-01 month"),),
    ),
    Rule(
        "day word",
        "DAY_WORD",
        "P_DAY_WORD",
        _day_word,
        (
            ("昨天成交了几单呀", "昨天", "period 2026-06-29/2026-06-30 day"),
            ("hw many ppl orderd thru the app yday", "yday", "period 2026-06-29/2026-06-30 day"),
            ("the day before yesterday", "the day before yesterday", "period 2026-06-28/2026-06-29 day"),
            ("明天上海会下雨吗", "明天", "future 2026-07-01/2026-07-02 day"),
        ),
    ),
    Rule(
        "night",
        "NIGHT",
        "P_DAY_WORD",
        _night,
        (
            ("昨晚8点以后的订单", "昨晚", "period 2026-06-29/2026-06-30 day"),
            ("orders last night", "last night", "vague"),
        ),
    ),
    Rule(
        "year word",
        "YEAR_WORD",
        "P_YEAR",
        _year_word,
        (
            ("今年订单", "今年", "period 2026-01-01/2027-01-01 year"),
            ("前年的NPS", "前年", "period 2024-01-01/2025-01-01 year"),
        ),
    ),
    Rule(
        "since a year began",
        "NUM? YEAR_TO_DATE",
        "P_TO_DATE",
        _year_to_date,
        (
            ("年初至今的销售额", "年初至今", "period 2026-01-01/2027-01-01 year"),
            ("2025年初至今", "2025年初至今", "open 2025-01-01/2026-07-01"),
        ),
    ),
    Rule(
        "unit to date",
        "TO_DATE_UNIT",
        "P_TO_DATE",
        _to_date,
        (
            ("gold会员 YTD 的 repurchase rate", "YTD", "period 2026-01-01/2027-01-01 year"),
            ("month-to-date revenue", "month-to-date", "period 2026-06-01/2026-07-01 month"),
        ),
    ),
    Rule(
        "weekday",
        "(LAST | LAST_LAST | THIS | NEXT)? WEEKDAY | (LAST | THIS | NEXT) WEEKDAY_SHORT",
        "P_WEEKDAY",
        _weekday,
        (
            ("上周三的订单", "上周三", "period 2026-06-24/2026-06-25 day"),
            ("周一的订单", "周一", "period 2026-06-29/2026-06-30 day"),
            ("orders last Tuesday", "last Tuesday", "period 2026-06-23/2026-06-24 day"),
        ),
        ("近两周日活", "这周一单都没有", "上周日均订单"),
    ),
    Rule(
        "weekday of a week",
        "WEEKDAY (OF | IN)? (LAST | THIS | NEXT | PRIOR) COUNTED",
        "P_WEEKDAY",
        _weekday_of_week,
        (("Wednesday last week", "Wednesday last week", "period 2026-06-24/2026-06-25 day"),),
    ),
    Rule(
        "weekend of a week",
        "THIS? (LAST | LAST_LAST | THIS | NEXT | PAST | PRIOR) (WEEKEND | WEEKEND_ONE) | WEEKEND_GONE",
        "P_PART",
        _weekend,
        (
            ("orders over the weekend", "over the weekend", "period 2026-06-27/2026-06-29"),
            ("上周末卖了多少", "上周末", "period 2026-06-27/2026-06-29"),
            ("orders last weekend", "last weekend", "period 2026-06-27/2026-06-29"),
        ),
    ),
    Rule(
        "part of a near month",
        "(LAST | LAST_LAST | THIS | NEXT) PART_OF_MONTH",
        "P_PART",
        _part_of_that_month,
        (("上月底的余额", "上月底", "period 2026-05-21/2026-06-01"),),
    ),
)
