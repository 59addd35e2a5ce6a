"""A follow-up on what follows an event, what a trial did or what is done next: other groups, people, days or times.

按获客渠道, and in the south, within 60 days: each word changes one part, and the rest is kept. What changes none is
refused by name.
"""

from __future__ import annotations

from chat_service.translate.grammar.categories import Span
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.conditions import listed_filter
from chat_service.translate.requests.event_fields import named_field
from chat_service.translate.requests.happenings import counts_people, dataset_of
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import period_of
from chat_service.translate.requests.trials import contrast_of, kinds_named
from chat_service.translate.senses import Names
from chat_service.translate.stops import Denial, StopError
from semantic_layer import FieldFilter, Filter, FollowsQuery, LiftQuery, PathQuery, TrialDefinition

Events = FollowsQuery | LiftQuery | PathQuery
_SHOWN = frozenset(
    {"ask", "entity", "share", "connective", "unit", "follow", "grouping", "chart", "only", "trial", "comparison"}
)


def changed_events(before: Events, slots: Slots, assembly: Assembly) -> Events | None:
    """The request before with what the words change of it; None where they speak of none of its parts.

    Raises StopError for words that belong to no part.
    """
    parts: dict[str, object] = {
        **_days(before, slots, assembly),
        **_time(slots, assembly),
        **_groups(before, slots, assembly),
    }
    people = _people(before, slots, assembly)
    other = contrast_of(slots) if isinstance(before, LiftQuery) else "control"
    if not parts and people is None and other == "control":
        return None
    kept = parts.pop("filters", before.filters)
    assert isinstance(kept, tuple), "conditions"
    parts["filters"] = _replaced(kept, people or ())
    if other != "control":
        parts["contrast"] = other
    assembly.refuse_rest(_SHOWN, lambda item: counts_people(item, assembly))
    return before.model_copy(update=parts)


def _chooser(before: Events, assembly: Assembly) -> Chooser:
    if not isinstance(before, LiftQuery):
        return assembly.chooser((before.event,))
    dataset = _trial(before, assembly).dataset
    metrics = assembly.model.metrics
    return assembly.chooser(tuple(name for name, each in metrics.items() if each.definition.dataset == dataset)[:1])


def _trial(before: LiftQuery, assembly: Assembly) -> TrialDefinition:
    trials = assembly.model.trials
    return trials[before.trial] if before.trial else next(iter(trials.values()))


def _days(before: Events, slots: Slots, assembly: Assembly) -> dict[str, object]:
    """Within 60 days: other days after the event."""
    spans = slots.frame.of(Span)
    if not spans:
        return {}
    meaning = spans[0].meaning
    if len(spans) > 1 or not isinstance(meaning, Span) or isinstance(before, LiftQuery):
        raise assembly.deny(spans[0])
    assembly.use(spans[0], "number", f"{meaning.after}-{meaning.within}")
    if isinstance(before, FollowsQuery):
        return {"then": before.then.model_copy(update={"after": meaning.after, "within": meaning.within})}
    if meaning.after:
        raise assembly.deny(spans[0])
    return {"within": meaning.within}


def _time(slots: Slots, assembly: Assembly) -> dict[str, object]:
    if not slots.whens:
        return {}
    item, when = slots.whens[0]
    if len(slots.whens) > 1 or when.date.kind == "duration":
        raise StopError(Denial("several_periods" if len(slots.whens) > 1 else "not_supported", assembly.said(item)))
    period = None if when.ever else period_of(when.date, (), assembly.scope.today, item, assembly)
    assembly.use(item, "period", str(period))
    return {"period": period}


def _groups(before: Events, slots: Slots, assembly: Assembly) -> dict[str, object]:
    """By channel: in place of what told the events apart, whose conditions then choose them."""
    named = [(item, item.meaning.names if isinstance(item.meaning, Names) else ()) for item in slots.columns]
    kinds = slots.frame.said("kind_of")
    items = [*(item for item, _ in slots.groups), *(item for item, _ in named), *kinds]
    if not items:
        return {}
    if len(items) > 1 or isinstance(before, PathQuery) or (isinstance(before, FollowsQuery) and before.did):
        raise assembly.deny(items[-1])
    by = None
    if slots.groups:
        group = slots.groups[0][1]
        if group.grain is not None:
            raise assembly.deny(items[0])
        by = assembly.dimension(items[0], group.dimensions, _chooser(before, assembly))
    elif kinds:
        names = kinds_named(kinds[0], slots, assembly)
        by = assembly.dimension(kinds[0], names, _chooser(before, assembly)) if names else None
    elif isinstance(before, FollowsQuery):
        by = named_field(named[0][1], dataset_of(before.event, assembly), assembly)
    if by is None:
        raise assembly.deny(items[0])
    assembly.use(items[0], "grouping", by)
    if isinstance(before, FollowsQuery):
        return {"by": by, "bands": (), "those": (), "filters": (*before.filters, *before.those)}
    return {"by": by}


def _people(before: Events, slots: Slots, assembly: Assembly) -> tuple[Filter, ...] | None:
    """Whom, and which of them, the words choose; None where they choose nobody."""
    found: list[Filter] = []
    chooser = _chooser(before, assembly)
    for item, values in slots.values:
        if values.both:
            raise assembly.deny(item)
        found.append(assembly.condition(item, values, chooser))
    for item, listed in slots.listed:
        found.extend(listed_filter(item, listed, assembly))
    return tuple(found) or None


def _replaced(before: tuple[Filter, ...], new: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The conditions with the new ones in the place of those on the same fields."""
    fields = {each.field for each in new if isinstance(each, FieldFilter) and each.op not in ("!=", "not in")}
    kept = (each for each in before if not (isinstance(each, FieldFilter) and each.field in fields))
    return tuple(dict.fromkeys((*kept, *new)))
