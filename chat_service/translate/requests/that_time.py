"""Times that are told by the one that was spoken of: its second half, up to the 20th, since then, the one after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from chat_service.language.dates.read import find_dates
from chat_service.language.folding import fold
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Previous
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.stops import Doubt, Option, StopError
from semantic_layer import MetricFilter, MetricQuery, Period, Request, add_months, preceding, unit

_AGO = frozenset({"ago", "a year ago"})  # rules of dates
_OF_MONTH = frozenset({"day of some month", "part of this month"})
_ENDS = " .?!。"
_SIDES = ("before_that", "after_that", "since_then", "next_one")


def in_that_time(slots: Slots, before: Request, assembly: Assembly) -> None:
    """上半年呢 after a number of 2025, up to the 20th after one of May, the last month of it: a part of a time whose
    whole is not named is of that which was spoken of."""
    spoken, today = before.period if isinstance(before, MetricQuery) else None, assembly.scope.today
    if spoken is None or spoken.start is None or spoken.end is None:
        return
    forms = {"year": "%Y", "quarter": f"%YQ{(spoken.start.month + 2) // 3}", "month": "%Y-%m"}
    written = spoken.start.strftime(forms.get(spoken.grain or "", ""))
    for at, (item, when) in enumerate(slots.whens):
        named, rules, text = when.date.period, set(when.date.rules), slots.frame.folded(item)
        behind = slots.frame.lattice.text(item.end, len(slots.frame.lattice.tokens)).strip(_ENDS) + " "
        of_it, bare = any(behind.startswith(f"{each} ") for each in word_set("of_it")), not when.date.year_named
        part = spoken.grain in forms and text.isascii() and (of_it or (bare and spoken.grain == "month"))
        then = _read_in(spoken, f"{text} of {written}", today) if part else None
        if spoken.grain in ("quarter", "month") and _AGO & rules and named is not None and named.start is not None:
            back = 12 * (named.start.year - today.year)  # what was it a year ago: the same part of it
            then = Period(add_months(spoken.start, back), add_months(spoken.end, back), spoken.grain)
        elif (of_it and then is None) or (_OF_MONTH & rules and spoken.grain in ("quarter", "year")):
            raise assembly.deny(item, "vague_period")  # the 20th, of which of its months?
        elif then is None and bare and spoken.grain == "year":
            then = _read_in(spoken, text, today)
        elif then is None and _OF_MONTH & rules:
            then = _read_in(unit("month", spoken.start), text, today)
        if then is not None:
            slots.whens[at] = (item, replace(when, date=replace(when.date, period=then)))


def _read_in(spoken: Period, text: str, today: date) -> Period | None:
    """What words for a time say at the end of the one that was spoken of, if that is a part of it."""
    found = find_dates(fold(text), spoken.last_day or today)
    named = found[0].period if len(found) == 1 else None
    if named is None or named.end is None or spoken.start is None or spoken.end is None:
        return None
    then = Period(named.start or spoken.start, named.end, named.grain)
    then = then.cut_after(today) if found[0].kind == "open" else then
    inside = then.start is not None and spoken.start <= then.start and named.end <= spoken.end
    return then if inside and then != spoken else None


def beside_that(frame: Frame, previous: Previous | None, assembly: Assembly) -> MetricQuery | None:
    """And since then, before that, the one after, 之前呢: where nothing else is said, the number of another time."""
    said, before = frame.lattice.folded.text.strip(_ENDS), previous.request if previous is not None else None
    side = next((each for each in _SIDES if said in word_set(each)), None)
    if side is None or not isinstance(before, MetricQuery):
        return None
    first, period, today = frame.covering.edges[0], before.period, assembly.scope.today
    deeds = any(isinstance(each, MetricFilter) for each in before.filters)
    if period is None or period.start is None or period.end is None or deeds:
        raise assembly.deny(first)  # of all history, or the time of the number alone?
    if side != "before_that" and period.end > today:
        raise assembly.deny(first, "future_period")
    after = (
        unit(period.grain, period.end) if period.grain else Period(period.end, period.end + (period.end - period.start))
    )
    since = Period(period.end, today + timedelta(days=1))
    earlier = (preceding(period, today), Period(None, period.start))
    times = {"before_that": earlier, "after_that": (after, since), "since_then": (since,)}.get(side, (after,))
    options = {str(each): Option(str(each), "period", str(each)) for each in times}
    if first.start not in assembly.fixed and len(options) > 1:
        raise StopError(Doubt("ambiguous_date", said, tuple(options.values()), first.start, first.end))
    then = next((each for each in times if str(each) == assembly.fixed.get(first.start)), times[0])
    assembly.assume("kept_from_before")
    return before.model_copy(update={"period": then})


__all__ = ["beside_that", "in_that_time"]
