"""The rows that a measure counts, as the compiler reads them: a semantic model's table, the tables that its entities
lead to (each role under an alias of its own), and, for metrics of other times, the time spine that they are seen from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from sqlglot import exp

from semantic_layer.compiler.rows import parsed_table
from semantic_layer.interop.dbt.names import SettledCondition
from semantic_layer.interop.dbt.project import METRIC_TIME, DbtProject, SemanticModel
from semantic_layer.interop.dbt.reach import Element, Hop, Reach
from semantic_layer.interop.dbt.shifts import Accumulation, Shift, Shown, TimeRange
from semantic_layer.interop.dbt.sql import (
    custom_moves,
    custom_starts,
    instant_literal,
    interval,
    qualified,
    table_as,
    truncated,
)
from semantic_layer.interop.dbt.templates import PLACE, Item
from semantic_layer.resolve.binding import where_found
from semantic_layer.resolve.leaves import Joint, Rows
from semantic_layer.sql.nodes import aliased, all_of, any_of, select_from, subquery
from semantic_layer.sql.over_nulls import is_null_over_nulls

SPINE = "time_spine"
_FOUND = "found_row"
# a metric of entities, compiled: the query, its key columns in the order of the group_by, and the metric's column
MetricTable = Callable[[Item], tuple[exp.Select, tuple[str, ...], str]]


class NoSpineError(LookupError):
    """No time spine is fine enough for the grain that is its argument."""


class RowsBuilder:
    """Builds the rows of one pass: items and conditions are asked for, and joins gather. One pass, one use.

    Without a model, the rows are those of the time spine for `grain`.
    """

    def __init__(
        self,
        project: DbtProject,
        reach: Reach,
        metric_table: MetricTable,
        *,
        model: SemanticModel | None,
        time: str | None,
        grain: str,
        shift: Shift | None = None,
        shown: Shown | None = None,
        is_outer: bool = False,
        is_distinct: bool = True,
    ) -> None:
        """`time` is the dimension that metric_time stands for, of the given grain. What is shifted is placed at the
        units of `shown`, if given. `is_outer` keeps the rows of both sides of every join; without `is_distinct` each
        row of the time spine stands for its unit. Raises NoSpineError."""
        self._project, self._reach, self._metric_table = project, reach, metric_table
        self._model, self._time_name, self._is_outer, self._is_distinct = model, time, is_outer, is_distinct
        self.grain = grain
        self._shown = shown
        self._unit = shown.grain if shown is not None else grain
        self._joints: list[Joint] = []
        self._aliases: dict[tuple[Hop, ...], str] = {}
        # by alias of a joined model: what is null in rows that did not find one of its rows
        self._partners: dict[str, exp.Expr] = {}
        # a way to a model in between: the first way that goes on from there
        self._leads_to: dict[tuple[Hop, ...], tuple[Hop, ...]] = {}
        self._customs: dict[tuple[str, str], str] = {}
        self._metrics: dict[Item, exp.Expr] = {}
        self.time: exp.Expr | None = None
        # the time at which a row finds others and is first or last: its own where whole units are moved
        self._row_time: exp.Expr | None = None
        self._reached_time: exp.Expr | None = None
        self._origin = self._start(shift)

    def rows(self, keys: Iterable[exp.Expr], filters: Iterable[exp.Expr], name: str) -> Rows:
        """The rows with all that was asked for so far."""
        return Rows(name, (), tuple(keys), tuple(filters), self._origin, tuple(self._joints))

    def cross_spine(self) -> None:
        """Put the rows beside every unit of the time spine, which metric_time then stands for."""
        self._joints.append(Joint(self._spine(self.grain), None, ""))
        self.time = self._row_time = exp.column("label", table=SPINE)

    # ---- values ----

    def value(self, item: Item) -> exp.Expr:
        """A settled item of these rows."""
        if item.kind == "metric":
            return self._metric(item).copy()
        if self.is_time(item):
            assert self.time is not None, "rows with a time"
            return self._in_grain(self.time, self._unit, item)
        element = self.element(item)
        alias = self._alias(element.hops, element.model)
        named = element.entity or element.dimension
        assert named is not None, "elements are entities or dimensions"
        tree = self._found(named.expr, alias)
        if element.dimension is None:
            return tree
        if element.dimension.kind != "time":
            return tree
        return self._in_grain(tree, element.dimension.grain or "day", item)

    def element(self, item: Item) -> Element:
        """The element that a settled item is. Raises AmbiguousElementError."""
        assert self._model is not None, "a spine has only metric_time"
        found = self._reach.element(self._model.name, item.name, item.links)
        assert found is not None, "settled items are known"
        return found

    def is_time(self, item: Item) -> bool:
        """Whether an item is the time by which these rows are placed, under either name."""
        if item.name == METRIC_TIME and not item.links:
            return True
        if self._model is None or item.name != self._time_name or item.kind == "metric":
            return False
        return not self.element(item).hops

    def reached_within(self, bounds: TimeRange) -> list[exp.Expr]:
        """The bounds on the time that is read, where that is not the one that is shown."""
        if self._reached_time is None:
            return []
        return _bounded(self._reached_time, bounds)

    def at_starts_of(self, grains: Iterable[str]) -> exp.Expr:
        """Only the times shown that begin a unit of one of the grains."""
        assert self.time is not None, "rows with a time"
        starts = [exp.EQ(this=truncated(self.time, grain), expression=self.time.copy()) for grain in grains]
        return any_of(starts)

    def condition(self, settled: SettledCondition) -> exp.Expr:
        """A settled condition over these rows."""
        return placed(settled, self.value)

    def within(self, bounds: TimeRange) -> list[exp.Expr]:
        """The bounds on the time of these rows."""
        assert self.time is not None, "rows with a time"
        return _bounded(self.time, bounds)

    def measured(self, expr: str) -> exp.Expr:
        """An expression over the model's own columns."""
        assert self._model is not None, "measures are of a model"
        return qualified(expr, self._model.name)

    def own(self, name: str) -> exp.Expr:
        """An entity or dimension of the model itself."""
        assert self._model is not None, "a spine has only metric_time"
        entity = self._model.entity.get(name)
        if entity is not None:
            return qualified(entity.expr, self._model.name)
        dimension = self._model.dimension.get(name)
        if dimension is None:
            raise UnknownEntityError(name, self._model.name)
        return qualified(dimension.expr, self._model.name)

    def instant(self, dimension: str) -> exp.Expr:
        """A time dimension of the model at its own grain; the time that rows are placed by, if it is that one."""
        assert self._model is not None, "measures are of a model"
        if dimension == self._time_name and self._row_time is not None:
            return truncated(self._row_time, self.grain)
        found = self._model.dimension[dimension]
        return truncated(qualified(found.expr, self._model.name), found.grain or "day")

    # ---- where rows begin ----

    def _start(self, shift: Shift | None) -> exp.Expr:
        if self._model is None:
            self.time = self._row_time = exp.column("label", table=SPINE)
            return self._spine(self.grain)
        table = table_as(self._model.table, self._model.name)
        own: exp.Expr | None = None
        if self._time_name is not None and self._time_name in self._model.dimension:
            own = qualified(self._model.dimension[self._time_name].expr, self._model.name)
        self.time = self._row_time = own
        if shift is None:
            return table
        assert own is not None, "only what has a time is moved in time"
        self.time = exp.column("label", table=SPINE)
        if self._shown is None:
            self._row_time = self.time
            origin = self._spine(self.grain)
        else:
            origin = subquery(self._shown.units, SPINE)
        reached = self._reached(shift)
        self._reached_time = reached
        on = all_of(self._counts(truncated(own, self._unit), reached, shift.accumulation))
        self._joints.append(Joint(table, on, ""))
        return origin

    def _counts(self, own: exp.Expr, reached: exp.Expr, accumulation: Accumulation | None) -> list[exp.Expr]:
        """Which rows count for the time that is read."""
        if accumulation is None:
            return [exp.EQ(this=own, expression=reached)]
        found: list[exp.Expr] = [exp.LTE(this=own, expression=reached)]
        if accumulation.window is not None:
            since = exp.Sub(this=reached.copy(), expression=interval(accumulation.window))
            found.append(exp.GT(this=own.copy(), expression=since))
        elif accumulation.grain_to_date is not None:
            begun = self._start_of(accumulation.grain_to_date, reached.copy(), "period")
            found.append(exp.GTE(this=own.copy(), expression=begun))
        return found

    def _start_of(self, grain: str, time: exp.Expr, alias: str) -> exp.Expr:
        """The start of the unit of a grain, of a custom one as its spine has it."""
        if grain not in self._project.customs:
            return truncated(time, grain)
        on = exp.EQ(this=exp.column("label", table=alias), expression=time.copy())
        self._joints.append(Joint(subquery(custom_starts(self._project.customs[grain], grain), alias), on, ""))
        return exp.column("source", table=alias)

    def _spine(self, grain: str) -> exp.Expr:
        """The units of a grain as rows, under `label`."""
        spine = self._project.spine_for(grain)
        if spine is None:
            raise NoSpineError(grain)
        column = exp.column(spine.column)
        select = select_from(parsed_table(spine.table).copy())
        label = aliased(column if spine.grain == grain else truncated(column, grain), "label")
        select = select.select(label, copy=False)
        is_unique = spine.grain == grain or not self._is_distinct
        return subquery(select if is_unique else select.distinct(copy=False), SPINE)

    def _reached(self, shift: Shift) -> exp.Expr:
        """The time that is read, in terms of the spine's label."""
        reached: exp.Expr = exp.column("label", table=SPINE)
        for index, offset in enumerate(shift.offsets):
            if offset.to_grain is not None:
                reached = self._start_of(offset.to_grain, reached, f"started_{index + 1}")
            elif offset.window is not None and offset.window.grain in self._project.customs:
                alias = f"moved_{index + 1}"
                spine = self._project.customs[offset.window.grain]
                moved = custom_moves(spine, offset.window, is_whole=offset.is_whole)
                on = exp.EQ(this=exp.column("label", table=alias), expression=reached)
                self._joints.append(Joint(subquery(moved, alias), on, ""))
                reached = exp.column("source", table=alias)
            elif offset.window is not None:
                reached = exp.Sub(this=reached, expression=interval(offset.window))
        return reached

    # ---- joins ----

    def _found(self, expr: str, alias: str) -> exp.Expr:
        """An expression over the columns of a model in its role: null in rows that found none of it."""
        tree = qualified(expr, alias)
        return where_found(tree, self._partners[alias]) if alias in self._partners else tree

    def _alias(self, hops: tuple[Hop, ...], model: SemanticModel) -> str:
        """The alias of a model, joined now if it is not yet."""
        if not hops:
            return model.name
        if hops not in self._aliases:
            self._aliases[hops] = self._join(hops, model, self._before(hops), "")
        return self._aliases[hops]

    def _before(self, hops: tuple[Hop, ...]) -> list[tuple[SemanticModel, str]]:
        """The models that a last hop comes from and their aliases, nearest first.

        As dbt joins, each far model finds its own row of a model in between: with keys as unique as they are declared
        that is the same row.
        """
        models = [self._project.models[hop.left] for hop in hops]
        found = [(model, self._alias(hops[:index], model)) for index, model in enumerate(models)][::-1]
        if len(hops) > 1 and self._leads_to.setdefault(hops[:-1], hops) != hops:
            suffix = f"_{sum(1 for each in self._aliases if each[:-1] == hops[:-1]) + 1}"
            found[0] = (models[-1], self._join(hops[:-1], models[-1], found[1:], suffix))
        return found

    def _join(
        self, hops: tuple[Hop, ...], model: SemanticModel, before: list[tuple[SemanticModel, str]], suffix: str
    ) -> str:
        alias = "__".join((*(hop.entity for hop in hops), model.name)) + suffix
        on = all_of(self._matching(hops[-1].entity, before, model, alias))
        key = qualified(model.entity[hops[-1].entity].expr, alias)
        source = table_as(model.table, alias)
        if not is_null_over_nulls(key):
            key, source = exp.column(_FOUND, table=alias), _marked(model.table, alias)
        self._partners[alias] = key
        self._joints.append(Joint(source, on, "FULL" if self._is_outer else "LEFT"))
        return alias

    def _matching(
        self, entity: str, before: list[tuple[SemanticModel, str]], right: SemanticModel, right_alias: str
    ) -> Iterable[exp.Expr]:
        """The row of `right` for the rows before it: the same entity, in the partition of the nearest that is
        partitioned alike, valid at the row's time."""
        left, left_alias = before[0]
        yield exp.EQ(
            this=self._found(left.entity[entity].expr, left_alias),
            expression=qualified(right.entity[entity].expr, right_alias),
        )
        for partition in right.partitions:
            for model, alias in before:
                other = model.dimension.get(partition.name)
                if other is not None and other.is_partition and other.grain == partition.grain:
                    yield exp.EQ(this=self._found(other.expr, alias), expression=qualified(partition.expr, right_alias))
                    break
        start, end = right.validity("start"), right.validity("end")
        if self._row_time is None or start is None or end is None:
            return
        at = truncated(self._row_time, self.grain)
        opens = truncated(qualified(start.expr, right_alias), start.grain or "day")
        closes = truncated(qualified(end.expr, right_alias), end.grain or "day")
        yield exp.GTE(this=at, expression=opens)
        yield any_of([exp.LT(this=at.copy(), expression=closes), exp.Is(this=closes.copy(), expression=exp.Null())])

    def _metric(self, item: Item) -> exp.Expr:
        """A metric of an entity that these rows have, joined by the entity."""
        if item not in self._metrics:
            query, keys, column = self._metric_table(item)
            alias = f"metric_{len(self._metrics) + 1}_{item.name}"
            side: Literal["LEFT", "FULL"] = "FULL" if self._is_outer else "LEFT"
            on = [
                exp.EQ(this=self._entity(path), expression=exp.column(key, table=alias))
                for path, key in zip(item.metric_group_by, keys, strict=True)
            ]
            self._joints.append(Joint(subquery(query, alias), all_of(on), side))
            self._metrics[item] = exp.column(column, table=alias)
        return self._metrics[item]

    def _entity(self, path: str) -> exp.Expr:
        """An entity by its name as a metric in a filter gives it: the way to it may be that metric's, not ours."""
        assert self._model is not None, "a spine has only metric_time"
        *links, name = path.split("__")
        for given in (tuple(links), ()):
            found = self._reach.full_links((self._model.name,), name, given)
            if found is not None:
                return self.value(Item(name, found))
        raise UnknownEntityError(path, self._model.name)

    # ---- time ----

    def _in_grain(self, time: exp.Expr, base: str, item: Item) -> exp.Expr:
        if item.date_part is not None:
            unit = "ISODOW" if item.date_part == "dow" else item.date_part.upper()
            return exp.Extract(this=exp.var(unit), expression=time.copy())
        assert item.grain is not None, "settled times have a grain"
        if item.grain in self._project.customs:
            return self._in_custom(time, item.grain)
        return time.copy() if item.grain == base and self._is_label(time) else truncated(time, item.grain)

    @staticmethod
    def _is_label(time: exp.Expr) -> bool:
        return isinstance(time, exp.Column) and time.table == SPINE

    def _in_custom(self, time: exp.Expr, grain: str) -> exp.Expr:
        """The value of a custom grain at a time, looked up in its spine."""
        spine = self._project.customs[grain]
        key = (time.sql(), spine.table)
        if key not in self._customs:
            alias = f"calendar_{len(self._customs) + 1}"
            on = exp.EQ(this=truncated(time, spine.grain), expression=exp.column(spine.column, table=alias))
            self._joints.append(Joint(table_as(spine.table, alias), on))
            self._customs[key] = alias
        return exp.column(spine.customs[grain], table=self._customs[key])


def _marked(table: str, alias: str) -> exp.Expr:
    """A table whose rows say that they are rows."""
    every = select_from(parsed_table(table).copy()).select(exp.Star(), aliased(exp.true(), _FOUND), copy=False)
    return subquery(every, alias)


class UnknownEntityError(LookupError):
    """Rows of a model have no such entity: its arguments are the name and the model."""


def placed(settled: SettledCondition, value: Callable[[Item], exp.Expr]) -> exp.Expr:
    """A settled condition with the values of its items in place."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.startswith(PLACE):
            tree = value(settled.items[int(node.name.removeprefix(PLACE))])
            return tree if isinstance(tree, exp.Column | exp.Func) else exp.Paren(this=tree)
        return node

    return settled.tree.copy().transform(put, copy=False)


def _bounded(time: exp.Expr, bounds: TimeRange) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    if bounds.start is not None:
        found.append(exp.GTE(this=time.copy(), expression=instant_literal(bounds.start)))
    if bounds.end is not None:
        found.append(exp.LT(this=time.copy(), expression=instant_literal(bounds.end)))
    return found
