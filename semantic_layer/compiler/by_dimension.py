"""Groups by many dimensions computed at once: each row stands beside each dimension, with its value of that.

The groups of an explanation by 16 dimensions are 16 queries that differ in nothing but their key. As one of two keys, a
dimension and a value of it, they are planned once, and their rows are read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.rows import Sources
from semantic_layer.model.definitions import DatasetDefinition
from semantic_layer.model.model import Dataset
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.leaves import Measure, Rows
from semantic_layer.resolve.resolved import ResolvedMetrics
from semantic_layer.sql.nodes import aliased, free_name, joined, select_from, table
from semantic_layer.sql.value_types import kind_of, of_kind

DIMENSION, VALUE = "dimension", "value"
_KEYS = tuple(Column(name, "dimension", "text", Label(name, name)) for name in (DIMENSION, VALUE))
_EACH = "each_dimension"
ByDimension = Sequence[tuple[str | None, ResolvedMetrics]]


def at_once(
    queries: Sequence[tuple[str, ResolvedMetrics]], read: Sequence[str], sources: Sources
) -> tuple[ByDimension, Sources]:
    """The queries, those over rows that were `read` once as one under None, and the sources that they are compiled
    with. The one has two keys, `dimension` and `value`, the latter as text."""
    alike: dict[object, list[tuple[str, ResolvedMetrics]]] = {}
    for name, query in queries:
        alike.setdefault(_all_but_key(query) if _is_over(query, read) else name, []).append((name, query))
    found: list[tuple[str | None, ResolvedMetrics]] = []
    datasets = dict(sources.datasets)
    for group in alike.values():
        if len(group) == 1:
            found += group
            continue
        found.append((None, _merged(group, datasets)))
    return found, replace(sources, datasets=MappingProxyType(datasets))


def as_text(tree: exp.Expr) -> exp.Expr:
    """A value as text."""
    return exp.Cast(this=tree, to=exp.DataType(this=exp.DataType.Type.TEXT, nested=False))


def _is_over(query: ResolvedMetrics, read: Sequence[str]) -> bool:
    is_whole = len(query.keys) == 1 and not query.shown
    return is_whole and all(each.rows.dataset in read and each.kind == "flow" for each in query.measures)


def _all_but_key(query: ResolvedMetrics) -> object:
    return tuple(
        (each.alias, each.rows.dataset, each.aggregate, each.condition, each.time, each.branches)
        for each in query.measures
    )


def _merged(group: Sequence[tuple[str, ResolvedMetrics]], datasets: dict[str, Dataset]) -> ResolvedMetrics:
    first = group[0][1]
    measures = []
    names: dict[str, str] = {}
    for place, measure in enumerate(first.measures):
        read = measure.rows.dataset
        if read not in names:
            names[read] = free_name(f"{read}_by_dimension", tuple(datasets))
            keys = [(name, query.measures[place].rows.keys[0]) for name, query in group]
            mine = [each for each in first.measures if each.rows.dataset == read]
            datasets[names[read]] = _beside(names[read], read, keys, mine)
        measures.append(_moved(measure, names[read]))
    return replace(first, keys=_KEYS, columns=_KEYS, measures=tuple(measures), always=(DIMENSION,))


def _beside(name: str, read: str, keys: Sequence[tuple[str, exp.Expr]], measures: Sequence[Measure]) -> Dataset:
    """Each row that was read beside each dimension, with what the measures speak of."""
    named = exp.column(DIMENSION, table=_EACH)
    cases = [exp.If(this=exp.Literal.string(key), true=as_text(tree.copy())) for key, tree in keys]
    spoken = dict.fromkeys(
        node.name
        for each in measures
        for tree in _told(each)
        for node in (() if tree is None else tree.find_all(exp.Column))
    )
    outputs = [named, aliased(exp.Case(this=named.copy(), ifs=cases), VALUE)]
    outputs += [exp.column(each, table=read) for each in spoken]
    cells = [exp.Tuple(expressions=[exp.Literal.string(key)]) for key, _ in keys]
    alias = exp.TableAlias(this=exp.to_identifier(_EACH), columns=[exp.to_identifier(DIMENSION)])
    select = joined(select_from(table(read)), exp.Values(expressions=cells, alias=alias), None)
    definition = DatasetDefinition(name=name, table=read)
    source = select.select(*outputs, copy=False)
    return Dataset(definition, source, MappingProxyType({}), frozenset(), Label(name, name))


def _told(measure: Measure) -> tuple[exp.Expr | None, ...]:
    return measure.aggregate, measure.condition, measure.time


def _moved(measure: Measure, name: str) -> Measure:
    """The measure over other rows with the same columns, by dimension and value."""

    def column(node: exp.Expr) -> exp.Expr:
        return of_kind(exp.column(node.name, table=name), kind_of(node)) if isinstance(node, exp.Column) else node

    aggregate, condition, time = (
        None if tree is None else tree.copy().transform(column, copy=False) for tree in _told(measure)
    )
    keys = tuple(exp.column(each, table=name) for each in (DIMENSION, VALUE))
    return replace(measure, rows=Rows(name, (), keys, ()), aggregate=aggregate, condition=condition, time=time)
