"""Which period is asked for, and against which other: from the dates and the words of growth of a question."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from chat_service.language.dates.mention import DateMention
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Against
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.several_times import overlap, set_against, side_by_side, through_year
from chat_service.translate.requests.slots import Slots, joined
from chat_service.translate.senses import When
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import Compare, Grain, Period, buckets, preceding, unit, year_earlier

_FAR_FUTURE = date(9000, 1, 1)
_RECENT_DAYS = 30
_NO_STRETCH = frozenset({"every so many units", "days of some kind"})  # rules of dates that are not 'lately'


@dataclass(frozen=True)
class Timing:
    """The period asked for (None: none was said), the comparison, and a grain that several periods call for."""

    period: Period | None = None
    compare: Compare | None = None
    grain: Grain | None = None
    ever: bool = False


def period_of(
    mention: DateMention, grains: tuple[Grain, ...], today: date, item: Edge, assembly: Assembly
) -> Period | None:
    """The period that a date names; calendar units where the answer is grouped by the same unit."""
    later = mention.period is not None and mention.period.start is not None and mention.period.start > today
    if mention.kind == "future" or later:
        raise assembly.deny(item, "future_period")
    if mention.kind == "open" and grains and (whole := through_year(mention, today)) is not None:
        return whole
    if mention.kind == "rolling" and mention.calendar_period is not None and mention.unit in grains:
        return mention.calendar_period
    return mention.period


def only_period(item: Edge, when: When, known: Period | None, assembly: Assembly) -> Period | None:
    """The period of a question that has one. Raises StopError where another is known already."""
    if known is not None:
        raise StopError(Denial("several_periods", assembly.said(item)))
    period = None if when.ever else period_of(when.date, (), assembly.scope.today, item, assembly)
    assembly.use(item, "period", str(period))
    return period


def decide_timing(
    slots: Slots,
    assembly: Assembly,
    grains: tuple[Grain, ...],
    before: Period | None = None,
    *,
    compared: bool = False,
) -> Timing:
    """The period and the comparison of a question. `before` is the period of the one that it goes on from, which was
    `compared` with another or not."""
    periods: list[Period | None] = list(_settled(slots, assembly))
    periods.extend([slots.shifted] if slots.shifted is not None else [])
    periods.extend(_said(slots, assembly, grains))
    periods = list(dict.fromkeys((*([before] if before is not None and _adds_time(slots) else []), *periods)))
    ever = any(when.ever for _, when in slots.whens)
    against = _against(slots, assembly)
    for word in slots.frame.said("prefix.between"):
        after = slots.frame.after(word)
        if after is not None and after.category in ("when", "against"):
            assembly.use(word, "period", "")  # the difference between May and June: both are told
    if len(periods) > 1:
        return _several(periods, against, slots, assembly)
    period = periods[0] if periods else _same_period(slots, assembly, before) or before
    if against is not None:
        item, other = against
        assembly.use(item, "comparison", other.to)
        if other.unit == "week" and any(words in assembly.frame.folded(item) for words in word_set("same_day")):
            return _same_day(period, item, assembly)
        alone = slots.whens[0][1].date if len(slots.whens) == 1 and periods else None
        return _compared(period, other, item, assembly, grains, alone)
    if compared and not slots.has("trend"):
        for word in slots.frame.said("change"):
            assembly.use(word, "comparison", "")  # which grew most: against what it is compared with already
        return Timing(period, ever=ever)
    return Timing(period, _change_alone(slots, assembly, period, grains), ever=ever)


def _said(slots: Slots, assembly: Assembly, grains: tuple[Grain, ...]) -> list[Period | None]:
    """The periods that are named; a word of 'only' beside one says that it is no other: 只要下半年, May only."""
    found: list[Period | None] = []
    for item, when in slots.whens:
        period = None if when.ever else period_of(when.date, grains, assembly.scope.today, item, assembly)
        found.extend([] if when.ever else [period])
        assembly.use(item, "period", "" if when.ever else str(period))
        for beside in (slots.frame.spoken(item, back=True), slots.frame.after(item)):
            if beside is not None and "only" in beside.keys:
                assembly.use(beside, "period", "")
    return found


def _adds_time(slots: Slots) -> bool:
    """Plus March, 再加上3月, both that and April: beside the time before, where nothing else is said."""
    opening, others = slots.frame.items[0], slots.measures or slots.groups or slots.values or slots.against
    adds = slots.frame.folded(opening) in word_set("adds_to") and len(slots.frame.items) == 2
    that = any(joined(slots.frame, word, item) for word in slots.frame.said("follow.those") for item, _ in slots.whens)
    return (adds or that) and len(slots.whens) == 1 and not others


def _against(slots: Slots, assembly: Assembly) -> tuple[Edge, Against] | None:
    if len(slots.against) > 1:
        raise assembly.deny(slots.against[-1][0], "several_comparisons")
    return slots.against[0] if slots.against else None


def _settled(slots: Slots, assembly: Assembly) -> list[Period]:
    """The periods that the asker chose for dates in doubt, or that a convention gives to vague ones."""
    chosen: list[Period] = []
    today = assembly.scope.today
    for item in slots.frame.said("date"):
        found = item.meaning.date if isinstance(item.meaning, When) else None
        if found is None:
            continue
        if found.kind in ("ambiguous", "fiscal_unset"):
            chosen.append(_chosen(item, found, assembly))
        elif found.kind == "future":
            raise assembly.deny(item, "future_period")
        elif found.kind == "vague" and _NO_STRETCH.intersection(found.rules):
            raise assembly.deny(item, "vague_period")  # every three months, the last 5 business days
        elif found.kind == "vague" and slots.whens:
            assembly.use(item, "period", "")  # these months, the last six of them: the other says which
        elif found.kind == "vague":
            recent = Period(today - timedelta(days=_RECENT_DAYS - 1), today + timedelta(days=1))
            assembly.assume("recent_days", assembly.said(item), str(_RECENT_DAYS))
            assembly.use(item, "period", str(recent))
            chosen.append(recent)
    return chosen


def _chosen(item: Edge, found: DateMention, assembly: Assembly) -> Period:
    picked = assembly.fixed.get(item.start)
    match = next((period for period in found.candidates if str(period) == picked), None)
    if match is not None:
        assembly.use(item, "period", str(match))
        return match
    text = assembly.said(item)
    if not found.candidates:
        raise StopError(Denial("fiscal_year_unset", text))
    options = tuple(Option(str(period), "period", str(period)) for period in found.candidates[:4])
    raise StopError(Doubt("ambiguous_date", text, options, item.start, item.end))


def _same_period(slots: Slots, assembly: Assembly, before: Period | None) -> Period | None:
    """同期, in that time: the period that a condition of the question names, or that of the question before."""
    said = slots.frame.said("date.same_period")
    for word in said:
        assembly.use(word, "period", "")
    for item, clauses in slots.clauses if said else ():
        when = next((each.when for each in clauses.clauses if each.when is not None), None)
        if when is not None:
            return period_of(when.date, (), assembly.scope.today, item, assembly)
    if said and before is None and not slots.same:
        raise assembly.deny(said[0])
    return before


# --- two periods ---


def _several(
    periods: list[Period | None], against: tuple[Edge, Against] | None, slots: Slots, assembly: Assembly
) -> Timing:
    """Two periods side by side: neighbouring units are taken together, others compared."""
    frame = slots.frame
    refused = StopError(Denial("several_periods", "; ".join(assembly.said(item) for item, _ in slots.whens)))
    closed = [p for p in periods if p is not None and p.start is not None and p.end is not None]
    if against is not None or len(closed) != len(periods):
        raise refused
    if len(closed) == len(slots.whens) == 2:
        (_, one), (_, other) = slots.whens
        closed = list(_of_one_year((closed[0], one.date), (closed[1], other.date)))
        closed = sorted(closed, key=lambda p: p.start or date.min, reverse=True) if side_by_side(slots) else closed
    versus = frame.said("comparison.versus", "date.versus")
    versus = [word for word in versus if frame.folded(word) not in word_set("joins_periods")] or set_against(slots)
    if len(closed) == 2 and (versus or frame.said("change", "comparative")) and not frame.said("share"):
        if _unlike(*closed) or overlap(*closed):
            raise refused
        for word in versus:
            assembly.use(word, "comparison", "period")
        return Timing(closed[0], relation(closed[0], closed[1], assembly.scope.today))
    if not _linked(slots) or any(each.negated or each.when for _, told in slots.clauses for each in told.clauses):
        raise refused
    ordered = sorted(closed, key=lambda p: (p.start, p.end))
    grain = ordered[0].grain
    if grain is not None and all(a.end == b.start and a.grain == b.grain for a, b in itertools.pairwise(ordered)):
        together = frame.said("cumulative") or _together(slots)
        for word in frame.said("cumulative"):
            assembly.use(word, "cumulative", "total")
        return Timing(Period(ordered[0].start, ordered[-1].end), None, None if together else grain)
    if len(closed) == 2 and not _unlike(*closed):
        return Timing(closed[0], Compare(to="period", period=closed[1]))
    raise refused


def _same_day(period: Period | None, item: Edge, assembly: Assembly) -> Timing:
    """和上周同一天比: a day, today where none is named, and the day of the same name a week before."""
    day = period or Period(assembly.scope.today, assembly.scope.today + timedelta(days=1), "day")
    if day.start is None or day.end is None or day.days != 1:
        raise assembly.deny(item)
    if period is None:
        assembly.assume("current_period", day)
    week = timedelta(days=7)
    return Timing(day, Compare(to="period", period=Period(day.start - week, day.end - week, "day")))


def _linked(slots: Slots) -> bool:
    """Whether a word joins the times; side by side they are parts of one date that were not read together."""
    ordered = sorted((item for item, _ in slots.whens), key=lambda item: item.start)
    return all(
        any("connective" in edge.keys or "comparison" in edge.keys for edge in slots.frame.between(one, other))
        for one, other in itertools.pairwise(ordered)
    )


def _together(slots: Slots) -> bool:
    """Q3 and Q4 combined, 5月和6月加起来: one number for all of it."""
    return any(leaf.category == "function.quantifier.total" for e in slots.frame.covering.edges for leaf in e.leaves())


def _of_one_year(one: tuple[Period, DateMention], other: tuple[Period, DateMention]) -> tuple[Period, Period]:
    """Q1 vs Q2 2025: a year that is said of one of both is that of the other; Q1 vs Q1 2025 are not of one year."""
    first, second = one[0], other[0]
    if one[1].year_named is other[1].year_named or not {first.grain, second.grain} <= {"month", "quarter"}:
        return first, second
    bare, named = (first, second) if other[1].year_named else (second, first)
    assert bare.start is not None and named.start is not None and bare.grain is not None, "a unit of time has its ends"
    moved = unit(bare.grain, bare.start.replace(year=named.start.year))
    if moved == named:
        return first, second
    return (moved, second) if bare is first else (first, moved)


def _compared(
    period: Period | None,
    against: Against,
    item: Edge,
    assembly: Assembly,
    grains: tuple[Grain, ...],
    said: DateMention | None = None,
) -> Timing:
    today = assembly.scope.today
    if against.unit == "week" and any(word in assembly.frame.folded(item) for word in word_set("same_day")):
        raise assembly.deny(item)  # 和上周同一天比: a day of that week
    if against.date is None:
        if period is None and not grains:
            period = unit(against.unit or "month", today)
            assembly.assume("current_period", period)
        if against.to == "previous" and against.unit is not None and not grains and _has_several(against.unit, period):
            raise assembly.deny(item, "several_periods")  # week over week, of eight weeks
        return Timing(period, Compare(to=against.to))
    return _compared_with(period, against.date, item, assembly, grains, said)


def _compared_with(
    period: Period | None,
    named: DateMention,
    item: Edge,
    assembly: Assembly,
    grains: tuple[Grain, ...],
    said: DateMention | None,
) -> Timing:
    """A period beside one that is named."""
    today = assembly.scope.today
    if named.kind == "duration":
        raise assembly.deny(item)
    other = period_of(named, (), today, item, assembly)
    if other is None:
        return Timing(period)
    period, other = _of_one_year((period, said), (other, named)) if period and said else (period, other)
    if period is None:
        period = unit(other.grain, today) if other.grain is not None else None
        if period is None or period == other:
            raise assembly.deny(item, "comparison_without_period")
        assembly.assume("current_period", period)
    if named.kind == "same_period" or _is_part_of_year(period, other, item, assembly):
        year = year_earlier(period, _FAR_FUTURE) if period == other else other
        other = _in_year_of(year, period, assembly.said(item))
        assembly.assume("same_time_of_year", other)
    if _unlike(period, other):
        raise assembly.deny(item, "several_periods")
    return Timing(period, relation(period, other, today, grains))


def _has_several(grain: Grain, period: Period | None) -> bool:
    closed = period is not None and period.start is not None and period.end is not None
    return closed and period is not None and len(buckets(grain, period)) > 1


def _is_part_of_year(period: Period, other: Period, item: Edge, assembly: Assembly) -> bool:
    """618, a quarter or the first half against last year, May relative to last May: of these the same part is meant."""
    if period == other:
        return other.grain not in (None, "year")
    if any(mark in assembly.said(item) for mark in word_set("whole_of_it")):
        return False
    if period.start is None or period.end is None or other.grain != "year" or other.start is None:
        return False
    is_part = period.grain != "year" and period.end <= date(period.start.year + 1, 1, 1)
    return is_part and other.start.year < period.start.year


def _in_year_of(year: Period, period: Period, said: str) -> Period:
    """与2024年同期相比: the same time of the year that is named, which is an earlier one."""
    found = period
    while year.start is not None and found.start is not None and found.end and found.start.year > year.start.year:
        found = year_earlier(found, found.end)
    if found is period:
        raise StopError(Denial("several_periods", said))
    return found


def _unlike(period: Period, other: Period) -> bool:
    """A quarter against a year, May relative to last May: which part of the one is meant is not known."""
    long = period.days and other.days and not 1 / 2 <= period.days / other.days <= 2
    long = long and not {period.grain, other.grain} <= {"month", "quarter", "year"}
    return bool(long) or (period == other and other.grain not in (None, "year"))


def relation(period: Period, other: Period, today: date, grains: tuple[Grain, ...] = ()) -> Compare:
    """A named period that is just the one before, or a year earlier, is compared like for like as such.

    In units of time each is compared with its own of the year before: months of 2026 with those of 2025.
    """
    closed = period.start is not None and period.end is not None
    earlier = year_earlier(period, _FAR_FUTURE) if closed else None
    if earlier is not None and (other.start, other.end) == (earlier.start, earlier.end):
        is_unit_before = period.grain == "year" and not grains
        return Compare(to="previous" if is_unit_before else "year")
    known = period.cut_after(today)
    before = unit(period.grain, known.start, -1) if period.grain is not None and known.start is not None else None
    if before is not None and other == before:
        return Compare(to="previous")
    return Compare(to="period", period=other)


def in_units(period: Period, grain: Grain, today: date) -> Period:
    """最近6个月 by month, as units of the calendar: no unit of which it has but the last day."""
    day, start = timedelta(days=1), period.start
    if period.grain is None and start is not None and period.end == today + day:
        before = unit(grain, start).end
        return Period(before, unit(grain, today).end) if before == start + day else period
    return period


# --- growth with no other period ---


def _change_alone(slots: Slots, assembly: Assembly, period: Period | None, grains: tuple[Grain, ...]) -> Compare | None:
    """'How much did revenue grow last month': a change without another period is against the one before."""
    ranked = [item for item, rank in slots.ranks if rank.by_change]
    changes = slots.frame.said("change")
    for word in changes:
        after = slots.frame.spoken(word)
        if after is not None and after.category == "values" and slots.people:
            raise assembly.deny(word)  # 升级到金卡: who rose to something, not by how much
    if not (changes or ranked) or slots.has("trend"):
        return None
    if grains and not ranked:
        return _along_time(changes, slots, assembly)
    for item, when in slots.whens:
        if slots.frame.folded(item).startswith(tuple(word_set("from_it"))) or when.date.kind == "open":
            raise assembly.deny(item, "several_periods")  # from the one to the other, or within both?
    if period is None or period.start is None:
        if any(len(values.words) > 1 for _, values in slots.values):
            return None
        raise assembly.deny((*changes, *ranked)[0], "comparison_without_period")
    for word in changes:
        assembly.use(word, "comparison", "previous")
    assembly.assume("compared_with_previous", preceding(period, assembly.scope.today))
    return Compare(to="previous")


def _along_time(changes: list[Edge], slots: Slots, assembly: Assembly) -> Compare | None:
    """Growth along time: each unit against the one before it."""
    words = [word for word in changes if word.category != "change.change" or len(slots.frame.folded(word)) > 2]
    for word in words:
        assembly.use(word, "comparison", "previous")
    return Compare(to="previous") if words else None
