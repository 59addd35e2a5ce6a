"""Which period is asked for, and against which other: from the dates of a question."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.read import find_dates
from chat_service.language.folding import fold
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Against
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.growth import (
    change_alone,
    in_year_of,
    is_of_units,
    of_one_year,
    set_against,
    since_unit,
    through_year,
    why_of_when,
)
from chat_service.translate.requests.slots import LISTING, Slots
from chat_service.translate.senses import When
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import GRAINS, Compare, Grain, Period, unit, year_earlier

_FAR_FUTURE = date(9000, 1, 1)
_RECENT_DAYS = 30


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
    if mention.kind == "open" and grains and (whole := through_year(mention)) is not None:
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
    ever = any(when.ever for _, when in slots.whens)
    periods = list(dict.fromkeys((*([before] if before is not None and _adds_time(slots) else []), *periods)))
    against = _against(slots, assembly)
    for word in slots.frame.said("prefix.between"):
        after = slots.frame.after(word)
        if after is not None and after.category in ("when", "against"):
            assembly.use(word, "period", "")  # the difference between May and June: both are told
    if len(periods) > 1:
        return _several(periods, against, slots, assembly)
    period = periods[0] if periods else _same_period(slots, assembly, before) or before
    if against is None:
        if compared and not slots.has("trend"):
            for word in slots.frame.said("change"):
                assembly.use(word, "comparison", "")  # which grew most: against what it is compared with already
            return Timing(period, ever=ever)
        if not grains and before is None and (sides := since_unit(slots, assembly)) is not None:
            return Timing(sides[0], relation(*sides, assembly.scope.today))
        period = period or (None if grains or ever else why_of_when(slots, assembly))
        return Timing(period, change_alone(slots, assembly, period, grains), ever=ever)
    item, other = against
    assembly.use(item, "comparison", other.to)
    if other.unit == "week" and any(words in assembly.frame.folded(item) for words in word_set("same_day")):
        return _same_day(period, item, assembly)
    if period is not None and other.unit is not None and not grains and is_of_units(item, other, period):
        return Timing(in_units(period, other.unit, assembly.scope.today), Compare(to="previous"), other.unit)
    alone = slots.whens[0][1].date if len(slots.whens) == 1 and periods else None
    return _compared(period, other, item, assembly, grains, alone)


def _said(slots: Slots, assembly: Assembly, grains: tuple[Grain, ...]) -> list[Period | None]:
    """The periods that are named; a word of 'only' beside one says that it is no other: 只要下半年, May only."""
    found: list[Period | None] = []
    years = [when for _, when in slots.whens if when.date.period is not None and when.date.period.grain == "year"]
    for item, when in slots.whens:
        if len(years) > 1 and slots.frame.folded(item) in word_set("whole_of_it"):
            assembly.use(item, "period", "")
            slots.taken.append(item)
            continue  # 2025年前10%客户占全年的比例: the whole of that year
        period = None if when.ever else period_of(when.date, grains, assembly.scope.today, item, assembly)
        found.extend([] if when.ever else [period])
        assembly.use(item, "period", "" if when.ever else str(period))
        for beside in (slots.frame.spoken(item, back=True), slots.frame.after(item)):
            if beside is not None and "only" in beside.keys:
                assembly.use(beside, "period", "")
    return found


def _adds_time(slots: Slots) -> bool:
    """Plus March, 再加上3月: beside the time before, where nothing else is said."""
    opening, others = slots.frame.items[0], slots.measures or slots.groups or slots.values or slots.against
    adds = slots.frame.folded(opening) in word_set("adds_to")
    return adds and len(slots.whens) == 1 and len(slots.frame.items) == 2 and not others


def _against(slots: Slots, assembly: Assembly) -> tuple[Edge, Against] | None:
    if len(slots.against) < 2:
        return slots.against[0] if slots.against else None
    named = [each for each in slots.against if each[1].date is not None]
    if not named and len({other.to for _, other in slots.against}) == 1:
        named = slots.against[:1]  # 同比上年同期: said twice
    if len(named) != 1:
        raise assembly.deny(slots.against[-1][0], "several_comparisons")
    for item, _ in slots.against:
        assembly.use(item, "comparison", "period")
    return named[0]


# rules of dates that name a time which nothing reads, and do not say 'lately'
_NO_STRETCH = frozenset(
    {
        "every so many units",
        "days of some kind",
        "lengths in doubt",
        "longer ago",
        "calendar units",
        "day with a slash",
        "times that no rule joins",
        "number in a list of dates",
        "length counted from a day",
        "unit from or to a date",
        "weekend of a date",
        "compared with the unit before",
        "bound that is not read",
    }
)


def _settled(slots: Slots, assembly: Assembly) -> list[Period]:
    """The periods that the asker chose for dates in doubt, or that a convention gives to vague ones."""
    chosen: list[Period] = []
    today = assembly.scope.today
    for item in slots.frame.said("date"):
        when = item.meaning
        if not isinstance(when, When):
            continue
        found = when.date
        match found.kind:
            case "ambiguous" | "fiscal_unset":
                chosen.append(_chosen(item, found, assembly))
            case "future":
                raise assembly.deny(item, "future_period")
            case "vague" if _NO_STRETCH.intersection(found.rules):
                raise assembly.deny(item, "vague_period")  # every three months, the last 5 business days
            case "vague" if slots.whens:
                assembly.use(item, "period", "")  # these months, the last six of them: the other says which
            case "vague":
                recent = Period(today - timedelta(days=_RECENT_DAYS - 1), today + timedelta(days=1))
                assembly.assume("recent_days", assembly.said(item), str(_RECENT_DAYS))
                assembly.use(item, "period", str(recent))
                chosen.append(recent)
            case _:
                pass
    return chosen


def _chosen(item: Edge, found: DateMention, assembly: Assembly) -> Period:
    text = assembly.said(item)
    candidates = found.candidates or _fiscal_years(text, assembly.scope.today)
    picked = assembly.fixed.get(item.start)
    match = next((period for period in candidates if str(period) == picked), None)
    if match is not None:
        assembly.use(item, "period", str(match))
        return match
    code = "ambiguous_date" if found.candidates else "fiscal_year_unset"
    if not candidates:
        raise StopError(Denial(code, text))
    options = tuple(Option(str(period), "period", str(period)) for period in candidates[:4])
    raise StopError(Doubt(code, text, options, item.start, item.end))


def _fiscal_years(text: str, today: date) -> tuple[Period, ...]:
    """What the words name where fiscal years begin with a quarter of the calendar."""
    found = [
        each.period
        for start in (1, 4, 7, 10)
        for each in find_dates(fold(text), today, fiscal_year_start=start)
        if each.period is not None and (each.period.start is None or each.period.start <= today)
    ]
    return tuple(dict.fromkeys(found))


def _same_period(slots: Slots, assembly: Assembly, before: Period | None) -> Period | None:
    """同期, in that time: the period that a condition of the question names, or that of the question before."""
    said = slots.frame.said("date.same_period")
    if not said:
        return None
    for word in said:
        assembly.use(word, "period", "")
    for item, clauses in slots.clauses:
        when = next((each.when for each in clauses.clauses if each.when is not None), None)
        if when is not None:
            return period_of(when.date, (), assembly.scope.today, item, assembly)
    if before is None and not slots.same:
        raise assembly.deny(said[0])
    return before


def _several(
    periods: list[Period | None], against: tuple[Edge, Against] | None, slots: Slots, assembly: Assembly
) -> Timing:
    """Two periods side by side: neighbouring units are taken together, others compared."""
    said = "; ".join(assembly.said(item) for item, _ in slots.whens)
    closed = [p for p in periods if p is not None and p.start is not None and p.end is not None]
    nested = len(closed) == len(periods) and not slots.populations and not slots.clauses
    inner = _innermost(closed) if nested else None
    if inner is not None:
        return Timing(inner) if against is None else _compared(inner, against[1], against[0], assembly, ())
    if against is not None or len(closed) != len(periods):
        raise StopError(Denial("several_periods", said))
    grains = {p.grain for p in closed}
    ordered = sorted(closed, key=lambda p: (p.start, p.end))
    touching = all(a.end == b.start for a, b in itertools.pairwise(ordered))
    grain = next(iter(grains))
    versus = [
        w
        for w in slots.frame.said("comparison.versus", "date.versus")
        if slots.frame.folded(w) not in word_set("joins_periods")
    ]
    versus = versus or set_against(slots)
    if len(closed) == 2:
        if len(slots.whens) == 2:
            (_, one), (_, other) = slots.whens
            closed = list(of_one_year((closed[0], one.date), (closed[1], other.date)))
        closed = sorted(closed, key=lambda p: p.start or date.min, reverse=True) if _side_by_side(slots) else closed
    if len(closed) == 2 and (versus or slots.frame.said("change", "comparative")) and not slots.frame.said("share"):
        for word in versus:
            assembly.use(word, "comparison", "period")
        return Timing(closed[0], relation(closed[0], closed[1], assembly.scope.today))
    together = slots.frame.said("cumulative") or _together(slots)
    apart = any(each.negated or each.when for _, clauses in slots.clauses for each in clauses.clauses)
    if len(grains) == 1 and grain is not None and touching and not apart and not _parted(slots):
        for word in slots.frame.said("cumulative"):
            assembly.use(word, "cumulative", "total")
        return Timing(Period(ordered[0].start, ordered[-1].end), None, None if together else grain)
    if len(closed) == 2 and _linked(slots) and not apart:
        return Timing(closed[0], Compare(to="period", period=closed[1]))
    raise StopError(Denial("several_periods", said))


def _side_by_side(slots: Slots) -> bool:
    """2024年和2025年对比: of two times that are only listed the later is asked about, and compared with the earlier."""
    if len(slots.whens) < 2:
        return False  # one of the times is said by a word of its own (the stores these days)
    one, other = sorted((item for item, _ in slots.whens), key=lambda item: item.start)[:2]
    between = [edge for edge in slots.frame.between(one, other) if any(map(str.isalnum, slots.frame.folded(edge)))]
    said = [slots.frame.folded(edge) for edge in between if not edge.is_empty]
    opens = any(slots.frame.folded(edge) in word_set("compares") for edge in slots.frame.covering.edges)
    return bool(said) and all(word in LISTING for word in said) and not opens


def _linked(slots: Slots) -> bool:
    """Whether a word joins the times; side by side they are parts of one date that were not read together."""
    ordered = sorted((item for item, _ in slots.whens), key=lambda item: item.start)
    return all(
        any("connective" in edge.keys or "comparison" in edge.keys for edge in slots.frame.between(one, other))
        for one, other in itertools.pairwise(ordered)
    )


def _parted(slots: Slots) -> bool:
    """In 2026 of customers acquired in 2025: what is said between two times tells of what each of them is."""
    between = slots.frame.between(*sorted((item for item, _ in slots.whens), key=lambda item: item.start)[:2])
    return not _linked(slots) and any(edge.category in ("measure", "entity", "values") for edge in between)


def _together(slots: Slots) -> bool:
    """Q3 and Q4 combined, 5月和6月加起来: one number for all of it."""
    return any(leaf.category == "function.quantifier.total" for e in slots.frame.covering.edges for leaf in e.leaves())


def _innermost(periods: list[Period]) -> Period | None:
    """今年上半年 said in two places, 2025年…全年: the one that lies within all others."""
    for one in periods:
        assert one.start is not None and one.end is not None, "asked of closed periods"
        if all(
            p.start is not None and p.end is not None and p.start <= one.start and one.end <= p.end for p in periods
        ):
            return one
    return None


def _compared(
    period: Period | None,
    against: Against,
    item: Edge,
    assembly: Assembly,
    grains: tuple[Grain, ...],
    said: DateMention | None = None,
) -> Timing:
    today = assembly.scope.today
    if against.date is not None and against.date.kind == "duration":
        as_long = period is not None and against.date.days in (None, period.days)
        if not as_long or period is None or period.grain is not None:
            raise assembly.deny(item)
        return Timing(period, Compare(to="previous"))
    if against.to == "period" or against.date is not None:
        assert against.date is not None, "a named period has a date"
        other = period_of(against.date, (), today, item, assembly)
        if other is None:
            return Timing(period)
        period, other = of_one_year((period, said), (other, against.date)) if period and said else (period, other)
        if period is None:
            period = unit(other.grain, today) if other.grain is not None else None
            if period is None or period == other:
                raise assembly.deny(item, "comparison_without_period")
            assembly.assume("current_period", period)
        again = period == other and other.grain not in (None, "year")  # May relative to last May
        if again or (_is_day_of_year(period, other) and not _says_whole(item, assembly)):
            year = other if other.grain == "year" else year_earlier(period, _FAR_FUTURE)
            same = in_year_of(year, period, assembly.said(item))
            assembly.assume("same_time_of_year", same)
            return Timing(period, relation(period, same, today))
        long = period.days and other.days and not 1 / 2 <= period.days / other.days <= 2
        if long and not {period.grain, other.grain} <= {"month", "quarter", "year"}:
            raise assembly.deny(item, "several_periods")
        return Timing(period, relation(period, other, today, grains))
    if period is None and not grains:
        period = unit(against.unit or "month", today)
        assembly.assume("current_period", period)
    return Timing(period, Compare(to=against.to))


def _same_day(period: Period | None, item: Edge, assembly: Assembly) -> Timing:
    """和上周同一天比: a day, today where none is named, and the day of the same name a week before."""
    day = period or Period(assembly.scope.today, assembly.scope.today + timedelta(days=1), "day")
    if day.start is None or day.end is None or day.days != 1:
        raise assembly.deny(item)
    if period is None:
        assembly.assume("current_period", day)
    week = timedelta(days=7)
    return Timing(day, Compare(to="period", period=Period(day.start - week, day.end - week, "day")))


def _is_day_of_year(period: Period, other: Period) -> bool:
    """618, a quarter or the first half against last year or 2024: of these the same part is meant."""
    if period.start is None or period.end is None or other.grain != "year" or other.start is None:
        return False
    is_part = period.grain != "year" and period.end <= date(period.start.year + 1, 1, 1)
    return is_part and other.start.year < period.start.year


def _says_whole(item: Edge, assembly: Assembly) -> bool:
    return any(mark in assembly.said(item) for mark in word_set("whole_of_it"))


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


def in_units(period: Period | None, grain: str, today: date) -> Period | None:
    """最近6个月 by month, as units of the calendar: those that so many days or months to today stand for."""
    named = next((each for each in GRAINS if each == grain), None)
    if period is None or named is None or period.grain is not None or period.end != today + timedelta(days=1):
        return period
    for count in range(1, 61):
        first = unit(named, today, 1 - count).start
        if period.start == _rolling_start(named, count, today):
            return Period(first, unit(named, today).end)
    return period


def _rolling_start(grain: Grain, count: int, today: date) -> date | None:
    found = find_dates(fold(f"last {count} {grain}s" if count > 1 else f"past {grain}"), today)
    return next((each.period.start for each in found if each.period is not None), None)
