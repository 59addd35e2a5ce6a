"""FROM and WHERE: the rows of one dataset, joined to-one, filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from semantic_layer.binding import substitute
from semantic_layer.model import Dataset, Step
from semantic_layer.resolved import Bucket, Population, Rows
from semantic_layer.sql import all_of, day_literal, joined, select_from

Literals = Mapping[str, exp.Expr]


@dataclass(frozen=True, eq=False)
class Sources:
    """Where rows come from: the model's tables and queries, with the values of parameters, and how a population
    (entities by their own metric) is compiled."""

    datasets: Mapping[str, Dataset]
    literals: Literals
    population: Callable[[Population], exp.Expr]

    def table(self, dataset: str) -> exp.Expr:
        """A dataset as something to select from, under its own name."""
        found = self.datasets[dataset]
        alias = exp.to_identifier(dataset)
        if found.source is None:
            assert found.definition.table is not None, "a dataset is a table or a query"
            named = parsed_table(found.definition.table).copy()
            if named.name != dataset:
                named.set("alias", exp.TableAlias(this=alias))
            return named
        query = substitute(found.source, self.literals)
        return exp.Subquery(this=query, alias=exp.TableAlias(this=alias))

    def joined(self, dataset: str, steps: Iterable[Step]) -> exp.Select:
        """An empty SELECT from a dataset with its to-one neighbours joined on the left: rows never multiply."""
        select = select_from(self.table(dataset))
        for step in dict.fromkeys(steps):
            on = all_of(
                exp.EQ(this=exp.column(a, table=step.source), expression=exp.column(b, table=step.target))
                for a, b in step.on
            )
            select = joined(select, self.table(step.target), on, "LEFT")
        return select

    def read(self, rows: Rows, steps: Iterable[Step] | None = None) -> exp.Select:
        """An empty SELECT from rows, by their own joins or by `steps` in place of their own."""
        if rows.origin is None:
            return self.joined(rows.dataset, rows.steps if steps is None else steps)
        select = select_from(rows.origin.copy())
        for joint in rows.joints:
            select = joined(select, joint.source.copy(), joint.on.copy() if joint.on is not None else None, joint.side)
        return select

    def filters(self, rows: Rows) -> list[exp.Expr]:
        """The request's conditions on these rows, with populations in place."""
        named = {each.name: self.population(each) for each in rows.populations}
        return [substitute(each, named) for each in rows.filters]


def where(select: exp.Select, conditions: Iterable[exp.Expr | None]) -> exp.Select:
    """Add conditions, each once; an OR is put in parentheses."""
    distinct: list[exp.Expr] = []
    for condition in conditions:
        if condition is not None and condition not in distinct:
            distinct.append(condition)
    if distinct:
        select.set("where", exp.Where(this=all_of(distinct)))
    return select


def spine_table(spine: Iterable[Bucket], name: str, *, is_moved: bool = False) -> exp.Expr:
    """Buckets as a table `name(bucket, bucket_start, bucket_end)`; moved ones also with their `source`."""
    names = ("bucket", "bucket_start", "bucket_end", *(("source",) if is_moved else ()))
    rows = [exp.Tuple(expressions=_cells(bucket, is_moved=is_moved)) for bucket in spine]
    columns = [exp.to_identifier(each) for each in names]
    return exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier(name), columns=columns))


def _cells(bucket: Bucket, *, is_moved: bool) -> list[exp.Expr]:
    start = day_literal(bucket.start) if bucket.start is not None else exp.Null()
    cells = [day_literal(bucket.label), start, day_literal(bucket.end)]
    return [*cells, day_literal(bucket.source)] if is_moved else cells


@lru_cache(maxsize=4096)
def parsed_table(name: str) -> exp.Table:
    """A physical table's name, with its schema if it has one. Copy before use."""
    return exp.to_table(name, dialect="duckdb")
