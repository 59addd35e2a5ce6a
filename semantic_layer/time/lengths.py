"""Lengths of time as definitions write them: `7 days`, `1 month`, `2 fiscal_month`. Pure text and numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{1,9}) +(\w+)")
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_SECONDS: Mapping[str, int] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True)
class Length:
    """So many units of time, of the calendar, of the clock or of a model's own."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"


def length(text: str, own: Collection[str] = ()) -> Length:
    """A length such as `7 days` or `1 month`; `own` names units beside those that everyone has. ValueError if
    malformed, or nothing at all.

    >>> length("2 weeks"), length("1 fiscal_month", ["fiscal_month"])
    (Length(count=2, unit='week'), Length(count=1, unit='fiscal_month'))
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is not None and int(found[1]) > 0:
        for unit in (found[2], found[2].removesuffix("s")):
            if unit in own or unit in _MONTHS or unit in _SECONDS:
                return Length(int(found[1]), unit)
    raise ValueError(f"'{text}' is not a length of time such as '7 days' or '1 month'")


def in_months(each: Length) -> int | None:
    """The length in months; None for one of days or of a model's own units."""
    return each.count * _MONTHS[each.unit] if each.unit in _MONTHS else None


def in_seconds(each: Length) -> int | None:
    """The length in seconds; None for one of months or of a model's own units."""
    return each.count * _SECONDS[each.unit] if each.unit in _SECONDS else None
