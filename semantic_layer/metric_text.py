"""One metric's own text: its expression, filter, times and inner values parsed, and every name in them checked.

What its inputs make of it (stock, additive, circles) is `metrics.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.definition_problems import (
    BadDefaultPeriod,
    BadExpression,
    BadLength,
    MetricParts,
    MisplacedAggregate,
    MixedGrains,
    NestedAggregate,
    NotAggregate,
)
from semantic_layer.definitions import MetricDefinition, PerEntity
from semantic_layer.draft import Draft
from semantic_layer.errors import DefinitionProblem
from semantic_layer.expressions import Sql, Unparsable, columns, parse_expression
from semantic_layer.joins import JoinPaths
from semantic_layer.lengths import length
from semantic_layer.model import Dataset, Metric
from semantic_layer.name_problems import (
    BadName,
    UnknownDataset,
    UnknownDimension,
    UnknownField,
    UnknownGrain,
    UnknownMetric,
)
from semantic_layer.nearest import nearest
from semantic_layer.periods import GRAINS
from semantic_layer.references import Scope, check_row_expression, parse_name, place_of
from semantic_layer.resolve_time import rolling
from semantic_layer.yaml_text import Part

_ROW_KEYS = ("filter", "time", "valid", "per", "window", "latest")


@dataclass(frozen=True, eq=False)
class MetricText:
    """A metric's own text, parsed: as in `Metric`, but `datasets` are those that it reads itself."""

    expression: exp.Expr | None = None
    filter: exp.Expr | None = None
    inputs: tuple[str, ...] = ()
    datasets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MetricReader:
    """Reads the texts of metrics. `metrics` holds the names of all, `filterable` those of dimensions and keys of
    entities; problems are added to `found`."""

    draft: Draft
    datasets: Mapping[str, Dataset]
    joins: JoinPaths
    metrics: Collection[str]
    filterable: Collection[str]
    found: list[DefinitionProblem]

    def read(self, metric: MetricDefinition, part: Part) -> MetricText:
        """The text of one metric; of what has a problem, nothing."""
        period = metric.default_period
        if period is not None and not self._is_period(period):
            where = self.draft.where(*part, "default_period")
            self.found.append(BadDefaultPeriod(where, metric.name, period))
        if metric.transition is not None:
            self._check_alone(metric, "transition", part)
            return MetricText(inputs=(metric.transition.of, metric.transition.who))
        if metric.conversion is not None:
            self._check_alone(metric, "conversion", part)
            self._check_length(metric, metric.conversion.within, (*part, "conversion", "within"), own=False)
            return MetricText(inputs=(metric.conversion.of, metric.conversion.to))
        if metric.expression is None:
            self._wrong(metric, part, "has no `expression`. Write an aggregate, or a formula over other metrics")
            return MetricText()
        if metric.dataset is None:
            return self._derived(metric, metric.expression, part)
        if metric.dataset in self.datasets:
            return self._simple(metric, metric.expression, metric.dataset, part)
        self._parsed(metric, metric.expression, (*part, "expression"))
        if "datasets" not in self.draft.gaps:
            near = nearest(metric.dataset, self.datasets)
            where = self.draft.where(*part, "dataset")
            self.found.append(UnknownDataset(where, metric_owner(metric), metric.dataset, near))
        return MetricText()

    def _is_period(self, text: str) -> bool:
        """Whether a default period can be read: `last`, and a length of days or of the model's own units."""
        if _is_readable(lambda each: rolling(each, date(2000, 1, 1)), text):
            return True
        head, _, rest = text.strip().partition(" ")
        return head == "last" and _is_readable(lambda each: length(each, self._own_grains()), rest) and (
            rest.split()[-1] in self._own_grains()
        )

    def unknown_metric(self, part: Part, owner: str, name: str, more: Collection[str] = ()) -> None:
        """Report that there is no such metric (nor one of the names in `more`), where that is known."""
        if "metrics" not in self.draft.gaps:
            near = nearest(name, (*self.metrics, *more))
            self.found.append(UnknownMetric(self.draft.where(*part), owner, name, near))

    def _check_alone(self, metric: MetricDefinition, kind: str, part: Part) -> None:
        """A transition or conversion is made of two metrics and has nothing of its own."""
        others = ("dataset", "expression", *_ROW_KEYS, "inputs", "transition", "conversion")
        extra = next((key for key in others if key != kind and getattr(metric, key)), None)
        if extra is not None:
            self._wrong(metric, (*part, extra), f"is a {kind}, which has no `{extra}`")

    def _check_length(
        self, metric: MetricDefinition, text: str | None, part: Part, *, own: bool = True
    ) -> None:
        """A length of time; in units of the model's own too, where `own` says so."""
        known = self._own_grains() if own else ()
        if text is not None and not _is_readable(lambda each: length(each, known), text):
            self.found.append(BadLength(self.draft.where(*part), metric.name, str(part[-1]), text))

    def _check_unit(self, metric: MetricDefinition, name: str | None, part: Part) -> None:
        """A unit of time that holds buckets: of the calendar or of the model's own."""
        known = (*GRAINS, *self._own_grains())
        if name is not None and name not in known and "grains" not in self.draft.gaps:
            self.found.append(UnknownGrain(self.draft.where(*part), metric_owner(metric), name, nearest(name, known)))

    def _own_grains(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.draft.definition.grains)

    def _derived(self, metric: MetricDefinition, text: str, part: Part) -> MetricText:
        for key in _ROW_KEYS:
            if getattr(metric, key) is not None:
                self._wrong(metric, (*part, key), f"has a `{key}` but no `dataset`, so there are no rows for it")
        stands_on = [self._check_input(metric, name, (*part, "inputs", name)) for name in metric.inputs]
        part = (*part, "expression")
        sql = self._parsed(metric, text, part)
        if sql is None:
            return MetricText()
        owner = metric_owner(metric)
        if sql.aggregates:
            advice = "Name the `dataset` whose rows it aggregates."
            self.found.append(MisplacedAggregate(self.draft.where(*part), owner, _sql(sql.aggregates[0]), advice))
            return MetricText()
        for column in sql.columns:
            if column.table:
                reason = "a formula over metrics names no fields"
                self.found.append(BadExpression(self.draft.where(*part), owner, _sql(column), reason))
            elif column.name not in self.metrics and column.name not in metric.inputs:
                self.unknown_metric(part, owner, column.name, metric.inputs)
        if not sql.columns:
            self._wrong(metric, part, "names no metric. Name some, or give it a `dataset`")
        named = (column.name for column in sql.columns if column.name not in metric.inputs)
        names = [name for name in named if name in self.metrics]
        return MetricText(expression=sql.tree, inputs=tuple(dict.fromkeys((*names, *stands_on))))

    def _check_input(self, metric: MetricDefinition, name: str, part: Part) -> str:
        """The metric that an input stands for."""
        used = metric.inputs[name]
        if not name.isidentifier():
            self.found.append(BadName(self.draft.where(*part), "metric's input", name))
        if used.metric not in self.metrics:
            self.unknown_metric((*part, "metric"), metric_owner(metric), used.metric)
        self._check_length(metric, used.offset, (*part, "offset"))
        self._check_unit(metric, used.at_start_of, (*part, "at_start_of"))
        if used.offset is not None and used.at_start_of is not None:
            self._wrong(metric, part, f"has both `offset` and `at_start_of` for its input '{name}'. Keep one")
        sql = self._parsed(metric, used.filter, (*part, "filter")) if used.filter is not None else None
        for column in sql.columns if sql is not None else ():
            self._check_input_column(metric, column, (*part, "filter"))
        return used.metric

    def _check_input_column(self, metric: MetricDefinition, column: exp.Column, part: Part) -> None:
        """The filter of an input speaks of dimensions, keys of entities and `dataset.field`."""
        if column.table in self.datasets:
            known: Collection[str] = self.datasets[column.table].fields
            if column.name not in known and self.draft.is_read("datasets", place_of(self.draft, column.table)):
                near = nearest(column.name, known)
                where = self.draft.where(*part)
                self.found.append(UnknownField(where, metric_owner(metric), column.name, column.table, near))
            return
        name = f"{column.table}.{column.name}" if column.table else column.name
        if name not in self.filterable and "datasets" not in self.draft.gaps and not self.draft.unread:
            near = nearest(name, self.filterable)
            self.found.append(UnknownDimension(self.draft.where(*part), metric_owner(metric), name, near))

    def _simple(self, metric: MetricDefinition, text: str, dataset: str, part: Part) -> MetricText:
        scope = Scope(self.draft, self.datasets, self.joins, dataset)
        reads = _Reads(self.datasets, dataset)
        inner_part = (*part, "expression")
        sql = self._parsed(metric, text, inner_part)
        if sql is not None:
            self._check_grain(metric, sql, inner_part)
            if metric.per is None:
                self._names(scope, sql.columns, inner_part, metric, reads)
                self.found.extend(scope.check_values(sql, inner_part, metric_owner(metric)))
            else:
                self._check_outer_names(metric, metric.per, sql, inner_part)
        filtered = self._filter(scope, metric, metric.filter, (*part, "filter"), reads)
        if metric.per is not None:
            self._check_per(scope, metric, metric.per, (*part, "per"), reads)
        self._check_times(scope, metric, part, reads)
        self._check_window(scope, metric, part, reads)
        return MetricText(
            expression=sql.tree if sql is not None else None,
            filter=filtered,
            datasets=reads.with_ways(self.joins),
        )

    def _filter(
        self, scope: Scope, metric: MetricDefinition, text: str | None, part: Part, reads: _Reads
    ) -> exp.Expr | None:
        sql = self._parsed(metric, text, part) if text is not None else None
        if sql is None:
            return None
        if sql.aggregates:
            advice = "A filter is about single rows: condition on an aggregate with `per`."
            where, owner = self.draft.where(*part), f"the filter of {metric_owner(metric)}"
            self.found.append(MisplacedAggregate(where, owner, _sql(sql.aggregates[0]), advice))
        self._names(scope, sql.columns, part, metric, reads)
        self.found.extend(scope.check_values(sql, part, metric_owner(metric)))
        return sql.tree

    def _check_per(self, scope: Scope, metric: MetricDefinition, per: PerEntity, part: Part, reads: _Reads) -> None:
        key = parse_name(per.key)
        if key is not None:
            self._names(scope, (key,), (*part, "key"), metric, reads)
        else:
            where = self.draft.where(*part, "key")
            self.found.append(BadExpression(where, metric_owner(metric), per.key, "a key is the name of a field"))
        if not per.values:
            self._wrong(metric, (*part, "values"), "has a `per` without `values`. Name an aggregate for each key")
        for name, text in per.values.items():
            inner = (*part, "values", name)
            sql = self._parsed(metric, text, inner)
            if sql is not None:
                self._check_grain(metric, sql, inner)
                self._names(scope, sql.columns, inner, metric, reads)
                self.found.extend(scope.check_values(sql, inner, metric_owner(metric)))

    def _check_outer_names(self, metric: MetricDefinition, per: PerEntity, sql: Sql, part: Part) -> None:
        """With `per`, the outer expression sees the inner values and the key only."""
        known = (*per.values, per.key)
        for column in sql.columns:
            if column.table or column.name not in known:
                reason = f"'{_sql(column)}' is not one of its inner values, {', '.join(known)}"
                where = self.draft.where(*part)
                self.found.append(BadExpression(where, metric_owner(metric), _sql(sql.tree), reason))

    def _check_grain(self, metric: MetricDefinition, sql: Sql, part: Part) -> None:
        """Many rows become one value: everything is aggregated, and once."""
        owner = metric_owner(metric)
        if not sql.aggregates:
            self.found.append(NotAggregate(self.draft.where(*part), owner, _sql(sql.tree)))
        elif sql.loose:
            names = tuple(dict.fromkeys(_sql(column) for column in sql.loose))
            self.found.append(MixedGrains(self.draft.where(*part), owner, names))
        elif sql.nested is not None:
            self.found.append(NestedAggregate(self.draft.where(*part), owner, _sql(sql.nested)))

    def _check_times(self, scope: Scope, metric: MetricDefinition, part: Part, reads: _Reads) -> None:
        named: list[tuple[Part, str]] = []
        if metric.time is not None:
            named.append(((*part, "time"), metric.time))
        if metric.valid is not None:
            named.append(((*part, "valid", "from"), metric.valid.since))
            if metric.valid.until is not None:
                named.append(((*part, "valid", "until"), metric.valid.until))
        for place, name in named:
            self.found.extend(scope.check_time(name, place, metric_owner(metric)))
        default = self.datasets[scope.dataset].definition.time
        for name in [name for _, name in named] or ([default] if default is not None else []):
            column = parse_name(name)
            if column is not None:
                reads.add((column,))

    def _check_window(self, scope: Scope, metric: MetricDefinition, part: Part, reads: _Reads) -> None:
        """Which of the rows that are placed in time count: a window before each bucket's end, the latest ones."""
        if metric.inputs:
            self._wrong(metric, (*part, "inputs"), "has `inputs`, which belong to formulas, and a `dataset`")
        if metric.window is not None:
            self._check_length(metric, metric.window.last, (*part, "window", "last"))
            self._check_unit(metric, metric.window.to_date, (*part, "window", "to_date"))
            if metric.window.last is not None and metric.window.to_date is not None:
                self._wrong(metric, (*part, "window"), "has a `window` with both `last` and `to_date`. Keep one")
            if metric.valid is not None:
                self._wrong(metric, (*part, "window"), "is a stock (it has `valid`), and so takes no `window`")
        if metric.latest is not None:
            for name, inner in ((metric.latest.by, "by"), *((each, "per") for each in metric.latest.per)):
                column = parse_name(name)
                if column is None:
                    reason = "it should be the name of a field"
                    where = self.draft.where(*part, "latest", inner)
                    self.found.append(BadExpression(where, metric_owner(metric), name, reason))
                else:
                    self._names(scope, (column,), (*part, "latest", inner), metric, reads)

    def _parsed(self, metric: MetricDefinition, text: str, part: Part) -> Sql | None:
        sql = parse_expression(text)
        if isinstance(sql, Unparsable):
            shown = " ".join(text.split())[:60]
            self.found.append(BadExpression(self.draft.where(*part), metric_owner(metric), shown, sql.reason))
            return None
        self.found.extend(check_row_expression(self.draft, sql, part, metric_owner(metric)))
        return None if sql.has_query or sql.has_window else sql

    def _names(
        self, scope: Scope, used: tuple[exp.Column, ...], part: Part, metric: MetricDefinition, reads: _Reads
    ) -> None:
        self.found.extend(scope.check(used, part, metric_owner(metric)))
        reads.add(used)

    def _wrong(self, metric: MetricDefinition, part: Part, reason: str) -> None:
        self.found.append(MetricParts(self.draft.where(*part), metric.name, reason))


