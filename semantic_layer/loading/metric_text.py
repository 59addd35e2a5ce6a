"""One metric's own text: its expression, filter, times and inner values parsed, and every name in them checked.

What its inputs make of it (stock, additive, circles) is `metrics.py`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.loading.gives import check_gives_number, check_holds, check_number, check_single_rows
from semantic_layer.loading.lengths import is_length, is_period
from semantic_layer.loading.parsed_metric import MetricText, metric_owner
from semantic_layer.loading.problems.definitions import (
    BadAmongPeriod,
    BadDefaultPeriod,
    BadExpression,
    BadLength,
    MetricAmongRows,
    MetricParts,
    MisplacedAggregate,
)
from semantic_layer.loading.problems.metrics import (
    A_FIELD,
    INPUTS_OF_ROWS,
    NEVER_VALID,
    NO_EXPRESSION,
    NO_FIELDS,
    NO_METRIC,
    NO_ROWS,
    NO_SUCH_KEY,
    PER_ABOVE,
    PER_NO_KEY,
    PER_NO_VALUES,
    PER_TWICE,
    RANKED_WITHIN_ITSELF,
    WHOSE_ROWS,
    filter_of,
    input_of,
)
from semantic_layer.loading.problems.names import (
    BadName,
    UnknownDataset,
    UnknownEntity,
    UnknownGrain,
    UnknownMetric,
)
from semantic_layer.loading.reads import Reads
from semantic_layer.loading.references import (
    Scope,
    as_sql,
    check_dimension,
    check_grain,
    check_inner_names,
    check_kinds,
    check_no_bucket,
    check_row_expression,
    declared_kind,
)
from semantic_layer.loading.shifts import misfits_of_input, misfits_of_window
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import with_kinds
from semantic_layer.loading.ways import Ways
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import Among, MetricDefinition, PerEntity, Rank
from semantic_layer.model.entity_conditions import ALL, BadConditionError, condition_of, metrics_of
from semantic_layer.model.joins import JoinPaths
from semantic_layer.model.model import Dataset
from semantic_layer.model.names import parse_name
from semantic_layer.query.result import ColumnType
from semantic_layer.sql.parsing import Sql, Unparsable, parse_expression
from semantic_layer.time.periods import GRAINS

_ROW_KEYS = ("via", "filter", "among", "time", "valid", "per", "window", "latest")


@dataclass(frozen=True)
class MetricReader:
    """Reads the texts of metrics. `metrics` holds the names of all, `filterable` those of dimensions and keys of
    entities, `entities` the dataset of each; problems are added to `found`."""

    draft: Draft
    datasets: Mapping[str, Dataset]
    joins: JoinPaths
    ways: Ways
    metrics: Collection[str]
    filterable: Collection[str]
    entities: Mapping[str, str]
    found: list[DefinitionProblem]

    def read(self, metric: MetricDefinition, part: Part) -> MetricText:
        """The text of one metric; of what has a problem, nothing."""
        period = metric.default_period
        if period is not None and not is_period(period, self._own_grains()):
            where = self.draft.where(*part, "default_period")
            self.found.append(BadDefaultPeriod(where, metric.name, period))
        if metric.transition is not None:
            self._check_alone(metric, "transition", part)
            return MetricText(inputs=(metric.transition.of, metric.transition.who))
        if metric.conversion is not None:
            self._check_alone(metric, "conversion", part)
            self._check_length(metric, metric.conversion.within, (*part, "conversion", "within"), own=False)
            return MetricText(inputs=(metric.conversion.of, metric.conversion.to))
        if metric.rank is not None:
            self._check_alone(metric, "rank", part)
            return self._ranked(metric, metric.rank, (*part, "rank"))
        if metric.expression is None:
            self._wrong(metric, part, NO_EXPRESSION)
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

    def scope(self, metric: MetricDefinition, dataset: str) -> Scope:
        """What the text of a metric over rows of the dataset may speak of."""
        return Scope(self.draft, self.datasets, self.ways.get((dataset, metric.via), self.joins), dataset)

    def unknown_metric(self, part: Part, owner: Phrase, name: str, more: Collection[str] = ()) -> None:
        """Report that there is no such metric (nor one of the names in `more`), where that is known."""
        if "metrics" not in self.draft.gaps:
            near = nearest(name, (*self.metrics, *more))
            self.found.append(UnknownMetric(self.draft.where(*part), owner, name, near))

    def _check_alone(self, metric: MetricDefinition, kind: str, part: Part) -> None:
        """A transition or conversion is made of two metrics and has nothing of its own."""
        others = ("dataset", "expression", *_ROW_KEYS, "inputs", "transition", "conversion", "rank")
        extra = next((key for key in others if key != kind and getattr(metric, key)), None)
        if extra is not None:
            self._wrong(metric, (*part, extra), NO_SUCH_KEY.of(kind=kind, key=extra))

    def _check_length(self, metric: MetricDefinition, text: str | None, part: Part, *, own: bool = True) -> None:
        """A length of time; in units of the model's own too, where `own` says so."""
        known = self._own_grains() if own else ()
        if text is not None and not is_length(text, known):
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
            if getattr(metric, key) not in (None, ()):
                self._wrong(metric, (*part, key), NO_ROWS.of(key=key))
        stands_on = [self._check_input(metric, name, (*part, "inputs", name)) for name in metric.inputs]
        part = (*part, "expression")
        sql = self._parsed(metric, text, part)
        if sql is None:
            return MetricText()
        owner = metric_owner(metric)
        self.found.extend(check_no_bucket(self.draft, sql, part, owner))
        if sql.aggregates:
            self.found.append(MisplacedAggregate(self.draft.where(*part), owner, as_sql(sql.aggregates[0]), WHOSE_ROWS))
            return MetricText()
        for column in sql.columns:
            if column.table:
                self.found.append(BadExpression(self.draft.where(*part), owner, as_sql(column), NO_FIELDS))
            elif column.name not in self.metrics and column.name not in metric.inputs:
                self._not_a_metric(part, owner, column.name, metric.inputs)
        self.found.extend(check_number(self.draft, with_kinds(sql.tree, lambda _: "number"), part, owner))
        if not sql.columns:
            self._wrong(metric, part, NO_METRIC)
        named = (column.name for column in sql.columns if column.name not in metric.inputs)
        names = [name for name in named if name in self.metrics]
        narrowing = (each.among for each in metric.inputs.values() if each.among is not None)
        return MetricText(
            expression=sql.tree,
            inputs=tuple(dict.fromkeys((*names, *stands_on))),
            conditions=tuple(dict.fromkeys(name for each in narrowing for name in metrics_of(each))),
        )

    def _ranked(self, metric: MetricDefinition, rank: Rank, part: Part) -> MetricText:
        """The place of a group by another metric."""
        for key, name in (("of", rank.of), *(("within", each) for each in rank.within)):
            column, where, owner = exp.column(name), (*part, key), metric_owner(metric)
            self.found.extend(check_dimension(self.draft, column, self.datasets, self.filterable, where, owner))
        if rank.of in rank.within:
            self._wrong(metric, (*part, "within"), RANKED_WITHIN_ITSELF.of(name=rank.of))
        if rank.by not in self.metrics:
            self.unknown_metric((*part, "by"), metric_owner(metric), rank.by)
            return MetricText()
        return MetricText(expression=exp.column(rank.by), inputs=(rank.by,))

    def _not_a_metric(self, part: Part, owner: Phrase, name: str, inputs: Collection[str]) -> None:
        """A name in a formula that is no metric's: a field's, or nothing's."""
        home = next((each.name for each in self.datasets.values() if name in each.fields), None)
        if home is None or nearest(name, (*self.metrics, *inputs)):
            self.unknown_metric(part, owner, name, inputs)
        else:
            self.found.append(MetricAmongRows(self.draft.where(*part), owner, name, home, is_metric=False))

    def _check_input(self, metric: MetricDefinition, name: str, part: Part) -> str:
        """The metric that an input stands for."""
        used = metric.inputs[name]
        if not name.isidentifier():
            self.found.append(BadName(self.draft.where(*part), Phrase("指标的输入", "metric's input"), name))
        if used.metric not in self.metrics:
            self.unknown_metric((*part, "metric"), metric_owner(metric), used.metric)
        self._check_length(metric, used.offset, (*part, "offset"))
        self._check_unit(metric, used.at_start_of, (*part, "at_start_of"))
        for name_over in used.over if isinstance(used.over, tuple) else ():
            column, where, owner = exp.column(name_over), (*part, "over"), metric_owner(metric)
            self.found.extend(check_dimension(self.draft, column, self.datasets, self.filterable, where, owner))
        self._check_length(metric, used.average_of, (*part, "average_of"))
        datasets = self.datasets if not self.draft.unread else None
        for reason in misfits_of_input(name, used, self.draft.definition.grains, datasets):
            self._wrong(metric, part, reason)
        sql = self._parsed(metric, used.filter, (*part, "filter")) if used.filter is not None else None
        for column in sql.columns if sql is not None else ():
            where, owner = (*part, "filter"), metric_owner(metric)
            self.found.extend(check_dimension(self.draft, column, self.datasets, self.filterable, where, owner))
        if sql is not None and not self.draft.unread:
            self._check_input_kinds(metric, sql, (*part, "filter"))
        if used.among is not None:
            self._check_among(metric, used.among, (*part, "among"))
        return used.metric

    def _check_input_kinds(self, metric: MetricDefinition, sql: Sql, part: Part) -> None:
        def kind(column: exp.Column) -> ColumnType | None:
            homes = [self.datasets[column.table]] if column.table in self.datasets else self.datasets.values()
            fields = [each.fields[column.name] for each in homes if column.name in each.fields]
            kinds = {declared_kind(each) for each in fields}
            return kinds.pop() if len(kinds) == 1 else None

        tree = with_kinds(sql.tree, kind)
        self.found.extend(check_kinds(self.draft, tree, part, metric_owner(metric)))
        self.found.extend(check_holds(self.draft, tree, part, metric_owner(metric)))
        owner = filter_of(input_of(metric_owner(metric)))
        self.found.extend(check_single_rows(self.draft, sql, part, owner, "`among`"))

    def _simple(self, metric: MetricDefinition, text: str, dataset: str, part: Part) -> MetricText:
        scope = self.scope(metric, dataset)
        reads = Reads(self.datasets, dataset)
        inner_part = (*part, "expression")
        sql = self._parsed(metric, text, inner_part)
        if sql is not None:
            self.found.extend(check_grain(self.draft, sql, inner_part, metric_owner(metric)))
            if metric.per is None:
                self._names(scope, sql.columns, inner_part, metric, reads)
                self.found.extend(scope.check_values(sql, inner_part, metric_owner(metric)))
                tree = scope.with_kinds(sql.tree)
                self.found.extend(check_gives_number(self.draft, tree, inner_part, metric_owner(metric)))
            else:
                known = (*metric.per.values, *metric.per.above, *metric.per.key)
                self.found.extend(check_inner_names(self.draft, sql, known, inner_part, metric_owner(metric)))
                tree = with_kinds(sql.tree, lambda _: None)
                self.found.extend(check_number(self.draft, tree, inner_part, metric_owner(metric)))
        filtered = self._filter(scope, metric, metric.filter, (*part, "filter"), reads)
        if metric.among is not None:
            self._check_among(metric, metric.among, (*part, "among"), scope)
        if metric.per is not None:
            self._check_per(scope, metric, metric.per, (*part, "per"), reads)
        self._check_times(scope, metric, part, reads)
        self._check_window(scope, metric, part, reads)
        return MetricText(
            expression=sql.tree if sql is not None else None,
            filter=filtered,
            datasets=reads.with_ways(scope.joins),
            conditions=metrics_of(metric.among) if metric.among is not None else (),
        )

    def _check_among(self, metric: MetricDefinition, among: Among, part: Part, scope: Scope | None = None) -> None:
        """The entity is one that the rows know, and the condition compares metrics with numbers."""
        where, owner = self.draft.where, metric_owner(metric)
        target = self.entities.get(among.entity)
        if target is None:
            if "entities" not in self.draft.gaps:
                near = nearest(among.entity, self.entities)
                self.found.append(UnknownEntity(where(*part, "entity"), owner, among.entity, near))
        elif scope is not None and target in self.datasets:
            self.found.extend(scope.check_reach(target, (*part, "entity"), owner))
        for name in metrics_of(among):
            if name not in self.metrics:
                self.unknown_metric((*part, "having"), owner, name)
        if among.period != ALL and not is_period(among.period, self._own_grains()):
            self.found.append(BadAmongPeriod(where(*part, "period"), owner, among.period))
        try:
            condition_of(among.model_copy(update={"period": ALL}), self.draft.definition.parameters, date(2000, 1, 1))
        except BadConditionError as error:
            self.found.append(BadExpression(where(*part, "having"), owner, error.text, error.reason))

    def _filter(
        self, scope: Scope, metric: MetricDefinition, text: str | None, part: Part, reads: Reads
    ) -> exp.Expr | None:
        sql = self._parsed(metric, text, part) if text is not None else None
        if sql is None:
            return None
        keys = "`per`, `among`"
        self.found.extend(check_single_rows(self.draft, sql, part, filter_of(metric_owner(metric)), keys))
        self._names(scope, sql.columns, part, metric, reads)
        self.found.extend(scope.check_values(sql, part, metric_owner(metric)))
        self.found.extend(check_holds(self.draft, scope.with_kinds(sql.tree), part, metric_owner(metric)))
        return sql.tree

    def _check_per(self, scope: Scope, metric: MetricDefinition, per: PerEntity, part: Part, reads: Reads) -> None:
        for text in per.key:
            key = parse_name(text)
            if key is not None:
                self._names(scope, (key,), (*part, "key"), metric, reads)
            else:
                where = self.draft.where(*part, "key")
                self.found.append(BadExpression(where, metric_owner(metric), text, A_FIELD))
        if not per.key:
            self._wrong(metric, (*part, "key"), PER_NO_KEY)
        if not per.values:
            self._wrong(metric, (*part, "values"), PER_NO_VALUES)
        for name in (each for each in per.values if each in per.key):
            self._wrong(metric, (*part, "values", name), PER_TWICE.of(name=name))
        for name, value in per.above.items():
            if value not in per.values or name in (*per.values, *per.key):
                self._wrong(metric, (*part, "above", name), PER_ABOVE.of(name=name))
        for name, text in per.values.items():
            inner = (*part, "values", name)
            sql = self._parsed(metric, text, inner)
            if sql is not None:
                self.found.extend(check_grain(self.draft, sql, inner, metric_owner(metric)))
                self._names(scope, sql.columns, inner, metric, reads)
                self.found.extend(scope.check_values(sql, inner, metric_owner(metric)))

    def _check_times(self, scope: Scope, metric: MetricDefinition, part: Part, reads: Reads) -> None:
        named: list[tuple[Part, str]] = []
        if metric.time is not None:
            named.append(((*part, "time"), metric.time))
        if metric.valid is not None:
            named.append(((*part, "valid", "from"), metric.valid.since))
            if metric.valid.until is not None:
                named.append(((*part, "valid", "until"), metric.valid.until))
        if metric.valid is not None and metric.valid.since == metric.valid.until:
            self._wrong(metric, (*part, "valid"), NEVER_VALID)
        for place, name in named:
            self.found.extend(scope.check_time(name, place, metric_owner(metric)))
        default = self.datasets[scope.dataset].definition.time
        for name in [name for _, name in named] or ([default] if default is not None else []):
            column = parse_name(name)
            if column is not None:
                reads.add((column,))

    def _check_window(self, scope: Scope, metric: MetricDefinition, part: Part, reads: Reads) -> None:
        """Which of the rows that are placed in time count: a window before each bucket's end, the latest ones."""
        if metric.inputs:
            self._wrong(metric, (*part, "inputs"), INPUTS_OF_ROWS)
        if metric.window is not None:
            self._check_length(metric, metric.window.last, (*part, "window", "last"))
            self._check_length(metric, metric.window.next, (*part, "window", "next"))
            self._check_unit(metric, metric.window.to_date, (*part, "window", "to_date"))
            for reason in misfits_of_window(metric.window, is_stock=metric.valid is not None):
                self._wrong(metric, (*part, "window"), reason)
        if metric.latest is not None:
            for name, inner in ((metric.latest.by, "by"), *((each, "per") for each in metric.latest.per)):
                column = parse_name(name)
                if column is None:
                    where = self.draft.where(*part, "latest", inner)
                    self.found.append(BadExpression(where, metric_owner(metric), name, A_FIELD))
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
        self, scope: Scope, used: tuple[exp.Column, ...], part: Part, metric: MetricDefinition, reads: Reads
    ) -> None:
        self.found.extend(scope.check(used, part, metric_owner(metric)))
        reads.add(used)

    def _wrong(self, metric: MetricDefinition, part: Part, reason: Phrase) -> None:
        self.found.append(MetricParts(self.draft.where(*part), metric.name, reason))
