"""The loyalty loop in words: one customer, why they leave, what to do; and what a short question changes of these.

Like a journey, such a question says what it is about and of whom; every other word in it must be about that too. What
is not is refused by name.
"""

from __future__ import annotations

from chat_service.translate.grammar.categories import OneEntity
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.one_customer import about_one
from chat_service.translate.requests.reasons import causes_asked, says_reasons
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.whom import (
    NAMING,
    lists_named,
    lists_of,
    members_of,
    narrowing,
    period_asked,
    refuse_rest,
    take,
)
from semantic_layer import CausesQuery, FieldFilter, ListQuery, MetricQuery, PlaybookQuery, ProfileQuery, Request

Loop = CausesQuery | ProfileQuery | PlaybookQuery


def read_loop(slots: Slots, assembly: Assembly) -> Request | None:
    """The profile, causes or playbook that a question asks for; None if it asks for none of them. Raises StopError."""
    one = next(((item, item.meaning) for item in slots.frame.of(OneEntity)), None)
    if one is not None and isinstance(one[1], OneEntity):
        return about_one(one[0], one[1], slots, assembly)
    if slots.has("intent.playbook") and assembly.scope.model.playbooks:
        return _playbook(slots, assembly)
    return causes_asked(slots, assembly) if assembly.scope.model.causes else None


def _playbook(slots: Slots, assembly: Assembly) -> PlaybookQuery:
    """What to do for a named population, for those of some values, or for everybody."""
    listed = lists_named(slots, assembly)
    filters = narrowing(slots, assembly, beside=listed[0].name if listed else "")
    name = listed[0].name if listed else ""
    with_playbook = {each.list for each in assembly.model.playbooks.values()}
    for each in () if name else assembly.model.lists.values():
        own = members_of(each)
        if each.name in with_playbook and own <= set(filters):
            name, filters = each.name, tuple(f for f in filters if f not in own)
            break
    about = {word for each in listed[:1] for word in (each.name, each.metric or "")}
    take(slots, assembly, about | {each.name for _, each in slots.listed}, *NAMING)
    refuse_rest(slots, assembly, "intent.playbook", "intent.list")
    return PlaybookQuery(list=name, filters=filters)


def changed_loop(before: Loop, slots: Slots, assembly: Assembly) -> Request | None:
    """The causes, playbook or profile shown before, of others, of another time, or one in place of the other. None
    where the question stands on its own; raises StopError for any other change."""
    others = slots.measures or slots.clauses or slots.listed or slots.populations
    if isinstance(before, PlaybookQuery) and others and slots.has("follow.what_about"):
        assembly.assume("kept_from_before")
        return _playbook(slots, assembly)
    if others or slots.groups or slots.ranks:
        return None
    turned = _turned(before, slots, assembly)
    if turned is not None:
        return turned
    update = _of_one(slots, assembly) if isinstance(before, ProfileQuery) else _of_group(before, slots, assembly)
    refuse_rest(slots, assembly, "intent.timeline", "intent.profile", "only")
    changed = before.model_copy(update=update)
    if changed == before:
        raise assembly.deny(slots.frame.items[0])
    assembly.assume("kept_from_before")
    return changed


def _turned(before: Loop, slots: Slots, assembly: Assembly) -> Request | None:
    """What to do about those whose causes were shown; why those leave for whom it was said what to do."""
    if isinstance(before, CausesQuery) and slots.has("intent.playbook"):
        on = before.list or next(
            (each.name for each in lists_of(assembly) if _leave(each.metric, before, assembly)), ""
        )
        refuse_rest(slots, assembly, "intent.playbook")
        return PlaybookQuery(list=on, filters=before.filters) if on else None
    if isinstance(before, PlaybookQuery) and slots.has("intent.why"):
        listed = assembly.scope.model.lists.get(before.list)
        refuse_rest(slots, assembly, "intent.why")
        return CausesQuery(list=before.list, filters=before.filters) if listed is not None and listed.against else None
    return None


def _leave(metric: str | None, before: CausesQuery, assembly: Assembly) -> bool:
    """Whether a metric counts those who left, by the transition that causes were asked of."""
    transition = assembly.scope.model.metrics[before.metric].definition.transition
    return transition is not None and metric == transition.who


def _of_one(slots: Slots, assembly: Assembly) -> dict[str, object]:
    period = period_asked(slots, assembly)
    if slots.has("intent.timeline") or period is not None:
        return {"part": "timeline", "period": period}
    return {"part": "facts", "period": None} if slots.has("intent.profile") else {}


def _of_group(before: CausesQuery | PlaybookQuery, slots: Slots, assembly: Assembly) -> dict[str, object]:
    new = narrowing(slots, assembly, beside="")
    fields = {each.field for each in new if isinstance(each, FieldFilter)}
    kept = tuple(f for f in before.filters if not (isinstance(f, FieldFilter) and f.field in fields))
    update: dict[str, object] = {"filters": (*kept, *new)} if new else {}
    period = period_asked(slots, assembly)
    if period is not None and not (isinstance(before, CausesQuery) and before.metric):
        raise assembly.deny(slots.whens[0][0])
    return update | ({"period": period} if period is not None else {})


def of_list(before: ListQuery | MetricQuery, slots: Slots, assembly: Assembly) -> Request | None:
    """Why those of the list before may leave, or what to do for them: 为什么, 该怎么办. None where neither is asked, or
    the question before was of no list."""
    if isinstance(before, MetricQuery) and (before.metrics != assembly.counted or before.group_by or before.period):
        return None
    listed = next((e for e in lists_of(assembly) if members_of(e) <= {*before.filters}), None)
    if listed is None:
        return None
    rest = tuple(each for each in before.filters if each not in members_of(listed))
    if slots.has("intent.playbook"):
        refuse_rest(slots, assembly, "intent.playbook")
        return PlaybookQuery(list=listed.name, filters=rest)
    if (slots.has("intent.why") or says_reasons(slots, assembly)) and listed.against:
        refuse_rest(slots, assembly, "intent.why", "field")
        return CausesQuery(list=listed.name, filters=rest)
    return None


__all__ = ["Loop", "changed_loop", "of_list", "read_loop"]
