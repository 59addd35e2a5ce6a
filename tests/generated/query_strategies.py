"""Strategies of queries over a generated company: groups, filters of every operator however nested, populations,
periods, and every clause on the result."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from hypothesis import strategies as st

from semantic_layer.model.definitions import FieldType
from semantic_layer.query.requests import (
    AllOf,
    AnyOf,
    Compare,
    FieldFilter,
    Filter,
    Having,
    ListFilter,
    MetricFilter,
    MetricQuery,
    NotOf,
    NumberOperator,
    Operator,
    Order,
    Scalar,
)
from semantic_layer.query.result import Value
from semantic_layer.time.periods import GRAINS, Grain, Period
from tests.generated.company import Company, EntitySpec
from tests.generated.conditions import Ref
from tests.generated.dataset_strategies import DAYS, values_of
from tests.generated.metric_specs import Conversion, Derived, Input, Simple, Transition
from tests.generated.reach import Reach

NUMBER_OPERATORS: tuple[NumberOperator, ...] = ("=", "!=", "<", "<=", ">", ">=", "between")
ORDERED: tuple[Operator, ...] = ("<", "<=", ">", ">=", "between")
LIKE: tuple[Operator, ...] = ("contains", "not contains", "starts with", "ends with")
PARTS = ("A", "a", "%", "_", "'", "\\", " ", "京", "5", '"', "!")


def homes(company: Company, metric: str) -> tuple[str, ...]:
    """The datasets whose rows a group of the metric must reach."""
    spec = company.metric[metric]
    match spec:
        case Simple():
            return (spec.dataset,)
        case Derived():
            right = homes(company, spec.right.metric) if isinstance(spec.right, Input) else ()
            return (*homes(company, spec.left.metric), *right)
        case Transition() | Conversion():
            return homes(company, spec.of)


def is_timed(company: Company, metric: str) -> bool:
    """Whether all that the metric counts is placed in time, so that it may be asked of a period."""
    spec = company.metric[metric]
    match spec:
        case Simple():
            times = (spec.time, spec.since, company.dataset[spec.dataset].time)
            return any(each is not None for each in times)
        case Derived():
            parts = [each.metric for each in (spec.left, spec.right) if isinstance(each, Input)]
            return all(is_timed(company, each) for each in parts)
        case Transition() | Conversion():
            return True


def groupable(company: Company, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """Names that all of the metrics can be grouped by: dimensions, fields in full, keys of entities."""
    reach = Reach(company)
    datasets = {home for metric in metrics for home in homes(company, metric)}
    found = [n for n in company.dimensions if all(reach.carrier(home, n) is not None for home in datasets)]
    found += [
        str(ref)
        for each in company.datasets
        for spec in each.fields
        if spec.role == "key" and all(reach.sees(home, ref := Ref(each.name, spec.name)) for home in datasets)
    ]
    found += [e.key for e in company.entities if all(reach.knows(home, e) for home in datasets)]
    found += [each.name for each in company.lists if all(reach.tells_of(home, each) for home in datasets)]
    return tuple(found)


@st.composite
def periods(draw: st.DrawFn, *, is_short: bool = False) -> Period:
    """A closed period between interesting days; half of them whole calendar units."""
    first = draw(st.sampled_from(DAYS))
    if draw(st.booleans()):
        grain: Grain = draw(st.sampled_from(["month", "week", "day"] if is_short else list(GRAINS[:5])))
        start = _floor(grain, first)
        return Period(start, _next(grain, start), grain)
    last = draw(st.sampled_from([first + timedelta(days=each) for each in (0, 1, 3, 31)] if is_short else DAYS))
    return Period(min(first, last), max(first, last) + timedelta(days=1))


def _floor(grain: Grain, day: date) -> date:
    match grain:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case _:
            return day.replace(month=1, day=1)


def _next(grain: Grain, start: date) -> date:
    size = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[grain]
    return _floor(grain, start + timedelta(days=size))


def field_filters(company: Company, datasets: Collection[str]) -> st.SearchStrategy[Filter]:
    """Conditions on fields that rows of all of the datasets have; nothing where they have none in common."""
    reach = Reach(company)
    named = [
        (str(ref), spec.type)
        for each in company.datasets
        for spec in each.fields
        if all(reach.sees(home, ref := Ref(each.name, spec.name)) for home in datasets)
    ]
    named += [
        (name, company.spec(refs[0]).type)
        for name, refs in company.dimensions.items()
        if all(reach.carrier(home, name) is not None for home in datasets)
    ]
    if not named:
        return st.nothing()
    return st.sampled_from(named).flatmap(lambda found: comparisons(*found))


@st.composite
def comparisons(draw: st.DrawFn, name: str, kind: FieldType) -> FieldFilter:
    """A comparison that fits the type."""
    operators: list[Operator] = ["=", "!=", "in", "not in", "is null", "is not null"]
    operators += [] if kind == "boolean" else list(ORDERED)
    operators += list(LIKE) if kind == "text" else []
    op = draw(st.sampled_from(operators))
    if op in LIKE:
        return FieldFilter(field=name, op=op, values=(draw(st.sampled_from(PARTS)),))
    count = {"is null": 0, "is not null": 0, "between": 2}.get(op, 1)
    count = draw(st.integers(1, 3)) if op in ("in", "not in") else count
    values = [draw(values_of(kind)) for _ in range(count)]
    if op == "between":
        values.sort()
    return FieldFilter(field=name, op=op, values=tuple(_scalar(value) for value in values))


def _scalar(value: Value) -> Scalar:
    assert value is not None
    return value.isoformat()[:10] if isinstance(value, date) else value


def metric_filters(company: Company, datasets: Collection[str]) -> st.SearchStrategy[Filter]:
    """Conditions on what one of the entities of each row did; nothing where some rows know none."""
    reach = Reach(company)
    known = [
        (each, told)
        for each in company.entities
        if all(reach.knows(home, each) for home in datasets) and (told := metrics_of(company, each))
    ]
    return st.sampled_from(known).flatmap(lambda found: _behaviours(company, *found)) if known else st.nothing()


def metrics_of(company: Company, entity: EntitySpec) -> tuple[str, ...]:
    """The metrics that each such entity has a value of its own of."""
    reach = Reach(company)
    return tuple(m.name for m in company.metrics if all(reach.knows(h, entity) for h in homes(company, m.name)))


@st.composite
def _behaviours(draw: st.DrawFn, company: Company, entity: EntitySpec, metrics: tuple[str, ...]) -> Filter:
    metric = draw(st.sampled_from(metrics))
    # the model's first one is meant where none is named
    per = draw(st.sampled_from([entity.name, "" if entity is company.entities[0] else entity.name]))
    op = draw(st.sampled_from(NUMBER_OPERATORS))
    numbers = st.integers(-1, 4).map(float)
    values = tuple(sorted(draw(st.lists(numbers, min_size=2, max_size=2)))) if op == "between" else (draw(numbers),)
    narrowed = field_filters(company, homes(company, metric))
    inner = () if narrowed.is_empty or draw(st.booleans()) else (draw(narrowed),)
    period = draw(st.one_of(st.none(), periods())) if is_timed(company, metric) else None
    return MetricFilter(metric=metric, per=per, period=period, filters=inner, op=op, values=values)


def list_filters(company: Company, datasets: Collection[str]) -> st.SearchStrategy[Filter]:
    """Conditions that each row's entity is on a list; nothing where some rows know no such."""
    reach = Reach(company)
    known = [each.name for each in company.lists if all(reach.tells_of(home, each) for home in datasets)]
    return st.sampled_from(known).map(lambda name: ListFilter(list=name)) if known else st.nothing()


