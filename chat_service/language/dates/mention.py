"""What a piece of text says about time, as data. See read.py for how each kind is to be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from semantic_layer import Grain, Period

MentionKind = Literal[
    "period",
    "rolling",
    "grain",
    "comparison",
    "versus",
    "relative_previous",
    "same_period",
    "weekday_filter",
    "open",
    "duration",
    "now",
    "all_history",
    "future",
    "ambiguous",
    "vague",
    "no_day",
    "fiscal_unset",
]
Against = Literal["previous", "year"]


@dataclass(frozen=True)
class DateMention:
    """Words about time; `start`, `end` count in the original text, `fstart`, `fend` in the folded one.

    period           what the words name, from their own words alone
    calendar_period  of `rolling`: the last `count` calendar units, the current one included
    unit, count      of `rolling`, `duration`, `grain`, `relative_previous`, `comparison`: what is counted or compared
    days, months     of `rolling` and `duration`: the length, in the one of the two that is exact
    against          of `comparison`
    month            set where a month was named without a year (`in June`), so that it can be read as a birth month
    weekdays         of `weekday_filter`: 1 = Monday .. 7
    candidates       of `ambiguous`: the periods that it can be
    asked            of `grain`: the words ask for one of them (`which month`, 哪个月), not for all of them
    year_named       whether the words fix the year, or the latest one was taken
    rules            the names of the grammar's rules that read it, the smallest piece first
    """

    kind: MentionKind
    period: Period | None = None
    calendar_period: Period | None = None
    unit: Grain | None = None
    count: float | None = None
    days: int | None = None
    months: int | None = None
    against: Against | None = None
    month: int | None = None
    weekdays: tuple[int, ...] = ()
    candidates: tuple[Period, ...] = ()
    asked: bool = False
    year_named: bool = True
    rules: tuple[str, ...] = ()
    text: str = ""
    start: int = 0
    end: int = 0
    fstart: int = 0
    fend: int = 0

    @property
    def length(self) -> tuple[float, Grain] | None:
        """So many units, where both are known."""
        return None if self.count is None or self.unit is None else (self.count, self.unit)

    def __str__(self) -> str:
        """Kind and content in one line, as the examples of the rules write it.

        >>> from datetime import date
        >>> str(DateMention("period", Period(date(2026, 5, 1), date(2026, 6, 1), "month"), unit="month"))
        'period 2026-05-01/2026-06-01 month'
        """
        parts: list[str] = [self.kind]
        if self.period is not None:
            parts.append(str(self.period))
            if self.period.grain is not None:
                parts.append(self.period.grain)
        if self.against is not None:
            parts.append(self.against)
        if self.count is not None and self.unit is not None:
            parts.append(f"{self.count:g} {self.unit}")
        elif self.unit is not None and (self.period is None or self.period.grain != self.unit):
            parts.append(self.unit)
        parts.extend(str(candidate) for candidate in self.candidates)
        if self.weekdays:
            parts.append(",".join(str(day) for day in self.weekdays))
        return " ".join(parts)


def cut(period: Period, today: date, kind: MentionKind = "period", *, year_named: bool = True) -> DateMention:
    """The mention of a time that ends with today at the latest; of what begins after it, that it is to come."""
    tomorrow = today + timedelta(days=1)
    if period.start is not None and period.start >= tomorrow:
        return DateMention("future", period, year_named=year_named)
    end = tomorrow if period.end is None else min(period.end, tomorrow)
    return DateMention(kind, Period(period.start, end), year_named=year_named)
