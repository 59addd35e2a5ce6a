"""Filters of a request: values, rows' own amounts, dates of an entity, and what customers did."""

from __future__ import annotations

from chat_service.translate.grammar.categories import Clause, Compared, Condition, Dated, Measure, Values
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import negated
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said, value_filter
from chat_service.translate.requests.timing import period_of
from chat_service.translate.stops import Denial, StopError
from semantic_layer import AnyOf, FieldFilter, Filter, MetricFilter, NumberOperator, Period


def behaviour_filter(clause: Clause, assembly: Assembly) -> Filter:
    """What a clause demands of a customer."""
    metric, filters = _with_objects(clause.metric, clause.values, assembly)
    period = (
        period_of(clause.when.date, (), assembly.scope.today, said(clause.when)) if clause.when is not None else None
    )
    assembly.use(clause, "behaviour", metric)
    if clause.condition is not None and (rows := _row_condition(metric, clause.condition, assembly)) is not None:
        metric, extra = rows
        return _metric_filter(
            metric, period, (*filters, extra), "=" if clause.negated else ">=", (0.0,) if clause.negated else (1.0,)
        )
    op, values = _comparison(clause.condition, negate=clause.negated)
    return _metric_filter(metric, period, filters, op, values)


def _metric_filter(
    metric: str, period: Period | None, filters: tuple[Filter, ...], op: NumberOperator, values: tuple[float, ...]
) -> MetricFilter:
    return MetricFilter(metric=metric, period=period, filters=filters, op=op, values=values)


def _comparison(condition: Condition | None, *, negate: bool) -> tuple[NumberOperator, tuple[float, ...]]:
    if condition is None:
        return ("=", (0.0,)) if negate else (">=", (1.0,))
    if negate:
        if (condition.op == ">=" and condition.values == (1.0,)) or (
            condition.op == "=" and condition.values == (1.0,)
        ):
            return "=", (0.0,)
        turned = negated(condition.op)
        if turned is None:
            raise StopError(Denial("not_supported", said(condition)))
        return turned, condition.values
    return condition.op, condition.values


def _with_objects(metric: str, values: tuple[Values, ...], assembly: Assembly) -> tuple[str, tuple[Filter, ...]]:
    """The metric of a behaviour with what it was done to: bought beauty, complained about delivery."""
    chooser = Chooser(assembly.scope.structure, (metric,))
    filters: list[Filter] = []
    dimensions: list[str] = []
    for each in values:
        dimension, found = assembly.values(each, each.words, chooser)
        dimensions.append(dimension)
        filters.append(value_filter(dimension, found, negated=each.negated))
        assembly.use(each, "value", f"{dimension}: {', '.join(map(str, found))}")
    stand_in = chooser.stand_in(metric, tuple(dimensions)) if dimensions else metric
    return stand_in or metric, tuple(filters)


def _row_condition(metric: str, condition: Condition, assembly: Assembly) -> tuple[str, FieldFilter] | None:
    """A comparison with a score that each row carries (gave a 9 or 10): rows are counted whose score compares so."""
    structure = assembly.scope.structure
    model = assembly.scope.model
    if structure.is_sum(metric) or {"times", "money", "orders", "each", "percent"} & set(condition.units):
        return None
    behaviour = structure.behaviour_of(metric)
    if not structure.is_ratio(metric) and (behaviour is None or behaviour.amount is not None):
        return None
    dataset = model.metrics[metric].definition.dataset
    if dataset is None or any(model.datasets[dataset].primary_key == (e.key,) for e in model.entities.values()):
        return None
    if dataset in {d for e in model.entities.values() for d in (e.dataset,)}:
        return None
    facts = [f for f in model.datasets[dataset].fields.values() if f.definition.role == "fact"]
    counted = next(
        (
            m.name
            for m in model.metrics.values()
            if m.expression is not None
            and m.expression.sql() == "COUNT(*)"
            and m.definition.dataset == dataset
            and _filter(m.filter) == _filter(model.metrics[metric].filter)
        ),
        None,
    )
    if len(facts) != 1 or counted is None:
        return None
    return counted, FieldFilter(field=facts[0].qualified, op=condition.op, values=condition.values)


def _filter(expression: object) -> str:
    return str(expression) if expression is not None else ""


def compared_filter(compared: Compared, assembly: Assembly, datasets: frozenset[str]) -> FieldFilter:
    """A fact of a row or of an entity, compared."""
    fields = [name for name in compared.fields if name.split(".")[0] in datasets] or list(compared.fields)
    model = assembly.scope.model
    near = [
        n for n in fields if any(n.split(".")[0] == d or n.split(".")[0] in model.paths.get(d, {}) for d in datasets)
    ]
    chosen = (near or fields)[0]
    assembly.use(compared, "number", f"{chosen} {compared.condition.op} {compared.condition.values}")
    return FieldFilter(field=chosen, op=compared.condition.op, values=compared.condition.values)


def dated_filter(dated: Dated, assembly: Assembly) -> Filter:
    """Who carries a date within a period: those whom the metric placed at that date counts."""
    model = assembly.scope.model
    period = period_of(dated.when.date, (), assembly.scope.today, said(dated.when))
    names = set(dated.fields)
    assembly.use(dated, "behaviour", f"{sorted(names)[0]} {period}")
    for metric in model.metrics.values():
        dataset = metric.definition.dataset
        if dataset is None or metric.is_stock or metric.filter is not None or metric.expression is None:
            continue
        time = metric.definition.time or model.datasets[dataset].definition.time
        if f"{dataset}.{time}" in names and metric.expression.sql() == "COUNT(*)" and metric.kind == "simple":
            return MetricFilter(metric=metric.name, period=period, op=">=", values=(1.0,))
    raise StopError(Denial("not_supported", said(dated)))


def population_filter(measure: Measure, period: Period | None, assembly: Assembly) -> Filter:
    """Customers whom a metric counts: new customers, repeat customers."""
    name = assembly.metric(measure)
    main = assembly.scope.structure.main_behaviour
    if period is None and main is not None and assembly.scope.structure.looks_back(name):
        return MetricFilter(metric=main.metric, period=None, op=">=", values=(1.0,))
    for each in assembly.scope.model.lists.values():
        if each.metric == name:
            return list_filters(each.name, assembly)[0]
    return MetricFilter(metric=name, period=period, op=">=", values=(1.0,))


def list_filters(name: str, assembly: Assembly) -> tuple[FieldFilter, ...]:
    """The filters of a named population."""
    filters = []
    for dimension, codes in assembly.scope.model.lists[name].filter.items():
        typed = tuple(assembly.scope.structure.value_type(dimension, code) for code in codes)
        filters.append(value_filter(dimension, typed))
    return tuple(filters)


def entity_filters(frame: Frame, assembly: Assembly, period: Period | None) -> tuple[Filter, ...]:
    """All that a question demands of the customers: behaviour, named populations, dates."""
    filters: list[Filter] = []
    for clause in frame.clauses:
        found = behaviour_filter(clause, assembly)
        if clause.alternative and filters:
            before = filters.pop()
            found = AnyOf(any=(*(before.any if isinstance(before, AnyOf) else (before,)), found))
        filters.append(found)
    for mention in frame.lists:
        name = mention.lists()[0]
        assembly.use(mention, "list", name)
        filters.extend(each for each in list_filters(name, assembly) if each not in filters)
    for measure in frame.populations:
        filters.append(population_filter(measure, period, assembly))
        assembly.use(measure, "behaviour", measure.metrics[0])
    return tuple(dict.fromkeys(filters))