def filters(company: Company, metrics: tuple[str, ...]) -> st.SearchStrategy[Filter]:
    """Conditions on the rows of all of the metrics, nested up to a few levels."""
    return filters_on(company, {home for metric in metrics for home in homes(company, metric)})


def filters_on(company: Company, datasets: Collection[str]) -> st.SearchStrategy[Filter]:
    """Conditions on rows of all of the datasets, nested up to a few levels."""
    fields = field_filters(company, datasets)
    leaf = st.one_of(fields, fields, metric_filters(company, datasets), list_filters(company, datasets))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2).map(lambda found: AllOf(all=tuple(found))),
            st.lists(inner, min_size=1, max_size=2).map(lambda found: AnyOf(any=tuple(found))),
            inner.map(lambda found: NotOf(negated=found)),
        ),
        max_leaves=3,
    )


@st.composite
def plain_queries(draw: st.DrawFn, company: Company, *, with_grain: bool = True) -> MetricQuery:
    """Metrics by groups, filtered, within a period: nothing that is done to the rows afterwards."""
    names = [each.name for each in company.metrics]
    metrics = tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)))
    known = groupable(company, metrics)
    groups = draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
    grain = draw(st.sampled_from([None, None, "month", "week", "quarter", "year", "day"])) if with_grain else None
    period = (
        draw(st.one_of(st.none(), periods(), periods())) if grain is None else draw(periods(is_short=grain == "day"))
    )
    if grain is not None:
        groups.insert(draw(st.integers(0, len(groups))), grain)
    possible = filters(company, metrics)
    chosen = [] if possible.is_empty else draw(st.lists(possible, max_size=2))
    return MetricQuery(metrics=metrics, group_by=tuple(groups), period=period, filters=tuple(chosen))


