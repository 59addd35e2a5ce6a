"""Folded text -> what it says about time, by the reading conventions, in Chinese, English and both mixed.

The kinds of a mention, and what a caller does with each:

- `period`: an absolute period. Named as one calendar unit it keeps the whole unit and its `grain`, even where today
  lies inside it, so that a caller knows it is not over (`Period.cut_after(today)` cuts it). Ranges, halves, parts of
  months and holidays are cut at today here.
- `rolling`: the last N units, as days ending today. Grouped by its unit, `calendar_period` takes its place; grouped
  by another unit that divides it (近一年 by quarter), `calendar_period_for` gives the calendar units.
- `open`: before, after, since, until; the start is None where everything before is meant, the end is at most today's.
  Whether the date itself belongs to it is settled here (及以前, on or before: yes; 之前, before: no). Two bounds side
  by side (after March 1 and before May 1) are one `period`.
- `duration`: a length (90天没买, within 7 days); `period` is the rolling period of that length for who needs one.
- `grain`: a grouping by time (`asked`: which one of them), `weekday_filter`: days of the week, no period.
- `comparison`: with the previous period or the year before; `period` is set where the other side was named (vs last
  month).
- `versus`: words that join two periods (比, vs, 跟…比), when one of them follows or stands before.
- `relative_previous`: the unit before the main period, whatever that is: `resolve_relative`; with a `count`, so many
  units right before it (再之前30天, the 30 days before that). Its own `period` is the unit before the current one,
  for where there is no main period. `previous` and `prior` are read so beside another period or in a comparison only;
  else they are the `period` before this one. `same_period`: the period of the other part (同期, that time); with a
  `period` it is the same time in that year, with a `unit` the unit that was spoken of.
- `now`, `all_history`: no period at all. `future`: a period after today, to be refused. `ambiguous`: `candidates` to
  choose from, half-open ones among them (before 3/7/2017, 3月15日前后, orders from March 5). `vague` (recently, 近期,
  every two weeks, Wednesday, June 15 that is a Monday): words that carry meaning and name no period: ask. A
  word that bounds the time beside it and that no rule could read makes that time vague too; it is never dropped.
  `no_day`: a day that no calendar has (2月30日, 2026-04-31), to be refused.
  `fiscal_unset`: fiscal words where no first month of the fiscal year is set: ask.

Spans of mentions do not overlap and take along the words that belong to them (in March, 近一年里, 双十一当天). A
month without a year sets `month`, so that a birth month can be read from it. What counts from an event (第3个月, M3)
is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chat_service.language.dates import beside, bounds, compared, lengths, named, near, parts, ranges, said
from chat_service.language.dates.grammar import Pass, Rule, Situation
from chat_service.language.dates.lexer import pieces_of
from chat_service.language.dates.mention import Against, DateMention, MentionKind
from chat_service.language.dates.rules import makers, read_rules
from chat_service.language.dates.span import DAY, DAYS_OF, MONTHS_OF, Span, calendar, calendar_units, later
from chat_service.language.folding import Folded
from chat_service.language.numbers.read import Number, find_numbers
from semantic_layer import Grain, Period, ensure_wanted

__all__ = [
    "RULES",
    "Against",
    "DateMention",
    "MentionKind",
    "calendar_period_for",
    "find_dates",
    "resolve_relative",
]

# the files of rules that run together, pass by pass
_GRAMMAR = (
    ("digits", "near", "calendar", "lengths", "grouping"),
    ("joined",),
    ("parts",),
    ("lists",),
    ("twice",),
    ("bounds",),
    ("both", "twice"),
    ("mentions",),
    ("left_over",),
)
_MAKERS = makers(beside, bounds, compared, lengths, named, near, parts, ranges, said)
_FILES = {name: read_rules(name, _MAKERS) for name in dict.fromkeys(name for names in _GRAMMAR for name in names)}
_PASSES = tuple(Pass(tuple(rule for name in names for rule in _FILES[name])) for names in _GRAMMAR)
RULES: tuple[Rule, ...] = tuple(rule for rules in _FILES.values() for rule in rules)


def find_dates(
    folded: Folded, today: date, *, fiscal_year_start: int | None = None, numbers: Sequence[Number] | None = None
) -> tuple[DateMention, ...]:
    """What the text says about time, from left to right; `today` is inclusive. Never raises on any text. `numbers` are
    those of the text, where they are known.

    >>> from chat_service.language.folding import fold
    >>> for mention in find_dates(fold("近3个月每月的订单，跟去年同期比"), date(2026, 6, 30)):
    ...     print(mention.text, "=", mention)
    近3个月 = rolling 2026-03-31/2026-07-01 3 month
    每月 = grain month
    跟去年同期比 = comparison year
    """
    ensure_wanted()  # a translator may read many spellings of a text, each by its dates first
    situation = Situation(folded, today, fiscal_year_start)
    pieces = pieces_of(folded, find_numbers(folded) if numbers is None else numbers)
    for one in _PASSES:
        pieces = one.run(pieces, situation)
    mentions = []
    for piece in pieces:
        if piece.mention is not None and piece.symbol in ("DATED", "DONE", "VS_DONE"):
            start, end = folded.span(piece.fstart, piece.fend)
            mentions.append(
                replace(
                    piece.mention,
                    rules=piece.rules,
                    text=folded.original[start:end],
                    start=start,
                    end=end,
                    fstart=piece.fstart,
                    fend=piece.fend,
                )
            )
    return tuple(mentions)


_DAYS: dict[Grain, int] = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


def resolve_relative(mention: DateMention, main: Period) -> Period | None:
    """The period that `the month before` means beside the main period; None where the main period is open.

    A main period shorter than the unit moves back by that unit (March 2026 against the year before: March 2025).
    """
    grain = mention.unit
    assert grain is not None, "only mentions with a unit are relative"
    if main.start is None or main.end is None:
        return None
    span = Span(main.start, main.end, main.grain)
    if mention.count is not None:
        return span.before(mention.count, grain).period
    if main.grain == grain or span.days >= _DAYS[grain]:
        return calendar(grain, span.start, -1).period
    whole = grain not in MONTHS_OF or main.grain in ("month", "quarter")
    end = later(span.end, -1, grain) if whole else later(span.end - DAY, -1, grain) + DAY
    return Period(later(span.start, -1, grain), end, main.grain)


def calendar_period_for(mention: DateMention, grain: Grain, today: date) -> Period | None:
    """The last calendar units of that grain, the current one included, as many as a rolling mention is long.

    None where the length is no whole number of them (last 90 days by month): the rolling period itself is grouped then.
    """
    length, size = (mention.months, MONTHS_OF.get(grain)) if grain in MONTHS_OF else (mention.days, DAYS_OF.get(grain))
    if length is None or size is None or length % size:
        return None
    return calendar_units(length // size, grain, today).period
