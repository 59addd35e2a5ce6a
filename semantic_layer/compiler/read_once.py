"""Rows that many queries of one statement are about, read and joined once: each query groups what was read.

An explanation asks for the same rows by every dimension. Joins are to one: rows with all the neighbours that any of the
queries wants are the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, is_moving, where
from semantic_layer.compiler.stack import Named
from semantic_layer.model.definitions import DatasetDefinition
from semantic_layer.model.model import Dataset, Step
from semantic_layer.query.result import Label
from semantic_layer.resolve.leaves import Measure, Rows
from semantic_layer.resolve.resolved import ResolvedMetrics
from semantic_layer.sql.nodes import aliased, day_literal, free_name
from semantic_layer.sql.value_types import kind_of, of_kind

_NAME = "rows_read"
_FEWEST = 3  # queries for which it is worth it


def read_once(
    queries: Sequence[ResolvedMetrics], sources: Sources
) -> tuple[list[Named], list[ResolvedMetrics], Sources]:
    """What is read, as parts of the statement; the queries over it; and the sources that they are compiled with."""
    together: dict[tuple[object, ...], list[Measure]] = {}
    for query in queries:
        for each in query.measures if query.grain is None else ():
            if _is_plain(each):
                together.setdefault((each.rows.dataset, each.rows.filters, each.time), []).append(each)
    named: list[Named] = []
    over: dict[int, Measure] = {}
    datasets = dict(sources.datasets)
    for measures in together.values():
        reading = _Reading(free_name(f"{_NAME}_{len(named) + 1}", tuple(datasets)))
        if len({id(each.rows.keys) for each in measures}) < _FEWEST or len(_targets(measures)) < len(_steps(measures)):
            continue
        over |= {id(each): reading.over(each) for each in measures}
        named.append((reading.name, reading.select(measures, sources)))
        datasets[reading.name] = reading.dataset
    found = [
        replace(query, measures=tuple(over.get(id(each), each) for each in query.measures)) if over else query
        for query in queries
    ]
    return named, found, replace(sources, datasets=MappingProxyType(datasets))


def _is_plain(measure: Measure) -> bool:
    """Whether it says of rows what columns of theirs tell, and which of them they are by their time."""
    is_staged = measure.per is not None or measure.latest is not None or measure.rows.origin is not None
    steps = measure.rows.steps
    return measure.kind == "flow" and measure.aggregate is not None and not is_staged and not any(map(is_moving, steps))


def _steps(measures: Iterable[Measure]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(step for measure in measures for step in measure.rows.steps))


def _targets(measures: Iterable[Measure]) -> set[str]:
    return {step.target for step in _steps(measures)}


@dataclass
class _Reading:
    """What is read of rows: an output for each group of a query and each column that its measures speak of."""

    name: str
    outputs: dict[exp.Expr, str] = field(default_factory=dict)

    def over(self, measure: Measure) -> Measure:
        """The measure over what is read."""
        keys = tuple(self._column(tree) for tree in measure.rows.keys)
        told = (measure.aggregate, measure.condition, measure.time)
        aggregate, condition, time = (None if tree is None else self._over(tree) for tree in told)
        rows = Rows(self.name, (), keys, ())
        return replace(measure, rows=rows, aggregate=aggregate, condition=condition, time=time)

    def _over(self, tree: exp.Expr) -> exp.Expr:
        return tree.copy().transform(
            lambda node: self._column(node) if isinstance(node, exp.Column) else node, copy=False
        )

    def _column(self, tree: exp.Expr) -> exp.Column:
        name = self.outputs.setdefault(tree, f"value_{len(self.outputs) + 1}")
        return of_kind(exp.column(name, table=self.name), kind_of(tree))

    def select(self, measures: Sequence[Measure], sources: Sources) -> exp.Select:
        """The rows of all days that any of the measures is of."""
        first, branches = measures[0], [branch for measure in measures for branch in measure.branches]
        assert first.time is not None, "flows have a time"
        starts = [branch.start for branch in branches if branch.start is not None]
        limits: list[exp.Expr] = []
        if len(starts) == len(branches):
            limits.append(exp.GTE(this=first.time.copy(), expression=day_literal(min(starts))))
        limits.append(exp.LT(this=first.time.copy(), expression=day_literal(max(each.end for each in branches))))
        select = sources.joined(first.rows.dataset, _steps(measures))
        outputs = [aliased(tree.copy(), name) for tree, name in self.outputs.items()]
        return where(select.select(*outputs, copy=False), [*sources.filters(first.rows), *limits])

    @property
    def dataset(self) -> Dataset:
        """What is read, as the compiler knows what rows are read from."""
        definition = DatasetDefinition(name=self.name, table=self.name)
        return Dataset(definition, None, MappingProxyType({}), frozenset(), Label(self.name, self.name))
