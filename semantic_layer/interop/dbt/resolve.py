"""A query in dbt's terms to its resolved form. Every problem is collected and raised at once as QueryError."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from semantic_layer.errors import Phrase, QueryError, QueryProblem, nearest
from semantic_layer.interop.dbt.bounds import time_range
from semantic_layer.interop.dbt.distinct import distinct_rows
from semantic_layer.interop.dbt.formulas import Formulas
from semantic_layer.interop.dbt.names import Names, Scope, SettledCondition
from semantic_layer.interop.dbt.passes import Asked, Conditions, PassMaker
from semantic_layer.interop.dbt.problems import NO_TIME, BadItem, NoSpine, NotTogether, under_two_names
from semantic_layer.interop.dbt.project import METRIC_TIME, DbtProject, Filter, Metric
from semantic_layer.interop.dbt.query import AskedMetric, DbtQuery, GroupBy
from semantic_layer.interop.dbt.reach import AmbiguousElementError, Reach
from semantic_layer.interop.dbt.resolved import ResolvedDbt
from semantic_layer.interop.dbt.rows import MetricTable, NoSpineError, UnknownEntityError
from semantic_layer.interop.dbt.shifts import TimeRange
from semantic_layer.interop.dbt.templates import Item, TemplateError, item_of_call, order_of_call
from semantic_layer.query.problems import AmbiguousPath, UnknownName, Unreachable
from semantic_layer.resolve.shown import Sort


def resolve(query: DbtQuery, project: DbtProject, reach: Reach, metric_table: MetricTable) -> ResolvedDbt:
    """The query, resolved. `metric_table` compiles the metrics that stand in filters. Raises QueryError."""
    resolver = _Resolver(project, reach, metric_table)
    try:
        resolved = resolver.resolve(query)
    except NoSpineError as error:
        resolver.problems.append(NoSpine("group_by", str(error)))
    except UnknownEntityError as error:
        resolver.problems.append(Unreachable("where", error.args[1], error.args[0]))
    except AmbiguousElementError as error:
        resolver.problems.append(AmbiguousPath("group_by", "the query", error.ways[0].split(" > ")[-1], error.ways))
    if resolver.problems:
        raise QueryError(*dict.fromkeys(resolver.problems))
    return resolved


class _Resolver:
    """Resolves one query."""

    def __init__(self, project: DbtProject, reach: Reach, metric_table: MetricTable) -> None:
        self.problems: list[QueryProblem] = []
        self._project, self._reach, self._metric_table = project, reach, metric_table
        self._names = Names(project, reach, self.problems)
        self._conditions: dict[tuple[str, Scope], SettledCondition | None] = {}
        self._keys: tuple[Item, ...] = ()
        self._aliases: dict[str, str] = {}

    def resolve(self, query: DbtQuery) -> ResolvedDbt:
        query = self._with_saved(query)
        metrics = self._metrics(query)
        asked = [item for index, each in enumerate(query.group_by) if (item := self._item(each, f"group_by[{index}]"))]
        self._stop()
        if not metrics:
            return self._groups_alone(query, asked)
        if query.min_max_only:
            reason = Phrase(
                "最小值和最大值只能针对一个分组，且没有指标",
                "The least and greatest value are of one group, without metrics",
            )
            self.problems.append(NotTogether("min_max_only", reason))
        if not query.is_distinct:
            reason = Phrase("指标的行就是各个分组，每个一行", "The rows of metrics are their groups, each once")
            self.problems.append(NotTogether("is_distinct", reason))
        scope = self._names.scope(metrics)
        self._keys = self._settled(asked, scope)
        conditions = self._where(query, scope)
        self._stop()
        bounds = self._bounds(query, scope)
        self._stop()
        passes = PassMaker(self._project, self._reach, self._names, self._metric_table, Asked(self._keys, bounds))
        makes = Formulas(self._project, self._names, passes, self._settle)
        formulas = {metric.name: makes.of(metric, conditions) for metric in metrics}
        keys = tuple(key.column for key in self._keys)
        self._named((*keys, *formulas))
        return ResolvedDbt(
            keys=keys,
            passes=tuple(passes.made.values()),
            formulas=formulas,
            distinct=None,
            is_distinct=True,
            min_max_only=False,
            sorts=self._sorts(query, (*keys, *formulas)),
            limit=query.limit,
            aliases=self._aliases,
        )

    def _stop(self) -> None:
        if self.problems:
            raise QueryError(*dict.fromkeys(self.problems))

    # ---- what the query says ----

    def _with_saved(self, query: DbtQuery) -> DbtQuery:
        if query.saved_query is None:
            return query
        saved = self._project.saved_queries.get(query.saved_query.lower())
        if saved is None:
            found = nearest(query.saved_query, self._project.saved_queries)
            raise QueryError(UnknownName("saved_query", "saved query", query.saved_query, found))
        return query.model_copy(
            update={
                "metrics": (*saved.metrics, *query.metrics),
                "group_by": (*saved.group_by, *query.group_by),
                "where": (*(each.template for each in saved.filters), *query.where),
                "saved_query": None,
                "order_by": query.order_by or saved.order_by,
                "limit": query.limit if query.limit is not None else saved.limit,
            }
        )

    def _metrics(self, query: DbtQuery) -> list[Metric]:
        found: dict[str, Metric] = {}
        for index, given in enumerate(query.metrics):
            asked = AskedMetric(name=given) if isinstance(given, str) else given
            metric = self._project.metrics.get(asked.name.lower())
            if metric is None:
                near = nearest(asked.name, self._project.metrics)
                self.problems.append(UnknownName(f"metrics[{index}]", "metric", asked.name, near))
                continue
            if metric.name in found and self._aliases.get(metric.name) != asked.alias:
                self.problems.append(NotTogether(f"metrics[{index}]", under_two_names(metric.name)))
            found[metric.name] = metric
            if asked.alias is not None:
                self._aliases[metric.name] = asked.alias
        return list(found.values())

    def _named(self, columns: tuple[str, ...]) -> None:
        """Take in the aliases of the groups; every column has a name of its own."""
        self._aliases |= {key.column: key.alias for key in self._keys if key.alias is not None}
        names = [self._aliases.get(each, each) for each in columns]
        for name in dict.fromkeys(each for each in names if names.count(each) > 1):
            reason = Phrase(f"有两列叫“{name}”", f"Two columns are named '{name}'")
            self.problems.append(NotTogether("group_by", reason))
        self._stop()

    def _item(self, given: str | GroupBy, part: str) -> Item | None:
        text = given if isinstance(given, str) else given.name
        try:
            item = item_of_call(text, self._names.grains)
        except TemplateError as error:
            self.problems.append(BadItem(part, text, error.reason))
            return None
        if item.kind == "metric":
            reason = Phrase(
                "分组只能用维度和实体；指标要写在筛选条件里",
                "groups are dimensions and entities; a metric goes into a filter",
            )
            self.problems.append(BadItem(part, text, reason))
            return None
        if isinstance(given, str):
            return item
        if given.grain is not None:
            item = replace(item, grain=given.grain.lower())
        if given.date_part is not None:
            item = replace(item, date_part=given.date_part.lower(), grain=None)
        return replace(item, alias=given.alias)

    def _settled(self, asked: Iterable[Item], scope: Scope) -> tuple[Item, ...]:
        settled = [self._names.settled(item, scope, f"group_by[{index}]") for index, item in enumerate(asked)]
        return self._names.each_once(settled)

    def _where(self, query: DbtQuery, scope: Scope) -> Conditions:
        found = [self._condition(each, scope, f"where[{index}]") for index, each in enumerate(query.where)]
        return tuple(each for each in found if each is not None)

    def _condition(self, template: str, scope: Scope, part: str) -> SettledCondition | None:
        # the same object for the same filter, so that measures over the same rows are one pass
        if (template, scope) not in self._conditions:
            self._conditions[template, scope] = self._names.condition(template, scope, part)
        return self._conditions[template, scope]

    def _settle(self, filters: Iterable[Filter], scope: Scope, part: str) -> Conditions:
        found = [self._condition(each.template, scope, f"{part} ({each.where})") for each in filters]
        return tuple(each for each in found if each is not None)

    def _bounds(self, query: DbtQuery, scope: Scope) -> TimeRange | None:
        if query.time_constraint is None:
            return None
        asked = [key.grain for key in self._keys if key.name == METRIC_TIME and key.grain is not None]
        units = [self._project.customs[each].grain if each in self._project.customs else each for each in asked]
        finest = min(units or [scope.default_grain], key=self._project.grain_rank)
        found = time_range(query.time_constraint, finest)
        if isinstance(found, str):
            self.problems.append(BadItem("time_constraint", found, NO_TIME))
            return None
        return found

    def _sorts(self, query: DbtQuery, columns: tuple[str, ...]) -> tuple[Sort, ...]:
        found = []
        for index, text in enumerate(query.order_by):
            part = f"order_by[{index}]"
            try:
                order = order_of_call(text, self._names.grains)
            except TemplateError as error:
                self.problems.append(BadItem(part, text, error.reason))
                continue
            column = self._column(order.item, columns)
            if column is None:
                near = nearest(order.item.column, columns)
                self.problems.append(UnknownName(part, "column", order.item.column, near))
            else:
                found.append(Sort(self._aliases.get(column, column), order.descending))
        return tuple(found)

    def _column(self, item: Item, columns: tuple[str, ...]) -> str | None:
        """The output column that an item to sort by means: the group of that name, at whatever grain it has."""
        for column, alias in self._aliases.items():
            if alias.lower() == item.column:
                return column
        if item.column in columns:
            return item.column
        for key in self._keys:
            same_grain = item.grain in (None, key.grain) and item.date_part in (None, key.date_part)
            ends_alike = not item.links or key.links[-len(item.links) :] == item.links
            if key.name == item.name and ends_alike and same_grain:
                return key.column
        return None

    # ---- groups without metrics ----

    def _groups_alone(self, query: DbtQuery, asked: list[Item]) -> ResolvedDbt:
        if query.min_max_only and (len(asked) != 1 or query.limit is not None or query.order_by):
            reason = Phrase(
                "最小值和最大值只能针对一个分组，且不排序", "The least and greatest value are of one group, unordered"
            )
            self.problems.append(NotTogether("min_max_only", reason))
            self._stop()
        found = distinct_rows(query, asked, self._project, self._reach, self._names, self._metric_table)
        self._stop()
        assert found is not None, "a problem was noted"
        self._keys, rows = found
        keys = tuple(key.column for key in self._keys)
        self._named(keys)
        return ResolvedDbt(
            keys=keys,
            passes=(),
            formulas={},
            distinct=rows,
            is_distinct=query.is_distinct,
            min_max_only=query.min_max_only,
            sorts=self._sorts(query, keys),
            limit=query.limit,
            aliases=self._aliases,
        )
