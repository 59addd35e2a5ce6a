"""Which period is asked for, and against which other: from the dates of a frame."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.read import find_dates
from chat_service.language.folding import fold
from chat_service.translate.grammar.categories import Against, When
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import Compare, Grain, Period, preceding, unit, year_earlier

_JOINS = frozenset({"和", "与", "跟", "同"})
_FAR_FUTURE = date(9000, 1, 1)
# growth as a figure of its own, which a series of values alone does not show
_RATES = frozenset(
    {"growth", "growth rate", "growth in", "rate of change", "percent change", "percentage change", "delta"}
    | {"增长率", "增幅", "涨幅", "增速", "增长幅度", "降幅", "跌幅", "变化率", "变化幅度", "涨跌"}
)
_PREDICATES = frozenset({"fell", "falls", "fallen", "up", "down"})


@dataclass(frozen=True)
class Timing:
    """The period asked for (None: none was said), the comparison, and a grain that several periods call for."""

    period: Period | None = None
    compare: Compare | None = None
    grain: Grain | None = None
    open_ended: bool = False


def period_of(mention: DateMention, grains: tuple[Grain, ...], today: date, words: str = "") -> Period | None:
    """The period that a date names; calendar units where the answer is grouped by the same unit."""
    if mention.kind == "future" or (
        mention.period is not None and mention.period.start is not None and mention.period.start > today
    ):
        raise StopError(Denial("future_period", words or mention.text))
    if mention.kind == "rolling" and mention.calendar_period is not None and mention.unit in grains:
        return mention.calendar_period
    return mention.period


def decide_timing(frame: Frame, assembly: Assembly, grains: tuple[Grain, ...]) -> Timing:
    """The period and the comparison of a question."""
    today = assembly.scope.today
    settled = _settled_dates(frame, assembly)
    whens = [when for when in frame.whens if not _is_clause_period(when, frame)]
    for when in whens:
        period = period_of(when.date, grains, today, said(when))
        assembly.use(when, "period", str(period))
    found = (period_of(when.date, grains, today, said(when)) for when in whens)
    periods: list[Period | None] = list(dict.fromkeys((*settled, *found)))
    against = frame.against[0] if frame.against else None
    if len(frame.against) > 1:
        named = [a for a in frame.against if a.to == "period"]
        against = named[0] if len(named) == 1 else against
        if len(named) > 1:
            raise StopError(Denial("several_comparisons", said(frame.against[-1])))
    if len(periods) > 1:
        return _several(periods, against, frame, today)
    period = periods[0] if periods else _same_period(frame, today)
    if against is None:
        mentions = [item for item in frame.items if isinstance(item, Mention)]
        everything = any(mention.date is not None and mention.date.kind == "all_history" for mention in mentions)
        return Timing(period, _change_alone(frame, assembly, period, grains), open_ended=everything)
    assembly.use(against, "comparison", against.to)
    return _compared(period, against, assembly, grains)


def _settled_dates(frame: Frame, assembly: Assembly) -> tuple[Period, ...]:
    """The periods that the asker chose for dates in doubt. Raises StopError where one is still in doubt."""
    chosen: list[Period] = []
    for mention in frame.dates:
        found = mention.date
        if found is None:
            continue
        if found.kind in ("ambiguous", "fiscal_unset"):
            candidates = found.candidates or _fiscal_years(mention, assembly.scope.today)
            picked = assembly.fixed.get(mention.start)
            match = next((period for period in candidates if str(period) == picked), None)
            if match is not None:
                assembly.use(mention, "period", str(match))
                chosen.append(match)
                continue
            if not candidates:
                raise StopError(Denial("fiscal_year_unset", mention.text))
            options = tuple(Option(str(period), "period", str(period)) for period in candidates[:4])
            code = "ambiguous_date" if found.candidates else "fiscal_year_unset"
            raise StopError(Doubt(code, mention.text, options, mention.start, mention.end))
        if found.kind == "future":
            raise StopError(Denial("future_period", mention.text))
        if found.kind == "vague":
            raise StopError(Denial("vague_period", mention.text))
    return tuple(chosen)


def _fiscal_years(mention: Mention, today: date) -> tuple[Period, ...]:
    """What the words name where fiscal years begin with a quarter of the calendar."""
    found = [
        each.period
        for start in (1, 4, 7, 10)
        for each in find_dates(fold(mention.text), today, fiscal_year_start=start)
        if each.period is not None and (each.period.start is None or each.period.start <= today)
    ]
    return tuple(dict.fromkeys(found))


def _same_period(frame: Frame, today: date) -> Period | None:
    """同期, in that time: the period that a condition of the question names."""
    if not any(mention.date is not None and mention.date.kind == "same_period" for mention in frame.dates):
        return None
    when = next((clause.when for clause in frame.clauses if clause.when is not None), None)
    return period_of(when.date, (), today, said(when)) if when is not None else None


def _is_clause_period(when: When, frame: Frame) -> bool:
    return any(clause.when is not None and clause.when.start == when.start for clause in frame.clauses)


def _several(periods: list[Period | None], against: Against | None, frame: Frame, today: date) -> Timing:
    """Two periods side by side: neighbouring units are taken together, others compared."""
    closed = [p for p in periods if p is not None and p.start is not None and p.end is not None]
    if against is not None or len(closed) != len(periods):
        raise StopError(Denial("several_periods", "; ".join(said(when) for when in frame.whens)))
    grains = {p.grain for p in closed}
    ordered = sorted(closed, key=lambda p: (p.start, p.end))
    touching = all(a.end == b.start for a, b in itertools.pairwise(ordered))
    grain = next(iter(grains))
    if len(closed) == 2 and any(m.text not in _JOINS for m in frame.said("comparison.versus")):
        return Timing(closed[0], _relation(closed[0], closed[1], today))
    if len(grains) == 1 and grain is not None and touching:
        return Timing(Period(ordered[0].start, ordered[-1].end), None, grain)
    if len(closed) == 2 and not _side_by_side(frame) and not _overlap(closed[0], closed[1]):
        return Timing(closed[0], Compare(to="period", period=closed[1]))
    raise StopError(Denial("several_periods", "; ".join(said(when) for when in frame.whens)))


def _side_by_side(frame: Frame) -> bool:
    """Whether two dates stand with nothing between them: parts of one date that were not read together."""
    ordered = sorted(frame.whens, key=lambda when: when.start)
    for one, other in itertools.pairwise(ordered):
        between = [i for i in frame.items if i.start >= one.end and i.end <= other.start]
        if all(isinstance(i, Mention) and i.text in ("的", "份", "of", "in", "the") for i in between):
            return True
    return False


def _overlap(one: Period, other: Period) -> bool:
    """今年新客户上半年的销售额: a time within another one is no comparison with it."""
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return True
    return one.start < other.end and other.start < one.end


def _compared(period: Period | None, against: Against, assembly: Assembly, grains: tuple[Grain, ...]) -> Timing:
    today = assembly.scope.today
    if against.to == "period":
        assert against.date is not None, "a named period has a date"
        other = period_of(against.date, (), today, said(against))
        if other is None:
            return Timing(period)
        if period is None:
            period = unit(other.grain, today) if other.grain is not None else None
            if period is None or period == other:
                raise StopError(Denial("comparison_without_period", said(against)))
            assembly.assume("current_period", str(period))
        _refuse_unequal(period, other, against)
        return Timing(period, _relation(period, other, today))
    if period is None and not grains:
        grain: Grain = against.unit or "month"
        period = unit(grain, today)
        assembly.assume("current_period", str(period))
    return Timing(period, Compare(to=against.to))


def _refuse_unequal(period: Period, other: Period, against: Against) -> None:
    """A day against a year says nothing: 双十一当天和2024年比 means another day, but does not say which."""
    if period.days and other.days and not 1 / 2 <= period.days / other.days <= 2:
        raise StopError(Denial("several_periods", said(against)))


def _relation(period: Period, other: Period, today: date) -> Compare:
    """A named period that is just the one before, or a year earlier, is compared like for like as such."""
    known = period.cut_after(today)
    last_year = year_earlier(period, _FAR_FUTURE) if period.start is not None and period.end is not None else None
    before = unit(period.grain, known.start, -1) if period.grain is not None and known.start is not None else None
    if before is not None and other == before:
        return Compare(to="previous")
    if last_year is not None and (other.start, other.end) == (last_year.start, last_year.end):
        return Compare(to="year")
    return Compare(to="period", period=other)


def _change_alone(frame: Frame, assembly: Assembly, period: Period | None, grains: tuple[Grain, ...]) -> Compare | None:
    """'How much did revenue grow last month': a change without another period is against the one before."""
    ranked = any(rank.by_change for rank in frame.ranks)
    if not (frame.has("change.change", "change.up", "change.down", "comparison.versus") or ranked):
        return None
    only_filler = all(
        mention.is_filler and not _is_predicate(mention, frame)
        for flag in ("change.change", "change.up", "change.down", "comparison.versus")
        for mention in frame.said(flag)
    )
    changes = [m for flag in ("change.change", "change.up", "change.down") for m in frame.said(flag)]
    if grains and any(mention.text in _RATES for mention in changes):
        return Compare(to="previous")  # each bucket against the one before it
    if (only_filler and not ranked) or frame.has("trend.trend") or (grains and not ranked):
        return None
    if not frame.has("change.change", "change.up", "change.down") and not ranked:
        return None
    if any(part.text.startswith(("between", "from", "从")) for when in frame.whens for part in when.parts):
        raise StopError(Denial("several_periods", "; ".join(said(when) for when in frame.whens)))
    if period is None or period.start is None:
        raise StopError(Denial("comparison_without_period", _change_words(frame)))
    assembly.assume("compared_with_previous", str(preceding(period, assembly.scope.today)))
    return Compare(to="previous")


def _is_predicate(mention: Mention, frame: Frame) -> bool:
    """'Revenue fell', 'orders up in May': right behind what is measured, a word that else says nothing."""
    if mention.text not in _PREDICATES:
        return False
    return any(measure.end + 1 == mention.start for measure in frame.measures)


def _change_words(frame: Frame) -> str:
    for flag in ("change.change", "change.up", "change.down"):
        for mention in frame.said(flag):
            return mention.text
    return ""
