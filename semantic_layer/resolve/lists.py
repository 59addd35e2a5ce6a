"""A list of entities, resolved: who they are, what is shown of them, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import EntityDefinition
from semantic_layer.model.lookup import key_name, ways_in_doubt
from semantic_layer.model.model import Field
from semantic_layer.query.problems import AmbiguousPath, MissingTable, RepeatedColumn, UnknownName
from semantic_layer.query.reader_problems import FieldWithheld
from semantic_layer.query.requests import Filter, ListQuery, MeasuredColumn, MetricQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.binding import UnbindableError
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import FilterBinder, told
from semantic_layer.resolve.hiding import hiding
from semantic_layer.resolve.leaves import Rows
from semantic_layer.resolve.masking import masked
from semantic_layer.resolve.metrics import resolve_known
from semantic_layer.resolve.names import large_limit, unknown_in, unknown_measure
from semantic_layer.resolve.output import unknown_orders
from semantic_layer.resolve.resolved import MeasuredJoin, ResolvedList, ResolvedMetrics
from semantic_layer.resolve.result_columns import field_column
from semantic_layer.resolve.shown import Sort
from semantic_layer.resolve.suggest import dimension_words, field_words_near, nearest_called
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound, policies_that_miss
from semantic_layer.resolve.value_of_nothing import worth_of_nothing
from semantic_layer.sql.nodes import day_literal


def resolve_list(query: ListQuery, context: Context) -> ResolvedList:
    """A list query, resolved. Raises QueryError with every problem."""
    model = context.model
    entity = model.entities.get(query.entity)
    if entity is None:
        context.problems.append(UnknownName("entity", "entity", query.entity, tuple(model.entities)))
        context.finish()
        raise AssertionError("finish raises")
    names = tuple(dict.fromkeys((entity.key, *query.columns)))
    context.problems.extend(unknown_in(query.filters, context, "filters"))
    context.problems.extend(large_limit(query.limit))
    fields = _fields(names, query.columns, entity, context)
    context.finish()
    measured = _measured(query.measured, entity, context)
    context.finish()
    shown = tuple(
        _shown(field_column(_name(name, field, context), _label(name, field, context), field), field, context)
        for name, field in zip(names, fields, strict=True)
    )
    rows = _rows(query, entity, fields, context)
    if rows is not None:
        context.problems.extend(_missing(rows, context))
    context.finish()
    assert rows is not None, "binding failures are problems"
    columns = (*shown, *(each.column for each in measured))
    for index, each in enumerate(measured):
        if each.column.name in {column.name for column in columns[: len(shown) + index]}:
            context.problems.append(RepeatedColumn(f"measured[{index}]", each.column.name))
    context.finish()
    return ResolvedList(
        rows=rows,
        shown=shown,
        key=entity.key,
        measured=measured,
        sorts=_sorts(query, entity, columns, context),
        limit=query.limit,
        columns=columns,
        filters=told(query.filters, context.reader.policies),
        period=None,
    )


def _shown(column: Column, field: Field, context: Context) -> Column:
    """The column as the reader has it: what is masked is text, whatever it was."""
    is_masked = hiding(field, context.model, context.reader) is not None
    return replace(column, type="text", unit=None) if is_masked else column


def _name(name: str, field: Field, context: Context) -> str:
    """The name of a column: the field's; of a role's field, the role's too."""
    owner, _, short = name.rpartition(".")
    return f"{owner}_{short}" if owner and context.model.datasets[field.dataset].role_of is not None else short


def _label(name: str, field: Field, context: Context) -> Label:
    dimension = context.model.dimensions.get(name)
    return dimension.label if dimension is not None else field.label


def _fields(
    names: tuple[str, ...], columns: tuple[str, ...], entity: EntityDefinition, context: Context
) -> tuple[Field, ...]:
    model, found = context.model, []
    for name in names:
        part = f"columns[{columns.index(name)}]" if name in columns else "entity"
        near_fields = model.nearest_fields(name, entity.dataset)
        field = model.fields.get(name) or (near_fields[0] if len(near_fields) == 1 else None)
        if field is None and name in model.dimensions:
            field = model.field_on(model.dimensions[name], entity.dataset)
            if field is None:
                error = UnbindableError(entity.dataset, name, ways_in_doubt(model, name, entity.dataset))
                context.problems.append(not_bound(error, part, entity.name, model))
                continue
        if field is None and near_fields:
            ways = tuple(each.qualified for each in near_fields)
            context.problems.append(AmbiguousPath(part, entity.name, name, ways))
            continue
        if field is None:
            near = nearest_called(name, {**field_words_near(model, entity.dataset), **dimension_words(model)})
            belongs_in = "measured" if name in model.metrics else ""
            context.problems.append(UnknownName(part, "column", name, near, belongs_in))
            continue
        if hiding(field, model, context.reader) == "withheld":
            context.problems.append(FieldWithheld(part, name))
        found.append(field)
    return tuple(found)


