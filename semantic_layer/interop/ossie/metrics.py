"""Metrics of a document to ours: one aggregate over one dataset, or a formula over hidden ones, one for each aggregate.

Each aggregate is taken over the rows of the dataset whose fields it reads; where it reads several, over those from
which the others are reached without multiplying rows. So a metric that spans facts adds up each fact alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.interop.ossie.datasets import Dataset
from semantic_layer.interop.ossie.document import Found
from semantic_layer.interop.ossie.kinds import counted
from semantic_layer.interop.ossie.names import Taken, look_up, slug
from semantic_layer.interop.ossie.problems import AmbiguousReference, NotCarriedOver, Renamed, UnknownReference
from semantic_layer.interop.ossie.spec import OssieMetric
from semantic_layer.interop.ossie.words import both, left_behind, synonyms_of
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import MetricDefinition
from semantic_layer.model.joins import JoinPaths, written
from semantic_layer.sql.parsing import Sql, Unparsable, columns, survey
from semantic_layer.time.periods import GRAINS


@dataclass(frozen=True)
class Measured:
    """A metric of ours, where it stands in the document, and which of the document's it belongs to."""

    definition: MetricDefinition
    part: Part
    of: str


class _UnsayableError(Exception):
    """Why a metric cannot be carried over."""

    def __init__(self, problem: DefinitionProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class MetricConverter:
    """Converts the metrics of one model; problems and remarks go to the list given."""

    def __init__(
        self,
        found: Found,
        parsed: Mapping[str, Sql],
        datasets: Mapping[str, Dataset],
        joins: JoinPaths,
        problems: list[DefinitionProblem],
    ) -> None:
        self._found, self._parsed, self._datasets, self._joins = found, parsed, datasets, joins
        self._problems = problems
        self._taken = Taken(GRAINS)
        self._called = {each.name: self._taken.give(slug(each.name, "metric")) for each in found.model.metrics}
        self._simple: dict[tuple[str, str], str] = {}

    def metrics(self) -> tuple[Measured, ...]:
        """Every metric that our format can say, each formula after its hidden parts."""
        placed: dict[str, _Placed] = {}
        for place, metric in enumerate(self._found.model.metrics):
            if metric.name not in self._parsed:
                continue
            try:
                placed[metric.name] = self._place(metric, ("metrics", place))
            except _UnsayableError as error:
                self._problems.append(error.problem)
        for name, each in placed.items():
            if each.home is not None:
                # a formula speaks of a metric that people know rather than of a hidden one like it
                self._simple.setdefault((each.home, _unqualified(each.tree, each.home)), self._called[name])
        made: list[Measured] = []
        for place, metric in enumerate(self._found.model.metrics):
            if metric.name in placed:
                made.extend(self._made(metric, placed[metric.name], ("metrics", place)))
        return tuple(made)

    # ---- where aggregates stand ----

    def _place(self, metric: OssieMetric, part: Part) -> _Placed:
        scope = _Scope(self, metric, self._found.where(*part, "expression"))
        sql = self._parsed[metric.name]
        scope.check_form(sql)
        tree: exp.Expr = sql.tree.copy()
        named = [column for column in columns(tree) if not isinstance(column.this, exp.Star)]
        known = {id(column): scope.column(column) for column in named}

        def put_in(node: exp.Expr) -> exp.Expr:
            return known.get(id(node), node)

        tree = tree.transform(put_in, copy=False)
        sources = [column for column in known.values() if not column.table]
        held = survey(tree)
        assert not isinstance(held, Unparsable), "it was not too deep before"
        loose = [each for each in held.loose if each.table]
        if loose:
            names = ", ".join(str(each.sql("duckdb")) for each in loose)
            raise scope.unsayable(
                f"它在聚合之外用了 {names}，旁边又有聚合", f"it uses {names} outside of an aggregate, beside one"
            )
        if not held.aggregates and not sources:
            raise scope.unsayable("它没有聚合", "it does not aggregate")
        homes = {id(each): scope.home(each) for each in held.aggregates}
        settled = {home for home in homes.values() if home is not None}
        if None in homes.values():
            if len(settled) != 1 and len(self._datasets) == 1:
                settled = {each.rows.ours for each in self._datasets.values()}
            if len(settled) != 1:
                raise scope.unsayable(
                    "它数行，却没有说是哪个数据集的；请写 COUNT(dataset.key)",
                    "it counts rows without saying of which dataset; write COUNT(dataset.key)",
                )
            homes = {place: home or next(iter(settled)) for place, home in homes.items()}
        whole = next(iter(settled)) if len(settled) == 1 and not sources else None
        return _Placed(tree, {place: home for place, home in homes.items() if home is not None}, whole)

    # ---- definitions ----

    def _made(self, metric: OssieMetric, placed: _Placed, part: Part) -> list[Measured]:
        name = self._called[metric.name]
        where, owner = self._found.where(*part), thing("metric", metric.name)
        if name != metric.name:
            self._problems.append(Renamed(where, owner, name))
        self._problems += left_behind(metric.ai_context, where, owner)
        words = synonyms_of(metric.ai_context, *([metric.name] if name != metric.name else []))
        definition = MetricDefinition(name=name, synonyms=words, description=both(metric.description))
        if placed.home is not None:
            text = _unqualified(placed.tree, placed.home)
            definition = definition.model_copy(update={"dataset": placed.home, "expression": text})
            return [Measured(definition, part, metric.name)]
        hidden: list[Measured] = []
        formula = placed.tree.transform(lambda node: self._part(node, placed, name, hidden, part, metric), copy=False)
        definition = definition.model_copy(update={"expression": formula.sql("duckdb")})
        return [*hidden, Measured(definition, part, metric.name)]

    def _part(
        self, node: exp.Expr, placed: _Placed, name: str, hidden: list[Measured], part: Part, metric: OssieMetric
    ) -> exp.Expr:
        """An aggregate as the name of the metric that it is, made where there is none yet."""
        home = placed.homes.get(id(node))
        if home is None:
            return node
        text = _unqualified(node, home)
        if (home, text) not in self._simple:
            own = self._taken.give(f"{name}__{len(hidden) + 1}")
            definition = MetricDefinition(name=own, dataset=home, expression=text, hidden=True)
            hidden.append(Measured(definition, part, metric.name))
            self._simple[home, text] = own
        return exp.column(self._simple[home, text])

    # ---- what a metric's scope asks ----

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """The datasets by their names in the document."""
        return self._datasets

    @property
    def called(self) -> Mapping[str, str]:
        """Our names for the metrics."""
        return self._called

    @property
    def joins(self) -> JoinPaths:
        """The ways from dataset to dataset, by our names."""
        return self._joins


@dataclass(frozen=True, eq=False)
class _Placed:
    """A metric's expression over our fields. `homes` gives each aggregate's dataset by the node's id; `home` is set
    where the whole expression is over one dataset."""

    tree: exp.Expr
    homes: Mapping[int, str]
    home: str | None


@dataclass(frozen=True, eq=False)
class _Scope:
    """One metric's expression, and what it may speak of."""

    converter: MetricConverter
    metric: OssieMetric
    where: str

    @property
    def owner(self) -> Phrase:
        return thing("metric", self.metric.name)

    def unsayable(self, zh: str, en: str) -> _UnsayableError:
        """The error for a reason."""
        return _UnsayableError(NotCarriedOver(self.where, self.owner, Phrase(zh, en)))

    def check_form(self, sql: Sql) -> None:
        """Refuse what no metric of ours may hold."""
        if sql.has_query:
            raise self.unsayable("里面有查询", "it holds a query of its own")
        if sql.has_window:
            raise self.unsayable("里面有窗口函数", "it holds a window function")
        if sql.nested is not None:
            raise self.unsayable(
                f"它对聚合 {sql.nested.sql('duckdb')} 再聚合", f"it aggregates an aggregate, {sql.nested.sql('duckdb')}"
            )

    def column(self, column: exp.Column) -> exp.Column:
        """A column as `dataset.field` in our words, or as the name of a metric."""
        if column.args.get("db") is not None:
            raise self.unsayable(
                f"“{column.sql('duckdb')}”既不是“field”也不是“dataset.field”",
                f"'{column.sql('duckdb')}' is neither 'field' nor 'dataset.field'",
            )
        datasets = self.converter.datasets
        if column.table:
            dataset = look_up(datasets, column.table)
            if dataset is None:
                raise self._unknown("dataset", column.table, tuple(datasets))
            return self._field(dataset, column.name)
        is_inside = column.find_ancestor(exp.AggFunc, exp.Filter, exp.WithinGroup) is not None
        metric = look_up(self.converter.called, column.name)
        if metric is not None and not is_inside:
            return exp.column(metric)
        homes = [each for each in datasets.values() if look_up(each.rows.called, column.name) is not None]
        if len(homes) > 1:
            names = tuple(each.rows.name for each in homes)
            raise _UnsayableError(AmbiguousReference(self.where, self.owner, column.name, names))
        if not homes:
            known = {name for each in datasets.values() for name in each.rows.called}
            raise self._unknown("field", column.name, (*known, *self.converter.called))
        return self._field(homes[0], column.name)

    def _field(self, dataset: Dataset, name: str) -> exp.Column:
        called = look_up(dataset.rows.called, name)
        if called is None:
            called = _showing(dataset, name)
        if called is None:
            known = tuple(f"{dataset.rows.name}.{each}" for each in dataset.rows.called)
            raise self._unknown("field", f"{dataset.rows.name}.{name}", known)
        return exp.column(called, table=dataset.rows.ours)

    def home(self, aggregate: exp.Expr) -> str | None:
        """The dataset over whose rows the aggregate is taken; None where it names none."""
        read = list(dict.fromkeys(self._owners(aggregate)))
        if len(read) < 2:
            return read[0] if read else None
        paths = self.converter.joins.paths
        fitting = [each for each in read if all(other == each or other in paths.get(each, {}) for other in read)]
        if len(fitting) > 1:  # one to one with each other: the rows are those whose values are taken in
            valued = {column.table for column in counted(aggregate)}
            fitting = [each for each in fitting if each in valued]
        if len(fitting) == 1:
            return fitting[0]
        for pair, ways in self.converter.joins.ambiguous.items():
            if set(pair) <= set(read):
                told = "; ".join(written(way) for way in ways)
                raise self.unsayable(
                    f"从“{pair[0]}”到“{pair[1]}”有几条路径：{told}",
                    f"several ways lead from '{pair[0]}' to '{pair[1]}': {told}",
                )
        text, names = aggregate.sql("duckdb"), " and ".join(f"'{each}'" for each in read)
        raise self.unsayable(
            f"{text} 读取 {names}，而没有关系能连接它们又不使行数成倍增加",
            f"{text} reads {names}, which no relationships join without multiplying rows",
        )

    def _owners(self, aggregate: exp.Expr) -> Iterator[str]:
        for column in columns(aggregate):
            if isinstance(column.this, exp.Star):
                dataset = look_up(self.converter.datasets, column.table)
                if dataset is None:
                    raise self._unknown("dataset", column.table, tuple(self.converter.datasets))
                yield dataset.rows.ours
            else:
                yield column.table

    def _unknown(self, kind: str, name: str, known: tuple[str, ...]) -> _UnsayableError:
        return _UnsayableError(UnknownReference(self.where, self.owner, kind, name, nearest(name, known)))


def _showing(dataset: Dataset, column: str) -> str | None:
    """The field that shows a column of the table as it is."""
    for field in dataset.definition.fields:
        shown = field.name if field.expression is None else field.expression.strip('"')
        if shown.casefold() == column.casefold():
            return field.name
    return None


def _unqualified(tree: exp.Expr, home: str) -> str:
    """The expression over rows of its dataset: fields of that one alone without its name."""

    def stripped(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and (node.table == home or isinstance(node.this, exp.Star)):
            return exp.Star() if isinstance(node.this, exp.Star) else exp.column(node.name)
        return node

    return str(tree.copy().transform(stripped, copy=False).sql("duckdb"))
