"""A period as its first and last day, both included: periods are half-open inside, which no reader need know."""

from __future__ import annotations

from datetime import date

from chat_service.language.phrases import said
from semantic_layer import Grain, Language, Period, Phrase

_LAST: dict[Grain, Phrase] = {"month": Phrase("上个月", "last month"), "quarter": Phrase("上个季度", "last quarter")}
_FROM_TO = Phrase("{first} 至 {last}", "{first} to {last}")


def days(period: Period, language: Language) -> str:
    """The first and the last day of a period with a beginning.

    >>> days(Period(date(2025, 7, 1), date(2026, 7, 1)), "en")
    '2025-07-01 to 2026-06-30'
    """
    if period.days == 1 or period.start == period.end:
        return str(period.start)
    return said(_FROM_TO, language, first=period.start, last=period.last_day)


def last_units(language: Language) -> dict[Grain, str]:
    """The units of the calendar that a question without a time may be about, as they are asked for.

    >>> last_units("en")
    {'month': 'last month', 'quarter': 'last quarter'}
    """
    return {grain: said(phrase, language) for grain, phrase in _LAST.items()}


def days_so_far(period: Period, today: date, language: Language) -> str:
    """The same, never past today.

    >>> days_so_far(Period(date(2026, 1, 1), date(2027, 1, 1), "year"), date(2026, 6, 30), "zh")
    '2026-01-01 至 2026-06-30'
    """
    return days(period if period.start is None or period.start > today else period.cut_after(today), language)