@st.composite
def full_queries(draw: st.DrawFn, company: Company) -> MetricQuery:
    """Queries with comparisons, shares, running totals, conditions on groups, order and limits."""
    plain = draw(plain_queries(company))
    parts = list(plain.metrics)
    compare = draw(st.sampled_from([None, None, Compare(to="previous"), Compare(to="year"), "period"]))
    if compare == "period":
        compare = Compare(to="period", period=draw(periods()))
    assert not isinstance(compare, str)
    some = st.lists(st.sampled_from(plain.metrics), max_size=1, unique=True).map(tuple)
    shares, cumulative = draw(some), draw(some)
    parts += [f"{name}__share" for name in shares] + [f"{name}__cumulative" for name in cumulative]
    if compare is not None:
        parts += [f"{name}__{part}" for name in plain.metrics for part in ("previous", "change", "change_pct")]
    having = tuple(
        Having(column=draw(st.sampled_from(parts)), op=op, values=(0.0, 2.0) if op == "between" else (1.0,))
        for op in draw(st.lists(st.sampled_from(NUMBER_OPERATORS), max_size=1))
    )
    columns = draw(st.lists(st.sampled_from([*parts, *plain.group_by]), max_size=2, unique=True))
    order = tuple(Order(column=name, descending=draw(st.booleans())) for name in columns)
    limit = draw(st.sampled_from([None, None, 1, 2, 3]))
    within = draw(st.lists(st.sampled_from(plain.group_by), max_size=1)) if limit and plain.group_by else []
    return plain.model_copy(
        update={
            "compare": compare,
            "shares": shares,
            "cumulative": cumulative,
            "having": having,
            "order_by": order,
            "limit": limit,
            "limit_within": tuple(within),
            "fill": draw(st.booleans()),
        }
    )


@st.composite
def wild_queries(draw: st.DrawFn, company: Company) -> MetricQuery:
    """Queries of names that exist, put together without asking whether they go together."""
    dimensions = list(company.dimensions)
    fields = [(f"{d.name}.{f.name}", f.type) for d in company.datasets for f in d.fields]
    typed = [*fields, *((name, company.spec(refs[0]).type) for name, refs in company.dimensions.items())]
    names = [each.name for each in company.metrics]
    metrics = tuple(draw(st.lists(st.sampled_from(names), max_size=2)))
    keys = [each.key for each in company.entities]
    known = [*dimensions, *keys, *company.listed, *(name for name, _ in fields), *GRAINS]
    groups = draw(st.lists(st.sampled_from(known), max_size=3))
    if not metrics and not groups:
        groups = [dimensions[0]]
    open_ended = st.builds(Period, st.none() | st.just(DAYS[0]), st.none() | st.just(DAYS[-1]))
    period = draw(st.one_of(st.none(), periods(is_short=True), open_ended))
    kinds: tuple[FieldType, ...] = ("text", "integer", "number", "boolean", "date", "timestamp")
    conditions: list[Filter] = []
    for name, kind in draw(st.lists(st.sampled_from(typed), max_size=2)):
        # mostly a value of the field's own type
        other = draw(st.sampled_from([kind, kind, kind, *kinds]))
        conditions.append(draw(comparisons(name, other)))
    results = [*metrics, *groups, *(f"{name}__share" for name in metrics)]
    having = tuple(
        Having(column=name, op=draw(st.sampled_from(["=", ">", "<"])), values=(1.0,))
        for name in draw(st.lists(st.sampled_from(results), max_size=1))
    )
    keep = tuple(
        draw(comparisons(name, draw(st.sampled_from(kinds))))
        for name in draw(st.lists(st.sampled_from(groups), max_size=1) if groups else st.just([]))
    )
    show = tuple(
        FieldFilter(field=name, op="=", values=(_scalar(draw(values_of(draw(st.sampled_from(kinds))))),))
        for name in draw(st.lists(st.sampled_from(groups), max_size=1) if groups else st.just([]))
    )
    compare = draw(st.sampled_from([None, None, Compare(to="previous"), Compare(to="year")]))
    limit = draw(st.sampled_from([None, 1]))
    within = tuple(draw(st.lists(st.sampled_from(groups), max_size=1))) if groups and limit else ()
    return MetricQuery(
        metrics=tuple(dict.fromkeys(metrics)),
        group_by=tuple(dict.fromkeys(groups)),
        period=period,
        filters=tuple(conditions),
        having=having,
        keep=keep,
        show=show,
        compare=compare,
        shares=metrics[:1] if draw(st.booleans()) else (),
        cumulative=metrics[:1] if draw(st.integers(0, 3)) == 0 else (),
        order_by=tuple(Order(column=name) for name in draw(st.lists(st.sampled_from(results), max_size=1))),
        limit=limit,
        limit_within=within,
        fill=draw(st.booleans()),
    )
