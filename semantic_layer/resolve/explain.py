"""An explanation of a change, resolved: the metric's two parts in all and by every dimension that could explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlglot import exp

from semantic_layer.errors import Problem, QueryError, QueryProblem
from semantic_layer.model.model import Dimension, Model
from semantic_layer.model.placing import known_for_today
from semantic_layer.query.problems import NotDecomposable, UnknownName
from semantic_layer.query.requests import ExplainQuery, MetricQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.fractions import NotAFractionError, fraction_of, rows_behind
from semantic_layer.resolve.metrics import resolve_known
from semantic_layer.resolve.names import unknown_names
from semantic_layer.resolve.resolved import MetricColumn, ResolvedExplanation, ResolvedMetrics
from semantic_layer.resolve.result_columns import comparison_columns, metric_column
from semantic_layer.resolve.suggest import dimension_words, nearest_called

ABOVE, BELOW = "above", "below"
SMALL = 30  # the usual least size of a sample whose mean is told by the normal distribution
_TYPES = ("text", "boolean", "integer")


def resolve_explanation(query: ExplainQuery, context: Context) -> ResolvedExplanation:
    """An explanation, resolved. Raises QueryError with every problem."""
    context.problems.extend(_unknown(query, context))
    context.finish()
    model = context.model
    metric = model.metrics[query.metric]
    base = resolve_known(_by(query, ()), context, is_shown=True)
    try:
        whole = _in_parts(base)
    except NotAFractionError as error:
        raise QueryError(NotDecomposable("metric", metric.name)) from error
    names = query.dimensions or tuple(_candidates(query.metric, model))
    found = [(name, _grouped(name, query, context)) for name in names]
    is_ratio = any(each.column.name == BELOW for each in whole.metrics)
    return ResolvedExplanation(
        metric=metric.name,
        is_ratio=is_ratio,
        whole=whole,
        by_dimension=tuple((name, each) for name, each in found if each is not None),
        shown_dimensions=query.limit if not query.dimensions else len(query.dimensions),
        are_named=bool(query.dimensions),
        small=SMALL,
        columns=_columns(query, names, is_ratio=is_ratio, model=model),
        filters=base.filters,
        period=base.period,
        previous_period=base.previous_period,
    )


def _unknown(query: ExplainQuery, context: Context) -> Iterator[Problem]:
    # the names are those of a metric query: only where they stand is another
    for problem in unknown_names(_by(query, query.dimensions), context):
        if isinstance(problem, QueryProblem):
            part = problem.part.replace("metrics[0]", "metric").replace("group_by", "dimensions")
            yield replace(problem, part=part)
    known = context.model.dimensions
    for index, name in enumerate(query.dimensions):
        if name not in known:
            near = nearest_called(name, dimension_words(context.model))
            yield UnknownName(f"dimensions[{index}]", "dimension", name, tuple(each for each in near if each in known))


def _by(query: ExplainQuery, names: tuple[str, ...]) -> MetricQuery:
    return MetricQuery(
        metrics=(query.metric,), group_by=names, period=query.period, compare=query.compare, filters=query.filters
    )


def _candidates(metric: str, model: Model) -> Iterator[str]:
    """The dimensions that may explain the metric: within reach of all of its parts, for everybody's eyes.

    What the model says to explain nothing (`explain: false`) is left out, and so is what is known as of today only
    (scores, who has lapsed by now): that comes after what happened, and would
    explain churn by who has churned.
    """
    for each in model.dimensions.values():
        home = each.home.definition
        fits = each.type in _TYPES and home.role == "dimension" and home.explain and not model.is_guarded(each.home)
        if fits and not _is_of_today(each, model) and model.can_group(metric, each.name):
            yield each.name


def _is_of_today(dimension: Dimension, model: Model) -> bool:
    dataset = model.datasets[dimension.home.dataset]
    trees = [tree for tree in (dimension.home.expression, dataset.source) if tree is not None]
    if any(node.name == "as_of" for tree in trees for node in tree.find_all(exp.Placeholder)):
        return True
    return any(
        each.definition.dataset == dataset.name and all(known_for_today(each, model))
        for each in model.metrics.values()
        if each.kind == "simple"
    )


def _grouped(name: str, query: ExplainQuery, context: Context) -> ResolvedMetrics | None:
    """The parts by a dimension; None for one that nobody named and that cannot be had here (a table is missing, a
    policy does not speak of its role)."""
    try:
        return _in_parts(resolve_known(_by(query, (name,)), context))
    except QueryError:
        if query.dimensions:
            raise
        context.problems.clear()
        return None


def _in_parts(query: ResolvedMetrics) -> ResolvedMetrics:
    """The query of a metric's two sides in place of its value. Raises NotAFractionError."""
    if query.totals:
        raise NotAFractionError("a part that looks at all groups adds up over none")
    fraction, measures = fraction_of(query.metrics[0].formula, query.measures)
    columns: list[MetricColumn] = []
    needed = {measure.alias: measure for measure in measures}
    for name, tree in ((ABOVE, fraction.above), (BELOW, fraction.below)):
        if tree is None:
            continue
        first = next(node.name for node in tree.find_all(exp.Column))
        rows = rows_behind(needed[first])
        needed.setdefault(rows.alias, rows)
        columns += (_side(name, tree), _side(f"{name}_rows", exp.column(rows.alias)))
    return replace(query, metrics=tuple(columns), measures=tuple(needed.values()), columns=query.keys, sorts=())


def _side(name: str, tree: exp.Expr) -> MetricColumn:
    return MetricColumn(Column(name, "metric", "number", Label(name, name)), tree)


def _columns(query: ExplainQuery, names: Iterable[str], *, is_ratio: bool, model: Model) -> tuple[Column, ...]:
    metric = model.metrics[query.metric]
    value = metric_column(model, metric)
    kind, unit, how = value.type, metric.unit, value.format
    previous = comparison_columns(model, metric, query.compare.to)[0]
    labels = tuple((name, model.dimensions[name].label) for name in names)
    named = {"rate_effect": Label("率效应", "rate effect"), "mix_effect": Label("结构效应", "mix effect")}
    effects = tuple(
        Column(name, "comparison", "number", label, unit=unit, part="change", format=how)
        for name, label in named.items()
    )
    return (
        Column("dimension", "dimension", "text", Label("维度", "dimension"), value_labels=labels),
        Column("value", "dimension", "text", Label("取值", "value"), value_labels=_value_labels(names, model)),
        value,
        previous,
        Column("contribution", "comparison", kind, Label("贡献", "contribution"), unit=unit, part="change", format=how),
        Column("share_of_change", "comparison", "number", Label("占变化", "share of change"), "percent", part="share"),
        *(effects if is_ratio else ()),
        Column("is_main", "comparison", "boolean", Label("主要", "main")),
        Column("is_small", "comparison", "boolean", Label("样本少", "small")),
        Column("is_reversed", "comparison", "boolean", Label("与总体反向", "reversed")),
        Column("groups", "comparison", "integer", Label("合并组数", "groups"), unit="count"),
    )


def _value_labels(names: Iterable[str], model: Model) -> tuple[tuple[str, Label], ...]:
    """What coded values are called; a code that is called differently in two dimensions stays as it is."""
    found: dict[str, set[Label]] = {}
    for name in names:
        for code, words in model.dimensions[name].home.definition.values.items():
            found.setdefault(str(code), set()).add(Label(words.zh[0], words.en[0]))
    return tuple((code, next(iter(labels))) for code, labels in found.items() if len(labels) == 1)
