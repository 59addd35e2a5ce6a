"""Does a model fit a database? Tables are there, every expression runs, keys that joins rely on are unique.

Nothing is counted or read but for the keys: expressions are run over no row, which is enough for a database to refuse
a wrong one. What needs a missing table is told, and the rest is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.database.calendars import ModelCalendars
from semantic_layer.database.check_data import joins_nothing, missing_codes
from semantic_layer.database.columns import columns_of, shorter_names
from semantic_layer.engines.problems import StatementFailed
from semantic_layer.engines.protocol import Engine, RawTable
from semantic_layer.errors import DefinitionProblem, EngineError, Phrase, QueryError, nearest, problem, thing
from semantic_layer.loading.problems.joins import relationship
from semantic_layer.loading.unchecked import Where
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import FieldType
from semantic_layer.model.model import Dataset, Field, Metric, Model, Step, Validity
from semantic_layer.query.time_problems import BrokenCalendar
from semantic_layer.resolve.binding import BUCKET_PARAMETERS, Binder, MissingColumnError, substitute
from semantic_layer.sql.nodes import aliased, any_of, day_literal, grouped, select_from, subquery

# any day will do where no row is read
_SOME_DAY = date(2020, 1, 1)
_FEW = 8
_LIKE: dict[str, frozenset[FieldType]] = {
    "integer": frozenset({"integer", "number", "boolean"}),
    "number": frozenset({"integer", "number"}),
    "date": frozenset({"date", "timestamp"}),
    "timestamp": frozenset({"date", "timestamp"}),
    "text": frozenset({"text"}),
    "boolean": frozenset({"boolean"}),
}


@problem(
    "dataset_unavailable",
    zh="数据集“{dataset}”不可用：数据库里没有表 {tables:quoted}。[{nearest:offer}|数据库里有：{there:quoted}。]",
    en="dataset '{dataset}' is not available: the database has no table {tables:quoted}."
    "[{nearest:offer}| It has {there:quoted}.]",
)
class DatasetUnavailable(DefinitionProblem):
    """A dataset that this database cannot fill: tables are missing. What does not need it works. Where there is a table
    of nearly that name, the name is taken to be mistyped."""

    dataset: str
    tables: tuple[str, ...]
    nearest: tuple[str, ...] = ()
    there: tuple[str, ...] = ()


@problem(
    "missing_column",
    zh="“{dataset}”的表里没有{owner}需要的列“{column}”。[{nearest:offer}|它有这些列：{there:quoted}。]",
    en="the table of '{dataset}' has no column '{column}', which {owner} needs."
    "[{nearest:offer}| It has {there:quoted}.]",
)
class MissingColumn(DefinitionProblem):
    """A column that the database's table does not have."""

    owner: Phrase
    dataset: str
    column: str
    nearest: tuple[str, ...]
    there: tuple[str, ...]


@problem(
    "does_not_run",
    zh="数据库不接受{owner}：{reason}",
    en="the database refuses {owner}: {reason}",
)
class DoesNotRun(DefinitionProblem):
    """SQL that the database refuses."""

    owner: Phrase
    reason: str | Phrase


@problem(
    "wrong_field_type",
    zh="字段“{field}”的类型写的是“{declared}”，实际是“{actual}”。请改正类型。",
    en="field '{field}' has the type '{declared}', but holds '{actual}'. Correct its type.",
)
class WrongFieldType(DefinitionProblem):
    """A field whose values are not of the type that is declared."""

    field: str
    declared: str
    actual: str


@problem(
    "not_unique",
    zh="“{columns:list}”应该能区分“{dataset}”的每一行，但有 {rows} 行都是“{example:list}”。",
    en="'{columns:list}' should tell the rows of '{dataset}' apart, but {rows} rows have '{example:list}'.",
)
class NotUnique(DefinitionProblem):
    """Rows that share what should tell them apart: joins would count twice."""

    dataset: str
    columns: tuple[str, ...]
    example: tuple[str, ...]
    rows: int


@problem(
    "bad_calendar",
    zh="时间单位“{grain}”的日历里，{day} {reason}。",
    en="in the calendar of grain '{grain}', {day} {reason}.",
)
class BadCalendar(DefinitionProblem):
    """A calendar table that does not tell the unit of every day, or tells it twice."""

    grain: str
    day: str | Phrase
    reason: Phrase


