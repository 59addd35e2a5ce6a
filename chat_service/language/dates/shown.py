"""A period as its first and last day, both included: periods are half-open inside, which no reader need know."""

from __future__ import annotations

from datetime import date

from chat_service.language.phrases import said
from semantic_layer import Language, Period, Phrase

_FROM_TO = Phrase("{first} 至 {last}", "{first} to {last}")


def days(period: Period, language: Language) -> str:
    """The first and the last day of a period with a beginning.

    >>> days(Period(date(2025, 7, 1), date(2026, 7, 1)), "en")
    '2025-07-01 to 2026-06-30'
    """
    if period.days == 1 or period.start == period.end:
        return str(period.start)
    return said(_FROM_TO, language, first=period.start, last=period.last_day)


def days_so_far(period: Period, today: date, language: Language) -> str:
    """The same, never past today.

    >>> days_so_far(Period(date(2026, 1, 1), date(2027, 1, 1), "year"), date(2026, 6, 30), "zh")
    '2026-01-01 至 2026-06-30'
    """
    return days(period if period.start is None or period.start > today else period.cut_after(today), language)