def entity_rows(
    entity: EntityDefinition, signs: Iterable[Filter], conditions: Iterable[Filter], context: Context
) -> Rows | None:
    """The entities that meet all conditions, with one expression for each sign: whether it holds. None where something
    cannot be bound, which is then a problem."""
    filters = FilterBinder(context, entity.dataset)
    try:
        keys = tuple(filters.bind(each) for each in signs)
        bound = [*map(filters.bind, conditions), *map(filters.bind_policy, context.reader.policies)]
        bound += _existing(entity, context)
        steps = context.binder.steps(entity.dataset, {entity.dataset, *filters.datasets})
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "filters", entity.name, context.model))
        return None
    policies = context.reader.policies
    context.problems.extend(policies_that_miss(entity.dataset, steps, policies, context.model, "filters"))
    rows = Rows(entity.dataset, steps, keys, tuple(bound))
    context.problems.extend(_missing(rows, context))
    return rows


def _rows(query: ListQuery, entity: EntityDefinition, fields: tuple[Field, ...], context: Context) -> Rows | None:
    binder, needs = context.binder, {entity.dataset}
    try:
        keys = []
        for field in fields:
            bound = binder.field(field, entity.dataset)
            needs |= bound.datasets
            hidden = hiding(field, context.model, context.reader) is not None
            keys.append(masked(bound.expression, field.definition.pii) if hidden else bound.expression)
        filters = FilterBinder(context, entity.dataset)
        conditions = [*map(filters.bind, query.filters), *map(filters.bind_policy, context.reader.policies)]
        conditions += _existing(entity, context)
        steps = binder.steps(entity.dataset, needs | filters.datasets)
        policies = context.reader.policies
        context.problems.extend(policies_that_miss(entity.dataset, steps, policies, context.model, "columns"))
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "filters", entity.name, context.model))
        return None
    return Rows(entity.dataset, steps, tuple(keys), tuple(conditions))


def _missing(rows: Rows, context: Context) -> Iterable[Problem]:
    for dataset in dict.fromkeys((rows.dataset, *(step.target for step in rows.steps))):
        if dataset in context.unavailable:
            yield MissingTable("columns", dataset, context.unavailable[dataset])


def _existing(entity: EntityDefinition, context: Context) -> list[exp.Expr]:
    """Only entities that exist by today, as the metric that counts them says."""
    counted = context.model.metrics.get(entity.counted_by or "")
    if counted is None or counted.definition.valid is None or counted.definition.dataset != entity.dataset:
        return []
    since = context.binder.bind(context.model.parsed(counted.definition.valid.since), entity.dataset).expression
    return [exp.LT(this=since, expression=day_literal(context.as_of + timedelta(days=1)))]


def _measured(
    columns: tuple[MeasuredColumn, ...], entity: EntityDefinition, context: Context
) -> tuple[MeasuredJoin, ...]:
    """Each column's metric by the entity's key; those that count the same rows come of one query."""
    for index, each in enumerate(columns):
        context.problems.extend(unknown_measure(each, f"measured[{index}]", context))
    context.finish()
    key = key_name(context.model, entity)
    together: dict[object, list[MeasuredColumn]] = {}
    for each in columns:
        together.setdefault((_rows_counted(each, context), each.period, each.filters), []).append(each)
    found: dict[MeasuredColumn, MeasuredJoin] = {}
    for group in together.values():
        metrics = tuple(dict.fromkeys(each.metric for each in group))
        query = MetricQuery(metrics=metrics, group_by=(key,), period=group[0].period, filters=group[0].filters)
        resolved = resolve_known(query, context)
        found.update({each: _measured_join(each, resolved, key) for each in group})
    return tuple(found[each] for each in columns)


def _rows_counted(each: MeasuredColumn, context: Context) -> object:
    """What is the same for metrics over just the same rows, placed in time the same way; else the metric itself."""
    rows = {
        (leaf.definition.dataset, leaf.definition.filter, leaf.definition.time, leaf.definition.default_period)
        for leaf in context.model.leaves(each.metric)
        if leaf.kind == "simple"
        and not (leaf.definition.valid or leaf.definition.per or leaf.definition.latest)
        and leaf.definition.window is None
    }
    is_one = len(rows) == 1 and context.model.metrics[each.metric].kind == "simple"
    return rows.pop() if is_one else each.metric


def _measured_join(each: MeasuredColumn, resolved: ResolvedMetrics, key: str) -> MeasuredJoin:
    metric = next(column for column in resolved.metrics if column.column.name == each.metric)
    value = metric.column
    column = replace(value, name=each.name)
    return MeasuredJoin(column, resolved, key, worth_of_nothing(replace(resolved, metrics=(metric,))))


def _sorts(
    query: ListQuery, entity: EntityDefinition, columns: tuple[Column, ...], context: Context
) -> tuple[Sort, ...]:
    context.problems.extend(unknown_orders(query.order_by, columns))
    context.finish()
    asked = [Sort(order.column, order.descending) for order in query.order_by]
    if not asked and query.measured:
        asked = [Sort(query.measured[0].name, True)]
    return (*asked, Sort(entity.key, False))
