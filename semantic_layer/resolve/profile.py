"""The profile of one entity, resolved: its facts as a list of one, its timeline as the rows of all kinds of events."""

from __future__ import annotations

from datetime import timedelta

from semantic_layer.model.definitions import ProfileDefinition, TimelineEvents
from semantic_layer.model.lookup import key_name
from semantic_layer.query.cautions import EvidenceLeftOut
from semantic_layer.query.loop_problems import NoProfile
from semantic_layer.query.problems import UnknownName
from semantic_layer.query.requests import FieldFilter, Filter, ListQuery, MeasuredColumn, ProfileQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import told
from semantic_layer.resolve.hiding import hiding
from semantic_layer.resolve.leaves import Rows
from semantic_layer.resolve.lists import resolve_list
from semantic_layer.resolve.names import large_limit, unknown_in
from semantic_layer.resolve.resolved import ResolvedList
from semantic_layer.resolve.resolved_events import ResolvedTimeline
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound
from semantic_layer.time.periods import Period


def resolve_profile(query: ProfileQuery, context: Context) -> ResolvedList | ResolvedTimeline:
    """A profile, resolved. Raises QueryError with every problem."""
    model = context.model
    entity = model.entities.get(query.entity)
    if entity is None:
        context.problems.append(UnknownName("entity", "entity", query.entity, tuple(model.entities)))
        context.finish()
    assert entity is not None, "finish raises"
    profile = next((each for each in model.profiles.values() if each.entity == entity.name), None)
    if profile is None:
        context.problems.append(NoProfile("entity", entity.name))
        context.finish()
    assert profile is not None, "finish raises"
    one = FieldFilter(field=key_name(model, entity), values=(query.key,))
    context.problems.extend(unknown_in((one,), context, "key"))
    context.problems.extend((*large_limit(query.limit), *period_problems(query.period, "period", context)))
    context.finish()
    return _facts(profile, one, context) if query.part == "facts" else _timeline(query, profile, one, context)


def _facts(profile: ProfileDefinition, one: FieldFilter, context: Context) -> ResolvedList:
    """All columns of all sections, beside each other in one row; of tables that are not there, none."""
    columns = [name for section in profile.sections for name in section.columns if _is_there(name, profile, context)]
    measured = [
        MeasuredColumn(name=name, metric=name)
        for section in profile.sections
        for name in section.measured
        if not context.model.metrics[name].datasets & context.unavailable.keys()
    ]
    asked = ListQuery(entity=profile.entity, columns=tuple(columns), measured=tuple(measured), filters=(one,), limit=1)
    return resolve_list(asked, context)


def _is_there(column: str, profile: ProfileDefinition, context: Context) -> bool:
    """Whether its table is there, and the reader may see it, if only masked."""
    model, dataset = context.model, context.model.entities[profile.entity].dataset
    if column in model.dimensions:
        field = model.field_on(model.dimensions[column], dataset)
    else:
        field = next(iter(model.nearest_fields(column, dataset)), None)
    if field is None:
        return True
    return field.dataset not in context.unavailable and hiding(field, model, context.reader) != "withheld"


def _timeline(query: ProfileQuery, profile: ProfileDefinition, one: FieldFilter, context: Context) -> ResolvedTimeline:
    events: list[tuple[str, Rows]] = []
    shown: list[tuple[bool, bool]] = []
    for each in profile.timeline:
        if each.dataset in context.unavailable:
            context.cautions.append(EvidenceLeftOut("part", each.name, (each.dataset,)))
            continue
        names = tuple(_own(name, each) if name else "" for name in (each.what, each.amount))
        names = tuple("" if _is_hidden(name, context) else name for name in names)
        rows = _event_rows(query, each, one, tuple(filter(None, names)), context)
        if rows is not None:
            events.append((each.name, rows))
            shown.append((bool(names[0]), bool(names[1])))
    context.finish()
    return ResolvedTimeline(
        events=tuple(events),
        shown=tuple(shown),
        limit=query.limit,
        offset=query.offset,
        columns=_columns(profile, context),
        filters=told((one,), context.reader.policies),
        period=query.period,
    )


def _is_hidden(name: str, context: Context) -> bool:
    field = context.model.fields.get(name)
    return field is not None and hiding(field, context.model, context.reader) is not None


def _event_rows(
    query: ProfileQuery, each: TimelineEvents, one: FieldFilter, shown: tuple[str, ...], context: Context
) -> Rows | None:
    """Events of the entity up to today, within the period."""
    at = f"{each.dataset}.{each.at or context.model.datasets[each.dataset].definition.time}"
    tomorrow = context.as_of + timedelta(days=1)
    asked = query.period or Period()
    end = min(asked.end or tomorrow, tomorrow)
    filters: list[Filter] = [one, FieldFilter(field=at, op="<", values=(end.isoformat(),))]
    if asked.start is not None:
        filters.append(FieldFilter(field=at, op=">=", values=(asked.start.isoformat(),)))
    filters += [FieldFilter(field=_own(name, each), op="in", values=codes) for name, codes in each.filter.items()]
    try:
        return QueryRows(context, tuple(filters), context.reader.policies).of(each.dataset, (at, *shown), None)
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "part", each.name, context.model))
        return None


def _own(name: str, each: TimelineEvents) -> str:
    return name if "." in name else f"{each.dataset}.{name}"


def _columns(profile: ProfileDefinition, context: Context) -> tuple[Column, ...]:
    codes: dict[str | bool, Label] = {}
    for each in profile.timeline:
        field = context.model.fields.get(_own(each.what or "", each))
        for code, words in field.definition.values.items() if field is not None else ():
            codes.setdefault(str(code), Label(words.zh[0], words.en[0]))
    names = tuple((each.name, Label(each.label.zh, each.label.en)) for each in profile.timeline)
    return (
        Column("at", "dimension", "timestamp", Label("时间", "time")),
        Column("event", "dimension", "text", Label("事件", "event"), value_labels=names),
        Column("what", "dimension", "text", Label("内容", "what"), value_labels=tuple(codes.items())),
        Column("amount", "metric", "number", Label("数值", "amount")),
    )
