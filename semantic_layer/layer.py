"""The semantic layer in use: a model over a database on a day. Requests in, result tables out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.database.calendar_days import CalendarDays
from semantic_layer.database.calendars import ModelCalendars
from semantic_layer.database.checks import missing_tables
from semantic_layer.database.columns import columns_of, queries_without
from semantic_layer.database.compiling import Compiling, rollups_in
from semantic_layer.database.days import DataDays
from semantic_layer.database.finished import behind, cut, finished, typed
from semantic_layer.database.fresh_rollups import fresh
from semantic_layer.database.prepared import Prepared
from semantic_layer.database.results import KnownResults
from semantic_layer.database.rollup_cells import Cells, cells_in
from semantic_layer.database.rollups import Rollups
from semantic_layer.database.sizes import MAX_CELLS, ResultSizes, count_rows, too_many_asked
from semantic_layer.database.subtotals import with_levels
from semantic_layer.database.sure_joins import SureJoins
from semantic_layer.database.undated import UndatedRows
from semantic_layer.database.values import ValuesInData, every_value
from semantic_layer.database.views import policies_in, view_of
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import QueryError
from semantic_layer.model.model import Field, Model
from semantic_layer.query.cautions import Caution
from semantic_layer.query.entities import of_entity
from semantic_layer.query.loop_problems import NoSuchEntity
from semantic_layer.query.problems import MissingTable, UnknownName
from semantic_layer.query.reader import ANONYMOUS, Reader
from semantic_layer.query.reader_problems import FieldWithheld, Withheld
from semantic_layer.query.requests import MetricQuery, ProfileQuery, Request, Scalar
from semantic_layer.query.result import ResultTable, Value
from semantic_layer.resolve.binding import Binder
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.group_sizes import resolve_group_sizes
from semantic_layer.resolve.hiding import hiding, withheld_fields
from semantic_layer.resolve.metrics import resolve_metrics
from semantic_layer.resolve.own_rows import OwnRows, own_rows
from semantic_layer.resolve.populations import resolve_populations
from semantic_layer.resolve.requests import resolve
from semantic_layer.resolve.resolved import Resolved, ResolvedMetrics
from semantic_layer.resolve.resolved_events import ResolvedTimeline
from semantic_layer.resolve.shown import AppliedFilter
from semantic_layer.resolve.subtotals import outer_levels
from semantic_layer.time.periods import Period

MAX_ROWS = 1000
_VIEWS = 64  # of readers, kept at most


@dataclass(frozen=True)
class Values:
    """Values of a dimension as they stand in the data; `is_complete` says that none was left out."""

    values: tuple[Value, ...]
    is_complete: bool


class Layer:
    """Answers typed requests. `as_of` is today, inclusive; by default the latest day in the data.

    With `kept_cells`, statements are kept, and results of so many cells in all, and given again. That is for those who
    open another layer when the data have changed (`NoticesChanges`).
    """

    def __init__(
        self,
        model: Model,
        engine: Engine,
        as_of: date | None = None,
        *,
        max_rows: int = MAX_ROWS,
        max_cells: int = MAX_CELLS,
        kept_cells: int | None = None,
    ) -> None:
        self._results = KnownResults[Prepared | None](kept_cells)
        self.model, self.engine = model, engine
        self._max_rows, self._max_cells = max_rows, max_cells
        self._group_counts: dict[str, int] = {}
        self._asked_as_of = as_of
        self._found_values: dict[Reader, set[tuple[str, Scalar]]] = {}
        self._is_view = False
        self._own: tuple[OwnRows, ...] = ()
        self._withheld: frozenset[str] = frozenset()
        self._seen: dict[object, Layer] = {}

    def as_seen_by(self, reader: Reader) -> Layer:
        """The layer over what a reader may see, by the model's policies and field rules: all that it says is what it
        would say of a database without the other rows. Itself where the reader sees everything.

        Raises QueryError (`attribute_missing`) where what the reader may see cannot be told.
        """
        if self._is_view or not (self.model.policies or self.model.field_rules):
            return self
        own, withheld = own_rows(self.model, reader), withheld_fields(self.model, reader)
        if not own and not withheld:
            return self
        key = (tuple((each.policy, each.text) for each in own), withheld)
        if key not in self._seen:
            while len(self._seen) >= _VIEWS:
                self._seen.pop(next(iter(self._seen)), None)
            self._seen[key] = self._limited_to(own, withheld)
        return self._seen[key]

    def _limited_to(self, own: tuple[OwnRows, ...], withheld: frozenset[str]) -> Layer:
        view = view_of(self.model, own, self._binder)
        found = Layer(view.model, self.engine, self.as_of, max_rows=self._max_rows, max_cells=self._max_cells)
        found._results = self._results
        found._is_view, found._own, found._withheld = True, own, withheld
        found.tables = self.tables
        found.unavailable = MappingProxyType({**self.unavailable, **view.unavailable})
        mine = self._compiling
        seen = mine.rollups.limited_to(view, self._binder)
        found._compiling = Compiling(found.model, self.engine, mine.literals, found._joins, view, seen)
        return found

    @cached_property
    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """The database's tables and their columns. Raises EngineError."""
        return MappingProxyType(self.engine.columns())

    @cached_property
    def unavailable(self) -> Mapping[str, tuple[str, ...]]:
        """Datasets that cannot be read here, with the tables, or columns of tables, that they miss."""
        missing = missing_tables(self.model, self.tables)
        return MappingProxyType({**queries_without(self.model, self.tables), **missing})

    @property
    def data_range(self) -> Period:
        """From the first to the last day (end exclusive) of any dated row; open where there is no row at all."""
        return self._days.range

    @cached_property
    def as_of(self) -> date:
        """Today for this layer. 1 January 1970 for a database without dated rows."""
        if self._asked_as_of is not None:
            return self._asked_as_of
        return self.data_range.last_day or date(1970, 1, 1)

    @property
    def data_as_of(self) -> date | None:
        """The latest day in the data, None where there is none."""
        return self.data_range.last_day

    def first_day(self, dataset: str) -> date | None:
        """The first day with a row of that dataset; of one without, that of any; None where there is no row."""
        return self._days.first(dataset)

    def prepare(self, request: Request, reader: Reader = ANONYMOUS) -> Prepared:
        """Resolve and compile. Values in conditions that the model does not list are looked up in the data, each until
        it was found once. Raises QueryError with every problem of the request, EngineError."""
        seen = self.as_seen_by(reader)
        if seen is not self:
            return seen.prepare(request, reader)
        request = of_entity(request, next(iter(self.model.entities), ""))
        key = self._key(request, reader)
        if key is not None and (kept := self._results.get(key)) is not None and kept[0] is not None:
            return replace(kept[0], reader=reader, known=kept[1])
        context = self._context(reader)
        context.values = self._values_for(reader)
        resolved, populations = resolve(request, context)
        told = [each for each in resolved.filters if each.origin == "policy"]
        assert len(told) >= len(set(reader.policies)), "a reader's own filters are part of every kind of request"
        statement = self._compiling.statement(resolved, populations)
        if resolved.limit is None:
            statement.limit(self._rows_shown(resolved) + 1, copy=False)
        found = Prepared(
            request=request,
            resolved=resolved,
            statement=statement,
            own_sql=printed(statement, self.engine.dialect, pretty=True),
            dialect=self.engine.dialect,
            columns=resolved.columns,
            filters=(*resolved.filters, *self._policies_told(statement)),
            period=resolved.period,
            previous_period=resolved.previous_period,
            cautions=tuple(dict.fromkeys((*context.cautions, *self._told_of_rows(resolved, reader)))),
            reader=reader,
            policies=policies_in(statement),
            own_rollups=rollups_in(statement),
            key=key,
            levels=tuple(self.prepare(each, reader) for each in outer_levels(request, self.model)),
        )
        if key is not None and not found.rollups:  # cells go out of use before others notice it
            self._results.put(key, found)
        return found

    def execute(self, prepared: Prepared) -> ResultTable:
        """Run what was prepared. Raises EngineError, and QueryError (`too_many_cells`) for what would be too large,
        (`no_control`) for a trial that nothing can be compared in."""
        if prepared.known is not None:
            return prepared.known
        self.as_seen_by(prepared.reader)._check_size(prepared)
        raw, limit = self.engine.run(prepared.own_sql), prepared.resolved.limit
        if limit is None:
            shown = self._rows_shown(prepared.resolved)
            total = len(raw.rows) if len(raw.rows) <= shown else count_rows(prepared.unlimited, self.engine)
            rows, tied = raw.rows[:shown], False
        else:
            total, rows, tied = cut(raw, prepared.resolved, limit)
        if not rows and isinstance(prepared.request, ProfileQuery):
            self._check_known(prepared.request, prepared)
        parts = len(rows)
        rows, told = finished(rows, prepared.resolved)
        total -= parts - len(rows)
        found = ResultTable(
            columns=prepared.columns,
            rows=rows,
            total_rows=total,
            truncated=prepared.is_cut_short(len(rows), total),
            sql=prepared.sql,
            dialect=prepared.dialect,
            period=prepared.period,
            previous_period=prepared.previous_period,
            incomplete=prepared.resolved.incomplete,
            tied_at_limit=tied,
            cautions=(*prepared.cautions, *told),
        )
        if prepared.levels:
            found = with_levels(found, prepared, [self.execute(each) for each in prepared.levels])
        if prepared.key is not None:
            self._results.put(prepared.key, prepared, found)
        return found

    def _key(self, request: Request, reader: Reader, what: str = "") -> tuple[object, ...] | None:
        """What makes a result another: the request, the day, what the reader may see. None where none is kept."""
        if self._results.most is None:
            return None
        asked = what + request.model_dump_json(by_alias=True)
        own = tuple((each.policy, each.text) for each in self._own)
        rights = (reader.policies, reader.may_see_personal, reader.roles & self._roles_named)
        return (asked, self.as_of, self._max_rows, own, self._withheld, *rights)

    @cached_property
    def _roles_named(self) -> frozenset[str]:
        """The roles that policies and field rules make exceptions for."""
        rules = (rule for rules in self.model.field_rules.values() for rule in rules)
        exempt = (*(each.exempt for each in self.model.policies.values()), *(each.exempt for each in rules))
        return frozenset(role for roles in exempt for role in roles)

    def _check_known(self, request: ProfileQuery, prepared: Prepared) -> None:
        """An entity of which no row came back is there, for this reader's eyes; without events, it has none."""
        entity = self.model.entities[request.entity]
        facts = request.model_copy(update={"part": "facts"})
        if isinstance(prepared.resolved, ResolvedTimeline) and self.run(facts, prepared.reader).rows:
            return
        raise QueryError(NoSuchEntity("key", entity.name, entity.key, str(request.key)))

    def run(self, request: Request, reader: Reader = ANONYMOUS) -> ResultTable:
        """The request's rows. Raises QueryError, EngineError."""
        return self.execute(self.prepare(request, reader))

    def group_sizes(
        self, query: MetricQuery, table: ResultTable, reader: Reader = ANONYMOUS
    ) -> Mapping[str, tuple[int | None, ...]]:
        """How many rows, entities or events are behind each rate of a query's result, by metric and in its row order;
        metrics that are no fractions have none. Raises QueryError, EngineError."""
        seen = self.as_seen_by(reader)
        if seen is not self:
            return seen.group_sizes(query, table, reader)
        kept = query.model_dump(include={"metrics", "group_by", "period", "filters", "keep"}, by_alias=True)
        return MappingProxyType(behind(table, self._sizes(MetricQuery.model_validate(kept), reader)))

    def _sizes(self, query: MetricQuery, reader: Reader) -> ResultTable | None:
        key = self._key(query, reader, "sizes")
        if key is not None and (known := self._results.get(key)) is not None and known[1] is not None:
            return known[1]
        context = self._context(reader)
        if (resolved := resolve_group_sizes(query, context)) is None:
            return None
        statement = self._compiling.statement(resolved, resolve_populations(context))
        statement.limit(self._max_cells, copy=False)
        rows = typed(self.engine.run(statement).rows, resolved.columns)
        found = ResultTable(resolved.columns, rows, len(rows), False, "", self.engine.dialect)
        if key is not None:
            self._results.put(key, None, found)
        return found

    def compile(self, request: Request, reader: Reader = ANONYMOUS) -> str:
        """The SQL of a request. Raises QueryError."""
        return self.prepare(request, reader).sql

    def values(self, name: str, search: str = "", *, limit: int = MAX_ROWS, reader: Reader = ANONYMOUS) -> Values:
        """The distinct values of a dimension (or `dataset.field`), in order, without null.

        Raises QueryError for an unknown or withheld name, EngineError.
        """
        seen = self.as_seen_by(reader)
        if seen is not self:
            return seen.values(name, search, limit=limit, reader=reader)
        dimension = self.model.dimensions.get(name)
        others = (self.model.fields.get(name), *self.model.keys.get(name, ()))
        found: Field | None = dimension.home if dimension is not None else next(filter(None, others), None)
        if found is None:
            raise QueryError(UnknownName("name", "dimension", name, tuple(self.model.dimensions)[:5]))
        if hiding(found, self.model, reader) is not None:
            raise QueryError(Withheld("name", name) if found.definition.pii else FieldWithheld("name", name))
        if found.dataset in self.unavailable:
            return Values((), is_complete=False)
        context = self._context(reader)
        try:
            resolved = resolve_metrics(MetricQuery(group_by=(name,)), context)
        except QueryError as error:
            if all(isinstance(each, MissingTable) for each in error.problems):
                return Values((), is_complete=False)
            raise
        statement = self._compiling.statement(resolved, ())
        outer = every_value(statement, resolved.keys[0].name, search)
        raw = self.engine.run(outer.limit(limit + 1))
        return Values(tuple(row[0] for row in raw.rows[:limit]), is_complete=len(raw.rows) <= limit)

    def _rows_shown(self, resolved: Resolved) -> int:
        """Rows of a table that nobody limited: fewer where it is very wide."""
        return max(1, min(self._max_rows, self._max_cells // len(resolved.columns)))

    def _check_size(self, prepared: Prepared) -> None:
        resolved = prepared.resolved
        problem = too_many_asked(resolved, self._max_cells)
        if problem is None and isinstance(prepared.request, MetricQuery) and isinstance(resolved, ResolvedMetrics):
            # counted for nobody's eyes, so without the filters that a reader was given
            counting = replace(prepared.reader, policies=(), may_see_personal=True)
            sizes = ResultSizes(self.engine, self._max_cells, self._group_counts)
            problem = sizes.too_large(prepared.request, resolved, lambda query: self._statement(query, counting))
        if problem is not None:
            raise QueryError(problem)

    def _statement(self, query: MetricQuery, reader: Reader) -> exp.Select:
        resolved, populations = resolve(query, self._context(reader))
        return self._compiling.statement(resolved, populations)

    @cached_property
    def rollups(self) -> tuple[Cells, ...]:
        """The model's rollups that can be built of this database, as they would be. Raises EngineError."""
        return cells_in(self._context(ANONYMOUS)) if self.model.rollups else ()

    @cached_property
    def _compiling(self) -> Compiling:
        rollups = Rollups.of(fresh(self.rollups, self.engine))
        return Compiling(self.model, self.engine, self._binder.literals, self._joins, rollups=rollups)

    def _policies_told(self, statement: exp.Expr) -> Iterator[AppliedFilter]:
        named = policies_in(statement)
        yield from (
            AppliedFilter(each.policy, "", (), "policy", each.text) for each in self._own if each.policy in named
        )

    @cached_property
    def _days(self) -> DataDays:
        return DataDays(self.model, self.engine, self.unavailable, self._asked_as_of)

    @cached_property
    def _binder(self) -> Binder:
        return Binder(self.model, self.as_of, columns_of(self.model, self.tables), self._withheld)

    @cached_property
    def _joins(self) -> SureJoins:
        return SureJoins(self.model, self.engine)

    @cached_property
    def _calendars(self) -> ModelCalendars:
        return ModelCalendars(self.model, self.engine, self.unavailable, self._binder)

    @cached_property
    def _calendar_days(self) -> CalendarDays:
        return CalendarDays(self.model, self.engine, self._binder.literals)

    def _context(self, reader: Reader) -> Context:
        return Context(
            self.model,
            self.as_of,
            reader,
            self.unavailable,
            self._binder,
            self._days.first,
            self._calendars,
            days=self._calendar_days,
        )

    @cached_property
    def _undated(self) -> UndatedRows:
        return UndatedRows(self.model, self.engine, self._binder.literals, self._joins.finds)

    def _told_of_rows(self, resolved: Resolved, reader: Reader) -> Iterator[Caution]:
        """What the rows themselves make one say; nothing to readers of some of them, who must not learn of others."""
        if not reader.policies:
            yield from self._undated.cautions(resolved)

    def _values_for(self, reader: Reader) -> ValuesInData:
        found = self._found_values.setdefault(reader, set())
        return ValuesInData(self.engine, lambda query: self._statement(query, reader), found)
