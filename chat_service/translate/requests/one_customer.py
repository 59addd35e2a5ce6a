"""One customer in words: all that is known of them, what happened to them, why they may leave."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Group, OneEntity
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.reasons import departures, says_reasons
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.whom import (
    lists_named,
    lists_of,
    names_of,
    period_asked,
    refuse_rest,
    take,
)
from chat_service.translate.senses import Values
from semantic_layer import FieldFilter, ListDefinition, ListQuery, ProfileQuery, Request


def about_one(item: Edge, one: OneEntity, slots: Slots, assembly: Assembly) -> Request | None:
    """All of a customer, what happened to them, or why they may leave; what is measured of one is measured as of
    many."""
    entity = assembly.model.entities[one.entity]
    key = FieldFilter(field=entity.key, values=(one.key,))
    assembly.use(item, "value", f"{entity.key}={one.key}")
    why = slots.has("intent.why") or says_reasons(slots, assembly)
    listed = lists_named(slots, assembly)
    if why or listed:
        shown = listed[0] if listed else _first_list(assembly)
        about = {name for each in (shown, *lists_of(assembly)) if each for name in (each.name, each.metric or "")}
        about |= {name for pair in departures(assembly).items() for name in pair}
        take(slots, assembly, about, "listed", "populations", "measures", "clauses")
        return _whose_reasons(key, shown, slots, assembly)
    if any(getattr(slots, each) for each in ("measures", "clauses", "bounds")):
        slots.narrowed.append(key)
        return None
    columns = _columns_asked(slots, assembly)
    if slots.values and slots.frame.asks("is_it"):
        columns = (*columns, *(_is_it(item, values, assembly) for item, values in slots.values))
    if columns:
        refuse_rest(slots, assembly)
        return ListQuery(columns=(*entity.list_columns, *columns), filters=(key,))
    part = "timeline" if slots.has("intent.timeline") else "facts"
    period = period_asked(slots, assembly) if part == "timeline" else None
    vague = ("date.vague",) if part == "timeline" else ()  # the latest come first anyway
    refuse_rest(slots, assembly, "intent.profile", "intent.timeline", "intent.list", *vague)
    return ProfileQuery(key=one.key, part=part, period=period)


def _whose_reasons(key: FieldFilter, listed: ListDefinition | None, slots: Slots, assembly: Assembly) -> ListQuery:
    """That customer as the list shows its members, whether or not they are on it."""
    entity = assembly.whom
    columns = (*listed.filter, *listed.columns) if listed is not None else ()
    refuse_rest(slots, assembly, "intent.why", "field", "group")
    shown = tuple(dict.fromkeys((*entity.list_columns, *columns)))
    return ListQuery(columns=tuple(_reached(name, assembly) for name in shown), filters=(key,))


def _reached(column: str, assembly: Assembly) -> str:
    """A column as a request has it: a dimension's name, or `dataset.field`."""
    entity = assembly.whom
    if column in assembly.model.dimensions or column in assembly.model.datasets[entity.dataset].fields:
        return column
    near = assembly.model.nearest_fields(column, entity.dataset)
    return near[0].qualified if near else column


def _columns_asked(slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """Fields and dimensions named of one customer: 客户17823的等级和电话."""
    found: list[str] = []
    for item in slots.columns:
        found.append(names_of(item)[0])
        assembly.use(item, "dimension", found[-1])
    for item, group in slots.groups:
        if isinstance(group, Group) and group.dimensions:
            found.append(assembly.dimension(item, group.dimensions, assembly.chooser(assembly.counted)))
            assembly.use(item, "dimension", found[-1])
    slots.groups.clear()
    return tuple(found)


def _is_it(item: Edge, values: Values, assembly: Assembly) -> str:
    """客户15039流失风险高吗: what they are is shown."""
    dimension, _ = assembly.values(item, values, assembly.chooser(assembly.counted))
    assembly.use(item, "dimension", dimension)
    return dimension


def _first_list(assembly: Assembly) -> ListDefinition | None:
    """The list that causes are asked of, where none is named."""
    return next((each for each in assembly.model.lists.values() if each.against), None)
