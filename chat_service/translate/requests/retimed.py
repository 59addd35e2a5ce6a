"""Which time of the request before another one takes the place of: that of the measure, of a deed, or of both.

4月呢 after the revenue of those who complained in May has one time to replace; after the revenue in May of those who
complained in May it has two, and it is asked which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chat_service.language.dates.shown import days_so_far
from chat_service.language.grammar.rule import Edge
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import decide_timing
from chat_service.translate.stops import Doubt, Option, StopError
from semantic_layer import AllOf, AnyOf, Filter, ListQuery, MetricFilter, MetricQuery, NotOf, Period

Changeable = MetricQuery | ListQuery


def retimed(slots: Slots, before: Changeable, assembly: Assembly) -> Changeable:
    """The request before with its deeds in the time that is said, where they are meant. Raises StopError with a doubt.

    A time that is all taken up by deeds stands in the slots no more.
    """
    says_more = slots.measures or slots.clauses or slots.dated or slots.listed or slots.against
    deeds = tuple(dict.fromkeys(each.period for each in _deeds(before.filters) if each.period is not None))
    if len(slots.whens) != 1 or slots.whens[0][1].ever or says_more or not deeds:
        return before
    item = slots.whens[0][0]
    new = decide_timing(slots, assembly, ()).period
    own = before.period if isinstance(before, MetricQuery) else None
    if own is None:
        slots.whens.clear()
        old = deeds[0] if len(deeds) == 1 else _which(item, deeds, new, before, assembly)
        return _moved(before, lambda each: each.period == old, new)
    return with_deeds(item, before, own, new, assembly)


def with_deeds(item: Edge, before: Changeable, own: Period, new: Period | None, assembly: Assembly) -> Changeable:
    """The request before with the deeds of its own time in the new one, where they are meant. Raises StopError."""
    if own not in [each.period for each in _deeds(before.filters)] or new == own:
        return before
    back = assembly.structure.looks_back
    alike = [each for each in _deeds(before.filters) if each.period == own]
    if all(back(each.metric) for each in alike):
        return _moved(before, lambda each: each.period == own, new)
    return _moved(before, lambda each: each.period == own, new) if _both(item, alike, new, assembly) else before


def _which(item: Edge, deeds: tuple[Period, ...], new: Period | None, before: Changeable, assembly: Assembly) -> Period:
    """去年下过单、今年没下单, and then 2024年呢: instead of which of both."""
    chosen = assembly.fixed.get(item.start)
    picked = next((each for each in deeds if str(each) == chosen), None)
    if picked is not None:
        return picked
    options = []
    for each in deeds:
        metric = next(one.metric for one in _deeds(before.filters) if one.period == each)
        label = f"{assembly.metric_label(metric)}: {_days(each, assembly)} → {_days(new, assembly)}"
        options.append(Option(label, "period", str(each)))
    raise StopError(Doubt("which_time", assembly.said(item), tuple(options[:4]), item.start, item.end))


def _both(item: Edge, deeds: list[MetricFilter], new: Period | None, assembly: Assembly) -> bool:
    chosen = assembly.fixed.get(item.start)
    if chosen in ("both", "measure"):
        return chosen == "both"
    label, old, then = assembly.metric_label(deeds[0].metric), _days(deeds[0].period, assembly), _days(new, assembly)
    options = (
        Option(f"{then}; {label}: {then}", "period", "both"),
        Option(f"{then}; {label}: {old}", "period", "measure"),
    )
    raise StopError(Doubt("which_time", assembly.said(item), options, item.start, item.end))


def _days(period: Period | None, assembly: Assembly) -> str:
    return days_so_far(period, assembly.scope.today, assembly.scope.language) if period is not None else ""


def _deeds(filters: tuple[Filter, ...]) -> Iterator[MetricFilter]:
    for each in filters:
        match each:
            case MetricFilter():
                yield each
            case AllOf(all=inner) | AnyOf(any=inner):
                yield from _deeds(inner)
            case NotOf(negated=one):
                yield from _deeds((one,))
            case _:
                pass


def _moved(before: Changeable, meant: Callable[[MetricFilter], bool], new: Period | None) -> Changeable:
    """The request with the deeds that are meant in another time, and the columns of a list that show them."""

    def moved(each: Filter) -> Filter:
        match each:
            case MetricFilter() if each.period is not None and meant(each):
                return each.model_copy(update={"period": new})
            case AllOf(all=inner):
                return each.model_copy(update={"all": tuple(map(moved, inner))})
            case AnyOf(any=inner):
                return each.model_copy(update={"any": tuple(map(moved, inner))})
            case NotOf(negated=one):
                return each.model_copy(update={"negated": moved(one)})
            case _:
                return each

    changed: dict[str, object] = {"filters": tuple(map(moved, before.filters))}
    if isinstance(before, ListQuery):
        old = {each.period for each in _deeds(before.filters) if meant(each)}
        changed["measured"] = tuple(
            one.model_copy(update={"period": new}) if one.period in old and one.period is not None else one
            for one in before.measured
        )
    return before.model_copy(update=changed)


__all__ = ["retimed", "with_deeds"]