@problem(
    "overlapping_versions",
    zh="“{dataset}”的版本不应重叠，但 {columns:list} 为“{example:list}”的版本里，"
    "从 {since} 到 {until} 有效的那个还没结束，另一个在 {second} 又开始了。",
    en="versions in '{dataset}' should not overlap, but of those with {columns:list} '{example:list}' "
    "the one from {since} until {until} is still valid when another begins at {second}.",
)
class OverlappingVersions(DefinitionProblem):
    """Versions of one thing that are valid at the same time: joins would count twice."""

    dataset: str
    columns: tuple[str, ...]
    example: tuple[str, ...]
    since: str
    until: str | Phrase
    second: str


def missing_tables(model: Model, tables: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The datasets that cannot be read where only `tables` exist, each with the tables that it misses.

    Names are compared without case; a table may be given with or without its schema and database.
    """
    known = {name.lower() for name in tables}
    found: dict[str, tuple[str, ...]] = {}
    for name, dataset in model.datasets.items():
        missing = tuple(
            sorted(each for each in dataset.requires if not known.intersection(shorter_names(each.lower())))
        )
        if missing:
            found[name] = missing
    return found


def check_against(model: Model, engine: Engine, place: Where | None = None) -> tuple[DefinitionProblem, ...]:
    """Every way in which the model does not fit the engine's database, in order of definition.

    `place` tells where parts of the definition stand (as `read_definition` gives it); without it problems name the
    part. A missing table is a `DatasetUnavailable`, which a deployment may want. Raises EngineError where the
    database itself fails.
    """
    return tuple(_Check(model, engine, place or _name_of_part).problems())


def _name_of_part(*part: str | int) -> str:
    return ".".join(str(step) for step in part)


class _Check:
    def __init__(self, model: Model, engine: Engine, place: Where) -> None:
        self._model, self._engine, self._place = model, engine, place
        self._tables = engine.columns()
        self._columns = columns_of(model, self._tables)
        self._binder = Binder(model, _SOME_DAY, self._columns)
        self._sources = Sources(model.datasets, self._binder.literals)
        self._missing = missing_tables(model, self._tables)
        self._told_apart: set[tuple[str, tuple[str, ...], str, str]] = set()

    def problems(self) -> Iterator[DefinitionProblem]:
        # what the model names elsewhere is no misspelling
        named = {each.lower() for dataset in self._model.datasets.values() for each in dataset.requires}
        others = [each for each in self._tables if each.lower() not in named]
        for name, tables in self._missing.items():
            near = tuple(dict.fromkeys(each for table in tables for each in nearest(table, others)))
            there = tuple(self._tables)[:_FEW]
            yield DatasetUnavailable(self._place("datasets", name), name, tables, near, there)
        for dataset in self._model.datasets.values():
            if dataset.name not in self._missing and dataset.role_of is None:
                yield from self._dataset(dataset)
        yield from self._calendars()
        for step in self._model.steps:
            # what a role takes over is checked where it takes it from
            if not step.is_inherited and not {step.source, step.target} & self._missing.keys():
                yield from self._join(step)
        for metric in self._model.metrics.values():
            if not metric.datasets & self._missing.keys():
                yield from self._metric(metric)

    def _dataset(self, dataset: Dataset) -> Iterator[DefinitionProblem]:
        part: Part = ("datasets", dataset.name)
        everything = self._sources.joined(dataset.name, ()).select("*")
        failure = self._refused(everything)
        if failure is not None:
            yield DoesNotRun(self._place(*part), thing("dataset", dataset.name), failure)
            return
        for field in dataset.fields.values():
            yield from self._field(field)
        if dataset.primary_key:
            where_key = self._place(*part, "primary_key")
            yield from self._unique(where_key, dataset.name, dataset.primary_key)

    def _calendars(self) -> Iterator[DefinitionProblem]:
        calendars = ModelCalendars(self._model, self._engine, self._missing, self._binder)
        for name in self._model.grains:
            try:
                calendars[name]
            except QueryError as error:
                for each in error.problems:
                    if isinstance(each, BrokenCalendar):
                        yield BadCalendar(self._place("grains", name), name, each.day, each.reason)

    def _field(self, field: Field) -> Iterator[DefinitionProblem]:
        part = ("datasets", field.dataset, "fields", field.name)
        try:
            bound = self._binder.field(field, field.dataset)
            steps = self._binder.steps(field.dataset, bound.datasets)
        except MissingColumnError as error:
            if error.dataset == field.dataset:
                yield self._without(error, self._place(*part), thing("field", field.qualified))
            return
        if bound.datasets & self._missing.keys():
            return
        rows = self._sources.joined(field.dataset, steps)
        found = self._run(rows.select(aliased(_timed(bound.expression), "value")).limit(0))
        if isinstance(found, str | Phrase):
            yield DoesNotRun(self._place(*part), thing("field", field.qualified), found)
        elif field.type not in _LIKE[found.types[0]]:
            yield WrongFieldType(self._place(*part), field.qualified, field.type, found.types[0])
        elif not field.definition.open:
            yield from missing_codes(field, self._sources, self._binder, self._run, self._place(*part, "values"))

    def _without(self, error: MissingColumnError, place: str, owner: Phrase) -> MissingColumn:
        there = tuple(sorted(self._columns[error.dataset]))
        return MissingColumn(place, owner, error.dataset, error.column, nearest(error.column, there), there[:_FEW])

    def _join(self, step: Step) -> Iterator[DefinitionProblem]:
        place: Part = ("relationships", step.place if step.place is not None else 0)
        try:
            steps = self._binder.steps(step.source, (step.target,))
        except MissingColumnError as error:
            yield self._without(error, self._place(*place, "on"), relationship(step.source, step.target))
            return
        if step not in steps or {each.target for each in steps} & self._missing.keys():
            # not the way that is taken, or on the way something is not there
            steps = (step,) if step.validity is None else ()
        failure = self._refused(self._sources.joined(step.source, steps).select("1")) if steps else None
        if failure is not None:
            owner = relationship(step.source, step.target)
            yield DoesNotRun(self._place(*place, "on"), owner, failure)
            return
        if steps:
            yield from joins_nothing(step, self._sources, self._run, self._place(*place, "on"))
        columns = tuple(target for _, target in step.on)
        if step.validity is not None:
            yield from self._apart(self._place(*place, "valid"), step.target, columns, step.validity)
        elif set(columns) != set(self._model.datasets[step.target].primary_key):
            yield from self._unique(self._place(*place, "on"), step.target, columns)

    def _apart(
        self, place: str, dataset: str, columns: tuple[str, ...], validity: Validity
    ) -> Iterator[DefinitionProblem]:
        """Of each thing, a version ends before the next begins; what is never valid is left aside."""
        fields = self._model.datasets[dataset].fields
        rows = (self._model.datasets[dataset].role_of or dataset, columns, validity.since, validity.until)
        if rows in self._told_apart:
            return
        self._told_apart.add(rows)
        since, until = (self._binder.field(fields[n], dataset).expression for n in (validity.since, validity.until))
        keys = [exp.column(name, table=dataset) for name in columns]
        ordered = exp.Order(expressions=[exp.Ordered(this=since.copy(), nulls_first=False)])
        following = exp.Window(this=exp.Lead(this=since.copy()), partition_by=[k.copy() for k in keys], order=ordered)
        outputs = [*keys, since, until]
        names = [f"key_{index + 1}" for index in range(len(keys))] + ["good_from", "good_until"]
        versions = self._sources.joined(dataset, ()).select(
            *(aliased(tree.copy(), name) for tree, name in zip(outputs, names, strict=True)),
            aliased(following, "next_from"),
            copy=False,
        )
        unended = exp.Is(this=until.copy(), expression=exp.Null())
        ever = any_of([unended, exp.LT(this=since.copy(), expression=until.copy())])
        where(versions, [*(exp.Not(this=exp.Is(this=k.copy(), expression=exp.Null())) for k in keys), ever])
        still = any_of(
            [
                exp.Is(this=exp.column("good_until"), expression=exp.Null()),
                exp.LT(this=exp.column("next_from"), expression=exp.column("good_until")),
            ]
        )
        begun = exp.Not(this=exp.Is(this=exp.column("next_from"), expression=exp.Null()))
        select = select_from(subquery(versions, "versions")).select(*names, "next_from")
        found = self._run(where(select, [begun, still]).limit(1))
        if isinstance(found, str | Phrase):
            yield DoesNotRun(place, Phrase(f"“{dataset}”的版本", f"the versions in '{dataset}'"), found)
        elif found.rows:
            *example, begins, ends, other = (str(value) for value in found.rows[0])
            last = Phrase("现在", "now") if found.rows[0][-2] is None else ends
            yield OverlappingVersions(place, dataset, columns, tuple(example), begins, last, other)

    def _metric(self, metric: Metric) -> Iterator[DefinitionProblem]:
        if metric.expression is None:
            return
        try:
            select = self._rows_of(metric) if metric.kind == "simple" else self._formula(metric)
        except MissingColumnError:
            return  # told of the field
        failure = self._refused(select)
        if failure is not None:
            yield DoesNotRun(self._place("metrics", metric.name, "expression"), thing("metric", metric.name), failure)

    def _rows_of(self, metric: Metric) -> exp.Select:
        """The metric over the rows of its dataset, without any condition of time."""
        dataset, per = metric.definition.dataset, metric.definition.per
        assert dataset is not None and metric.expression is not None, "a simple metric aggregates a dataset's rows"
        binder = self._binder.of(metric)
        trees = [binder.bind(metric.filter, dataset)] if metric.filter is not None else []
        condition = _timed(trees[0].expression) if trees else None
        if per is None:
            trees.append(binder.bind(metric.expression, dataset))
            rows = self._joined(binder, dataset, frozenset().union(*(each.datasets for each in trees)))
            return where(rows.select(aliased(_timed(trees[-1].expression), "value")), [condition])
        inner = {name: binder.bind(self._model.parsed(text), dataset) for name, text in per.values.items()}
        keys = {each.rpartition(".")[2]: binder.bind(self._model.parsed(each), dataset) for each in per.key}
        trees += [*keys.values(), *inner.values()]
        rows = self._joined(binder, dataset, frozenset().union(*(each.datasets for each in trees)))
        outputs = [aliased(_timed(each.expression), name) for name, each in inner.items()]
        # a place among others is any share
        outputs += [aliased(exp.cast(exp.Literal.number(0), "DOUBLE"), name) for name in per.above]
        named = [aliased(_timed(each.expression), name) for name, each in keys.items()]
        values = grouped(where(rows.select(*named, *outputs), [condition]), len(named))
        return select_from(subquery(values, "per_key")).select(aliased(_timed(metric.expression), "value"))

    def _formula(self, metric: Metric) -> exp.Select:
        """A formula over numbers in place of its metrics."""
        assert metric.expression is not None, "a derived metric has a formula"
        # a part may stand in the formula under a name of its own
        names = dict.fromkeys(column.name for column in metric.expression.find_all(exp.Column))
        numbers = [aliased(exp.cast(exp.Literal.number(1), "DOUBLE"), name) for name in names]
        values = exp.Select().select(*numbers)
        tree = substitute(_timed(metric.expression), self._binder.literals)
        return select_from(subquery(values, "metrics")).select(aliased(tree, "value"))

    def _joined(self, binder: Binder, dataset: str, datasets: frozenset[str]) -> exp.Select:
        return self._sources.joined(dataset, binder.steps(dataset, datasets))

    def _unique(self, place: str, dataset: str, columns: tuple[str, ...]) -> Iterator[DefinitionProblem]:
        """Rows with an unknown key are never joined to, and need not differ."""
        keys = [exp.column(name, table=dataset) for name in columns]
        rows = aliased(exp.Count(this=exp.Star()), "huitou_rows")
        select = where(
            self._sources.joined(dataset, ()).select(*(aliased(key, key.name) for key in keys), rows),
            [exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys],
        )
        several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
        grouped(select, len(keys)).set("having", exp.Having(this=several))
        found = self._run(select.limit(1))
        if isinstance(found, str | Phrase):
            yield DoesNotRun(place, Phrase(f"“{dataset}”的键", f"the key of '{dataset}'"), found)
        elif found.rows:
            *example, count = found.rows[0]
            assert isinstance(count, int), "a count is a whole number"
            yield NotUnique(place, dataset, columns, tuple(str(value) for value in example), count)

    def _refused(self, select: exp.Select) -> str | Phrase | None:
        found = self._run(select.limit(0))
        return None if isinstance(found, RawTable) else found

    def _run(self, select: exp.Select) -> RawTable | str | Phrase:
        """The rows, or why the database refuses. Raises EngineError for any other failure."""
        try:
            return self._engine.run(select)
        except EngineError as error:
            refusals = [each.reason for each in error.problems if isinstance(each, StatementFailed)]
            if not refusals:
                raise
            return refusals[0]


def _timed(tree: exp.Expr) -> exp.Expr:
    """The expression with some day for the bucket's ends."""
    return substitute(tree, {name: day_literal(_SOME_DAY) for name in BUCKET_PARAMETERS})
