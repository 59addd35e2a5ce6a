"""Periods as a model may write them, in words, reckoned by the service's own grammar of dates.

No date is believed that words already say: `"period": "上个月"` is looked up here, where the reading conventions are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.read import calendar_period_for, find_dates
from chat_service.language.folding import fold
from semantic_layer import GRAINS, Grain, Period, unit

_DATED = ("period", "rolling", "open", "duration", "relative_previous", "comparison", "same_period")
TREND_MONTHS = 12


@dataclass(frozen=True)
class UnreadableError(ValueError):
    """Words that name no one period; the sentence says why."""

    reason: str


def period_of_words(words: str, today: date, grains: tuple[Grain, ...] = ()) -> Period | None:
    """The period that words name; None for all of history or now. `grains` are those that the answer is grouped by.

    Raises UnreadableError.

    >>> period_of_words("last 3 months", date(2026, 6, 30)), period_of_words("近3个月", date(2026, 6, 30), ("month",))
    ... # doctest: +NORMALIZE_WHITESPACE
    (Period(start=datetime.date(2026, 3, 31), end=datetime.date(2026, 7, 1), grain=None),
     Period(start=datetime.date(2026, 4, 1), end=datetime.date(2026, 7, 1), grain=None))
    """
    found = [m for m in find_dates(fold(words), today) if m.kind not in ("grain", "versus", "weekday_filter")]
    if len(found) != 1:
        said = " and ".join(f"'{mention.text}'" for mention in found) or "no time"
        raise UnreadableError(f"'{words}' names {said}; give one period, or start and end")
    mention = found[0]
    if mention.kind in ("now", "all_history"):
        return None
    period = _grouped(mention, grains, today)
    if mention.kind == "ambiguous":
        choices = " or ".join(str(each) for each in mention.candidates)
        raise UnreadableError(f"'{words}' can be {choices}")
    if mention.kind not in _DATED or period is None:
        raise UnreadableError(f"'{words}' is read as {mention}, which is no period")
    return period


def dates_in(question: str, today: date) -> tuple[DateMention, ...]:
    """What the question says about time."""
    return find_dates(fold(question), today)


def reckoned(request: dict[str, JsonValue], today: date) -> tuple[dict[str, JsonValue], tuple[str, ...]]:
    """A request in which every period that is given in words stands as dates, and why some do not."""
    groups = request.get("group_by")
    grains = tuple(each for each in GRAINS if isinstance(groups, list) and each in groups)
    problems: list[str] = []
    found = _walked(request, "", grains, today, problems)
    assert isinstance(found, dict), "an object stays an object"
    return found, tuple(problems)


def last_calendar_months(today: date) -> Period:
    """What a trend without a period covers: the last 12 calendar months, the current one included."""
    return Period(unit("month", today, 1 - TREND_MONTHS).start, unit("month", today).end)


def readings_of(mention: DateMention, today: date) -> Iterator[Period]:
    """Every period that the service itself would take a mention for, whatever it is grouped by."""
    for each in (mention.period, mention.calendar_period, *mention.candidates):
        if each is not None:
            yield each
    for grain in GRAINS:
        found = calendar_period_for(mention, grain, today)
        if found is not None:
            yield found


def _grouped(mention: DateMention, grains: tuple[Grain, ...], today: date) -> Period | None:
    if mention.kind in ("rolling", "duration"):
        for grain in grains:
            found = calendar_period_for(mention, grain, today)
            if found is not None:
                return found
    return mention.period


def _walked(value: JsonValue, path: str, grains: tuple[Grain, ...], today: date, problems: list[str]) -> JsonValue:
    if isinstance(value, list):
        return [_walked(each, f"{path}[{index}]", (), today, problems) for index, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found: dict[str, JsonValue] = {}
    for key, inner in value.items():
        where = f"{path}.{key}" if path else key
        if inner is None:
            continue
        if key == "period" and isinstance(inner, str):
            try:
                period = period_of_words(inner, today, grains)
            except UnreadableError as error:
                problems.append(f"{where}: {error.reason}")
                continue
            if period is not None:
                found[key] = _written(period)
        else:
            found[key] = _walked(inner, where, grains if key == "compare" else (), today, problems)
    return found


def _written(period: Period) -> JsonValue:
    ends = {"start": period.start, "end": period.end}
    written: dict[str, JsonValue] = {key: day.isoformat() for key, day in ends.items() if day is not None}
    return written | ({"grain": period.grain} if period.grain is not None else {})