class _Reads:
    """Collects the datasets that expressions over rows of one dataset read, through the fields that they name."""

    def __init__(self, datasets: Mapping[str, Dataset], dataset: str) -> None:
        self._datasets = datasets
        self._dataset = dataset
        self._fields: set[tuple[str, str]] = set()
        self._found = {dataset}

    def add(self, used: Iterable[exp.Column]) -> None:
        """Columns of an expression over rows of the dataset."""
        todo = [(column.table or self._dataset, column.name) for column in used]
        while todo:
            each = todo.pop()
            dataset = self._datasets.get(each[0])
            if each in self._fields or dataset is None:
                continue
            self._fields.add(each)
            self._found.add(each[0])
            field = dataset.fields.get(each[1])
            if field is not None and field.definition.expression is not None:
                todo += [(column.table, column.name) for column in columns(field.expression) if column.table]

    def with_ways(self, joins: JoinPaths) -> frozenset[str]:
        """The datasets read, and those on the way to them."""
        paths = joins.paths.get(self._dataset, {})
        return frozenset(self._found | {step.target for target in self._found for step in paths.get(target, ())})


def metric_owner(metric: Metric | MetricDefinition) -> str:
    """What a problem calls a metric."""
    return f"metric '{metric.name}'"


def _sql(tree: exp.Expr) -> str:
    return str(tree.sql("duckdb"))


def _is_readable(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (ValueError, OverflowError):
        return False
    return True
