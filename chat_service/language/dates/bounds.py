"""Makers of half-open times: since, before, after, until a date; each takes the date itself along or leaves it out.

Every bound can stand beside a date in doubt (before 3/7/2017): the doubt is then between the bounded times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, given, only_if
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.span import DAY, Span, span_of
from semantic_layer import Period

_Bound = Callable[[Period], Period]


def _from_start(named: Period) -> Period:
    return Period(named.start, None)


def _from_end(named: Period) -> Period:
    return Period(named.end, None)


def _to_start(named: Period) -> Period:
    return Period(None, named.start)


def _to_end(named: Period) -> Period:
    return Period(None, named.end)


def _open(found: Found, bound: _Bound) -> Meaning:
    """The open time beside the date, cut at today; beside a date in doubt, one for each that it can be."""
    piece = found.one("P_ANY")
    if piece.date is None and piece.mention is not None:
        opened = (cut(bound(each), found.today, "open").period for each in piece.mention.candidates)
        return DateMention("ambiguous", unit=piece.mention.unit, candidates=tuple(map(given, opened)))
    span = given(piece.period(found.today))
    return cut(bound(span.period), found.today, "open", year_named=given(piece.date).year_named)


def _running(span: Span | None, found: Found) -> DateMention | None:
    """A calendar unit that holds today is itself what has been of it so far."""
    holds = span is not None and span.grain is not None and span.holds(found.today)
    return DateMention("period", span.period, unit=span.grain) if span is not None and holds else None


def _named(found: Found) -> Span | None:
    """The days of the date, where it is not in doubt."""
    return found.one("P_ANY").period(found.today)


def since(found: Found) -> Meaning:
    """From the first day of the date to today. This unit so far is the unit itself; 昨天来了多少人 tells who came."""
    span = _named(found)
    if found.get("LAI") and not found.get("SINCE", "FROM"):
        year = span is not None and span.grain == "year"
        only_if(not found.after("came") and (year or not found.after("came_then")))
    running = _running(span, found) if found.get("P_UNIT", "P_YEAR", "P_TO_DATE") else None
    return running or _open(found, _from_start)


def from_day(found: Found) -> Meaning:
    """Orders from March 5: that day, or since that day; orders from March are those of March."""
    date, span = found.date("P"), found.span("P")
    only_if(date.holiday is None and span.grain == "day" and span.start < found.today)
    return DateMention("ambiguous", unit="day", candidates=(span.period, Period(span.start, found.today + DAY)))


def before(found: Found) -> Meaning:
    """Before the end of March is up to that end; 3月31日之前（含） takes the day along."""
    date = found.one("P_ANY").date
    included = found.get("INCLUDED") is not None or (date is not None and date.at_end)
    return _open(found, _to_end if included else _to_start)


def after(found: Found) -> Meaning:
    """3月之后, after March; with the date itself where it is said to be included."""
    return _open(found, _from_start if found.get("INCLUDED") is not None else _from_end)


def until(found: Found) -> Meaning:
    """Everything up to the end of the date, included; until today is now."""
    span = _named(found)
    if span is not None and span.start == found.today and found.get("P_DAY_WORD") is not None:
        return DateMention("now")
    only_if(span is None or span.start <= found.today)
    return _open(found, _to_end)


def by_day(found: Found) -> Meaning:
    """Registered by March 31; by March can group."""
    only_if(found.span("P").grain == "day" or found.date("P").at_end)
    return until(found)


def up_to(found: Found) -> Meaning:
    """到3月底 with nothing before it to begin from; 改到3月 changes the time; 到今年 is not said of what is running."""
    earlier = next((piece for piece in found.earlier if piece.symbol != "COMMA"), None)
    begun = earlier is not None and (earlier.date is not None or earlier.symbol in ("NUMBER", "DONE", "FROM"))
    only_if(not begun)
    only_if(found.span("P").end <= found.today + DAY or found.date("P").at_end)
    return until(found)


def so_far(found: Found) -> Meaning:
    """this year so far: the unit that is running."""
    return _running(found.span("P"), found) or since(found)


def before_length(found: Found) -> Meaning:
    """最近30天之前: everything before those days."""
    return DateMention("open", Period(None, given(given(found.one("ROLL").mention).period).start))


def since_length(found: Found) -> Meaning:
    """Since 3 months: the last 3 months."""
    return replace(given(found.one("ROLL", "DURATION").mention), kind="rolling")


def before_that(found: Found) -> Meaning:
    """再之前30天, the 30 days before that: right before the period that was named, else before the main one."""
    mention = given(found.one("DURATION").mention)
    length = given(mention.length)
    for piece in reversed(found.around[: found.at]):
        rolled = None if piece.mention is None or piece.mention.kind != "rolling" else span_of(piece.mention.period)
        named = piece.period(found.today) or rolled
        if named is not None:
            return PartialDate(fixed=named.before(*length))
    period = given(span_of(mention.period)).before(*length).period
    return replace(mention, kind="relative_previous", period=period, days=None, months=None)


def between_bounds(found: Found) -> Meaning:
    """After March 1 and before May 1: the time between."""
    mentions = [piece.mention for piece in found.all("DONE")]
    opened = [one.period for one in mentions if one is not None and one.kind == "open" and one.period is not None]
    # the one that begins somewhere reaches to today, the other one has no beginning
    starts = [one.start for one in opened if one.start is not None and one.end == found.today + DAY]
    ends = [one.end for one in opened if one.start is None and one.end is not None]
    only_if(len(starts) == len(ends) == 1 and starts[0] < ends[0])
    return DateMention("period", Period(starts[0], ends[0]))
