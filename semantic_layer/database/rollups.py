"""Sums and counts that were computed beforehand, read in place of the rows that they are of: only where that must give
the same.

Comes in: a resolved request. Goes out: the same request whose measures stand on a rollup's cells, where all of this
holds for the measures over the same rows: they are made of sums and counts that the rollup has; their groups,
conditions and filters, and the policies on the rows, say nothing of a row but what is the same for all rows of a cell;
their days are whole units of the rollup's. Expressions are compared as they are bound: nothing is taken from names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.rows import Sources
from semantic_layer.database.rollup_cells import BUCKET, Cells, conjuncts, parts_of
from semantic_layer.database.views import Limit, View, limited_rows
from semantic_layer.engines.rollup_places import SCHEMA
from semantic_layer.model.definitions import DatasetDefinition
from semantic_layer.model.model import Dataset
from semantic_layer.query.result import Label
from semantic_layer.resolve.binding import Binder, UnbindableError
from semantic_layer.resolve.leaves import Measure, Rows
from semantic_layer.resolve.own_rows import OwnRows
from semantic_layer.resolve.resolved import Resolved, ResolvedExplanation, ResolvedMetrics
from semantic_layer.sql.nodes import all_of, select_from
from semantic_layer.sql.over_nulls import is_null_over_nulls
from semantic_layer.sql.value_types import kind_of, of_kind
from semantic_layer.time.periods import GRAINS, Grain, start_of
from semantic_layer.time.units import day_of, midnight

_COARSER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "day": GRAINS,
        "week": ("week",),
        "month": ("month", "quarter", "year"),
        "quarter": ("quarter", "year"),
        "year": ("year",),
    }
)


@dataclass(frozen=True, eq=False)
class Rollups:
    """Those that may be read, the one with the fewest rows first; `datasets` are their tables, for the compiler."""

    cells: tuple[Cells, ...] = ()
    datasets: Mapping[str, Dataset] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, cells: Iterable[Cells]) -> Rollups:
        """Rollups for somebody who sees all rows."""
        every = tuple(cells)
        return cls(every, MappingProxyType({each.alias: _dataset(each) for each in every}))

    def limited_to(self, view: View, binder: Binder) -> Rollups:
        """Those whose cells tell which rows a reader sees, with the reader's cells in place of all. `binder` is that of
        the model without a view."""
        datasets: dict[str, Dataset] = {}
        for each in self.cells:
            conditions = _carried(each, view, binder)
            if conditions is None:
                continue
            table = self.datasets[each.alias]
            if conditions:
                source = select_from(Sources({each.alias: table}, {}).table(each.alias))
                limited = limited_rows(source, each.alias, conditions.values(), [own.policy for own in conditions])
                table = replace(table, source=limited)
            datasets[each.alias] = table
        return Rollups(tuple(each for each in self.cells if each.alias in datasets), MappingProxyType(datasets))

    def swapped(self, resolved: Resolved) -> Resolved:
        """The request over cells where these give the same, itself where none do."""
        if not self.cells:
            return resolved
        match resolved:
            case ResolvedMetrics():
                return self._metrics(resolved)
            case ResolvedExplanation():
                parts = tuple((name, self._metrics(each)) for name, each in resolved.by_dimension)
                return replace(resolved, whole=self._metrics(resolved.whole), by_dimension=parts)
            case _:
                return resolved

    def _metrics(self, query: ResolvedMetrics) -> ResolvedMetrics:
        together: dict[tuple[object, ...], list[Measure]] = {}
        for each in (*query.measures, *(total.measure for total in query.totals)):
            rows, staged = each.rows, (each.kind, each.per is None, each.latest is None)
            same = (rows.dataset, rows.via, id(rows.keys), id(rows.filters), each.time, staged)
            together.setdefault(same, []).append(each)
        found: dict[int, Measure] = {}
        for measures in together.values():
            # all or none: rows of one pass stay rows of one pass
            swapped = next(filter(None, (_over_cells(measures, each, query.grain) for each in self.cells)), ())
            found |= {id(old): new for old, new in zip(measures, swapped, strict=False)}
        if not found:
            return query
        return replace(
            query,
            measures=tuple(found.get(id(each), each) for each in query.measures),
            totals=tuple(replace(each, measure=found.get(id(each.measure), each.measure)) for each in query.totals),
        )


def _dataset(cells: Cells) -> Dataset:
    definition = DatasetDefinition(name=cells.alias, table=f"{SCHEMA}.{cells.name}")
    return Dataset(definition, None, MappingProxyType({}), frozenset(), Label(cells.name, cells.name))


def _over_cells(measures: list[Measure], cells: Cells, grain: str | None) -> list[Measure] | None:
    """Measures over the same rows, over cells instead; None where one of them cannot be."""
    first = measures[0].rows
    if first.dataset != cells.dataset or first.origin is not None or first.via:
        return None
    if not all(_is_whole(measure, cells, grain) for measure in measures):
        return None
    keys, filters = [cells.over(each) for each in first.keys], [cells.over(each) for each in first.filters]
    if None in keys or None in filters:
        return None
    rows = Rows(cells.alias, (), tuple(filter(None, keys)), tuple(filter(None, filters)))
    found = [_measure(measure, cells, rows) for measure in measures]
    return None if None in found else [each for each in found if each is not None]


def _is_whole(measure: Measure, cells: Cells, grain: str | None) -> bool:
    """Whether a measure takes cells whole: all of their rows, or none."""
    if measure.kind == "snapshot":
        return measure.time is None
    if measure.kind not in ("flow", "running") or measure.time != cells.time:
        return False
    is_coarser = grain is None or grain in _COARSER[cells.grain]
    for branch in measure.branches:
        days = [branch.start, branch.end, *(each for b in branch.spine for each in (b.start, b.end))]
        if not (is_coarser or (grain not in GRAINS and branch.is_ranged)):
            return False
        if not all(_begins(cells.grain, day) for day in days if day is not None):
            return False
    return True


def _begins(grain: Grain, day: date) -> bool:
    """Whether a unit begins at a day, or moment."""
    return midnight(day) == midnight(start_of(grain, day_of(day)))


def _measure(measure: Measure, cells: Cells, rows: Rows) -> Measure | None:
    parts = parts_of(measure)
    if parts is None or measure.per is not None or measure.latest is not None or measure.aggregate is None:
        return None
    wanted = conjuncts(measure.condition)
    for counted in cells.counted:
        own = conjuncts(counted.condition)
        rest = [cells.over(each) for each in wanted if each not in own]
        is_part = all(each in wanted for each in own) and all(part in counted.values for part in parts)
        if not is_part or None in rest:
            continue
        some = (
            [exp.GT(this=exp.column(counted.rows, table=cells.alias), expression=exp.Literal.number(0))] if own else []
        )
        conditions = [*some, *filter(None, rest)]
        time = exp.column(BUCKET, table=cells.alias) if measure.time is not None else None
        summed = _summed(measure.aggregate, counted.values, cells.alias)
        if summed.find(exp.Placeholder) or any(each.table != cells.alias for each in summed.find_all(exp.Column)):
            return None
        condition = all_of(conditions) if conditions else None
        return replace(measure, rows=rows, aggregate=summed, condition=condition, time=time)
    return None


def _summed(aggregate: exp.Expr, values: Mapping[exp.Expr, str], alias: str) -> exp.Expr:
    """The aggregate with sums of cells in place of its sums and counts of rows; a count of no cells is 0."""

    def replaced(node: exp.Expr) -> exp.Expr:
        column = values.get(node)
        if column is None:
            return node
        summed = exp.Sum(this=of_kind(exp.column(column, table=alias), kind_of(node)))
        is_count = isinstance(node.this if isinstance(node, exp.Filter) else node, exp.Count)
        return exp.Coalesce(this=summed, expressions=[exp.Literal.number(0)]) if is_count else summed

    return aggregate.copy().transform(replaced, copy=False)


def _carried(cells: Cells, view: View, binder: Binder) -> dict[OwnRows, exp.Expr] | None:
    """By policy, what cells must be for a reader to see their rows; None where cells do not tell. What a reader sees of
    a neighbour must follow from what is seen of the row: both by one way."""
    found: dict[OwnRows, exp.Expr] = {}
    for name in cells.reached:
        limits = view.limits[name]
        if limits is None:
            return None
        for limit in limits:
            condition = _condition(cells, name, limit, binder)
            if condition is None or found.setdefault(limit.own, condition) != condition:
                return None
    return found


def _condition(cells: Cells, reached: str, limit: Limit, binder: Binder) -> exp.Expr | None:
    own = limit.own
    if len(limit.ways) > 1:
        return None
    try:
        way = (*binder.path(cells.dataset, reached), *(limit.ways[0] if limit.ways else ()))
        if way != binder.path(cells.dataset, own.dataset) or any(step.validity for step in way):
            return None
        # a row that leads to none is not seen: nor may a condition hold for what is not there
        if way and not is_null_over_nulls(own.condition):
            return None
        bound = binder.bind(_qualified(own.condition, own.dataset), cells.dataset, given={})
        if any(step.validity for step in binder.steps(cells.dataset, bound.datasets)):
            return None
    except UnbindableError:
        return None
    over = cells.over(bound.expression)
    return None if over is None else exp.Paren(this=over)


def _qualified(tree: exp.Expr, dataset: str) -> exp.Expr:
    return tree.copy().transform(
        lambda node: exp.column(node.name, table=dataset) if isinstance(node, exp.Column) and not node.table else node,
        copy=False,
    )
