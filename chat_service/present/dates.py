"""Periods and time buckets in words. Periods are half-open inside and shown to people with both ends included."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from chat_service.language.dates.shown import days
from chat_service.language.phrases import bracketed, said
from chat_service.outcomes import Language
from semantic_layer import GRAINS, Period, Phrase, add_months, unit

_MONTH_NAMES = tuple(calendar.month_name)
_GRAIN_WORDS: dict[str, Phrase] = {
    "second": Phrase("秒", "second"),
    "minute": Phrase("分钟", "minute"),
    "hour": Phrase("小时", "hour"),
    "day": Phrase("日", "day"),
    "week": Phrase("周", "week"),
    "month": Phrase("月", "month"),
    "quarter": Phrase("季度", "quarter"),
    "year": Phrase("年", "year"),
}
_BUCKETS: dict[str, Phrase] = {
    "week": Phrase("{year}年第{number}周", "week {number} of {year}"),
    "month": Phrase("{year}年{number}月", "{month} {year}"),
    "quarter": Phrase("{year}年第{number}季度", "Q{number} {year}"),
    "year": Phrase("{year}年", "{year}"),
}
_WEEK_OF = Phrase("{first} 当周", "the week of {first}")
_OWN_UNIT = Phrase("{first} 起", "the one from {first}")
_ALL, _UP_TO = (
    Phrase("全部历史（截至 {day}）", "all history up to {day}"),
    Phrase("截至 {day}", "everything up to {day}"),
)
_AFTER, _SO_FAR = Phrase("{name}（晚于 {day}）", "{name} (after {day})"), Phrase("{name}至今", "{name} so far")
_NAMES_FROM_TO = Phrase("{first}至{last}", "{first} to {last}")
_MONTHS_OF_YEAR = Phrase("{first}至{number}月", "{first} to {last}")
_CLOSED_TO = Phrase("截至{day}", "up to {day}")


def bucket_name(grain: str, first: date, language: Language) -> str:
    """The name of the unit of time that begins on (or, for units of the clock, at) `first`.

    >>> bucket_name("month", date(2026, 5, 1), "zh"), bucket_name("quarter", date(2026, 4, 1), "en")
    ('2026年5月', 'Q2 2026')
    >>> bucket_name("week", date(2026, 6, 29), "zh"), bucket_name("day", date(2026, 6, 29), "en")
    ('2026年第27周', '2026-06-29')
    >>> bucket_name("hour", datetime(2026, 6, 29, 8), "en"), bucket_name("fiscal_year", date(2026, 4, 1), "en")
    ('2026-06-29 08:00', 'the one from 2026-04-01')
    """
    if isinstance(first, datetime) or grain == "day":
        return _moment(first)
    if grain not in GRAINS:
        return said(_OWN_UNIT, language, first=first)
    year, number = first.year, first.month
    if grain == "week":
        year, number, _ = first.isocalendar()
    elif grain == "quarter":
        number = (first.month + 2) // 3
    return said(_BUCKETS[grain], language, year=year, number=number, month=_MONTH_NAMES[first.month])


def bucket_words(grain: str, first: date, language: Language) -> str:
    """The name of a bucket beside a table or a drawing that marks it by its day: a week by its first.

    >>> bucket_words("week", date(2026, 6, 29), "en"), bucket_words("month", date(2026, 5, 1), "en")
    ('the week of 2026-06-29', 'May 2026')
    """
    return said(_WEEK_OF, language, first=first) if grain == "week" else bucket_name(grain, first, language)


def bucket_mark(grain: str, first: date) -> str:
    """A short, sortable mark of a bucket for axes and narrow tables.

    >>> bucket_mark("month", date(2026, 5, 1)), bucket_mark("quarter", date(2026, 4, 1))
    ('2026-05', '2026-Q2')
    """
    if grain == "month":
        return f"{first:%Y-%m}"
    if grain == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return str(first.year) if grain == "year" else _moment(first)


def grain_word(grain: str, language: Language) -> str:
    """What one bucket of everyone's units is called."""
    return said(_GRAIN_WORDS[grain], language)


