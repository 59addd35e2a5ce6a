"""Periods and time buckets in words. Periods are half-open inside and shown to people with both ends included."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from chat_service.outcomes import Language
from semantic_layer import GRAINS, Period, add_months, unit

_MONTH_NAMES = tuple(calendar.month_name)
_GRAIN_WORDS: dict[str, tuple[str, str]] = {
    "second": ("秒", "second"),
    "minute": ("分钟", "minute"),
    "hour": ("小时", "hour"),
    "day": ("日", "day"),
    "week": ("周", "week"),
    "month": ("月", "month"),
    "quarter": ("季度", "quarter"),
    "year": ("年", "year"),
}


def bucket_name(grain: str, first: date, language: Language) -> str:
    """The name of the unit of time that begins on (or, for units of the clock, at) `first`.

    >>> bucket_name("month", date(2026, 5, 1), "zh"), bucket_name("quarter", date(2026, 4, 1), "en")
    ('2026年5月', 'Q2 2026')
    >>> bucket_name("week", date(2026, 6, 29), "zh"), bucket_name("day", date(2026, 6, 29), "en")
    ('2026年第27周', '2026-06-29')
    >>> bucket_name("hour", datetime(2026, 6, 29, 8), "en"), bucket_name("fiscal_year", date(2026, 4, 1), "en")
    ('2026-06-29 08:00', 'the one from 2026-04-01')
    """
    zh = language == "zh"
    if isinstance(first, datetime) or grain == "day":
        return _moment(first)
    if grain not in GRAINS:
        return f"{first} 起" if zh else f"the one from {first}"
    if grain == "week":
        year, week, _ = first.isocalendar()
        return f"{year}年第{week}周" if zh else f"week {week} of {year}"
    if grain == "month":
        return f"{first.year}年{first.month}月" if zh else f"{_MONTH_NAMES[first.month]} {first.year}"
    if grain == "quarter":
        quarter = (first.month + 2) // 3
        return f"{first.year}年第{quarter}季度" if zh else f"Q{quarter} {first.year}"
    return f"{first.year}年" if zh else str(first.year)


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
    return _GRAIN_WORDS[grain][0 if language == "zh" else 1]


def period_words(period: Period | None, today: date, language: Language) -> str:
    """The period by its name, if it has one, and its first and last day; never past today.

    >>> period_words(Period(date(2026, 5, 1), date(2026, 6, 1), "month"), date(2026, 6, 30), "zh")
    '2026年5月（2026-05-01 至 2026-05-31）'
    >>> period_words(Period(date(2026, 1, 1), date(2027, 1, 1), "year"), date(2026, 6, 30), "en")
    '2026 so far (2026-01-01 to 2026-06-30)'
    >>> period_words(None, date(2026, 6, 30), "en")
    'all history up to 2026-06-30'
    """
    zh = language == "zh"
    if period is None or (period.start is None and (period.end is None or period.end > today)):
        return f"全部历史（截至 {today}）" if zh else f"all history up to {today}"
    if period.start is None:
        return f"截至 {period.last_day}" if zh else f"everything up to {period.last_day}"
    if period.start > today:
        name = period_name(period, language) or str(period.start)
        return f"{name}（晚于 {today}）" if zh else f"{name} (after {today})"
    known = period.cut_after(today)
    dates = _dates(known, zh)
    name = period_name(period, language) if known.end == period.end else _cut_name(period, language)
    if not name or name == dates:
        return dates
    return f"{name}（{dates}）" if zh else f"{name} ({dates})"


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
    if period.start.day == period.end.day == 1:
        last = add_months(period.end, -1)
        if period.start.month == 1 and last.month == 12:
            between = "至" if language == "zh" else " to "
            return between.join(bucket_name("year", day, language) for day in (period.start, last))
        if language == "zh" and last.year == period.start.year:
            return f"{bucket_name('month', period.start, language)}至{last.month}月"
        between = "至" if language == "zh" else " to "
        return between.join(bucket_name("month", day, language) for day in (period.start, last))
    return ""


def day_before(day: date) -> date:
    """The last day of what ends, half-open, at `day`."""
    return day - timedelta(days=1)


def _moment(first: date) -> str:
    """A day, or a moment of one to the minute, or to the second where it is not a whole one."""
    if not isinstance(first, datetime):
        return first.isoformat()
    return first.isoformat(" ", "seconds" if first.second else "minutes")


def _cut_name(period: Period, language: Language) -> str:
    name = period_name(period, language)
    if not name:
        return ""
    return f"{name}至今" if language == "zh" else f"{name} so far"


def _dates(period: Period, zh: bool) -> str:
    if period.days == 1 or period.start == period.end:
        return str(period.start)
    return f"{period.start} 至 {period.last_day}" if zh else f"{period.start} to {period.last_day}"