def period_words(period: Period | None, today: date, language: Language) -> str:
    """The period by its name, if it has one, and its first and last day; never past today.

    >>> period_words(Period(date(2026, 5, 1), date(2026, 6, 1), "month"), date(2026, 6, 30), "zh")
    '2026年5月（2026-05-01 至 2026-05-31）'
    >>> period_words(Period(date(2026, 1, 1), date(2027, 1, 1), "year"), date(2026, 6, 30), "en")
    '2026 so far (2026-01-01 to 2026-06-30)'
    >>> period_words(None, date(2026, 6, 30), "en")
    'all history up to 2026-06-30'
    """
    if period is None or (period.start is None and (period.end is None or period.end > today)):
        return said(_ALL, language, day=today)
    if period.start is None:
        return said(_UP_TO, language, day=period.last_day)
    if period.start > today:
        return said(_AFTER, language, name=period_name(period, language) or period.start, day=today)
    known = period.cut_after(today)
    dates = days(known, language)
    name = period_name(period, language)
    if name and known.end != period.end:
        name = said(_SO_FAR, language, name=name)
    return dates if not name or name == dates else name + bracketed(dates, language)


def period_head(period: Period | None, today: date, language: Language) -> str:
    """The period in a title or a legend: its name, what was used of one that is not over, or its days.

    >>> period_head(Period(date(2026, 1, 1), date(2027, 1, 1), "year"), date(2026, 6, 30), "zh")
    '2026年1月至6月'
    >>> period_head(None, date(2026, 6, 30), "en")
    ''
    """
    if period is None or (period.start is None and period.end is None):
        return ""
    if period.start is not None and period.end is not None and period.start <= today < day_before(period.end):
        whole, period = period_name(period, language), period.cut_after(today)
        if whole:
            return period_name(period, language) or said(_SO_FAR, language, name=whole)
    name = period_name(period, language)
    if name:
        return name
    if period.start is None:
        return said(_CLOSED_TO, language, day=period.last_day)
    last = period.last_day or today
    return str(last) if last == period.start else said(_NAMES_FROM_TO, language, first=period.start, last=last)


def period_name(period: Period, language: Language) -> str:
    """The name of a period that is a calendar unit or a run of whole months; else empty.

    >>> period_name(Period(date(2026, 1, 1), date(2026, 4, 1)), "zh")
    '2026年第1季度'
    >>> period_name(Period(date(2025, 11, 1), date(2026, 4, 1)), "en")
    'November 2025 to March 2026'
    """
    if period.start is None or period.end is None or period.start == period.end:
        return ""
    for grain in (period.grain, "month", "quarter", "year"):
        if grain is not None:
            whole = unit(grain, period.start)
            if (whole.start, whole.end) == (period.start, period.end):
                return "" if grain == "day" else bucket_name(grain, period.start, language)
    if not period.start.day == period.end.day == 1:
        return ""
    end = add_months(period.end, -1)
    is_years = period.start.month == 1 and end.month == 12
    first, last = (bucket_name("year" if is_years else "month", day, language) for day in (period.start, end))
    within = not is_years and end.year == period.start.year
    return said(_MONTHS_OF_YEAR if within else _NAMES_FROM_TO, language, first=first, last=last, number=end.month)


def is_unit(period: Period) -> bool:
    """Whether the period is one calendar unit: a month, not two."""
    start = period.start
    return start is not None and any(
        (u := unit(grain, start)).start == start and u.end == period.end for grain in GRAINS
    )


def day_before(day: date) -> date:
    """The last day of what ends, half-open, at `day`."""
    return day - timedelta(days=1)


def _moment(first: date) -> str:
    """A day, or a moment of one to the minute, or to the second where it is not a whole one."""
    if not isinstance(first, datetime):
        return first.isoformat()
    return first.isoformat(" ", "seconds" if first.second else "minutes")
